//! One at a time for each upload and for each blob, and the newest first: who comes back after a cut connection does not
//! wait until the server has noticed the cut.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

/// Whose turn it is, by what they work on.
#[derive(Debug)]
pub(super) struct Turns<K>(Mutex<HashMap<K, Entry>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[derive(Debug, Default)]
struct Entry {
    queue: Arc<Queue<()>>,
    /// Tells the one who came last that somebody has come after.
    newest: CancellationToken,
}

/// The right to work on something, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<K: Copy + Eq + Hash> {
    turns: Arc<Turns<K>>,
    on: K,
    held: Option<OwnedMutexGuard<()>>,
    superseded: CancellationToken,
}

impl<K: Copy + Eq + Hash> Turns<K> {
    /// Tells whoever works on it to stop, and waits until they have.
    pub(super) async fn take(self: &Arc<Self>, on: K) -> Turn<K> {
        let superseded = CancellationToken::new();
        let queue = {
            let mut entries = self.lock();
            let entry = entries.entry(on).or_default();
            entry.newest.cancel();
            entry.newest = superseded.clone();
            entry.queue.clone()
        };
        let mut turn = Turn { turns: self.clone(), on, held: None, superseded };
        turn.held = Some(queue.lock_owned().await);
        turn
    }

    /// The same if nobody works on it; disturbs nobody.
    pub(super) fn take_if_free(self: &Arc<Self>, on: K) -> Option<Turn<K>> {
        let mut entries = self.lock();
        if entries.contains_key(&on) {
            return None;
        }
        let entry = Entry::default();
        let held = Some(entry.queue.clone().try_lock_owned().ok()?);
        let superseded = entry.newest.clone();
        entries.insert(on, entry);
        Some(Turn { turns: self.clone(), on, held, superseded })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Turn<K> {
    /// Ends when somebody else wants to go on with it.
    pub(super) async fn superseded(&self) {
        self.superseded.cancelled().await;
    }
}

impl<K: Copy + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        // Before the entry is looked at: it is forgotten by the last of those who hold or await it.
        self.held = None;
        let mut entries = self.turns.lock();
        if entries.get(&self.on).is_some_and(|entry| Arc::strong_count(&entry.queue) == 1) {
            entries.remove(&self.on);
        }
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::UploadId;

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
    async fn who_takes_only_what_is_free_disturbs_nobody() {
        let turns = Arc::new(Turns::default());
        let first = turns.take(ONE).await;
        assert!(turns.take_if_free(ONE).is_none());
        assert!(!first.superseded.is_cancelled());
        let beside = turns.take_if_free(OTHER).expect("nobody works on it");
        let waits = turns.take(OTHER);
        tokio::pin!(waits);
        assert!(futures_util::poll!(waits.as_mut()).is_pending());
        drop(beside);
        assert!(turns.take_if_free(OTHER).is_none(), "somebody was before");
        drop((first, waits.await));
        assert!(turns.lock().is_empty());
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
