//! Where this person has asked to join.

use beseda_model::{ConversationId, Timestamp};
use beseda_wire::link::GroupPreview;
use beseda_wire::state::AskOutcome;
use rusqlite::{Connection, OptionalExtension};

use crate::Step;
use crate::api::event::Notice;
use crate::api::view::OwnAskView;
use crate::store::StoreError;
use crate::timeline::column;

const TABLE: &str = "own_asks";

/// Notes what a link shows of the group that this person asks to join.
pub(super) fn keep(
    step: &mut Step<'_>,
    conversation: ConversationId,
    preview: &GroupPreview,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT INTO own_asks (conversation, title, description, members, at, outcome) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET title = excluded.title, \
             description = excluded.description, members = excluded.members, at = excluded.at, \
             outcome = excluded.outcome",
        )?
        .execute((
            conversation.as_bytes(),
            &preview.title,
            &preview.description,
            preview.members,
            column::millis(step.now),
            column::encode(&AskOutcome::Waiting),
        ))?;
    step.notice(Notice::Asks);
    Ok(())
}

/// The server tells what has become of a request; it may have been made on another device.
pub(crate) fn told(
    step: &mut Step<'_>,
    conversation: ConversationId,
    at: Timestamp,
    outcome: AskOutcome,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT INTO own_asks (conversation, title, description, members, at, outcome) \
             VALUES (?1, '', '', 0, ?2, ?3) ON CONFLICT DO UPDATE SET at = excluded.at, outcome = excluded.outcome",
        )?
        .execute((conversation.as_bytes(), column::millis(at), column::encode(&outcome)))?;
    step.notice(Notice::Asks);
    Ok(())
}

pub(super) fn forget(step: &mut Step<'_>, conversation: ConversationId) -> Result<bool, StoreError> {
    let count =
        step.tx.prepare_cached("DELETE FROM own_asks WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    step.notice(Notice::Asks);
    Ok(count > 0)
}

/// What has become of this person's request to join there.
pub(super) fn outcome(conn: &Connection, conversation: ConversationId) -> Result<Option<AskOutcome>, StoreError> {
    let outcome: Option<Vec<u8>> = conn
        .prepare_cached("SELECT outcome FROM own_asks WHERE conversation = ?1")?
        .query_row([conversation.as_bytes()], |row| row.get(0))
        .optional()?;
    outcome.map(|outcome| column::decode(&outcome, TABLE)).transpose()
}

/// All of them, newest first.
pub(crate) fn list(conn: &Connection) -> Result<Vec<OwnAskView>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT conversation, title, description, members, at, outcome FROM own_asks ORDER BY at DESC, conversation",
    )?;
    let mut rows = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(OwnAskView {
            conversation: column::conversation(&row.get::<_, Vec<u8>>(0)?, TABLE)?,
            title: row.get(1)?,
            description: row.get(2)?,
            members: row.get(3)?,
            at: column::moment(row.get(4)?),
            outcome: column::decode(&row.get::<_, Vec<u8>>(5)?, TABLE)?,
        });
    }
    Ok(all)
}
