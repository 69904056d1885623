use beseda_model::{AccountId, BlobId, Timestamp};

use super::BlobError;
use crate::domain::blob::charge;
use crate::domain::{Actor, Blob, BlobUse, OverLimit};
use crate::port::{StoreError, UnitOfWork, View};

/// How much the account keeps, and how much it may.
///
/// # Errors
/// When the store fails.
pub fn blob_use(view: &dyn View, actor: Actor) -> Result<BlobUse, StoreError> {
    let kept = view.blobs().kept_bytes(actor.account)?;
    let unfinished = view.blobs().unfinished(actor.account)?;
    let used = unfinished.iter().fold(kept, |sum, upload| sum.saturating_add(charge(upload.length)));
    Ok(BlobUse { used, allowed: view.limits().blob_quota_bytes })
}

/// Keeps blobs for the account: all that there are, or none if there is no room for all of them. Those that are kept
/// already are so once. Tells which there are not any more, in the order that was asked.
///
/// # Errors
/// When these are too many at once, or more than the account may keep.
pub fn keep_blobs(uow: &mut dyn UnitOfWork, actor: Actor, blobs: &[BlobId]) -> Result<Vec<BlobId>, BlobError> {
    OverLimit::check("blobs_at_once", uow.limits().blobs_at_once, blobs.len())?;
    let mut gone = Vec::new();
    for id in blobs {
        let Some(blob) = uow.blobs().find(*id)? else {
            gone.push(*id);
            continue;
        };
        if uow.blobs().keeps(actor.account, blob.id)? {
            continue;
        }
        let present = blob_use(uow.view(), actor)?;
        if !present.admits(blob.size) {
            return Err(BlobError::QuotaExceeded { allowed: present.allowed });
        }
        keep(uow, actor.account, blob)?;
    }
    Ok(gone)
}

/// Keeps one that there is room for.
pub(super) fn keep(uow: &mut dyn UnitOfWork, account: AccountId, blob: Blob) -> Result<(), StoreError> {
    if uow.blobs().keeps(account, blob.id)? { Ok(()) } else { uow.blobs_mut().keep(account, blob) }
}

/// The account does not need these blobs any more. What it does not keep is passed over.
///
/// # Errors
/// When these are too many at once.
pub fn let_blobs_go(uow: &mut dyn UnitOfWork, actor: Actor, blobs: &[BlobId], at: Timestamp) -> Result<(), BlobError> {
    OverLimit::check("blobs_at_once", uow.limits().blobs_at_once, blobs.len())?;
    for blob in blobs {
        uow.blobs_mut().let_go(actor.account, *blob, at)?;
    }
    Ok(())
}
