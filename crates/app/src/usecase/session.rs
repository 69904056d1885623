//! Sessions of devices.

mod authenticate;
mod open;
mod sign_out;

use beseda_model::Code;

pub use authenticate::{Session, authenticate, session_of};
pub(crate) use open::open_session;
pub use sign_out::sign_out;

use crate::port::StoreError;

/// Why a session was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// No session has this token.
    #[error("the token is unknown or its session is over")]
    Unknown,
    /// The device was removed from its account.
    #[error("the device was revoked")]
    Revoked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::Unknown => Code::Unauthorized,
            Self::Revoked => Code::DeviceRevoked,
            Self::Store(error) => error.code(),
        }
    }
}
