//! Messages that disappear.

use beseda_model::Timestamp;
use rusqlite::Connection;

use super::apply::shown;
use super::message_row::{self, Hidden, TABLE};
use super::{column, once, own_event, presence};
use crate::Step;
use crate::store::StoreError;

/// Of so many at once is taken care in one step; the rest follow in the next.
const AT_ONCE: i64 = 1_000;

/// When something here disappears next, or somebody will have stopped typing.
///
/// # Errors
/// When the database fails.
pub fn next_expiry(conn: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<i64> = conn
        .prepare_cached("SELECT min(expires_at) FROM messages WHERE expires_at > 0")?
        .query_row((), |row| row.get(0))?;
    let started = conn
        .prepare_cached(
            "SELECT 1 FROM conversations c JOIN messages m ON m.conversation = c.conversation AND m.seq <= max(c.read, c.read_wanted) \
             WHERE m.timer_from = 1 AND m.expires_at = 0 AND m.hidden = 0 AND m.own = 0 AND m.timer_seconds > 0 \
             AND m.deleted_seq = 0 LIMIT 1",
        )?
        .exists(())?;
    let stop = presence::next_stop(conn)?;
    let lapse = once::next_lapse(conn)?;
    Ok(next.map(column::moment).into_iter().chain(stop).chain(lapse).chain(started.then_some(now)).min())
}

/// Starts the timers of what was read, here or on another own device, and wipes what has to disappear by now: text,
/// formatting, former versions, reactions, and the words in the index.
///
/// # Errors
/// When the database fails.
pub fn expire(step: &mut Step<'_>) -> Result<(), StoreError> {
    start_read_timers(step)?;
    let due: Vec<(i64, Vec<u8>)> = step
        .tx
        .prepare_cached(
            "SELECT row, conversation FROM messages WHERE expires_at > 0 AND expires_at <= ?1 \
             ORDER BY expires_at LIMIT ?2",
        )?
        .query_map((column::millis(step.now), AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (row, conversation) in due {
        message_row::hide(step.tx, row, Hidden::Disappeared)?;
        shown(step, column::conversation(&conversation, TABLE)?);
    }
    once::lapse(step)?;
    presence::stop(step)?;
    own_event::forget_old(step)
}

/// Everything up to a conversation's read mark was read: their timers run from now on.
pub(crate) fn start_read_timers(step: &mut Step<'_>) -> Result<(), StoreError> {
    let started: Vec<Vec<u8>> = step
        .tx
        .prepare_cached(
            "UPDATE messages SET expires_at = ?1 + timer_seconds * 1000 WHERE row IN ( \
             SELECT m.row FROM conversations c JOIN messages m ON m.conversation = c.conversation AND m.seq <= max(c.read, c.read_wanted) \
             WHERE m.timer_from = 1 AND m.expires_at = 0 AND m.hidden = 0 AND m.own = 0 AND m.timer_seconds > 0 \
             AND m.deleted_seq = 0) RETURNING conversation",
        )?
        .query_map([column::millis(step.now)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for conversation in started {
        shown(step, column::conversation(&conversation, TABLE)?);
    }
    Ok(())
}
