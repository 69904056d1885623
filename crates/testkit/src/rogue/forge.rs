//! What OpenMLS would not make: messages taken apart (RFC 9420, sections 6, 7 and 12), changed, and signed again.

use beseda_crypto::chain::body_hash as sha256;
use beseda_crypto::device_key::DeviceKey;

/// A signature and a tag, each behind its length.
const SIGNATURE: usize = 2 + 64;
const TAG: usize = 1 + 32;

/// Where a message is that is being taken apart.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn skip(&mut self, length: usize) -> &'a [u8] {
        let from = self.at;
        self.at += length;
        &self.bytes[from..self.at]
    }

    /// A vector with a length of one, two or four bytes before it.
    fn vector(&mut self) -> &'a [u8] {
        let first = self.bytes[self.at];
        let length = match first >> 6 {
            0 => usize::from(self.skip(1)[0]),
            1 => usize::from(u16::from_be_bytes(self.skip(2).try_into().expect("two bytes")) & 0x3fff),
            _ => (u32::from_be_bytes(self.skip(4).try_into().expect("four bytes")) & 0x3fff_ffff) as usize,
        };
        self.skip(length)
    }

    fn byte(&mut self) -> u8 {
        self.skip(1)[0]
    }
}

fn vector(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let head = match u32::try_from(length).expect("nothing here is as long") {
        short @ 0..64 => short.to_be_bytes()[3..].to_vec(),
        medium @ 64..16_384 => (medium | 0x4000).to_be_bytes()[2..].to_vec(),
        long => (long | 0x8000_0000).to_be_bytes().to_vec(),
    };
    [&head, bytes].concat()
}

fn sign(key: &DeviceKey, label: &str, content: &[u8]) -> [u8; 64] {
    key.signature(&[vector(format!("MLS 1.0 {label}").as_bytes()), vector(content)].concat())
}

/// The end of a commit: tags, behind the signature.
fn tags(commit: &[u8]) -> usize {
    let mut cursor = Cursor { bytes: commit, at: 4 };
    cursor.vector();
    cursor.skip(8);
    // Members add a tag of membership to the one of confirmation.
    if cursor.byte() == 1 { 2 * TAG } else { TAG }
}

/// Signs a commit whose content was changed.
fn sign_commit(key: &DeviceKey, context: &[u8], commit: &mut [u8]) {
    let end = commit.len() - tags(commit);
    let content = &commit[..end - SIGNATURE];
    let signature = sign(key, "FramedContentTBS", &[content, context].concat());
    commit[end - 64..end].copy_from_slice(&signature);
}

/// Changes each of the secrets that a commit's path has for others.
pub(super) fn spoil_path(key: &DeviceKey, context: &[u8], commit: &[u8]) -> Vec<u8> {
    let mut spoiled = commit.to_vec();
    let mut cursor = Cursor { bytes: commit, at: 4 };
    cursor.vector();
    cursor.skip(8);
    assert_eq!(cursor.byte(), 1, "a member's commit");
    cursor.skip(4);
    cursor.vector();
    assert_eq!(cursor.byte(), 3, "a commit");
    cursor.vector();
    assert_eq!(cursor.byte(), 1, "with a path");
    leaf_node(&mut cursor);
    let nodes = cursor.vector();
    let begin = cursor.at - nodes.len();
    let mut cursor = Cursor { bytes: nodes, at: 0 };
    let mut count = 0;
    while cursor.at < nodes.len() {
        cursor.vector();
        let secrets = cursor.vector();
        let offset = begin + cursor.at - secrets.len();
        let mut within = Cursor { bytes: secrets, at: 0 };
        while within.at < secrets.len() {
            within.vector();
            within.vector();
            spoiled[offset + within.at - 1] ^= 1;
            count += 1;
        }
    }
    assert!(count > 0, "there is nobody to keep out");
    sign_commit(key, context, &mut spoiled);
    spoiled
}

fn leaf_node(cursor: &mut Cursor<'_>) {
    cursor.vector();
    cursor.vector();
    assert_eq!(cursor.skip(2), [0, 1], "a basic credential");
    cursor.vector();
    for _ in 0..5 {
        cursor.vector();
    }
    assert_eq!(cursor.byte(), 3, "a leaf of a commit");
    cursor.vector();
    cursor.vector();
    cursor.vector();
}

/// Makes the removal in an external commit one of another leaf.
pub(super) fn aim_removal(key: &DeviceKey, context: &[u8], commit: &[u8], own: u32, victim: u32) -> Vec<u8> {
    let removal = |leaf: u32| [&[1, 0, 3], leaf.to_be_bytes().as_slice()].concat();
    let mut aimed = replace(commit, &removal(own), &removal(victim));
    sign_commit(key, context, &mut aimed);
    aimed
}

/// The hash that a commit brings into the group context.
pub(super) fn confirmed_hash(interim: &[u8], commit: &[u8]) -> [u8; 32] {
    sha256(&[interim, &commit[2..commit.len() - tags(commit)]].concat())
}

/// The interim hash of an epoch, from its context and its confirmation tag.
pub(super) fn interim_hash(context: &[u8], tag: &[u8]) -> [u8; 32] {
    let mut cursor = Cursor { bytes: context, at: 4 };
    cursor.vector();
    cursor.skip(8);
    cursor.vector();
    let confirmed = cursor.vector();
    sha256(&[confirmed, tag].concat())
}

/// Puts other bytes of the same length into a GroupInfo and signs it.
pub(super) fn replace_in_group_info(key: &DeviceKey, group_info: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut changed = replace(group_info, old, new);
    let end = changed.len() - SIGNATURE;
    let signature = sign(key, "GroupInfoTBS", &changed[4..end]);
    let begin = changed.len() - 64;
    changed[begin..].copy_from_slice(&signature);
    changed
}

fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut places = bytes.windows(old.len()).enumerate().filter(|(_, window)| *window == old).map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else { panic!("it must be there exactly once") };
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}
