use beseda_app::domain::{AccountRow, Audience, PrivacySettings, Profile, TokenHash};
use beseda_app::port::{AccountRepo, AccountView, NewAccount, StoreError};
use beseda_model::{AccountId, Fingerprint, Timestamp, Username};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::code::{audience, get_audience};
use super::sql::{all, bad, exec, get_time, get_uint, one, time};
use super::unit::{SqliteUnit, SqliteView};

const ROW: &str = "account, first_root_key, root, username, created_at, last_seen, log_version, requests, group_adds, \
                   presence, read_marks, searchable, deleted_at IS NOT NULL";

/// Who shares a conversation with an account.
pub(super) const PEERS: &str = "SELECT DISTINCT o.account FROM members m \
     CROSS JOIN members o ON o.conversation = m.conversation \
     WHERE m.account = ?1 AND m.until_seq IS NULL AND o.until_seq IS NULL AND o.account <> ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let username: Option<String> = row.get(3)?;
    Ok(AccountRow {
        account: AccountId::from_bytes(row.get(0)?),
        first_root_key: row.get(1)?,
        root: Fingerprint::from_bytes(row.get(2)?),
        username: username.map(|name| name.parse()).transpose().map_err(|_| bad(3, Type::Text))?,
        created_at: get_time(row, 4)?,
        last_seen: super::sql::get_opt_uint(row, 5)?.map(Timestamp::from_millis),
        log_version: row.get(6)?,
        privacy: PrivacySettings {
            requests: get_audience(row, 7)?,
            group_adds: get_audience(row, 8)?,
            presence: get_audience(row, 9)?,
            read_marks: row.get(10)?,
            searchable: row.get(11)?,
        },
        deleted: row.get(12)?,
    })
}

impl AccountView for SqliteView<'_> {
    fn find(&self, account: AccountId) -> Result<Option<AccountRow>, StoreError> {
        one(self.conn, &format!("SELECT {ROW} FROM accounts WHERE account = ?1"), [account.as_bytes()], read)
    }

    fn find_by_username(&self, username: &Username) -> Result<Option<AccountRow>, StoreError> {
        one(self.conn, &format!("SELECT {ROW} FROM accounts WHERE username = ?1"), [username.as_str()], read)
    }

    fn find_by_root(&self, root: Fingerprint) -> Result<Option<AccountRow>, StoreError> {
        one(self.conn, &format!("SELECT {ROW} FROM accounts WHERE root = ?1"), [root.as_bytes()], read)
    }

    fn find_by_link(&self, token: &TokenHash) -> Result<Option<AccountRow>, StoreError> {
        let sql =
            format!("SELECT {ROW} FROM accounts WHERE account = (SELECT account FROM person_links WHERE token = ?1)");
        one(self.conn, &sql, [token.as_bytes()], read)
    }

    fn is_reserved(&self, username: &Username) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM reserved_usernames WHERE username = ?1";
        Ok(one(self.conn, sql, [username.as_str()], |_| Ok(()))?.is_some())
    }

    fn list_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<AccountRow>, StoreError> {
        // Usernames are ASCII, so the last possible continuation is below this.
        let end = format!("{prefix}\u{7f}");
        let sql = format!(
            "SELECT {ROW} FROM accounts WHERE username >= ?1 AND username < ?2 AND searchable = 1 \
             ORDER BY username LIMIT ?3"
        );
        all(self.conn, &sql, params![prefix, end, limit], read)
    }

    fn password_hash(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT password_hash FROM accounts WHERE account = ?1";
        Ok(one(self.conn, sql, [account.as_bytes()], |row| row.get(0))?.flatten())
    }

    fn profile(&self, account: AccountId) -> Result<Option<Profile>, StoreError> {
        one(self.conn, "SELECT version, body FROM profiles WHERE account = ?1", [account.as_bytes()], |row| {
            Ok(Profile { account, version: get_uint(row, 0)?, body: row.get(1)? })
        })
    }

    fn blocked(&self, account: AccountId) -> Result<Vec<AccountId>, StoreError> {
        all(self.conn, "SELECT other FROM blocks WHERE account = ?1 ORDER BY other", [account.as_bytes()], |row| {
            row.get(0).map(AccountId::from_bytes)
        })
    }

    fn blocks(&self, account: AccountId, other: AccountId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM blocks WHERE account = ?1 AND other = ?2";
        Ok(one(self.conn, sql, [account.as_bytes(), other.as_bytes()], |_| Ok(()))?.is_some())
    }

    fn peers(&self, account: AccountId) -> Result<Vec<AccountId>, StoreError> {
        all(self.conn, PEERS, [account.as_bytes()], |row| row.get(0).map(AccountId::from_bytes))
    }

    fn count(&self) -> Result<u64, StoreError> {
        Ok(one(self.conn, "SELECT count(*) FROM accounts WHERE deleted_at IS NULL", [], |row| get_uint(row, 0))?
            .unwrap_or(0))
    }
}

