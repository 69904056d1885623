//! What `docs/protocol.md` says of keys, device logs and proofs of work, by its own examples.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_crypto::possession;
use beseda_crypto::pow::{self, Challenge};
use beseda_crypto::root::RootKey;
use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry, DeviceLogOp};
use beseda_model::{AccountId, DeviceId};
use ed25519_dalek::SigningKey;

const PAGE: &str = include_str!("../../../docs/protocol.md");

/// The lines of the block that begins so.
fn block(fence: &str) -> String {
    let lines = PAGE.lines().skip_while(|line| *line != format!("```{fence}")).skip(1);
    lines.take_while(|line| *line != "```").collect()
}

fn hex(digits: &str) -> Vec<u8> {
    let digit = |c: char| u8::try_from(c.to_digit(16).unwrap()).unwrap();
    let digits: Vec<u8> = digits.chars().map(digit).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn account() -> AccountId {
    "018bcfe5-6800-7001-8001-010101010101".parse().unwrap()
}

fn device() -> DeviceId {
    "018bcfe5-6800-7002-8002-020202020202".parse().unwrap()
}

#[test]
fn the_first_entry_is_that_of_the_entropy_and_the_device_key() {
    let root = RootKey::from_entropy(&std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let signature_key = SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
    let bytes = hex(&block("hex-entry first-entry"));
    let entry = DeviceLogEntry::decode(&bytes).unwrap();
    assert_eq!(entry.op, DeviceLogOp::Add { device: device(), signature_key });
    DeviceLog::verify(account(), root.public(), [entry], &Ed25519).unwrap();
    assert_eq!(entry.hash(account()).to_vec(), hex(&block("hex-entry first-entry-hash")));
    assert!(PAGE.contains(&root.fingerprint().to_string()), "{}", root.fingerprint());
}

#[test]
fn the_proof_in_the_sign_up_answers_its_challenge() {
    let body = block("json-body sign-up");
    let (_, proof) = body.split_once("\"nonce\":").unwrap();
    let (nonce, signature) = proof.trim_end_matches("\"}}").split_once(",\"signature\":\"").unwrap();
    let challenge = Challenge { random: [5; 16], expires_at: 1_700_000_000_000 };
    assert!(pow::verify(&challenge, 18, nonce.parse().unwrap()));
    let key = SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
    let entry = hex(&block("hex-entry first-entry"));
    assert!(possession::verify(&key, &challenge, &entry, &base64url(signature).try_into().unwrap()));
}

fn base64url(text: &str) -> Vec<u8> {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*b"-_").collect();
    let value = |byte: u8| u32::try_from(alphabet.iter().position(|known| *known == byte).unwrap()).unwrap();
    let decode = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 6 | value(*byte)) << (6 * (4 - chunk.len()));
        bits.to_be_bytes()[1..chunk.len()].to_vec()
    };
    text.as_bytes().chunks(4).flat_map(decode).collect()
}
