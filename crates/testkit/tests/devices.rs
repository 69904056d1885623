//! Stories of people with several devices, against the real server.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::Field;
use beseda_engine::api::view::{Anchor, Body, ConnectionState, KeyEvent, Readiness, SystemEvent, WarningKind};
use beseda_engine::identity::{self, phrase, safety_number};
use beseda_engine::store::conversations::Conversation;
use beseda_engine::store::me::Me;
use beseda_engine::{Command, Notice, view};
use beseda_model::{AccountId, ConversationId, DeviceId};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, SERVER, World};

type Town = World<RealServer>;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

const MINUTE: u64 = 60_000;

fn device_id(world: &Town, key: DeviceKey) -> DeviceId {
    Me::find(world.at(key).engine().reader()).unwrap().expect("somebody is signed in").device
}

fn devices(world: &Town, key: DeviceKey) -> Vec<DeviceId> {
    let mut devices: Vec<_> =
        identity::devices(world.at(key).engine().reader()).unwrap().into_iter().map(|device| device.device).collect();
    devices.sort_unstable();
    devices
}

fn sorted<const N: usize>(mut ids: [DeviceId; N]) -> Vec<DeviceId> {
    ids.sort_unstable();
    ids.to_vec()
}

fn texts(world: &Town, key: DeviceKey, conversation: ConversationId) -> Vec<String> {
    let view = view::View::new(world.at(key).engine().reader(), world.now()).unwrap();
    let page = view::timeline(&view, conversation, Anchor::End, 100).unwrap();
    page.messages
        .into_iter()
        .filter_map(|message| match message.body {
            Body::Text { text, .. } => Some(text),
            _ => None,
        })
        .collect()
}

fn events(world: &Town, key: DeviceKey, conversation: ConversationId) -> Vec<SystemEvent> {
    let view = view::View::new(world.at(key).engine().reader(), world.now()).unwrap();
    let page = view::timeline(&view, conversation, Anchor::End, 100).unwrap();
    page.messages
        .into_iter()
        .filter_map(|message| match message.body {
            Body::System { event } => Some(event),
            _ => None,
        })
        .collect()
}

fn key_history(world: &Town, key: DeviceKey, account: AccountId) -> Vec<KeyEvent> {
    let history = view::key_history(world.at(key).engine().reader(), account).unwrap();
    history.into_iter().map(|change| change.event).collect()
}

fn warnings(world: &Town, key: DeviceKey) -> Vec<WarningKind> {
    view::warnings(world.at(key).engine().reader()).unwrap().into_iter().map(|warning| warning.kind).collect()
}

fn is_signed_in(world: &Town, key: DeviceKey) -> bool {
    identity::is_signed_in(world.at(key).engine().reader()).unwrap()
}

/// Two people who have written to each other.
fn friends(world: &mut Town) -> (Person, Person, ConversationId) {
    let alice = world.person("alice");
    let bob = world.person("bob");
    world.run_for(5_000);
    let conversation = world.direct(alice.device, bob.account);
    world.run_for(MINUTE);
    world.say(alice.device, conversation, "hello");
    world.run_for(MINUTE);
    let accept = Command::AnswerStranger { conversation, accept: true };
    assert_eq!(world.ask(bob.device, accept), Ok(Outcome::Done));
    world.run_for(MINUTE);
    (alice, bob, conversation)
}

#[test]
fn a_new_device_by_phrase_reads_what_is_said_from_then_on_everywhere() {
    let mut world = town(1);
    let (alice, bob, conversation) = friends(&mut world);
    let tablet = world.recover(&alice, "tablet");
    world.run_for(5 * MINUTE);
    world.say(bob.device, conversation, "to both");
    world.say(tablet, conversation, "from the new one");
    world.run_for(MINUTE);
    for device in [alice.device, bob.device] {
        let texts = texts(&world, device, conversation);
        assert_eq!(texts.len(), 3, "{texts:?}");
    }
    let mut on_tablet = texts(&world, tablet, conversation);
    on_tablet.sort();
    assert_eq!(on_tablet, ["from the new one", "to both"]);
    let (old, new) = (device_id(&world, alice.device), device_id(&world, tablet));
    assert_eq!(devices(&world, alice.device), sorted([old, new]));
    assert_eq!(devices(&world, tablet), sorted([old, new]));
    assert_eq!(warnings(&world, alice.device), [WarningKind::OwnDeviceAdded { device: new }]);
    assert_eq!(warnings(&world, bob.device), []);
}

