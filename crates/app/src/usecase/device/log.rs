use beseda_crypto::signature::Ed25519;
use beseda_model::AccountId;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry};

use super::DeviceError;
use crate::port::{StoreError, View};

/// A part of a device log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLogPage {
    /// The root public key that signs its first entry.
    pub first_root_key: [u8; 32],
    /// Ascending versions, as signed.
    pub entries: Vec<Vec<u8>>,
}

/// An account's device log from version `from` on.
///
/// # Errors
/// When there is no such account.
pub fn device_log(view: &dyn View, account: AccountId, from: u32) -> Result<DeviceLogPage, DeviceError> {
    let row = view.accounts().find(account)?.ok_or(DeviceError::NotFound)?;
    let entries = view.devices().log(account, from, u32::MAX)?;
    Ok(DeviceLogPage { first_root_key: row.first_root_key, entries })
}

/// The whole log, verified again: what is judged by it does not rest on the store alone.
///
/// # Errors
/// When there is no such account, or its log is damaged.
pub fn verified_log(view: &dyn View, account: AccountId) -> Result<DeviceLog, DeviceError> {
    let DeviceLogPage { first_root_key, entries } = device_log(view, account, 1)?;
    let corrupt = StoreError::Corrupt { table: "device_log", column: "entry" };
    let mut log = DeviceLog::new(account, first_root_key);
    for bytes in &entries {
        let entry = DeviceLogEntry::decode(bytes).map_err(|_| corrupt.clone())?;
        log.verify_and_append(entry, &Ed25519).map_err(|_| corrupt.clone())?;
    }
    Ok(log)
}
