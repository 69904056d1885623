//! Rows of a conversation's log.

use beseda_model::{AccountId, DeviceId, MessageId, Timestamp};

/// How an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryClass {
    /// A message that a person will want to read.
    Counted,
    /// Anything else that is encrypted.
    Silent,
    /// A commit, a proposal, or the start of a generation.
    Handshake,
}

/// One row of a conversation's log, as members see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// How it counts.
    pub class: EntryClass,
    /// How many counted entries there are up to and with this one.
    pub count: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// An MLS message; none if it was blanked or has expired.
    pub body: Option<Vec<u8>>,
    /// SHA-256 of the body, only where the body is gone.
    pub body_hash: Option<[u8; 32]>,
    /// From when on the body may be dropped.
    pub expires_at: Option<Timestamp>,
    /// The hash chain's value at this entry. Not sent with entries: members compute it.
    pub chain: [u8; 32],
}

/// What is to become an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Who sent it.
    pub by: DeviceId,
    /// The sender's id for it, if it has one: it is stored once per (conversation, device, id).
    pub message: Option<MessageId>,
    /// Which send of the device it is, if it is one.
    pub send_no: Option<u64>,
    /// How it counts.
    pub class: EntryClass,
    /// When.
    pub at: Timestamp,
    /// The bytes.
    pub body: Vec<u8>,
    /// From when on the body may be dropped.
    pub expires_at: Option<Timestamp>,
}

/// What must be known of an entry to decide whether it may be blanked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryMeta {
    /// How it counts.
    pub class: EntryClass,
    /// The account whose device sent it.
    pub author: AccountId,
    /// Whether the body is still there.
    pub has_body: bool,
}
