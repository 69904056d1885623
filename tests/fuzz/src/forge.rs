//! Signing again what was changed: the keys of the devices in the scenes are known. Membership and confirmation tags
//! can't be made anew, but nobody can check them without the group's secrets.

use ed25519_dalek::{Signer, SigningKey};

/// A signature in its vector: two bytes of length, 64 of signature.
const SIGNATURE: usize = 66;
/// A tag in its vector: one byte of length, 32 of tag.
const TAG: usize = 33;

/// The key of the device whose id is `n` repeated.
pub(crate) fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

/// A vector as MLS writes it, its length in the shortest form.
pub(crate) fn vector(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("inputs are small");
    let mut vector = match length {
        0..0x40 => length.to_be_bytes()[3..].to_vec(),
        0x40..0x4000 => (length | 0x4000).to_be_bytes()[2..].to_vec(),
        _ => (length | 0x8000_0000).to_be_bytes().to_vec(),
    };
    vector.extend_from_slice(bytes);
    vector
}

/// A reader that gives up quietly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(length)?;
        self.rest = tail;
        Some(head)
    }

    /// The content of a vector.
    pub(crate) fn vector(&mut self) -> Option<&'a [u8]> {
        let first = *self.rest.first()?;
        let bytes = self.take(1 << (first >> 6).min(2))?;
        let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        self.take(length & (usize::MAX >> (usize::BITS as usize - bytes.len() * 8 + 2)))
    }
}

/// `SignWithLabel` of RFC 9420, in its vector.
pub(crate) fn sign(key: &SigningKey, label: &str, content: &[u8]) -> Vec<u8> {
    let mut message = vector(format!("MLS 1.0 {label}").as_bytes());
    message.extend(vector(content));
    vector(&key.sign(&message).to_bytes())
}

/// The group context inside a framed GroupInfo.
pub(crate) fn context(group_info: &[u8]) -> Option<&[u8]> {
    let framed = group_info.get(4..)?;
    let mut cursor = Cursor { rest: framed };
    cursor.take(4)?;
    cursor.vector()?;
    cursor.take(8)?;
    for _ in 0..3 {
        cursor.vector()?;
    }
    framed.get(..framed.len() - cursor.rest.len())
}

/// Signs a framed GroupInfo again. What has no room for a signature stays as it is.
pub(crate) fn sign_group_info(group_info: &mut Vec<u8>, key: &SigningKey) {
    let Some(end) = group_info.len().checked_sub(SIGNATURE).filter(|end| *end > 4) else { return };
    group_info.truncate(end);
    let signature = sign(key, "GroupInfoTBS", &group_info[4..]);
    group_info.extend(signature);
}

/// Signs a framed public message again, for the group whose context this is.
pub(crate) fn sign_public(
    message: &mut Vec<u8>,
    has_confirmation: bool,
    has_membership: bool,
    context: &[u8],
    key: &SigningKey,
) {
    let tags = TAG * (usize::from(has_confirmation) + usize::from(has_membership));
    let Some(tail) = message.len().checked_sub(tags) else { return };
    let Some(end) = tail.checked_sub(SIGNATURE) else { return };
    let tags = message.split_off(tail);
    message.truncate(end);
    let mut signed = message.clone();
    signed.extend_from_slice(context);
    message.extend(sign(key, "FramedContentTBS", &signed));
    message.extend(tags);
}

/// A framed commit in parts, so that what is changed inside a part keeps the frame.
#[derive(Debug, Clone)]
pub(crate) struct CommitParts {
    before: Vec<u8>,
    pub(crate) aad: Vec<u8>,
    pub(crate) proposals: Vec<u8>,
    after: Vec<u8>,
}

impl CommitParts {
    pub(crate) fn split(commit: &[u8], has_leaf: bool) -> Option<Self> {
        let mut cursor = Cursor { rest: commit };
        cursor.take(4)?;
        cursor.vector()?;
        cursor.take(8 + 1 + if has_leaf { 4 } else { 0 })?;
        let before = commit.get(..commit.len() - cursor.rest.len())?.to_vec();
        let aad = cursor.vector()?.to_vec();
        cursor.take(1)?;
        let proposals = cursor.vector()?.to_vec();
        Some(Self { before, aad, proposals, after: cursor.rest.to_vec() })
    }

    pub(crate) fn join(&self) -> Vec<u8> {
        const COMMIT: u8 = 3;
        let Self { before, aad, proposals, after } = self;
        [before.clone(), vector(aad), vec![COMMIT], vector(proposals), after.clone()].concat()
    }
}
