//! A device that was woken looks at what is new on a copy of its profile, and tells its person as they wish; the profile
//! itself learns everything later, and properly.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::notification::{News, NotificationLevel, NotificationSettings, QuietHours};
use beseda_engine::api::view::{Anchor, Body, Delivery};
use beseda_engine::notification::peek::{Next, Peek};
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_model::{ConversationId, DeviceId};
use beseda_testkit::backend::{Backend as _, RealServer};
use beseda_testkit::chance::SeededRng;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::OwnState;
use beseda_wire::state::PushSubscription;
use rusqlite::Connection;

type Town = World<RealServer>;

const NOON: u16 = 12 * 60;

/// A point of P-256: the base point.
const POINT: &str = "04\
    6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

fn subscription() -> PushSubscription {
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    let point: Vec<u8> = POINT.as_bytes().chunks(2).map(byte).collect();
    // Nobody listens there: who is woken is not what these tests are about.
    let endpoint = "http://127.0.0.1:9/x".to_owned();
    PushSubscription { endpoint, p256dh: point.into(), auth: vec![1; 16].into(), quietly: true }
}

/// Alice, and Bob who can be woken, have spoken.
fn couple(seed: u64) -> (Town, Person, Person, ConversationId) {
    let clock = FakeClock::default();
    let mut world = World::new(seed, clock.clone(), RealServer::new(seed, clock));
    world.server.wake_devices();
    let (alice, bob) = (world.person("alice"), world.person("bobby"));
    world.run_for(60_000);
    let here = world.direct(alice.device, bob.account);
    world.say(alice.device, here, "hello");
    world.run_for(60_000);
    world.ask(bob.device, Command::AnswerStranger { conversation: here, accept: true }).unwrap();
    let seq = view::conversation(&View::new(world.at(bob.device).engine().reader(), world.now()).unwrap(), here);
    let seq = seq.unwrap().unwrap().last_seq;
    world.ask(bob.device, Command::MarkRead { conversation: here, seq }).unwrap();
    world.ask(bob.device, Command::SetPushSubscription { subscription: Some(subscription()) }).unwrap();
    world.run_for(60_000);
    (world, alice, bob, here)
}

fn id_of(world: &Town, device: DeviceKey) -> DeviceId {
    Me::get(world.at(device).engine().reader()).unwrap().device
}

/// What the device tells of when it is woken now.
fn look(world: &mut Town, device: DeviceKey, minute: u16) -> News {
    let token = world.server.wake_token(id_of(world, device));
    let Next::Done(news) = peek(world, device, minute, token) else { panic!("it sees nothing") };
    news
}

fn peek(world: &mut Town, device: DeviceKey, minute: u16, token: String) -> Next {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (world.at(device).database(), folder.path().join("copy"));
    std::fs::copy(&file, &copy).unwrap();
    let wal = |path: &std::path::Path| format!("{}-wal", path.display());
    drop(std::fs::copy(wal(&file), wal(&copy)));
    let rng = Box::new(SeededRng::fork(1, "peek"));
    let copy = Connection::open(&copy).unwrap();
    let (mut peek, mut next) = Peek::open(copy, rng, world.now(), minute, token).unwrap();
    let mut asked = 0;
    while let Next::Ask(body) = next {
        asked += 1;
        assert!(asked <= 8, "it asks for ever");
        let now = world.now();
        let (status, body) = world.server.http(now, "POST", "/api/v1/wake", Some(&body));
        next = peek.answer(now, status, &body);
    }
    next
}

fn texts(world: &Town, device: DeviceKey, here: ConversationId) -> Vec<String> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    let page = view::timeline(&view, here, Anchor::End, 500).unwrap();
    let text = |body| match body {
        Body::Text { text, .. } => Some(text),
        Body::Unreadable { why, .. } => Some(format!("unreadable: {why:?}")),
        _ => None,
    };
    page.messages.into_iter().filter_map(|message| text(message.body)).collect()
}

fn settle(world: &mut Town, device: DeviceKey, settings: NotificationSettings) {
    world.ask(device, Command::SetNotifications { settings }).unwrap();
}

fn at_level(level: NotificationLevel) -> NotificationSettings {
    NotificationSettings { level, ..NotificationSettings::default() }
}

