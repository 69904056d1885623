//! Lies about links to groups and about those who ask to join by them.

use std::cell::RefCell;
use std::rc::Rc;

use beseda_crypto::device_key::DeviceKey as SignatureKey;
use beseda_crypto::link_key::{self, LinkKey};
use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::AskDoubt;
use beseda_engine::view::{self, View};
use beseda_model::ConversationId;
use beseda_testkit::backend::Said;
use beseda_testkit::people::Person;
use beseda_wire::codec::{decode_cbor, encode_cbor};
use beseda_wire::link::{GroupLinkBody, GroupLinkStatement};
use beseda_wire::state::{Ask, Change};
use beseda_wire::{Bytes, Push, Reply, Request, ServerFrame};

use crate::town::{MINUTE, Town, pass, town};

fn link(world: &mut Town, by: &Person, conversation: ConversationId, automatic: bool) -> String {
    let command = Command::MakeGroupLink { conversation, automatic, expires_at: None, uses: None };
    match world.ask(by.device, command) {
        Ok(Outcome::GroupLink { link }) => link.url.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Why nobody who asks to join, as the server says, can be let in.
fn doubts(world: &Town, by: &Person, conversation: ConversationId) -> Vec<Option<AskDoubt>> {
    let view = View::new(world.at(by.device).engine().reader(), world.now()).unwrap();
    view::asks(&view, conversation).unwrap().into_iter().map(|ask| ask.doubt).collect()
}

fn members(world: &Town, by: &Person, conversation: ConversationId) -> usize {
    let view = View::new(world.at(by.device).engine().reader(), world.now()).unwrap();
    view::members(&view, conversation).unwrap().unwrap().members.len()
}

/// The server says from now on that these ask to join, and that every device may add them.
fn pretend(world: &mut Town, place: ConversationId, asks: Vec<Ask>) {
    world.server.tell(move |_, request, frame| {
        let asking = |change: Change| match change {
            Change::Conversation(mut state) if state.conversation == place => {
                state.asking = u32::try_from(asks.len()).unwrap();
                Change::Conversation(state)
            }
            other => other,
        };
        let told = match (request, frame) {
            (Some(Request::Asks { .. }), ServerFrame::Ok { id, .. } | ServerFrame::Err { id, .. }) => {
                ServerFrame::Ok { id, re: Reply::Asks { asks: asks.clone() } }
            }
            (Some(Request::AnswerAsk { .. }), ServerFrame::Ok { id, .. } | ServerFrame::Err { id, .. }) => {
                ServerFrame::Ok { id, re: Reply::Done }
            }
            (_, ServerFrame::Ok { id, re: Reply::Sync { changes, cursor, more } }) => {
                let changes = changes.into_iter().map(asking).collect();
                ServerFrame::Ok { id, re: Reply::Sync { changes, cursor, more } }
            }
            (_, ServerFrame::Push(Push::Change(change))) => ServerFrame::Push(Push::Change(asking(change))),
            (_, frame) => frame,
        };
        vec![Said::from(told)]
    });
}

#[test]
fn a_request_of_the_servers_making_lets_nobody_in() {
    let mut world = town(51);
    let [alice, bob, carol] = ["alice", "bobby", "carol"].map(|name| world.person(name));
    let place = world.group(alice.device, "Friends", &[]);
    pass(&mut world, MINUTE);
    let seen: Rc<RefCell<Option<(Bytes, Bytes)>>> = Rc::default();
    let keep = Rc::clone(&seen);
    let made: Rc<RefCell<Option<Bytes>>> = Rc::default();
    let note = Rc::clone(&made);
    world.server.hear(move |_, frame| {
        match &frame.request {
            Request::MakeGroupLink(link) => *note.borrow_mut() = Some(link.body.clone()),
            Request::AskToJoin { proof, .. } => {
                *keep.borrow_mut() = note.borrow().clone().map(|body| (body, proof.clone()));
            }
            _ => {}
        }
        Some(frame)
    });
    let url = link(&mut world, &alice, place, true);
    assert_eq!(world.ask(carol.device, Command::AskToJoin { link: url }), Ok(Outcome::Done));
    pass(&mut world, MINUTE);
    assert_eq!(members(&world, &alice, place), 2, "what holds is followed");
    let (body, proof) = seen.borrow().clone().unwrap();
    let parts: GroupLinkBody = decode_cbor(&body).unwrap();
    let statement: GroupLinkStatement = decode_cbor(&parts.statement).unwrap();

    // Bob has never asked. Carol's proof is of Carol alone.
    let ask = |body: Bytes, proof: Bytes| Ask {
        account: bob.account,
        link: statement.link,
        at: world.now(),
        taken_until: None,
        proof,
        body,
    };
    // A link of the server's making, in Alice's name, which it can ask by as it likes.
    let key = LinkKey::from_secret(&[9; 16]);
    let forged = encode_cbor(&GroupLinkStatement { verifier: key.verifier().as_slice().into(), ..statement.clone() });
    let forger = SignatureKey::from_seed(&[9; 32]);
    let root = view::account(&View::new(world.at(bob.device).engine().reader(), world.now()).unwrap(), bob.account);
    let root = root.unwrap().root.unwrap();
    let own = GroupLinkBody {
        signature: link_key::state(&forger, &forged).as_slice().into(),
        statement: forged.clone().into(),
        preview: parts.preview,
    };
    let signed = proof_of(root, &key.ask(&forged, bob.account, root));
    for (asks, doubt) in [
        (ask(body, proof.clone()), AskDoubt::NoLink),
        (ask(encode_cbor(&own).into(), signed), AskDoubt::Maker),
        (ask(Bytes(vec![1; 40]), proof), AskDoubt::Malformed),
    ] {
        pretend(&mut world, place, vec![asks]);
        world.set_online(alice.device, false);
        world.set_online(alice.device, true);
        world.say(carol.device, place, "a word, so that there is something to tell");
        pass(&mut world, 5 * MINUTE);
        assert_eq!(doubts(&world, &alice, place), [Some(doubt)]);
        let by_hand = Command::AnswerAsk { conversation: place, account: bob.account, accept: true };
        let refused = world.ask(alice.device, by_hand);
        assert!(matches!(refused, Err(Failure::NotAllowed { .. })), "{refused:?}");
        assert_eq!(members(&world, &alice, place), 2, "{doubt:?}");
    }
}

/// A proof as clients write it.
fn proof_of(root: beseda_model::Fingerprint, signature: &[u8; 64]) -> Bytes {
    #[derive(serde::Serialize)]
    struct Proof {
        r: beseda_model::Fingerprint,
        s: Bytes,
    }
    encode_cbor(&Proof { r: root, s: signature.as_slice().into() }).into()
}

#[test]
fn a_link_that_the_server_leads_elsewhere_is_refused() {
    let mut world = town(52);
    let [alice, bob] = ["alice", "bobby"].map(|name| world.person(name));
    let (one, other) = (world.group(alice.device, "One", &[]), world.group(alice.device, "Other", &[]));
    pass(&mut world, MINUTE);
    let (first, second) = (link(&mut world, &alice, one, false), link(&mut world, &alice, other, false));
    let body: Rc<RefCell<Option<Bytes>>> = Rc::default();
    let keep = Rc::clone(&body);
    world.server.tell(move |_, _, frame| {
        if let ServerFrame::Ok { re: Reply::GroupLink { body, .. }, .. } = &frame {
            *keep.borrow_mut() = Some(body.clone());
        }
        vec![Said::from(frame)]
    });
    let follow = |world: &mut Town, link: &str| {
        world.ask(bob.device, Command::FollowLink { link: link.to_owned(), in_person: false })
    };
    assert!(follow(&mut world, &second).is_ok());
    let foreign = body.borrow().clone().unwrap();
    for swap_body in [true, false] {
        let foreign = foreign.clone();
        world.server.tell(move |_, _, frame| {
            let told = match frame {
                ServerFrame::Ok { id, re: Reply::GroupLink { conversation, body } } => {
                    let (conversation, body) = if swap_body { (conversation, foreign.clone()) } else { (other, body) };
                    ServerFrame::Ok { id, re: Reply::GroupLink { conversation, body } }
                }
                frame => frame,
            };
            vec![Said::from(told)]
        });
        for refused in [follow(&mut world, &first), world.ask(bob.device, Command::AskToJoin { link: first.clone() })] {
            assert!(matches!(refused, Err(Failure::NotAllowed { .. })), "{refused:?}");
        }
    }
}
