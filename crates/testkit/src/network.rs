//! The network between a server and its clients, in virtual time.
//!
//! A socket keeps order while it lives, as TCP does; what can happen to it is delay, and a cut at any moment with
//! everything lost that was on the way in both directions, so that neither side knows what the other has received. An
//! outage makes the server unreachable for one client, a partition for several.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use beseda_model::Timestamp;

use crate::chance::SeededRng;

/// What the network does to its users.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// Shortest time for one way, in milliseconds.
    pub delay_min: u64,
    /// Longest time for one way.
    pub delay_max: u64,
    /// One frame in so many cuts its socket instead of arriving; zero: none.
    pub cut_one_in: u64,
    /// One HTTP request in so many is lost before the server sees it, as many lose the answer; zero: none.
    pub lose_http_one_in: u64,
    /// One push in so many is lost, as by a bus that drops; zero: none.
    pub drop_push_one_in: u64,
    /// One push in so many comes twice; zero: none.
    pub double_push_one_in: u64,
    /// One push in so many is held back behind later ones; zero: none.
    pub delay_push_one_in: u64,
}

impl Conditions {
    /// Nothing goes wrong.
    pub const CALM: Self = Self {
        delay_min: 5,
        delay_max: 40,
        cut_one_in: 0,
        lose_http_one_in: 0,
        drop_push_one_in: 0,
        double_push_one_in: 0,
        delay_push_one_in: 0,
    };

    /// A train through tunnels, and a bus that drops, doubles and reorders.
    pub const ROUGH: Self = Self {
        delay_min: 5,
        delay_max: 2_000,
        cut_one_in: 40,
        lose_http_one_in: 20,
        drop_push_one_in: 8,
        double_push_one_in: 8,
        delay_push_one_in: 8,
    };

    /// How long one way takes this time.
    pub fn delay(&self, rng: &mut SeededRng) -> u64 {
        self.delay_min + rng.below(self.delay_max.saturating_sub(self.delay_min) + 1)
    }
}

/// Things that will happen, in the order of their time; those of one moment in the order in which they were said.
#[derive(Debug)]
pub struct Agenda<T> {
    queue: BinaryHeap<Reverse<Item<T>>>,
    order: u64,
}

#[derive(Debug)]
struct Item<T> {
    at: Timestamp,
    order: u64,
    what: T,
}

impl<T> PartialEq for Item<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl<T> Eq for Item<T> {}

impl<T> PartialOrd for Item<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Item<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { queue: BinaryHeap::new(), order: 0 }
    }
}

impl<T> Agenda<T> {
    /// Plans `what` for `at`.
    pub fn plan(&mut self, at: Timestamp, what: T) {
        self.order += 1;
        self.queue.push(Reverse(Item { at, order: self.order, what }));
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse(item)| item.at)
    }

    /// Takes the next thing.
    pub fn take(&mut self) -> Option<(Timestamp, T)> {
        self.queue.pop().map(|Reverse(item)| (item.at, item.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agenda_keeps_time_and_order() {
        let mut agenda = Agenda::default();
        agenda.plan(Timestamp::from_millis(2), "b");
        agenda.plan(Timestamp::from_millis(1), "a");
        agenda.plan(Timestamp::from_millis(2), "c");
        let order: Vec<_> = std::iter::from_fn(|| agenda.take()).map(|(_, what)| what).collect();
        assert_eq!(order, ["a", "b", "c"]);
    }

    #[test]
    fn chance_repeats() {
        let draw = |seed| {
            let mut rng = SeededRng::fork(seed, "network");
            (0..8).map(|_| Conditions::ROUGH.delay(&mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
