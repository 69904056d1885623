use beseda_app::domain::{Actor, Change, ConversationState};
use beseda_app::port::{AccountView, Feed, FeedItem, LogView, PhoneView as _, StoreError};
use beseda_app::usecase::group_link::waiting;
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint};
use rusqlite::{Row, params};

use super::code::get_kind;
use super::group_link::get_ask_state;
use super::sql::{all, get_opt_uint, get_time, get_uint, int, one};
use super::unit::SqliteView;

/// Up to this many changed accounts are looked at one by one; with more, those who share a conversation are.
const FEW: u32 = 256;

/// A conversation's row with the account's membership. Someone who is gone sees it as it was then.
pub(super) const CONVERSATIONS: &str = "SELECT c.key, c.conversation, c.kind, c.generation, c.epoch, m.first_seq, m.until_seq, h.last_seq, h.count, \
     m.delivered, m.read, m.read_count, c.request_from, \
     CASE WHEN m.until_seq IS NULL THEN max(h.change_no, m.change_no) ELSE m.change_no END AS change \
     FROM members m CROSS JOIN heads h ON h.conversation = m.conversation \
     CROSS JOIN conversations c ON c.key = m.conversation \
     WHERE m.account = ?1 AND change > ?2 ORDER BY change LIMIT ?3";

pub(super) const RECEIPTS: &str = "SELECT c.conversation, o.account, o.delivered, o.read, \
     (SELECT a.read_marks FROM accounts a WHERE a.account = o.account), o.mark_change \
     FROM members m CROSS JOIN heads h ON h.conversation = m.conversation \
     CROSS JOIN conversations c ON c.key = m.conversation CROSS JOIN members o ON o.conversation = m.conversation \
     WHERE m.account = ?1 AND m.until_seq IS NULL AND h.marks_change > ?2 AND o.mark_change > ?2 \
     AND o.until_seq IS NULL ORDER BY o.mark_change LIMIT ?3";

pub(super) const ASKS: &str = "SELECT c.conversation, a.at, a.state, a.device, a.until, a.change_no FROM asks a \
     CROSS JOIN conversations c ON c.key = a.conversation WHERE a.account = ?1 AND a.change_no > ?2 \
     ORDER BY a.change_no LIMIT ?3";

