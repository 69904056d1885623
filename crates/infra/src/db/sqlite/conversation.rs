use beseda_app::domain::{Conversation, Leaf, Lease, Member, Request, StoreEpoch};
use beseda_app::port::{ConversationRepo, ConversationView, NewConversation, StoreError};
use beseda_crypto::{chain, policy_ext};
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, Policy};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use super::code::{get_kind, get_role, kind, role};
use super::sql::{all, bad, exec, get_opt_uint, get_time, get_uint, int, one, time};
use super::unit::{SqliteUnit, SqliteView};

/// The row's key and, with it, everything that one conversation's tables are keyed by.
pub(super) fn key(conn: &Connection, id: ConversationId) -> Result<Option<i64>, StoreError> {
    one(conn, "SELECT key FROM conversations WHERE conversation = ?1", [id.as_bytes()], |row| row.get(0))
}

/// The key of a conversation that is known to exist.
pub(super) fn known_key(conn: &Connection, id: ConversationId) -> Result<i64, StoreError> {
    key(conn, id)?.ok_or(StoreError::Conflict)
}

/// Two people, whichever comes first; or one, for notes.
fn pair(people: &mut [(AccountId, Fingerprint)]) -> Vec<u8> {
    people.sort_unstable();
    people.iter().flat_map(|(account, root)| account.as_bytes().iter().chain(root.as_bytes()).copied()).collect()
}

fn read_member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        account: AccountId::from_bytes(row.get(0)?),
        root: Fingerprint::from_bytes(row.get(1)?),
        role: get_role(row, 2)?,
        first_seq: get_uint(row, 3)?,
        until_seq: get_opt_uint(row, 4)?,
        delivered: get_uint(row, 5)?,
        read: get_uint(row, 6)?,
        read_count: get_uint(row, 7)?,
    })
}

const MEMBER: &str = "account, root, role, first_seq, until_seq, delivered, read, read_count";

/// Whether two people have an accepted direct conversation.
pub(super) const CONTACTS: &str = "SELECT 1 FROM members m CROSS JOIN conversations c ON c.key = m.conversation \
     CROSS JOIN members o ON o.conversation = m.conversation AND o.account = ?2 \
     WHERE m.account = ?1 AND m.until_seq IS NULL AND o.until_seq IS NULL AND c.kind = 0 \
     AND c.request_from IS NULL LIMIT 1";

impl SqliteView<'_> {
    fn find_pair(&self, people: &mut [(AccountId, Fingerprint)]) -> Result<Option<ConversationId>, StoreError> {
        let sql = "SELECT c.conversation FROM pairs p JOIN conversations c ON c.key = p.conversation WHERE p.pair = ?1";
        one(self.conn, sql, [pair(people)], |row| row.get(0).map(ConversationId::from_bytes))
    }
}