#[test]
fn a_device_that_was_woken_shows_who_wrote_and_what() {
    let (mut world, alice, bob, here) = couple(1);
    let carol = world.person("carol");
    let group = world.group(alice.device, "Picnic", &[bob.account, carol.account]);
    world.run_for(60_000);
    world.set_online(bob.device, false);
    world.run_for(60_000);
    assert_eq!(look(&mut world, bob.device, NOON).notifications, []);

    world.say(alice.device, here, "are you");
    world.say(alice.device, here, "awake?");
    world.say(carol.device, group, "who brings the cake?");
    world.run_for(60_000);
    let news = look(&mut world, bob.device, NOON);
    let [cake, awake] = &news.notifications[..] else { panic!("{news:?}") };
    assert_eq!((awake.conversation, awake.title.as_deref(), awake.author.as_deref()), (here, Some("alice"), None));
    assert_eq!((awake.text.as_deref(), awake.count, awake.sound), (Some("awake?"), 2, true));
    assert_eq!(
        (cake.conversation, cake.title.as_deref(), cake.author.as_deref()),
        (group, Some("Picnic"), Some("carol"))
    );
    assert_eq!((cake.text.as_deref(), cake.count, news.unread), (Some("who brings the cake?"), 1, 3));
}

#[test]
fn a_look_leaves_no_trace_and_everything_is_processed_again_properly() {
    let (mut world, alice, bob, here) = couple(2);
    world.set_online(bob.device, false);
    world.run_for(60_000);
    let before = texts(&world, bob.device, here);
    let said = world.say(alice.device, here, "one");
    world.run_for(60_000);
    for _ in 0..2 {
        assert_eq!(look(&mut world, bob.device, NOON).notifications[0].text.as_deref(), Some("one"));
    }
    world.run_for(60_000);
    assert_eq!(texts(&world, bob.device, here), before, "nothing is written to the profile");
    let view = View::new(world.at(alice.device).engine().reader(), world.now()).unwrap();
    let row = view::find_row(&view, here, said).unwrap().unwrap();
    assert_eq!(view::message(&view, row).unwrap().unwrap().delivery, Some(Delivery::Sent), "nor told to anybody");

    world.say(alice.device, here, "two");
    world.set_online(bob.device, true);
    world.run_for(120_000);
    assert_eq!(texts(&world, bob.device, here), ["hello", "one", "two"]);
    assert_eq!(texts(&world, alice.device, here), ["hello", "one", "two"]);
}

#[test]
fn what_happened_to_the_group_meanwhile_is_followed_on_the_copy() {
    let (mut world, alice, bob, _) = couple(3);
    let (carol, dave) = (world.person("carol"), world.person("david"));
    world.run_for(60_000);
    let group = world.group(alice.device, "Picnic", &[bob.account]);
    world.run_for(60_000);
    world.set_online(bob.device, false);
    world.run_for(60_000);
    for newcomer in [&carol, &dave] {
        world.ask(alice.device, Command::AddMembers { conversation: group, accounts: vec![newcomer.account] }).unwrap();
        world.run_for(60_000);
    }
    world.say(dave.device, group, "hello everybody");
    let new = world.group(alice.device, "Surprise", &[bob.account]);
    world.run_for(60_000);
    world.say(alice.device, new, "you are in");
    world.run_for(60_000);
    let news = look(&mut world, bob.device, NOON);
    let seen: Vec<_> = news.notifications.iter().map(|found| (found.conversation, found.text.as_deref())).collect();
    assert_eq!(seen, [(new, Some("you are in")), (group, Some("hello everybody"))]);
}

