//! Waking devices that have no connection, through the push services that they have subscribed to.
//!
//! What happens reaches this task after the commit, over a queue of its own: nobody who sends a message waits for a push
//! service. A wake-up says nothing but "look": it has always the same size and holds a token, with which the device
//! fetches what is new ([`http::wake`](crate::http)). A wake-up that is lost costs time only.

mod queue;
mod run;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use beseda_app::usecase::wake::Entry;
use beseda_model::{AccountId, DeviceId};
use tokio::sync::mpsc::{Receiver, Sender, channel as bounded};
use tokio::sync::oneshot;

pub(crate) use run::run;

/// What may wait for the task. Beyond that it is dropped: the next message wakes the same devices.
const MOST_WAITING: usize = 16_384;

/// What the task is told.
#[derive(Debug)]
pub(crate) enum Item {
    /// A counted entry was added.
    Wrote(Entry),
    /// An account has read.
    Read(AccountId),
    /// A device has connected.
    Came(DeviceId),
    /// Look at the clock.
    Look,
    /// Everything before is in the queue.
    Barrier(oneshot::Sender<()>),
}

/// The way to the task.
#[derive(Debug, Clone)]
pub(crate) struct Waker {
    sender: Sender<Item>,
    lost: Arc<AtomicU64>,
}

/// The task's end.
#[derive(Debug)]
pub(crate) struct Inlet {
    receiver: Receiver<Item>,
    lost: Arc<AtomicU64>,
}

/// A way to the task and the task's end of it.
pub(crate) fn channel() -> (Waker, Inlet) {
    let (sender, receiver) = bounded(MOST_WAITING);
    let lost = Arc::new(AtomicU64::new(0));
    (Waker { sender, lost: lost.clone() }, Inlet { receiver, lost })
}

impl Waker {
    /// Tells the task something; never waits.
    pub(crate) fn tell(&self, item: Item) {
        if self.sender.try_send(item).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}
