//! That a device holds its own key at the moment when it asks for its first session. Its entry in the device log does not
//! show that: entries are public, and a server that was restored from a backup may have forgotten one.

use beseda_model::device_log::VerifySignature;
use sha2::{Digest, Sha256};

use crate::device_key::DeviceKey;
use crate::pow::Challenge;
use crate::signature::Ed25519;

/// Signs a server's challenge together with the entry that adds the device.
pub fn sign(key: &DeviceKey, challenge: &Challenge, entry: &[u8]) -> [u8; 64] {
    key.signature(&signed_bytes(challenge, entry))
}

/// Whether whoever answers `challenge` with `entry` holds the device's key.
pub fn verify(key: &[u8; 32], challenge: &Challenge, entry: &[u8], signature: &[u8; 64]) -> bool {
    Ed25519.verify(key, &signed_bytes(challenge, entry), signature)
}

fn signed_bytes(challenge: &Challenge, entry: &[u8]) -> Vec<u8> {
    [b"beseda first session".as_slice(), &challenge.to_bytes(), &Sha256::digest(entry)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_one_key_one_challenge_and_one_entry() {
        let key = DeviceKey::from_seed(&[1; 32]);
        let challenge = Challenge { random: [2; 16], expires_at: 3 };
        let signature = sign(&key, &challenge, b"entry");
        assert!(verify(&key.public(), &challenge, b"entry", &signature));
        assert!(!verify(&key.public(), &challenge, b"other", &signature));
        assert!(!verify(&key.public(), &Challenge { expires_at: 4, ..challenge }, b"entry", &signature));
        assert!(!verify(&DeviceKey::from_seed(&[2; 32]).public(), &challenge, b"entry", &signature));
    }
}