impl SqliteView<'_> {
    fn conversation_changes(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError> {
        let rows = all(self.conn, CONVERSATIONS, params![actor.account.as_bytes(), int(after), limit], |row| {
            Ok((row.get::<_, i64>(0)?, get_uint(row, 13)?, read_state(row)?))
        })?;
        let mut items = Vec::with_capacity(rows.len());
        for (key, change_no, state) in rows {
            let state = self.complete(actor, key, state)?;
            items.push(FeedItem { change_no, change: Change::Conversation(state) });
        }
        Ok(items)
    }

    /// What the row alone does not say.
    fn complete(&self, actor: &Actor, key: i64, mut state: ConversationState) -> Result<ConversationState, StoreError> {
        if state.member {
            let sql = "SELECT 1 FROM leaves WHERE device = ?1 AND conversation = ?2";
            state.joined = one(self.conn, sql, params![actor.device.as_bytes(), key], |_| Ok(()))?.is_some();
            let sql = "SELECT device FROM leaves WHERE conversation = ?1 AND due = 1";
            state.due = all(self.conn, sql, [key], |row| row.get(0).map(DeviceId::from_bytes))?;
            if state.kind == ConversationKind::Group {
                state.asking = waiting(self, *actor, state.conversation)?;
            }
        } else {
            state.count = self.count_at(state.conversation, state.last_seq)?;
            // How a conversation goes on is nobody's business who is no longer in it.
            (state.generation, state.epoch, state.request_from) = (0, 0, None);
        }
        Ok(state)
    }

    fn receipts(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError> {
        let own = AccountView::find(self, actor.account)?.is_some_and(|account| account.privacy.read_marks);
        all(self.conn, RECEIPTS, params![actor.account.as_bytes(), int(after), limit], |row| {
            let account = AccountId::from_bytes(row.get(1)?);
            let theirs: Option<bool> = row.get(4)?;
            let shown = account == actor.account || (own && theirs == Some(true));
            Ok(FeedItem {
                change_no: get_uint(row, 5)?,
                change: Change::Receipt {
                    conversation: ConversationId::from_bytes(row.get(0)?),
                    account,
                    delivered: get_uint(row, 2)?,
                    read: if shown { get_uint(row, 3)? } else { 0 },
                },
            })
        })
    }

    fn welcomes(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError> {
        let sql = "SELECT c.conversation, m.seq, w.change_no FROM welcomes w \
                   CROSS JOIN conversations c ON c.key = w.conversation \
                   CROSS JOIN welcome_messages m ON m.key = w.message \
                   WHERE w.device = ?1 AND w.change_no > ?2 ORDER BY w.change_no LIMIT ?3";
        all(self.conn, sql, params![actor.device.as_bytes(), int(after), limit], |row| {
            Ok(FeedItem {
                change_no: get_uint(row, 2)?,
                change: Change::Welcome {
                    conversation: ConversationId::from_bytes(row.get(0)?),
                    seq: get_uint(row, 1)?,
                },
            })
        })
    }

    fn own_asks(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError> {
        all(self.conn, ASKS, params![actor.account.as_bytes(), int(after), limit], |row| {
            Ok(FeedItem {
                change_no: get_uint(row, 5)?,
                change: Change::Asked {
                    conversation: ConversationId::from_bytes(row.get(0)?),
                    at: get_time(row, 1)?,
                    state: get_ask_state(row, 2)?,
                },
            })
        })
    }

    /// Changes of accounts, counted by the column `changed`, that concern this one: its own and its peers'.
    fn account_changes(
        &self,
        actor: &Actor,
        changed: &str,
        after: u64,
        limit: u32,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<Change>,
    ) -> Result<Vec<FeedItem>, StoreError> {
        let many: u32 =
            one(self.conn, &changed_accounts(changed), params![int(after), FEW + 1], |row| row.get(0))?.unwrap_or(0);
        let sql = accounts(changed, many <= FEW);
        all(self.conn, &sql, params![actor.account.as_bytes(), int(after), limit], |row| {
            Ok(FeedItem { change_no: get_uint(row, 4)?, change: read(row)? })
        })
    }

    fn own_changes(&self, actor: &Actor, after: u64) -> Result<Vec<FeedItem>, StoreError> {
        let mut items = Vec::new();
        let sql = "SELECT settings_change FROM accounts WHERE account = ?1 AND settings_change > ?2";
        let settings = one(self.conn, sql, params![actor.account.as_bytes(), int(after)], |row| get_uint(row, 0))?;
        if let (Some(change_no), Some(row)) = (settings, AccountView::find(self, actor.account)?) {
            let blocked = self.blocked(actor.account)?;
            let phone = self.has_phone(actor.account)?;
            let change = Change::Settings { privacy: row.privacy, blocked, username: row.username, phone };
            items.push(FeedItem { change_no, change });
        }
        let sql = "SELECT keys_change, (SELECT count(*) FROM key_packages k WHERE k.device = d.device \
                   AND k.last_resort = 0) FROM devices d WHERE d.device = ?1 AND d.keys_change > ?2";
        let keys = one(self.conn, sql, params![actor.device.as_bytes(), int(after)], |row| {
            Ok(FeedItem { change_no: get_uint(row, 0)?, change: Change::KeysLow { left: row.get(1)? } })
        })?;
        items.extend(keys);
        Ok(items)
    }
}

/// How many accounts have a higher number in the column `changed`, up to a limit.
pub(super) fn changed_accounts(changed: &str) -> String {
    format!("SELECT count(*) FROM (SELECT 1 FROM accounts WHERE {changed} > ?1 LIMIT ?2)")
}

/// Accounts with a higher number in the column `changed`: the account itself and its peers, those included who left a
/// conversation that it is in: whoever knew them is to learn that they are somebody else now. When few changed they are
/// looked at one by one, else the peers are.
pub(super) fn accounts(changed: &str, few: bool) -> String {
    let columns = format!("a.account, a.log_version, a.root, a.profile_change, a.{changed}");
    if few {
        format!(
            "SELECT {columns} FROM accounts a WHERE a.{changed} > ?2 AND (a.account = ?1 OR EXISTS (\
                 SELECT 1 FROM members m CROSS JOIN members o ON o.conversation = m.conversation AND o.account = ?1 \
                 WHERE m.account = a.account AND o.until_seq IS NULL)) \
                 ORDER BY a.{changed} LIMIT ?3"
        )
    } else {
        format!(
            "WITH peers AS (SELECT ?1 AS account UNION SELECT o.account FROM members m \
                 CROSS JOIN members o ON o.conversation = m.conversation \
                 WHERE m.account = ?1 AND m.until_seq IS NULL) \
                 SELECT {columns} FROM peers p CROSS JOIN accounts a ON a.account = p.account \
                 WHERE a.{changed} > ?2 ORDER BY a.{changed} LIMIT ?3"
        )
    }
}

fn read_state(row: &Row<'_>) -> rusqlite::Result<ConversationState> {
    let until = get_opt_uint(row, 6)?;
    let from: Option<[u8; 16]> = row.get(12)?;
    Ok(ConversationState {
        conversation: ConversationId::from_bytes(row.get(1)?),
        kind: get_kind(row, 2)?,
        generation: row.get(3)?,
        epoch: get_uint(row, 4)?,
        first_seq: get_uint(row, 5)?,
        last_seq: match until {
            Some(until) => until,
            None => get_uint(row, 7)?,
        },
        count: get_uint(row, 8)?,
        member: until.is_none(),
        joined: false,
        delivered: get_uint(row, 9)?,
        read: get_uint(row, 10)?,
        read_count: get_uint(row, 11)?,
        due: Vec::new(),
        request_from: from.map(AccountId::from_bytes),
        asking: 0,
    })
}

impl Feed for SqliteView<'_> {
    fn changes(&self, actor: &Actor, after: u64, limit: u32) -> Result<Vec<FeedItem>, StoreError> {
        let mut items = self.conversation_changes(actor, after, limit)?;
        items.extend(self.receipts(actor, after, limit)?);
        items.extend(self.welcomes(actor, after, limit)?);
        items.extend(self.account_changes(actor, "log_change", after, limit, |row| {
            Ok(Change::DeviceLog {
                account: AccountId::from_bytes(row.get(0)?),
                version: row.get(1)?,
                root: Fingerprint::from_bytes(row.get(2)?),
            })
        })?);
        // An account without a profile has the number zero and is never above `after`.
        items.extend(self.account_changes(actor, "profile_change", after, limit, |row| {
            Ok(Change::Profile { account: AccountId::from_bytes(row.get(0)?), version: get_uint(row, 3)? })
        })?);
        items.extend(self.own_changes(actor, after)?);
        items.extend(self.own_asks(actor, after, limit)?);
        items.sort_unstable_by_key(|item| item.change_no);
        items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(items)
    }

    fn conversation(&self, actor: &Actor, id: ConversationId) -> Result<Option<ConversationState>, StoreError> {
        let sql = "SELECT c.key, c.conversation, c.kind, c.generation, c.epoch, m.first_seq, m.until_seq, h.last_seq, \
                   h.count, m.delivered, m.read, m.read_count, c.request_from FROM conversations c \
                   CROSS JOIN heads h ON h.conversation = c.key \
                   CROSS JOIN members m ON m.conversation = c.key AND m.account = ?2 WHERE c.conversation = ?1";
        let found = one(self.conn, sql, [id.as_bytes(), actor.account.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, read_state(row)?))
        })?;
        found.map(|(key, state)| self.complete(actor, key, state)).transpose()
    }
}
