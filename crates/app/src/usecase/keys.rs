//! Key packages, by which devices are added while they are away.

mod claim;
mod publish;

use beseda_crypto::key_package::KeyPackageError;
use beseda_model::Code;

pub use claim::{ClaimKeys, Claimed, ClaimedKey, claim_keys};
pub use publish::{PublishKeys, count_keys, publish_keys};

use crate::domain::OverLimit;
use crate::port::StoreError;
use crate::usecase::device::DeviceError;

/// Why something about key packages was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// One of the packages was published before.
    #[error("a key package was published before; each is used once")]
    Used,
    /// One of the packages can't be used in our groups.
    #[error(transparent)]
    Unusable(#[from] KeyPackageError),
    /// One of the packages is not of the device that publishes it.
    #[error("a key package names another account, device, key or root than the device log of whoever publishes it")]
    NotOwn,
    /// A package of last resort stands in the place of a one-time one, or the other way round.
    #[error("a key package is marked for another use than it is published for")]
    WrongUse,
    /// The claimer has taken what it may of this account today.
    #[error("the budget of key packages of this account is used up for today")]
    BudgetSpent,
    /// The target does not take the claimer's messages.
    #[error("the account does not accept the claimer")]
    NotAccepted,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The account's device log can't be had.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeysError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Used | Self::Unusable(_) | Self::NotOwn | Self::WrongUse => Code::KeyPackageUsed,
            Self::BudgetSpent => Code::RateLimited,
            Self::NotAccepted => Code::NotAccepted,
            Self::OverLimit(error) => error.code(),
            Self::Device(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Since when a package must have been uploaded to be handed out at `now`.
fn oldest(limits: &beseda_model::Limits, now: beseda_model::Timestamp) -> beseda_model::Timestamp {
    beseda_model::Timestamp::from_millis(now.as_millis().saturating_sub(limits.key_package_age_millis))
}
