//! Devices and their logs.

mod append_log;
mod log;

use beseda_model::Code;
use beseda_model::device_log::DeviceLogError;

pub use append_log::append_log;
pub(crate) use append_log::{add, announce_log, end_device};
pub use log::{DeviceLogPage, device_log, verified_log};

use crate::domain::OverLimit;
use crate::port::StoreError;

/// Why something about a device log was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The bytes are not an entry, or not of the kind that belongs here.
    #[error("the device-log entry is malformed or of the wrong kind")]
    EntryMalformed,
    /// Without an approving device only the recovery phrase admits one.
    #[error("the entry must be signed by the root key")]
    NotByRoot,
    /// A link is approved by the device that opened it.
    #[error("the entry is signed by another device")]
    NotBySender,
    /// The device belongs, or belonged, to another account.
    #[error("the device's id was used before")]
    DeviceKnown,
    /// The entry does not follow.
    #[error(transparent)]
    DeviceLog(#[from] DeviceLogError),
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeviceError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::EntryMalformed | Self::NotByRoot | Self::NotBySender | Self::DeviceKnown | Self::DeviceLog(_) => {
                Code::InvalidDeviceLog
            }
            Self::OverLimit(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