impl ConversationView for SqliteView<'_> {
    fn find(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        let sql = "SELECT c.kind, c.generation, c.epoch, c.generation_seq, c.generation_store, h.last_seq, h.count, \
                   (SELECT e.chain FROM entry_index i CROSS JOIN entries e ON e.id = i.entry \
                   WHERE i.conversation = c.key AND i.seq = h.last_seq), \
                   c.roster_version, c.request_from, c.request_texts, c.request_silent, p.policy \
                   FROM conversations c CROSS JOIN heads h ON h.conversation = c.key \
                   CROSS JOIN policies p ON p.conversation = c.key WHERE c.conversation = ?1";
        one(self.conn, sql, [id.as_bytes()], |row| {
            let from: Option<[u8; 16]> = row.get(9)?;
            let (texts, silent) = (row.get(10)?, row.get(11)?);
            let policy = row.get_ref(12)?.as_blob()?;
            Ok(Conversation {
                id,
                kind: get_kind(row, 0)?,
                generation: row.get(1)?,
                epoch: get_uint(row, 2)?,
                generation_seq: get_uint(row, 3)?,
                generation_store: StoreEpoch(row.get(4)?),
                last_seq: get_uint(row, 5)?,
                count: get_uint(row, 6)?,
                chain: row.get::<_, Option<_>>(7)?.unwrap_or_else(|| chain::start(id)),
                roster_version: get_uint(row, 8)?,
                request: from.map(|from| Request { from: AccountId::from_bytes(from), texts, silent }),
                policy: policy_ext::decode(policy).map_err(|_| bad(12, Type::Blob))?,
            })
        })
    }

    fn find_direct(
        &self,
        first: (AccountId, Fingerprint),
        other: (AccountId, Fingerprint),
    ) -> Result<Option<ConversationId>, StoreError> {
        self.find_pair(&mut [first, other])
    }

    fn find_notes(&self, account: (AccountId, Fingerprint)) -> Result<Option<ConversationId>, StoreError> {
        self.find_pair(&mut [account])
    }

    fn are_contacts(&self, first: AccountId, other: AccountId) -> Result<bool, StoreError> {
        Ok(one(self.conn, CONTACTS, [first.as_bytes(), other.as_bytes()], |_| Ok(()))?.is_some())
    }

    fn member(&self, id: ConversationId, account: AccountId) -> Result<Option<Member>, StoreError> {
        let sql = format!(
            "SELECT {MEMBER} FROM members WHERE account = ?2 \
             AND conversation = (SELECT key FROM conversations WHERE conversation = ?1)"
        );
        one(self.conn, &sql, [id.as_bytes(), account.as_bytes()], read_member)
    }

    fn members(&self, id: ConversationId) -> Result<Vec<Member>, StoreError> {
        let sql = format!(
            "SELECT {MEMBER} FROM members WHERE conversation = (SELECT key FROM conversations WHERE conversation = ?1) \
             AND until_seq IS NULL ORDER BY account"
        );
        all(self.conn, &sql, [id.as_bytes()], read_member)
    }

    fn leaves(&self, id: ConversationId) -> Result<Vec<Leaf>, StoreError> {
        let sql = "SELECT leaf, account, device, due FROM leaves \
                   WHERE conversation = (SELECT key FROM conversations WHERE conversation = ?1) ORDER BY leaf";
        all(self.conn, sql, [id.as_bytes()], |row| {
            Ok(Leaf {
                index: row.get(0)?,
                account: AccountId::from_bytes(row.get(1)?),
                device: DeviceId::from_bytes(row.get(2)?),
                due: row.get(3)?,
            })
        })
    }

    fn list_of(&self, account: AccountId) -> Result<Vec<ConversationId>, StoreError> {
        let sql = "SELECT c.conversation FROM members m JOIN conversations c ON c.key = m.conversation \
                   WHERE m.account = ?1 AND m.until_seq IS NULL";
        all(self.conn, sql, [account.as_bytes()], |row| row.get(0).map(ConversationId::from_bytes))
    }

    fn reports(&self, id: ConversationId, since_seq: u64) -> Result<Vec<(AccountId, u64)>, StoreError> {
        let sql = "SELECT account, seq FROM commit_reports \
                   WHERE conversation = (SELECT key FROM conversations WHERE conversation = ?1) AND seq >= ?2";
        all(self.conn, sql, params![id.as_bytes(), int(since_seq)], |row| {
            Ok((AccountId::from_bytes(row.get(0)?), get_uint(row, 1)?))
        })
    }

    fn lease(&self, id: ConversationId) -> Result<Option<Lease>, StoreError> {
        let sql = "SELECT device, until FROM leases \
                   WHERE conversation = (SELECT key FROM conversations WHERE conversation = ?1)";
        one(self.conn, sql, [id.as_bytes()], |row| {
            Ok(Lease { device: DeviceId::from_bytes(row.get(0)?), until: get_time(row, 1)? })
        })
    }
}

