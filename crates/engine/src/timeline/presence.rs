//! Who is there and who is typing: true for a moment only, so it is kept in temporary tables of the connection.

use beseda_model::{AccountId, ConversationId, Timestamp};
use beseda_wire::state::Presence;
use rusqlite::{Connection, OptionalExtension};

use super::column;
use crate::Step;
use crate::api::event::Notice;
use crate::store::StoreError;

/// Nobody types longer than this without saying so again.
const TYPING_MILLIS: u64 = 6_000;

fn prepare(conn: &Connection) -> Result<(), StoreError> {
    // The first statement is cheap once the tables are there.
    let there = conn.prepare_cached("SELECT 1 FROM temp.sqlite_master WHERE name = 'typing_now'")?.exists(())?;
    if !there {
        conn.execute_batch(
            "CREATE TEMP TABLE typing_now (conversation BLOB NOT NULL, account BLOB NOT NULL, until INTEGER NOT NULL, \
             PRIMARY KEY (conversation, account)) STRICT, WITHOUT ROWID; \
             CREATE TEMP TABLE there_now (account BLOB PRIMARY KEY, online INTEGER NOT NULL, \
             last_seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
        )?;
    }
    Ok(())
}

/// Whether somebody is there.
///
/// # Errors
/// When the database fails.
pub fn apply_presence(step: &mut Step<'_>, presence: Presence) -> Result<(), StoreError> {
    prepare(step.tx)?;
    step.tx.execute(
        "INSERT OR REPLACE INTO there_now (account, online, last_seen) VALUES (?1, ?2, ?3)",
        (presence.account.as_bytes(), presence.online, presence.last_seen.map_or(0, column::millis)),
    )?;
    step.notice(Notice::Account(presence.account));
    Ok(())
}

/// Nobody tells any more who is there.
pub(crate) fn forget_presence(step: &mut Step<'_>) -> Result<(), StoreError> {
    prepare(step.tx)?;
    let known: Vec<Vec<u8>> = step
        .tx
        .prepare_cached("DELETE FROM there_now RETURNING account")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for account in known {
        step.notice(Notice::Account(column::account(&account, "there_now")?));
    }
    Ok(())
}

/// Somebody is typing, or has stopped.
///
/// # Errors
/// When the database fails.
pub fn apply_typing(
    step: &mut Step<'_>,
    conversation: ConversationId,
    account: AccountId,
    typing: bool,
) -> Result<(), StoreError> {
    prepare(step.tx)?;
    if typing {
        let until = column::millis(step.now.plus_millis(TYPING_MILLIS));
        step.tx.execute(
            "INSERT OR REPLACE INTO typing_now (conversation, account, until) VALUES (?1, ?2, ?3)",
            (conversation.as_bytes(), account.as_bytes(), until),
        )?;
        step.notice(Notice::Typing { conversation, account, typing });
        return Ok(());
    }
    typed(step, conversation, account)
}

/// Somebody has stopped typing, as they have said what they typed.
pub(crate) fn typed(step: &mut Step<'_>, conversation: ConversationId, account: AccountId) -> Result<(), StoreError> {
    prepare(step.tx)?;
    let stopped = step
        .tx
        .prepare_cached("DELETE FROM typing_now WHERE conversation = ?1 AND account = ?2")?
        .execute((conversation.as_bytes(), account.as_bytes()))?;
    if stopped > 0 {
        step.notice(Notice::Typing { conversation, account, typing: false });
    }
    Ok(())
}

/// Who is typing in a conversation.
pub(crate) fn typing(
    conn: &Connection,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Vec<AccountId>, StoreError> {
    prepare(conn)?;
    let mut statement =
        conn.prepare_cached("SELECT account FROM typing_now WHERE conversation = ?1 AND until > ?2 ORDER BY until")?;
    let mut rows = statement.query((conversation.as_bytes(), column::millis(now)))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::account(&row.get::<_, Vec<u8>>(0)?, "typing_now")?);
    }
    Ok(all)
}

/// Whether somebody is there and when they were last seen, as far as is known.
pub(crate) fn of(conn: &Connection, account: AccountId) -> Result<(Option<bool>, Option<Timestamp>), StoreError> {
    prepare(conn)?;
    let row: Option<(bool, i64)> = conn
        .prepare_cached("SELECT online, last_seen FROM there_now WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.map_or((None, None), |(online, seen)| (Some(online), column::moment_if(seen))))
}

/// When the first of those who type will have stopped.
pub(crate) fn next_stop(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    prepare(conn)?;
    let until: Option<i64> =
        conn.prepare_cached("SELECT min(until) FROM typing_now")?.query_row((), |row| row.get(0))?;
    Ok(until.map(column::moment))
}

/// Those who have said nothing for a while have stopped.
pub(crate) fn stop(step: &mut Step<'_>) -> Result<(), StoreError> {
    prepare(step.tx)?;
    let gone: Vec<(Vec<u8>, Vec<u8>)> = step
        .tx
        .prepare_cached("DELETE FROM typing_now WHERE until <= ?1 RETURNING conversation, account")?
        .query_map([column::millis(step.now)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (conversation, account) in gone {
        let conversation = column::conversation(&conversation, "typing_now")?;
        let account = column::account(&account, "typing_now")?;
        step.notice(Notice::Typing { conversation, account, typing: false });
    }
    Ok(())
}