/// Links `new` to the account of `old` up to the comparison; the codes that both show, and the code to approve.
fn link(world: &mut Town, old: DeviceKey, new: DeviceKey) -> (u64, String, String, String) {
    let command = Command::StartLink { server: SERVER.to_owned(), device_name: "tablet".to_owned() };
    let id = world.command(new, command);
    let mut code = None;
    world.run_until(MINUTE, |world| {
        code = world.at(new).notices.iter().find_map(|notice| match notice {
            Notice::LinkProgress { link, .. } => Some(link.clone()),
            _ => None,
        });
        code.is_some()
    });
    let code = code.expect("the new device shows a code");
    assert_eq!(world.ask(old, Command::OpenLink { code: code.to_lowercase() }), Ok(Outcome::Done));
    world.run_for(10_000);
    let on_new = world.at(new).notices.iter().find_map(|notice| match notice {
        Notice::LinkProgress { comparison: Some(comparison), .. } => Some(comparison.clone()),
        _ => None,
    });
    let on_old = world.at(old).notices.iter().find_map(|notice| match notice {
        Notice::LinkCode { comparison, .. } => Some(comparison.clone()),
        _ => None,
    });
    (id, code, on_old.expect("the old device compares"), on_new.expect("the new device compares"))
}

#[test]
fn a_new_device_is_approved_by_an_old_one() {
    let mut world = town(2);
    let (alice, bob, conversation) = friends(&mut world);
    let tablet = world.device("tablet");
    let (id, code, on_old, on_new) = link(&mut world, alice.device, tablet);
    assert_eq!(on_old, on_new);
    assert_eq!(world.ask(alice.device, Command::ApproveLink { code }), Ok(Outcome::Done));
    world.run_for(5 * MINUTE);
    assert!(matches!(world.ending(tablet, id), Some(Ok(Outcome::SignedIn { .. }))));
    world.say(bob.device, conversation, "welcome");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, tablet, conversation), ["welcome"]);
    assert_eq!(warnings(&world, alice.device), [], "it was added here");
    let (old, new) = (device_id(&world, alice.device), device_id(&world, tablet));
    assert_eq!(devices(&world, alice.device), sorted([old, new]));
}

