use beseda_model::{AccountId, Timestamp};

use super::{VERIFIED_MILLIS, redeem};
use crate::domain::TokenHash;
use crate::port::{StoreError, UnitOfWork, View};

/// The account whose identity may be reset by the number alone: it has the number, and nobody has used it for long. Numbers
/// are given to others, and cards are swapped by impostors; who still uses an account keeps it.
///
/// The shell knows besides whether somebody is connected.
///
/// # Errors
/// When the store fails.
pub fn resettable(view: &dyn View, holder: AccountId, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
    let Some(row) = view.accounts().find(holder)? else { return Ok(None) };
    let used_at = row.last_seen.unwrap_or(row.created_at).max(row.created_at);
    let is_quiet = now.millis_since(used_at) >= view.limits().phone_quiet_millis;
    Ok(is_quiet.then_some(holder))
}

/// The account whose number an attempt has verified.
///
/// # Errors
/// When the store fails.
pub fn verified_holder(view: &dyn View, attempt: &TokenHash, at: Timestamp) -> Result<Option<AccountId>, StoreError> {
    let verified = view.phones().code(attempt)?.filter(|code| code.verified && code.is_alive(at, VERIFIED_MILLIS));
    Ok(verified.map(|code| view.phones().holder(&code.number)).transpose()?.flatten())
}

/// The account that an attempt allows to reset; the attempt is worth nothing afterwards.
pub(crate) fn redeem_for_reset(
    uow: &mut dyn UnitOfWork,
    attempt: &TokenHash,
    at: Timestamp,
) -> Result<Option<AccountId>, StoreError> {
    let Some(holder) = verified_holder(uow.view(), attempt, at)? else { return Ok(None) };
    let account = resettable(uow.view(), holder, at)?;
    if account.is_some() {
        redeem(uow, attempt, at)?;
    }
    Ok(account)
}
