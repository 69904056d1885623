//! What happened, for those who are connected. Events leave after the commit that they belong to and may be lost without
//! harm: everything durable is also in log and sync.

use std::sync::Arc;

use beseda_model::{AccountId, ConversationId, DeviceId};

use crate::domain::{Change, Entry, Reveal};

/// Something that connected devices may want to know at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A new entry.
    Appended {
        /// In which log.
        conversation: ConversationId,
        /// Who may read it: the members at this entry.
        members: Arc<[AccountId]>,
        /// The entry.
        entry: Arc<Entry>,
        /// The device that sent it: it knows already.
        by: DeviceId,
    },
    /// Bodies were removed.
    Blanked {
        /// In which log.
        conversation: ConversationId,
        /// The members.
        members: Arc<[AccountId]>,
        /// From which entries.
        seqs: Vec<u64>,
    },
    /// Somebody's marks moved.
    Marked {
        /// Where.
        conversation: ConversationId,
        /// The members.
        members: Arc<[AccountId]>,
        /// Whose marks.
        account: AccountId,
        /// Received up to and with this entry.
        delivered: u64,
        /// Read up to and with this entry.
        read: u64,
        /// Whether others may see `read`: those who show their own.
        read_shown: bool,
    },
    /// A conversation's row is different, for each account in its own way: read it with
    /// [`conversation_state`](crate::usecase::sync::conversation_state) for the devices that are connected.
    ConversationChanged {
        /// Which.
        conversation: ConversationId,
        /// For whom.
        accounts: Arc<[AccountId]>,
    },
    /// The same change for several accounts.
    Changed {
        /// For whom.
        accounts: Arc<[AccountId]>,
        /// For this device alone, if named.
        device: Option<DeviceId>,
        /// What is different.
        change: Change,
    },
    /// Sessions of this device are over: close its sockets.
    SessionEnded {
        /// Which device.
        device: DeviceId,
        /// Whether the device was removed from its account, not merely signed out.
        revoked: bool,
    },
    /// The new device of a link request showed its key to the device that opened it.
    LinkRevealed {
        /// The device that opened the request.
        to: DeviceId,
        /// The code.
        code: String,
        /// What was shown.
        reveal: Reveal,
    },
}
