//! The device log: which devices an account has, as a chain of signed entries that nobody, the server included, can
//! rewrite unnoticed.
//!
//! Each entry names its version and the hash of the one before, adds or removes a device, and is signed by a device that
//! was current just before, or by the account's root key, which is always entitled. A client pins the head that it has
//! seen and never goes back.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::{AccountId, DeviceId, Fingerprint};

/// The fingerprint of a root public key: `SHA-256("beseda root" ‖ key)`.
pub fn root_fingerprint(root_key: &[u8; 32]) -> Fingerprint {
    Fingerprint::from_bytes(Sha256::new().chain_update(b"beseda root").chain_update(root_key).finalize().into())
}

/// Verification of Ed25519 signatures, which the kernel leaves to `beseda-crypto`.
pub trait VerifySignature {
    /// Whether `signature` is one over `message` under `key`. Strict: everybody must agree on the answer.
    fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool;
}

/// What an entry changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceLogOp {
    /// A new device.
    Add {
        /// The device; an id is used once.
        device: DeviceId,
        /// Its signature key, for good; a key is used once.
        signature_key: [u8; 32],
    },
    /// A device no longer belongs to the account.
    Remove {
        /// The device.
        device: DeviceId,
    },
    /// A new recovery phrase: from here on another root key is entitled. Signed by the old one.
    RotateRoot {
        /// The new root public key.
        root_key: [u8; 32],
    },
}

/// Who signed an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogSigner {
    /// The root key.
    Root,
    /// A device that was current before the entry.
    Device(DeviceId),
}

/// One signed entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceLogEntry {
    /// 1 for the first entry, one more for each.
    pub version: u32,
    /// The hash of the entry before; zeros for the first.
    pub previous: [u8; 32],
    /// What it changes.
    pub op: DeviceLogOp,
    /// Who signed it.
    pub signer: LogSigner,
    /// The signature over [`signed_bytes`](Self::signed_bytes).
    pub signature: [u8; 64],
}

/// The bytes are not an entry that this program understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an entry of a device log")]
pub struct EntryMalformed;

impl DeviceLogEntry {
    /// The bytes that are signed. They begin with a label of their own and name the account, so that no signature counts
    /// anywhere else.
    pub fn signed_bytes(&self, account: AccountId) -> Vec<u8> {
        let mut bytes = b"beseda device log entry 1".to_vec();
        bytes.extend_from_slice(account.as_bytes());
        self.encode_unsigned(&mut bytes);
        bytes
    }

    /// The hash by which the next entry names this one. It covers the signature: two entries that differ in anything are
    /// a fork.
    pub fn hash(&self, account: AccountId) -> [u8; 32] {
        Sha256::new().chain_update(self.signed_bytes(account)).chain_update(self.signature).finalize().into()
    }

    /// The bytes for storage and the wire.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(166);
        self.encode_unsigned(&mut bytes);
        bytes.extend_from_slice(&self.signature);
        bytes
    }

    /// Reads the bytes from storage or the wire.
    ///
    /// # Errors
    /// When they are not exactly one entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryMalformed> {
        let mut rest = bytes;
        let version = u32::from_be_bytes(take(&mut rest)?);
        let previous = take(&mut rest)?;
        let op = match take::<1>(&mut rest)? {
            [1] => DeviceLogOp::Add { device: DeviceId::from_bytes(take(&mut rest)?), signature_key: take(&mut rest)? },
            [2] => DeviceLogOp::Remove { device: DeviceId::from_bytes(take(&mut rest)?) },
            [3] => DeviceLogOp::RotateRoot { root_key: take(&mut rest)? },
            _ => return Err(EntryMalformed),
        };
        let signer = match take::<1>(&mut rest)? {
            [0] => LogSigner::Root,
            [1] => LogSigner::Device(DeviceId::from_bytes(take(&mut rest)?)),
            _ => return Err(EntryMalformed),
        };
        let signature = take(&mut rest)?;
        if rest.is_empty() { Ok(Self { version, previous, op, signer, signature }) } else { Err(EntryMalformed) }
    }

    fn encode_unsigned(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.version.to_be_bytes());
        bytes.extend_from_slice(&self.previous);
        match &self.op {
            DeviceLogOp::Add { device, signature_key } => {
                bytes.push(1);
                bytes.extend_from_slice(device.as_bytes());
                bytes.extend_from_slice(signature_key);
            }
            DeviceLogOp::Remove { device } => {
                bytes.push(2);
                bytes.extend_from_slice(device.as_bytes());
            }
            DeviceLogOp::RotateRoot { root_key } => {
                bytes.push(3);
                bytes.extend_from_slice(root_key);
            }
        }
        match &self.signer {
            LogSigner::Root => bytes.push(0),
            LogSigner::Device(device) => {
                bytes.push(1);
                bytes.extend_from_slice(device.as_bytes());
            }
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], EntryMalformed> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(EntryMalformed)?;
    *rest = tail;
    Ok(*head)
}

