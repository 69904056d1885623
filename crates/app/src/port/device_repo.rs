use beseda_model::{AccountId, DeviceId, Timestamp};

use super::StoreError;
use crate::domain::{DeviceRow, SessionRow, TokenHash};

/// Devices, for reading.
pub trait DeviceView {
    /// The device, whether current or removed.
    fn find(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError>;
    /// The account's current devices.
    fn list(&self, account: AccountId) -> Result<Vec<DeviceRow>, StoreError>;
    /// Entries of the account's device log from version `from` on, as signed.
    fn log(&self, account: AccountId, from: u32, limit: u32) -> Result<Vec<Vec<u8>>, StoreError>;
    /// The session with this token.
    fn session(&self, token: &TokenHash) -> Result<Option<SessionRow>, StoreError>;
    /// The highest send number accepted from the device; zero before the first.
    fn send_no(&self, device: DeviceId) -> Result<u64, StoreError>;
}

/// Devices, for writing.
pub trait DeviceRepo {
    /// Adds an entry to the account's device log; another version than the next is a conflict.
    fn append_log(&mut self, account: AccountId, version: u32, entry: &[u8]) -> Result<(), StoreError>;
    /// Adds a device; a known id is a conflict.
    fn insert(&mut self, device: &DeviceRow) -> Result<(), StoreError>;
    /// Marks a device as removed. What else ends with it is the use case's to do.
    fn remove(&mut self, device: DeviceId) -> Result<(), StoreError>;
    /// Begins a session.
    fn insert_session(&mut self, token: &TokenHash, device: DeviceId, at: Timestamp) -> Result<(), StoreError>;
    /// Ends a session; tells whether there was one.
    fn delete_session(&mut self, token: &TokenHash) -> Result<bool, StoreError>;
}
