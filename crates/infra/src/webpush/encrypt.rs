//! Message encryption for Web Push (RFC 8291): one record of `aes128gcm` (RFC 8188).

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes128Gcm, Key, Nonce};
use hkdf::Hkdf;
use p256::PublicKey;
use p256::ecdh::diffie_hellman;
use sha2::Sha256;

use super::vapid::{POINT_BYTES, public_point, secret_of};

/// The largest record: what push services must take (RFC 8030, section 7.2).
const RECORD_SIZE: u32 = 4096;
/// Ends the last record's plaintext.
const LAST_RECORD: u8 = 2;

/// What a subscription's owner made for those who send to it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiverKeys {
    /// The public key (`p256dh`), uncompressed.
    pub public: [u8; POINT_BYTES],
    /// The shared secret (`auth`).
    pub auth: [u8; 16],
}

impl std::fmt::Debug for ReceiverKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceiverKeys(…)")
    }
}

impl ReceiverKeys {
    /// Whether anything can be encrypted for them.
    pub fn are_usable(&self) -> bool {
        PublicKey::from_sec1_bytes(&self.public).is_ok()
    }
}

/// Encrypts `text` for the receiver, with a key pair and a salt that are used once. None if the receiver's public key or
/// the chance for the key pair is not usable: the former is refused when a subscription is set, and the latter happens
/// once in 2³² times.
pub fn encrypt(receiver: &ReceiverKeys, key_chance: &[u8; 32], salt: &[u8; 16], text: &[u8]) -> Option<Vec<u8>> {
    let their_public = PublicKey::from_sec1_bytes(&receiver.public).ok()?;
    let our_secret = secret_of(key_chance)?;
    let our_public = public_point(&our_secret.public_key());
    let shared = diffie_hellman(our_secret.to_nonzero_scalar(), their_public.as_affine());

    let mut key_info = b"WebPush: info\0".to_vec();
    key_info.extend_from_slice(&receiver.public);
    key_info.extend_from_slice(&our_public);
    let material: [u8; 32] = derive(&receiver.auth, shared.raw_secret_bytes(), &key_info);
    let key: [u8; 16] = derive(salt, &material, b"Content-Encoding: aes128gcm\0");
    let nonce: [u8; 12] = derive(salt, &material, b"Content-Encoding: nonce\0");

    let mut record = text.to_vec();
    record.push(LAST_RECORD);
    let sealed =
        Aes128Gcm::new(Key::<Aes128Gcm>::from_slice(&key)).encrypt(Nonce::from_slice(&nonce), &*record).ok()?;

    let mut message = salt.to_vec();
    message.extend_from_slice(&RECORD_SIZE.to_be_bytes());
    message.push(u8::try_from(our_public.len()).ok()?);
    message.extend_from_slice(&our_public);
    message.extend_from_slice(&sealed);
    Some(message)
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut out).expect("a few bytes are never too many");
    out
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let receiver = ReceiverKeys {
            public: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let message = encrypt(
            &receiver,
            &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            &bytes("DGv6ra1nlYgDCS1FRnbzlw"),
            b"When I grow up, I want to be a watermelon",
        );
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAm\
                        S6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Q\
                        ulcy4a-fN";
        assert_eq!(message.map(|message| BASE64URL_NOPAD.encode(&message)).as_deref(), Some(expected));
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_is_not_used() {
        let receiver = ReceiverKeys { public: [4; POINT_BYTES], auth: [0; 16] };
        assert_eq!(encrypt(&receiver, &[1; 32], &[2; 16], b"text"), None);
    }
}