/// Why an entry does not follow from a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceLogError {
    /// Another version is due.
    #[error("the entry has version {found}, but {expected} is due")]
    NotNext {
        /// The version that is due.
        expected: u32,
        /// The version given.
        found: u32,
    },
    /// It continues another history.
    #[error("the entry continues another history of the device log")]
    Forked,
    /// The first entry must be signed by root: no device is entitled yet.
    #[error("the first entry of a device log must be signed by the root key")]
    FirstNotByRoot,
    /// The signing device does not belong to the account, or no longer.
    #[error("the entry is signed by a device that is not current")]
    SignerNotCurrent,
    /// The signature is not one of the signer over this entry.
    #[error("the entry's signature is wrong")]
    BadSignature,
    /// A device id was used before.
    #[error("the device was added before; a device is added once")]
    DeviceReused,
    /// A signature key was used before.
    #[error("the signature key was used before; each device has its own")]
    KeyReused,
    /// The device to remove is not there.
    #[error("the device to remove is not current")]
    NotCurrent,
    /// Only the root key may name its successor.
    #[error("only the root key may be followed by another root key")]
    RotationNotByRoot,
    /// The new root key was one before.
    #[error("the new root key was used before")]
    RootReused,
}

/// What a device was to its account at some version of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStanding {
    /// It belongs to the account.
    Current {
        /// Its signature key.
        signature_key: [u8; 32],
    },
    /// It did once.
    Revoked {
        /// Its signature key.
        signature_key: [u8; 32],
    },
    /// It never did, up to that version.
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Device {
    signature_key: [u8; 32],
    added: u32,
    removed: Option<u32>,
}

/// An account's device log, every entry verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLog {
    account: AccountId,
    entries: Vec<DeviceLogEntry>,
    hashes: Vec<[u8; 32]>,
    devices: BTreeMap<DeviceId, Device>,
    keys: BTreeSet<[u8; 32]>,
    /// Each root key with the version from which it was entitled.
    roots: Vec<(u32, [u8; 32])>,
}

impl DeviceLog {
    /// An empty log of an account that is identified by `root_key`.
    pub fn new(account: AccountId, root_key: [u8; 32]) -> Self {
        Self {
            account,
            entries: Vec::new(),
            hashes: Vec::new(),
            devices: BTreeMap::new(),
            keys: BTreeSet::new(),
            roots: vec![(0, root_key)],
        }
    }

    /// Verifies a whole log.
    ///
    /// # Errors
    /// At the first entry that does not follow.
    pub fn verify(
        account: AccountId,
        root_key: [u8; 32],
        entries: impl IntoIterator<Item = DeviceLogEntry>,
        signatures: &dyn VerifySignature,
    ) -> Result<Self, DeviceLogError> {
        let mut log = Self::new(account, root_key);
        for entry in entries {
            log.verify_and_append(entry, signatures)?;
        }
        Ok(log)
    }

