use beseda_app::domain::{Appended, Entry, EntryClass, EntryMeta, NewEntry};
use beseda_app::port::{LogRepo, LogView, StoreError};
use beseda_crypto::chain;
use beseda_model::{AccountId, ConversationId, DeviceId, MessageId, Timestamp};
use rusqlite::{Connection, params};

use super::code::{class, get_class};
use super::conversation::{key, known_key};
use super::sql::{Db, all, exec, get_opt_uint, get_time, get_uint, int, one, time};
use super::unit::{SqliteUnit, SqliteView};

/// The query behind every page of history: by place through the narrow index, then the bodies.
pub(super) const PAGE: &str = "SELECT e.seq, e.class, e.count, e.at, e.body, e.body_hash, e.expires_at, e.chain FROM entry_index i \
     CROSS JOIN entries e ON e.id = i.entry \
     WHERE i.conversation = ?1 AND i.seq >= ?2 AND i.seq <= ?3 ORDER BY i.seq LIMIT ?4";

/// Where a device's message stands.
pub(super) const MESSAGE: &str = "SELECT m.seq, e.at FROM messages m \
     CROSS JOIN entry_index i ON i.conversation = m.conversation AND i.seq = m.seq \
     CROSS JOIN entries e ON e.id = i.entry \
     WHERE m.message = ?1 AND m.device = ?2 AND m.conversation = ?3";

/// Bodies whose time has come.
pub(super) const EXPIRED: &str = "SELECT c.key, c.conversation, e.seq FROM entries e \
     CROSS JOIN conversations c ON c.key = e.conversation WHERE e.expires_at <= ?1 AND e.expires_at IS NOT NULL \
     AND e.body IS NOT NULL ORDER BY e.expires_at LIMIT ?2";

/// An entry on its way into the log.
pub(super) struct Row<'a> {
    pub(super) conversation: i64,
    pub(super) seq: u64,
    pub(super) class: EntryClass,
    pub(super) count: u64,
    pub(super) at: Timestamp,
    pub(super) device: i64,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) chain: &'a [u8; 32],
    pub(super) body: &'a [u8],
}

/// Writes one entry and its place.
pub(super) fn insert(conn: &Connection, row: &Row<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO entries (conversation, seq, class, count, at, device, expires_at, chain, body) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let seq = int(row.seq);
    conn.prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                row.conversation,
                seq,
                class(row.class),
                int(row.count),
                time(row.at),
                row.device,
                row.expires_at.map(time),
                row.chain,
                row.body,
            ])
        })
        .db()?;
    let entry = conn.last_insert_rowid();
    let sql = "INSERT INTO entry_index (conversation, seq, entry) VALUES (?1, ?2, ?3)";
    exec(conn, sql, [row.conversation, seq, entry])?;
    Ok(())
}

/// Notes where a device's message stands, unless it stands somewhere already; tells whether it did not.
pub(super) fn insert_message(
    conn: &Connection,
    conversation: i64,
    device: i64,
    message: MessageId,
    seq: u64,
) -> Result<bool, StoreError> {
    let sql = "INSERT OR IGNORE INTO messages (message, device, conversation, seq) VALUES (?1, ?2, ?3, ?4)";
    Ok(exec(conn, sql, params![message.as_bytes(), device, conversation, int(seq)])? == 1)
}

/// Where a device's message stands.
pub(super) fn message(
    conn: &Connection,
    conversation: i64,
    device: i64,
    message: MessageId,
) -> Result<Option<Appended>, StoreError> {
    one(conn, MESSAGE, params![message.as_bytes(), device, conversation], |row| {
        Ok(Appended { seq: get_uint(row, 0)?, at: get_time(row, 1)? })
    })
}

/// Raises a device's send number.
pub(super) fn raise_send_no(conn: &Connection, device: i64, send_no: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO send_numbers (device, send_no) VALUES (?1, ?2) \
               ON CONFLICT DO UPDATE SET send_no = max(send_no, excluded.send_no)";
    exec(conn, sql, params![device, int(send_no)])?;
    Ok(())
}

pub(super) fn entry(conn: &Connection, conversation: i64, seq: u64) -> Result<Option<EntryMeta>, StoreError> {
    let sql = "SELECT e.class, d.account, e.body IS NOT NULL FROM entry_index i CROSS JOIN entries e ON e.id = i.entry \
               CROSS JOIN devices d ON d.key = e.device WHERE i.conversation = ?1 AND i.seq = ?2";
    one(conn, sql, [conversation, int(seq)], |row| {
        Ok(EntryMeta { class: get_class(row, 0)?, author: AccountId::from_bytes(row.get(1)?), has_body: row.get(2)? })
    })
}

/// Drops the bodies of these entries and keeps their hashes; tells of which there were any.
pub(super) fn blank(conn: &Connection, conversation: i64, seqs: &[u64]) -> Result<Vec<u64>, StoreError> {
    let mut blanked = Vec::new();
    for seq in seqs {
        let sql = "SELECT e.id, e.body FROM entry_index i CROSS JOIN entries e ON e.id = i.entry \
                   WHERE i.conversation = ?1 AND i.seq = ?2 AND e.body IS NOT NULL";
        let found = one(conn, sql, [conversation, int(*seq)], |row| {
            Ok((row.get::<_, i64>(0)?, chain::body_hash(row.get_ref(1)?.as_blob()?)))
        })?;
        if let Some((id, hash)) = found {
            exec(conn, "UPDATE entries SET body = NULL, body_hash = ?2 WHERE id = ?1", params![id, hash])?;
            blanked.push(*seq);
        }
    }
    Ok(blanked)
}

