use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, Policy, Timestamp};

use super::StoreError;
use crate::domain::{Conversation, Leaf, Lease, Member, Request};

/// A conversation to be, with an empty log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Who may do what.
    pub policy: Policy,
    /// The pending request, of a direct conversation with a stranger.
    pub request: Option<Request>,
    /// When.
    pub at: Timestamp,
}

/// Conversations, for reading.
pub trait ConversationView {
    /// The conversation, if there is one.
    fn find(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;
    /// The direct conversation of these two, each with that root.
    fn find_direct(
        &self,
        one: (AccountId, Fingerprint),
        other: (AccountId, Fingerprint),
    ) -> Result<Option<ConversationId>, StoreError>;
    /// The notes of this account with that root.
    fn find_notes(&self, account: (AccountId, Fingerprint)) -> Result<Option<ConversationId>, StoreError>;
    /// Whether the two have an accepted direct conversation.
    fn are_contacts(&self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;
    /// The account's membership, present or past.
    fn member(&self, id: ConversationId, account: AccountId) -> Result<Option<Member>, StoreError>;
    /// The present members, ascending by account.
    fn members(&self, id: ConversationId) -> Result<Vec<Member>, StoreError>;
    /// The leaves of the present group, ascending by index.
    fn leaves(&self, id: ConversationId) -> Result<Vec<Leaf>, StoreError>;
    /// Conversations that the account belongs to now.
    fn list_of(&self, account: AccountId) -> Result<Vec<ConversationId>, StoreError>;
    /// Accounts that reported the entry at `seq` as a commit that they can't process.
    fn reports(&self, id: ConversationId, since_seq: u64) -> Result<Vec<(AccountId, u64)>, StoreError>;
    /// The running right to join, if any.
    fn lease(&self, id: ConversationId) -> Result<Option<Lease>, StoreError>;
}

/// Conversations, for writing. Every change that members see takes a change number.
pub trait ConversationRepo {
    /// Adds a conversation; a known id or a second one of the same two people is a conflict.
    fn insert(&mut self, conversation: &NewConversation) -> Result<(), StoreError>;
    /// Moves to another epoch if the present one is still the expected (generation, epoch); tells whether it was.
    fn advance(
        &mut self,
        id: ConversationId,
        expected: (u32, u64),
        next: (u32, u64),
        policy: &Policy,
    ) -> Result<bool, StoreError>;
    /// Marks the entry after the last one as the beginning of the present generation.
    fn start_generation(&mut self, id: ConversationId) -> Result<(), StoreError>;
    /// Sets or ends the pending request.
    fn set_request(&mut self, id: ConversationId, request: Option<Request>) -> Result<(), StoreError>;
    /// Adds a membership or replaces it as a whole.
    fn put_member(&mut self, id: ConversationId, member: &Member) -> Result<(), StoreError>;
    /// Moves marks; the caller sees to it that they never go back.
    fn set_marks(&mut self, id: ConversationId, member: &Member) -> Result<(), StoreError>;
    /// Replaces the leaves.
    fn set_leaves(&mut self, id: ConversationId, leaves: &[Leaf]) -> Result<(), StoreError>;
    /// Marks leaves of these devices as due in every conversation, or only in `only`; tells where.
    fn mark_due(
        &mut self,
        devices: &[DeviceId],
        only: Option<ConversationId>,
    ) -> Result<Vec<ConversationId>, StoreError>;
    /// Notes that the account can't process the commit at `seq`.
    fn add_report(&mut self, id: ConversationId, account: AccountId, seq: u64) -> Result<(), StoreError>;
    /// Gives or ends the right to join.
    fn set_lease(&mut self, id: ConversationId, lease: Option<Lease>) -> Result<(), StoreError>;
}
