//! Takes events to whoever is connected. One task does it for the whole server, in the order of the commits, so that
//! pushes about one thing never overtake each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use beseda_app::Event;
use beseda_app::domain::{Actor, Change, EntryClass};
use beseda_app::port::EventSink;
use beseda_app::usecase::sync::{SyncError, conversation_state};
use beseda_model::{AccountId, ConversationId};
use beseda_wire::{Push, state};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::hub::{Hub, Seat, Shared};
use super::{map, presence};
use crate::context::Context;
use crate::wake;

/// Events that may wait. Beyond that they are dropped, and everybody is told to sync.
const MOST_WAITING: usize = 65_536;
const BATCH: usize = 256;

/// What the task is told.
#[derive(Debug)]
pub(crate) enum Item {
    /// Committed.
    Events(Vec<Event>),
    /// The first device of an account connected.
    Came(AccountId),
    /// The last one left.
    Left(AccountId),
    /// Everything before was taken to the outboxes.
    Barrier(oneshot::Sender<()>),
}

/// The way to the task.
#[derive(Debug, Clone)]
pub(crate) struct Fanout {
    sender: UnboundedSender<Item>,
    load: Arc<Load>,
}

#[derive(Debug, Default)]
struct Load {
    waiting: AtomicUsize,
    lost: AtomicBool,
}

/// The task's end.
#[derive(Debug)]
pub(crate) struct Inlet {
    receiver: UnboundedReceiver<Item>,
    load: Arc<Load>,
}

/// A way to the task and the task's end of it.
pub(crate) fn channel() -> (Fanout, Inlet) {
    let (sender, receiver) = unbounded_channel();
    let load = Arc::new(Load::default());
    (Fanout { sender, load: load.clone() }, Inlet { receiver, load })
}

impl Fanout {
    /// Tells the task something.
    pub(crate) fn send(&self, item: Item) {
        // An error means that the server is stopping and nobody is connected any more.
        drop(self.sender.send(item));
    }
}

impl EventSink for Fanout {
    fn take(&self, events: &[Event]) {
        if self.load.waiting.fetch_add(events.len(), Ordering::Relaxed) <= MOST_WAITING {
            return self.send(Item::Events(events.to_vec()));
        }
        // No sync makes up for a session that goes on after its end: these are few, and never dropped.
        let ends: Vec<_> = events.iter().filter(|event| matches!(event, Event::SessionEnded { .. })).cloned().collect();
        self.load.waiting.fetch_sub(events.len().saturating_sub(ends.len()), Ordering::Relaxed);
        self.load.lost.store(true, Ordering::Relaxed);
        if !ends.is_empty() {
            self.send(Item::Events(ends));
        }
    }
}

/// Runs until the server has stopped.
pub(crate) async fn run(context: Arc<Context>, mut inlet: Inlet) {
    let mut items = Vec::with_capacity(BATCH);
    let stop = context.background.stop_signal().clone();
    loop {
        tokio::select! {
            biased;
            _ = inlet.receiver.recv_many(&mut items, BATCH) => {}
            () = stop.cancelled() => return,
        }
        for item in items.drain(..) {
            match item {
                Item::Events(events) => {
                    inlet.load.waiting.fetch_sub(events.len(), Ordering::Relaxed);
                    for event in events {
                        deliver(&context, event).await;
                    }
                }
                Item::Came(account) => presence::came(&context, account).await,
                Item::Left(account) => presence::left(&context, account).await,
                Item::Barrier(reached) => drop(reached.send(())),
            }
        }
        if inlet.load.lost.swap(false, Ordering::Relaxed) {
            tracing::warn!("Events came faster than they were delivered; all clients were told to sync.");
            context.hub.lag_all();
        }
    }
}