impl SqliteUnit<'_> {
    /// Members see the conversation's row anew, and the appender reads it anew.
    fn touch(&mut self, key: i64, id: ConversationId) -> Result<(), StoreError> {
        let change = self.next_change();
        exec(self.conn(), "UPDATE heads SET change_no = ?2 WHERE conversation = ?1", params![key, change])?;
        exec(self.conn(), "UPDATE conversations SET roster_version = roster_version + 1 WHERE key = ?1", [key])?;
        self.touched.conversations.insert(id);
        Ok(())
    }

    /// Who blocks whom is part of what the appender remembers of a direct conversation.
    pub(super) fn touch_direct(&mut self, account: AccountId, other: AccountId) -> Result<(), StoreError> {
        let sql = "SELECT c.key, c.conversation FROM members m CROSS JOIN conversations c ON c.key = m.conversation \
                   CROSS JOIN members o ON o.conversation = m.conversation AND o.account = ?2 \
                   WHERE m.account = ?1 AND c.kind = 0";
        let directs: Vec<(i64, [u8; 16])> =
            all(self.conn(), sql, [account.as_bytes(), other.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (key, id) in directs {
            // Without a change number: the other side is not to notice.
            let sql = "UPDATE conversations SET roster_version = roster_version + 1 WHERE key = ?1";
            exec(self.conn(), sql, [key])?;
            self.touched.conversations.insert(ConversationId::from_bytes(id));
        }
        Ok(())
    }
}

impl ConversationRepo for SqliteUnit<'_> {
    fn insert(&mut self, new: &NewConversation) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let sql = "INSERT INTO conversations (conversation, kind, generation, epoch, generation_seq, generation_store, \
                   roster_version, request_from, request_texts, request_silent) \
                   VALUES (?1, ?2, 0, 0, 1, ?3, 1, ?4, ?5, ?6)";
        exec(
            conn,
            sql,
            params![
                new.id.as_bytes(),
                kind(new.kind),
                self.view.fixed.epoch.0,
                new.request.map(|request| *request.from.as_bytes()),
                new.request.map_or(0, |request| request.texts),
                new.request.map_or(0, |request| request.silent),
            ],
        )?;
        let key = conn.last_insert_rowid();
        let sql = "INSERT INTO heads (conversation, last_seq, count, change_no) VALUES (?1, 0, 0, ?2)";
        exec(conn, sql, params![key, change])?;
        exec(
            conn,
            "INSERT INTO policies (conversation, policy) VALUES (?1, ?2)",
            params![key, policy_ext::encode(&new.policy)],
        )?;
        if new.kind != ConversationKind::Group {
            let mut people: Vec<_> = new.policy.roster.iter().map(|entry| (entry.account, entry.root)).collect();
            exec(conn, "INSERT INTO pairs (pair, conversation) VALUES (?1, ?2)", params![pair(&mut people), key])?;
        }
        self.touched.conversations.insert(new.id);
        Ok(())
    }

    fn advance(
        &mut self,
        id: ConversationId,
        expected: (u32, u64),
        next: (u32, u64),
        policy: &Policy,
    ) -> Result<bool, StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "UPDATE conversations SET generation = ?4, epoch = ?5 \
                   WHERE key = ?1 AND generation = ?2 AND epoch = ?3";
        if exec(conn, sql, params![key, expected.0, int(expected.1), next.0, int(next.1)])? != 1 {
            return Ok(false);
        }
        exec(
            conn,
            "UPDATE policies SET policy = ?2 WHERE conversation = ?1",
            params![key, policy_ext::encode(policy)],
        )?;
        self.touch(key, id)?;
        Ok(true)
    }

    fn start_generation(&mut self, id: ConversationId) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "UPDATE conversations SET generation_store = ?2, \
                   generation_seq = (SELECT last_seq + 1 FROM heads WHERE conversation = ?1) WHERE key = ?1";
        exec(conn, sql, params![key, self.view.fixed.epoch.0])?;
        self.touch(key, id)
    }

    fn set_request(&mut self, id: ConversationId, request: Option<Request>) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "UPDATE conversations SET request_from = ?2, request_texts = ?3, request_silent = ?4 WHERE key = ?1";
        let from = request.map(|request| *request.from.as_bytes());
        let (texts, silent) = request.map_or((0, 0), |request| (request.texts, request.silent));
        exec(conn, sql, params![key, from, texts, silent])?;
        self.touch(key, id)
    }

    fn put_member(&mut self, id: ConversationId, member: &Member) -> Result<(), StoreError> {
        // Who comes back begins at another place: to others that is a receipt, if they know one of theirs.
        let (receipt, change) = (self.next_change(), self.next_change());
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "INSERT INTO members (conversation, account, root, role, first_seq, until_seq, delivered, read, \
                   read_count, change_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   ON CONFLICT DO UPDATE SET root = excluded.root, role = excluded.role, \
                   first_seq = excluded.first_seq, until_seq = excluded.until_seq, delivered = excluded.delivered, \
                   read = excluded.read, read_count = excluded.read_count, change_no = excluded.change_no, \
                   mark_change = CASE WHEN mark_change > 0 AND (delivered, read) <> (excluded.delivered, excluded.read) \
                   THEN ?11 ELSE mark_change END";
        exec(
            conn,
            sql,
            params![
                key,
                member.account.as_bytes(),
                member.root.as_bytes(),
                role(member.role),
                int(member.first_seq),
                member.until_seq.map(int),
                int(member.delivered),
                int(member.read),
                int(member.read_count),
                change,
                receipt,
            ],
        )?;
        exec(conn, "UPDATE heads SET marks_change = ?2 WHERE conversation = ?1", params![key, receipt])?;
        self.touch(key, id)
    }

    fn set_marks(&mut self, id: ConversationId, member: &Member) -> Result<(), StoreError> {
        // Two numbers: for others it is a receipt, for the account itself also another state of the conversation, and a
        // page of a sync may end between them.
        let (own, change) = (self.next_change(), self.next_change());
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "UPDATE members SET delivered = ?3, read = ?4, read_count = ?5, mark_change = ?6, change_no = ?7 \
                   WHERE conversation = ?1 AND account = ?2";
        exec(
            conn,
            sql,
            params![
                key,
                member.account.as_bytes(),
                int(member.delivered),
                int(member.read),
                int(member.read_count),
                change,
                own,
            ],
        )?;
        exec(conn, "UPDATE heads SET marks_change = ?2 WHERE conversation = ?1", params![key, change])?;
        Ok(())
    }

    fn set_leaves(&mut self, id: ConversationId, leaves: &[Leaf]) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let before = self.view.leaves_of(key)?;
        for old in before.iter().filter(|old| leaves.iter().all(|leaf| leaf.index != old.index)) {
            exec(conn, "DELETE FROM leaves WHERE conversation = ?1 AND leaf = ?2", params![key, old.index])?;
        }
        for leaf in leaves.iter().filter(|leaf| !before.contains(leaf)) {
            let sql = "INSERT INTO leaves (conversation, leaf, account, device, due) VALUES (?1, ?2, ?3, ?4, ?5) \
                       ON CONFLICT DO UPDATE SET account = excluded.account, device = excluded.device, \
                       due = excluded.due";
            exec(conn, sql, params![key, leaf.index, leaf.account.as_bytes(), leaf.device.as_bytes(), leaf.due])?;
        }
        self.touch(key, id)
    }

    fn mark_due(
        &mut self,
        devices: &[DeviceId],
        only: Option<ConversationId>,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let conn = self.conn();
        let mut touched: Vec<(i64, ConversationId)> = Vec::new();
        for device in devices {
            let sql = "SELECT c.key, c.conversation FROM leaves l JOIN conversations c ON c.key = l.conversation \
                       WHERE l.device = ?1 AND l.due = 0";
            let found =
                all(conn, sql, [device.as_bytes()], |row| Ok((row.get(0)?, ConversationId::from_bytes(row.get(1)?))))?;
            for (key, id) in found.into_iter().filter(|(_, id)| only.is_none_or(|only| only == *id)) {
                let sql = "UPDATE leaves SET due = 1 WHERE conversation = ?1 AND device = ?2";
                exec(conn, sql, params![key, device.as_bytes()])?;
                if !touched.contains(&(key, id)) {
                    touched.push((key, id));
                }
            }
        }
        for (key, id) in &touched {
            self.touch(*key, *id)?;
        }
        Ok(touched.into_iter().map(|(_, id)| id).collect())
    }

    fn add_report(&mut self, id: ConversationId, account: AccountId, seq: u64) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        let sql = "INSERT OR IGNORE INTO commit_reports (conversation, account, seq) VALUES (?1, ?2, ?3)";
        exec(conn, sql, params![key, account.as_bytes(), int(seq)])?;
        Ok(())
    }

    fn set_lease(&mut self, id: ConversationId, lease: Option<Lease>) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, id)?;
        match lease {
            Some(Lease { device, until }) => {
                let sql = "INSERT INTO leases (conversation, device, until) VALUES (?1, ?2, ?3) \
                           ON CONFLICT DO UPDATE SET device = excluded.device, until = excluded.until";
                exec(conn, sql, params![key, device.as_bytes(), time(until)])?;
            }
            None => {
                exec(conn, "DELETE FROM leases WHERE conversation = ?1", [key])?;
            }
        }
        Ok(())
    }
}

impl SqliteView<'_> {
    fn leaves_of(&self, key: i64) -> Result<Vec<Leaf>, StoreError> {
        let sql = "SELECT leaf, account, device, due FROM leaves WHERE conversation = ?1 ORDER BY leaf";
        all(self.conn, sql, [key], |row| {
            Ok(Leaf {
                index: row.get(0)?,
                account: AccountId::from_bytes(row.get(1)?),
                device: DeviceId::from_bytes(row.get(2)?),
                due: row.get(3)?,
            })
        })
    }
}
