use beseda_model::{AccountId, Username};

use super::AccountError;
use crate::Event;
use crate::domain::{Actor, Change, PrivacySettings};
use crate::port::UnitOfWork;

/// Sets or drops the username. An account with a password keeps one.
///
/// # Errors
/// When somebody else has it.
pub fn set_username(uow: &mut dyn UnitOfWork, actor: Actor, username: Option<Username>) -> Result<(), AccountError> {
    match &username {
        Some(username) => {
            let holder = uow.accounts().find_by_username(username)?;
            if holder.is_some_and(|holder| holder.account != actor.account) {
                return Err(AccountError::UsernameTaken);
            }
            if uow.accounts().is_reserved(username)? {
                return Err(AccountError::UsernameTaken);
            }
        }
        None if uow.accounts().password_hash(actor.account)?.is_some() => {
            return Err(AccountError::PasswordWithoutUsername);
        }
        None => {}
    }
    uow.accounts_mut().set_username(actor.account, username.as_ref())?;
    emit_settings(uow, actor.account)
}

/// Sets the password, by its hash. The shell has verified the present one, or the root key in its place, against
/// [`present_password`](super::present_password).
///
/// # Errors
/// When the account has no username.
pub fn set_password(uow: &mut dyn UnitOfWork, actor: Actor, hash: &str) -> Result<(), AccountError> {
    let account = uow.accounts().find(actor.account)?.ok_or(AccountError::NotFound)?;
    if account.username.is_none() {
        return Err(AccountError::PasswordWithoutUsername);
    }
    uow.accounts_mut().set_password_hash(actor.account, hash)?;
    Ok(())
}

/// Replaces the privacy settings.
///
/// # Errors
/// When the store fails.
pub fn set_privacy(uow: &mut dyn UnitOfWork, actor: Actor, privacy: PrivacySettings) -> Result<(), AccountError> {
    uow.accounts_mut().set_privacy(actor.account, &privacy)?;
    emit_settings(uow, actor.account)
}

/// Tells the account's devices how its settings stand.
pub(crate) fn emit_settings(uow: &mut dyn UnitOfWork, account: AccountId) -> Result<(), AccountError> {
    let row = uow.accounts().find(account)?.ok_or(AccountError::NotFound)?;
    let blocked = uow.accounts().blocked(account)?;
    let phone = uow.phones().has_phone(account)?;
    uow.emit(Event::Changed {
        accounts: [account].into(),
        device: None,
        change: Change::Settings { privacy: row.privacy, blocked, username: row.username, phone },
    });
    Ok(())
}
