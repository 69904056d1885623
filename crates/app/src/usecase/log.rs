//! Reading logs and moving marks. Appending has its own way: [`Store::append`](crate::port::Store::append).

mod audience;
mod mark;
mod page;

use beseda_model::Code;

pub use audience::audience;
pub use mark::{Mark, mark};
pub use page::{LogPage, log_page};

use crate::port::StoreError;

/// Why a log was not shown or a mark not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The account never was a member, or for this, is no longer.
    #[error("the account is not a member of the conversation")]
    NotAMember,
    /// The other side of a direct conversation does not take anything from the actor.
    #[error("the recipient does not accept the sender")]
    NotAccepted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LogError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotAMember => Code::NotAMember,
            Self::NotAccepted => Code::NotAccepted,
            Self::Store(error) => error.code(),
        }
    }
}
