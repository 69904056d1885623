//! What an engine does when its clock, its disk or its file fails: a clear answer, nothing half-done, and no hands needed
//! afterwards.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use std::path::{Path, PathBuf};

use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{Anchor, Body};
use beseda_engine::store::StoreError;
use beseda_engine::view::{self, View};
use beseda_engine::{Command, Effect, Engine, Event, OpenError, outbox};
use beseda_model::{CommandKey, ConversationId, ConversationKind, Timestamp};
use beseda_testkit::backend::RealServer;
use beseda_testkit::chance::SeededRng;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use rusqlite::{Connection, OpenFlags};

type Town = World<RealServer>;

const YEAR: u64 = 365 * 86_400_000;

/// Alice and Bob, who have spoken.
fn couple(seed: u64) -> (Town, Person, Person, ConversationId) {
    let clock = FakeClock::default();
    let mut world = World::new(seed, clock.clone(), RealServer::new(seed, clock));
    let (alice, bob) = (world.person("alice"), world.person("bobby"));
    // Whoever has no key packages on the server yet would join after the first words.
    world.run_for(60_000);
    let here = world.direct(alice.device, bob.account);
    world.say(alice.device, here, "hello");
    world.run_for(60_000);
    let accepting = Command::AnswerStranger { conversation: here, accept: true };
    world.ask(bob.device, accepting).unwrap();
    world.run_for(60_000);
    (world, alice, bob, here)
}

fn texts_of(engine: &Engine, now: Timestamp, here: ConversationId) -> Vec<String> {
    let page = view::timeline(&View::new(engine.reader(), now).unwrap(), here, Anchor::End, 500).unwrap();
    let text = |body| match body {
        Body::Text { text, .. } => Some(text),
        _ => None,
    };
    page.messages.into_iter().filter_map(|message| text(message.body)).collect()
}

fn texts(world: &Town, device: DeviceKey, here: ConversationId) -> Vec<String> {
    texts_of(world.at(device).engine(), world.now(), here)
}

#[test]
fn a_clock_that_runs_ahead_and_is_set_back_keeps_nobody_waiting() {
    let (mut world, alice, bob, here) = couple(1);
    let right = world.now();
    world.clock.set(right.plus_millis(YEAR));
    world.run_for(120_000);
    world.say(alice.device, here, "from the future");
    world.run_for(120_000);
    assert_eq!(texts(&world, bob.device, here), ["hello", "from the future"]);

    // Without a network the next attempt is planned by the wrong clock.
    for device in [alice.device, bob.device] {
        world.set_online(device, false);
    }
    world.run_for(600_000);
    world.clock.set(right);
    // Nobody tells Alice's engine that there is a network again.
    world.at_mut(alice.device).online = true;
    world.set_online(bob.device, true);
    world.say(alice.device, here, "from now");
    world.run_for(120_000);
    assert_eq!(texts(&world, bob.device, here), ["hello", "from the future", "from now"]);
    world.say(bob.device, here, "welcome back");
    world.run_for(120_000);
    assert_eq!(texts(&world, alice.device, here), texts(&world, bob.device, here));
}

/// The files of a profile as they are while its engine runs: what a power cut leaves.
fn crashed(profile: &Path, into: &Path) -> PathBuf {
    let copy = into.join("profile.db");
    for end in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        std::fs::copy(name(profile), name(&copy)).unwrap();
    }
    copy
}

/// The last frame of a write-ahead log in SQLite: a header and a page.
const FRAME: usize = 24 + 4_096;

#[test]
fn a_torn_tail_of_the_profiles_log_is_survived() {
    let (mut world, alice, bob, here) = couple(2);
    for length in [1, 24, 2_000, FRAME] {
        world.say(alice.device, here, &format!("before {length}"));
        world.run_for(60_000);
        let folder = tempfile::tempdir().unwrap();
        let copy = crashed(&world.at(alice.device).database(), folder.path());
        let log = PathBuf::from(format!("{}-wal", copy.display()));
        let mut bytes = std::fs::read(&log).unwrap();
        // The beginning of a transaction that was never committed.
        let mut torn = bytes[bytes.len() - FRAME..].to_vec();
        torn.truncate(length);
        bytes.extend(torn);
        std::fs::write(&log, bytes).unwrap();
        world.tamper(alice.device, |profile| {
            for end in ["", "-wal"] {
                std::fs::copy(format!("{}{end}", copy.display()), format!("{}{end}", profile.display())).unwrap();
            }
        });
        world.say(alice.device, here, &format!("after {length}"));
        world.run_for(60_000);
    }
    let seen = texts(&world, bob.device, here);
    assert_eq!(seen.len(), 9);
    assert_eq!(seen, texts(&world, alice.device, here));
    assert!(view::warnings(world.at(alice.device).engine().reader()).unwrap().is_empty());
}

