//! Things that people must know, kept until they have acknowledged them.

use beseda_model::ConversationId;
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use super::accounts::Account;
use crate::Step;
use crate::api::event::Notice;
use crate::api::view::{Warning, WarningKind};

/// Keeps a warning; the same one about the same conversation is kept once.
///
/// # Errors
/// When the database fails.
pub fn add(step: &mut Step<'_>, conversation: Option<ConversationId>, kind: &WarningKind) -> Result<(), StoreError> {
    let place = conversation.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let kind = beseda_wire::codec::encode_cbor(kind);
    let known = step
        .tx
        .prepare_cached("SELECT 1 FROM warnings WHERE conversation = ?1 AND kind = ?2")?
        .exists((&place, &kind))?;
    if !known {
        step.tx.prepare_cached("INSERT INTO warnings (at, conversation, kind) VALUES (?1, ?2, ?3)")?.execute((
            step.now.as_millis().cast_signed(),
            place,
            kind,
        ))?;
        step.notice(Notice::Warning);
    }
    Ok(())
}

/// Forgets a warning that was acknowledged; false if there is none of this number.
///
/// # Errors
/// When the database fails.
pub fn acknowledge(step: &mut Step<'_>, warning: i64) -> Result<bool, StoreError> {
    let kind: Option<Vec<u8>> = step
        .tx
        .prepare_cached("DELETE FROM warnings WHERE id = ?1 RETURNING kind")?
        .query_row([warning], |row| row.get(0))
        .optional()?;
    let Some(kind) = kind else { return Ok(false) };
    step.notice(Notice::Warning);
    if let Ok(WarningKind::IdentityChanged { account }) = ciborium::from_reader(kind.as_slice()) {
        Account::acknowledge_identity(step.tx, account)?;
        step.notice(Notice::Account(account));
    }
    Ok(true)
}

/// All warnings, oldest first.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn list(conn: &Connection) -> Result<Vec<Warning>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, at, conversation, kind FROM warnings ORDER BY id")?;
    let mut rows = statement.query(())?;
    let mut warnings = Vec::new();
    while let Some(row) = rows.next()? {
        let place: Vec<u8> = row.get(2)?;
        let kind: Vec<u8> = row.get(3)?;
        warnings.push(Warning {
            id: row.get(0)?,
            at: super::accounts::timestamp(row.get(1)?),
            conversation: ConversationId::try_from(place.as_slice()).ok(),
            kind: ciborium::from_reader(kind.as_slice()).map_err(|_| StoreError::damaged("warnings"))?,
        });
    }
    Ok(warnings)
}
