//! What one's own devices tell each other, in the notes-to-self conversation.

use beseda_model::{AccountId, ConversationId, DeviceId, Fingerprint, FolderId, PackId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Attachment, KeptSticker, MessageRef, PackState};
use crate::Bytes;

/// One change, or all values for a new device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnSync {
    /// How this person keeps a conversation.
    Conversation {
        /// Which.
        conversation: ConversationId,
        /// The whole new state; the highest place in the log wins.
        state: OwnState,
    },
    /// Messages deleted only for oneself.
    DeletedForMe {
        /// Where.
        conversation: ConversationId,
        /// Which.
        messages: Vec<MessageRef>,
    },
    /// A message that can be looked at once was opened on one of the devices.
    Opened {
        /// Where.
        conversation: ConversationId,
        /// Which.
        message: MessageRef,
    },
    /// A contact's safety number was compared.
    Verified {
        /// Whose.
        account: AccountId,
        /// With which root key; none takes the mark back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        root: Option<Fingerprint>,
    },
    /// The name that this person gives somebody.
    Nickname {
        /// Whom.
        account: AccountId,
        /// Empty takes it back.
        name: String,
    },
    /// The key of one's own profile.
    ProfileKey {
        /// 32 bytes.
        key: Bytes,
    },
    /// A profile key of somebody else, for a new device.
    ContactKey {
        /// Whose.
        account: AccountId,
        /// 32 bytes.
        key: Bytes,
    },
    /// What one of the own devices is called.
    DeviceName {
        /// Which.
        device: DeviceId,
        /// At most 64 characters.
        name: String,
    },
    /// The phone number of the account, which the server does not know.
    Phone {
        /// In E.164; empty if there is none any more.
        number: String,
    },
    /// A folder for the list of conversations; which of them lie in it, each says in its [`OwnState`].
    Folder {
        /// Which.
        folder: FolderId,
        /// Empty: it is there no more.
        name: String,
        /// Folders are shown in this order.
        place: u32,
    },
    /// A pack of stickers that this person has.
    Pack {
        /// Which.
        pack: PackId,
        /// None: it is there no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<Box<PackState>>,
    },
    /// In which order the packs are shown; those that are not named come first.
    PackOrder {
        /// The packs.
        packs: Vec<PackId>,
    },
    /// The stickers that this person keeps at hand.
    FavouriteStickers {
        /// All of them, the last added first.
        stickers: Vec<KeptSticker>,
    },
    /// The moving pictures that this person keeps at hand.
    Gifs {
        /// All of them, the last used first.
        gifs: Vec<Attachment>,
    },
    /// What the devices have agreed on so far, for a new one: each value counts only where no change of it was seen.
    Everything {
        /// The values.
        values: Vec<OwnSync>,
    },
}

/// How this person keeps a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OwnState {
    /// No notifications until then; the far future for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Out of the way until something new comes.
    #[serde(default)]
    pub archived: bool,
    /// Out of the list, also of the archive, until something new comes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub removed: bool,
    /// Kept at the top; a higher number is higher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<u32>,
    /// Marked as unread by hand.
    #[serde(default)]
    pub unread: bool,
    /// Everything up to this entry was cleared for oneself.
    #[serde(default)]
    pub cleared_to: u64,
    /// The folders in which it lies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<FolderId>,
}
