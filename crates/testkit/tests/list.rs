//! What stands in the list of conversations, and what does not.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::Anchor;
use beseda_engine::view::{self, View};
use beseda_model::{ConversationId, ConversationKind};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::OwnState;

type Town = World<RealServer>;

const MINUTE: u64 = 60_000;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn looking<T>(world: &Town, device: DeviceKey, look: impl FnOnce(&View<'_>) -> T) -> T {
    look(&View::new(world.at(device).engine().reader(), world.now()).unwrap())
}

/// Those in the list that are not notes.
fn list(world: &Town, device: DeviceKey) -> Vec<ConversationId> {
    let rows = looking(world, device, |view| view::conversations(view).unwrap());
    let others = rows.into_iter().filter(|row| row.kind != ConversationKind::Notes);
    others.map(|row| row.conversation).collect()
}

fn shown(world: &Town, device: DeviceKey, place: ConversationId) -> usize {
    let page = looking(world, device, |view| view::timeline(view, place, Anchor::End, 100).unwrap());
    page.messages.len()
}

fn answer(world: &mut Town, who: &Person, conversation: ConversationId, accept: bool) {
    let answer = Command::AnswerStranger { conversation, accept };
    assert_eq!(world.ask(who.device, answer), Ok(Outcome::Done));
    world.run_for(MINUTE);
}

fn remove(world: &mut Town, device: DeviceKey, conversation: ConversationId) -> Result<Outcome, Failure> {
    let row = looking(world, device, |view| view::conversation(view, conversation).unwrap().unwrap());
    let state = OwnState { removed: true, cleared_to: row.last_seq, ..row.own };
    let removed = world.ask(device, Command::Keep { conversation, state });
    world.run_for(MINUTE);
    removed
}

#[test]
fn a_stranger_is_there_once_they_have_said_something_and_not_after_they_were_turned_down() {
    let mut world = town(31);
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    let tablet = world.recover(&bob, "tablet");
    world.run_for(MINUTE);
    let place = world.direct(alice.device, bob.account);
    world.run_for(MINUTE);
    assert_eq!((list(&world, alice.device), list(&world, bob.device)), (vec![place], vec![]), "nothing was said");
    world.say(alice.device, place, "it is me");
    world.run_for(MINUTE);
    assert_eq!(list(&world, bob.device), [place]);

    answer(&mut world, &bob, place, false);
    for device in [bob.device, tablet] {
        assert_eq!(list(&world, device), []);
    }
    assert_eq!(list(&world, alice.device), [place], "she is not told");
    // He looks her up, and thinks better of it.
    assert_eq!(world.direct(tablet, alice.account), place);
    answer(&mut world, &bob, place, true);
    world.say(alice.device, place, "thank you");
    world.run_for(MINUTE);
    for device in [bob.device, tablet] {
        assert_eq!((list(&world, device), shown(&world, device, place) > 1), (vec![place], true));
    }
}

#[test]
fn a_conversation_that_was_removed_comes_back_with_something_new_only() {
    let mut world = town(32);
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    world.run_for(MINUTE);
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "one");
    world.run_for(MINUTE);
    answer(&mut world, &bob, place, true);
    let tablet = world.recover(&bob, "tablet");
    world.run_for(MINUTE);

    assert_eq!(remove(&mut world, bob.device, place), Ok(Outcome::Done));
    for device in [bob.device, tablet] {
        assert_eq!((list(&world, device), shown(&world, device, place)), (vec![], 0));
    }
    assert!(shown(&world, alice.device, place) > 0, "it is hers, too");
    world.say(alice.device, place, "two");
    world.run_for(MINUTE);
    for device in [bob.device, tablet] {
        assert_eq!((list(&world, device), shown(&world, device, place)), (vec![place], 1));
    }
    // Who writes has it there again.
    assert_eq!(remove(&mut world, bob.device, place), Ok(Outcome::Done));
    world.say(bob.device, place, "three");
    assert_eq!(list(&world, bob.device), [place]);
}

#[test]
fn a_group_is_left_before_it_is_removed_and_notes_stay() {
    let mut world = town(33);
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    let place = world.group(alice.device, "Friends", &[bob.account]);
    world.run_for(MINUTE);
    assert!(matches!(remove(&mut world, bob.device, place), Err(Failure::NotReady { .. })));
    assert_eq!(world.ask(bob.device, Command::Leave { conversation: place }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(list(&world, bob.device), [place]);
    assert_eq!(remove(&mut world, bob.device, place), Ok(Outcome::Done));
    assert_eq!(list(&world, bob.device), []);
    let notes = looking(&world, bob.device, |view| view::conversations(view).unwrap());
    assert!(matches!(remove(&mut world, bob.device, notes[0].conversation), Err(Failure::NotReady { .. })));
}

#[test]
fn what_a_new_device_cannot_read_does_not_count_there() {
    let mut world = town(34);
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    world.run_for(MINUTE);
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "it is me");
    world.run_for(MINUTE);
    answer(&mut world, &bob, place, true);
    for number in 0..5 {
        world.say(alice.device, place, &format!("before {number}"));
    }
    world.run_for(MINUTE);
    let tablet = world.recover(&bob, "tablet");
    world.run_for(MINUTE);
    let unread =
        |world: &Town, device| looking(world, device, |view| view::conversation(view, place).unwrap().unwrap().unread);
    assert_eq!((unread(&world, bob.device), unread(&world, tablet)), (6, 0));
    world.say(alice.device, place, "for both");
    world.run_for(MINUTE);
    assert_eq!((unread(&world, bob.device), unread(&world, tablet)), (7, 1));
}
