//! Hashes of what has come of uploads, which grow with them, so that the last request of a large one need not read all of
//! it again. They are hints: of what is not here, as after a restart, the file is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use beseda_model::{BlobId, UploadId};
use sha2::{Digest as _, Sha256};

/// Most that are remembered: those of so many uploads that go on at once are not forgotten.
const MOST: usize = 4_096;

/// The hash of an upload's beginning.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    hash: Sha256,
    bytes: u64,
}

impl Running {
    /// Goes on with these bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
    }

    /// The id of a blob that has these bytes and no more.
    pub(super) fn blob(self) -> BlobId {
        BlobId::from_bytes(self.hash.finalize().into())
    }
}

/// See the module's description.
#[derive(Debug, Default)]
pub(super) struct Hashes(Mutex<HashMap<UploadId, Running>>);

impl Hashes {
    /// The hash of the upload's first `have` bytes, if it is known. To be called in the upload's turn.
    pub(super) fn take(&self, upload: UploadId, have: u64) -> Option<Running> {
        let known = self.lock().remove(&upload).filter(|running| running.bytes == have);
        known.or_else(|| (have == 0).then(Running::default))
    }

    /// Remembers one until it is taken.
    pub(super) fn keep(&self, upload: UploadId, running: Running) {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(upload, running);
    }

    /// Forgets one of what is over.
    pub(super) fn forget(&self, upload: UploadId) {
        self.lock().remove(&upload);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: UploadId = UploadId::from_bytes([1; 16]);

    fn of(bytes: &[u8]) -> Running {
        let mut running = Running::default();
        running.update(bytes);
        running
    }

    #[test]
    fn a_hash_is_of_just_the_bytes_that_are_there() {
        let hashes = Hashes::default();
        assert!(hashes.take(ONE, 5).is_none(), "nothing is known of it");
        hashes.keep(ONE, of(b"hello"));
        assert!(hashes.take(ONE, 4).is_none());
        hashes.keep(ONE, of(b"hello"));
        let mut running = hashes.take(ONE, 5).expect("it is known");
        running.update(b" world");
        assert_eq!(running.blob(), BlobId::from_bytes(Sha256::digest(b"hello world").into()));
        hashes.keep(ONE, of(b"hello"));
        hashes.forget(ONE);
        assert!(hashes.take(ONE, 5).is_none());
        assert_eq!(hashes.take(ONE, 0).map(Running::blob), Some(Running::default().blob()));
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let hashes = Hashes::default();
        for number in 0..=MOST as u128 {
            hashes.keep(UploadId::from_bytes(number.to_be_bytes()), of(b"x"));
        }
        assert!(hashes.lock().len() <= MOST);
    }
}
