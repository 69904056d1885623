//! Lies about who somebody is and which devices are theirs.

use beseda_crypto::signature::Ed25519;
use beseda_engine::Command;
use beseda_engine::api::view::WarningKind;
use beseda_engine::identity::phrase::Phrase;
use beseda_engine::identity::safety_number;
use beseda_engine::store::accounts::Account;
use beseda_engine::view::{self, View};
use beseda_model::device_log::{DeviceLog, DeviceLogEntry};
use beseda_model::{AccountId, Code, ConversationId, DeviceId};
use beseda_testkit::people::Person;
use beseda_testkit::world::DeviceKey;
use beseda_wire::state::{Change, KeyPackage};
use beseda_wire::{Push, Reply, Request, ServerFrame};

use crate::database::look;
use crate::forge::Accomplice;
use crate::town::{Friends, MINUTE, Town, devices, done, friends, id, pass, row, say, texts, town, warnings};

/// How many devices of an account can read, as `device` sees it.
fn readers(world: &Town, device: DeviceKey, place: ConversationId, account: AccountId) -> u32 {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    let members = view::members(&view, place).unwrap().unwrap().members;
    members.into_iter().find(|member| member.who.account == account).unwrap().devices
}

fn pinned(world: &Town, device: DeviceKey, account: AccountId) -> u32 {
    Account::load(world.at(device).engine().reader(), account).unwrap().version
}

/// The device log that the server has.
fn true_log(world: &Town, person: &Person) -> DeviceLog {
    let entries = look(world, |database| database.device_log(person.account));
    let entries = entries.iter().map(|entry| DeviceLogEntry::decode(entry).unwrap());
    let root = Phrase::parse(&person.phrase).unwrap().root_key().public();
    DeviceLog::verify(person.account, root, entries, &Ed25519).unwrap()
}

/// A tablet of alice's in both groups, and what it is.
fn with_tablet(world: &mut Town) -> (Friends, DeviceKey, DeviceId) {
    let friends = friends(world);
    let tablet = world.recover(&friends.alice, "tablet");
    pass(world, 5 * MINUTE);
    for device in friends.devices() {
        assert_eq!(readers(world, device, friends.place, friends.alice.account), 2);
    }
    let device = id(world, tablet);
    (friends, tablet, device)
}

#[test]
fn a_revocation_of_which_the_server_says_nothing_is_carried_out_all_the_same() {
    let mut world = town(30);
    let (friends, _, device) = with_tablet(&mut world);
    // Nobody is told that a removal is due.
    world.server.tell(|_, _, mut frame| {
        match &mut frame {
            ServerFrame::Push(Push::Change(Change::Conversation(state))) => state.due.clear(),
            ServerFrame::Ok { re: Reply::Sync { changes, .. }, .. } => {
                for change in changes {
                    if let Change::Conversation(state) = change {
                        state.due.clear();
                    }
                }
            }
            ServerFrame::Err { why, .. } if why.code == Code::CommitDue => {
                if let Some(data) = &mut why.data {
                    data.due.clear();
                }
            }
            _ => {}
        }
        vec![frame.into()]
    });
    done(&mut world, friends.alice.device, Command::RemoveDevice { device });
    pass(&mut world, MINUTE);
    for place in [friends.place, friends.elsewhere] {
        for seen_by in friends.devices() {
            assert_eq!(readers(&world, seen_by, place, friends.alice.account), 1);
            say(&mut world, seen_by, place, "without it");
        }
    }
}

/// To `victim` the log of `account` ends at `version`, and nothing of what follows is announced.
fn freeze(world: &mut Town, victim: DeviceKey, account: AccountId, version: u32) {
    let victim = id(world, victim);
    let is_news = move |change: &Change| matches!(change, Change::DeviceLog { account: of, version: now, .. } if *of == account && *now > version);
    world.server.tell(move |device, request, mut frame| {
        if device != victim {
            return vec![frame.into()];
        }
        match (&mut frame, request) {
            (ServerFrame::Push(Push::Change(change)), _) if is_news(change) => return Vec::new(),
            (ServerFrame::Ok { re: Reply::Sync { changes, .. }, .. }, _) => changes.retain(|change| !is_news(change)),
            (
                ServerFrame::Ok { re: Reply::DeviceLog { entries, .. }, .. },
                Some(Request::DeviceLog { account: of, from }),
            ) if *of == account => {
                entries.truncate(usize::try_from((version + 1).saturating_sub(*from)).unwrap());
            }
            _ => {}
        }
        vec![frame.into()]
    });
}

