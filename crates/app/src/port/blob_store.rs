use beseda_model::{BlobId, UploadId};

use super::StoreError;
use crate::domain::Blob;

/// Where the bytes of blobs and unfinished uploads are. Its methods block; several threads may use it at once, but one
/// at a time for the same upload, and one at a time that places or removes the same blob.
///
/// The database is told of an upload before it has a file, and of a blob after its bytes are durable. So a file that the
/// database does not know is what a sudden end has left: of an upload it is waste, of a blob it is complete.
pub trait BlobStore: Send + Sync {
    /// Begins an upload without bytes, unless it has begun already; durable after [`sync`](Self::sync).
    fn create(&self, upload: UploadId) -> Result<(), StoreError>;
    /// How many bytes of an upload are there; none if it has no file.
    fn size(&self, upload: UploadId) -> Result<Option<u64>, StoreError>;
    /// Adds bytes to an upload, of which `at` bytes are there: anything else is a conflict. They are durable after
    /// [`sync`](Self::sync). Where it fails, some of them may have been added.
    fn append(&self, upload: UploadId, at: u64, bytes: &[u8]) -> Result<(), StoreError>;
    /// Drops what is beyond the first `size` bytes.
    fn cut(&self, upload: UploadId, size: u64) -> Result<(), StoreError>;
    /// Makes durable what was added before. It may run beside [`append`](Self::append).
    fn sync(&self, upload: UploadId) -> Result<(), StoreError>;
    /// The id that the upload has as a blob: reads all of it.
    fn digest(&self, upload: UploadId) -> Result<BlobId, StoreError>;
    /// Makes an upload readable as the blob whose id is its digest; durable afterwards. The same bytes are stored once.
    /// The upload stays until it is [discarded](Self::discard).
    fn place(&self, upload: UploadId, blob: BlobId) -> Result<(), StoreError>;
    /// Erases an upload, if it is there.
    fn discard(&self, upload: UploadId) -> Result<(), StoreError>;
    /// At most `most` bytes of a blob from `at` on; fewer only at its end. None if there is no such blob.
    fn read(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Box<dyn BlobReader>>, StoreError>;
    /// Erases these blobs, if they are there.
    fn remove(&self, blobs: &[BlobId]) -> Result<(), StoreError>;
    /// All uploads that have a file.
    fn uploads(&self) -> Result<Vec<UploadId>, StoreError>;
    /// All blobs whose id begins with this byte: a 256th of them.
    fn blobs(&self, beginning: u8) -> Result<Vec<Blob>, StoreError>;
}

/// Bytes of a blob, one after the other. They can be read to their end also if the blob is removed meanwhile, or reading
/// fails.
pub trait BlobReader: Send {
    /// The next `most` bytes; fewer only at the end.
    fn next(&mut self, most: usize) -> Result<Vec<u8>, StoreError>;
}
