use beseda_model::device_log::{DeviceLogEntry, LogSigner};
use beseda_model::{AccountId, Timestamp};

use crate::domain::{Actor, TokenHash};
use crate::port::UnitOfWork;
use crate::usecase::device::{self, DeviceError};
use crate::usecase::session::open_session;

/// A new device by recovery phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddDevice {
    /// Of which account.
    pub account: AccountId,
    /// The entry that adds it, signed by root.
    pub entry: Vec<u8>,
    /// The hash of its session's token.
    pub token: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// Adds a device whose entry root has signed over the present head of the log, and gives it a session.
///
/// # Errors
/// When the entry does not follow from the log, or is not signed by root.
pub fn add_device(uow: &mut dyn UnitOfWork, cmd: AddDevice) -> Result<Actor, DeviceError> {
    let entry = DeviceLogEntry::decode(&cmd.entry).map_err(|_| DeviceError::EntryMalformed)?;
    if entry.signer != LogSigner::Root {
        return Err(DeviceError::NotByRoot);
    }
    let device = device::add(uow, cmd.account, entry)?;
    open_session(uow, device, &cmd.token, cmd.at)?;
    Ok(Actor { account: cmd.account, device })
}
