//! The files of blobs as the shell uses them: work on them on threads that may block, in an order in which nothing is
//! lost and nothing that was erased comes back.

mod receive;
mod tend;
mod turns;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use beseda_app::port::{BlobStore, StoreError};
use beseda_model::BlobId;
use bytes::Bytes;
use tokio::sync::{Mutex, Semaphore};

pub(crate) use receive::{Arriving, Progress, cancel, progress, receive};
pub(crate) use tend::tend;
use turns::Turns;

/// Bytes that are read or written at a time.
pub(crate) const PART: usize = 262_144;
/// Uploads that are hashed at once: each takes a thread for a second per gigabyte or so.
const HASHING: usize = 2;

/// See the module's description.
pub(crate) struct Blobs {
    files: Arc<dyn BlobStore>,
    turns: Arc<Turns>,
    /// Held while a file becomes a blob and the database learns of it, and while the database forgets blobs and their
    /// files are erased: else the same bytes could come back in between, and be erased.
    placing: Mutex<()>,
    hashing: Semaphore,
    /// Whether files were compared with the database since the start.
    swept: AtomicBool,
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blobs").finish_non_exhaustive()
    }
}

impl Blobs {
    /// Over these files.
    pub(crate) fn new(files: Arc<dyn BlobStore>) -> Self {
        Self {
            files,
            turns: Arc::default(),
            placing: Mutex::default(),
            hashing: Semaphore::new(HASHING),
            swept: AtomicBool::new(false),
        }
    }

    /// At most `most` bytes of a blob from `at` on, as [`BlobStore::read`] tells them.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn read(&self, blob: BlobId, at: u64, most: usize) -> Result<Option<Bytes>, StoreError> {
        self.blocking(move |files| files.read(blob, at, most)).await.map(|read| read.map(Bytes::from))
    }

    /// Works on the files, on a thread that may block. What has begun is done, also if nobody waits for it.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn BlobStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let files = self.files.clone();
        let done = tokio::task::spawn_blocking(move || work(&*files)).await;
        done.unwrap_or_else(|_| Err(StoreError::Backend("work on files was given up".to_owned())))
    }
}