#[test]
fn a_comparison_code_that_did_not_arrive_is_told_again() {
    let mut world = town(43);
    let (alice, ..) = friends(&mut world);
    let tablet = world.device("tablet");
    let command = Command::StartLink { server: SERVER.to_owned(), device_name: "tablet".to_owned() };
    let id = world.command(tablet, command);
    world.run_for(1_000);
    let code = world.at(tablet).notices.iter().find_map(|notice| match notice {
        Notice::LinkProgress { link, .. } => Some(link.clone()),
        _ => None,
    });
    let code = code.expect("the new device shows a code");
    let is_told = |world: &Town| {
        world.at(alice.device).notices.iter().filter(|notice| matches!(notice, Notice::LinkCode { .. })).count()
    };
    world.conditions.drop_push_one_in = 1;
    assert_eq!(world.ask(alice.device, Command::OpenLink { code: code.clone() }), Ok(Outcome::Done));
    world.run_for(10_000);
    assert_eq!(is_told(&world), 0);
    // Typing the code again is the same request.
    assert_eq!(world.ask(alice.device, Command::OpenLink { code: code.clone() }), Ok(Outcome::Done));
    world.conditions.drop_push_one_in = 0;
    world.run_for(20_000);
    assert_eq!(is_told(&world), 1);
    assert_eq!(world.ask(alice.device, Command::ApproveLink { code }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(matches!(world.ending(tablet, id), Some(Ok(Outcome::SignedIn { .. }))));
}

#[test]
fn a_new_device_that_is_turned_down_stays_outside() {
    let mut world = town(3);
    let (alice, ..) = friends(&mut world);
    let tablet = world.device("tablet");
    let (id, code, ..) = link(&mut world, alice.device, tablet);
    assert_eq!(world.ask(alice.device, Command::RefuseLink { code: code.clone() }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(matches!(world.ending(tablet, id), Some(Err(Failure::NotAllowed { .. }))));
    assert_eq!(world.ask(alice.device, Command::ApproveLink { code }), Err(Failure::NotFound));
    assert_eq!(devices(&world, alice.device).len(), 1);
}

#[test]
fn a_removed_device_is_out_at_once_and_reads_nothing_more() {
    let mut world = town(4);
    let (alice, bob, conversation) = friends(&mut world);
    let lost = world.recover(&alice, "lost phone");
    world.run_for(5 * MINUTE);
    world.say(bob.device, conversation, "for both");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, lost, conversation), ["for both"]);

    let device = device_id(&world, lost);
    assert_eq!(world.ask(alice.device, Command::RemoveDevice { device }), Ok(Outcome::Done));
    world.run_for(1_000);
    assert!(!is_signed_in(&world, lost));
    assert_eq!(world.at(lost).engine().connection(), ConnectionState::SignedOut);
    world.say(bob.device, conversation, "not for the thief");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, lost, conversation), ["for both"], "history stays, nothing comes");
    assert_eq!(texts(&world, alice.device, conversation), ["hello", "for both", "not for the thief"]);
    assert_eq!(devices(&world, alice.device), [device_id(&world, alice.device)]);
    assert_eq!(world.ask(alice.device, Command::RemoveDevice { device }), Err(Failure::NotFound));
    assert_eq!(warnings(&world, bob.device), []);

    // What is written there would never leave it.
    for (device, may_send) in [(lost, false), (alice.device, true)] {
        let view = view::View::new(world.at(device).engine().reader(), world.now()).unwrap();
        assert_eq!(view::conversation(&view, conversation).unwrap().unwrap().may_send, may_send);
    }
    let draft = Draft { text: "to nobody".to_owned(), ..Draft::default() };
    assert_eq!(world.ask(lost, Command::Send { conversation, draft }), Err(Failure::NotSignedIn));
}

#[test]
fn whoever_removes_a_device_twice_is_told_twice() {
    let mut world = town(45);
    let (alice, _, _) = friends(&mut world);
    let lost = world.recover(&alice, "lost phone");
    world.run_for(5 * MINUTE);
    let device = device_id(&world, lost);
    let commands = [(); 2].map(|()| world.command(alice.device, Command::RemoveDevice { device }));
    world.run_for(MINUTE);
    for id in commands {
        assert_eq!(world.ending(alice.device, id), Some(&Ok(Outcome::Done)));
    }
    assert_eq!(devices(&world, alice.device), [device_id(&world, alice.device)]);
}

#[test]
fn a_group_that_everybody_else_has_left_is_not_lost_with_the_last_device() {
    let mut world = town(46);
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| world.person(name));
    let group = world.group(alice.device, "hikers", &[bob.account, carol.account]);
    world.run_for(MINUTE);
    world.say(bob.device, group, "I am off");
    world.run_for(MINUTE);
    // Nobody is there to carry out that they leave but a device that does not come back.
    world.set_online(alice.device, false);
    for leaver in [&bob, &carol] {
        assert_eq!(world.ask(leaver.device, Command::Leave { conversation: group }), Ok(Outcome::Done));
    }
    let new = world.recover(&alice, "new phone");
    world.run_for(MINUTE);
    let device = device_id(&world, alice.device);
    assert_eq!(world.ask(new, Command::RemoveDevice { device }), Ok(Outcome::Done));
    world.run_for(10 * MINUTE);

    let row = Conversation::find(world.at(new).engine().reader(), group).unwrap().expect("the group is there");
    let roster: Vec<_> = row.policy.expect("it has a policy").roster.iter().map(|entry| entry.account).collect();
    assert_eq!(roster, [alice.account]);
    let left = events(&world, new, group);
    for leaver in [&bob, &carol] {
        assert!(left.contains(&SystemEvent::Left { account: leaver.account }), "{left:?}");
    }
    assert_eq!(warnings(&world, new), []);
    world.say(new, group, "alone at last");
    let accounts = vec![bob.account];
    assert_eq!(world.ask(new, Command::AddMembers { conversation: group, accounts }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    world.say(new, group, "welcome back");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, bob.device, group), ["I am off", "welcome back"]);
}

