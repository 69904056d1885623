use beseda_model::{DeviceId, Timestamp};

use super::WakeError;
use crate::domain::{Actor, TokenHash};
use crate::port::{StoreError, UnitOfWork};

/// Tokens that a device may have at once: a wake-up that takes another's place may cross it on the way.
const OTHERS: u32 = 7;

/// Gives a device a token. A device that is not woken any more gets none; tells whether it got it.
///
/// # Errors
/// When the store fails.
pub fn issue_token(
    uow: &mut dyn UnitOfWork,
    device: DeviceId,
    token: &TokenHash,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    if uow.wake().subscription(device)?.is_none() {
        return Ok(false);
    }
    uow.wake_mut().insert_token(token, device, expires_at, OTHERS)?;
    Ok(true)
}

/// Takes a token back: it is good once. The device that had it gets the next one.
///
/// # Errors
/// When it was used, has expired, or never was.
pub fn redeem_token(
    uow: &mut dyn UnitOfWork,
    token: &TokenHash,
    next: &TokenHash,
    now: Timestamp,
    next_expires_at: Timestamp,
) -> Result<Actor, WakeError> {
    let actor = uow.wake().token(token, now)?.ok_or(WakeError::TokenInvalid)?;
    uow.wake_mut().delete_token(token)?;
    uow.wake_mut().insert_token(next, actor.device, next_expires_at, OTHERS)?;
    Ok(actor)
}
