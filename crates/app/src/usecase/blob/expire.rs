use beseda_model::{AccountId, BlobId, Timestamp, UploadId};

use crate::domain::Blob;
use crate::port::{StoreError, UnitOfWork, View};

/// Most uploads, and most blobs, that one run forgets.
const BATCH: u32 = 500;

/// Forgets uploads that have ended, a limited number at a time; run it again while there were any. Tells which: now their
/// bytes can be erased.
///
/// # Errors
/// When the store fails.
pub fn expire_uploads(uow: &mut dyn UnitOfWork, now: Timestamp) -> Result<Vec<UploadId>, StoreError> {
    uow.blobs_mut().delete_expired_uploads(now, BATCH)
}

/// Some of the blobs that nobody has kept for long enough; run it again while there were any.
///
/// # Errors
/// When the store fails.
pub fn unkept_blobs(view: &dyn View, now: Timestamp) -> Result<Vec<BlobId>, StoreError> {
    match unkept_before(view, now) {
        Some(since) => view.blobs().unkept(since, BATCH),
        None => Ok(Vec::new()),
    }
}

/// Forgets those of the blobs that nobody has kept for long enough, also if somebody has let them go or kept them
/// meanwhile. Tells which: now their bytes can be erased. Nobody may finish an upload of one of them between this and that:
/// the blob that comes back then would be erased, too.
///
/// # Errors
/// When the store fails.
pub fn forget_blobs(uow: &mut dyn UnitOfWork, blobs: &[BlobId], now: Timestamp) -> Result<Vec<BlobId>, StoreError> {
    let Some(since) = unkept_before(uow.view(), now) else { return Ok(Vec::new()) };
    let mut gone = Vec::new();
    for blob in blobs {
        if uow.blobs_mut().delete_unkept(*blob, since)? {
            gone.push(*blob);
        }
    }
    Ok(gone)
}

/// When the last one must have let a blob go that is erased now; none where that was before all time.
fn unkept_before(view: &dyn View, now: Timestamp) -> Option<Timestamp> {
    now.as_millis().checked_sub(view.limits().blob_millis).map(Timestamp::from_millis)
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
