use beseda_model::{AccountId, BlobId, Timestamp, UploadId};

use crate::domain::Blob;
use crate::port::{StoreError, UnitOfWork};

/// Most uploads, and most blobs, that one run forgets.
const BATCH: u32 = 500;

/// What the database has forgotten: now its bytes can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Uploads.
    pub uploads: Vec<UploadId>,
    /// Blobs.
    pub blobs: Vec<BlobId>,
}

impl Erased {
    /// Whether there was nothing to forget.
    pub const fn is_empty(&self) -> bool {
        self.uploads.is_empty() && self.blobs.is_empty()
    }
}

/// Forgets uploads that have ended and blobs that nobody has kept for long enough, a limited number at a time; run it
/// again while there were any. Nobody may finish an upload between this and the erasing of what it tells: the blob that
/// comes back then would be erased, too.
///
/// # Errors
/// When the store fails.
pub fn expire_blobs(uow: &mut dyn UnitOfWork, now: Timestamp) -> Result<Erased, StoreError> {
    let since = now.as_millis().checked_sub(uow.limits().blob_millis);
    let uploads = uow.blobs_mut().delete_expired_uploads(now, BATCH)?;
    let blobs = match since {
        Some(since) => uow.blobs_mut().delete_unkept(Timestamp::from_millis(since), BATCH)?,
        None => Vec::new(),
    };
    Ok(Erased { uploads, blobs })
}

/// Takes up blobs whose bytes are there while the database does not know them: the server ended between the one and the
/// other, or its database was restored from a backup. Nobody keeps them yet, so they stay for as long as such blobs do.
/// Tells how many were unknown.
///
/// # Errors
/// When the store fails.
pub fn adopt(uow: &mut dyn UnitOfWork, found: &[Blob], at: Timestamp) -> Result<usize, StoreError> {
    let mut adopted = 0;
    for blob in found {
        if uow.blobs().find(blob.id)?.is_none() {
            uow.blobs_mut().insert(*blob, at)?;
            adopted += 1;
        }
    }
    Ok(adopted)
}

/// A deleted account keeps nothing.
pub(crate) fn forget_account(uow: &mut dyn UnitOfWork, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
    uow.blobs_mut().let_all_go(account, at)
}
