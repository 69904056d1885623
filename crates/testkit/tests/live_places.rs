//! Where somebody is, told live between people, through the real server.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::place::{LiveShare, PlaceDraft, PlaceView, Point};
use beseda_engine::api::view::{Anchor, Body, MessageView};
use beseda_engine::view::{self, View};
use beseda_model::{ConversationId, MessageId};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};

type Town = World<RealServer>;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn pair(seed: u64) -> (Town, Person, Person, ConversationId) {
    let clock = FakeClock::default();
    let mut world = World::new(seed, clock.clone(), RealServer::limited(seed, clock, RealServer::roomy()));
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "hello");
    assert!(world.run_until(HOUR, |world| !page(world, bob.device, place).is_empty()));
    done(&mut world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    world.run_for(MINUTE);
    (world, alice, bob, place)
}

fn done(world: &mut Town, device: DeviceKey, command: Command) {
    let ending = world.ask(device, command);
    assert!(matches!(ending, Ok(Outcome::Done | Outcome::Queued { .. })), "{ending:?}");
}

fn page(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<MessageView> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::timeline(&view, place, Anchor::End, 200).unwrap().messages
}

fn at(latitude: i32) -> PlaceDraft {
    PlaceDraft { latitude, longitude: 376_173_000, accuracy: Some(10), ..PlaceDraft::default() }
}

fn begin(world: &mut Town, device: DeviceKey, conversation: ConversationId, seconds: u32) -> MessageId {
    let draft = Draft { place: Some(PlaceDraft { seconds: Some(seconds), ..at(1) }), ..Draft::default() };
    match world.ask(device, Command::Send { conversation, draft }) {
        Ok(Outcome::Queued { message }) => message,
        other => panic!("{other:?}"),
    }
}

/// The place of the message that came last.
fn shown(world: &Town, device: DeviceKey, conversation: ConversationId) -> Option<PlaceView> {
    match page(world, device, conversation).pop()?.body {
        Body::Text { place, .. } => place,
        _ => None,
    }
}

fn latitude(world: &Town, device: DeviceKey, conversation: ConversationId) -> Option<i32> {
    shown(world, device, conversation)?.point.map(|Point { latitude, .. }| latitude)
}

fn is_told(world: &Town, device: DeviceKey, conversation: ConversationId) -> bool {
    let live = shown(world, device, conversation).and_then(|place| place.live);
    live.is_some_and(|live| !live.ended && live.until > world.now())
}

fn shares(world: &Town, device: DeviceKey) -> Vec<LiveShare> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::live_shares(&view).unwrap()
}

#[test]
fn others_see_where_somebody_is_until_the_time_is_over() {
    let (mut world, alice, bob, place) = pair(1);
    let message = begin(&mut world, alice.device, place, 900);
    assert!(world.run_until(MINUTE, |world| is_told(world, bob.device, place)));
    assert_eq!(latitude(&world, bob.device, place), Some(1));
    let told: Vec<_> = shares(&world, alice.device).iter().map(|share| (share.conversation, share.message)).collect();
    assert_eq!((told, shares(&world, bob.device)), (vec![(place, message)], Vec::new()));

    done(&mut world, alice.device, Command::TellPlace { place: at(2) });
    assert!(world.run_until(MINUTE, |world| latitude(world, bob.device, place) == Some(2)));
    assert_eq!(latitude(&world, alice.device, place), Some(2));

    // Whoever was away sees it as soon as it is told anew, and what they have seen stays.
    world.set_online(bob.device, false);
    done(&mut world, alice.device, Command::TellPlace { place: at(3) });
    world.run_for(MINUTE);
    world.restart(bob.device);
    assert_eq!(latitude(&world, bob.device, place), Some(2));
    world.set_online(bob.device, true);
    world.run_for(MINUTE);
    done(&mut world, alice.device, Command::TellPlace { place: at(4) });
    assert!(world.run_until(MINUTE, |world| latitude(world, bob.device, place) == Some(4)));

    world.restart(alice.device);
    assert_eq!(shares(&world, alice.device).len(), 1, "it goes on after the program has ended");
    world.run_for(15 * MINUTE);
    assert!(!is_told(&world, bob.device, place) && shares(&world, alice.device).is_empty());
    done(&mut world, alice.device, Command::TellPlace { place: at(5) });
    world.run_for(MINUTE);
    assert_eq!(latitude(&world, bob.device, place), Some(4), "the time is over");
}

#[test]
fn what_is_stopped_is_stopped_for_everybody_also_who_was_away() {
    let (mut world, alice, bob, place) = pair(2);
    let phone = world.recover(&alice, "alice's phone");
    world.run_for(10 * MINUTE);
    let message = begin(&mut world, alice.device, place, 3_600);
    assert!(world.run_until(MINUTE, |world| is_told(world, bob.device, place) && is_told(world, phone, place)));
    assert!(shares(&world, phone).is_empty(), "the other device does not tell where it is");
    done(&mut world, phone, Command::TellPlace { place: at(7) });
    world.run_for(MINUTE);
    assert_eq!(latitude(&world, bob.device, place), Some(1));

    world.set_online(bob.device, false);
    // On whichever of their devices somebody stops.
    done(&mut world, phone, Command::StopPlace { conversation: place, message });
    assert!(!is_told(&world, phone, place));
    assert!(world.run_until(MINUTE, |world| !is_told(world, alice.device, place)));
    assert!(shares(&world, alice.device).is_empty());
    world.set_online(bob.device, true);
    assert!(world.run_until(MINUTE, |world| !is_told(world, bob.device, place)));
    done(&mut world, alice.device, Command::StopPlace { conversation: place, message });
}

#[test]
fn nobody_ends_what_others_tell_and_what_is_deleted_is_not_told() {
    let (mut world, alice, bob, place) = pair(3);
    let message = begin(&mut world, alice.device, place, 3_600);
    assert!(world.run_until(MINUTE, |world| is_told(world, bob.device, place)));
    // It is looked for among one's own: nothing happens.
    done(&mut world, bob.device, Command::StopPlace { conversation: place, message });
    world.run_for(MINUTE);
    assert!(is_told(&world, alice.device, place) && is_told(&world, bob.device, place));
    let target = beseda_wire::content::MessageRef { author: alice.account, id: message };
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(MINUTE);
    assert!(shares(&world, alice.device).is_empty());
}

#[test]
fn it_is_told_for_a_minute_to_eight_hours() {
    let (mut world, alice, bob, place) = pair(4);
    for (seconds, is) in [(59, false), (60, true), (8 * 3_600, true), (8 * 3_600 + 1, false)] {
        let draft = Draft { place: Some(PlaceDraft { seconds: Some(seconds), ..at(1) }), ..Draft::default() };
        let ending = world.ask(alice.device, Command::Send { conversation: place, draft });
        assert_eq!(ending.is_ok(), is, "{seconds}");
    }
    // Whoever passes it on promises nothing.
    assert!(world.run_until(MINUTE, |world| is_told(world, bob.device, place)));
    let last = page(&world, bob.device, place).pop().unwrap();
    let target = last.message;
    let forward = Command::Forward { from: place, messages: vec![target], to: vec![place], with_author: true };
    done(&mut world, bob.device, forward);
    let passed = shown(&world, bob.device, place).unwrap();
    assert_eq!((passed.live, passed.point.is_some()), (None, true));
}
