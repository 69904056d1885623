use beseda_model::{AccountId, DeviceId, Timestamp};

use super::{KeysError, oldest};
use crate::Event;
use crate::domain::{Actor, Change};
use crate::port::{Budget, StoredKey, UnitOfWork};

/// One-time packages that are kept for people one knows.
const KEPT_FROM_STRANGERS: u32 = 10;
/// At this many left, and at each further step down to it, the owner is told.
const LOW: u32 = 20;

/// One key package of each device of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimKeys {
    /// Whose.
    pub account: AccountId,
    /// Only of these devices; all if empty.
    pub devices: Vec<DeviceId>,
    /// When.
    pub at: Timestamp,
}

/// What was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// One for each device that has any.
    pub keys: Vec<ClaimedKey>,
    /// The account's device-log version at this moment.
    pub log_version: u32,
}

/// A claimed key package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedKey {
    /// Whose.
    pub device: DeviceId,
    /// The package.
    pub key: StoredKey,
}

/// Takes one key package of each of the devices. Strangers get the last-resort one when few are left; devices without
/// any are left out and join by themselves later.
///
/// # Errors
/// When there is no such account, or the day's budget for it is spent.
pub fn claim_keys(uow: &mut dyn UnitOfWork, actor: Actor, cmd: ClaimKeys) -> Result<Claimed, KeysError> {
    let target = uow.accounts().find(cmd.account)?.ok_or(KeysError::NotFound)?;
    let own = actor.account == cmd.account;
    if !own {
        if uow.accounts().blocks(cmd.account, actor.account)? {
            return Err(KeysError::NotAccepted);
        }
        let subject = [actor.account.as_bytes().as_slice(), cmd.account.as_bytes()].concat();
        let allowed = uow.limits().key_package_claims;
        if !uow.budgets_mut().spend(Budget::KeyClaims, &subject, cmd.at, allowed)? {
            return Err(KeysError::BudgetSpent);
        }
    }
    let known = own || uow.conversations().are_contacts(actor.account, cmd.account)?;
    let since = oldest(uow.limits(), cmd.at);
    let mut keys = Vec::new();
    for row in uow.devices().list(cmd.account)? {
        let device = row.device;
        let wanted = cmd.devices.is_empty() || cmd.devices.contains(&device);
        if !wanted || device == actor.device {
            continue;
        }
        let left = uow.keys().count(device, since)?;
        let one_time = if known || left >= KEPT_FROM_STRANGERS { uow.keys_mut().take(device, since)? } else { None };
        if one_time.is_some() && left <= LOW {
            note_low(uow, cmd.account, device, left.saturating_sub(1))?;
        }
        let key = match one_time {
            Some(key) => Some(key),
            None => uow.keys_mut().last_resort(device, since)?,
        };
        keys.extend(key.map(|key| ClaimedKey { device, key }));
    }
    Ok(Claimed { keys, log_version: target.log_version })
}

fn note_low(uow: &mut dyn UnitOfWork, account: AccountId, device: DeviceId, left: u32) -> Result<(), KeysError> {
    uow.keys_mut().note_low(device)?;
    uow.emit(Event::Changed { accounts: [account].into(), device: Some(device), change: Change::KeysLow { left } });
    Ok(())
}
