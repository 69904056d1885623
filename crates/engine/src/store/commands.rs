//! How commands with a key have ended: one that is given again is answered and not carried out again.

use beseda_model::{CommandKey, Timestamp};
use beseda_wire::Encoding;
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use crate::api::command::Outcome;
use crate::api::failure::Failure;

/// Nobody gives a command again after so many milliseconds: who may do so waits for its answer.
const KEPT_FOR: u64 = 24 * 60 * 60 * 1_000;

/// How the command ended, or what it was accepted as; none if it was not given or not taken.
pub(crate) fn ending(conn: &Connection, key: CommandKey) -> Result<Option<Result<Outcome, Failure>>, StoreError> {
    conn.prepare_cached("SELECT result FROM commands WHERE key = ?1")?
        .query_row([key.as_bytes()], |row| row.get::<_, Vec<u8>>(0))
        .optional()?
        .map(|result| Encoding::Json.decode(&result).map_err(|_| StoreError::damaged("commands")))
        .transpose()
}

/// Keeps how the command ended, in the place of what is kept of it already.
pub(crate) fn keep(
    conn: &Connection,
    key: CommandKey,
    now: Timestamp,
    result: &Result<Outcome, Failure>,
) -> Result<(), StoreError> {
    let has_phrase = matches!(result, Ok(Outcome::SignedUp { .. } | Outcome::PhraseChanged { .. }));
    conn.prepare_cached("REPLACE INTO commands (key, at, result, has_phrase) VALUES (?1, ?2, ?3, ?4)")?.execute((
        key.as_bytes(),
        now.as_millis().cast_signed(),
        Encoding::Json.encode(result),
        has_phrase,
    ))?;
    Ok(())
}

/// Forgets what nobody will ask for any more. A clock that was wrong leaves moments in the future.
pub(crate) fn prune(conn: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let now = now.as_millis();
    conn.execute(
        "DELETE FROM commands WHERE at NOT BETWEEN ?1 AND ?2",
        (now.saturating_sub(KEPT_FOR).cast_signed(), now.saturating_add(KEPT_FOR).cast_signed()),
    )?;
    Ok(())
}

/// Forgets the endings that hold a recovery phrase.
pub(crate) fn forget_phrases(conn: &Connection) -> Result<(), StoreError> {
    conn.execute("DELETE FROM commands WHERE has_phrase = 1", ())?;
    Ok(())
}
