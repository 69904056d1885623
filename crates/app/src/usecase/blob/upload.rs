use beseda_model::{BlobId, Timestamp, UploadId};

use super::BlobError;
use super::keep::{blob_use, keep};
use crate::domain::{Actor, Blob, OverLimit, Upload};
use crate::port::{Budget, StoreError, UnitOfWork, View};

/// Life of an upload of which nothing has come: its beginner may never have heard that it has begun, and begin another.
const UNBEGUN_MILLIS: u64 = 3_600_000;

/// A blob that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateUpload {
    /// The id of its upload.
    pub id: UploadId,
    /// How many bytes it will have.
    pub length: u64,
    /// Its id, if the sender tells it in advance.
    pub announced: Option<BlobId>,
    /// When.
    pub at: Timestamp,
}

/// Begins an upload. Room for it is set aside among what the account may keep.
///
/// # Errors
/// When it is too large, or one too many, or there is no room, or the account has announced too much today.
pub fn create_upload(uow: &mut dyn UnitOfWork, actor: Actor, cmd: CreateUpload) -> Result<Upload, BlobError> {
    let CreateUpload { id, length, announced, at } = cmd;
    let limits = uow.limits();
    OverLimit::check("blob_bytes", limits.blob_bytes, usize::try_from(length).unwrap_or(usize::MAX))?;
    let (most, allowed) = (limits.uploads, limits.uploaded_bytes);
    let expires_at = at.plus_millis(limits.upload_millis.min(UNBEGUN_MILLIS));
    OverLimit::check("uploads", most, uow.blobs().unfinished(actor.account)?.len().saturating_add(1))?;
    let present = blob_use(uow.view(), actor)?;
    if !present.admits(length) {
        return Err(BlobError::QuotaExceeded { allowed: present.allowed });
    }
    let account = actor.account;
    if !uow.budgets_mut().spend_many(Budget::UploadedBytes, account.as_bytes(), at, length, allowed)? {
        return Err(BlobError::BudgetSpent { allowed });
    }
    let upload = Upload { id, account, length, announced, expires_at, blob: None };
    uow.blobs_mut().insert_upload(&upload)?;
    Ok(upload)
}

/// An upload of the actor's own account.
///
/// # Errors
/// When there is none, or it has ended.
pub fn own_upload(view: &dyn View, actor: Actor, id: UploadId, now: Timestamp) -> Result<Upload, BlobError> {
    let upload = view.blobs().upload(id)?;
    upload.filter(|upload| upload.is_open_to(actor.account, now)).ok_or(BlobError::NotFound)
}

/// More of an upload has come: it lives on. The upload as it is then.
///
/// # Errors
/// When there is none, or it has ended.
pub fn extend_upload(uow: &mut dyn UnitOfWork, actor: Actor, id: UploadId, at: Timestamp) -> Result<Upload, BlobError> {
    let upload = own_upload(uow.view(), actor, id, at)?;
    let expires_at = at.plus_millis(uow.limits().upload_millis);
    uow.blobs_mut().extend_upload(id, expires_at)?;
    Ok(Upload { expires_at, ..upload })
}

/// An upload whose last byte has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishUpload {
    /// Which.
    pub id: UploadId,
    /// What it has become: its bytes are durable.
    pub blob: BlobId,
    /// When.
    pub at: Timestamp,
}

/// An upload has become a blob, which the account keeps from now on. The upload as it is then.
///
/// # Errors
/// When there is no such upload, or it was announced as another blob.
pub fn finish_upload(uow: &mut dyn UnitOfWork, actor: Actor, cmd: FinishUpload) -> Result<Upload, BlobError> {
    let upload = own_upload(uow.view(), actor, cmd.id, cmd.at)?;
    if upload.blob.is_some() {
        return Ok(upload);
    }
    if !upload.fits(cmd.blob) {
        return Err(BlobError::WrongChecksum);
    }
    let blob = Blob { id: cmd.blob, size: upload.length };
    match uow.blobs().find(blob.id)? {
        Some(known) if known != blob => return Err(StoreError::Corrupt { table: "blobs", column: "size" }.into()),
        Some(_) => {}
        None => uow.blobs_mut().insert(blob, cmd.at)?,
    }
    keep(uow, actor.account, blob)?;
    let expires_at = cmd.at.plus_millis(uow.limits().upload_millis);
    uow.blobs_mut().finish_upload(cmd.id, blob.id, expires_at)?;
    Ok(Upload { expires_at, blob: Some(blob.id), ..upload })
}

/// Ends an upload of the actor's own account. What it has become stays.
///
/// # Errors
/// When there is none, or it has ended.
pub fn cancel_upload(uow: &mut dyn UnitOfWork, actor: Actor, id: UploadId, now: Timestamp) -> Result<(), BlobError> {
    own_upload(uow.view(), actor, id, now)?;
    uow.blobs_mut().delete_upload(id)?;
    Ok(())
}
