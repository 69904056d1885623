//! Sealing for others: ChaCha20-Poly1305 with a random nonce in front, bound to what it is of.

use beseda_model::Rng;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

const NONCE_BYTES: usize = 12;

/// What is sealed has a multiple of this length, so that its length says little.
const PADDING: usize = 256;

/// Seals a CBOR item, padded with zeros: nonce, then ciphertext.
pub(crate) fn seal(key: &[u8; 32], bound: &[u8], item: &[u8], rng: &mut dyn Rng) -> Vec<u8> {
    let mut plain = item.to_vec();
    plain.resize(plain.len().div_ceil(PADDING) * PADDING, 0);
    let mut nonce = [0; NONCE_BYTES];
    rng.fill(&mut nonce);
    let payload = Payload { msg: &plain, aad: bound };
    let sealed = ChaCha20Poly1305::new(Key::from_slice(key)).encrypt(Nonce::from_slice(&nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.expect("it is far shorter than what the cipher takes"));
    bytes
}

/// Opens what [`seal`] made; none if the key is another, it is of something else, or the bytes were changed. The padding is
/// still there.
pub(crate) fn open(key: &[u8; 32], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
    let payload = Payload { msg: sealed, aad: bound };
    ChaCha20Poly1305::new(Key::from_slice(key)).decrypt(Nonce::from_slice(nonce), payload).ok()
}