#[test]
fn every_device_knows_what_the_others_are_called() {
    let mut world = town(44);
    let alice = world.person("alice");
    world.run_for(MINUTE);
    let mut names = vec![(alice.device, "phone")];
    for name in ["tablet", "laptop"] {
        names.push((world.recover(&alice, name), name));
        world.run_for(5 * MINUTE);
    }
    let mut expected: Vec<_> = names.iter().map(|(key, name)| (device_id(&world, *key), (*name).to_owned())).collect();
    expected[0].1 = Me::find(world.at(alice.device).engine().reader()).unwrap().unwrap().device_name;
    expected.sort();
    for (key, name) in names {
        let listed = identity::devices(world.at(key).engine().reader()).unwrap();
        let mut listed: Vec<_> = listed.into_iter().map(|device| (device.device, device.name)).collect();
        listed.sort();
        assert_eq!(listed, expected, "on the {name}");
    }
}

#[test]
fn signing_out_without_a_network_is_told_to_the_server_later() {
    let mut world = town(5);
    let (alice, ..) = friends(&mut world);
    let tablet = world.recover(&alice, "tablet");
    world.run_for(MINUTE);
    world.set_online(tablet, false);
    world.run_for(5 * MINUTE);
    assert_eq!(world.ask(tablet, Command::SignOut), Ok(Outcome::Done));
    assert!(!is_signed_in(&world, tablet));
    assert_eq!(devices(&world, alice.device).len(), 2, "nobody else knows");
    world.restart(tablet);
    world.set_online(tablet, true);
    world.run_for(5 * MINUTE);
    assert_eq!(world.at(tablet).engine().connection(), ConnectionState::SignedOut);
    assert_eq!(devices(&world, alice.device), [device_id(&world, alice.device)]);
}

#[test]
fn signing_out_removes_the_device_from_the_account() {
    let mut world = town(6);
    let (alice, ..) = friends(&mut world);
    let tablet = world.recover(&alice, "tablet");
    world.run_for(MINUTE);
    assert_eq!(world.ask(tablet, Command::SignOut), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(devices(&world, alice.device), [device_id(&world, alice.device)]);
    assert_eq!(world.ask(tablet, Command::SignOut), Err(Failure::NotSignedIn));
    assert!(is_signed_in(&world, alice.device));
}

#[test]
fn a_new_identity_is_loud_for_everybody_who_knew_the_old_one() {
    let mut world = town(7);
    let alice = {
        let device = world.device("alice");
        let command = Command::SignUp {
            server: SERVER.to_owned(),
            username: Some("alice".to_owned()),
            password: Some("correct horse".to_owned()),
            invite: None,
            phone: false,
            device_name: "phone".to_owned(),
        };
        match world.ask(device, command) {
            Ok(Outcome::SignedUp { account, phrase, .. }) => Person { account, device, phrase },
            other => panic!("{other:?}"),
        }
    };
    let bob = world.person("bob");
    world.run_for(5_000);
    let conversation = world.direct(alice.device, bob.account);
    world.run_for(MINUTE);
    world.say(alice.device, conversation, "hello");
    world.run_for(MINUTE);
    let accept = Command::AnswerStranger { conversation, accept: true };
    assert_eq!(world.ask(bob.device, accept), Ok(Outcome::Done));
    let reader = |world: &Town, key| safety_number(world.at(key).engine().reader(), alice.account).unwrap();
    let before = reader(&world, bob.device).expect("bob knows alice");
    let on_alice = safety_number(world.at(alice.device).engine().reader(), bob.account).unwrap();
    assert_eq!(Some(&before), on_alice.as_ref(), "the same on both sides");

    let verify = |verified| Command::Verify { account: alice.account, verified };
    for verified in [true, true, false, true] {
        assert_eq!(world.ask(bob.device, verify(verified)), Ok(Outcome::Done));
        world.run_for(5_000);
    }

    let thief = world.device("somebody with the password");
    let command = Command::ResetIdentity {
        server: SERVER.to_owned(),
        username: "alice".to_owned(),
        password: "correct horse".to_owned(),
        device_name: "new".to_owned(),
    };
    let reset = world.ask(thief, command);
    assert!(matches!(reset, Ok(Outcome::SignedUp { account, .. }) if account == alice.account), "{reset:?}");
    world.run_for(MINUTE);
    assert!(!is_signed_in(&world, alice.device));
    assert!(warnings(&world, bob.device).contains(&WarningKind::IdentityChanged { account: alice.account }));
    assert_ne!(reader(&world, bob.device), Some(before));
    let view = view::View::new(world.at(bob.device).engine().reader(), world.now()).unwrap();
    assert!(view::account(&view, alice.account).unwrap().identity_changed);
    let history = key_history(&world, bob.device, alice.account);
    assert_eq!(
        history,
        [KeyEvent::NewIdentity, KeyEvent::Compared, KeyEvent::Unmarked, KeyEvent::Compared, KeyEvent::Met]
    );

    // Somebody new is in nothing; the two may meet again, and what was said before stays what it was.
    let readiness = |world: &Town, id| {
        let view = view::View::new(world.at(bob.device).engine().reader(), world.now()).unwrap();
        view::conversation(&view, id).unwrap().unwrap().readiness
    };
    assert_eq!(readiness(&world, conversation), Readiness::PeerGone);
    let draft = Draft { text: "to nobody".to_owned(), ..Draft::default() };
    let refused = world.ask(bob.device, Command::Send { conversation, draft });
    assert!(matches!(refused, Err(Failure::NotReady { .. })), "{refused:?}");
    let again = world.direct(bob.device, alice.account);
    world.run_for(MINUTE);
    assert_eq!(readiness(&world, again), Readiness::RequestSent);
    world.say(bob.device, again, "is it you?");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, thief, again), ["is it you?"]);
    assert_eq!(texts(&world, bob.device, conversation), ["hello"]);
}

