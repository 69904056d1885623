//! Things that both requests and pushes speak of.

use beseda_model::{
    AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, GroupLinkId, Timestamp, Username,
};
use serde::{Deserialize, Serialize};

use crate::Bytes;

/// How an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryClass {
    /// A message that a person will want to read.
    #[default]
    Counted,
    /// A commit, a proposal, or the start of a generation.
    Handshake,
    /// Anything else that is encrypted: edits, reactions, state. A class that this version does not know reads as this one.
    #[serde(other)]
    Silent,
}

impl EntryClass {
    /// Whether it raises the unread count.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde's skip_serializing_if asks for")]
    pub fn is_counted(&self) -> bool {
        *self == Self::Counted
    }
}

/// One row of a conversation's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// How it counts.
    #[serde(default, skip_serializing_if = "EntryClass::is_counted")]
    pub class: EntryClass,
    /// How many counted entries there are up to and with this one.
    pub count: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// An MLS message (PrivateMessage, PublicMessage or GroupInfo); none if it was deleted or has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Bytes>,
    /// SHA-256 of the body, only where the body is gone: the hash chain goes on over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<Bytes>,
    /// From when on the body may be dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Something that is now different for an account. Each is a whole state, so receiving it twice does no harm.
///
/// A newer server may tell of changes that this version does not know; they are skipped when they are read. A client whose
/// [`FEATURE_LEVEL`](crate::FEATURE_LEVEL) has grown therefore forgets its cursor and syncs everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A conversation's row, as far as this account may see it.
    Conversation(ConversationState),
    /// An account's marks in a conversation.
    Receipt {
        /// Where.
        conversation: ConversationId,
        /// Whose.
        account: AccountId,
        /// Received up to and with this entry.
        delivered: u64,
        /// Read up to and with this entry; zero where that is not shown to the asker.
        read: u64,
    },
    /// A Welcome waits for this device.
    Welcome {
        /// For which conversation.
        conversation: ConversationId,
        /// The entry of its commit.
        seq: u64,
    },
    /// The device log of oneself or of somebody one shares a conversation with has grown.
    DeviceLog {
        /// Whose.
        account: AccountId,
        /// Its last version.
        version: u32,
        /// The root key's fingerprint; another one than before is an identity reset or a rotation.
        root: Fingerprint,
    },
    /// The sealed profile of somebody one shares a conversation with, or of oneself, has changed.
    Profile {
        /// Whose.
        account: AccountId,
        /// Grows with each change.
        version: u64,
    },
    /// One's own settings.
    Settings {
        /// Who sees what.
        privacy: PrivacySettings,
        /// Blocked accounts.
        blocked: Vec<AccountId>,
        /// One's own username.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username: Option<Username>,
        /// Whether a phone number is bound to the account. The server can't tell which one.
        #[serde(default)]
        phone: bool,
    },
    /// One's own request to join a group.
    Asked {
        /// Which group.
        conversation: ConversationId,
        /// When one asked.
        at: Timestamp,
        /// What has become of it.
        outcome: AskOutcome,
    },
    /// One-time key packages of this device are running out.
    KeysLow {
        /// How many are left.
        left: u32,
    },
}

/// A conversation's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationState {
    /// Which.
    pub conversation: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The present generation; zero for those who are no longer members.
    pub generation: u32,
    /// The present epoch in it; zero for those who are no longer members.
    pub epoch: u64,
    /// The first entry that this account may read.
    pub first_seq: u64,
    /// The last entry that this account may read.
    pub last_seq: u64,
    /// Counted entries up to and with `last_seq`.
    pub count: u64,
    /// Whether this account is a member now.
    pub member: bool,
    /// Whether this device is a leaf of the present group.
    pub joined: bool,
    /// This account's own marks.
    pub delivered: u64,
    /// See `delivered`.
    pub read: u64,
    /// Counted entries up to and with `read`.
    pub read_count: u64,
    /// Devices whose removal must be committed before anything is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<DeviceId>,
    /// A direct conversation that waits to be accepted: who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_from: Option<AccountId>,
    /// How many ask to join by a link, for those who may add people.
    #[serde(default, skip_serializing_if = "is_none")]
    pub asking: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde's skip_serializing_if asks for")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}

