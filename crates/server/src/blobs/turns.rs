//! One at a time for each upload, and the newest first: who comes back after a cut connection does not wait until the
//! server has noticed the cut.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use beseda_model::UploadId;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

/// Whose turn it is, by upload.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<UploadId, Entry>>);

#[derive(Debug, Default)]
struct Entry {
    queue: Arc<Queue<()>>,
    /// Tells the one who came last that somebody has come after.
    newest: CancellationToken,
}

/// The right to work on an upload, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    upload: UploadId,
    held: Option<OwnedMutexGuard<()>>,
    superseded: CancellationToken,
}

impl Turns {
    /// Tells whoever works on the upload to stop, and waits until they have.
    pub(super) async fn take(self: &Arc<Self>, upload: UploadId) -> Turn {
        let superseded = CancellationToken::new();
        let queue = {
            let mut entries = self.lock();
            let entry = entries.entry(upload).or_default();
            entry.newest.cancel();
            entry.newest = superseded.clone();
            entry.queue.clone()
        };
        let mut turn = Turn { turns: self.clone(), upload, held: None, superseded };
        turn.held = Some(queue.lock_owned().await);
        turn
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Ends when somebody else wants to go on with the upload.
    pub(super) async fn superseded(&self) {
        self.superseded.cancelled().await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Before the entry is looked at: it is forgotten by the last of those who hold or await it.
        self.held = None;
        let mut entries = self.turns.lock();
        if entries.get(&self.upload).is_some_and(|entry| Arc::strong_count(&entry.queue) == 1) {
            entries.remove(&self.upload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: UploadId = UploadId::from_bytes([1; 16]);
    const OTHER: UploadId = UploadId::from_bytes([2; 16]);

    #[tokio::test]
    async fn who_comes_later_takes_over_and_others_are_not_disturbed() {
        let turns = Arc::new(Turns::default());
        let (first, beside) = (turns.take(ONE).await, turns.take(OTHER).await);
        let second = turns.take(ONE);
        tokio::pin!(second);
        assert!(futures_util::poll!(second.as_mut()).is_pending(), "the first works yet");
        first.superseded().await;
        assert!(!beside.superseded.is_cancelled());
        drop(first);
        let second = second.await;
        assert!(!second.superseded.is_cancelled());
        drop((second, beside));
        assert!(turns.lock().is_empty(), "nothing is remembered of what is over");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_the_others_in_order() {
        let turns = Arc::new(Turns::default());
        let first = turns.take(ONE).await;
        {
            let second = turns.take(ONE);
            tokio::pin!(second);
            assert!(futures_util::poll!(second.as_mut()).is_pending());
        }
        let third = turns.take(ONE);
        tokio::pin!(third);
        assert!(futures_util::poll!(third.as_mut()).is_pending(), "the first still works");
        drop(first);
        drop(third.await);
        assert!(turns.lock().is_empty());
    }
}
