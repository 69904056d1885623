use beseda_model::ConversationId;

use super::LogError;
use crate::domain::{Actor, Entry};
use crate::port::View;

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// Ascending and dense.
    pub entries: Vec<Entry>,
    /// The last entry that the account may read.
    pub last_seq: u64,
}

/// Entries from `from` on, as far as the account may read: from its joining up to its removal.
///
/// # Errors
/// When it never was a member.
pub fn log_page(view: &dyn View, actor: Actor, id: ConversationId, from: u64, limit: u32) -> Result<LogPage, LogError> {
    let member = view.conversations().member(id, actor.account)?.ok_or(LogError::NotAMember)?;
    let last_seq = match member.until_seq {
        Some(until) => until,
        None => view.conversations().find(id)?.ok_or(LogError::NotAMember)?.last_seq,
    };
    let limits = view.limits();
    let limit = limit.min(u32::try_from(limits.page_entries).unwrap_or(u32::MAX));
    let from = from.max(member.first_seq);
    let entries = if from > last_seq || limit == 0 {
        Vec::new()
    } else {
        view.log().page(id, from, last_seq, limit, limits.page_bytes)?
    };
    Ok(LogPage { entries, last_seq })
}
