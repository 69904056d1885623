//! Blobs: uploaded in parts, fetched in ranges, kept by whoever refers to them, erased when nobody does.

mod expire;
mod fetch;
mod keep;
mod upload;

use beseda_model::Code;

pub(crate) use expire::forget_account;
pub use expire::{adopt, expire_uploads, forget_blobs, unkept_blobs};
pub use fetch::blob_to_fetch;
pub use keep::{blob_use, keep_blobs, let_blobs_go};
pub use upload::{CreateUpload, FinishUpload, cancel_upload, create_upload, extend_upload, finish_upload, own_upload};

use crate::domain::{OverLimit, WrongOffset};
use crate::port::StoreError;

/// Why something about blobs was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// There is no such upload or blob, or it is not the asker's.
    #[error("there is no such upload or blob")]
    NotFound,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The account keeps too much.
    #[error("the account keeps as much as it may: {allowed} bytes")]
    QuotaExceeded {
        /// How much that is.
        allowed: u64,
    },
    /// The account has announced too much today.
    #[error("the account has announced as much as it may in a day")]
    BudgetSpent {
        /// How much that is, in bytes.
        allowed: u64,
    },
    /// The upload goes on elsewhere.
    #[error(transparent)]
    WrongOffset(#[from] WrongOffset),
    /// What came is not what was announced.
    #[error("the bytes that came have another checksum")]
    WrongChecksum,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BlobError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::OverLimit(error) => error.code(),
            Self::QuotaExceeded { .. } => Code::QuotaExceeded,
            Self::BudgetSpent { .. } => Code::RateLimited,
            Self::WrongOffset(_) => Code::WrongOffset,
            Self::WrongChecksum => Code::WrongChecksum,
            Self::Store(StoreError::DiskFull) => Code::StorageFull,
            Self::Store(error) => error.code(),
        }
    }
}
