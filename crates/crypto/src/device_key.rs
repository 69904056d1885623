//! The signature key of a device: it signs the device's MLS messages and its entries in the device log.

use ed25519_dalek::SigningKey;
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::SignatureScheme;

/// A device's signature key, for good: a device that needs another key is another device.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs `message`, which carries its own domain-separating label.
    pub fn signature(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

impl Signer for DeviceKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.signature(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::device_log::VerifySignature;

    use super::*;
    use crate::signature::Ed25519;

    #[test]
    fn what_the_key_signs_everybody_can_verify() {
        let key = DeviceKey::from_seed(&[7; 32]);
        assert!(Ed25519.verify(&key.public(), b"message", &key.signature(b"message")));
        let by_mls = key.sign(b"message").unwrap();
        assert_eq!(by_mls, key.signature(b"message"));
        assert!(!format!("{key:?}").contains('7'));
    }
}
