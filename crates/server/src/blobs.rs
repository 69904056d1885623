//! The files of blobs as the shell uses them: work on them on threads that may block, in an order in which nothing is
//! lost and nothing that was erased comes back.

mod left;
mod reading;
mod receive;
mod tend;
mod turns;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use beseda_app::port::{BlobStore, StoreError};
use beseda_model::{BlobId, UploadId};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use left::AllLeft;
pub(crate) use reading::Reading;
pub(crate) use receive::{Arriving, Progress, cancel, progress, receive};
pub(crate) use tend::tend;
use turns::Turns;

/// Bytes that are written at a time.
const PART: usize = 262_144;
/// Uploads that are hashed at once: each takes a thread for a second per gigabyte or so.
const HASHING: usize = 2;

/// See the module's description.
pub(crate) struct Blobs {
    files: Arc<dyn BlobStore>,
    turns: Arc<Turns<UploadId>>,
    left: AllLeft,
    /// Held for a blob while an upload becomes it and the database learns of it, and while the database forgets it and its
    /// bytes are erased: else the same bytes could come back in between, and be erased.
    placing: Arc<Turns<BlobId>>,
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
            left: AllLeft::default(),
            placing: Arc::default(),
            hashing: Semaphore::new(HASHING),
            swept: AtomicBool::new(false),
        }
    }

    /// At most `most` bytes of a blob from `at` on, as [`BlobStore::read`] tells them.
    pub(crate) async fn read(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Reading>, StoreError> {
        let reader = self.blocking(move |files| files.read(blob, at, most)).await?;
        Ok(reader.map(Reading::new))
    }

    /// Works on the files, on a thread that may block. What has begun is done, also if nobody waits for it.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn BlobStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.begin(work).done().await
    }

    /// The same, beside what is done until it is waited for.
    fn begin<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn BlobStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Work<T> {
        let files = self.files.clone();
        Work::begin(move || work(&*files))
    }
}

/// Work on the files that has begun.
#[derive(Debug)]
struct Work<T>(JoinHandle<Result<T, StoreError>>);

impl<T: Send + 'static> Work<T> {
    /// On a thread that may block.
    fn begin(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Self {
        Self(tokio::task::spawn_blocking(work))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the store fails.
    async fn done(self) -> Result<T, StoreError> {
        let given_up = |_| Err(StoreError::Backend("work on files was given up".to_owned()));
        self.0.await.unwrap_or_else(given_up)
    }
}
