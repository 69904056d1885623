use beseda_crypto::public_group::GroupState;
use beseda_model::{ConversationId, DeviceId};

use super::StoreError;
use crate::domain::WaitingWelcome;

/// MLS groups, for reading.
pub trait GroupView {
    /// The present group's public state.
    fn state(&self, id: ConversationId) -> Result<Option<GroupState>, StoreError>;
    /// The Welcome that waits for the device.
    fn welcome(&self, id: ConversationId, device: DeviceId) -> Result<Option<WaitingWelcome>, StoreError>;
}

/// MLS groups, for writing.
pub trait GroupRepo {
    /// Replaces the present group's public state.
    fn put_state(&mut self, id: ConversationId, state: &GroupState) -> Result<(), StoreError>;
    /// Leaves a Welcome for each of the devices, in place of an earlier one.
    fn put_welcome(
        &mut self,
        id: ConversationId,
        devices: &[DeviceId],
        welcome: &WaitingWelcome,
    ) -> Result<(), StoreError>;
    /// Forgets the device's Welcome of the commit at `seq`.
    fn delete_welcome(&mut self, id: ConversationId, device: DeviceId, seq: u64) -> Result<(), StoreError>;
    /// Forgets all Welcomes for the device.
    fn delete_welcomes_of(&mut self, device: DeviceId) -> Result<(), StoreError>;
}