async fn deliver(context: &Arc<Context>, event: Event) {
    let hub = &context.hub;
    match event {
        Event::Appended { conversation, members, entry, by } => {
            if entry.class == EntryClass::Counted {
                context.waker.tell(wake::Item::Wrote(wake::Entry { conversation, members: members.clone(), by }));
            }
            let push = Shared::new(Push::Entry { conversation, entry: map::entry(&entry) });
            hub.each(&members, |seat| {
                if seat.actor.device != by {
                    seat.push(&push);
                }
            });
        }
        Event::Blanked { conversation, members, seqs } => {
            to_all(hub, &members, Push::Blanked { conversation, seqs });
        }
        Event::Marked { conversation, members, account, delivered, read, read_shown } => {
            context.waker.tell(wake::Item::Read(account));
            let receipt =
                |read| Shared::new(Push::Change(state::Change::Receipt { conversation, account, delivered, read }));
            let (shown, hidden) = (receipt(read), receipt(0));
            hub.each(&members, |seat| {
                let own = seat.actor.account == account;
                let sees = own || (read_shown && seat.shows_read.load(Ordering::Relaxed));
                seat.push(if sees { &shown } else { &hidden });
            });
        }
        Event::ConversationChanged { conversation, accounts } => {
            tell_state(context, conversation, hub.seats_of(&accounts)).await;
        }
        Event::Changed { accounts, device, change } => {
            if let Change::Settings { privacy, .. } = &change {
                let shows = privacy.read_marks;
                hub.each(&accounts, |seat| seat.shows_read.store(shows, Ordering::Relaxed));
                for account in accounts.iter() {
                    presence::settings_changed(context, *account).await;
                }
            }
            let push = Shared::new(Push::Change(map::change(change)));
            hub.each(&accounts, |seat| {
                if device.is_none_or(|device| device == seat.actor.device) {
                    seat.push(&push);
                }
            });
        }
        Event::SessionEnded { device, .. } => hub.end_device(device),
        Event::LinkRevealed { to, code, reveal } => {
            let push = Shared::new(map::revealed(code, reveal));
            for seat in hub.seats_of_device(to) {
                seat.push(&push);
            }
        }
    }
}

fn to_all(hub: &Hub, accounts: &[AccountId], push: Push) {
    let push = Shared::new(push);
    hub.each(accounts, |seat| seat.push(&push));
}

/// Tells each seat how the conversation stands for it.
async fn tell_state(context: &Context, conversation: ConversationId, seats: Vec<Arc<Seat>>) {
    if seats.is_empty() {
        return;
    }
    let actors: Vec<Actor> = seats.iter().map(|seat| seat.actor).collect();
    let states = context
        .read(move |view| {
            actors
                .into_iter()
                .map(|actor| conversation_state(view, actor, conversation))
                .collect::<Result<Vec<_>, SyncError>>()
        })
        .await;
    match states {
        Ok(states) => {
            for (seat, state) in seats.iter().zip(states) {
                if let Some(state) = state {
                    seat.push(&Shared::new(Push::Change(state::Change::Conversation(map::conversation(state)))));
                }
            }
        }
        Err(_) => {
            for seat in seats {
                seat.lag();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::DeviceId;

    use super::*;

    #[test]
    fn whatever_is_dropped_the_end_of_a_session_is_not() {
        let (fanout, mut inlet) = channel();
        let noise = Event::ConversationChanged {
            conversation: ConversationId::from_bytes([1; 16]),
            accounts: Vec::new().into(),
        };
        let end = Event::SessionEnded { device: DeviceId::from_bytes([2; 16]), revoked: true };
        fanout.take(&vec![noise.clone(); MOST_WAITING + 1]);
        fanout.take(&[noise.clone(), end.clone(), noise]);
        assert!(matches!(inlet.receiver.try_recv(), Ok(Item::Events(events)) if events.len() > MOST_WAITING));
        assert!(matches!(inlet.receiver.try_recv(), Ok(Item::Events(events)) if events == [end]));
        assert!(inlet.load.lost.load(Ordering::Relaxed), "everybody is told to sync");
    }
}
