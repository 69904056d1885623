//! What goes with a message besides text and files: a place, people's cards. They have rows of their own under the
//! message's number.

use beseda_wire::content::{ContactCard, Message, Place};
use rusqlite::{Connection, OptionalExtension};

use super::column::{decode, encode};
use crate::store::StoreError;

const PLACES: &str = "places";
const CONTACTS: &str = "contacts";

/// A message's row has what goes with it, as accepted.
pub(crate) fn put(conn: &Connection, row: i64, message: &Message) -> Result<(), StoreError> {
    if let Some(place) = &message.place {
        // One that is told live is further than its message, which may be written anew.
        conn.prepare_cached(
            "INSERT INTO places (row, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = excluded.body WHERE until = 0",
        )?
        .execute((row, encode(place)))?;
    }
    if !message.contacts.is_empty() {
        conn.prepare_cached("INSERT OR REPLACE INTO contacts (row, body) VALUES (?1, ?2)")?
            .execute((row, encode(&message.contacts)))?;
    }
    Ok(())
}

/// The place that goes with a message.
pub(crate) fn place(conn: &Connection, row: i64) -> Result<Option<Place>, StoreError> {
    let body: Option<Vec<u8>> = conn
        .prepare_cached("SELECT body FROM places WHERE row = ?1")?
        .query_row([row], |found| found.get(0))
        .optional()?;
    body.map(|body| decode(&body, PLACES)).transpose()
}

/// The cards that go with a message.
pub(crate) fn contacts(conn: &Connection, row: i64) -> Result<Vec<ContactCard>, StoreError> {
    let body: Option<Vec<u8>> = conn
        .prepare_cached("SELECT body FROM contacts WHERE row = ?1")?
        .query_row([row], |found| found.get(0))
        .optional()?;
    body.map_or_else(|| Ok(Vec::new()), |body| decode(&body, CONTACTS))
}

/// Whether anything goes with a message.
pub(crate) fn is_there(conn: &Connection, row: i64) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM places WHERE row = ?1 UNION ALL SELECT 1 FROM contacts WHERE row = ?1")?
        .exists([row])?)
}

/// Forgets what goes with a message.
pub(crate) fn remove(conn: &Connection, row: i64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM places WHERE row = ?1")?.execute([row])?;
    conn.prepare_cached("DELETE FROM contacts WHERE row = ?1")?.execute([row])?;
    Ok(())
}

/// The words by which they are found: what a place is called, the people and where they work.
pub(crate) fn words(conn: &Connection, row: i64) -> Result<String, StoreError> {
    let mut words = place(conn, row)?.map(|place| place.name).unwrap_or_default();
    for card in contacts(conn, row)? {
        words = format!("{words}\n{}\n{}", card.name, card.organisation);
    }
    Ok(words)
}
