//! The roster of each conversation, as of the last processed commit.

use std::collections::BTreeMap;

use beseda_model::commit::Leaf;
use beseda_model::{AccountId, ConversationId, Policy};
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use super::conversations::role_column;

/// Replaces a conversation's roster; who is new came by the entry `seq`.
///
/// # Errors
/// When the database fails.
pub fn replace(
    conn: &Connection,
    conversation: ConversationId,
    policy: &Policy,
    leaves: &[Leaf],
    seq: u64,
) -> Result<(), StoreError> {
    let mut known: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    {
        let mut statement = conn.prepare_cached("SELECT account, since FROM members WHERE conversation = ?1")?;
        let mut rows = statement.query([conversation.as_bytes()])?;
        while let Some(row) = rows.next()? {
            known.insert(row.get(0)?, row.get(1)?);
        }
    }
    let is_first = known.is_empty();
    let mut devices: BTreeMap<AccountId, u32> = BTreeMap::new();
    for leaf in leaves {
        let count = devices.entry(leaf.identity.account).or_default();
        *count = count.saturating_add(1);
    }
    conn.prepare_cached("DELETE FROM members WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    for entry in &policy.roster {
        conn.prepare_cached(
            "INSERT INTO members (conversation, account, root, role, devices, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            conversation.as_bytes(),
            entry.account.as_bytes(),
            entry.root.as_bytes(),
            role_column(entry.role),
            devices.get(&entry.account).copied().unwrap_or(0),
            known.get(entry.account.as_bytes().as_slice()).copied().unwrap_or(if is_first {
                0
            } else {
                seq.cast_signed()
            }),
        ))?;
    }
    Ok(())
}

/// The entry by which a member came; zero if that was before this device did.
///
/// # Errors
/// When the database fails.
pub fn since(conn: &Connection, conversation: ConversationId, account: AccountId) -> Result<Option<u64>, StoreError> {
    let since: Option<i64> = conn
        .prepare_cached("SELECT since FROM members WHERE conversation = ?1 AND account = ?2")?
        .query_row((conversation.as_bytes(), account.as_bytes()), |row| row.get(0))
        .optional()?;
    Ok(since.map(i64::cast_unsigned))
}

/// Whether any conversation has this account as a member.
///
/// # Errors
/// When the database fails.
pub fn knows(conn: &Connection, account: AccountId) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT 1 FROM members WHERE account = ?1 LIMIT 1")?.exists([account.as_bytes()])?)
}

/// The conversations that an account is a member of.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn conversations_of(conn: &Connection, account: AccountId) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT conversation FROM members WHERE account = ?1")?;
    let mut rows = statement.query([account.as_bytes()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        all.push(ConversationId::try_from(id.as_slice()).map_err(|_| StoreError::damaged("members"))?);
    }
    Ok(all)
}
