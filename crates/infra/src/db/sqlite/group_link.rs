use beseda_app::domain::{Ask, AskState, GroupLink, TokenHash};
use beseda_app::port::{GroupLinkRepo, GroupLinkView, StoreError};
use beseda_model::{AccountId, ConversationId, DeviceId, GroupLinkId, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::conversation::known_key;
use super::sql::{all, bad, exec, get_opt_uint, get_time, one, time};
use super::unit::{SqliteUnit, SqliteView};

const LINK: &str = "SELECT l.id, c.conversation, l.account, l.token, l.created_at, l.expires_at, l.remaining, l.body \
     FROM group_links l CROSS JOIN conversations c ON c.key = l.conversation";

const ASK: &str = "SELECT c.conversation, a.at, a.state, a.device, a.until, a.account, a.link, a.proof FROM asks a \
     CROSS JOIN conversations c ON c.key = a.conversation";

fn read(row: &Row<'_>) -> rusqlite::Result<GroupLink> {
    Ok(GroupLink {
        id: GroupLinkId::from_bytes(row.get(0)?),
        conversation: ConversationId::from_bytes(row.get(1)?),
        by: AccountId::from_bytes(row.get(2)?),
        token: TokenHash::from_bytes(row.get(3)?),
        created_at: get_time(row, 4)?,
        expires_at: get_opt_uint(row, 5)?.map(Timestamp::from_millis),
        left: row.get(6)?,
        body: row.get(7)?,
    })
}

/// A request's state from its column and the two after it.
pub(super) fn get_ask_state(row: &Row<'_>, column: usize) -> rusqlite::Result<AskState> {
    match row.get(column)? {
        0i64 => Ok(AskState::Waiting),
        1 => Ok(AskState::Taken {
            by: DeviceId::from_bytes(row.get(column.saturating_add(1))?),
            until: get_time(row, column.saturating_add(2))?,
        }),
        2 => Ok(AskState::Joined),
        3 => Ok(AskState::Declined),
        4 => Ok(AskState::Lapsed),
        _ => Err(bad(column, Type::Integer)),
    }
}

const fn state(state: AskState) -> i64 {
    match state {
        AskState::Waiting => 0,
        AskState::Taken { .. } => 1,
        AskState::Joined => 2,
        AskState::Declined => 3,
        AskState::Lapsed => 4,
    }
}

fn read_ask(row: &Row<'_>) -> rusqlite::Result<Ask> {
    Ok(Ask {
        conversation: ConversationId::from_bytes(row.get(0)?),
        at: get_time(row, 1)?,
        state: get_ask_state(row, 2)?,
        account: AccountId::from_bytes(row.get(5)?),
        link: GroupLinkId::from_bytes(row.get(6)?),
        proof: row.get(7)?,
    })
}

impl GroupLinkView for SqliteView<'_> {
    fn find(&self, token: &TokenHash) -> Result<Option<GroupLink>, StoreError> {
        one(self.conn, &format!("{LINK} WHERE l.token = ?1"), [token.as_bytes()], read)
    }

    fn find_by_id(&self, id: GroupLinkId) -> Result<Option<GroupLink>, StoreError> {
        one(self.conn, &format!("{LINK} WHERE l.id = ?1"), [id.as_bytes()], read)
    }

    fn list(&self, conversation: ConversationId) -> Result<Vec<GroupLink>, StoreError> {
        let sql = format!("{LINK} WHERE c.conversation = ?1 ORDER BY l.id DESC");
        all(self.conn, &sql, [conversation.as_bytes()], read)
    }

    fn ask(&self, conversation: ConversationId, account: AccountId) -> Result<Option<Ask>, StoreError> {
        let sql = format!("{ASK} WHERE c.conversation = ?1 AND a.account = ?2");
        one(self.conn, &sql, [conversation.as_bytes(), account.as_bytes()], read_ask)
    }

    fn asks(&self, conversation: ConversationId) -> Result<Vec<Ask>, StoreError> {
        let sql = format!("{ASK} WHERE c.conversation = ?1 AND a.state < 2 ORDER BY a.at, a.account");
        all(self.conn, &sql, [conversation.as_bytes()], read_ask)
    }

    fn count_asks(&self, conversation: ConversationId) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM asks WHERE state < 2 \
                   AND conversation = (SELECT key FROM conversations WHERE conversation = ?1)";
        Ok(one(self.conn, sql, [conversation.as_bytes()], |row| row.get(0))?.unwrap_or(0))
    }

    fn asks_of(&self, account: AccountId) -> Result<Vec<Ask>, StoreError> {
        all(self.conn, &format!("{ASK} WHERE a.account = ?1"), [account.as_bytes()], read_ask)
    }
}

