//! What the core tells the timeline of an entry.

use beseda_model::{AccountId, ConversationId, DeviceId, MessageId, Permissions, Role, Timestamp};
use beseda_wire::state::EntryClass;

/// An application message that was decrypted: everything about it but its content. All of it is authenticated by the
/// group, except `at`, which is the server's, and `seq`, which the hash chain protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub conversation: ConversationId,
    /// Generation of the group.
    pub generation: u32,
    /// Epoch of the group.
    pub epoch: u64,
    /// Its place in the log.
    pub seq: u64,
    /// How it counts.
    pub class: EntryClass,
    /// When the server took it.
    pub at: Timestamp,
    /// From when on the server may drop its body.
    pub expires_at: Option<Timestamp>,
    /// Who wrote it.
    pub sender_account: AccountId,
    /// On which device.
    pub sender_device: DeviceId,
    /// Its id.
    pub message_id: MessageId,
    /// Whether this very device wrote it: then an optimistic row may stand for it already.
    pub own: bool,
    /// The author's role when it was sent.
    pub sender_role: Role,
    /// Who might do what when it was sent.
    pub permissions: Permissions,
    /// Whether this device is caught up, so that a person may be told of it.
    pub live: bool,
}

/// What is known of an entry that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalMeta {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the log.
    pub seq: u64,
    /// How it counts.
    pub class: EntryClass,
    /// When the server took it.
    pub at: Timestamp,
    /// Its sender, if that can be told.
    pub sender: Option<(AccountId, DeviceId)>,
    /// Its id, if the authenticated data could be read.
    pub message_id: Option<MessageId>,
}