/// A copy of a closed profile.
fn closed(world: &mut Town, device: DeviceKey, into: &Path) -> PathBuf {
    let copy = into.join("profile.db");
    world.tamper(device, |profile| {
        std::fs::copy(profile, &copy).unwrap();
    });
    copy
}

fn open(conn: Connection, now: Timestamp) -> Result<Engine, OpenError> {
    Engine::open(conn, Box::new(SeededRng::new(7)), now).map(|(engine, _)| engine)
}

/// Says something; how that ended.
fn say(engine: &mut Engine, now: Timestamp, here: ConversationId, text: &str) -> Result<Outcome, Failure> {
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    let command = Command::Send { conversation: here, draft };
    let effects = engine.handle(now, Event::Command { id: 1, key: None, command });
    let end = |effect| match effect {
        Effect::Done { id: 1, result } => Some(result),
        _ => None,
    };
    effects.into_iter().find_map(end).expect("it is told how it ended")
}

#[test]
fn a_full_disk_is_told_and_nothing_accepted_is_lost() {
    let (mut world, alice, _, here) = couple(3);
    let folder = tempfile::tempdir().unwrap();
    let copy = closed(&mut world, alice.device, folder.path());
    let now = world.now();
    let conn = Connection::open(&copy).unwrap();
    let pages: u32 = conn.query_row("PRAGMA page_count", (), |row| row.get(0)).unwrap();
    conn.pragma_update(None, "max_page_count", pages + 24).unwrap();
    let mut engine = open(conn, now).unwrap();
    let mut accepted = vec!["hello".to_owned()];
    let refused = loop {
        let text = format!("{} {}", accepted.len(), "x".repeat(2_000));
        match say(&mut engine, now, here, &text) {
            Ok(_) => accepted.push(text),
            Err(failure) => break failure,
        }
        assert!(accepted.len() < 1_000, "the disk never fills");
    };
    assert_eq!(refused, Failure::Store);
    assert!(accepted.len() > 1);
    assert_eq!(texts_of(&engine, now, here), accepted, "what is there can still be read");
    drop(engine);
    // There is room again.
    let mut engine = open(Connection::open(&copy).unwrap(), now).unwrap();
    assert_eq!(texts_of(&engine, now, here), accepted);
    assert_eq!(outbox::pending(engine.reader(), Some(here)).unwrap(), accepted.len() as u64 - 1);
    say(&mut engine, now, here, "on we go").unwrap();
}

#[test]
fn a_profile_that_may_not_be_written_is_refused_and_left_as_it_is() {
    let (mut world, alice, ..) = couple(4);
    let folder = tempfile::tempdir().unwrap();
    let copy = closed(&mut world, alice.device, folder.path());
    let before = std::fs::read(&copy).unwrap();
    let conn = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert!(matches!(open(conn, world.now()), Err(OpenError::Store(StoreError::Sqlite(_)))));
    assert_eq!(std::fs::read(&copy).unwrap(), before);
}

#[test]
fn a_profile_of_a_newer_version_is_refused_and_left_as_it_is() {
    let (mut world, alice, ..) = couple(5);
    let folder = tempfile::tempdir().unwrap();
    let copy = closed(&mut world, alice.device, folder.path());
    let conn = Connection::open(&copy).unwrap();
    conn.execute("INSERT INTO migrations (number) VALUES (9999)", ()).unwrap();
    drop(conn);
    let before = std::fs::read(&copy).unwrap();
    let refused = open(Connection::open(&copy).unwrap(), world.now()).unwrap_err();
    assert!(refused.to_string().contains("update the program"), "{refused}");
    assert_eq!(std::fs::read(&copy).unwrap(), before);
}

#[test]
fn a_damaged_page_of_a_profile_is_told_and_the_rest_is_still_read() {
    let (mut world, alice, bob, here) = couple(6);
    let folder = tempfile::tempdir().unwrap();
    let copy = closed(&mut world, alice.device, folder.path());
    let conn = Connection::open(&copy).unwrap();
    let of = "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'";
    let root: u64 = conn.query_row(of, (), |row| row.get::<_, u32>(0)).unwrap().into();
    drop(conn);
    let mut bytes = std::fs::read(&copy).unwrap();
    let at = usize::try_from((root - 1) * 4_096).unwrap();
    bytes[at..at + 4_096].fill(0xee);
    std::fs::write(&copy, &bytes).unwrap();
    let now = world.now();
    let mut engine = open(Connection::open(&copy).unwrap(), now).unwrap();
    assert_eq!(say(&mut engine, now, here, "into the hole"), Err(Failure::Store));
    let view = View::new(engine.reader(), now).unwrap();
    assert!(view::timeline(&view, here, Anchor::End, 9).is_err());
    assert_eq!(view::account(&view, bob.account).unwrap().username.as_deref(), Some("bobby"));
}

