//! What has happened to the key of a person, as this device saw it: what a safety number is worth depends on that.

use beseda_model::AccountId;
use rusqlite::{Connection, OptionalExtension};

use crate::Step;
use crate::api::event::Notice;
use crate::api::view::{KeyChange, KeyEvent};
use crate::store::StoreError;
use crate::store::accounts::timestamp;

const EVENTS: [KeyEvent; 5] =
    [KeyEvent::Met, KeyEvent::NewPhrase, KeyEvent::NewIdentity, KeyEvent::Compared, KeyEvent::Unmarked];

/// What is shown of one person at most; what came before that does not count any more.
const SHOWN: u32 = 50;

/// Remembers that something happened to a key.
pub(crate) fn note(step: &mut Step<'_>, account: AccountId, event: KeyEvent) -> Result<(), StoreError> {
    let code = EVENTS.iter().position(|known| *known == event).and_then(|at| i64::try_from(at).ok());
    step.tx.prepare_cached("INSERT INTO key_history (account, at, event) VALUES (?1, ?2, ?3)")?.execute((
        account.as_bytes(),
        step.now.as_millis().cast_signed(),
        code,
    ))?;
    step.notice(Notice::Account(account));
    Ok(())
}

/// The mark of a comparison was set or taken back, here or on another device; told again, it is nothing new.
pub(crate) fn marked(step: &mut Step<'_>, account: AccountId, compared: bool) -> Result<(), StoreError> {
    let was_compared = last(step.tx, account)? == Some(KeyEvent::Compared);
    if compared == was_compared {
        return Ok(());
    }
    note(step, account, if compared { KeyEvent::Compared } else { KeyEvent::Unmarked })
}

fn last(conn: &Connection, account: AccountId) -> Result<Option<KeyEvent>, StoreError> {
    let code: Option<i64> = conn
        .prepare_cached("SELECT event FROM key_history WHERE account = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?;
    code.map(event).transpose()
}

fn event(code: i64) -> Result<KeyEvent, StoreError> {
    let known = usize::try_from(code).ok().and_then(|at| EVENTS.get(at));
    known.copied().ok_or(StoreError::damaged("key_history"))
}

/// What has happened to the key of `account`, the newest first.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn key_history(conn: &Connection, account: AccountId) -> Result<Vec<KeyChange>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT at, event FROM key_history WHERE account = ?1 ORDER BY id DESC LIMIT ?2")?;
    let mut rows = statement.query((account.as_bytes(), SHOWN))?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        changes.push(KeyChange { at: timestamp(row.get(0)?), event: event(row.get(1)?)? });
    }
    Ok(changes)
}
