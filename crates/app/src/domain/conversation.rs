//! A conversation's row and what hangs on it.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, Policy, Role, Timestamp};

use super::StoreEpoch;

/// A conversation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The present generation.
    pub generation: u32,
    /// The present epoch in it.
    pub epoch: u64,
    /// The entry with which the present generation began.
    pub generation_seq: u64,
    /// The store epoch in which the present generation began: a later one allows any member to open a successor.
    pub generation_store: StoreEpoch,
    /// The last entry.
    pub last_seq: u64,
    /// Counted entries.
    pub count: u64,
    /// The hash chain's value at the last entry.
    pub chain: [u8; 32],
    /// Changes with everything that decides who may send.
    pub roster_version: u64,
    /// The policy that is in force.
    pub policy: Policy,
    /// A direct conversation that waits to be accepted.
    pub request: Option<Request>,
}

/// A stranger's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Who asked.
    pub from: AccountId,
    /// Texts sent so far: it holds one.
    pub texts: u32,
    /// Silent entries sent so far.
    pub silent: u32,
}

/// The right to join next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub device: DeviceId,
    /// Until when others wait.
    pub until: Timestamp,
}

/// An account's membership, present or past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// Its root key's fingerprint as rostered.
    pub root: Fingerprint,
    /// Its role.
    pub role: Role,
    /// The first entry that it may read.
    pub first_seq: u64,
    /// The last entry that it may read, if it is no longer a member.
    pub until_seq: Option<u64>,
    /// Received up to and with this entry.
    pub delivered: u64,
    /// Read up to and with this entry.
    pub read: u64,
    /// Counted entries up to and with `read`.
    pub read_count: u64,
}

impl Member {
    /// Somebody who can read from `first_seq` on.
    pub const fn new(account: AccountId, root: Fingerprint, role: Role, first_seq: u64, count_before: u64) -> Self {
        let before = first_seq.saturating_sub(1);
        Self {
            account,
            root,
            role,
            first_seq,
            until_seq: None,
            delivered: before,
            read: before,
            read_count: count_before,
        }
    }
}

/// A leaf of the present group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Its index in the tree.
    pub index: u32,
    /// Whose.
    pub account: AccountId,
    /// Which device.
    pub device: DeviceId,
    /// Whether its removal must be committed before anything is sent.
    pub due: bool,
}

/// A Welcome that waits for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingWelcome {
    /// The MLS message.
    pub message: Vec<u8>,
    /// The ratchet tree of its epoch.
    pub tree: Vec<u8>,
    /// The entry of the commit that it belongs to.
    pub seq: u64,
    /// The hash chain's value there.
    pub chain: [u8; 32],
}
