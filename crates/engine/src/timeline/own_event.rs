//! What this device has said about messages: shown at once, kept until it is in the log, and for as long as others may
//! ask for it again.

use beseda_model::{ConversationId, MessageId};
use beseda_wire::content::Authored;
use rusqlite::{Connection, OptionalExtension};

use super::apply::shown;
use super::column;
use super::message_row::TABLE;
use crate::Step;
use crate::api::failure::Failure;
use crate::store::StoreError;

/// Nobody may ask for what is older.
const KEPT_MILLIS: i64 = 31 * 86_400_000;

/// Keeps what goes out.
pub(crate) fn keep(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    authored: &Authored,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT OR REPLACE INTO own_events (conversation, message, state, at, content) VALUES (?1, ?2, 0, ?3, ?4)",
        )?
        .execute((conversation.as_bytes(), message.as_bytes(), column::millis(step.now), authored.item()))?;
    shown(step, conversation);
    Ok(())
}

fn set(step: &mut Step<'_>, conversation: ConversationId, message: MessageId, state: i64) -> Result<(), StoreError> {
    let changed = step
        .tx
        .prepare_cached("UPDATE own_events SET state = ?3 WHERE conversation = ?1 AND message = ?2 AND state <> ?3")?
        .execute((conversation.as_bytes(), message.as_bytes(), state))?;
    if changed > 0 {
        shown(step, conversation);
    }
    Ok(())
}

/// It is in the log.
pub(crate) fn settle(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<(), StoreError> {
    set(step, conversation, message, 1)
}

/// It will not be in the log: it is shown no more.
pub(crate) fn fail(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    failure: &Failure,
) -> Result<(), StoreError> {
    set(step, conversation, message, 2)?;
    step.tx
        .prepare_cached("UPDATE own_events SET failure = ?3 WHERE conversation = ?1 AND message = ?2")?
        .execute((conversation.as_bytes(), message.as_bytes(), column::encode(failure)))?;
    Ok(())
}

/// It is tried again; its content, if it is there.
pub(crate) fn retry(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Authored>, StoreError> {
    let item = find(step.tx, conversation, message, 2)?;
    set(step, conversation, message, 0)?;
    Ok(item.and_then(|item| Authored::decode(&item).ok()))
}

/// It is given up.
pub(crate) fn discard(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
) -> Result<bool, StoreError> {
    let gone = step
        .tx
        .prepare_cached("DELETE FROM own_events WHERE conversation = ?1 AND message = ?2 AND state <> 1")?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    if gone > 0 {
        shown(step, conversation);
    }
    Ok(gone > 0)
}

fn find(
    conn: &Connection,
    conversation: ConversationId,
    message: MessageId,
    state: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT content FROM own_events WHERE conversation = ?1 AND message = ?2 AND state = ?3")?
        .query_row((conversation.as_bytes(), message.as_bytes(), state), |row| row.get(0))
        .optional()?)
}

/// What is on its way in a conversation, in the order in which it was said.
pub(crate) fn open(conn: &Connection, conversation: ConversationId) -> Result<Vec<Authored>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT content FROM own_events WHERE conversation = ?1 AND state = 0 ORDER BY message")?;
    let mut rows = statement.query([conversation.as_bytes()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let item: Vec<u8> = row.get(0)?;
        all.push(Authored::decode(&item).map_err(|_| StoreError::damaged("own_events"))?);
    }
    Ok(all)
}

/// Forgets what nobody may ask for any more.
pub(crate) fn forget_old(step: &mut Step<'_>) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("DELETE FROM own_events WHERE state = 1 AND at < ?1")?
        .execute([column::millis(step.now).saturating_sub(KEPT_MILLIS)])?;
    Ok(())
}

/// The content item of an own message that is still there, to be sent again to a device that could not decrypt it.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn own_content(
    conn: &Connection,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Vec<u8>>, StoreError> {
    if let Some(event) = find(conn, conversation, message, 1)? {
        return Ok(Some(event));
    }
    let Some(here) = super::access::Here::find(conn)? else { return Ok(None) };
    let item: Option<Vec<u8>> = conn
        .prepare_cached(
            "SELECT content FROM messages WHERE conversation = ?1 AND author = ?2 AND message = ?3 \
             AND hidden = 0 AND deleted_seq = 0 AND kind = 0 AND content <> x''",
        )?
        .query_row((conversation.as_bytes(), here.account.as_bytes(), message.as_bytes()), |row| row.get(0))
        .optional()?;
    if item.as_ref().is_some_and(|item| Authored::decode(item).is_err()) {
        return Err(StoreError::damaged(TABLE));
    }
    Ok(item)
}
