//! Challenges for devices that ask for their first session: their keys must answer, and sign-ups must work besides. A
//! challenge is not stored: the server recognises its own by a keyed hash, and remembers
//! only those that were used, until they would have expired. The key lives as long as the process, so a restart makes
//! all outstanding challenges void instead of usable twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_crypto::{possession, pow};
use beseda_model::device_log::{DeviceLogEntry, DeviceLogOp};
use beseda_model::{Clock, Timestamp};
use beseda_wire::http::{Challenge, Proof};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// How long there is to solve one.
const LIFE_MS: u64 = 600_000;

/// Why a proof is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
    /// The challenge is not one of this server's, or from before a restart.
    #[error("the challenge was not given by this server; ask for a new one")]
    Foreign,
    /// It is too old.
    #[error("the challenge has expired; ask for a new one")]
    Expired,
    /// The nonce does not solve it.
    #[error("the nonce does not solve the challenge")]
    Unsolved,
    /// Whoever answers does not hold the device's key.
    #[error("the challenge is not signed by the key of the device that the entry adds")]
    Unsigned,
    /// It was used before.
    #[error("the challenge was used before; ask for a new one")]
    Used,
}

/// Makes and checks challenges.
pub(crate) struct Challenges {
    clock: Arc<dyn Clock>,
    key: [u8; 32],
    bits: u8,
    used: Mutex<HashMap<[u8; pow::Challenge::LEN], Timestamp>>,
}

impl std::fmt::Debug for Challenges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenges").field("bits", &self.bits).finish_non_exhaustive()
    }
}

impl Challenges {
    /// With a fresh random key.
    pub(crate) fn new(clock: Arc<dyn Clock>, key: [u8; 32], bits: u8) -> Self {
        Self { clock, key, bits, used: Mutex::default() }
    }

    /// How much work a sign-up takes.
    pub(crate) const fn bits(&self) -> u8 {
        self.bits
    }

    /// A new challenge from eight random bytes.
    pub(crate) fn issue(&self, chance: [u8; 8]) -> Challenge {
        let expires_at = self.clock.now().plus_millis(LIFE_MS);
        let challenge = self.authentic(chance, expires_at);
        Challenge { challenge: challenge.to_bytes().to_vec().into(), bits: self.bits, expires_at }
    }

    /// Accepts the answer to a challenge, once, by the device that `entry` adds. `bits` of work are asked for.
    ///
    /// # Errors
    /// When it is not solved, not signed by the device's key, not ours, too old or used.
    pub(crate) fn redeem(&self, proof: &Proof, entry: &[u8], bits: u8) -> Result<(), ProofError> {
        let challenge = pow::Challenge::from_bytes(&proof.challenge).ok_or(ProofError::Foreign)?;
        let (chance, _) = challenge.random.split_first_chunk::<8>().ok_or(ProofError::Foreign)?;
        let expires_at = Timestamp::from_millis(challenge.expires_at);
        let own = self.authentic(*chance, expires_at);
        if !bool::from(own.random.ct_eq(&challenge.random)) {
            return Err(ProofError::Foreign);
        }
        let now = self.clock.now();
        if now > expires_at {
            return Err(ProofError::Expired);
        }
        if !pow::verify(&challenge, u32::from(bits), proof.nonce) {
            return Err(ProofError::Unsolved);
        }
        if !is_signed(&challenge, proof, entry) {
            return Err(ProofError::Unsigned);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, expires_at| *expires_at >= now);
        match used.insert(challenge.to_bytes(), expires_at) {
            None => Ok(()),
            Some(_) => Err(ProofError::Used),
        }
    }

