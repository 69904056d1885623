//! Stories of the engine's core with the real server.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::view::{Anchor, Body, ConnectionState, MessageView, SystemEvent, WarningKind};
use beseda_engine::store::conversations::{Conversation, Standing};
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_model::{AccountId, ConversationId, Role};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::world::{DeviceKey, SERVER, World};

type Town = World<RealServer>;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn person(world: &mut Town, name: &str) -> (DeviceKey, AccountId) {
    let device = world.device(name);
    let command = Command::SignUp {
        server: SERVER.to_owned(),
        username: Some(name.to_owned()),
        password: Some("correct horse".to_owned()),
        invite: None,
        phone: false,
        device_name: name.to_owned(),
    };
    match world.ask(device, command) {
        Ok(Outcome::SignedUp { account, .. }) => (device, account),
        other => panic!("{other:?}"),
    }
}

fn row(world: &Town, device: DeviceKey, id: ConversationId) -> Conversation {
    Conversation::find(world.at(device).engine().reader(), id).unwrap().expect("it is known here")
}

#[test]
fn two_people_open_a_direct_conversation() {
    let mut world = town(1);
    let (alice, _) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    world.run_for(10_000);
    assert_eq!(world.at(alice).engine().connection(), ConnectionState::Online);
    assert!(Me::find(world.at(bob).engine().reader()).unwrap().is_some());
    let opened = world.ask(alice, Command::OpenDirect { account: bob_account });
    let Ok(Outcome::Conversation { conversation }) = opened else { panic!("{opened:?}") };
    world.run_for(20_000);
    for device in [alice, bob] {
        let row = row(&world, device, conversation);
        assert_eq!(row.standing, Standing::Ready);
        assert!(row.is_current() && row.is_caught_up());
    }
}

fn online(world: &mut Town) {
    pass(world, 60_000);
}

/// Lets time pass, and sees that nobody is busy for nothing.
fn pass(world: &mut Town, millis: u64) {
    let mut happenings = 0;
    world.run_until(millis, |world| {
        happenings += 1;
        if happenings > 50_000 {
            let devices = world.keys().into_iter().map(|key| world.at(key));
            let states: Vec<_> = devices
                .map(|device| (&device.name, device.engine(), Conversation::all(device.engine().reader()).unwrap()))
                .collect();
            panic!("livelock at {:?}: {states:#?}", world.now());
        }
        false
    });
}

fn group(world: &mut Town, by: DeviceKey, members: &[AccountId]) -> ConversationId {
    let ended = world.ask(by, Command::CreateGroup { title: "Friends".to_owned(), members: members.to_vec() });
    let Ok(Outcome::Conversation { conversation }) = ended else { panic!("{ended:?}") };
    conversation
}

fn assert_together(world: &Town, devices: &[DeviceKey], id: ConversationId) {
    let rows: Vec<_> = devices.iter().map(|device| row(world, *device, id)).collect();
    for (row, device) in rows.iter().zip(devices) {
        let name = &world.at(*device).name;
        assert_eq!(row.standing, Standing::Ready, "{name}: {row:?}");
        assert!(row.is_current() && row.is_caught_up(), "{name}: {row:?}");
        assert_eq!((row.applied, row.chain), (rows[0].applied, rows[0].chain), "{name}: {row:?}");
        assert_eq!(row.policy, rows[0].policy, "{name}");
    }
}

#[test]
fn a_group_grows_shrinks_and_is_left() {
    let mut world = town(2);
    let (alice, _) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    let (carol, carol_account) = person(&mut world, "carol");
    for other in [bob, carol] {
        allow(&mut world, other);
    }
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account]);
    online(&mut world);
    assert_together(&world, &[alice, bob], id);
    let added = world.ask(bob, Command::AddMembers { conversation: id, accounts: vec![carol_account] });
    assert_eq!(added, Ok(Outcome::Done));
    online(&mut world);
    assert_together(&world, &[alice, bob, carol], id);
    assert_eq!(world.ask(carol, Command::Leave { conversation: id }), Ok(Outcome::Done));
    online(&mut world);
    assert_together(&world, &[alice, bob], id);
    assert_eq!(row(&world, alice, id).policy.unwrap().roster.len(), 2);
    assert_eq!(row(&world, carol, id).standing, Standing::Left);
    assert_eq!(world.ask(alice, Command::RemoveMember { conversation: id, account: bob_account }), Ok(Outcome::Done));
    online(&mut world);
    assert_eq!(row(&world, bob, id).standing, Standing::Left);
    assert_together(&world, &[alice], id);
}