impl AccountRepo for SqliteUnit<'_> {
    fn insert(&mut self, account: &NewAccount) -> Result<(), StoreError> {
        let privacy = PrivacySettings::default();
        let (settings, log) = (self.next_change(), self.next_change());
        let sql = "INSERT INTO accounts (account, first_root_key, root, username, password_hash, created_at, requests, \
                   group_adds, presence, read_marks, searchable, settings_change, log_change) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        exec(
            self.conn(),
            sql,
            params![
                account.account.as_bytes(),
                account.root_key,
                account.root.as_bytes(),
                account.username.as_ref().map(Username::as_str),
                account.password_hash,
                time(account.at),
                audience(privacy.requests),
                audience(privacy.group_adds),
                audience(privacy.presence),
                privacy.read_marks,
                privacy.searchable,
                settings,
                log,
            ],
        )?;
        Ok(())
    }

    fn replace_identity(
        &mut self,
        account: AccountId,
        root_key: [u8; 32],
        root: Fingerprint,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let sql = "UPDATE accounts SET first_root_key = ?2, root = ?3, created_at = ?4, log_version = 0, \
                   log_change = ?5, profile_change = 0 WHERE account = ?1";
        exec(conn, sql, params![account.as_bytes(), root_key, root.as_bytes(), time(at), change])?;
        exec(conn, "DELETE FROM device_log WHERE account = ?1", [account.as_bytes()])?;
        exec(conn, "DELETE FROM profiles WHERE account = ?1", [account.as_bytes()])?;
        exec(conn, "DELETE FROM person_links WHERE account = ?1", [account.as_bytes()])?;
        Ok(())
    }

    fn set_root(&mut self, account: AccountId, root: Fingerprint) -> Result<(), StoreError> {
        let change = self.next_change();
        let sql = "UPDATE accounts SET root = ?2, log_change = ?3 WHERE account = ?1";
        exec(self.conn(), sql, params![account.as_bytes(), root.as_bytes(), change])?;
        Ok(())
    }

    fn set_username(&mut self, account: AccountId, username: Option<&Username>) -> Result<(), StoreError> {
        let change = self.next_change();
        let sql = "UPDATE accounts SET username = ?2, settings_change = ?3 WHERE account = ?1";
        exec(self.conn(), sql, params![account.as_bytes(), username.map(Username::as_str), change])?;
        Ok(())
    }

    fn set_link(&mut self, account: AccountId, token: Option<&TokenHash>) -> Result<(), StoreError> {
        let conn = self.conn();
        match token {
            Some(token) => {
                let sql = "INSERT INTO person_links (account, token) VALUES (?1, ?2) \
                           ON CONFLICT (account) DO UPDATE SET token = excluded.token";
                exec(conn, sql, params![account.as_bytes(), token.as_bytes()])?;
            }
            None => {
                exec(conn, "DELETE FROM person_links WHERE account = ?1", [account.as_bytes()])?;
            }
        }
        Ok(())
    }

    fn set_password_hash(&mut self, account: AccountId, hash: &str) -> Result<(), StoreError> {
        exec(
            self.conn(),
            "UPDATE accounts SET password_hash = ?2 WHERE account = ?1",
            params![account.as_bytes(), hash],
        )?;
        Ok(())
    }

    fn set_privacy(&mut self, account: AccountId, privacy: &PrivacySettings) -> Result<(), StoreError> {
        let change = self.next_change();
        let sql = "UPDATE accounts SET requests = ?2, group_adds = ?3, presence = ?4, read_marks = ?5, \
                   searchable = ?6, settings_change = ?7 WHERE account = ?1";
        exec(
            self.conn(),
            sql,
            params![
                account.as_bytes(),
                audience(privacy.requests),
                audience(privacy.group_adds),
                audience(privacy.presence),
                privacy.read_marks,
                privacy.searchable,
                change,
            ],
        )?;
        Ok(())
    }

    fn set_blocked(&mut self, account: AccountId, other: AccountId, blocked: bool) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let both = [account.as_bytes(), other.as_bytes()];
        let sql = if blocked {
            "INSERT OR IGNORE INTO blocks (account, other) VALUES (?1, ?2)"
        } else {
            "DELETE FROM blocks WHERE account = ?1 AND other = ?2"
        };
        exec(conn, sql, both)?;
        let sql = "UPDATE accounts SET settings_change = ?2 WHERE account = ?1";
        exec(conn, sql, params![account.as_bytes(), change])?;
        self.touch_direct(account, other)
    }

    fn set_profile(&mut self, account: AccountId, body: &[u8]) -> Result<u64, StoreError> {
        let change = self.next_change();
        let version = self.change_no;
        let conn = self.conn();
        let sql = "INSERT INTO profiles (account, version, body) VALUES (?1, ?2, ?3) \
                   ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body";
        exec(conn, sql, params![account.as_bytes(), change, body])?;
        let sql = "UPDATE accounts SET profile_change = ?2 WHERE account = ?1";
        exec(conn, sql, params![account.as_bytes(), change])?;
        Ok(version)
    }

    fn delete(&mut self, account: AccountId, at: Timestamp, until: Timestamp) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let id = account.as_bytes();
        let sql = "INSERT OR REPLACE INTO reserved_usernames (username, until) \
                   SELECT username, ?2 FROM accounts WHERE account = ?1 AND username IS NOT NULL";
        exec(conn, sql, params![id, time(until)])?;
        let nobody = audience(Audience::Nobody);
        let sql = "UPDATE accounts SET username = NULL, password_hash = NULL, last_seen = NULL, requests = ?2, \
                   group_adds = ?2, presence = ?2, read_marks = 0, searchable = 0, profile_change = 0, \
                   settings_change = ?3, deleted_at = ?4 WHERE account = ?1";
        exec(conn, sql, params![id, nobody, change, time(at)])?;
        for sql in [
            "DELETE FROM profiles WHERE account = ?1",
            "DELETE FROM person_links WHERE account = ?1",
            "DELETE FROM blocks WHERE account = ?1 OR other = ?1",
        ] {
            exec(conn, sql, [id])?;
        }
        Ok(())
    }

    fn release_usernames(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        let count = exec(self.conn(), "DELETE FROM reserved_usernames WHERE until <= ?1", [time(now)])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn set_last_seen(&mut self, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
        exec(
            self.conn(),
            "UPDATE accounts SET last_seen = ?2 WHERE account = ?1",
            params![account.as_bytes(), time(at)],
        )?;
        Ok(())
    }
}