    /// The entry that would come next, yet to be signed over [`signed_bytes`](DeviceLogEntry::signed_bytes).
    pub fn unsigned(&self, op: DeviceLogOp, signer: LogSigner) -> DeviceLogEntry {
        DeviceLogEntry {
            version: self.version().saturating_add(1),
            previous: self.head_hash(),
            op,
            signer,
            signature: [0; 64],
        }
    }

    /// Appends an entry if it follows from the log.
    ///
    /// # Errors
    /// Why it does not; the log is unchanged then.
    pub fn verify_and_append(
        &mut self,
        entry: DeviceLogEntry,
        signatures: &dyn VerifySignature,
    ) -> Result<(), DeviceLogError> {
        let expected = self.version().saturating_add(1);
        if entry.version != expected {
            return Err(DeviceLogError::NotNext { expected, found: entry.version });
        }
        if entry.previous != self.head_hash() {
            return Err(DeviceLogError::Forked);
        }
        let key = self.signer_key(entry.signer)?;
        if !signatures.verify(&key, &entry.signed_bytes(self.account), &entry.signature) {
            return Err(DeviceLogError::BadSignature);
        }
        self.check_op(&entry)?;
        self.apply(&entry);
        self.hashes.push(entry.hash(self.account));
        self.entries.push(entry);
        Ok(())
    }

    /// The account.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The version of the head; 0 while the log is empty.
    pub fn version(&self) -> u32 {
        self.entries.last().map_or(0, |entry| entry.version)
    }

    /// The hash of the head; zeros while the log is empty.
    pub fn head_hash(&self) -> [u8; 32] {
        self.hashes.last().copied().unwrap_or_default()
    }

    /// The hash of the entry at `version`, to compare with what somebody pinned or cites; zeros at version 0.
    pub fn hash_at(&self, version: u32) -> Option<[u8; 32]> {
        match version.checked_sub(1) {
            None => Some([0; 32]),
            Some(index) => self.hashes.get(usize::try_from(index).ok()?).copied(),
        }
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> &[DeviceLogEntry] {
        &self.entries
    }

    /// The root public key that the account began with.
    pub fn first_root_key(&self) -> [u8; 32] {
        self.roots.first().map_or([0; 32], |(_, key)| *key)
    }

    /// The root public key that was entitled after the entry at `version`.
    pub fn root_key_at(&self, version: u32) -> [u8; 32] {
        self.roots
            .iter()
            .rev()
            .find(|(from, _)| *from <= version)
            .map_or_else(|| self.first_root_key(), |(_, key)| *key)
    }

    /// The fingerprint of the root key that was entitled after the entry at `version`.
    pub fn root_at(&self, version: u32) -> Fingerprint {
        root_fingerprint(&self.root_key_at(version))
    }

    /// Whether `root` is the account's root key at `version` or one that it had before: the same person, by the root
    /// keys' own signatures.
    pub fn is_root_until(&self, version: u32, root: Fingerprint) -> bool {
        self.roots.iter().any(|(from, key)| *from <= version && root_fingerprint(key) == root)
    }

    /// What `device` was after the entry at `version`; `None` if this log does not reach that far.
    pub fn standing(&self, version: u32, device: DeviceId) -> Option<DeviceStanding> {
        if version > self.version() {
            return None;
        }
        Some(match self.devices.get(&device) {
            Some(device) if device.added <= version => {
                let signature_key = device.signature_key;
                if device.removed.is_some_and(|removed| removed <= version) {
                    DeviceStanding::Revoked { signature_key }
                } else {
                    DeviceStanding::Current { signature_key }
                }
            }
            _ => DeviceStanding::Absent,
        })
    }

    /// The signature key of `device` if it was current after the entry at `version`.
    pub fn device_at(&self, version: u32, device: DeviceId) -> Option<[u8; 32]> {
        match self.standing(version, device)? {
            DeviceStanding::Current { signature_key } => Some(signature_key),
            DeviceStanding::Revoked { .. } | DeviceStanding::Absent => None,
        }
    }

    /// Whether `device` is current at the head.
    pub fn is_current(&self, device: DeviceId) -> bool {
        self.device_at(self.version(), device).is_some()
    }

    /// Whether `device` belonged to the account once, but no longer after the entry at `version`.
    pub fn is_revoked_at(&self, version: u32, device: DeviceId) -> bool {
        matches!(self.standing(version, device), Some(DeviceStanding::Revoked { .. }))
    }

    /// The current devices with their signature keys.
    pub fn current_devices(&self) -> impl Iterator<Item = (DeviceId, [u8; 32])> + '_ {
        self.devices
            .iter()
            .filter(|(_, device)| device.removed.is_none())
            .map(|(id, device)| (*id, device.signature_key))
    }

