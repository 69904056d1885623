use beseda_model::ConversationId;

use super::SyncError;
use crate::domain::{Actor, Change, ConversationState, Cursor};
use crate::port::View;

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncPage {
    /// Ascending by change number.
    pub changes: Vec<Change>,
    /// For the next page.
    pub cursor: Vec<u8>,
    /// Whether there are more.
    pub more: bool,
}

/// At most `limit` changes since `cursor`; from the beginning without one.
///
/// # Errors
/// When the cursor is damaged or of another store.
pub fn sync(view: &dyn View, actor: Actor, cursor: Option<&[u8]>, limit: u32) -> Result<SyncPage, SyncError> {
    let epoch = view.store_epoch();
    let now = view.change_no()?;
    let after = match cursor.map(Cursor::from_bytes).transpose()? {
        Some(cursor) if cursor.epoch != epoch || cursor.change_no > now => return Err(SyncError::StoreEpochChanged),
        Some(cursor) => cursor.change_no,
        None => 0,
    };
    if after == now {
        return Ok(SyncPage { changes: Vec::new(), cursor: Cursor { epoch, change_no: now }.to_bytes(), more: false });
    }
    let limit = limit.clamp(1, u32::try_from(view.limits().sync_changes).unwrap_or(u32::MAX).max(1));
    // One more than wanted tells whether there are more.
    let mut items = view.feed().changes(&actor, after, limit.saturating_add(1))?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > wanted;
    items.truncate(wanted);
    let change_no = if more { items.last().map_or(now, |item| item.change_no) } else { now };
    Ok(SyncPage {
        changes: items.into_iter().map(|item| item.change).collect(),
        cursor: Cursor { epoch, change_no }.to_bytes(),
        more,
    })
}

/// A conversation as the actor may see it now; none if its account never was a member.
///
/// # Errors
/// When the store fails.
pub fn conversation_state(
    view: &dyn View,
    actor: Actor,
    id: ConversationId,
) -> Result<Option<ConversationState>, SyncError> {
    Ok(view.feed().conversation(&actor, id)?)
}