#[test]
fn an_old_device_log_is_found_out_by_what_members_cite() {
    let mut world = town(31);
    let (friends, _, device) = with_tablet(&mut world);
    let (alice, bob, place) = (friends.alice.device, friends.bob.device, friends.place);
    let before = pinned(&world, bob, friends.alice.account);
    freeze(&mut world, bob, friends.alice.account, before);
    done(&mut world, alice, Command::RemoveDevice { device });
    pass(&mut world, 3 * MINUTE);
    assert_eq!(pinned(&world, bob, friends.alice.account), before);
    let withheld = WarningKind::DeviceLogWithheld { account: friends.alice.account };
    assert_eq!(warnings(&world, bob), [withheld]);
    // What bob writes waits: the others have gone on without the tablet, and he can't follow yet.
    world.say(bob, place, "d");
    pass(&mut world, MINUTE);
    for other in [alice, friends.carol.device] {
        assert_eq!(texts(&world, other, place), ["a", "b", "c"]);
        assert!(warnings(&world, other).iter().all(|kind| matches!(kind, WarningKind::OwnDeviceAdded { .. })));
    }

    world.server.be_honest();
    pass(&mut world, 3 * MINUTE);
    for seen_by in friends.devices() {
        assert_eq!(readers(&world, seen_by, place, friends.alice.account), 1);
        assert_eq!(texts(&world, seen_by, place), ["a", "b", "c", "d"]);
    }
    friends.assert_well_elsewhere(&mut world);
}

#[test]
fn two_device_logs_of_one_account_contradict_each_other() {
    let mut world = town(32);
    let friends = friends(&mut world);
    let (alice, bob, place) = (&friends.alice, friends.bob.device, friends.place);
    // Only who has alice's phrase can make another log of hers; suppose that the server has it.
    let root = Phrase::parse(&alice.phrase).unwrap().root_key();
    let log = true_log(&world, alice);
    let false_entry = Accomplice::device_of(alice.account, root.fingerprint()).added_by(&log, &root);
    let (victim, account) = (id(&world, bob), alice.account);
    let first_root = beseda_wire::Bytes(root.public().to_vec());
    let version = log.version() + 1;
    world.server.tell(move |device, request, frame| match (request, frame) {
        (Some(Request::DeviceLog { account: of, .. }), ServerFrame::Ok { id, .. })
            if device == victim && *of == account =>
        {
            let re = Reply::DeviceLog { entries: vec![false_entry.clone()], root: first_root.clone() };
            vec![ServerFrame::Ok { id, re }.into()]
        }
        (_, frame) => vec![frame.into()],
    });
    let news = Change::DeviceLog { account, version, root: root.fingerprint() };
    world.server.push(victim, Push::Change(news));
    pass(&mut world, MINUTE);
    assert_eq!(pinned(&world, bob, account), version, "nothing speaks against it yet");

    // Alice's next entry is another one.
    let tablet = world.recover(alice, "tablet");
    pass(&mut world, 5 * MINUTE);
    say(&mut world, alice.device, place, "d");
    let forked = WarningKind::DeviceLogForked { account };
    assert!(warnings(&world, bob).contains(&forked), "{:?}", warnings(&world, bob));
    assert!(!warnings(&world, friends.carol.device).contains(&forked));
    assert_eq!(texts(&world, friends.carol.device, place), ["a", "b", "c", "d"]);
    assert_eq!(devices(&world, alice.device).len(), 2, "{tablet:?}");
}