#[test]
fn of_a_profile_and_its_copy_one_retires_and_comes_back_as_another_device() {
    let mut world = town(8);
    let (alice, bob, conversation) = friends(&mut world);
    let copy = std::cell::RefCell::new(Vec::new());
    world.tamper(alice.device, |path| {
        *copy.borrow_mut() = std::fs::read(path).expect("the profile is a file");
    });
    world.run_for(MINUTE);
    world.say(alice.device, conversation, "the profile goes on");
    world.run_for(MINUTE);
    let before = device_id(&world, alice.device);
    world.tamper(alice.device, |path| {
        let folder = path.parent().expect("a file is in a folder");
        for entry in std::fs::read_dir(folder).expect("it can be read") {
            let other = entry.expect("it can be read").path();
            if other != path {
                std::fs::remove_file(other).expect("a log of the database can be removed");
            }
        }
        std::fs::write(path, copy.borrow().as_slice()).expect("a backup can be brought back");
    });
    world.run_for(MINUTE);
    assert_eq!(warnings(&world, alice.device), [WarningKind::ProfileCopied]);
    assert!(!is_signed_in(&world, alice.device));
    assert_eq!(texts(&world, alice.device, conversation), ["hello"], "history stays");

    let (server, phrase) = (SERVER.to_owned(), alice.phrase.clone());
    let command = Command::Recover { server, phrase, device_name: "restored".to_owned() };
    let ended = world.ask(alice.device, command);
    assert!(matches!(ended, Ok(Outcome::SignedIn { .. })), "{ended:?}");
    world.run_for(5 * MINUTE);
    assert_ne!(device_id(&world, alice.device), before);
    world.say(bob.device, conversation, "is that you?");
    world.run_for(MINUTE);
    world.say(alice.device, conversation, "yes, again");
    world.run_for(MINUTE);
    let texts = texts(&world, alice.device, conversation);
    assert!(texts.ends_with(&["is that you?".to_owned(), "yes, again".to_owned()]), "{texts:?}");
    assert_eq!(texts.first().map(String::as_str), Some("hello"), "{texts:?}");
}

