use beseda_model::AccountId;

use super::AccountError;
use super::cards::CARDS;
use crate::Event;
use crate::domain::{Actor, Change, OverLimit, Profile};
use crate::port::{UnitOfWork, View};

/// Replaces one's own sealed profile and returns its version.
///
/// # Errors
/// When it is too large.
pub fn set_profile(uow: &mut dyn UnitOfWork, actor: Actor, body: &[u8]) -> Result<u64, AccountError> {
    OverLimit::check("profile_bytes", uow.limits().profile_bytes, body.len())?;
    let version = uow.accounts_mut().set_profile(actor.account, body)?;
    let mut accounts = uow.accounts().peers(actor.account)?;
    accounts.push(actor.account);
    uow.emit(Event::Changed {
        accounts: accounts.into(),
        device: None,
        change: Change::Profile { account: actor.account, version },
    });
    Ok(version)
}

/// Sealed profiles of those that have one. Who holds no key for it learns nothing from it.
///
/// # Errors
/// When too many are asked for.
pub fn profiles(view: &dyn View, accounts: &[AccountId]) -> Result<Vec<Profile>, AccountError> {
    OverLimit::check("accounts", CARDS as u64, accounts.len())?;
    let mut profiles = Vec::new();
    for account in accounts {
        profiles.extend(view.accounts().profile(*account)?);
    }
    Ok(profiles)
}
