use beseda_model::ConversationId;

use super::StoreError;
use crate::domain::{Actor, Change, ConversationState};

/// A change and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// When it happened, in the order of commits.
    pub change_no: u64,
    /// What is different.
    pub change: Change,
}

/// What has changed for whom. Derived from memberships and rows with higher change numbers; nothing is written for it.
pub trait Feed {
    /// At most `limit` changes with numbers above `after`, ascending by number. The same thing appears once, with its
    /// newest number. Of people whom the account has met only after `after` it tells what changed since, not what was
    /// so before: whoever joins asks for that.
    fn changes(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError>;
    /// A conversation as the account, on that device, may see it now; none if it never was a member.
    fn conversation(&self, actor: &Actor, id: ConversationId) -> Result<Option<ConversationState>, StoreError>;
}
