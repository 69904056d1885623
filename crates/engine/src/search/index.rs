//! The index: an FTS5 table without content, one row for each text message, under the message's own row number.
//!
//! Place and author are in it as tokens of their own, so that a filtered query reads only what it shows.

use beseda_model::{AccountId, ConversationId};
use rusqlite::Connection;

use super::words::Words;
use crate::store::StoreError;

/// Marks a stem; a private-use character that no normalised word has.
const STEM: char = '\u{e000}';
/// Marks a conversation.
const PLACE: char = '\u{e001}';
/// Marks an author.
const AUTHOR: char = '\u{e002}';

/// Indexes a message, or indexes it anew after an edit.
///
/// # Errors
/// When the database fails.
pub fn put(
    conn: &Connection,
    words: &Words,
    row: i64,
    conversation: ConversationId,
    author: AccountId,
    text: &str,
) -> Result<(), StoreError> {
    remove(conn, row)?;
    let mut tokens = vec![place(conversation), by(author)];
    for word in words.of(text) {
        tokens.push(stem(&word.stem));
        tokens.push(word.plain);
    }
    tokens.sort_unstable();
    tokens.dedup();
    conn.prepare_cached("INSERT INTO search (rowid, tokens) VALUES (?1, ?2)")?.execute((row, tokens.join(" ")))?;
    Ok(())
}

/// Forgets a message: deleted, expired or given up.
///
/// # Errors
/// When the database fails.
pub fn remove(conn: &Connection, row: i64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([row])?;
    Ok(())
}

pub(super) fn stem(stem: &str) -> String {
    format!("{STEM}{stem}")
}

pub(super) fn place(conversation: ConversationId) -> String {
    format!("{PLACE}{}", data_encoding::HEXLOWER.encode(conversation.as_bytes()))
}

pub(super) fn by(author: AccountId) -> String {
    format!("{AUTHOR}{}", data_encoding::HEXLOWER.encode(author.as_bytes()))
}
