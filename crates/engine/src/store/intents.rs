//! What people want changed in a conversation: kept until the log shows it, redone after every lost race.

use beseda_model::{AccountId, ConversationId, ConversationKind, Fingerprint, Permissions, Role};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// One wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Intent {
    /// The conversation itself, with these members besides oneself.
    Create { kind: ConversationKind, members: Vec<AccountId> },
    /// People.
    Add { accounts: Vec<AccountId> },
    /// Somebody who has asked to join, under this root key.
    Admit { account: AccountId, root: Fingerprint },
    /// Somebody out.
    Remove { account: AccountId },
    /// A role.
    SetRole { account: AccountId, role: Role },
    /// Another owner, and oneself an admin.
    Transfer { to: AccountId },
    /// Who may do what.
    Permissions { permissions: Permissions },
    /// Oneself out.
    Leave,
    /// A new generation.
    Renew,
}

/// A wish with its number, by which it is done in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: i64,
    pub(crate) intent: Intent,
}

pub(crate) fn insert(conn: &Connection, conversation: ConversationId, intent: &Intent) -> Result<i64, StoreError> {
    conn.prepare_cached("INSERT INTO intents (conversation, intent) VALUES (?1, ?2)")?
        .execute((conversation.as_bytes(), beseda_wire::codec::encode_cbor(intent)))?;
    Ok(conn.last_insert_rowid())
}

/// The conversation's oldest wish.
pub(crate) fn first(conn: &Connection, conversation: ConversationId) -> Result<Option<Wish>, StoreError> {
    Ok(all(conn, conversation)?.into_iter().next())
}

/// The wish for a new generation, wherever it stands: the others may have to wait for it.
pub(crate) fn renewal(conn: &Connection, conversation: ConversationId) -> Result<Option<Wish>, StoreError> {
    Ok(all(conn, conversation)?.into_iter().find(|wish| wish.intent == Intent::Renew))
}

fn all(conn: &Connection, conversation: ConversationId) -> Result<Vec<Wish>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, intent FROM intents WHERE conversation = ?1 ORDER BY id")?;
    let mut rows = statement.query([conversation.as_bytes()])?;
    let mut wishes = Vec::new();
    while let Some(row) = rows.next()? {
        let intent: Vec<u8> = row.get(1)?;
        let intent = ciborium::from_reader(intent.as_slice()).map_err(|_| StoreError::damaged("intents"))?;
        wishes.push(Wish { id: row.get(0)?, intent });
    }
    Ok(wishes)
}

/// A wish by its number, and where it belongs.
pub(crate) fn find(conn: &Connection, id: i64) -> Result<Option<(ConversationId, Intent)>, StoreError> {
    const DAMAGED: StoreError = StoreError::damaged("intents");
    let row: Option<(Vec<u8>, Vec<u8>)> = conn
        .prepare_cached("SELECT conversation, intent FROM intents WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(conversation, intent)| {
        let conversation = ConversationId::try_from(conversation.as_slice()).map_err(|_| DAMAGED)?;
        Ok((conversation, ciborium::from_reader(intent.as_slice()).map_err(|_| DAMAGED)?))
    })
    .transpose()
}

pub(crate) fn delete(conn: &Connection, id: i64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM intents WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The numbers of a conversation's wishes.
pub(crate) fn ids(conn: &Connection, conversation: ConversationId) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM intents WHERE conversation = ?1 ORDER BY id")?;
    let ids = statement.query_map([conversation.as_bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Whether somebody still wants to leave a conversation.
pub(crate) fn any_leave(conn: &Connection) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("SELECT intent FROM intents")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let intent: Vec<u8> = row.get(0)?;
        let intent: Intent = ciborium::from_reader(intent.as_slice()).map_err(|_| StoreError::damaged("intents"))?;
        if intent == Intent::Leave {
            return Ok(true);
        }
    }
    Ok(false)
}
