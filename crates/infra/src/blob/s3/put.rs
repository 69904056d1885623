//! Puts a file into the bucket: at once, or in parts if it is large. What is put is hashed on the way, so that what the disk
//! has lost since the upload came does not become a blob.

use std::fs::File;
use std::io::Read as _;

use beseda_app::domain::Blob;
use beseda_app::port::StoreError;
use beseda_model::BlobId;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _, WriteMultipart};
use sha2::{Digest as _, Sha256};

use super::bucket::Bucket;
use crate::io::translate;

/// Bytes in a part: the store takes no less than 5 MiB.
const PART: u64 = 8 * 1_024 * 1_024;
/// The most parts that the store takes.
const MOST_PARTS: u64 = 10_000;
/// Parts that are on their way at once.
const AT_ONCE: usize = 2;

/// Why nothing was put.
pub(super) enum PutError {
    Disk(StoreError),
    Bucket(Error),
}

impl PutError {
    pub(super) fn told(self, bucket: &Bucket) -> StoreError {
        match self {
            Self::Disk(error) => error,
            Self::Bucket(error) => bucket.failed(&error),
        }
    }
}

impl From<Error> for PutError {
    fn from(error: Error) -> Self {
        Self::Bucket(error)
    }
}

/// Puts all of the file there, or nothing.
pub(super) async fn put(store: &AmazonS3, name: &Path, file: File, blob: Blob) -> Result<(), PutError> {
    let mut staged = Staged { file, hash: Sha256::new() };
    if blob.size <= PART {
        let bytes = staged.next(PART)?;
        staged.check(blob.id)?;
        store.put(name, bytes.into()).await?;
        return Ok(());
    }
    let part = PART.max(blob.size.div_ceil(MOST_PARTS));
    let chunk = usize::try_from(part).map_err(|_| PutError::Disk(StoreError::Io))?;
    let mut upload = WriteMultipart::new_with_chunk_size(store.put_multipart(name).await?, chunk);
    match put_parts(&mut upload, &mut staged, part, blob.id).await {
        // It gives up what it has put itself where that fails.
        Ok(()) => Ok(upload.finish().await.map(drop)?),
        Err(error) => {
            drop(upload.abort().await);
            Err(error)
        }
    }
}

async fn put_parts(upload: &mut WriteMultipart, staged: &mut Staged, part: u64, id: BlobId) -> Result<(), PutError> {
    loop {
        upload.wait_for_capacity(AT_ONCE).await?;
        let bytes = staged.next(part)?;
        if bytes.is_empty() {
            return staged.check(id);
        }
        upload.put(bytes.into());
    }
}

/// A file as it is read.
struct Staged {
    file: File,
    hash: Sha256,
}

impl Staged {
    /// The next bytes; none at the end.
    fn next(&mut self, most: u64) -> Result<Vec<u8>, PutError> {
        let mut bytes = Vec::new();
        let read = (&self.file).take(most).read_to_end(&mut bytes);
        read.map_err(|error| PutError::Disk(translate(&error)))?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    /// Whether what was read is the blob.
    fn check(&self, id: BlobId) -> Result<(), PutError> {
        let read = BlobId::from_bytes(self.hash.clone().finalize().into());
        if read == id { Ok(()) } else { Err(PutError::Disk(StoreError::Io)) }
    }
}
