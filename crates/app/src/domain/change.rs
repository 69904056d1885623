//! What a sync reports: each change is a whole state, so receiving it twice does no harm.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, Timestamp, Username};

use super::{AskState, PrivacySettings};

/// Something that is now different for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A conversation's row, as far as the account may see it.
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
    /// A Welcome waits for the device.
    Welcome {
        /// For which conversation.
        conversation: ConversationId,
        /// The entry of its commit.
        seq: u64,
    },
    /// The device log of the account itself or of somebody whom it shares a conversation with has grown.
    DeviceLog {
        /// Whose.
        account: AccountId,
        /// Its last version.
        version: u32,
        /// The present root key's fingerprint.
        root: Fingerprint,
    },
    /// A sealed profile has changed.
    Profile {
        /// Whose.
        account: AccountId,
        /// Grows with each change.
        version: u64,
    },
    /// The account's own settings.
    Settings {
        /// Who sees what.
        privacy: PrivacySettings,
        /// Blocked accounts.
        blocked: Vec<AccountId>,
        /// Its username.
        username: Option<Username>,
        /// Whether a phone number is bound to it.
        phone: bool,
    },
    /// The account's own request to join a group.
    Asked {
        /// Which group.
        conversation: ConversationId,
        /// When it asked.
        at: Timestamp,
        /// How far it is.
        state: AskState,
    },
    /// One-time key packages of the device are running out.
    KeysLow {
        /// How many are left.
        left: u32,
    },
}

/// A conversation as one account, on one device, may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationState {
    /// Which.
    pub conversation: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The present generation; zero for those who are no longer members.
    pub generation: u32,
    /// The present epoch in it; zero for those who are no longer members.
    pub epoch: u64,
    /// The first entry that the account may read.
    pub first_seq: u64,
    /// The last entry that the account may read.
    pub last_seq: u64,
    /// Counted entries up to and with `last_seq`.
    pub count: u64,
    /// Whether the account is a member now.
    pub member: bool,
    /// Whether the device is a leaf of the present group.
    pub joined: bool,
    /// The account's own marks.
    pub delivered: u64,
    /// See `delivered`.
    pub read: u64,
    /// Counted entries up to and with `read`.
    pub read_count: u64,
    /// Devices whose removal must be committed before anything is sent.
    pub due: Vec<DeviceId>,
    /// A direct conversation that waits to be accepted: who asked.
    pub request_from: Option<AccountId>,
    /// How many ask to join, for those who may add people.
    pub asking: u32,
}