pub(super) fn device_key(conn: &Connection, device: DeviceId) -> Result<Option<i64>, StoreError> {
    one(conn, "SELECT key FROM devices WHERE device = ?1", [device.as_bytes()], |row| row.get(0))
}

impl LogView for SqliteView<'_> {
    fn page(&self, id: ConversationId, from: u64, to: u64, limit: u32, bytes: u64) -> Result<Vec<Entry>, StoreError> {
        let Some(key) = key(self.conn, id)? else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached(PAGE).db()?;
        let mut rows = statement.query(params![key, int(from), int(to), limit]).db()?;
        let mut entries: Vec<Entry> = Vec::new();
        let mut total = 0u64;
        while let Some(row) = rows.next().db()? {
            let entry = (|| {
                Ok(Entry {
                    seq: get_uint(row, 0)?,
                    class: get_class(row, 1)?,
                    count: get_uint(row, 2)?,
                    at: get_time(row, 3)?,
                    body: row.get(4)?,
                    body_hash: row.get(5)?,
                    expires_at: get_opt_uint(row, 6)?.map(Timestamp::from_millis),
                    chain: row.get(7)?,
                })
            })()
            .db()?;
            total = total.saturating_add(entry.body.as_ref().map_or(0, |body| body.len() as u64));
            if total > bytes && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    fn entry(&self, id: ConversationId, seq: u64) -> Result<Option<EntryMeta>, StoreError> {
        let Some(key) = key(self.conn, id)? else { return Ok(None) };
        entry(self.conn, key, seq)
    }

    fn count_at(&self, id: ConversationId, seq: u64) -> Result<u64, StoreError> {
        let sql = "SELECT e.count FROM entry_index i CROSS JOIN entries e ON e.id = i.entry \
                   WHERE i.conversation = (SELECT key FROM conversations WHERE conversation = ?1) AND i.seq = ?2";
        Ok(one(self.conn, sql, params![id.as_bytes(), int(seq)], |row| get_uint(row, 0))?.unwrap_or(0))
    }

    fn chain_at(&self, id: ConversationId, seq: u64) -> Result<Option<[u8; 32]>, StoreError> {
        let sql = "SELECT e.chain FROM entry_index i CROSS JOIN entries e ON e.id = i.entry \
                   WHERE i.conversation = (SELECT key FROM conversations WHERE conversation = ?1) AND i.seq = ?2";
        one(self.conn, sql, params![id.as_bytes(), int(seq)], |row| row.get(0))
    }

    fn find_message(
        &self,
        id: ConversationId,
        device: DeviceId,
        message_id: MessageId,
    ) -> Result<Option<Appended>, StoreError> {
        let (Some(key), Some(device)) = (key(self.conn, id)?, device_key(self.conn, device)?) else { return Ok(None) };
        message(self.conn, key, device, message_id)
    }
}

impl LogRepo for SqliteUnit<'_> {
    fn append(&mut self, id: ConversationId, new: &NewEntry) -> Result<Entry, StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let device = device_key(conn, new.by)?.ok_or(StoreError::Conflict)?;
        let sql = "SELECT last_seq, count FROM heads WHERE conversation = ?1";
        let (last_seq, count) =
            one(conn, sql, [key], |row| Ok((get_uint(row, 0)?, get_uint(row, 1)?)))?.ok_or(StoreError::Conflict)?;
        let before = self.view.chain_at(id, last_seq)?.unwrap_or_else(|| chain::start(id));
        let seq = last_seq.saturating_add(1);
        let count = count.saturating_add(u64::from(new.class == EntryClass::Counted));
        let chain = chain::next(&before, seq, &chain::body_hash(&new.body));
        if let Some(message) = new.message
            && !insert_message(conn, key, device, message, seq)?
        {
            return Err(StoreError::Conflict);
        }
        if let Some(send_no) = new.send_no {
            raise_send_no(conn, device, send_no)?;
        }
        insert(
            conn,
            &Row {
                conversation: key,
                seq,
                class: new.class,
                count,
                at: new.at,
                device,
                expires_at: new.expires_at,
                chain: &chain,
                body: &new.body,
            },
        )?;
        let change = self.next_change();
        let sql = "UPDATE heads SET last_seq = ?2, count = ?3, change_no = ?4 WHERE conversation = ?1";
        exec(conn, sql, params![key, int(seq), int(count), change])?;
        self.touched.conversations.insert(id);
        Ok(Entry {
            seq,
            class: new.class,
            count,
            at: new.at,
            body: Some(new.body.clone()),
            body_hash: None,
            expires_at: new.expires_at,
            chain,
        })
    }

    fn blank(&mut self, id: ConversationId, seqs: &[u64]) -> Result<Vec<u64>, StoreError> {
        let conn = self.conn();
        blank(conn, known_key(conn, id)?, seqs)
    }

    fn expire_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<(ConversationId, Vec<u64>)>, StoreError> {
        let conn = self.conn();
        let mut due: Vec<(i64, [u8; 16], u64)> =
            all(conn, EXPIRED, params![time(now), limit], |row| Ok((row.get(0)?, row.get(1)?, get_uint(row, 2)?)))?;
        due.sort_unstable();
        let mut expired = Vec::new();
        for group in due.chunk_by(|one, next| one.0 == next.0) {
            let Some((key, id, _)) = group.first() else { continue };
            let seqs: Vec<u64> = group.iter().map(|(_, _, seq)| *seq).collect();
            expired.push((ConversationId::from_bytes(*id), blank(conn, *key, &seqs)?));
        }
        Ok(expired)
    }
}
