//! What has changed since a device last asked.

mod changes;

use beseda_model::Code;

pub use changes::{SyncPage, conversation_state, sync};

use crate::domain::CursorError;
use crate::port::StoreError;

/// Why a sync was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The cursor is not one.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The cursor is of another store: it was restored from a backup, or is another server's.
    #[error("the cursor belongs to another store epoch: sync again from the beginning")]
    StoreEpochChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SyncError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::Cursor(_) => Code::BadRequest,
            Self::StoreEpochChanged => Code::StoreEpochChanged,
            Self::Store(error) => error.code(),
        }
    }
}