#[test]
fn no_more_is_shown_than_the_person_wishes() {
    let (mut world, alice, bob, here) = couple(4);
    for (level, title, text) in [
        (NotificationLevel::Full, Some("alice"), Some("secret")),
        (NotificationLevel::Name, Some("alice"), None),
        (NotificationLevel::Hidden, None, None),
    ] {
        settle(&mut world, bob.device, at_level(level));
        world.run_for(60_000);
        world.set_online(bob.device, false);
        world.run_for(60_000);
        world.say(alice.device, here, "secret");
        world.run_for(60_000);
        let news = look(&mut world, bob.device, NOON);
        let [one] = &news.notifications[..] else { panic!("{news:?}") };
        assert_eq!(
            (one.title.as_deref(), one.text.as_deref(), one.author.as_deref()),
            (title, text, None),
            "{level:?}"
        );
        world.set_online(bob.device, true);
        world.run_for(60_000);
    }
    let night = QuietHours { from: 22 * 60, to: 7 * 60 };
    settle(&mut world, bob.device, NotificationSettings { quiet: Some(night), ..NotificationSettings::default() });
    world.run_for(60_000);
    world.set_online(bob.device, false);
    world.run_for(60_000);
    let sound = |world: &mut Town, minute| look(world, bob.device, minute).notifications[0].sound;
    assert!(!sound(&mut world, 23 * 60));
    assert!(sound(&mut world, NOON));
    let wrong =
        NotificationSettings { quiet: Some(QuietHours { from: 0, to: 1_440 }), ..NotificationSettings::default() };
    assert!(world.ask(bob.device, Command::SetNotifications { settings: wrong }).is_err());
}

#[test]
fn what_is_muted_or_was_read_elsewhere_is_not_told() {
    let (mut world, alice, bob, here) = couple(5);
    let laptop = world.recover(&bob, "laptop");
    world.run_for(120_000);
    let muted_until = Some(world.now().plus_millis(3_600_000));
    let state = OwnState { muted_until, ..OwnState::default() };
    world.ask(bob.device, Command::Keep { conversation: here, state }).unwrap();
    world.run_for(60_000);
    let device = id_of(&world, bob.device);
    let woken_for_it = |world: &Town| {
        let now = world.now();
        let account = bob.account;
        let found = world.server.read(move |view| view.wake().sleepers(account, Some(here), now)).unwrap();
        found.iter().any(|sleeper| sleeper.actor.device == device)
    };
    assert!(!woken_for_it(&world), "the server was told of the mute");
    world.set_online(bob.device, false);
    world.say(alice.device, here, "psst");
    world.run_for(60_000);
    let news = look(&mut world, bob.device, NOON);
    assert_eq!((news.notifications.len(), news.unread), (0, 0));

    world.set_online(bob.device, true);
    world.ask(bob.device, Command::Keep { conversation: here, state: OwnState::default() }).unwrap();
    world.run_for(60_000);
    assert!(woken_for_it(&world));
    world.set_online(bob.device, false);
    world.run_for(60_000);
    assert_eq!(look(&mut world, bob.device, NOON).notifications.len(), 1);
    let view = View::new(world.at(laptop).engine().reader(), world.now()).unwrap();
    let seq = view::conversation(&view, here).unwrap().unwrap().last_seq;
    world.ask(laptop, Command::MarkRead { conversation: here, seq }).unwrap();
    world.run_for(60_000);
    let news = look(&mut world, bob.device, NOON);
    assert_eq!((news.notifications.len(), news.unread), (0, 0));
}

#[test]
fn the_server_knows_how_a_device_is_woken_as_long_as_the_person_wants() {
    let (mut world, _, bob, _) = couple(6);
    let device = id_of(&world, bob.device);
    let known = |world: &Town| world.server.read(move |view| view.wake().subscription(device)).unwrap().is_some();
    assert!(known(&world));
    settle(&mut world, bob.device, at_level(NotificationLevel::Off));
    world.run_for(60_000);
    assert!(!known(&world));
    settle(&mut world, bob.device, at_level(NotificationLevel::Name));
    world.run_for(60_000);
    assert!(known(&world), "the subscription is still there");
    world.set_online(bob.device, false);
    world.run_for(1_000);
    world.ask(bob.device, Command::SetPushSubscription { subscription: None }).unwrap();
    world.restart(bob.device);
    world.set_online(bob.device, true);
    world.run_for(60_000);
    assert!(!known(&world), "it is told as soon as the network allows");
}

#[test]
fn a_token_that_is_worth_nothing_leaves_one_thing_to_say() {
    let (mut world, alice, bob, here) = couple(7);
    world.set_online(bob.device, false);
    world.say(alice.device, here, "hello?");
    world.run_for(60_000);
    assert_eq!(peek(&mut world, bob.device, NOON, "guessed".to_owned()), Next::Blind);
    let nobody = world.device("nobody");
    assert_eq!(peek(&mut world, nobody, NOON, "guessed".to_owned()), Next::Blind);
}
