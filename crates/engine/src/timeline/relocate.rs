//! Rows whose place in the log is another one than before.

use beseda_model::{ConversationId, MessageId};

use super::apply::shown;
use super::column;
use super::message_row::TABLE;
use crate::Step;
use crate::search::{index, words::Words};
use crate::store::StoreError;

/// A conversation never came to be, as the other one was there first: whatever was said in it is said there.
///
/// # Errors
/// When the database fails.
pub fn moved(step: &mut Step<'_>, from: ConversationId, to: ConversationId) -> Result<(), StoreError> {
    let key = (from.as_bytes(), to.as_bytes());
    let here: Vec<i64> = step
        .tx
        .prepare_cached("SELECT row FROM messages WHERE conversation = ?1")?
        .query_map([from.as_bytes()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    here.into_iter().try_for_each(|row| index::remove(step.tx, row))?;
    let said: Vec<(i64, Vec<u8>, String, bool)> = step
        .tx
        .prepare_cached(
            "UPDATE messages SET conversation = ?2 WHERE conversation = ?1 AND seq = 0 AND hidden = 0 AND kind = 0 \
             RETURNING row, author, text, once = 0",
        )?
        .query_map(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    step.tx.prepare_cached("UPDATE attachments SET conversation = ?2 WHERE conversation = ?1")?.execute(key)?;
    for (row, author, text, _) in said.into_iter().filter(|(.., ordinary)| *ordinary) {
        index::put(step.tx, &Words::default(), row, to, column::account(&author, TABLE)?, &text)?;
    }
    step.tx.prepare_cached("UPDATE own_events SET conversation = ?2 WHERE conversation = ?1")?.execute(key)?;
    step.tx.prepare_cached("UPDATE OR IGNORE drafts SET conversation = ?2 WHERE conversation = ?1")?.execute(key)?;
    step.tx
        .prepare_cached("UPDATE OR IGNORE profile_due SET conversation = ?2 WHERE conversation = ?1")?
        .execute(key)?;
    for table in ["messages", "drafts", "infos", "receipts", "profile_due"] {
        step.tx.prepare_cached(&format!("DELETE FROM {table} WHERE conversation = ?1"))?.execute([from.as_bytes()])?;
    }
    shown(step, from);
    shown(step, to);
    Ok(())
}

/// A message stands at another place of the log than the server had shown.
///
/// # Errors
/// When the database fails.
pub fn displaced(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    from: u64,
    to: u64,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("UPDATE messages SET seq = ?4, pos = ?4 WHERE conversation = ?1 AND message = ?2 AND seq = ?3")?
        .execute((conversation.as_bytes(), message.as_bytes(), column::place(from), column::place(to)))?;
    shown(step, conversation);
    Ok(())
}

/// The server was restored from a backup: entries after `seq` are not there any more, and their places will be taken by
/// others. Own messages among them are sent again under their ids, those of others will come again; until then they are
/// shown as before, since a message that was read is not unsaid.
///
/// # Errors
/// When the database fails.
pub fn rewound(step: &mut Step<'_>, conversation: ConversationId, seq: u64) -> Result<(), StoreError> {
    let key = (conversation.as_bytes(), column::place(seq));
    // What tells of entries is told again by the entries that come.
    step.tx
        .prepare_cached("DELETE FROM messages WHERE conversation = ?1 AND seq > ?2 AND kind IN (1, 3)")?
        .execute(key)?;
    step.tx.prepare_cached("UPDATE messages SET seq = 0 WHERE conversation = ?1 AND seq > ?2")?.execute(key)?;
    // Later changes count as made at the last common place: whatever is said from now on stands behind them. The primary
    // key brings them up in their order, so that the last of them stays.
    for table in ["edits", "reactions", "pins", "deletions"] {
        step.tx
            .prepare_cached(&format!("UPDATE OR REPLACE {table} SET seq = ?2 WHERE conversation = ?1 AND seq > ?2"))?
            .execute(key)?;
    }
    step.tx.prepare_cached("UPDATE deletions SET place = 0 WHERE conversation = ?1 AND place > ?2")?.execute(key)?;
    let mut info = super::infos::load(step.tx, conversation)?;
    info.rewind(seq);
    super::infos::save(step.tx, conversation, &info)?;
    if super::access::notes(step.tx)? == Some(conversation) {
        step.tx.prepare_cached("UPDATE own_values SET seq = ?1 WHERE seq > ?1")?.execute([column::place(seq)])?;
    }
    shown(step, conversation);
    Ok(())
}
