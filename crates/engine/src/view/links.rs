//! Messages that link to pages of the web.

use beseda_model::ConversationId;
use beseda_wire::content::{Entity, Style};
use rusqlite::ToSql;

use super::message::{COLUMNS, Reader};
use super::{StoreError, View};
use crate::api::view::{Body, MessageView};
use crate::search::query;
use crate::search::words::{Sought, Words};

/// Most that are given at once.
const MOST: u32 = 1_000;

/// How addresses begin that stand in a text as they are.
const BEGINNINGS: [&str; 3] = ["https://", "http://", "www."];

/// The messages of a conversation that link to pages, the newest first, at most so many; with `words`, those that hold them
/// in any of their forms.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn linked(
    view: &View<'_>,
    conversation: ConversationId,
    words: &str,
    limit: u32,
) -> Result<Vec<MessageView>, StoreError> {
    let sought = Sought::parse(&Words::default(), words);
    if sought.is_empty() && !words.trim().is_empty() {
        return Ok(Vec::new());
    }
    let expression = query::within(&sought, conversation);
    let mut arguments: Vec<&dyn ToSql> = vec![conversation.as_bytes()];
    let mut wordy = "";
    if !sought.is_empty() {
        arguments.push(&expression);
        wordy = "AND row IN (SELECT rowid FROM search WHERE search MATCH ?2)";
    }
    // Under other words an address stands among the entities. What those are is seen one by one.
    let mut statement = view.conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE conversation = ?1 AND hidden = 0 AND deleted_seq = 0 AND kind = 0 AND once = 0 \
         AND (text LIKE '%://%' OR text LIKE '%www.%' OR length(entities) > 0) {wordy} ORDER BY pos DESC, row DESC"
    ))?;
    let mut rows = statement.query(arguments.as_slice())?;
    let mut reader = Reader::new(view, conversation)?;
    let mut all = Vec::new();
    let most = limit.min(MOST) as usize;
    while all.len() < most
        && let Some(row) = rows.next()?
    {
        let message = reader.read(row)?;
        if matches!(&message.body, Body::Text { text, entities, .. } if links(text, entities)) {
            all.push(message);
        }
    }
    Ok(all)
}

fn links(text: &str, entities: &[Entity]) -> bool {
    let lower = text.to_lowercase();
    BEGINNINGS.iter().any(|beginning| lower.contains(beginning))
        || entities.iter().any(|entity| matches!(entity.style, Style::Link { .. }))
}
