//! Waking devices that have no connection. The wake-up itself says nothing: it carries a token, good for one look at what
//! is new, and each look gives the next one.

mod key;
mod subscribe;
mod token;
mod whom;

use beseda_model::Code;

pub use key::own_key;
pub use subscribe::{forget_endpoint, subscribe, unsubscribe};
pub use token::{issue_token, redeem_token};
pub use whom::{Entry, who_reads_elsewhere, whom_to_wake};

use crate::domain::OverLimit;
use crate::port::StoreError;

/// Why something about waking was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WakeError {
    /// The token was used, has expired, or never was.
    #[error("the token was used, has expired, or never was")]
    TokenInvalid,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WakeError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::TokenInvalid => Code::Unauthorized,
            Self::OverLimit(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
