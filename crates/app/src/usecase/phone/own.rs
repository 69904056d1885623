use beseda_model::Timestamp;

use super::{PhoneError, bind, redeem};
use crate::domain::{Actor, TokenHash};
use crate::port::UnitOfWork;
use crate::usecase::account::{AccountError, emit_settings};

/// Binds the number that an attempt has verified to one's own account, in place of a former one.
///
/// # Errors
/// When the attempt has verified none, or too long ago.
pub fn set_phone(uow: &mut dyn UnitOfWork, actor: Actor, attempt: &TokenHash, at: Timestamp) -> Result<(), PhoneError> {
    let number = redeem(uow, attempt, at)?.ok_or(PhoneError::Unverified)?;
    bind(uow, &number, actor.account, at).map_err(own)
}

/// Takes one's own number away. `needed` says that accounts must have one here.
///
/// # Errors
/// When one is needed.
pub fn remove_phone(uow: &mut dyn UnitOfWork, actor: Actor, needed: bool) -> Result<(), PhoneError> {
    if needed {
        return Err(PhoneError::Needed);
    }
    if uow.phones_mut().unbind(actor.account)? {
        emit_settings(uow, actor.account).map_err(own)?;
    }
    Ok(())
}

fn own(error: AccountError) -> PhoneError {
    match error {
        AccountError::Store(error) => PhoneError::Store(error),
        _ => PhoneError::NotFound,
    }
}
