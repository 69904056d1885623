//! Lies about who belongs to a group: commits and generations that no member made or may make, and what joiners are given.

use beseda_crypto::group_id::GroupId;
use beseda_engine::Command;
use beseda_engine::api::view::{Anchor, Body, SystemEvent, WarningKind};
use beseda_engine::store::conversations::Standing;
use beseda_engine::view::{self, View};
use beseda_model::{AccountId, ConversationId, Policy, Role, RosterEntry};
use beseda_testkit::world::DeviceKey;
use beseda_wire::state::{Change, Entry, EntryClass};
use beseda_wire::{Bytes, Push, Reply, Request, ServerFrame};

use crate::database::{change, look};
use crate::forge::Accomplice;
use crate::town::{Friends, MINUTE, Town, done, friends, id, is_forked, pass, row, say, texts, town, warnings};

/// Each member with the number of devices that can read.
fn members(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<(AccountId, Role, u32)> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    let members = view::members(&view, place).unwrap().unwrap().members;
    members.into_iter().map(|member| (member.who.account, member.role, member.devices)).collect()
}

fn policy(world: &Town, device: DeviceKey, place: ConversationId) -> Policy {
    row(world, device, place).policy.unwrap()
}

/// Adds a handshake to the log for everybody; all see that it breaks the rules and follow it nowhere, and once the owner
/// has renewed the group it goes on as it was.
fn assert_refused(world: &mut Town, friends: &Friends, body: &[u8]) {
    let place = friends.place;
    let before: Vec<_> = friends.devices().map(|device| members(world, device, place)).into_iter().collect();
    let seq = change(world, |database| database.append(place, EntryClass::Handshake, body));
    for device in friends.devices() {
        let name = world.at(device).name.clone();
        let seen = warnings(world, device);
        assert!(
            matches!(seen.as_slice(), [WarningKind::InvalidCommit { seq: at, .. }] if *at == seq),
            "{name}: {seen:?}"
        );
        assert_eq!(row(world, device, place).standing, Standing::Broken, "{name}");
    }
    friends.assert_well_elsewhere(world);
    done(world, friends.alice.device, Command::RenewGroup { conversation: place });
    pass(world, 5 * MINUTE);
    for (device, before) in friends.devices().into_iter().zip(before) {
        let name = world.at(device).name.clone();
        assert_eq!(members(world, device, place), before, "{name}");
        say(world, device, place, &name);
    }
    for device in friends.devices() {
        assert_eq!(texts(world, device, place), ["a", "b", "c", "alice", "bob", "carol"]);
    }
}

/// The server tells of the device log of somebody made up as of everybody else's.
fn introduce(world: &mut Town, eve: &Accomplice) {
    let (account, log) = (eve.account, eve.device_log());
    world.server.tell(move |_, request, frame| match (request, frame) {
        (Some(Request::DeviceLog { account: asked, .. }), ServerFrame::Ok { id, .. } | ServerFrame::Err { id, .. })
            if *asked == account =>
        {
            vec![ServerFrame::Ok { id, re: log.clone() }.into()]
        }
        (_, frame) => vec![frame.into()],
    });
}

#[test]
fn a_member_of_the_servers_making_is_refused() {
    let mut world = town(20);
    let friends = friends(&mut world);
    let eve = Accomplice::made_up();
    introduce(&mut world, &eve);
    let group = look(&world, |database| database.group(friends.place));
    let commit = eve.join(&row(&world, friends.alice.device, friends.place), &group);
    assert_refused(&mut world, &friends, &commit);
}

#[test]
fn a_device_of_the_servers_making_is_refused() {
    let mut world = town(21);
    let friends = friends(&mut world);
    let agreed = policy(&world, friends.alice.device, friends.place);
    let false_alice = Accomplice::device_of(friends.alice.account, agreed.member(friends.alice.account).unwrap().root);
    let group = look(&world, |database| database.group(friends.place));
    let commit = false_alice.join(&row(&world, friends.alice.device, friends.place), &group);
    assert_refused(&mut world, &friends, &commit);
}

#[test]
fn a_generation_of_the_servers_making_is_refused() {
    let mut world = town(22);
    let friends = friends(&mut world);
    let eve = Accomplice::made_up();
    introduce(&mut world, &eve);
    let mut policy = policy(&world, friends.alice.device, friends.place);
    policy.roster.push(RosterEntry { account: eve.account, root: eve.root, role: Role::Owner });
    policy.roster.sort_by_key(|member| member.account);
    policy.revision += 1;
    let begin = eve.begin(GroupId { conversation: friends.place, generation: 1 }, &policy);
    assert_refused(&mut world, &friends, &begin);
}

#[test]
fn a_generation_in_the_name_of_a_member_is_refused() {
    let mut world = town(23);
    let friends = friends(&mut world);
    let agreed = policy(&world, friends.alice.device, friends.place);
    let root = agreed.member(friends.alice.account).unwrap().root;
    let double = Accomplice::double_of(friends.alice.account, id(&world, friends.alice.device), root);
    let begin = double.begin(GroupId { conversation: friends.place, generation: 1 }, &agreed);
    assert_refused(&mut world, &friends, &begin);
}

#[test]
fn a_role_that_server_and_member_forge_together_is_refused() {
    let mut world = town(24);
    let friends = friends(&mut world);
    let bob = Accomplice::traitor(&world, &friends.bob);
    let mut policy = policy(&world, friends.alice.device, friends.place);
    for member in &mut policy.roster {
        member.role = if member.account == bob.account { Role::Owner } else { Role::Member };
    }
    policy.revision += 1;
    let begin = bob.begin(GroupId { conversation: friends.place, generation: 1 }, &policy);
    assert_refused(&mut world, &friends, &begin);
}

