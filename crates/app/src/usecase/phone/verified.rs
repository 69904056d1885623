use beseda_model::{AccountId, Timestamp};

use super::VERIFIED_MILLIS;
use crate::domain::{KeyedHash, TokenHash};
use crate::port::{StoreError, UnitOfWork};
use crate::usecase::account::{AccountError, emit_settings};

/// The number that an attempt has verified; the attempt is worth nothing afterwards.
pub(crate) fn redeem(
    uow: &mut dyn UnitOfWork,
    attempt: &TokenHash,
    at: Timestamp,
) -> Result<Option<KeyedHash>, StoreError> {
    let found = uow.phones().code(attempt)?.filter(|code| code.verified && code.is_alive(at, VERIFIED_MILLIS));
    if found.is_some() {
        uow.phones_mut().delete_code(attempt)?;
    }
    Ok(found.map(|code| code.number))
}

/// Binds a number, and tells those whom it concerns: the account, and whoever had the number before.
pub(crate) fn bind(
    uow: &mut dyn UnitOfWork,
    number: &KeyedHash,
    account: AccountId,
    at: Timestamp,
) -> Result<(), AccountError> {
    let former = uow.phones().holder(number)?.filter(|former| *former != account);
    uow.phones_mut().bind(number, account, at)?;
    for concerned in former.into_iter().chain([account]) {
        emit_settings(uow, concerned)?;
    }
    Ok(())
}