impl SqliteUnit<'_> {
    /// Members see the group's row anew; what the appender remembers of it stays true.
    fn show_asks(&mut self, key: i64) -> Result<(), StoreError> {
        let change = self.next_change();
        exec(self.conn(), "UPDATE heads SET change_no = ?2 WHERE conversation = ?1", params![key, change])?;
        Ok(())
    }
}

impl GroupLinkRepo for SqliteUnit<'_> {
    fn insert(&mut self, link: &GroupLink) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, link.conversation)?;
        let sql = "INSERT INTO group_links (id, conversation, account, token, created_at, expires_at, remaining, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        exec(
            conn,
            sql,
            params![
                link.id.as_bytes(),
                key,
                link.by.as_bytes(),
                link.token.as_bytes(),
                time(link.created_at),
                link.expires_at.map(time),
                link.left,
                link.body,
            ],
        )?;
        Ok(())
    }

    fn set_left(&mut self, id: GroupLinkId, left: u32) -> Result<(), StoreError> {
        exec(self.conn(), "UPDATE group_links SET remaining = ?2 WHERE id = ?1", params![id.as_bytes(), left])?;
        Ok(())
    }

    fn delete(&mut self, id: GroupLinkId) -> Result<bool, StoreError> {
        Ok(exec(self.conn(), "DELETE FROM group_links WHERE id = ?1", [id.as_bytes()])? > 0)
    }

    fn put_ask(&mut self, ask: &Ask) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let key = known_key(conn, ask.conversation)?;
        let (device, until) = match ask.state {
            AskState::Taken { by, until } => (Some(*by.as_bytes()), Some(time(until))),
            AskState::Waiting | AskState::Joined | AskState::Declined | AskState::Lapsed => (None, None),
        };
        let sql = "INSERT INTO asks (conversation, account, link, at, state, device, until, proof, change_no) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
                   ON CONFLICT DO UPDATE SET link = excluded.link, at = excluded.at, state = excluded.state, \
                   device = excluded.device, until = excluded.until, proof = excluded.proof, \
                   change_no = excluded.change_no";
        exec(
            conn,
            sql,
            params![
                key,
                ask.account.as_bytes(),
                ask.link.as_bytes(),
                time(ask.at),
                state(ask.state),
                device,
                until,
                ask.proof,
                change,
            ],
        )?;
        self.show_asks(key)
    }

    fn delete_ask(&mut self, conversation: ConversationId, account: AccountId) -> Result<(), StoreError> {
        let conn = self.conn();
        let key = known_key(conn, conversation)?;
        exec(conn, "DELETE FROM asks WHERE conversation = ?1 AND account = ?2", params![key, account.as_bytes()])?;
        self.show_asks(key)
    }

    fn expired(&self, now: Timestamp, limit: u32) -> Result<Vec<GroupLink>, StoreError> {
        let sql = format!("{LINK} WHERE l.expires_at <= ?1 ORDER BY l.expires_at LIMIT ?2");
        all(self.conn(), &sql, params![time(now), limit], read)
    }

    fn abandoned(&self, now: Timestamp, limit: u32) -> Result<Vec<Ask>, StoreError> {
        let sql = format!("{ASK} WHERE a.state = 1 AND a.until <= ?1 ORDER BY a.until LIMIT ?2");
        all(self.conn(), &sql, params![time(now), limit], read_ask)
    }

    fn delete_answered(&mut self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let sql = "DELETE FROM asks WHERE (conversation, account) IN \
                   (SELECT conversation, account FROM asks WHERE state >= 2 AND at < ?1 LIMIT ?2)";
        let count = exec(self.conn(), sql, params![time(before), limit])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