    fn signer_key(&self, signer: LogSigner) -> Result<[u8; 32], DeviceLogError> {
        let version = self.version();
        match signer {
            LogSigner::Root => Ok(self.root_key_at(version)),
            LogSigner::Device(_) if version == 0 => Err(DeviceLogError::FirstNotByRoot),
            LogSigner::Device(device) => self.device_at(version, device).ok_or(DeviceLogError::SignerNotCurrent),
        }
    }

    fn check_op(&self, entry: &DeviceLogEntry) -> Result<(), DeviceLogError> {
        match &entry.op {
            DeviceLogOp::Add { device, signature_key } => {
                if self.devices.contains_key(device) {
                    return Err(DeviceLogError::DeviceReused);
                }
                if self.keys.contains(signature_key) || self.roots.iter().any(|(_, key)| key == signature_key) {
                    return Err(DeviceLogError::KeyReused);
                }
                Ok(())
            }
            DeviceLogOp::Remove { device } => {
                if self.is_current(*device) {
                    Ok(())
                } else {
                    Err(DeviceLogError::NotCurrent)
                }
            }
            DeviceLogOp::RotateRoot { root_key } => {
                if entry.signer != LogSigner::Root {
                    return Err(DeviceLogError::RotationNotByRoot);
                }
                if self.keys.contains(root_key) || self.roots.iter().any(|(_, key)| key == root_key) {
                    return Err(DeviceLogError::RootReused);
                }
                Ok(())
            }
        }
    }

