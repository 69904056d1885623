use beseda_model::{AccountId, BlobId, Timestamp, UploadId};

use super::StoreError;
use crate::domain::{Blob, Upload};

/// Uploads, blobs, and who keeps which, for reading. The bytes are elsewhere: in the [`BlobStore`](super::BlobStore).
pub trait BlobView {
    /// The upload, also for a while after it has become a blob.
    fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError>;
    /// The account's unfinished uploads, in no particular order.
    fn unfinished(&self, account: AccountId) -> Result<Vec<Upload>, StoreError>;
    /// The blob.
    fn find(&self, id: BlobId) -> Result<Option<Blob>, StoreError>;
    /// Whether the account keeps it.
    fn keeps(&self, account: AccountId, blob: BlobId) -> Result<bool, StoreError>;
    /// What the blobs that the account keeps are [charged](crate::domain::blob::charge), in bytes.
    fn kept_bytes(&self, account: AccountId) -> Result<u64, StoreError>;
    /// At most `limit` blobs that nobody has kept since `since` or longer.
    fn unkept(&self, since: Timestamp, limit: u32) -> Result<Vec<BlobId>, StoreError>;
}

/// Uploads, blobs, and who keeps which, for writing.
pub trait BlobRepo {
    /// Adds an upload; a known id is a conflict.
    fn insert_upload(&mut self, upload: &Upload) -> Result<(), StoreError>;
    /// Moves the end of an unfinished upload.
    fn extend_upload(&mut self, id: UploadId, expires_at: Timestamp) -> Result<(), StoreError>;
    /// The upload has become a blob, which is told until `expires_at`.
    fn finish_upload(&mut self, id: UploadId, blob: BlobId, expires_at: Timestamp) -> Result<(), StoreError>;
    /// Forgets an upload; tells whether it was there.
    fn delete_upload(&mut self, id: UploadId) -> Result<bool, StoreError>;
    /// Adds a blob that nobody keeps, from `at` on; a known id is a conflict.
    fn insert(&mut self, blob: Blob, at: Timestamp) -> Result<(), StoreError>;
    /// The account keeps a blob that exists. One that it keeps already is a conflict.
    fn keep(&mut self, account: AccountId, blob: Blob) -> Result<(), StoreError>;
    /// The account does not keep it any more; tells whether it did. If nobody does now, nobody does from `at` on.
    fn let_go(&mut self, account: AccountId, blob: BlobId, at: Timestamp) -> Result<bool, StoreError>;
    /// The account keeps nothing any more, and all its uploads end.
    fn let_all_go(&mut self, account: AccountId, at: Timestamp) -> Result<(), StoreError>;
    /// Forgets at most `limit` uploads that ended before `now` or at it; tells which.
    fn delete_expired_uploads(&mut self, now: Timestamp, limit: u32) -> Result<Vec<UploadId>, StoreError>;
    /// Forgets a blob that nobody has kept since `since` or longer; tells whether it was one.
    fn delete_unkept(&mut self, blob: BlobId, since: Timestamp) -> Result<bool, StoreError>;
}
