//! Proof of work for anonymous sign-up: find a nonce so that a hash starts with enough zero bits.

use sha2::{Digest, Sha256};

/// A task that the server set. It carries its own expiry, which the server checks along with whether it set the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Challenge {
    /// Chance, so that no work can be done ahead.
    pub random: [u8; 16],
    /// Milliseconds since the Unix epoch at which the task ends.
    pub expires_at: u64,
}

impl Challenge {
    /// Length in bytes.
    pub const LEN: usize = 24;

    /// The bytes.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (random, expires_at) = bytes.split_at_mut(16);
        random.copy_from_slice(&self.random);
        expires_at.copy_from_slice(&self.expires_at.to_be_bytes());
        bytes
    }

    /// Reads the bytes; `None` if they are of another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (random, rest) = bytes.split_first_chunk::<16>()?;
        Some(Self { random: *random, expires_at: u64::from_be_bytes(rest.try_into().ok()?) })
    }
}

/// Whether `nonce` solves the challenge at a difficulty of `bits`.
pub fn verify(challenge: &Challenge, bits: u32, nonce: u64) -> bool {
    zero_bits(&hash(&prefix(challenge), nonce)) >= bits
}

/// Looks for a solution among `0..max_iterations`; `None` if there is none, which at `max_iterations` = 64 × 2^`bits`
/// practically never happens.
pub fn solve(challenge: &Challenge, bits: u32, max_iterations: u64) -> Option<u64> {
    solve_in(challenge, bits, 0..max_iterations)
}

/// Looks for a solution in a range, for callers that work in slices between which they show progress or give up.
pub fn solve_in(challenge: &Challenge, bits: u32, mut nonces: std::ops::Range<u64>) -> Option<u64> {
    let prefix = prefix(challenge);
    nonces.find(|nonce| zero_bits(&hash(&prefix, *nonce)) >= bits)
}

fn prefix(challenge: &Challenge) -> Sha256 {
    Sha256::new().chain_update(b"beseda proof of work").chain_update(challenge.to_bytes())
}

fn hash(prefix: &Sha256, nonce: u64) -> [u8; 32] {
    prefix.clone().chain_update(nonce.to_be_bytes()).finalize().into()
}

fn zero_bits(hash: &[u8; 32]) -> u32 {
    let mut bits: u32 = 0;
    for byte in hash {
        bits = byte.leading_zeros().saturating_add(bits);
        if *byte != 0 {
            break;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: Challenge = Challenge { random: [3; 16], expires_at: 1_700_000_000_000 };

    #[test]
    fn a_solution_is_accepted_and_belongs_to_its_challenge() {
        let nonce = solve(&CHALLENGE, 12, 1 << 20).expect("12 bits take about 4,096 tries");
        assert!(verify(&CHALLENGE, 12, nonce));
        assert!(!verify(&CHALLENGE, 40, nonce));
        let later = Challenge { expires_at: CHALLENGE.expires_at + 1, ..CHALLENGE };
        assert!(!verify(&later, 12, nonce), "an extended challenge is another one");
    }

    #[test]
    fn slices_find_what_a_whole_search_finds() {
        let whole = solve(&CHALLENGE, 8, 100_000);
        let sliced = (0..100_000u64).step_by(64).find_map(|from| solve_in(&CHALLENGE, 8, from..from + 64));
        assert_eq!(whole, sliced);
        assert_eq!(solve(&CHALLENGE, 200, 10), None);
    }

    #[test]
    fn zero_bits_are_counted_from_the_top() {
        let mut hash = [0u8; 32];
        assert_eq!(zero_bits(&hash), 256);
        hash[2] = 0b0001_0000;
        assert_eq!(zero_bits(&hash), 19);
        hash[0] = 0x80;
        assert_eq!(zero_bits(&hash), 0);
    }

    #[test]
    fn a_challenge_survives() {
        assert_eq!(Challenge::from_bytes(&CHALLENGE.to_bytes()), Some(CHALLENGE));
        assert_eq!(Challenge::from_bytes(&[0; 23]), None);
        assert_eq!(Challenge::from_bytes(&[0; 25]), None);
    }
}