#[test]
fn who_was_removed_and_added_again_while_away_begins_anew_there() {
    let mut world = town(6);
    let (alice, _) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    allow(&mut world, bob);
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account]);
    online(&mut world);
    world.say(alice, id, "before");
    online(&mut world);
    world.set_online(bob, false);
    online(&mut world);
    world.say(bob, id, "from afar");
    let remove = Command::RemoveMember { conversation: id, account: bob_account };
    assert_eq!(world.ask(alice, remove), Ok(Outcome::Done));
    world.say(alice, id, "not for bob");
    online(&mut world);
    let add = Command::AddMembers { conversation: id, accounts: vec![bob_account] };
    assert_eq!(world.ask(alice, add), Ok(Outcome::Done));
    world.say(alice, id, "welcome back");
    online(&mut world);
    world.set_online(bob, true);
    online(&mut world);
    assert_together(&world, &[alice, bob], id);
    assert_eq!(texts(&world, alice, id), ["before", "not for bob", "welcome back", "from afar"]);
    assert_eq!(texts(&world, bob, id), ["before", "welcome back", "from afar"]);
    assert_eq!((warnings(&world, alice), warnings(&world, bob)), (vec![], vec![]));
}

#[test]
fn who_has_seen_their_removal_is_told_who_brings_them_back_and_warned_of_nothing() {
    let mut world = town(7);
    let (alice, alice_account) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    let (carol, carol_account) = person(&mut world, "carol");
    for other in [bob, carol] {
        allow(&mut world, other);
    }
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account]);
    online(&mut world);
    let remove = Command::RemoveMember { conversation: id, account: bob_account };
    assert_eq!(world.ask(alice, remove), Ok(Outcome::Done));
    online(&mut world);
    assert_eq!(row(&world, bob, id).standing, Standing::Left);
    // What changes meanwhile is not for him to follow.
    let add = |account| Command::AddMembers { conversation: id, accounts: vec![account] };
    assert_eq!(world.ask(alice, add(carol_account)), Ok(Outcome::Done));
    online(&mut world);
    assert_eq!(world.ask(alice, add(bob_account)), Ok(Outcome::Done));
    online(&mut world);
    assert_together(&world, &[alice, bob, carol], id);
    assert_eq!(warnings(&world, bob), []);
    let last = page(&world, bob, id).pop().unwrap();
    let added = Body::System { event: SystemEvent::Added { accounts: vec![bob_account] } };
    assert_eq!((last.message.author, last.body), (alice_account, added));
}

#[test]
fn a_group_that_is_handed_over_has_one_line_about_it() {
    let mut world = town(9);
    let (alice, alice_account) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    allow(&mut world, bob);
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account]);
    online(&mut world);
    let hand_over = Command::TransferOwnership { conversation: id, account: bob_account };
    assert_eq!(world.ask(alice, hand_over), Ok(Outcome::Done));
    online(&mut world);
    assert_eq!(row(&world, bob, id).policy.unwrap().role(bob_account), Some(Role::Owner));
    for device in [alice, bob] {
        let told: Vec<_> = page(&world, device, id)
            .into_iter()
            .filter(|message| {
                let Body::System { event } = &message.body else { return false };
                matches!(event, SystemEvent::RoleChanged { .. } | SystemEvent::HandedOver { .. })
            })
            .map(|message| (message.message.author, message.body))
            .collect();
        let event = SystemEvent::HandedOver { account: bob_account };
        assert_eq!(told, [(alice_account, Body::System { event })]);
    }
}

#[test]
fn who_was_removed_added_and_removed_again_while_away_is_out() {
    let mut world = town(8);
    let (alice, _) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    allow(&mut world, bob);
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account]);
    online(&mut world);
    world.say(alice, id, "before");
    online(&mut world);
    world.set_online(bob, false);
    for again in [true, false] {
        let remove = Command::RemoveMember { conversation: id, account: bob_account };
        assert_eq!(world.ask(alice, remove), Ok(Outcome::Done));
        if again {
            let add = Command::AddMembers { conversation: id, accounts: vec![bob_account] };
            assert_eq!(world.ask(alice, add), Ok(Outcome::Done));
        }
        online(&mut world);
    }
    world.set_online(bob, true);
    online(&mut world);
    assert_eq!(row(&world, bob, id).standing, Standing::Left);
    assert_eq!(texts(&world, bob, id), ["before"]);
    // It can't see for itself who removed it: that is said, and nothing else.
    let warnings = warnings(&world, bob);
    assert!(matches!(*warnings, [WarningKind::InvalidCommit { .. }]), "{warnings:?}");
}

