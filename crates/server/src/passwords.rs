//! Passwords: Argon2id (19 MiB, two passes, one lane), on few threads, so that a storm of sign-ins is not an attack on
//! memory.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use beseda_model::Limits;
use beseda_wire::Problem;
use beseda_wire::error::ProblemData;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::problem;

/// How many may wait for each worker before more are refused.
const WAITING_PER_WORKER: usize = 16;
const SALT_BYTES: usize = 16;

/// Why there is no answer about a password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Too many wait already.
    #[error("too many passwords are being checked at the moment")]
    Overloaded,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Failed,
}

/// Whether a new password is one that is taken.
///
/// # Errors
/// When it is too short, without the spaces around it, or too long.
pub(crate) fn check_new(password: &str, limits: &Limits) -> Result<(), Problem> {
    if password.len() as u64 > limits.password_bytes {
        return Err(problem::over_limit("password_bytes", limits.password_bytes));
    }
    if (password.trim().chars().count() as u64) < limits.password_min {
        let data = ProblemData {
            limit: Some("password_min".to_owned()),
            limit_value: Some(limits.password_min),
            ..ProblemData::default()
        };
        return Err(Problem { data: Some(data), ..problem::bad_request("the password has too few characters") });
    }
    Ok(())
}

/// Hashes and verifies.
pub(crate) struct Passwords {
    workers: Semaphore,
    waiting: Semaphore,
    /// Verified against when there is no such account, so that the answer takes as long.
    nobody: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// With `workers` hashes at once. `chance` makes the hash that nobody's password fits.
    pub(crate) fn new(workers: usize, chance: [u8; 32]) -> Self {
        let (salt, password) = chance.split_at(SALT_BYTES);
        // The hash takes memory and tens of milliseconds, which a start should not: same parameters, any output.
        let nobody = format!(
            "$argon2id$v=19$m={},t=2,p=1${}${}",
            Params::DEFAULT_M_COST,
            data_encoding::BASE64_NOPAD.encode(salt),
            data_encoding::BASE64_NOPAD.encode(&[password, password].concat()),
        );
        Self { workers: Semaphore::new(workers), waiting: Semaphore::new(workers * WAITING_PER_WORKER), nobody }
    }

    /// The hash of a new password, in PHC format.
    ///
    /// # Errors
    /// When too many are waiting.
    pub(crate) async fn hash(
        &self,
        password: Zeroizing<String>,
        salt: [u8; SALT_BYTES],
    ) -> Result<String, PasswordError> {
        self.run(move || {
            argon2()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|_| PasswordError::Failed)
        })
        .await?
    }

    /// Whether the password fits the hash. Without a hash it never does, and takes as long to say so.
    ///
    /// # Errors
    /// When too many are waiting.
    pub(crate) async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let fits = self
            .run(move || {
                PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(fits && exists)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| PasswordError::Overloaded)?;
        let _worker = self.workers.acquire().await.map_err(|_| PasswordError::Overloaded)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Failed)
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(Params::DEFAULT_M_COST, 2, 1, None).expect("the parameters are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new(1, [7; 32]);
        let hash = passwords.hash(secret("correct horse"), [1; 16]).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(secret("correct horse"), Some(hash.clone())).await.expect("verified"));
        assert!(!passwords.verify(secret("wrong horse"), Some(hash)).await.expect("verified"));
    }

    #[tokio::test]
    async fn nobody_has_a_password_but_a_real_hash_to_compare_with() {
        let passwords = Passwords::new(1, [7; 32]);
        let parsed = PasswordHash::new(&passwords.nobody).expect("a well-formed hash, so that the work is done");
        assert_eq!(parsed.hash.expect("an output").len(), 32);
        assert!(!passwords.verify(secret("anything"), None).await.expect("verified"));
    }

    #[test]
    fn a_new_password_has_a_shortest_and_a_longest() {
        let limits = beseda_model::LIMITS;
        let (min, max) = (limits.password_min, limits.password_bytes);
        let of = |length: u64| "x".repeat(usize::try_from(length).expect("small"));
        assert!(check_new(&of(min), &limits).is_ok() && check_new(&of(max), &limits).is_ok());
        assert_eq!(check_new(&of(min - 1), &limits).map_err(|why| why.code), Err(beseda_model::Code::BadRequest));
        assert_eq!(check_new(&of(max + 1), &limits).map_err(|why| why.code), Err(beseda_model::Code::TooLarge));
        assert!(check_new("пароль", &limits).is_err(), "characters count, not bytes");
        assert!(check_new(&" ".repeat(16), &limits).is_err(), "spaces protect nothing");
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let passwords = Passwords::new(1, [7; 32]);
        let everything = passwords.waiting.try_acquire_many(16).expect("nobody waits yet");
        assert!(matches!(passwords.verify(secret("x"), None).await, Err(PasswordError::Overloaded)));
        drop(everything);
        assert!(passwords.verify(secret("x"), None).await.is_ok());
    }
}
