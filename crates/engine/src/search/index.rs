//! The index: an FTS5 table without content, one row for each text message, under the message's own row number. The names of its
//! files are found like its words.
//!
//! Place and author are in it as tokens of their own, so that a filtered query reads only what it shows.

use beseda_model::{AccountId, ConversationId};
use rusqlite::{Connection, OptionalExtension};

use super::words::Words;
use crate::files;
use crate::store::{StoreError, meta};
use crate::timeline::enclosed;

/// Marks a stem; a private-use character that no normalised word has.
const STEM: char = '\u{e000}';
/// Marks a conversation.
const PLACE: char = '\u{e001}';
/// Marks an author.
const AUTHOR: char = '\u{e002}';

/// Grows whenever the same text gives other tokens than before: then the index is made anew.
const VERSION: u32 = 2;
const VERSION_KEY: &str = "search_tokens";

/// Indexes a message under the text that its row holds, and the names of its files and of what else goes with it, which
/// have their rows already.
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
    conn.prepare_cached("INSERT INTO search (rowid, tokens) VALUES (?1, ?2)")?
        .execute((row, tokens(conn, words, row, conversation, author, text)?))?;
    conn.prepare_cached("UPDATE messages SET indexed = 1 WHERE row = ?1")?.execute([row])?;
    Ok(())
}

/// Forgets a message. The index holds no text of its own, so this comes before the row's text (or place) is changed or
/// its files and what else goes with it go; in return nothing of it stays in the file, which a mere mark on a deleted entry would leave there.
///
/// # Errors
/// When the database fails or the row is damaged.
pub fn remove(conn: &Connection, row: i64) -> Result<(), StoreError> {
    let found: Option<(Vec<u8>, Vec<u8>, String)> = conn
        .prepare_cached("SELECT conversation, author, text FROM messages WHERE row = ?1 AND indexed = 1")?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((conversation, author, text)) = found else { return Ok(()) };
    let (conversation, author) = ids(&conversation, &author)?;
    conn.prepare_cached("INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?1, ?2)")?
        .execute((row, tokens(conn, &Words::default(), row, conversation, author, &text)?))?;
    conn.prepare_cached("UPDATE messages SET indexed = 0 WHERE row = ?1")?.execute([row])?;
    Ok(())
}

/// Makes the index anew if it was made by a version that cut words otherwise. Called when the database is opened.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn ensure_current(conn: &Connection) -> Result<(), StoreError> {
    if meta::get::<u32>(conn, VERSION_KEY)? == Some(VERSION) {
        return Ok(());
    }
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')", ())?;
    let words = Words::default();
    let mut statement = conn.prepare("SELECT row, conversation, author, text FROM messages WHERE indexed = 1")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (conversation, author) = ids(&row.get::<_, Vec<u8>>(1)?, &row.get::<_, Vec<u8>>(2)?)?;
        let (number, text): (i64, String) = (row.get(0)?, row.get(3)?);
        conn.prepare_cached("INSERT INTO search (rowid, tokens) VALUES (?1, ?2)")?
            .execute((number, tokens(conn, &words, number, conversation, author, &text)?))?;
    }
    meta::put(conn, VERSION_KEY, &VERSION)
}

fn ids(conversation: &[u8], author: &[u8]) -> Result<(ConversationId, AccountId), StoreError> {
    match (ConversationId::try_from(conversation), AccountId::try_from(author)) {
        (Ok(conversation), Ok(author)) => Ok((conversation, author)),
        _ => Err(StoreError::damaged("messages")),
    }
}

fn tokens(
    conn: &Connection,
    words: &Words,
    row: i64,
    conversation: ConversationId,
    author: AccountId,
    text: &str,
) -> Result<String, StoreError> {
    let mut tokens = vec![place(conversation), by(author)];
    let mut found = words.of(text);
    for attached in files::attachments(conn, row)? {
        found.extend(words.of_name(&files::called(&attached.attachment.name, &attached.attachment.media)));
    }
    found.extend(words.of(&enclosed::words(conn, row)?));
    for word in found {
        tokens.push(stem(&word.stem));
        tokens.push(word.plain);
    }
    tokens.sort_unstable();
    tokens.dedup();
    Ok(tokens.join(" "))
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
