//! Phone numbers as identifiers: a code shows that one receives what is sent to a number. It says nothing of an account's
//! keys, and opens no account.

mod check_code;
mod own;
mod request_code;
mod reset;
mod verified;

use beseda_model::Code;

pub use check_code::{CheckCode, Checked, check_code};
pub use own::{remove_phone, set_phone};
pub use request_code::{CodeRequested, RequestCode, request_code};
pub(crate) use reset::redeem_for_reset;
pub use reset::{resettable, verified_holder};
pub(crate) use verified::{bind, redeem};

use crate::port::StoreError;

/// How long what follows from a right code may take, in milliseconds.
const VERIFIED_MILLIS: u64 = 1_800_000;

/// Why something about a phone number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhoneError {
    /// A code was sent to the number just now.
    #[error("a code was sent to this number a short time ago")]
    CoolDown {
        /// When the next one may be asked for.
        retry_after_ms: u64,
    },
    /// Enough codes were sent for today.
    #[error("no more codes are sent today: {limit}")]
    BudgetSpent {
        /// The published limit.
        limit: &'static str,
        /// Its value.
        value: u64,
    },
    /// The attempt's secret was used for another number, or is done with.
    #[error("the attempt is another one's; begin a new one")]
    AttemptUsed,
    /// There is no code of this attempt that could still be right.
    #[error("the code has expired or was tried too often; ask for a new one")]
    CodeExpired,
    /// The number was not verified, or too long ago.
    #[error("the phone number was not verified, or too long ago")]
    Unverified,
    /// An account needs a number here.
    #[error("an account needs a phone number on this server")]
    Needed,
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PhoneError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::CoolDown { .. } | Self::BudgetSpent { .. } => Code::RateLimited,
            Self::AttemptUsed => Code::BadRequest,
            Self::CodeExpired | Self::Unverified => Code::DigitsExpired,
            Self::Needed => Code::Forbidden,
            Self::NotFound => Code::NotFound,
            Self::Store(error) => error.code(),
        }
    }
}