#[test]
fn a_commit_that_one_member_is_shown_otherwise_is_shown_to_be() {
    let mut world = town(25);
    let friends = friends(&mut world);
    let (alice, bob, place) = (friends.alice.device, friends.bob.device, friends.place);
    let victim = id(&world, bob);
    let next = look(&world, |database| database.last_seq(place)) + 1;
    let spoil = move |entry: &mut Entry| {
        if let Some(Bytes(body)) = entry.body.as_mut().filter(|_| entry.seq == next) {
            // Somewhere in the secrets of the path, before signature and tags.
            let at = body.len() - 250;
            body[at] ^= 1;
        }
    };
    world.server.tell(move |device, request, mut frame| {
        match (&mut frame, request) {
            (ServerFrame::Push(Push::Entry { conversation, entry }), _)
                if device == victim && *conversation == place =>
            {
                spoil(entry);
            }
            (ServerFrame::Ok { re: Reply::Log { entries, .. }, .. }, Some(Request::Log { conversation, .. }))
                if device == victim && *conversation == place =>
            {
                entries.iter_mut().for_each(spoil);
            }
            _ => {}
        }
        vec![frame.into()]
    });
    let carol = friends.carol.account;
    done(&mut world, alice, Command::SetRole { conversation: place, account: carol, role: Role::Admin });
    pass(&mut world, 5 * MINUTE);
    let differs = WarningKind::MembersDiffer { added: Vec::new(), removed: Vec::new(), roles: vec![carol] };
    assert!(warnings(&world, bob).contains(&differs), "{:?}", warnings(&world, bob));
    // He came in again from outside, and said by that which log he was shown.
    assert!(is_forked(&world, alice, place), "{:?}", warnings(&world, alice));
    friends.assert_well_elsewhere(&mut world);

    friends.assert_heals(&mut world, &["a", "b", "c"]);
    for device in friends.devices() {
        assert_eq!(policy(&world, device, place).role(carol), Some(Role::Admin));
    }
}

#[test]
fn a_welcome_that_comes_before_the_news_of_being_back_is_used() {
    let mut world = town(27);
    let friends = friends(&mut world);
    let (alice, bob, place) = (friends.alice.device, friends.bob.device, friends.place);
    let account = friends.bob.account;
    done(&mut world, alice, Command::RemoveMember { conversation: place, account });
    pass(&mut world, MINUTE);
    assert_eq!(row(&world, bob, place).standing, Standing::Left);

    // The entry and the Welcome come first, and what they mean only behind them.
    let back = id(&world, bob);
    let mut held = None;
    world.server.tell(move |device, _, frame| match &frame {
        ServerFrame::Push(Push::Change(Change::Conversation(state)))
            if device == back && state.conversation == place && held.is_none() =>
        {
            held = Some(frame);
            Vec::new()
        }
        ServerFrame::Push(Push::Change(Change::Welcome { .. })) if device == back => {
            std::iter::once(frame).chain(held.take()).map(Into::into).collect()
        }
        _ => vec![frame.into()],
    });
    done(&mut world, alice, Command::AddMembers { conversation: place, accounts: vec![account] });
    pass(&mut world, MINUTE);
    world.server.be_honest();
    let view = View::new(world.at(bob).engine().reader(), world.now()).unwrap();
    let last = view::timeline(&view, place, Anchor::End, 200).unwrap().messages.pop().unwrap();
    let added = Body::System { event: SystemEvent::Added { accounts: vec![account] } };
    assert_eq!((last.message.author, last.body), (friends.alice.account, added));
    assert_eq!(warnings(&world, bob), []);
    say(&mut world, bob, place, "back");
    assert_eq!(texts(&world, alice, place), ["a", "b", "c", "back"]);
}

/// Falsifies what joiners are given: once the tree, once the GroupInfo or Welcome.
fn falsify(world: &mut Town, what: usize) {
    let flip = |Bytes(bytes): &mut Bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    world.server.tell(move |_, _, mut frame| {
        if let ServerFrame::Ok { re: Reply::GroupInfo { group_info: info, tree, .. }, .. }
        | ServerFrame::Ok { re: Reply::Welcome { message: info, tree, .. }, .. } = &mut frame
        {
            flip([info, tree][what]);
        }
        vec![frame.into()]
    });
}

#[test]
fn slow_a_joiner_is_not_taken_in_by_a_false_tree_or_group_info() {
    for what in [0, 1] {
        let mut world = town(26);
        let friends = friends(&mut world);
        let place = friends.place;
        falsify(&mut world, what);
        let tablet = world.recover(&friends.bob, "tablet");
        let dave = world.person("dave");
        done(
            &mut world,
            friends.alice.device,
            Command::AddMembers { conversation: place, accounts: vec![dave.account] },
        );
        pass(&mut world, 5 * MINUTE);
        for joiner in [tablet, dave.device] {
            assert_eq!(row(&world, joiner, place).standing, Standing::Joining);
        }
        say(&mut world, friends.alice.device, place, "before they are here");
        friends.assert_well_elsewhere(&mut world);

        world.server.be_honest();
        pass(&mut world, 5 * MINUTE);
        say(&mut world, friends.alice.device, place, "now they are");
        for joiner in [tablet, dave.device] {
            assert_eq!(texts(&world, joiner, place).last().unwrap(), "now they are");
        }
    }
}
