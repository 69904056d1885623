//! Ed25519 as the device log wants it.

use beseda_model::device_log::VerifySignature;
use ed25519_dalek::{Signature, VerifyingKey};

/// Ed25519 with strict verification: no weak keys and no malleable signatures, so that all verifiers agree.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ed25519;

impl VerifySignature for Ed25519 {
    fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(key)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    #[test]
    fn only_the_signed_message_under_the_right_key_is_accepted() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let public = key.verifying_key().to_bytes();
        let mut signature = key.sign(b"yes").to_bytes();
        assert!(Ed25519.verify(&public, b"yes", &signature));
        assert!(!Ed25519.verify(&public, b"no", &signature));
        assert!(!Ed25519.verify(&SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes(), b"yes", &signature));
        signature[63] ^= 0x20;
        assert!(!Ed25519.verify(&public, b"yes", &signature));
    }

    #[test]
    fn weak_keys_are_refused() {
        // The neutral point as key and R: plain verification accepts this for every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!Ed25519.verify(&neutral, b"anything", &signature));
    }
}