#[test]
fn whatever_http_answer_is_lost_there_is_one_account_and_no_device_without_an_owner() {
    for seed in 0..12 {
        let mut world = town(100 + seed);
        world.conditions.lose_http_one_in = 4;
        let device = world.device("alice");
        let mut tries = 0;
        let phrase = loop {
            let command = Command::SignUp {
                server: SERVER.to_owned(),
                username: Some("alice".to_owned()),
                password: None,
                invite: None,
                phone: false,
                device_name: "phone".to_owned(),
            };
            tries += 1;
            match world.ask(device, command) {
                Ok(Outcome::SignedUp { phrase, .. }) => break phrase,
                Err(Failure::Unreachable) if tries < 50 => {}
                other => panic!("seed {seed}: {other:?}"),
            }
        };
        world.conditions.lose_http_one_in = 0;
        world.run_for(MINUTE);
        let kept = phrase::kept(world.at(device).engine().reader()).unwrap();
        assert_eq!(*kept.expect("it is not confirmed").words(), phrase);
        assert_eq!(devices(&world, device), [device_id(&world, device)], "seed {seed}");
        assert_eq!(warnings(&world, device), [], "seed {seed}");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder can be made");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

#[test]
fn a_restored_server_gets_the_device_log_back_and_a_revoked_device_stays_out() {
    let mut world = town(9);
    let (alice, bob, conversation) = friends(&mut world);
    let lost = world.recover(&alice, "lost phone");
    world.run_for(5 * MINUTE);
    let backup = tempfile::tempdir().expect("a temporary folder can be made");
    world.server.restart(|data| copy(data, backup.path()));
    let everybody = [alice.device, bob.device, lost];
    let reconnect = |world: &mut Town, devices: &[DeviceKey]| {
        for device in devices {
            world.set_online(*device, false);
            world.set_online(*device, true);
        }
        world.run_for(5 * MINUTE);
    };
    reconnect(&mut world, &everybody);

    // After the backup one device is revoked and another one comes.
    let device = device_id(&world, lost);
    assert_eq!(world.ask(alice.device, Command::RemoveDevice { device }), Ok(Outcome::Done));
    let tablet = world.recover(&alice, "tablet");
    world.run_for(5 * MINUTE);
    let expected = sorted([device_id(&world, alice.device), device_id(&world, tablet)]);
    assert_eq!(devices(&world, alice.device), expected);

    world.server.restart(|data| {
        std::fs::remove_dir_all(data).expect("a folder can be removed");
        std::fs::create_dir_all(data).expect("a folder can be made");
        copy(backup.path(), data);
        beseda_infra::db::sqlite::renew_store_epoch(data, [9; 16]).expect("a restored store is marked");
    });
    reconnect(&mut world, &[alice.device, bob.device, tablet]);
    assert!(warnings(&world, alice.device).contains(&WarningKind::ServerRestored));

    // Whoever comes now sees the same log as those who saw it before.
    let new = world.recover(&alice, "another one");
    world.run_for(5 * MINUTE);
    assert!(!devices(&world, new).contains(&device), "the lost phone stays revoked");
    assert_eq!(devices(&world, new), devices(&world, alice.device));
    for key in [alice.device, bob.device, new] {
        let forks =
            warnings(&world, key).into_iter().filter(|kind| matches!(kind, WarningKind::DeviceLogForked { .. }));
        assert_eq!(forks.count(), 0);
    }
    world.say(bob.device, conversation, "all is well");
    world.run_for(5 * MINUTE);
    for key in [alice.device, new] {
        assert!(texts(&world, key, conversation).contains(&"all is well".to_owned()));
    }
}

#[test]
fn a_new_phrase_is_the_same_person_with_another_safety_number() {
    let mut world = town(10);
    let (mut alice, bob, conversation) = friends(&mut world);
    let number = |world: &Town| safety_number(world.at(bob.device).engine().reader(), alice.account).unwrap();
    let before = number(&world);
    let wrong = Command::NewPhrase { phrase: bob.phrase.clone() };
    assert!(matches!(world.ask(alice.device, wrong), Err(Failure::Invalid { .. })));
    let changed = world.ask(alice.device, Command::NewPhrase { phrase: alice.phrase.clone() });
    let Ok(Outcome::PhraseChanged { phrase: new }) = changed else { panic!("{changed:?}") };
    let kept = phrase::kept(world.at(alice.device).engine().reader()).unwrap().expect("it is not confirmed");
    assert_eq!(*kept.words(), new);
    world.run_for(5 * MINUTE);
    assert_ne!(number(&world), before);
    assert_eq!(key_history(&world, bob.device, alice.account), [KeyEvent::NewPhrase, KeyEvent::Met]);
    let loud = WarningKind::IdentityChanged { account: alice.account };
    assert!(!warnings(&world, bob.device).contains(&loud), "it is the same person");

    // The old phrase opens nothing any more, the new one everything.
    let stranger = world.device("somebody who saw the old phrase");
    let (server, old) = (SERVER.to_owned(), alice.phrase.clone());
    let refused = world.ask(stranger, Command::Recover { server, phrase: old, device_name: String::new() });
    assert!(matches!(refused, Err(Failure::Refused { .. })), "{refused:?}");
    alice.phrase = new;
    let tablet = world.recover(&alice, "tablet");
    world.run_for(5 * MINUTE);
    world.say(bob.device, conversation, "still you");
    world.say(tablet, conversation, "still me");
    world.run_for(5 * MINUTE);
    for key in [alice.device, bob.device] {
        assert_eq!(texts(&world, key, conversation).len(), 3, "{:?}", texts(&world, key, conversation));
    }
    assert_eq!(texts(&world, tablet, conversation).len(), 2);
    let group = world.group(tablet, "with both keys", &[]);
    world.run_for(5 * MINUTE);
    world.say(alice.device, group, "here, too");
    world.run_for(MINUTE);
    assert_eq!(texts(&world, tablet, group), ["here, too"]);
}

#[test]
fn the_phrase_stands_for_a_password_that_was_forgotten() {
    let mut world = town(11);
    let device = world.device("alice");
    let (server, username) = (SERVER.to_owned(), Some("alice".to_owned()));
    let (password, device_name) = (Some("correct horse".to_owned()), "phone".to_owned());
    let command = Command::SignUp { server, username, password, invite: None, phone: false, device_name };
    let Ok(Outcome::SignedUp { phrase, .. }) = world.ask(device, command) else { panic!("she joins") };
    let bob = world.person("bob");
    let by_phrase = |phrase: &str, new: &str| {
        let (phrase, new) = (Some(phrase.to_owned()), new.to_owned());
        Command::SetPassword { current: None, phrase, new }
    };
    let by_password = |current: &str, new: &str| {
        let (current, new) = (Some(current.to_owned()), new.to_owned());
        Command::SetPassword { current, phrase: None, new }
    };
    for (wrong, new, what) in [
        (bob.phrase.as_str(), "battery staple", Field::Phrase),
        ("twenty four other words", "battery staple", Field::Phrase),
        (phrase.as_str(), "short", Field::Password),
    ] {
        let refused = world.ask(device, by_phrase(wrong, new));
        assert!(matches!(&refused, Err(Failure::Invalid { what: told, .. }) if *told == what), "{refused:?}");
    }
    assert_eq!(world.ask(device, by_phrase(&phrase, "battery staple")), Ok(Outcome::Done));
    let refused = world.ask(device, by_password("correct horse", "another one"));
    assert!(matches!(refused, Err(Failure::Refused { .. })), "{refused:?}");
    assert_eq!(world.ask(device, by_password("battery staple", "another one")), Ok(Outcome::Done));

    // A phrase that was replaced stands for nothing any more.
    let changed = world.ask(device, Command::NewPhrase { phrase: phrase.clone() });
    assert!(matches!(changed, Ok(Outcome::PhraseChanged { .. })), "{changed:?}");
    let refused = world.ask(device, by_phrase(&phrase, "battery staple"));
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
}

#[test]
fn whatever_is_lost_a_new_phrase_is_never_lost() {
    for seed in 0..8 {
        let mut world = town(200 + seed);
        let alice = world.person("alice");
        world.run_for(MINUTE);
        world.conditions.cut_one_in = 3;
        let ended = world.ask(alice.device, Command::NewPhrase { phrase: alice.phrase.clone() });
        world.conditions.cut_one_in = 0;
        world.run_for(10 * MINUTE);
        let kept = phrase::kept(world.at(alice.device).engine().reader()).unwrap().expect("it is not confirmed");
        if let Ok(Outcome::PhraseChanged { phrase }) = ended {
            assert_eq!(*kept.words(), phrase, "seed {seed}");
        }
        // Whatever the person was told: the phrase that this device shows is the account's.
        let kept = kept.words().to_string();
        let tablet = world.recover(&Person { phrase: kept, ..alice }, "tablet");
        assert!(is_signed_in(&world, tablet), "seed {seed}");
    }
}
