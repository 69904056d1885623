//! Device logs out of entries that are signed by the right and the wrong keys.

use std::sync::LazyLock;

use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry, DeviceLogOp, LogSigner, VerifySignature};
use beseda_model::{AccountId, DeviceId};
use ed25519_dalek::Signer;

use super::edit::Script;
use super::forge::key;

const ACCOUNT: AccountId = AccountId::from_bytes([9; 16]);
/// The root key is that of no device in the scripts.
const ROOT: u8 = 0xff;

/// Each step makes an entry, signs it, may change it, and offers it. What is refused changes nothing; what is taken can be
/// verified again from its bytes.
pub(crate) fn follows(input: &[u8]) {
    let mut script = Script::new(input);
    let mut log = DeviceLog::new(ACCOUNT, public(ROOT));
    let mut root = ROOT;
    for _ in 0..32 {
        if script.is_empty() {
            break;
        }
        let entry = entry(&mut script, &log, root);
        let before = log.clone();
        match entry.map(|entry| (entry, log.verify_and_append(entry, &Ed25519))) {
            Some((entry, Ok(()))) => {
                assert_eq!(log.version(), before.version() + 1);
                assert_eq!(log.head_hash(), entry.hash(ACCOUNT));
                assert_eq!(log.hash_at(before.version()), Some(before.head_hash()));
                if let DeviceLogOp::RotateRoot { root_key } = entry.op {
                    root = (0..=u8::MAX).find(|n| public(*n) == root_key).unwrap_or(root);
                }
                history_stays(&before, &log);
            }
            Some((_, Err(_))) | None => assert_eq!(log, before, "a refusal changes nothing"),
        }
    }
    let entries = log.entries().iter().map(|entry| DeviceLogEntry::decode(&entry.encode()).expect("its own bytes"));
    assert_eq!(DeviceLog::verify(ACCOUNT, public(ROOT), entries, &Ed25519), Ok(log));
}

fn entry(script: &mut Script<'_>, log: &DeviceLog, root: u8) -> Option<DeviceLogEntry> {
    let device = |n: u8| DeviceId::from_bytes([n % 8; 16]);
    let what = script.byte();
    let n = script.byte();
    let op = match what % 4 {
        0 | 1 => DeviceLogOp::Add { device: device(n), signature_key: public(script.byte() % 8) },
        2 => DeviceLogOp::Remove { device: device(n) },
        _ => DeviceLogOp::RotateRoot { root_key: public(0xf0 | (n % 16)) },
    };
    let by = script.byte();
    let signer = if by % 9 == 8 { LogSigner::Root } else { LogSigner::Device(device(by % 9)) };
    let mut entry = log.unsigned(op, signer);
    if what & 0x40 != 0 {
        entry.version = u32::from(script.byte());
    }
    let with = match signer {
        LogSigner::Root => root,
        // The key that the device was added with is its number, unless the script chose another.
        LogSigner::Device(_) => {
            (0..8).find(|n| signer_key(log, signer) == Some(public(*n))).unwrap_or(script.byte() % 8)
        }
    };
    let message = entry.signed_bytes(ACCOUNT);
    entry.signature = key(with).sign(&message).to_bytes();
    assert!(Ed25519.verify(&public(with), &message, &entry.signature));
    let mut bytes = entry.encode();
    if what & 0x80 != 0 {
        script.edit(&mut bytes, &[]);
    }
    DeviceLogEntry::decode(&bytes).ok()
}

fn signer_key(log: &DeviceLog, signer: LogSigner) -> Option<[u8; 32]> {
    match signer {
        LogSigner::Root => None,
        LogSigner::Device(device) => log.device_at(log.version(), device),
    }
}

/// Nothing that a log said of its past changes when it grows.
fn history_stays(before: &DeviceLog, after: &DeviceLog) {
    for version in 0..=before.version() {
        assert_eq!(before.hash_at(version), after.hash_at(version));
        assert_eq!(before.root_at(version), after.root_at(version));
        for n in 0..8 {
            let device = DeviceId::from_bytes([n; 16]);
            assert_eq!(before.standing(version, device), after.standing(version, device));
        }
    }
}

/// The public keys of all devices and roots.
static PUBLIC: LazyLock<[[u8; 32]; 256]> =
    LazyLock::new(|| std::array::from_fn(|n| key(u8::try_from(n).unwrap_or(u8::MAX)).verifying_key().to_bytes()));

fn public(n: u8) -> [u8; 32] {
    PUBLIC[usize::from(n)]
}