/// The key of a command that may have to be given again.
fn key(n: u8) -> CommandKey {
    CommandKey::from_bytes([n; 16])
}

/// Gives the command, lets the program die after `millis`, gives it again to the next one, and tells how that ended.
fn given_twice(
    world: &mut Town,
    device: DeviceKey,
    key: CommandKey,
    millis: u64,
    command: &Command,
) -> Result<Outcome, Failure> {
    let first = world.give(device, Some(key), command.clone());
    world.run_for(millis);
    let before = world.ending(device, first).cloned();
    world.restart(device);
    let second = world.give(device, Some(key), command.clone());
    world.run_until(1_800_000, |world| world.ending(device, second).is_some());
    let after = world.ending(device, second).cloned().expect("it ends");
    // Whoever heard the first answer hears the same again.
    assert!(before.is_none_or(|before| before == after));
    after
}

#[test]
fn a_message_given_again_to_the_next_program_is_said_once() {
    let (mut world, alice, bob, here) = couple(6);
    let draft = Draft { text: "only once".to_owned(), ..Draft::default() };
    let say = Command::Send { conversation: here, draft };
    given_twice(&mut world, alice.device, key(1), 0, &say).unwrap();
    world.run_for(60_000);
    // Another key is another message.
    given_twice(&mut world, alice.device, key(2), 0, &say).unwrap();
    world.run_for(60_000);
    assert_eq!(texts(&world, alice.device, here), ["hello", "only once", "only once"]);
    assert_eq!(texts(&world, bob.device, here), ["hello", "only once", "only once"]);
}

#[test]
fn a_group_whose_maker_died_is_made_once() {
    let (mut world, alice, bob, _) = couple(7);
    let make = Command::CreateGroup { title: "Garden".to_owned(), members: vec![bob.account] };
    let ending = given_twice(&mut world, alice.device, key(1), 0, &make);
    let Ok(Outcome::Conversation { conversation }) = ending else { panic!("{ending:?}") };
    world.run_for(60_000);
    for device in [alice.device, bob.device] {
        let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
        let all = view::conversations(&view).unwrap();
        let groups: Vec<_> = all.iter().filter(|row| row.kind == ConversationKind::Group).collect();
        assert!(matches!(groups.as_slice(), [group] if group.conversation == conversation), "{groups:?}");
    }
}

#[test]
fn a_sign_up_whose_program_died_on_the_way_makes_one_account() {
    // Somewhere between the first request and the answer that the last one's program did not live to hear.
    for millis in [0, 40, 200, 1_000, 60_000] {
        let clock = FakeClock::default();
        let mut world = World::new(8 + millis, clock.clone(), RealServer::new(8 + millis, clock));
        let device = world.device("carol");
        let command = Command::SignUp {
            server: beseda_testkit::world::SERVER.to_owned(),
            username: Some("carol".to_owned()),
            password: None,
            invite: None,
            phone: false,
            device_name: "phone".to_owned(),
        };
        let ending = given_twice(&mut world, device, key(1), millis, &command);
        assert!(matches!(ending, Ok(Outcome::SignedUp { .. })), "after {millis} ms: {ending:?}");
    }
}

#[test]
fn the_answer_that_holds_the_phrase_is_forgotten_with_the_phrase() {
    let clock = FakeClock::default();
    let mut world = World::new(9, clock.clone(), RealServer::new(9, clock));
    let device = world.device("dora");
    let command = Command::SignUp {
        server: beseda_testkit::world::SERVER.to_owned(),
        username: None,
        password: None,
        invite: None,
        phone: false,
        device_name: "phone".to_owned(),
    };
    let ending = given_twice(&mut world, device, key(1), 60_000, &command);
    assert!(matches!(ending, Ok(Outcome::SignedUp { .. })), "{ending:?}");
    world.ask(device, Command::ConfirmPhrase { words: Vec::new() }).unwrap();
    world.restart(device);
    let again = world.give(device, Some(key(1)), command);
    world.run_for(60_000);
    assert_eq!(world.ending(device, again), Some(&Err(Failure::AlreadySignedIn)));
}

#[test]
fn a_profile_of_an_older_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("profile.db");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/profiles/schema-110.db"), &copy).unwrap();
    let now = Timestamp::from_millis(1_795_655_700_000);
    let mut engine = open(Connection::open(&copy).unwrap(), now).unwrap();
    let view = View::new(engine.reader(), now).unwrap();
    let here = view::conversations(&view).unwrap()[0].conversation;
    assert_eq!(texts_of(&engine, now, here), ["written by an older version", "another one"]);
    say(&mut engine, now, here, "written by this one").unwrap();
}
