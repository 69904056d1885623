use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry, DeviceLogOp};
use beseda_model::{AccountId, DeviceId};

use super::{DeviceError, verified_log};
use crate::Event;
use crate::domain::{Actor, Change, DeviceRow, OverLimit};
use crate::port::{StoreError, UnitOfWork};

/// Adds a signed entry to one's own device log. Whose signature it has decides, not who brings it: after a restore from a
/// backup any device of the account returns what the server forgot. Removing a device ends its sessions at once, deletes
/// its key packages, and makes the removal of its leaves due wherever it has one; adding one gives it no session.
///
/// # Errors
/// When the entry does not follow from the log.
pub fn append_log(uow: &mut dyn UnitOfWork, actor: Actor, entry: &[u8]) -> Result<(), DeviceError> {
    let entry = DeviceLogEntry::decode(entry).map_err(|_| DeviceError::EntryMalformed)?;
    match entry.op {
        DeviceLogOp::Add { .. } => add(uow, actor.account, entry).map(drop),
        DeviceLogOp::Remove { device } => {
            follow(uow, actor.account, entry)?;
            end_device(uow, device)?;
            let peers = uow.accounts().peers(actor.account)?;
            Ok(announce_log(uow, actor.account, peers)?)
        }
        DeviceLogOp::RotateRoot { .. } => {
            let log = follow(uow, actor.account, entry)?;
            uow.accounts_mut().set_root(actor.account, log.root_at(log.version()))?;
            let peers = uow.accounts().peers(actor.account)?;
            Ok(announce_log(uow, actor.account, peers)?)
        }
    }
}

/// Adds a device by an entry that somebody entitled has signed.
pub(crate) fn add(
    uow: &mut dyn UnitOfWork,
    account: AccountId,
    entry: DeviceLogEntry,
) -> Result<DeviceId, DeviceError> {
    let DeviceLogOp::Add { device, signature_key } = entry.op else { return Err(DeviceError::EntryMalformed) };
    if uow.accounts().find(account)?.is_none_or(|row| row.deleted) {
        return Err(DeviceError::NotFound);
    }
    if uow.devices().find(device)?.is_some() {
        return Err(DeviceError::DeviceKnown);
    }
    let count = uow.devices().list(account)?.len().saturating_add(1);
    OverLimit::check("devices_per_account", uow.limits().devices_per_account, count)?;
    follow(uow, account, entry)?;
    uow.devices_mut().insert(&DeviceRow { device, account, signature_key, removed: false })?;
    let peers = uow.accounts().peers(account)?;
    announce_log(uow, account, peers)?;
    Ok(device)
}

fn follow(uow: &mut dyn UnitOfWork, account: AccountId, entry: DeviceLogEntry) -> Result<DeviceLog, DeviceError> {
    let mut log = verified_log(uow.view(), account)?;
    log.verify_and_append(entry, &Ed25519)?;
    uow.devices_mut().append_log(account, entry.version, &entry.encode())?;
    Ok(log)
}

/// Ends everything of a device that was removed.
pub(crate) fn end_device(uow: &mut dyn UnitOfWork, device: DeviceId) -> Result<(), StoreError> {
    uow.devices_mut().remove(device)?;
    uow.keys_mut().delete_all(device)?;
    uow.groups_mut().delete_welcomes_of(device)?;
    uow.wake_mut().forget(device)?;
    for id in uow.conversations_mut().mark_due(&[device], None)? {
        let accounts: Vec<_> = uow.conversations().members(id)?.into_iter().map(|member| member.account).collect();
        uow.emit(Event::ConversationChanged { conversation: id, accounts: accounts.into() });
    }
    uow.emit(Event::SessionEnded { device, revoked: true });
    Ok(())
}

/// Tells everyone concerned that a device log has grown.
pub(crate) fn announce_log(
    uow: &mut dyn UnitOfWork,
    account: AccountId,
    mut peers: Vec<AccountId>,
) -> Result<(), StoreError> {
    let Some(row) = uow.accounts().find(account)? else { return Ok(()) };
    peers.push(account);
    uow.emit(Event::Changed {
        accounts: peers.into(),
        device: None,
        change: Change::DeviceLog { account, version: row.log_version, root: row.root },
    });
    Ok(())
}
