//! [`Bus`](crate::port::Bus): what is published reaches everybody who listens, in order.

use std::sync::{Arc, Mutex};

use beseda_model::ConversationKind::Group;

use super::world::{converse, device, people, say};
use crate::Event;
use crate::port::{Bus, EventSink, Store};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Event>>>);

impl EventSink for Heard {
    fn take(&self, events: &[Event]) {
        self.0.lock().expect("no test panics while it listens").extend_from_slice(events);
    }
}

impl Heard {
    fn events(&self) -> Vec<Event> {
        self.0.lock().expect("no test panics while it listens").clone()
    }
}

/// Everybody who listens gets everything in order.
pub fn reaches_all_who_listen(bus: &dyn Bus) {
    let (one, other) = (Heard::default(), Heard::default());
    let event = |number| Event::SessionEnded { device: device(number), revoked: false };
    bus.publish(vec![event(1)]);
    bus.subscribe(Box::new(one.clone()));
    bus.publish(vec![event(2), event(3)]);
    bus.subscribe(Box::new(other.clone()));
    bus.publish(vec![event(4)]);
    assert_eq!(one.events(), [event(2), event(3), event(4)]);
    assert_eq!(other.events(), [event(4)]);
}

/// Events of a store leave after the commit and only if there was one. `store` must publish to `bus`.
pub fn hears_of_commits_only(store: &dyn Store, bus: &dyn Bus) {
    let heard = Heard::default();
    bus.subscribe(Box::new(heard.clone()));
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    say(store, 1, id, 1).expect("a member may speak");
    let refused = store.write_blocking(|uow| {
        uow.emit(Event::SessionEnded { device: device(1), revoked: true });
        Err::<(), _>(crate::port::StoreError::Conflict)
    });
    assert!(refused.is_err());
    // Events of one commit may come after its answer, but never after those of the next one.
    store
        .write_blocking(|uow| {
            uow.emit(Event::SessionEnded { device: device(2), revoked: false });
            Ok::<_, crate::port::StoreError>(())
        })
        .expect("nothing is written");
    say(store, 1, id, 2).expect("a member may speak");
    store.write_blocking(|_| Ok::<_, crate::port::StoreError>(())).expect("nothing is written");
    let events = heard.events();
    let spoken = |event: &Event| {
        matches!(event, Event::Appended { conversation, entry, by, members }
        if *conversation == id && entry.seq == 1 && *by == device(1) && members.len() == 2)
    };
    assert!(events.iter().any(spoken), "{events:?}");
    assert!(events.contains(&Event::SessionEnded { device: device(2), revoked: false }));
    assert!(!events.contains(&Event::SessionEnded { device: device(1), revoked: true }));
}
