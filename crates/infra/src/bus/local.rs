//! The bus of a single node: events go straight to whoever listens in this process.

use std::sync::RwLock;

use beseda_app::Event;
use beseda_app::port::{Bus, EventSink};

/// Passes events on within the process.
#[derive(Default)]
pub struct LocalBus {
    sinks: RwLock<Vec<Box<dyn EventSink>>>,
}

impl LocalBus {
    /// A bus that nobody listens to yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for LocalBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalBus")
    }
}

impl Bus for LocalBus {
    fn publish(&self, events: Vec<Event>) {
        // A sink that panicked is its owner's concern; the list itself is never left half-changed.
        let sinks = self.sinks.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for sink in sinks.iter() {
            sink.take(&events);
        }
    }

    fn subscribe(&self, sink: Box<dyn EventSink>) {
        self.sinks.write().unwrap_or_else(std::sync::PoisonError::into_inner).push(sink);
    }
}
