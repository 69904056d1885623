//! What is kept of every processed entry: the chain's value, the counter, and which messages have come.

use beseda_model::{ConversationId, DeviceId, MessageId};
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;

/// The chain's value and the number of counted entries after an entry, if this device knows them.
///
/// # Errors
/// When the database fails or the row is damaged.
pub fn find(conn: &Connection, conversation: ConversationId, seq: u64) -> Result<Option<([u8; 32], u64)>, StoreError> {
    let row: Option<(Vec<u8>, i64)> = conn
        .prepare_cached("SELECT hash, count FROM entries WHERE conversation = ?1 AND seq = ?2")?
        .query_row((conversation.as_bytes(), seq.cast_signed()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(hash, count)| {
        let hash = hash.try_into().map_err(|_| StoreError::damaged("entries"))?;
        Ok((hash, count.cast_unsigned()))
    })
    .transpose()
}

/// Keeps an entry's values.
///
/// # Errors
/// When the database fails.
pub fn insert(
    conn: &Connection,
    conversation: ConversationId,
    seq: u64,
    hash: &[u8; 32],
    count: u64,
) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR REPLACE INTO entries (conversation, seq, hash, count) VALUES (?1, ?2, ?3, ?4)")?
        .execute((conversation.as_bytes(), seq.cast_signed(), hash.as_slice(), count.cast_signed()))?;
    Ok(())
}

/// Forgets the chain's values after `seq`, which are to be learnt anew.
///
/// # Errors
/// When the database fails.
pub fn unchain(conn: &Connection, conversation: ConversationId, seq: u64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM entries WHERE conversation = ?1 AND seq > ?2")?
        .execute((conversation.as_bytes(), seq.cast_signed()))?;
    Ok(())
}

/// Whether the message at `seq` has come.
///
/// # Errors
/// When the database fails.
pub fn stands_at(conn: &Connection, conversation: ConversationId, seq: u64) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM received WHERE conversation = ?1 AND seq = ?2 LIMIT 1")?
        .exists((conversation.as_bytes(), seq.cast_signed()))?)
}

/// Forgets everything after `seq`: the server has gone back.
///
/// # Errors
/// When the database fails.
pub fn truncate(conn: &Connection, conversation: ConversationId, seq: u64) -> Result<(), StoreError> {
    unchain(conn, conversation, seq)?;
    conn.prepare_cached("DELETE FROM received WHERE conversation = ?1 AND seq > ?2")?
        .execute((conversation.as_bytes(), seq.cast_signed()))?;
    Ok(())
}

/// Notes that a message has come; false if the same one came before.
///
/// # Errors
/// When the database fails.
pub fn receive(
    conn: &Connection,
    conversation: ConversationId,
    device: DeviceId,
    message: MessageId,
    seq: u64,
) -> Result<bool, StoreError> {
    let new = conn
        .prepare_cached("INSERT OR IGNORE INTO received (conversation, device, message, seq) VALUES (?1, ?2, ?3, ?4)")?
        .execute((conversation.as_bytes(), device.as_bytes(), message.as_bytes(), seq.cast_signed()))?;
    Ok(new > 0)
}

/// Whether a message has come.
///
/// # Errors
/// When the database fails.
pub fn was_received(
    conn: &Connection,
    conversation: ConversationId,
    device: DeviceId,
    message: MessageId,
) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM received WHERE conversation = ?1 AND device = ?2 AND message = ?3")?
        .exists((conversation.as_bytes(), device.as_bytes(), message.as_bytes()))?)
}

/// Whether a message of this id has come from any device.
///
/// # Errors
/// When the database fails.
pub fn is_known(conn: &Connection, conversation: ConversationId, message: MessageId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM received WHERE conversation = ?1 AND message = ?2 LIMIT 1")?
        .exists((conversation.as_bytes(), message.as_bytes()))?)
}

/// Forgets that a device's message came by the entry `seq`, if one did; tells which.
///
/// # Errors
/// When the database fails or the row is damaged.
pub fn taken_back(
    conn: &Connection,
    conversation: ConversationId,
    device: DeviceId,
    seq: u64,
) -> Result<Option<MessageId>, StoreError> {
    let message: Option<Vec<u8>> = conn
        .prepare_cached("DELETE FROM received WHERE conversation = ?1 AND device = ?2 AND seq = ?3 RETURNING message")?
        .query_row((conversation.as_bytes(), device.as_bytes(), seq.cast_signed()), |row| row.get(0))
        .optional()?;
    message.map(|message| message.as_slice().try_into().map_err(|_| StoreError::damaged("received"))).transpose()
}

/// Notes that a message stands at `seq`; tells where else it stood.
///
/// # Errors
/// When the database fails.
pub fn moved(
    conn: &Connection,
    conversation: ConversationId,
    message: MessageId,
    seq: u64,
) -> Result<Vec<u64>, StoreError> {
    let places: Vec<i64> = conn
        .prepare_cached("SELECT seq FROM received WHERE conversation = ?1 AND message = ?2 AND seq <> ?3")?
        .query_map((conversation.as_bytes(), message.as_bytes(), seq.cast_signed()), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    conn.prepare_cached("UPDATE received SET seq = ?3 WHERE conversation = ?1 AND message = ?2")?.execute((
        conversation.as_bytes(),
        message.as_bytes(),
        seq.cast_signed(),
    ))?;
    Ok(places.into_iter().map(i64::cast_unsigned).collect())
}