fn allow(world: &mut Town, device: DeviceKey) {
    let privacy = beseda_wire::state::PrivacySettings {
        group_adds: beseda_wire::state::Audience::Everyone,
        ..Default::default()
    };
    assert_eq!(world.ask(device, Command::SetPrivacy { privacy }), Ok(Outcome::Done));
}

#[test]
fn two_people_open_the_same_direct_conversation_at_once() {
    let mut world = town(3);
    let (alice, alice_account) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    online(&mut world);
    let one = world.command(alice, Command::OpenDirect { account: bob_account });
    let other = world.command(bob, Command::OpenDirect { account: alice_account });
    online(&mut world);
    let opened: Vec<_> =
        [(alice, one), (bob, other)].map(|(device, id)| world.ending(device, id).cloned()).into_iter().collect();
    assert_eq!(opened[0], opened[1]);
    let Some(Ok(Outcome::Conversation { conversation })) = opened[0].clone() else { panic!("{opened:?}") };
    assert_together(&world, &[alice, bob], conversation);
}

#[test]
fn everybody_changes_the_group_at_once() {
    let mut world = town(4);
    let (alice, _) = person(&mut world, "alice");
    let (bob, bob_account) = person(&mut world, "bobby");
    let (carol, carol_account) = person(&mut world, "carol");
    let (dave, dave_account) = person(&mut world, "davey");
    let (erin, erin_account) = person(&mut world, "erina");
    for other in [bob, carol, dave, erin] {
        allow(&mut world, other);
    }
    online(&mut world);
    let id = group(&mut world, alice, &[bob_account, carol_account]);
    online(&mut world);
    let adds = [(alice, dave_account), (bob, erin_account), (carol, dave_account)]
        .map(|(by, who)| (by, world.command(by, Command::AddMembers { conversation: id, accounts: vec![who] })));
    online(&mut world);
    for (by, command) in adds {
        assert_eq!(world.ending(by, command), Some(&Ok(Outcome::Done)));
    }
    online(&mut world);
    assert_together(&world, &[alice, bob, carol, dave, erin], id);
    assert_eq!(row(&world, alice, id).policy.unwrap().roster.len(), 5);
}

#[test]
fn a_second_device_comes_by_the_phrase_and_joins_everything() {
    let mut world = town(5);
    let device = world.device("alice");
    let command = Command::SignUp {
        server: SERVER.to_owned(),
        username: None,
        password: None,
        invite: None,
        phone: false,
        device_name: "first".to_owned(),
    };
    let Ok(Outcome::SignedUp { account, phrase, .. }) = world.ask(device, command) else { panic!() };
    let (bob, bob_account) = person(&mut world, "bobby");
    online(&mut world);
    let opened = world.ask(device, Command::OpenDirect { account: bob_account });
    let Ok(Outcome::Conversation { conversation }) = opened else { panic!("{opened:?}") };
    online(&mut world);
    let second = world.device("alice 2");
    let recover = Command::Recover { server: SERVER.to_owned(), phrase, device_name: "second".to_owned() };
    let recovered = world.ask(second, recover);
    assert!(matches!(&recovered, Ok(Outcome::SignedIn { account: own, .. }) if *own == account), "{recovered:?}");
    online(&mut world);
    assert_together(&world, &[device, bob, second], conversation);
    let notes = Conversation::notes(world.at(device).engine().reader()).unwrap().unwrap().id;
    assert_together(&world, &[device, second], notes);
    // The second device revokes the first.
    let first = Me::find(world.at(device).engine().reader()).unwrap().unwrap().device;
    assert_eq!(world.ask(second, Command::RemoveDevice { device: first }), Ok(Outcome::Done));
    online(&mut world);
    assert!(Me::find(world.at(device).engine().reader()).unwrap().unwrap().signed_out);
    assert_together(&world, &[bob, second], conversation);
    assert_eq!(row(&world, bob, conversation).due, Vec::new());
}

