use beseda_app::domain::WaitingWelcome;
use beseda_app::port::{GroupRepo, GroupView, StoreError};
use beseda_crypto::public_group::GroupState;
use beseda_model::{ConversationId, DeviceId};
use rusqlite::params;
use rusqlite::types::Type;

use super::conversation::known_key;
use super::sql::{bad, exec, get_uint, int, one};
use super::unit::{SqliteUnit, SqliteView};

/// Byte strings one after the other, each behind its length in four bytes.
fn join(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        // A proposal is far below this: it came in one frame.
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn split(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        parts.push(part.to_vec());
        bytes = rest;
    }
    Some(parts)
}

impl GroupView for SqliteView<'_> {
    fn state(&self, id: ConversationId) -> Result<Option<GroupState>, StoreError> {
        let sql = "SELECT group_info, tree, proposals FROM groups \
                   WHERE conversation = (SELECT key FROM conversations WHERE conversation = ?1)";
        one(self.conn, sql, [id.as_bytes()], |row| {
            Ok(GroupState {
                group_info: row.get(0)?,
                ratchet_tree: row.get(1)?,
                proposals: split(row.get_ref(2)?.as_blob()?).ok_or_else(|| bad(2, Type::Blob))?,
            })
        })
    }

    fn welcome(&self, id: ConversationId, device: DeviceId) -> Result<Option<WaitingWelcome>, StoreError> {
        let sql = "SELECT m.message, m.tree, m.seq, m.chain FROM welcomes w \
                   JOIN welcome_messages m ON m.key = w.message WHERE w.device = ?2 \
                   AND w.conversation = (SELECT key FROM conversations WHERE conversation = ?1)";
        one(self.conn, sql, [id.as_bytes(), device.as_bytes()], |row| {
            Ok(WaitingWelcome { message: row.get(0)?, tree: row.get(1)?, seq: get_uint(row, 2)?, chain: row.get(3)? })
        })
    }
}

impl SqliteUnit<'_> {
    /// Welcome messages go with the last device that waited for them.
    fn sweep_welcomes(&self, message: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM welcome_messages WHERE key = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM welcomes WHERE message = ?1)";
        exec(self.conn(), sql, [message])?;
        Ok(())
    }
}

impl GroupRepo for SqliteUnit<'_> {
    fn put_state(&mut self, id: ConversationId, state: &GroupState) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "INSERT INTO groups (conversation, group_info, tree, proposals) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO UPDATE SET group_info = excluded.group_info, tree = excluded.tree, \
                   proposals = excluded.proposals";
        exec(conn, sql, params![key, state.group_info, state.ratchet_tree, join(&state.proposals)])?;
        Ok(())
    }

    fn put_welcome(
        &mut self,
        id: ConversationId,
        devices: &[DeviceId],
        welcome: &WaitingWelcome,
    ) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "INSERT INTO welcome_messages (seq, chain, message, tree) VALUES (?1, ?2, ?3, ?4)";
        exec(conn, sql, params![int(welcome.seq), welcome.chain, welcome.message, welcome.tree])?;
        let message = conn.last_insert_rowid();
        for device in devices {
            let sql = "DELETE FROM welcomes WHERE device = ?1 AND conversation = ?2 RETURNING message";
            let replaced = one(conn, sql, params![device.as_bytes(), key], |row| row.get(0))?;
            let change = self.next_change();
            let sql = "INSERT INTO welcomes (device, conversation, message, change_no) VALUES (?1, ?2, ?3, ?4)";
            exec(conn, sql, params![device.as_bytes(), key, message, change])?;
            if let Some(replaced) = replaced {
                self.sweep_welcomes(replaced)?;
            }
        }
        Ok(())
    }

    fn delete_welcome(&mut self, id: ConversationId, device: DeviceId, seq: u64) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "DELETE FROM welcomes WHERE device = ?1 AND conversation = ?2 \
                   AND message IN (SELECT key FROM welcome_messages WHERE key = welcomes.message AND seq = ?3) \
                   RETURNING message";
        if let Some(message) = one(conn, sql, params![device.as_bytes(), key, int(seq)], |row| row.get(0))? {
            self.sweep_welcomes(message)?;
        }
        Ok(())
    }

    fn delete_welcomes_of(&mut self, device: DeviceId) -> Result<(), StoreError> {
        let sql = "DELETE FROM welcomes WHERE device = ?1 RETURNING message";
        let messages: Vec<i64> = super::sql::all(self.conn(), sql, [device.as_bytes()], |row| row.get(0))?;
        for message in messages {
            self.sweep_welcomes(message)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_strings_survive_being_joined() {
        for parts in [vec![], vec![vec![]], vec![vec![1, 2], vec![], vec![3]]] {
            assert_eq!(split(&join(&parts)), Some(parts));
        }
        assert_eq!(split(&[0, 0, 0, 9, 1]), None);
    }
}
