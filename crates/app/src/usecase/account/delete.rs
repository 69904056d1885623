use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLogEntry, DeviceLogOp};
use beseda_model::{DeviceId, Timestamp};

use super::AccountError;
use super::reset_identity::leave_everything;
use crate::domain::Actor;
use crate::port::{StoreError, UnitOfWork};
use crate::usecase::device::{DeviceError, announce_log, end_device, verified_log};
use crate::usecase::{blob, group_link};

/// The end of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteAccount {
    /// Entries of the device log that remove every device, this one last.
    pub entries: Vec<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

/// Ends an account for good: its devices, sessions, keys, profile, phone number, settings, links and requests are
/// erased, its files are let go, its memberships end, and its username is free for others after a while. What stays is
/// its device log, whose last entries, signed by a device or the root key, are by what everybody who knew the account
/// can see that it has ended, and not by the server's word.
///
/// # Errors
/// When the entries do not follow from the log, or leave a device.
pub fn delete_account(uow: &mut dyn UnitOfWork, actor: Actor, cmd: &DeleteAccount) -> Result<(), AccountError> {
    let account = actor.account;
    let mut log = verified_log(uow.view(), account).map_err(of_device)?;
    let mut gone: Vec<DeviceId> = Vec::new();
    for bytes in &cmd.entries {
        let entry = DeviceLogEntry::decode(bytes).map_err(|_| AccountError::EntryMalformed)?;
        let DeviceLogOp::Remove { device } = entry.op else { return Err(AccountError::EntryMalformed) };
        log.verify_and_append(entry, &Ed25519)?;
        uow.devices_mut().append_log(account, entry.version, bytes)?;
        gone.push(device);
    }
    if log.current_devices().next().is_some() {
        return Err(AccountError::EntryMalformed);
    }
    let peers = uow.accounts().peers(account)?;
    for device in gone {
        end_device(uow, device)?;
    }
    leave_everything(uow, account)?;
    group_link::forget_account(uow, account)?;
    blob::forget_account(uow, account, cmd.at)?;
    uow.tickets_mut().delete_tickets_of(account)?;
    uow.phones_mut().unbind(account)?;
    let until = cmd.at.plus_millis(uow.limits().username_quarantine_millis);
    uow.accounts_mut().delete(account, cmd.at, until)?;
    announce_log(uow, account, peers)?;
    Ok(())
}

fn of_device(error: DeviceError) -> AccountError {
    match error {
        DeviceError::DeviceLog(error) => AccountError::DeviceLog(error),
        DeviceError::Store(error) => AccountError::Store(error),
        DeviceError::NotFound => AccountError::NotFound,
        _ => AccountError::Store(StoreError::Corrupt { table: "device_log", column: "entry" }),
    }
}
