//! What each conversation is about.

use beseda_model::ConversationId;
use rusqlite::{Connection, OptionalExtension};

use super::column;
use super::rules::info::Info;
use crate::Step;
use crate::store::StoreError;

/// What is known; nothing if there is no row.
pub(crate) fn load(conn: &Connection, conversation: ConversationId) -> Result<Info, StoreError> {
    let bytes: Option<Vec<u8>> = conn
        .prepare_cached("SELECT info FROM infos WHERE conversation = ?1")?
        .query_row([conversation.as_bytes()], |row| row.get(0))
        .optional()?;
    bytes.map_or_else(|| Ok(Info::default()), |bytes| column::decode(&bytes, "infos"))
}

pub(crate) fn save(conn: &Connection, conversation: ConversationId, info: &Info) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR REPLACE INTO infos (conversation, info) VALUES (?1, ?2)")?
        .execute((conversation.as_bytes(), column::encode(info)))?;
    Ok(())
}

/// This device has made a conversation: it knows title and everything else from the beginning.
///
/// # Errors
/// When the database fails.
pub fn created(step: &mut Step<'_>, conversation: ConversationId, title: &str) -> Result<(), StoreError> {
    save(step.tx, conversation, &Info::made_here(title))
}
