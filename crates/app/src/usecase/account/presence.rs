use beseda_model::{AccountId, Timestamp};

use super::AccountError;
use crate::domain::{Actor, Audience};
use crate::port::{UnitOfWork, View};

/// Whether the actor may see when `other` is there. One sees only what one shows: both settings must allow it.
///
/// # Errors
/// When the store fails.
pub fn sees_presence(view: &dyn View, actor: Actor, other: AccountId) -> Result<bool, AccountError> {
    if actor.account == other {
        return Ok(true);
    }
    let accounts = view.accounts();
    let (Some(own), Some(theirs)) = (accounts.find(actor.account)?, accounts.find(other)?) else { return Ok(false) };
    if accounts.blocks(other, actor.account)? || accounts.blocks(actor.account, other)? {
        return Ok(false);
    }
    let allowed = |audience| match audience {
        Audience::Everyone => Ok(true),
        Audience::Contacts => view.conversations().are_contacts(actor.account, other),
        Audience::Nobody => Ok(false),
    };
    Ok(allowed(theirs.privacy.presence)? && allowed(own.privacy.presence)?)
}

/// When the account's last connected device left, if that is known.
///
/// # Errors
/// When the store fails.
pub fn last_seen(view: &dyn View, account: AccountId) -> Result<Option<Timestamp>, AccountError> {
    Ok(view.accounts().find(account)?.and_then(|row| row.last_seen))
}

/// Notes that the account's last connected device left.
///
/// # Errors
/// When the store fails.
pub fn touch_last_seen(uow: &mut dyn UnitOfWork, account: AccountId, at: Timestamp) -> Result<(), AccountError> {
    uow.accounts_mut().set_last_seen(account, at)?;
    Ok(())
}
