//! What people say: the plaintext inside an application message.
//!
//! Versioned CBOR after the semantics of the IETF MIMI content draft (replaces, in-reply-to, expires, disposition), so
//! that a bridge can be written. The bytes that go into MLS are one CBOR item padded with zeros to a size class, so that
//! the ciphertext's length says little. Kinds that this version does not know decode to [`Content::Unsupported`] and keep
//! their bytes: they reappear after an upgrade.

mod contact;
mod file;
mod message;
mod own;
mod place;
mod state;
mod sticker;

use beseda_model::{AccountId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

pub use contact::ContactCard;
pub use file::{Attachment, FileKey, FileRef, Media};
pub use message::{
    Delete, Edit, Entity, Forward, LinkPreview, Message, Opened, Pin, Reaction, Style, TimedFrom, Timer,
};
pub use own::{OwnState, OwnSync};
pub use place::{LiveEnd, Place, Spot};
pub use state::{GroupState, InfoChange, MemberKey, ProfileKey, Repair, RepairAnswer, RepairRequest};
pub use sticker::{KeptSticker, PackState, Price, Sticker, StickerPack};

use crate::Bytes;
use crate::codec::{DecodeError, decode_cbor_prefix, encode_cbor};

/// The smallest padded size; each next class doubles and stays 64 bytes below a power of two.
const FIRST_CLASS: usize = 192;

/// The largest content item: with what MLS adds to it, a message of the largest size that servers take.
pub const MAX_CONTENT: usize = 65_024;

/// A message by its author: an id alone could be forged by another member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MessageRef {
    /// The account that wrote it.
    #[serde(rename = "a")]
    pub author: AccountId,
    /// Its id.
    #[serde(rename = "m")]
    pub id: MessageId,
}

/// The content of one application message. Its own id is not in it: it stands in the authenticated data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Something to read.
    Message(Message),
    /// Replaces the text of one's own message.
    Edit(Edit),
    /// Deletes messages for everyone.
    Delete(Delete),
    /// Sets or takes back one's reaction.
    Reaction(Reaction),
    /// Pins or unpins.
    Pin(Pin),
    /// Says that a message that can be looked at once was opened.
    Opened(Opened),
    /// Says that one tells no more where one is.
    LiveEnd(LiveEnd),
    /// A change of title, description or timer: shown as a system message.
    InfoChange(InfoChange),
    /// The whole encrypted state, for those who join.
    GroupState(GroupState),
    /// Asks a member for the [`GroupState`].
    StateRequest,
    /// Gives the key that opens the sender's profile.
    ProfileKey(ProfileKey),
    /// Asks for messages again that could not be decrypted, or answers that.
    Repair(Repair),
    /// Synchronises one's own devices; only in notes-to-self.
    Own(OwnSync),
    /// Something that this version does not know.
    Unsupported(Unsupported),
}

/// Content of an unknown kind or version, kept for later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The kind's name.
    pub kind: String,
    /// The whole item, to be decoded again after an upgrade.
    pub raw: Bytes,
    /// Whether its sender meant it for reading: then a placeholder is shown.
    pub visible: bool,
}

/// The outer item. Short keys: every message carries them.
#[derive(Serialize, Deserialize)]
struct Outer<B> {
    /// Content version.
    v: u16,
    /// Kind.
    k: String,
    /// Whether it is for reading (MIMI: disposition "render").
    #[serde(default, skip_serializing_if = "is_false")]
    r: bool,
    /// When its author wrote it.
    t: Timestamp,
    /// Body.
    b: B,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde's skip_serializing_if asks for")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The version of the content kinds below.
const VERSION: u16 = 1;

/// The version of messages that must not be taken for ordinary ones by who does not know what makes them others.
const GUARDED: u16 = 2;

/// Grows whenever something is added that was [`Content::Unsupported`] before: what is kept of it is then read again.
pub const LEVEL: u32 = 3;

/// A content with the time at which its author wrote it (which may be long before it was sent).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// By the author's clock.
    pub at: Timestamp,
    /// What.
    pub content: Content,
}

impl Authored {
    /// The padded bytes that are encrypted.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.item();
        bytes.resize(padded_len(bytes.len()), 0);
        bytes
    }

    /// The item without padding: what is kept, and sent again where a device asks for it.
    pub fn item(&self) -> Vec<u8> {
        let at = self.at;
        match &self.content {
            Content::Message(body) if body.once => versioned(GUARDED, "message", true, at, body),
            Content::Message(body) => outer("message", true, at, body),
            Content::Edit(body) => outer("edit", false, at, body),
            Content::Delete(body) => outer("delete", false, at, body),
            Content::Reaction(body) => outer("reaction", false, at, body),
            Content::Pin(body) => outer("pin", false, at, body),
            Content::Opened(body) => outer("opened", false, at, body),
            Content::LiveEnd(body) => outer("live_end", false, at, body),
            Content::InfoChange(body) => outer("info", false, at, body),
            Content::GroupState(body) => outer("state", false, at, body),
            Content::StateRequest => outer("state_request", false, at, &()),
            Content::ProfileKey(body) => outer("profile_key", false, at, body),
            Content::Repair(body) => outer("repair", false, at, body),
            Content::Own(body) => outer("own", false, at, body),
            Content::Unsupported(unsupported) => unsupported.raw.0.clone(),
        }
    }

    /// Reads what [`Authored::encode`] wrote, or what a newer version did.
    ///
    /// # Errors
    /// When the bytes are not a content item followed by zeros. A known kind with a body of an unexpected shape is not an
    /// error but [`Content::Unsupported`]: its sender may be newer.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut rest = bytes;
        let outer: Outer<ciborium::Value> = decode_cbor_prefix(&mut rest)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(DecodeError::Trailing);
        }
        let item = bytes.get(..bytes.len().saturating_sub(rest.len())).unwrap_or_default();
        let unsupported =
            || Content::Unsupported(Unsupported { kind: outer.k.clone(), raw: item.into(), visible: outer.r });
        let content = match outer.v {
            VERSION => known(&outer.k, &outer.b),
            GUARDED => known(&outer.k, &outer.b).filter(is_guarded),
            _ => None,
        };
        Ok(Self { at: outer.t, content: content.unwrap_or_else(unsupported) })
    }
}

