//! Links by which people ask to join a group. A link opens no door: it lets somebody ask, and a member's device that may
//! add people does the rest. What the link says of the group is sealed under a key that the server never sees.

use beseda_model::{AccountId, ConversationId, DeviceId, GroupLinkId, Timestamp};

use super::TokenHash;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLink {
    /// Its id.
    pub id: GroupLinkId,
    /// Into which group.
    pub conversation: ConversationId,
    /// Who made it.
    pub by: AccountId,
    /// The hash of its token.
    pub token: TokenHash,
    /// For those who have it: the maker's signed statement and the sealed preview.
    pub body: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// How many may still come in by it; any number if none.
    pub left: Option<u32>,
}

impl GroupLink {
    /// Whether it may be used at this moment.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.left != Some(0) && self.expires_at.is_none_or(|at| at > now)
    }
}

/// Somebody's request to join a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which group.
    pub conversation: ConversationId,
    /// Who asks.
    pub account: AccountId,
    /// By which link.
    pub link: GroupLinkId,
    /// That the asker has the link, for the members' devices: the server can't judge it.
    pub proof: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: AskState,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskState {
    /// Nobody has taken it up.
    Waiting,
    /// A device adds the asker.
    Taken {
        /// Which.
        by: DeviceId,
        /// Until when others leave it alone: it may go offline before it is done.
        until: Timestamp,
    },
    /// The asker is a member.
    Joined,
    /// Turned down.
    Declined,
    /// The link was taken back, used up or has expired before anybody answered.
    Lapsed,
}

impl AskState {
    /// Whether somebody has yet to answer.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Taken { .. })
    }
}
