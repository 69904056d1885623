use beseda_model::{AccountId, Timestamp};

use super::{PhoneError, VERIFIED_MILLIS};
use crate::domain::{KeyedHash, PhoneCode, TokenHash};
use crate::port::UnitOfWork;

/// Somebody has a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCode {
    /// The hash of the attempt's secret.
    pub attempt: TokenHash,
    /// The code, hashed together with the attempt.
    pub code: KeyedHash,
    /// When.
    pub at: Timestamp,
}

/// Whether it is the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It is. The attempt's secret stands for the number from now on.
    Right {
        /// The account that the number is bound to.
        holder: Option<AccountId>,
        /// Milliseconds for which the secret is worth that.
        valid_ms: u64,
    },
    /// It is another.
    Wrong {
        /// How often one may try again.
        tries_left: u32,
    },
}

/// Compares a code with the one that was sent. A wrong one is counted, and the last wrong one ends the attempt. Who was
/// told that the code is right may ask again, as after a lost answer.
///
/// # Errors
/// When there is nothing to compare with any more.
pub fn check_code(uow: &mut dyn UnitOfWork, cmd: &CheckCode) -> Result<Checked, PhoneError> {
    let life = uow.limits().phone_code_millis;
    let known = uow.phones().code(&cmd.attempt)?.filter(|known| known.is_alive(cmd.at, life.max(VERIFIED_MILLIS)));
    let known = known.ok_or(PhoneError::CodeExpired)?;
    if known.verified {
        let holder = uow.phones().holder(&known.number)?;
        return Ok(Checked::Right { holder, valid_ms: known.expires_at.millis_since(cmd.at) });
    }
    // Counted before it is compared: a dead code is not compared at all.
    let tries_left = known.tries_left.checked_sub(1).ok_or(PhoneError::CodeExpired)?;
    if known.code.matches(&cmd.code) {
        let number = known.number;
        let expires_at = cmd.at.plus_millis(VERIFIED_MILLIS);
        uow.phones_mut().update_code(&PhoneCode { verified: true, expires_at, ..known })?;
        let holder = uow.phones().holder(&number)?;
        return Ok(Checked::Right { holder, valid_ms: VERIFIED_MILLIS });
    }
    uow.phones_mut().update_code(&PhoneCode { tries_left, ..known })?;
    Ok(Checked::Wrong { tries_left })
}
