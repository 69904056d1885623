//! Who asks to join, and where this person has asked.

use beseda_model::ConversationId;

use super::account::account;
use super::{StoreError, View};
use crate::api::view::{AskView, OwnAskView};
use crate::links::{own, waiting};
use crate::store::conversations::Conversation;

/// Those who ask to join a group and wait for an answer, oldest first; nobody where this person may not answer.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn asks(view: &View<'_>, id: ConversationId) -> Result<Vec<AskView>, StoreError> {
    let Some(row) = Conversation::find(view.conn, id)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for waiting in waiting::list(view.conn, id)? {
        all.push(AskView {
            conversation: id,
            who: account(view, waiting.account)?,
            at: waiting.at,
            link: waiting.link,
            doubt: waiting.judge(view.conn, &row, view.now)?.err(),
            being_added: waiting.taken_until > view.now,
        });
    }
    Ok(all)
}

/// Groups that this person has asked to join, newest first.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn own_asks(view: &View<'_>) -> Result<Vec<OwnAskView>, StoreError> {
    own::list(view.conn)
}
