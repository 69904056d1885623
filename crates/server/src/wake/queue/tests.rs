use beseda_app::domain::{Actor, PUSH_KEY_BYTES, Subscription};
use beseda_model::AccountId;

use super::*;

const NOW: u64 = 1_800_000_000_000;

fn at(offset: u64) -> Timestamp {
    Timestamp::from_millis(NOW + offset)
}

fn id(number: u32) -> DeviceId {
    let mut bytes = [7; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    DeviceId::from_bytes(bytes)
}

fn at_service(number: u32, host: &str) -> Sleeper {
    Sleeper {
        actor: Actor { account: AccountId::from_bytes([1; 16]), device: id(number) },
        subscription: Subscription {
            endpoint: format!("https://{host}/{number}"),
            public_key: [4; PUSH_KEY_BYTES],
            auth: [0; 16],
            quietly: true,
        },
    }
}

fn sleeper(number: u32) -> Sleeper {
    at_service(number, "push.example.org")
}

fn nobody(_: DeviceId) -> Option<Timestamp> {
    None
}

/// What is sent at this moment while nobody is connected.
fn sent(queue: &mut Queue, moment: Timestamp) -> Vec<(DeviceId, Why)> {
    queue.take(moment, nobody).into_iter().map(|job| (job.sleeper.actor.device, job.why)).collect()
}

#[test]
fn a_device_without_a_connection_is_woken_at_once() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    assert_eq!(queue.next(), Some(at(0)));
    assert_eq!(sent(&mut queue, at(0)), [(id(1), Why::Message)]);
    assert_eq!((sent(&mut queue, at(0)), queue.next()), (vec![], None));
}

#[test]
fn whatever_happens_meanwhile_is_one_wake_up_after_a_pause() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    assert_eq!(sent(&mut queue, at(0)).len(), 1);
    queue.wrote(sleeper(1), false, at(1));
    queue.wrote(sleeper(1), false, at(2));
    assert!(sent(&mut queue, at(3)).is_empty(), "the first one is still under way");
    queue.ended(id(1), Ended::Sent, at(4));
    queue.wrote(sleeper(1), false, at(5));
    assert!(sent(&mut queue, at(4 + PAUSE - 1)).is_empty());
    assert_eq!(sent(&mut queue, at(4 + PAUSE)), [(id(1), Why::Message)]);
    queue.ended(id(1), Ended::Sent, at(9_000));
    assert_eq!(queue.next(), None);
}

#[test]
fn a_connection_from_which_a_word_comes_afterwards_makes_a_wake_up_needless() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), true, at(0));
    assert!(queue.take(at(0), |_| Some(at(0))).is_empty());
    let due = queue.next().expect("it is looked at again");
    assert!(queue.take(due, |_| Some(at(1))).is_empty());
    assert_eq!(queue.next(), None);
}

#[test]
fn a_connection_that_has_gone_silent_does_not_keep_a_device_asleep() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), true, at(0));
    let due = queue.next().expect("it is looked at again");
    // The last word came a moment before the message.
    assert_eq!(queue.take(due, |_| Some(Timestamp::from_millis(NOW - 1))).len(), 1);

    let mut queue = Queue::default();
    queue.wrote(sleeper(2), true, at(0));
    let due = queue.next().expect("it is looked at again");
    assert_eq!(queue.take(due, nobody).len(), 1, "it was closed in between");
}

#[test]
fn who_comes_before_it_is_due_is_not_woken() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), true, at(0));
    queue.came(id(1));
    assert_eq!(queue.next(), None);
}

#[test]
fn what_was_read_elsewhere_is_told_once_to_devices_that_were_woken() {
    let mut queue = Queue::default();
    queue.read(id(1), at(0));
    assert_eq!(queue.next(), None, "it shows nothing");
    queue.wrote(sleeper(1), false, at(0));
    sent(&mut queue, at(0));
    queue.ended(id(1), Ended::Sent, at(0));
    queue.read(id(1), at(100));
    queue.read(id(1), at(5_000));
    assert!(sent(&mut queue, at(100 + AFTER_READING - 1)).is_empty());
    assert_eq!(sent(&mut queue, at(100 + AFTER_READING)), [(id(1), Why::Read)]);
    queue.ended(id(1), Ended::Sent, at(20_000));
    queue.read(id(1), at(30_000));
    assert_eq!(queue.next(), None, "it shows nothing any more");
}

#[test]
fn what_was_read_while_its_wake_up_is_under_way_is_told_behind_it() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    sent(&mut queue, at(0));
    queue.read(id(1), at(1));
    queue.ended(id(1), Ended::Sent, at(2));
    assert_eq!(sent(&mut queue, at(1 + AFTER_READING)), [(id(1), Why::Read)]);
}

