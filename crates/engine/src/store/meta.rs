//! Single values by name.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// The value under `key`, if there is one.
///
/// # Errors
/// When the database fails or the value is not a `T`.
pub fn get<T: DeserializeOwned>(conn: &Connection, key: &str) -> Result<Option<T>, StoreError> {
    let bytes: Option<Vec<u8>> =
        conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?;
    bytes.map(|bytes| ciborium::from_reader(bytes.as_slice()).map_err(|_| StoreError::damaged("meta"))).transpose()
}

/// Sets the value under `key`.
///
/// # Errors
/// When the database fails.
pub fn put<T: Serialize>(conn: &Connection, key: &str, value: &T) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute((key, beseda_wire::codec::encode_cbor(value)))?;
    Ok(())
}

/// Forgets the value under `key`.
///
/// # Errors
/// When the database fails.
pub fn remove(conn: &Connection, key: &str) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}
