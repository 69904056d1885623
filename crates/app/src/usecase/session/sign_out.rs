use super::SessionError;
use crate::Event;
use crate::domain::{Actor, TokenHash};
use crate::port::UnitOfWork;

/// Ends the session of this token. The device stays in its account's log.
///
/// # Errors
/// When it is not a session of the actor's device.
pub fn sign_out(uow: &mut dyn UnitOfWork, actor: Actor, token: &TokenHash) -> Result<(), SessionError> {
    let row = uow.devices().session(token)?.ok_or(SessionError::Unknown)?;
    if row.device != actor.device {
        return Err(SessionError::Unknown);
    }
    uow.devices_mut().delete_session(token)?;
    uow.wake_mut().forget(actor.device)?;
    uow.emit(Event::SessionEnded { device: actor.device, revoked: false });
    Ok(())
}
