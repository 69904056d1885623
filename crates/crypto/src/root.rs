//! The root key of an account, and the number by which two people compare theirs.

use beseda_model::device_log::VerifySignature;
use beseda_model::{AccountId, DeviceId, Fingerprint};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::signature::Ed25519;

/// The root identity key. It exists only where the recovery phrase was typed or made, and only as long as it is needed.
pub struct RootKey(SigningKey);

impl RootKey {
    /// The key of a recovery phrase, given the phrase's 32 bytes of entropy.
    pub fn from_entropy(entropy: &[u8; 32]) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, entropy)
            .expand(b"beseda root key 1", seed.as_mut())
            .expect("HKDF-SHA256 gives up to 8,160 bytes");
        Self(SigningKey::from_bytes(&seed))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The fingerprint of the public half.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.public())
    }

    /// Signs `message`, which carries its own domain-separating label.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Signs that a device of the account sets this password: its person has forgotten the present one, and has the phrase.
    pub fn sign_password(&self, account: AccountId, device: DeviceId, new: &str) -> [u8; 64] {
        self.sign(&password_bytes(account, device, new))
    }
}

/// Whether the holder of a root key lets a device of the account set this password.
pub fn allows_password(
    root_public: &[u8; 32],
    (account, device): (AccountId, DeviceId),
    new: &str,
    signature: &[u8; 64],
) -> bool {
    Ed25519.verify(root_public, &password_bytes(account, device, new), signature)
}

fn password_bytes(account: AccountId, device: DeviceId, new: &str) -> Vec<u8> {
    let hash = Sha256::digest(new);
    [b"beseda new password".as_slice(), account.as_bytes(), device.as_bytes(), &hash].concat()
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootKey").field("fingerprint", &self.fingerprint()).finish_non_exhaustive()
    }
}

/// The fingerprint of a root public key: `SHA-256("beseda root" ‖ key)`.
pub fn fingerprint(root_public: &[u8; 32]) -> Fingerprint {
    beseda_model::device_log::root_fingerprint(root_public)
}

/// How often the hash of a safety number is iterated: it makes the search for a look-alike dearer.
const ITERATIONS: u32 = 5_200;

/// The number that two people compare to know that nobody stands between them: 60 digits, the same for both, whoever
/// computes it. The first or last 30 are one person's, and change when that person's root key does.
pub fn safety_number(one: (AccountId, Fingerprint), other: (AccountId, Fingerprint)) -> String {
    let mut halves = [half(one), half(other)];
    halves.sort_unstable();
    halves.concat()
}

fn half((account, root): (AccountId, Fingerprint)) -> String {
    let mut hash: [u8; 64] = Sha512::new()
        .chain_update(b"beseda safety number 1")
        .chain_update(root.as_bytes())
        .chain_update(account.as_bytes())
        .finalize()
        .into();
    for _ in 0..ITERATIONS {
        hash = Sha512::new().chain_update(hash).chain_update(root.as_bytes()).finalize().into();
    }
    let (groups, _) = hash.as_chunks::<5>();
    groups
        .iter()
        .take(6)
        .map(|group| {
            let number = group.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
            format!("{:05}", number % 100_000)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u8) -> (AccountId, Fingerprint) {
        (AccountId::from_bytes([n; 16]), RootKey::from_entropy(&[n; 32]).fingerprint())
    }

    #[test]
    fn a_phrase_gives_one_key_that_signs() {
        let key = RootKey::from_entropy(&[5; 32]);
        assert_eq!(key.public(), RootKey::from_entropy(&[5; 32]).public());
        assert_ne!(key.public(), RootKey::from_entropy(&[6; 32]).public());
        let signature = key.sign(b"message");
        assert!(Ed25519.verify(&key.public(), b"message", &signature));
        assert!(!Ed25519.verify(&key.public(), b"massage", &signature));
    }

    #[test]
    fn a_new_password_is_allowed_to_one_device_of_one_account() {
        let key = RootKey::from_entropy(&[5; 32]);
        let (here, there) =
            ((person(1).0, DeviceId::from_bytes([1; 16])), (person(2).0, DeviceId::from_bytes([2; 16])));
        let signature = key.sign_password(here.0, here.1, "battery staple");
        assert!(allows_password(&key.public(), here, "battery staple", &signature));
        assert!(!allows_password(&key.public(), here, "battery stable", &signature));
        assert!(!allows_password(&key.public(), (there.0, here.1), "battery staple", &signature));
        assert!(!allows_password(&key.public(), (here.0, there.1), "battery staple", &signature));
        assert!(!allows_password(&RootKey::from_entropy(&[6; 32]).public(), here, "battery staple", &signature));
    }

    #[test]
    fn debug_output_holds_no_key() {
        let entropy = [5; 32];
        let text = format!("{:?}", RootKey::from_entropy(&entropy));
        assert!(text.starts_with("RootKey { fingerprint: "), "{text}");
    }

    #[test]
    fn both_sides_see_the_same_safety_number() {
        let number = safety_number(person(1), person(2));
        assert_eq!(number, safety_number(person(2), person(1)));
        assert_eq!(number.len(), 60);
        assert!(number.bytes().all(|digit| digit.is_ascii_digit()));
    }

    #[test]
    fn another_key_or_account_gives_another_safety_number() {
        let number = safety_number(person(1), person(2));
        assert_ne!(number, safety_number(person(1), person(3)));
        assert_ne!(number, safety_number(person(1), (person(2).0, person(3).1)), "another key");
        assert_ne!(number, safety_number(person(1), (person(3).0, person(2).1)), "another account");
    }

    #[test]
    fn the_values_are_fixed_for_ever() {
        assert_eq!(person(1).1.to_string(), "89d357c0ec11d6e5ec22e66f866871ff0e4dcf43854b7db02a13d2b3757eb113");
        assert_eq!(safety_number(person(1), person(2)), "167903087666584382119515110991208799818054569641876973726363");
    }
}