fn outer<B: Serialize>(kind: &str, render: bool, at: Timestamp, body: &B) -> Vec<u8> {
    versioned(VERSION, kind, render, at, body)
}

fn versioned<B: Serialize>(version: u16, kind: &str, render: bool, at: Timestamp, body: &B) -> Vec<u8> {
    encode_cbor(&Outer { v: version, k: kind.to_owned(), r: render, t: at, b: body })
}

/// Whether this is written in version 2.
fn is_guarded(content: &Content) -> bool {
    matches!(content, Content::Message(message) if message.once)
}

fn known(kind: &str, body: &ciborium::Value) -> Option<Content> {
    fn read<T: serde::de::DeserializeOwned>(body: &ciborium::Value) -> Option<T> {
        body.deserialized().ok()
    }
    match kind {
        "message" => read(body).map(Content::Message),
        "edit" => read(body).map(Content::Edit),
        "delete" => read(body).map(Content::Delete),
        "reaction" => read(body).map(Content::Reaction),
        "pin" => read(body).map(Content::Pin),
        "opened" => read(body).map(Content::Opened),
        "live_end" => read(body).map(Content::LiveEnd),
        "info" => read(body).map(Content::InfoChange),
        "state" => read(body).map(Content::GroupState),
        "state_request" => Some(Content::StateRequest),
        "profile_key" => read(body).map(Content::ProfileKey),
        "repair" => read(body).map(Content::Repair),
        "own" => read(body).map(Content::Own),
        _ => None,
    }
}

/// The smallest class (192, 448, 960 …, [`MAX_CONTENT`]) that holds `len` bytes; what is larger can't be sent anyway.
fn padded_len(len: usize) -> usize {
    let mut class = FIRST_CLASS;
    while class < len {
        class = class.saturating_mul(2).saturating_add(64);
    }
    class.min(MAX_CONTENT.max(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Authored {
        let message = Message { text: text.to_owned(), ..Message::default() };
        Authored { at: Timestamp::from_millis(1_700_000_000_000), content: Content::Message(message) }
    }

    #[test]
    fn sizes_fall_into_classes() {
        assert_eq!([1, 192, 193, 448, 449, 960, 961].map(padded_len), [192, 192, 448, 448, 960, 960, 1984]);
        assert_eq!([32_705, MAX_CONTENT, MAX_CONTENT + 1].map(padded_len), [MAX_CONTENT, MAX_CONTENT, MAX_CONTENT + 1]);
        assert_eq!(text("hi").encode().len(), 192);
        assert_eq!(text(&"x".repeat(120)).encode().len(), 192);
    }

    #[test]
    fn an_unknown_kind_survives_byte_for_byte() {
        let raw = outer("hologram", true, Timestamp::from_millis(1), &vec![1, 2, 3]);
        let decoded = Authored::decode(&raw).unwrap();
        let Content::Unsupported(kept) = &decoded.content else { panic!("{decoded:?}") };
        assert_eq!((kept.kind.as_str(), kept.visible, &kept.raw.0), ("hologram", true, &raw));
        assert_eq!(Authored::decode(&decoded.encode()), Ok(decoded));
    }

    #[test]
    fn a_known_kind_from_the_future_is_kept_not_guessed() {
        let mut item = Vec::new();
        let newer = Outer { v: 2, k: "message".to_owned(), r: true, t: Timestamp::from_millis(1), b: "?" };
        ciborium::into_writer(&newer, &mut item).unwrap();
        assert!(matches!(Authored::decode(&item).unwrap().content, Content::Unsupported(_)));
    }

    #[test]
    fn what_is_seen_once_is_nothing_to_a_version_that_does_not_know_it() {
        let once = Message { once: true, ..Message::default() };
        let authored = Authored { at: Timestamp::from_millis(1), content: Content::Message(once.clone()) };
        let item = authored.item();
        let outer: Outer<ciborium::Value> = ciborium::from_reader(item.as_slice()).unwrap();
        assert_eq!((outer.v, outer.k.as_str(), outer.r), (2, "message", true));
        assert_eq!(Authored::decode(&item), Ok(authored));
        // With the flag it is one whatever its version says; without it, version 2 is somebody else's.
        let flagged = versioned(1, "message", true, Timestamp::from_millis(1), &once);
        assert!(matches!(Authored::decode(&flagged).unwrap().content, Content::Message(Message { once: true, .. })));
        let plain = versioned(2, "message", true, Timestamp::from_millis(1), &Message::default());
        assert!(matches!(Authored::decode(&plain).unwrap().content, Content::Unsupported(_)));
    }

    #[test]
    fn padding_must_be_zeros() {
        let mut bytes = text("hi").encode();
        *bytes.last_mut().unwrap() = 1;
        assert_eq!(Authored::decode(&bytes), Err(DecodeError::Trailing));
    }
}
