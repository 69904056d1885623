//! Accounts: joining, what one lets others see, finding others.

mod add_device;
mod block;
mod cards;
mod delete;
mod find;
mod person_link;
mod presence;
mod profile;
mod reset_identity;
mod settings;
mod sign_in;
mod sign_up;

use beseda_model::Code;
use beseda_model::device_log::DeviceLogError;

pub use add_device::{AddDevice, add_device};
pub use block::block;
pub use cards::{AccountByRoot, Card, account_by_root, cards};
pub use delete::{DeleteAccount, delete_account};
pub use find::find_accounts;
pub use person_link::{by_link, set_link};
pub use presence::{last_seen, sees_presence, touch_last_seen};
pub use profile::{profiles, set_profile};
pub use reset_identity::{ResetIdentity, reset_identity};
pub(crate) use settings::emit_settings;
pub use settings::{set_password, set_privacy, set_username};
pub use sign_in::{Credentials, IssueTicket, PresentPassword, credentials, issue_ticket, present_password};
pub use sign_up::{Registration, SignUp, sign_up};

use crate::domain::OverLimit;
use crate::port::StoreError;

/// Why something about an account was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// Somebody else has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// The account, its root key or its device is known already.
    #[error("the account, its key or its device exists already")]
    Exists,
    /// A password needs a username.
    #[error("a password needs a username")]
    PasswordWithoutUsername,
    /// The invitation is unknown, used up or expired.
    #[error("the invitation is unknown, used up or expired")]
    InviteInvalid,
    /// The server takes no accounts.
    #[error("registration is closed")]
    Closed,
    /// An invitation is needed.
    #[error("an invitation is needed")]
    InviteNeeded,
    /// The ticket is unknown, used or expired.
    #[error("the sign-in ticket is unknown, used or expired")]
    TicketInvalid,
    /// The phone number was not verified, or too long ago.
    #[error("the phone number was not verified, or too long ago")]
    PhoneUnverified,
    /// One can't block oneself.
    #[error("the account is one's own")]
    Oneself,
    /// The device-log entry is not one.
    #[error("the device-log entry is malformed or of the wrong kind")]
    EntryMalformed,
    /// The device-log entry does not follow.
    #[error(transparent)]
    DeviceLog(#[from] DeviceLogError),
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::UsernameTaken | Self::Exists => Code::Taken,
            Self::PasswordWithoutUsername | Self::Oneself => Code::BadRequest,
            Self::InviteInvalid | Self::Closed | Self::InviteNeeded => Code::SignUpRefused,
            Self::TicketInvalid => Code::Unauthorized,
            Self::PhoneUnverified => Code::DigitsExpired,
            Self::EntryMalformed | Self::DeviceLog(_) => Code::InvalidDeviceLog,
            Self::OverLimit(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