#[test]
fn slow_a_rough_network_changes_nothing_in_the_end() {
    for seed in 10..20 {
        let mut world = town(seed);
        let (alice, _) = person(&mut world, "alice");
        let (bob, bob_account) = person(&mut world, "bobby");
        let (carol, carol_account) = person(&mut world, "carol");
        for other in [bob, carol] {
            allow(&mut world, other);
        }
        online(&mut world);
        world.conditions = beseda_testkit::network::Conditions::ROUGH;
        let id = group(&mut world, alice, &[bob_account, carol_account]);
        pass(&mut world, 60_000);
        for device in [bob, carol, alice] {
            world.command(device, Command::SetRole { conversation: id, account: carol_account, role: Role::Admin });
        }
        world.restart(bob);
        pass(&mut world, 300_000);
        world.conditions = beseda_testkit::network::Conditions::CALM;
        pass(&mut world, 120_000);
        assert_together(&world, &[alice, bob, carol], id);
    }
}

/// What a conversation shows, oldest first.
fn page(world: &Town, device: DeviceKey, id: ConversationId) -> Vec<MessageView> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::timeline(&view, id, Anchor::End, 200).unwrap().messages
}

/// The texts of a conversation, oldest first; what can't be read stands there with its reason.
fn texts(world: &Town, device: DeviceKey, id: ConversationId) -> Vec<String> {
    page(world, device, id)
        .iter()
        .filter_map(|message| match &message.body {
            Body::Text { text, .. } => Some(text.clone()),
            Body::Unreadable { why, healing } => Some(format!("{why:?} {healing:?}")),
            _ => None,
        })
        .collect()
}

fn warnings(world: &Town, device: DeviceKey) -> Vec<WarningKind> {
    view::warnings(world.at(device).engine().reader()).unwrap().into_iter().map(|warning| warning.kind).collect()
}

/// Two people who have accepted each other.
fn couple(world: &mut Town) -> (DeviceKey, DeviceKey, ConversationId) {
    let (alice, _) = person(world, "alice");
    let (bob, bob_account) = person(world, "bobby");
    online(world);
    let id = world.direct(alice, bob_account);
    online(world);
    world.say(alice, id, "hello");
    online(world);
    assert_eq!(world.ask(bob, Command::AnswerStranger { conversation: id, accept: true }), Ok(Outcome::Done));
    online(world);
    world.say(bob, id, "hi");
    online(world);
    assert_eq!(texts(world, alice, id), ["hello", "hi"]);
    (alice, bob, id)
}

#[test]
fn messages_go_both_ways_and_wait_for_the_network() {
    let mut world = town(20);
    let (alice, bob, id) = couple(&mut world);
    world.set_online(bob, false);
    world.run_for(100_000);
    for n in 0..40 {
        world.say(alice, id, &format!("a{n}"));
        world.say(bob, id, &format!("b{n}"));
    }
    online(&mut world);
    assert_eq!(texts(&world, bob, id).len(), 42);
    world.restart(bob);
    world.set_online(bob, true);
    online(&mut world);
    assert_together(&world, &[alice, bob], id);
    assert_eq!(texts(&world, alice, id), texts(&world, bob, id));
    assert_eq!(texts(&world, alice, id).len(), 82);
}