/// What has become of a request to join a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AskOutcome {
    /// Nobody has answered yet.
    Waiting,
    /// One is a member.
    Joined,
    /// Turned down.
    Declined,
    /// The link was taken back, used up or has expired before anybody answered. An outcome that this version does not know
    /// reads as this one.
    #[serde(other)]
    Lapsed,
}

/// A link to a group, as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLinkState {
    /// Its id.
    pub link: GroupLinkId,
    /// Who made it.
    pub by: AccountId,
    /// When.
    pub made_at: Timestamp,
    /// Until when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many may still come in by it; any number if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
    /// As it was made.
    pub body: Bytes,
}

/// Somebody's request to join a group, as those see it who may answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Who asks.
    pub account: AccountId,
    /// By which link.
    pub link: GroupLinkId,
    /// When.
    pub at: Timestamp,
    /// Until when another device has the right to add the asker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_until: Option<Timestamp>,
    /// That the asker has the link's key.
    pub proof: Bytes,
    /// The link's body, as it was made.
    pub body: Bytes,
}

/// One entry of an account's device log, as signed; `beseda-crypto` and `beseda-model` say what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct DeviceLogEntry(pub Bytes);

/// A key package that was claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPackage {
    /// Whose.
    pub device: DeviceId,
    /// The MLS message.
    pub package: Bytes,
    /// Whether it is the one that may be used again.
    #[serde(default)]
    pub last_resort: bool,
}

/// What the server says of an account to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AccountCard {
    /// Which account.
    pub account: AccountId,
    /// Its username, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// Its root key's fingerprint.
    pub root: Fingerprint,
    /// Its device log's last version.
    pub device_log_version: u32,
}

/// A sealed profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Whose.
    pub account: AccountId,
    /// Grows with each change.
    pub version: u64,
    /// Sealed under the profile key.
    pub body: Bytes,
}

/// Who may see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everyone on this server.
    Everyone,
    /// Those one has an accepted direct conversation with.
    Contacts,
    /// Nobody.
    Nobody,
}

/// What an account lets others see and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct PrivacySettings {
    /// Who may start a conversation with a request.
    pub requests: Audience,
    /// Who may add this account to groups.
    pub group_adds: Audience,
    /// Who sees presence and last seen; one sees of others only what one shows.
    pub presence: Audience,
    /// Whether others see how far one has read; if not, one does not see theirs.
    pub read_marks: bool,
    /// Whether one is found by the beginning of one's username (the exact name always works).
    pub searchable: bool,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self {
            requests: Audience::Everyone,
            group_adds: Audience::Contacts,
            presence: Audience::Contacts,
            read_marks: true,
            searchable: true,
        }
    }
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Who.
    pub account: AccountId,
    /// Whether a device of theirs is connected.
    pub online: bool,
    /// When the last one left, if none is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

/// What a program's push service gave it (RFC 8030, RFC 8291): a browser's `PushSubscription`, or a UnifiedPush endpoint
/// with keys of the program's own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PushSubscription {
    /// The address at the push service.
    pub endpoint: String,
    /// The public key, an uncompressed point of P-256 (65 bytes; base64url in JSON).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub p256dh: Bytes,
    /// The authentication secret (16 bytes; base64url in JSON).
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub auth: Bytes,
    /// Whether the device may be woken without showing anything, to take away what was read elsewhere. Browsers that
    /// punish that leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quietly: bool,
}

/// Whoever knows an endpoint can send to it.
impl std::fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushSubscription").field("quietly", &self.quietly).finish_non_exhaustive()
    }
}

/// A conversation for which a device does not want to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muted {
    /// Which.
    pub conversation: ConversationId,
    /// Until when; for good, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}
