//! Encrypted state that members keep for one another.

use beseda_model::{AccountId, DeviceId, MessageId};
use serde::{Deserialize, Serialize};

use super::{FileRef, MessageRef, Timer};
use crate::Bytes;

/// A change of what a conversation is about. Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoChange {
    /// The new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The new timer for messages from now on; `Some(None)` turns it off.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double_option")]
    pub timer: Option<Option<Timer>>,
    /// The new picture; `Some(None)` takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "double_option")]
    pub picture: Option<Option<FileRef>>,
}

mod double_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the form that serde asks for")]
    pub(super) fn serialize<S: Serializer, T: Serialize>(v: &Option<Option<T>>, s: S) -> Result<S::Ok, S::Error> {
        v.as_ref().and_then(Option::as_ref).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        d: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(d).map(Some)
    }
}

/// All encrypted state of a conversation at one place of its log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupState {
    /// The last entry that it takes into account.
    pub seq: u64,
    /// The title.
    pub title: String,
    /// The description.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// The picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<FileRef>,
    /// Pinned messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<MessageRef>,
    /// Keys of members' profiles, so that those who join see names before everybody has said something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<MemberKey>,
}

/// The key that opens a member's sealed profile, told by another member: it counts where none is known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberKey {
    /// Whose.
    #[serde(rename = "a")]
    pub account: AccountId,
    /// 32 bytes.
    #[serde(rename = "k")]
    pub key: Bytes,
}

impl std::fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberKey").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The key that opens the sender's sealed profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileKey {
    /// 32 bytes.
    pub key: Bytes,
}

impl std::fmt::Debug for ProfileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileKey(…)")
    }
}

/// Healing of messages that could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Please send these again.
    Request(RepairRequest),
    /// Here it is, or: it can't be had any more.
    Answer(RepairAnswer),
}

/// Asks the authors of log entries to send them again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRequest {
    /// The message ids, known from the entries' authenticated data.
    pub ids: Vec<MessageId>,
}

/// A message of one's own, sent again for one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairAnswer {
    /// The device that asked.
    pub device: DeviceId,
    /// The original message's id.
    pub id: MessageId,
    /// The original content item (unpadded); none if it is gone for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Bytes>,
}