#[test]
fn a_message_is_not_put_off_by_what_was_read() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    sent(&mut queue, at(0));
    queue.ended(id(1), Ended::Sent, at(0));
    queue.read(id(1), at(PAUSE));
    queue.wrote(sleeper(1), false, at(PAUSE + 1));
    assert_eq!(sent(&mut queue, at(PAUSE + 1)), [(id(1), Why::Message)]);
    queue.ended(id(1), Ended::Sent, at(PAUSE + 2));
    assert_eq!(queue.next(), None);
}

#[test]
fn a_device_that_connected_shows_nothing_that_would_have_to_be_cleared() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    sent(&mut queue, at(0));
    queue.ended(id(1), Ended::Sent, at(0));
    queue.came(id(1));
    queue.read(id(1), at(1));
    assert_eq!(queue.next(), None);
}

#[test]
fn failures_are_tried_again_ever_later_and_at_last_given_up() {
    let mut queue = Queue::default();
    queue.wrote(sleeper(1), false, at(0));
    let (mut now, mut pauses) = (at(0), Vec::new());
    while let Some(due) = queue.next() {
        pauses.push(due.millis_since(now));
        now = due;
        assert_eq!(sent(&mut queue, now).len(), 1);
        queue.ended(id(1), Ended::Again(None), now);
    }
    assert_eq!(pauses, [0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000]);
    queue.wrote(sleeper(1), false, now);
    assert_eq!(queue.next(), Some(now.plus_millis(LONGEST_RETRY)), "the next message has another try");
}

#[test]
fn a_service_says_how_long_to_leave_it_alone_within_bounds() {
    for (wish, pause) in [(60_000, 60_000), (0, FIRST_RETRY), (u64::MAX, LONGEST_WISH)] {
        let mut queue = Queue::default();
        queue.wrote(sleeper(1), false, at(0));
        sent(&mut queue, at(0));
        queue.ended(id(1), Ended::Again(Some(wish)), at(0));
        queue.wrote(sleeper(1), false, at(1));
        assert_eq!(queue.next(), Some(at(pause)), "{wish}");
    }
}

#[test]
fn what_is_gone_or_refused_is_not_tried_again() {
    for how in [Ended::Gone, Ended::Refused] {
        let mut queue = Queue::default();
        queue.wrote(sleeper(1), false, at(0));
        sent(&mut queue, at(0));
        queue.ended(id(1), how, at(0));
        assert_eq!(queue.next(), None, "{how:?}");
    }
}

#[test]
fn a_slow_service_delays_no_other_and_a_device_waits_its_turn() {
    let mut queue = Queue::default();
    let many = u32::try_from(MOST_AT_ONE_SERVICE).unwrap() + 1;
    for number in 0..many {
        queue.wrote(at_service(number, "slow.example.org"), false, at(0));
    }
    queue.wrote(at_service(999, "quick.example.org"), false, at(0));
    let first = sent(&mut queue, at(0));
    assert_eq!(first.len(), MOST_AT_ONE_SERVICE + 1);
    assert!(first.contains(&(id(999), Why::Message)));
    assert!(sent(&mut queue, at(BUSY)).is_empty());
    queue.ended(first[0].0, Ended::Sent, at(BUSY));
    assert_eq!(sent(&mut queue, at(2 * BUSY)).len(), 1);
}

#[test]
fn no_more_are_under_way_than_agreed_and_none_is_forgotten() {
    let mut queue = Queue::default();
    let many = u32::try_from(MOST_UNDER_WAY).unwrap() + 10;
    for number in 0..many {
        queue.wrote(at_service(number, &format!("push{number}.example.org")), false, at(0));
    }
    let first = sent(&mut queue, at(0));
    assert_eq!((first.len(), queue.next()), (MOST_UNDER_WAY, None));
    for (device, _) in first {
        queue.ended(device, Ended::Sent, at(1));
    }
    assert_eq!(sent(&mut queue, at(1)).len(), 10);
}

#[test]
fn what_is_kept_in_mind_is_bounded_and_what_is_dropped_is_counted() {
    let mut queue = Queue::default();
    let most = u32::try_from(MOST_DEVICES).unwrap();
    for number in 0..most + 3 {
        queue.wrote(sleeper(number), true, at(0));
    }
    assert_eq!((queue.dropped(), queue.dropped()), (3, 0));
    queue.came(id(5));
    queue.wrote(sleeper(most + 4), false, at(1));
    assert_eq!(queue.dropped(), 0, "who rests makes room");
}
