use crate::Event;

/// Takes events to whoever is connected, on this node and others. It never carries truth: an event that is lost, doubled
/// or late costs time, nothing else.
pub trait Bus: Send + Sync {
    /// Passes events on, in the order in which they were committed. Must not block: it is called on the writer's thread.
    fn publish(&self, events: Vec<Event>);

    /// From now on, events go to `sink` too.
    fn subscribe(&self, sink: Box<dyn EventSink>);
}

/// Somebody who wants events.
pub trait EventSink: Send + Sync {
    /// Takes them; must not block.
    fn take(&self, events: &[Event]);
}
