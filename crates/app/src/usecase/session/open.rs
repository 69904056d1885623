use beseda_model::{DeviceId, Timestamp};

use crate::domain::TokenHash;
use crate::port::{StoreError, UnitOfWork};

/// Gives a device a session.
pub(crate) fn open_session(
    uow: &mut dyn UnitOfWork,
    device: DeviceId,
    token: &TokenHash,
    at: Timestamp,
) -> Result<(), StoreError> {
    uow.devices_mut().insert_session(token, device, at)
}