#[test]
fn an_identity_of_the_servers_making_is_shown_and_takes_nobodys_place() {
    let mut world = town(33);
    let friends = friends(&mut world);
    let (alice, bob, place) = (&friends.alice, friends.bob.device, friends.place);
    let number = |world: &Town| safety_number(world.at(bob).engine().reader(), alice.account).unwrap();
    let account = |world: &Town| {
        let view = View::new(world.at(bob).engine().reader(), world.now()).unwrap();
        view::account(&view, alice.account).unwrap()
    };
    done(&mut world, bob, Command::Verify { account: alice.account, verified: true });
    let before = number(&world);
    assert!(account(&world).verified);

    let mut false_alice = Accomplice::made_up();
    false_alice.account = alice.account;
    let (victim, of, log) = (id(&world, bob), alice.account, false_alice.device_log());
    world.server.tell(move |device, request, frame| match (request, frame) {
        (Some(Request::DeviceLog { account, .. }), ServerFrame::Ok { id, .. })
            if device == victim && *account == of =>
        {
            vec![ServerFrame::Ok { id, re: log.clone() }.into()]
        }
        (_, frame) => vec![frame.into()],
    });
    let news = Change::DeviceLog { account: of, version: 1, root: false_alice.root };
    world.server.push(victim, Push::Change(news));
    pass(&mut world, MINUTE);
    assert!(warnings(&world, bob).contains(&WarningKind::IdentityChanged { account: of }));
    let seen = account(&world);
    assert!(seen.identity_changed && !seen.verified, "{seen:?}");
    assert_ne!(number(&world), before);
    // The group still has the alice whom it agreed on, and nobody else.
    let agreed = row(&world, bob, place).policy.unwrap();
    assert_ne!(agreed.member(of).unwrap().root, false_alice.root);
    assert_eq!(readers(&world, bob, place, of), 1);
    say(&mut world, bob, place, "d");
    assert_eq!(texts(&world, alice.device, place), ["a", "b", "c", "d"]);

    world.server.be_honest();
    let log = true_log(&world, alice);
    let truth = Change::DeviceLog { account: of, version: log.version(), root: log.root_at(log.version()) };
    world.server.push(victim, Push::Change(truth));
    pass(&mut world, MINUTE);
    assert_eq!(number(&world), before);
    friends.assert_well_elsewhere(&mut world);
}

#[test]
fn a_key_package_of_the_servers_making_is_not_used() {
    let mut world = town(34);
    let friends = friends(&mut world);
    let (alice, place) = (friends.alice.device, friends.place);
    let dave = world.person("dave");
    pass(&mut world, MINUTE);
    let root = Phrase::parse(&dave.phrase).unwrap().root_key().fingerprint();
    let device = id(&world, dave.device);
    let account = dave.account;
    // One for his own device, and one for a device that he has not got.
    let false_keys = [Accomplice::double_of(account, device, root), Accomplice::device_of(account, root)];
    let packages: Vec<_> = false_keys
        .iter()
        .map(|eve| KeyPackage { device: eve.device, package: eve.key_package(), last_resort: false })
        .collect();
    world.server.tell(move |_, request, frame| match (request, frame) {
        (Some(Request::ClaimKeys { account: of, .. }), ServerFrame::Ok { id, re: Reply::Keys { count, .. } })
            if *of == account =>
        {
            vec![ServerFrame::Ok { id, re: Reply::Keys { packages: packages.clone(), count } }.into()]
        }
        // He does not get to join from outside either, yet.
        (Some(Request::GroupInfo { .. }), ServerFrame::Ok { .. }) => Vec::new(),
        (_, frame) => vec![frame.into()],
    });
    done(&mut world, alice, Command::AddMembers { conversation: place, accounts: vec![account] });
    pass(&mut world, MINUTE);
    for seen_by in friends.devices() {
        assert_eq!(readers(&world, seen_by, place, account), 0, "he waits for his keys");
    }
    world.server.be_honest();
    pass(&mut world, 5 * MINUTE);
    say(&mut world, alice, place, "welcome");
    assert_eq!(texts(&world, dave.device, place), ["welcome"]);
    assert_eq!(readers(&world, alice, place, account), 1);
}
