//! What one request for an upload leaves to the next one: the hash of what has come, so that the last request of a large
//! upload need not read all of it again, and the work on the disk that nobody has waited for. It may be lost, as after a
//! restart: then the file is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use beseda_model::{BlobId, UploadId};
use sha2::{Digest as _, Sha256};

use super::Work;

/// Most that is remembered: what was left of so many uploads that go on at once is not forgotten.
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
pub(super) struct Left {
    /// The hash of the bytes that are there, if it is known.
    pub(super) hash: Option<Running>,
    /// What was written becomes durable.
    pub(super) syncing: Option<Work<()>>,
}

impl Left {
    /// The hash, once the disk has what it is of; unknown if the disk has failed, for who knows what it has then.
    pub(super) async fn settled(self) -> Option<Running> {
        match self.syncing {
            Some(syncing) => syncing.done().await.ok().and(self.hash),
            None => self.hash,
        }
    }
}

/// What was left of all uploads.
#[derive(Debug, Default)]
pub(super) struct AllLeft(Mutex<HashMap<UploadId, Left>>);

impl AllLeft {
    /// What was left of an upload of which `have` bytes are there. To be called in the upload's turn.
    pub(super) fn take(&self, upload: UploadId, have: u64) -> Left {
        let mut left = self.lock().remove(&upload).unwrap_or_default();
        left.hash = left.hash.filter(|hash| hash.bytes == have);
        if have == 0 {
            left.hash.get_or_insert_default();
        }
        left
    }

    /// Remembers it until it is taken.
    pub(super) fn keep(&self, upload: UploadId, left: Left) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(upload, left);
    }

    /// Forgets what was left of an upload that is over.
    pub(super) fn forget(&self, upload: UploadId) {
        self.lock().remove(&upload);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Left>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beseda_app::port::StoreError;

    const ONE: UploadId = UploadId::from_bytes([1; 16]);

    fn of(bytes: &[u8]) -> Left {
        let mut hash = Running::default();
        hash.update(bytes);
        Left { hash: Some(hash), syncing: None }
    }

    #[test]
    fn a_hash_is_of_just_the_bytes_that_are_there() {
        let all = AllLeft::default();
        assert!(all.take(ONE, 5).hash.is_none(), "nothing is known of it");
        all.keep(ONE, of(b"hello"));
        assert!(all.take(ONE, 4).hash.is_none());
        all.keep(ONE, of(b"hello"));
        let mut hash = all.take(ONE, 5).hash.expect("it is known");
        hash.update(b" world");
        assert_eq!(hash.blob(), BlobId::from_bytes(Sha256::digest(b"hello world").into()));
        all.keep(ONE, of(b"hello"));
        all.forget(ONE);
        assert!(all.take(ONE, 5).hash.is_none());
        assert_eq!(all.take(ONE, 0).hash.map(Running::blob), Some(Running::default().blob()));
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let all = AllLeft::default();
        for number in 0..=MOST as u128 {
            all.keep(UploadId::from_bytes(number.to_be_bytes()), of(b"x"));
        }
        assert!(all.lock().len() <= MOST);
    }

    #[tokio::test]
    async fn a_hash_counts_only_if_the_disk_has_what_it_is_of() {
        let well = Left { syncing: Some(Work::begin(|| Ok(()))), ..of(b"hello") };
        assert!(well.settled().await.is_some());
        let ill = Left { syncing: Some(Work::begin(|| Err(StoreError::Closed))), ..of(b"hello") };
        assert!(ill.settled().await.is_none());
    }
}