    /// Chance, and a tag over it and the expiry: 64 bits are plenty against guessing at a rate-limited door.
    fn authentic(&self, chance: [u8; 8], expires_at: Timestamp) -> pow::Challenge {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(b"beseda sign-up challenge");
        mac.update(&chance);
        mac.update(&expires_at.as_millis().to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let mut random = [0; 16];
        for (slot, byte) in random.iter_mut().zip(chance.iter().chain(tag.iter())) {
            *slot = *byte;
        }
        pow::Challenge { random, expires_at: expires_at.as_millis() }
    }
}

fn is_signed(challenge: &pow::Challenge, proof: &Proof, entry: &[u8]) -> bool {
    let Ok(DeviceLogOp::Add { signature_key, .. }) = DeviceLogEntry::decode(entry).map(|entry| entry.op) else {
        return false;
    };
    <[u8; 64]>::try_from(proof.signature.0.as_slice())
        .is_ok_and(|signature| possession::verify(&signature_key, challenge, entry, &signature))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use beseda_crypto::device_key::DeviceKey;
    use beseda_model::device_log::{DeviceLog, LogSigner};
    use beseda_model::{AccountId, DeviceId};

    use super::*;

    const BITS: u8 = 4;

    struct TestClock(AtomicU64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn challenges() -> (Arc<TestClock>, Challenges) {
        let clock = Arc::new(TestClock(AtomicU64::new(1_000)));
        (clock.clone(), Challenges::new(clock, [3; 32], BITS))
    }

    fn key() -> DeviceKey {
        DeviceKey::from_seed(&[5; 32])
    }

    /// An entry that adds the device of [`key`]; who signs it is not looked at here.
    fn entry() -> Vec<u8> {
        let op = DeviceLogOp::Add { device: DeviceId::from_bytes([1; 16]), signature_key: key().public() };
        DeviceLog::new(AccountId::from_bytes([2; 16]), [3; 32]).unsigned(op, LogSigner::Root).encode()
    }

    fn solve(challenge: &Challenge) -> Proof {
        let task = pow::Challenge::from_bytes(&challenge.challenge).expect("24 bytes");
        let nonce = pow::solve(&task, u32::from(challenge.bits), 1 << 16).expect("four bits are soon found");
        let signature = possession::sign(&key(), &task, &entry()).to_vec().into();
        Proof { challenge: challenge.challenge.clone(), nonce, signature }
    }

    fn redeem(challenges: &Challenges, proof: &Proof) -> Result<(), ProofError> {
        challenges.redeem(proof, &entry(), BITS)
    }

    #[test]
    fn a_solved_challenge_is_taken_once() {
        let (_, challenges) = challenges();
        let proof = solve(&challenges.issue([1; 8]));
        assert_eq!(redeem(&challenges, &proof), Ok(()));
        assert_eq!(redeem(&challenges, &proof), Err(ProofError::Used));
    }

    #[test]
    fn an_unsolved_a_foreign_and_an_old_one_are_not() {
        let (clock, challenges) = challenges();
        let challenge = challenges.issue([1; 8]);
        let solved = solve(&challenge);
        let wrong = (0..).find(|nonce| {
            let task = pow::Challenge::from_bytes(&challenge.challenge).expect("24 bytes");
            !pow::verify(&task, 4, *nonce)
        });
        let unsolved = Proof { nonce: wrong.expect("most are"), ..solved.clone() };
        assert_eq!(redeem(&challenges, &unsolved), Err(ProofError::Unsolved));
        let other = Challenges::new(clock.clone(), [4; 32], 4);
        assert_eq!(redeem(&other, &solved), Err(ProofError::Foreign));
        let mut stretched = solved.clone();
        *stretched.challenge.0.last_mut().expect("24 bytes") ^= 1;
        assert_eq!(redeem(&challenges, &stretched), Err(ProofError::Foreign));
        clock.0.fetch_add(LIFE_MS + 1, Ordering::Relaxed);
        assert_eq!(redeem(&challenges, &solved), Err(ProofError::Expired));
    }

    #[test]
    fn another_key_or_another_entry_is_not_the_device_that_asks() {
        let (_, challenges) = challenges();
        let proof = Proof { nonce: 0, ..solve(&challenges.issue([1; 8])) };
        let task = pow::Challenge::from_bytes(&proof.challenge).expect("24 bytes");
        let foreign = possession::sign(&DeviceKey::from_seed(&[6; 32]), &task, &entry()).to_vec().into();
        let foreign = Proof { signature: foreign, ..proof.clone() };
        assert_eq!(challenges.redeem(&foreign, &entry(), 0), Err(ProofError::Unsigned));
        let mut other = entry();
        *other.last_mut().expect("it has a signature") ^= 1;
        assert_eq!(challenges.redeem(&proof, &other, 0), Err(ProofError::Unsigned));
        assert_eq!(challenges.redeem(&proof, &entry(), 0), Ok(()), "no work is asked for");
    }

    #[test]
    fn used_ones_are_forgotten_when_they_would_have_expired() {
        let (clock, challenges) = challenges();
        assert_eq!(redeem(&challenges, &solve(&challenges.issue([1; 8]))), Ok(()));
        clock.0.fetch_add(LIFE_MS + 1, Ordering::Relaxed);
        assert_eq!(redeem(&challenges, &solve(&challenges.issue([2; 8]))), Ok(()));
        assert_eq!(challenges.used.lock().expect("not poisoned").len(), 1);
    }
}
