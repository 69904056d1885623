use beseda_model::{DeviceId, Timestamp};

use super::StoreError;

/// A key package as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The MLS message.
    pub package: Vec<u8>,
    /// Whether it may be used again.
    pub last_resort: bool,
}

/// Key packages, for reading.
pub trait KeyView {
    /// One-time packages of the device that were uploaded after `since`.
    fn count(&self, device: DeviceId, since: Timestamp) -> Result<u32, StoreError>;
}

/// Key packages, for writing.
pub trait KeyRepo {
    /// Adds a one-time package; one that was ever published before is a conflict.
    fn insert(&mut self, device: DeviceId, package: &[u8], at: Timestamp) -> Result<(), StoreError>;
    /// Replaces the last-resort package.
    fn set_last_resort(&mut self, device: DeviceId, package: &[u8], at: Timestamp) -> Result<(), StoreError>;
    /// Takes the oldest one-time package uploaded after `since`.
    fn take(&mut self, device: DeviceId, since: Timestamp) -> Result<Option<StoredKey>, StoreError>;
    /// The last-resort package uploaded after `since`; it stays.
    fn last_resort(&mut self, device: DeviceId, since: Timestamp) -> Result<Option<StoredKey>, StoreError>;
    /// Forgets all packages of the device.
    fn delete_all(&mut self, device: DeviceId) -> Result<(), StoreError>;
    /// Forgets one-time packages uploaded before `before`.
    fn delete_old(&mut self, before: Timestamp, limit: u32) -> Result<u32, StoreError>;
    /// Gives the device's number of packages a change number: its owner is to make more.
    fn note_low(&mut self, device: DeviceId) -> Result<(), StoreError>;
}
