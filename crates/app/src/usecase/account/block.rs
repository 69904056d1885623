use beseda_model::AccountId;

use super::AccountError;
use super::settings::emit_settings;
use crate::domain::Actor;
use crate::port::UnitOfWork;

/// Blocks or unblocks an account. In direct conversations nothing more arrives from it; groups hide it on the device.
///
/// # Errors
/// When there is no such account, or it is one's own.
pub fn block(uow: &mut dyn UnitOfWork, actor: Actor, other: AccountId, blocked: bool) -> Result<(), AccountError> {
    if other == actor.account {
        return Err(AccountError::Oneself);
    }
    uow.accounts().find(other)?.ok_or(AccountError::NotFound)?;
    uow.accounts_mut().set_blocked(actor.account, other, blocked)?;
    emit_settings(uow, actor.account)
}
