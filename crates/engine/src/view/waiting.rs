//! What this device has not been able to say yet.

use super::message::waiting as delivery;
use super::{StoreError, View};
use crate::api::view::Waiting;
use crate::timeline::column;
use crate::timeline::message_row::TABLE;

/// Messages, edits, deletions, reactions and other changes that wait or have failed, oldest first.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn waiting(view: &View<'_>) -> Result<Vec<Waiting>, StoreError> {
    // Ids are made in the order of time, so they sort as the things were said.
    let mut statement = view.conn.prepare_cached(
        "SELECT conversation, message, state, failure FROM messages WHERE seq = 0 AND state <> 2 \
         UNION ALL SELECT conversation, message, CASE state WHEN 2 THEN 3 ELSE 0 END, failure \
         FROM own_events WHERE state <> 1 ORDER BY 2",
    )?;
    let mut rows = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Waiting {
            conversation: column::conversation(&row.get::<_, Vec<u8>>(0)?, TABLE)?,
            message: column::message(&row.get::<_, Vec<u8>>(1)?, TABLE)?,
            delivery: delivery(row.get(2)?, &row.get::<_, Vec<u8>>(3)?)?,
        });
    }
    Ok(all)
}
