use beseda_model::Timestamp;

use super::PhoneError;
use crate::domain::{KeyedHash, PhoneCode, PhoneWait, TokenHash};
use crate::port::{Budget, UnitOfWork};

/// Somebody wants a code sent to a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCode {
    /// To which.
    pub number: KeyedHash,
    /// The hash of the attempt's secret.
    pub attempt: TokenHash,
    /// The code, hashed together with the attempt.
    pub code: KeyedHash,
    /// From which address prefix.
    pub address: KeyedHash,
    /// Whether people who have no account here could do anything with it.
    pub for_strangers: bool,
    /// When.
    pub at: Timestamp,
}

/// What came of it. It is the same whether or not somebody has the number, but for `deliver`, which is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRequested {
    /// Milliseconds until the next code may be asked for.
    pub wait_ms: u64,
    /// Milliseconds for which the code is valid.
    pub valid_ms: u64,
    /// Whether the code is to be sent now.
    pub deliver: bool,
}

/// Makes a code. Asking again with the same attempt, as after a lost answer, sends nothing again.
///
/// # Errors
/// When the last code was sent just now, or too many were.
pub fn request_code(uow: &mut dyn UnitOfWork, cmd: &RequestCode) -> Result<CodeRequested, PhoneError> {
    let life = uow.limits().phone_code_millis;
    let last = uow.phones().wait(&cmd.number)?;
    let wait_ms = last.map_or(0, |last| last.left(cmd.at));
    if let Some(known) = uow.phones().code(&cmd.attempt)? {
        if known.number != cmd.number || known.verified || !known.is_alive(cmd.at, life) {
            return Err(PhoneError::AttemptUsed);
        }
        return Ok(CodeRequested { wait_ms, valid_ms: known.expires_at.millis_since(cmd.at), deliver: false });
    }
    if wait_ms > 0 {
        return Err(PhoneError::CoolDown { retry_after_ms: wait_ms });
    }
    spend(uow, cmd)?;
    let tries_left = u32::try_from(uow.limits().phone_tries).unwrap_or(u32::MAX);
    uow.phones_mut().insert_code(&PhoneCode {
        attempt: cmd.attempt,
        number: cmd.number,
        code: cmd.code,
        tries_left,
        expires_at: cmd.at.plus_millis(life),
        verified: false,
    })?;
    let wait = PhoneWait::after(last, cmd.at);
    uow.phones_mut().set_wait(&cmd.number, &wait)?;
    let deliver = cmd.for_strangers || uow.phones().holder(&cmd.number)?.is_some();
    Ok(CodeRequested { wait_ms: wait.left(cmd.at), valid_ms: life, deliver })
}

/// The narrowest first: what is refused for one of them costs none.
fn spend(uow: &mut dyn UnitOfWork, cmd: &RequestCode) -> Result<(), PhoneError> {
    let limits = uow.limits().clone();
    for (budget, subject, limit, value) in [
        (
            Budget::PhoneCodesOfNumber,
            &cmd.number.as_bytes()[..],
            "phone_codes_per_number",
            limits.phone_codes_per_number,
        ),
        (
            Budget::PhoneCodesOfAddress,
            cmd.address.as_bytes(),
            "phone_codes_per_address",
            limits.phone_codes_per_address,
        ),
        (Budget::PhoneCodes, &[], "phone_codes", limits.phone_codes),
    ] {
        if !uow.budgets_mut().spend(budget, subject, cmd.at, value)? {
            return Err(PhoneError::BudgetSpent { limit, value });
        }
    }
    Ok(())
}
