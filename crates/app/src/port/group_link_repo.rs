use beseda_model::{AccountId, ConversationId, GroupLinkId, Timestamp};

use super::StoreError;
use crate::domain::{Ask, GroupLink, TokenHash};

/// Links to groups and requests by them, for reading.
pub trait GroupLinkView {
    /// The link with this token.
    fn find(&self, token: &TokenHash) -> Result<Option<GroupLink>, StoreError>;
    /// The link with this id.
    fn find_by_id(&self, id: GroupLinkId) -> Result<Option<GroupLink>, StoreError>;
    /// The group's links, newest first.
    fn list(&self, conversation: ConversationId) -> Result<Vec<GroupLink>, StoreError>;
    /// The account's request to join the group, whatever became of it.
    fn ask(&self, conversation: ConversationId, account: AccountId) -> Result<Option<Ask>, StoreError>;
    /// Open requests to join the group, oldest first.
    fn asks(&self, conversation: ConversationId) -> Result<Vec<Ask>, StoreError>;
    /// How many of them there are.
    fn count_asks(&self, conversation: ConversationId) -> Result<u32, StoreError>;
    /// All requests of the account.
    fn asks_of(&self, account: AccountId) -> Result<Vec<Ask>, StoreError>;
}

/// Links to groups and requests by them, for writing.
pub trait GroupLinkRepo {
    /// Adds a link; a token in use is a conflict.
    fn insert(&mut self, link: &GroupLink) -> Result<(), StoreError>;
    /// Replaces how many may still come in by it.
    fn set_left(&mut self, id: GroupLinkId, left: u32) -> Result<(), StoreError>;
    /// Forgets a link; tells whether there was one. Requests by it stay.
    fn delete(&mut self, id: GroupLinkId) -> Result<bool, StoreError>;
    /// Adds a request or replaces it as a whole: the asker sees it anew, and the members see the group's row anew.
    fn put_ask(&mut self, ask: &Ask) -> Result<(), StoreError>;
    /// Forgets a request; the members see the group's row anew.
    fn delete_ask(&mut self, conversation: ConversationId, account: AccountId) -> Result<(), StoreError>;
    /// At most `limit` links that have expired by `now`.
    fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<GroupLink>, StoreError>;
    /// At most `limit` requests that a device took up and did not see to by `now`.
    fn abandoned(&self, now: Timestamp, limit: u32) -> Result<Vec<Ask>, StoreError>;
    /// Forgets at most `limit` requests that were answered before `before`.
    fn delete_answered(&mut self, before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