#[test]
fn slow_nothing_is_lost_or_doubled_in_rough_weather() {
    for seed in 30..36 {
        let mut world = town(seed);
        let (alice, bob, id) = couple(&mut world);
        world.conditions = beseda_testkit::network::Conditions::ROUGH;
        let mut said = vec!["hello".to_owned(), "hi".to_owned()];
        for n in 0..30 {
            for (device, name) in [(alice, "a"), (bob, "b")] {
                let text = format!("{name}{n}");
                world.say(device, id, &text);
                said.push(text);
            }
            pass(&mut world, 1_000);
            if n % 10 == 5 {
                world.restart(alice);
            }
        }
        pass(&mut world, 300_000);
        world.conditions = beseda_testkit::network::Conditions::CALM;
        pass(&mut world, 120_000);
        assert_together(&world, &[alice, bob], id);
        let mut seen = texts(&world, alice, id);
        assert_eq!(seen, texts(&world, bob, id), "seed {seed}");
        seen.sort_unstable();
        said.sort_unstable();
        assert_eq!(seen, said, "seed {seed}");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_copied_profile_retires_and_keeps_its_history() {
    let mut world = town(40);
    let (alice, _, id) = couple(&mut world);
    let backup = tempfile::tempdir().unwrap();
    world.tamper(alice, |database| copy(database.parent().unwrap(), backup.path()));
    online(&mut world);
    world.say(alice, id, "after the copy");
    online(&mut world);
    world.tamper(alice, |database| copy(backup.path(), database.parent().unwrap()));
    online(&mut world);
    assert!(Me::find(world.at(alice).engine().reader()).unwrap().unwrap().signed_out);
    assert!(warnings(&world, alice).contains(&WarningKind::ProfileCopied), "{:?}", warnings(&world, alice));
    assert_eq!(texts(&world, alice, id), ["hello", "hi"]);
}

#[test]
fn a_damaged_group_is_joined_again_and_what_was_missed_is_asked_for() {
    let mut world = town(41);
    let (alice, bob, id) = couple(&mut world);
    world.set_online(bob, false);
    world.run_for(40_000);
    world.say(alice, id, "while bob is away");
    online(&mut world);
    world.tamper(bob, |database| {
        let conn = rusqlite::Connection::open(database).unwrap();
        conn.execute("UPDATE mls SET value = x'ff' WHERE key LIKE 'secrets:%'", ()).unwrap();
    });
    world.set_online(bob, true);
    pass(&mut world, 200_000);
    world.say(bob, id, "I am back");
    online(&mut world);
    assert_together(&world, &[alice, bob], id);
    assert!(warnings(&world, bob).contains(&WarningKind::LocalDamage));
    assert_eq!(texts(&world, bob, id), ["hello", "hi", "while bob is away", "I am back"]);
    assert_eq!(texts(&world, alice, id), texts(&world, bob, id));
}

#[test]
fn a_server_restored_from_a_backup_gets_back_what_it_forgot() {
    let mut world = town(42);
    let (alice, bob, id) = couple(&mut world);
    let backup = tempfile::tempdir().unwrap();
    world.server.restart(|data| copy(data, backup.path()));
    for device in [alice, bob] {
        world.set_online(device, false);
        world.set_online(device, true);
    }
    online(&mut world);
    world.say(alice, id, "forgotten by the server");
    online(&mut world);
    world.say(bob, id, "this too");
    online(&mut world);
    assert_eq!(texts(&world, alice, id).len(), 4);
    world.server.restart(|data| {
        std::fs::remove_dir_all(data).unwrap();
        std::fs::create_dir_all(data).unwrap();
        copy(backup.path(), data);
        beseda_infra::db::sqlite::renew_store_epoch(data, [7; 16]).unwrap();
    });
    for device in [alice, bob] {
        world.set_online(device, false);
        world.set_online(device, true);
    }
    pass(&mut world, 300_000);
    assert!(warnings(&world, alice).contains(&WarningKind::ServerRestored));
    assert_together(&world, &[alice, bob], id);
    assert_eq!(row(&world, alice, id).generation, 1);
    let mut seen = texts(&world, alice, id);
    assert_eq!(seen, texts(&world, bob, id));
    seen.sort_unstable();
    assert_eq!(seen, ["forgotten by the server", "hello", "hi", "this too"]);
}

#[test]
fn a_server_that_goes_back_in_silence_is_seen_by_whoever_knows_what_it_took_back() {
    let mut world = town(43);
    let (alice, bob, id) = couple(&mut world);
    let backup = tempfile::tempdir().unwrap();
    world.restart_server(|data| copy(data, backup.path()));
    online(&mut world);
    world.set_online(bob, false);
    world.say(alice, id, "taken back");
    online(&mut world);
    world.set_online(alice, false);
    // Unlike one that was restored, it does not say so.
    world.restart_server(|data| {
        std::fs::remove_dir_all(data).unwrap();
        std::fs::create_dir_all(data).unwrap();
        copy(backup.path(), data);
    });
    world.set_online(bob, true);
    for text in ["instead of it", "on top of that"] {
        world.say(bob, id, text);
        online(&mut world);
    }
    world.set_online(alice, true);
    online(&mut world);
    // Who of bob and the server tells her something else she can't know; she sees it, and may say so here.
    assert!(warnings(&world, alice).iter().any(|kind| matches!(kind, WarningKind::LogForked { .. })));
    assert_eq!(row(&world, alice, id).standing, Standing::Ready);
}
