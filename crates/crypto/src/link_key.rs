//! The key of a link to a group: whoever has the link can open its preview, and show to members' devices that they have it.
//! The server never sees the key.

use beseda_model::device_log::VerifySignature;
use beseda_model::{AccountId, Fingerprint};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::device_key::DeviceKey;
use crate::signature::Ed25519;

const STATEMENT: &[u8] = b"beseda group link 1";
const ASK: &[u8] = b"beseda ask to join 1";

/// See the module's description.
pub struct LinkKey {
    sealing: Zeroizing<[u8; 32]>,
    signing: DeviceKey,
}

impl LinkKey {
    /// The key of the 16 random bytes that stand in the link.
    pub fn from_secret(secret: &[u8; 16]) -> Self {
        let expand = |info: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            Hkdf::<Sha256>::new(None, secret).expand(info, key.as_mut()).expect("HKDF-SHA256 gives up to 8,160 bytes");
            key
        };
        let seed = expand(b"beseda link signing key 1");
        Self { sealing: expand(b"beseda link sealing key 1"), signing: DeviceKey::from_seed(&seed) }
    }

    /// What seals the preview.
    pub fn sealing(&self) -> &[u8; 32] {
        &self.sealing
    }

    /// By which members' devices check requests.
    pub fn verifier(&self) -> [u8; 32] {
        self.signing.public()
    }

    /// Shows that the account, with this root key, has the link that `statement` speaks of.
    pub fn ask(&self, statement: &[u8], account: AccountId, root: Fingerprint) -> [u8; 64] {
        self.signing.signature(&asked(statement, account, root))
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkKey").finish_non_exhaustive()
    }
}

/// Whether somebody who has the link has signed this request.
pub fn is_ask(
    verifier: &[u8; 32],
    statement: &[u8],
    account: AccountId,
    root: Fingerprint,
    signature: &[u8; 64],
) -> bool {
    Ed25519.verify(verifier, &asked(statement, account, root), signature)
}

/// Signs what a device says of a link that it has made.
pub fn state(device: &DeviceKey, statement: &[u8]) -> [u8; 64] {
    device.signature(&stated(statement))
}

/// Whether the device with this key has said so of a link.
pub fn is_stated(device: &[u8; 32], statement: &[u8], signature: &[u8; 64]) -> bool {
    Ed25519.verify(device, &stated(statement), signature)
}

fn stated(statement: &[u8]) -> Vec<u8> {
    [STATEMENT, statement].concat()
}

fn asked(statement: &[u8], account: AccountId, root: Fingerprint) -> Vec<u8> {
    [ASK, Sha256::digest(statement).as_slice(), account.as_bytes(), root.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_of_one_link_one_account_and_one_root() {
        let key = LinkKey::from_secret(&[1; 16]);
        let (account, root) = (AccountId::from_bytes([2; 16]), Fingerprint::from_bytes([3; 32]));
        let signature = key.ask(b"statement", account, root);
        assert!(is_ask(&key.verifier(), b"statement", account, root, &signature));
        let (other, another) = (AccountId::from_bytes([4; 16]), Fingerprint::from_bytes([5; 32]));
        assert!(!is_ask(&key.verifier(), b"another", account, root, &signature));
        assert!(!is_ask(&key.verifier(), b"statement", other, root, &signature));
        assert!(!is_ask(&key.verifier(), b"statement", account, another, &signature));
        assert!(!is_ask(&LinkKey::from_secret(&[9; 16]).verifier(), b"statement", account, root, &signature));
    }

    #[test]
    fn a_statement_is_no_request_and_of_one_device() {
        let device = DeviceKey::from_seed(&[7; 32]);
        let signature = state(&device, b"statement");
        assert!(is_stated(&device.public(), b"statement", &signature));
        assert!(!is_stated(&device.public(), b"another", &signature));
        assert!(!is_stated(&DeviceKey::from_seed(&[8; 32]).public(), b"statement", &signature));
        assert_ne!(device.signature(b"statement"), signature, "nothing else that a device signs reads so");
    }

    #[test]
    fn the_values_are_fixed_for_ever() {
        let key = LinkKey::from_secret(&[1; 16]);
        let hex = |bytes: [u8; 32]| Fingerprint::from_bytes(bytes).to_string();
        assert_eq!(hex(key.verifier()), "92390fdf6cf11189132baf58fe2cde7614adadd5330f72de2e71941a74ef44b5");
        assert_eq!(hex(*key.sealing()), "a21f40bf620dbb9abe6d0399d7826c16d5c6b2b12640e7b309b144257270acd2");
        assert!(!format!("{key:?}").contains("seal"));
    }
}
