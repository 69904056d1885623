//! Blobs in a bucket of a store that speaks S3. Uploads lie on the disk until they are complete, and are put into the
//! bucket then.
//!
//! A request to erase that was given up, or whose sender was killed, may still be carried out much later. So no name is
//! used twice: what is put has the blob's id in its name, and chance behind it; what is erased can't be what came after.
//! Which object a blob is now, the store's list tells.

mod bucket;
mod names;
mod open;
mod put;

use std::path::Path;
use std::sync::Arc;

use beseda_app::domain::Blob;
use beseda_app::port::{BlobReader, BlobStore, StoreError};
use beseda_model::{BlobId, Rng, UploadId};
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::runtime::Handle;

use super::fs::FsBlobs;
use bucket::{Bucket, Parts};
pub use open::{S3Error, S3Options};

/// See the module's description.
pub struct S3Blobs {
    staged: FsBlobs,
    bucket: Arc<Bucket>,
    runtime: Handle,
}

impl std::fmt::Debug for S3Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Blobs").finish_non_exhaustive()
    }
}

impl S3Blobs {
    /// Blobs in this bucket, and uploads in this data directory, which is ours alone while its database is open, as is what
    /// is in the bucket under the prefix. Secrets are taken from `environment`. It tries to write; that blocks, as all else
    /// here does, while `runtime` runs on other threads.
    ///
    /// # Errors
    /// When the bucket can't be used.
    pub fn open(
        options: &S3Options,
        environment: impl Fn(&str) -> Option<String>,
        data_dir: &Path,
        rng: Box<dyn Rng>,
        runtime: Handle,
    ) -> Result<Self, S3Error> {
        let staged = FsBlobs::open(data_dir)?;
        let bucket = runtime.block_on(open::open(options, environment, rng))?;
        Ok(Self { staged, bucket: Arc::new(bucket), runtime })
    }
}

impl BlobStore for S3Blobs {
    fn create(&self, upload: UploadId) -> Result<(), StoreError> {
        self.staged.create(upload)
    }

    fn size(&self, upload: UploadId) -> Result<Option<u64>, StoreError> {
        self.staged.size(upload)
    }

    fn append(&self, upload: UploadId, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.staged.append(upload, at, bytes)
    }

    fn cut(&self, upload: UploadId, size: u64) -> Result<(), StoreError> {
        self.staged.cut(upload, size)
    }

    fn sync(&self, upload: UploadId) -> Result<(), StoreError> {
        self.staged.sync(upload)
    }

    fn digest(&self, upload: UploadId) -> Result<BlobId, StoreError> {
        self.staged.digest(upload)
    }

    fn place(&self, upload: UploadId, blob: BlobId) -> Result<(), StoreError> {
        let (file, size) = self.staged.open_upload(upload)?;
        self.runtime.block_on(self.bucket.put(file, Blob { id: blob, size }))
    }

    fn discard(&self, upload: UploadId) -> Result<(), StoreError> {
        self.staged.discard(upload)
    }

    fn read(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Box<dyn BlobReader>>, StoreError> {
        let Some(parts) = self.runtime.block_on(self.bucket.get(blob, at, most))? else { return Ok(None) };
        let (bucket, runtime) = (self.bucket.clone(), self.runtime.clone());
        Ok(Some(Box::new(S3Reader { parts, rest: Bytes::new(), bucket, runtime })))
    }

    fn remove(&self, blobs: &[BlobId]) -> Result<(), StoreError> {
        self.runtime.block_on(self.bucket.remove(blobs))
    }

    fn uploads(&self) -> Result<Vec<UploadId>, StoreError> {
        self.staged.uploads()
    }

    fn blobs(&self, beginning: u8) -> Result<Vec<Blob>, StoreError> {
        self.runtime.block_on(self.bucket.blobs(beginning))
    }
}

/// Reads from one answer of the store.
struct S3Reader {
    parts: Parts,
    /// What has come and was not asked for yet.
    rest: Bytes,
    bucket: Arc<Bucket>,
    runtime: Handle,
}

impl BlobReader for S3Reader {
    fn next(&mut self, most: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::with_capacity(most);
        while bytes.len() < most {
            if self.rest.is_empty() {
                match self.runtime.block_on(self.parts.next()) {
                    Some(part) => self.rest = part.map_err(|error| self.bucket.failed(&error))?,
                    None => break,
                }
            }
            let wanted = self.rest.len().min(most - bytes.len());
            bytes.extend_from_slice(&self.rest.split_to(wanted));
        }
        Ok(bytes)
    }
}