    fn apply(&mut self, entry: &DeviceLogEntry) {
        match entry.op {
            DeviceLogOp::Add { device, signature_key } => {
                self.devices.insert(device, Device { signature_key, added: entry.version, removed: None });
                self.keys.insert(signature_key);
            }
            DeviceLogOp::Remove { device } => {
                if let Some(device) = self.devices.get_mut(&device) {
                    device.removed = Some(entry.version);
                }
            }
            DeviceLogOp::RotateRoot { root_key } => self.roots.push((entry.version, root_key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signature is the hash of key and message: enough to tell right from wrong here.
    struct Toy;

    fn toy_sign(key: &[u8; 32], message: &[u8]) -> [u8; 64] {
        let hash: [u8; 32] = Sha256::new().chain_update(key).chain_update(message).finalize().into();
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&hash);
        signature
    }

    impl VerifySignature for Toy {
        fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
            toy_sign(key, message) == *signature
        }
    }

    const ACCOUNT: AccountId = AccountId::from_bytes([9; 16]);
    const ROOT: [u8; 32] = [0xff; 32];

    const fn device(n: u8) -> DeviceId {
        DeviceId::from_bytes([n; 16])
    }

    const fn key(n: u8) -> [u8; 32] {
        [n; 32]
    }

    fn add(n: u8) -> DeviceLogOp {
        DeviceLogOp::Add { device: device(n), signature_key: key(n) }
    }

    fn remove(n: u8) -> DeviceLogOp {
        DeviceLogOp::Remove { device: device(n) }
    }

    fn signed(log: &DeviceLog, op: DeviceLogOp, signer: LogSigner, with: [u8; 32]) -> DeviceLogEntry {
        let mut entry = log.unsigned(op, signer);
        entry.signature = toy_sign(&with, &entry.signed_bytes(ACCOUNT));
        entry
    }

    fn by_root(log: &mut DeviceLog, op: DeviceLogOp) -> Result<(), DeviceLogError> {
        let root = log.root_key_at(log.version());
        log.verify_and_append(signed(log, op, LogSigner::Root, root), &Toy)
    }

    fn by_device(log: &mut DeviceLog, n: u8, op: DeviceLogOp) -> Result<(), DeviceLogError> {
        log.verify_and_append(signed(log, op, LogSigner::Device(device(n)), key(n)), &Toy)
    }

    /// Device 1 by root, device 2 by device 1.
    fn two_devices() -> DeviceLog {
        let mut log = DeviceLog::new(ACCOUNT, ROOT);
        by_root(&mut log, add(1)).unwrap();
        by_device(&mut log, 1, add(2)).unwrap();
        log
    }

    #[test]
    fn devices_come_and_go() {
        let mut log = two_devices();
        by_device(&mut log, 2, remove(1)).unwrap();
        assert_eq!(log.version(), 3);
        assert_eq!(log.device_at(1, device(1)), Some(key(1)));
        assert_eq!(log.device_at(1, device(2)), None, "not yet");
        assert_eq!(log.device_at(2, device(1)), Some(key(1)));
        assert_eq!(log.device_at(3, device(1)), None, "no longer");
        assert!(log.is_revoked_at(3, device(1)) && !log.is_revoked_at(2, device(1)));
        assert!(log.is_current(device(2)) && !log.is_current(device(1)) && !log.is_current(device(3)));
        assert_eq!(log.standing(3, device(3)), Some(DeviceStanding::Absent));
        assert_eq!(log.standing(4, device(2)), None, "beyond the head nothing is known");
        assert_eq!(log.current_devices().collect::<Vec<_>>(), [(device(2), key(2))]);
    }

    #[test]
    fn a_log_is_verified_as_it_was_written() {
        let log = two_devices();
        assert_eq!(DeviceLog::verify(ACCOUNT, ROOT, log.entries().to_vec(), &Toy), Ok(log.clone()));
        let other = AccountId::from_bytes([8; 16]);
        assert_eq!(
            DeviceLog::verify(other, ROOT, log.entries().to_vec(), &Toy),
            Err(DeviceLogError::BadSignature),
            "entries of one account are worth nothing for another"
        );
        assert_eq!(
            DeviceLog::verify(ACCOUNT, [0xfe; 32], log.entries().to_vec(), &Toy),
            Err(DeviceLogError::BadSignature),
            "nor under another root"
        );
    }

    #[test]
    fn the_first_entry_is_by_root() {
        let mut log = DeviceLog::new(ACCOUNT, ROOT);
        assert_eq!(by_device(&mut log, 1, add(1)), Err(DeviceLogError::FirstNotByRoot));
    }

    #[test]
    fn only_current_devices_sign() {
        let mut log = two_devices();
        assert_eq!(by_device(&mut log, 3, add(4)), Err(DeviceLogError::SignerNotCurrent), "never added");
        by_root(&mut log, remove(2)).unwrap();
        assert_eq!(by_device(&mut log, 2, add(4)), Err(DeviceLogError::SignerNotCurrent), "removed");
        let wrong = signed(&log, add(4), LogSigner::Device(device(1)), key(2));
        assert_eq!(log.verify_and_append(wrong, &Toy), Err(DeviceLogError::BadSignature), "another's key");
        let wrong = signed(&log, add(4), LogSigner::Root, key(1));
        assert_eq!(log.verify_and_append(wrong, &Toy), Err(DeviceLogError::BadSignature), "a device as root");
        assert_eq!(log.version(), 3, "what is refused changes nothing");
    }

    #[test]
    fn forks_and_replays_are_refused() {
        let mut log = two_devices();
        let first = log.entries()[0];
        assert_eq!(log.verify_and_append(first, &Toy), Err(DeviceLogError::NotNext { expected: 3, found: 1 }));
        let mut fork = two_devices();
        by_device(&mut log, 1, add(3)).unwrap();
        by_device(&mut fork, 1, add(4)).unwrap();
        assert_ne!(log.head_hash(), fork.head_hash());
        assert_eq!(log.hash_at(2), fork.hash_at(2));
        let other = signed(&fork, add(5), LogSigner::Device(device(1)), key(1));
        assert_eq!(log.verify_and_append(other, &Toy), Err(DeviceLogError::Forked));
        assert_eq!(log.hash_at(0), Some([0; 32]));
        assert_eq!(log.hash_at(4), None);
    }

    #[test]
    fn devices_and_keys_are_used_once() {
        let mut log = two_devices();
        by_root(&mut log, remove(2)).unwrap();
        assert_eq!(by_root(&mut log, add(2)), Err(DeviceLogError::DeviceReused));
        let again = DeviceLogOp::Add { device: device(7), signature_key: key(2) };
        assert_eq!(by_root(&mut log, again), Err(DeviceLogError::KeyReused));
        let root = DeviceLogOp::Add { device: device(7), signature_key: ROOT };
        assert_eq!(by_root(&mut log, root), Err(DeviceLogError::KeyReused));
        assert_eq!(by_root(&mut log, remove(2)), Err(DeviceLogError::NotCurrent));
        assert_eq!(by_root(&mut log, remove(7)), Err(DeviceLogError::NotCurrent));
    }

    #[test]
    fn root_overrides_when_all_devices_are_lost() {
        let mut log = two_devices();
        by_device(&mut log, 2, remove(1)).unwrap();
        by_device(&mut log, 2, remove(2)).unwrap();
        assert_eq!(log.current_devices().count(), 0);
        by_root(&mut log, add(3)).unwrap();
        assert!(log.is_current(device(3)));
    }

    #[test]
    fn a_new_root_follows_the_old_one() {
        let new = [0xee; 32];
        let mut log = two_devices();
        let rotate = DeviceLogOp::RotateRoot { root_key: new };
        assert_eq!(by_device(&mut log, 1, rotate), Err(DeviceLogError::RotationNotByRoot));
        by_root(&mut log, rotate).unwrap();
        assert_eq!(log.root_at(2), root_fingerprint(&ROOT));
        assert_eq!(log.root_at(3), root_fingerprint(&new));
        assert!(log.is_root_until(3, root_fingerprint(&ROOT)) && log.is_root_until(3, root_fingerprint(&new)));
        assert!(!log.is_root_until(2, root_fingerprint(&new)), "not before");
        let old = signed(&log, add(3), LogSigner::Root, ROOT);
        assert_eq!(log.verify_and_append(old, &Toy), Err(DeviceLogError::BadSignature), "the old root is out");
        by_root(&mut log, add(3)).unwrap();
        assert_eq!(by_root(&mut log, DeviceLogOp::RotateRoot { root_key: ROOT }), Err(DeviceLogError::RootReused));
        assert_eq!(log.first_root_key(), ROOT);
    }

    #[test]
    fn an_entry_survives_its_bytes_and_nothing_else_does() {
        let mut log = two_devices();
        by_device(&mut log, 1, remove(2)).unwrap();
        by_root(&mut log, DeviceLogOp::RotateRoot { root_key: [3; 32] }).unwrap();
        for entry in log.entries() {
            let bytes = entry.encode();
            assert_eq!(DeviceLogEntry::decode(&bytes), Ok(*entry));
            for length in 0..bytes.len() {
                assert_eq!(DeviceLogEntry::decode(&bytes[..length]), Err(EntryMalformed));
            }
            let mut longer = bytes.clone();
            longer.push(0);
            assert_eq!(DeviceLogEntry::decode(&longer), Err(EntryMalformed));
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                if let Ok(other) = DeviceLogEntry::decode(&damaged) {
                    assert_ne!(other, *entry);
                    assert_ne!(other.hash(ACCOUNT), entry.hash(ACCOUNT));
                }
            }
        }
    }
}
