use beseda_app::domain::{KeyedHash, PhoneCode, PhoneWait, TokenHash};
use beseda_app::port::{PhoneRepo, PhoneView, StoreError};
use beseda_model::{AccountId, Timestamp};
use rusqlite::params;

use super::sql::{exec, get_time, one, time};
use super::unit::{SqliteUnit, SqliteView};

impl PhoneView for SqliteView<'_> {
    fn holder(&self, number: &KeyedHash) -> Result<Option<AccountId>, StoreError> {
        let sql = "SELECT account FROM phones WHERE number = ?1";
        one(self.conn, sql, [number.as_bytes()], |row| row.get(0).map(AccountId::from_bytes))
    }

    fn has_phone(&self, account: AccountId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM phones WHERE account = ?1";
        Ok(one(self.conn, sql, [account.as_bytes()], |_| Ok(()))?.is_some())
    }

    fn code(&self, attempt: &TokenHash) -> Result<Option<PhoneCode>, StoreError> {
        let sql = "SELECT number, code, tries_left, expires_at, verified FROM phone_codes WHERE attempt = ?1";
        one(self.conn, sql, [attempt.as_bytes()], |row| {
            Ok(PhoneCode {
                attempt: *attempt,
                number: KeyedHash::from_bytes(row.get(0)?),
                code: KeyedHash::from_bytes(row.get(1)?),
                tries_left: row.get(2)?,
                expires_at: get_time(row, 3)?,
                verified: row.get(4)?,
            })
        })
    }

    fn wait(&self, number: &KeyedHash) -> Result<Option<PhoneWait>, StoreError> {
        let sql = "SELECT sent, last_at FROM phone_waits WHERE number = ?1";
        one(self.conn, sql, [number.as_bytes()], |row| Ok(PhoneWait { sent: row.get(0)?, last_at: get_time(row, 1)? }))
    }

    fn key_tag(&self) -> Result<Option<[u8; 16]>, StoreError> {
        one(self.conn, "SELECT tag FROM phone_key", [], |row| row.get(0))
    }
}

impl PhoneRepo for SqliteUnit<'_> {
    fn bind(&mut self, number: &KeyedHash, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
        if let Some(former) = self.view.holder(number)? {
            self.unbind(former)?;
        }
        self.unbind(account)?;
        let sql = "INSERT INTO phones (number, account, bound_at) VALUES (?1, ?2, ?3)";
        exec(self.conn(), sql, params![number.as_bytes(), account.as_bytes(), time(at)])?;
        self.settings_changed(account)
    }

    fn unbind(&mut self, account: AccountId) -> Result<bool, StoreError> {
        let was_bound = exec(self.conn(), "DELETE FROM phones WHERE account = ?1", [account.as_bytes()])? > 0;
        if was_bound {
            self.settings_changed(account)?;
        }
        Ok(was_bound)
    }

    fn insert_code(&mut self, code: &PhoneCode) -> Result<(), StoreError> {
        let sql = "INSERT INTO phone_codes (attempt, number, code, tries_left, expires_at, verified) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.write_code(sql, code)
    }

    fn update_code(&mut self, code: &PhoneCode) -> Result<(), StoreError> {
        let sql = "UPDATE phone_codes SET number = ?2, code = ?3, tries_left = ?4, expires_at = ?5, verified = ?6 \
                   WHERE attempt = ?1";
        self.write_code(sql, code)
    }

    fn delete_code(&mut self, attempt: &TokenHash) -> Result<(), StoreError> {
        exec(self.conn(), "DELETE FROM phone_codes WHERE attempt = ?1", [attempt.as_bytes()])?;
        Ok(())
    }

    fn set_wait(&mut self, number: &KeyedHash, wait: &PhoneWait) -> Result<(), StoreError> {
        let sql = "INSERT INTO phone_waits (number, sent, last_at) VALUES (?1, ?2, ?3) \
                   ON CONFLICT DO UPDATE SET sent = excluded.sent, last_at = excluded.last_at";
        exec(self.conn(), sql, params![number.as_bytes(), wait.sent, time(wait.last_at)])?;
        Ok(())
    }

    fn set_key_tag(&mut self, tag: [u8; 16]) -> Result<(), StoreError> {
        let sql = "INSERT INTO phone_key (id, tag) VALUES (1, ?1) ON CONFLICT DO UPDATE SET tag = excluded.tag";
        exec(self.conn(), sql, [tag])?;
        Ok(())
    }

    fn delete_expired(&mut self, now: Timestamp, before: Timestamp) -> Result<u32, StoreError> {
        let codes = exec(self.conn(), "DELETE FROM phone_codes WHERE expires_at <= ?1", [time(now)])?;
        let waits = exec(self.conn(), "DELETE FROM phone_waits WHERE last_at <= ?1", [time(before)])?;
        Ok(u32::try_from(codes.saturating_add(waits)).unwrap_or(u32::MAX))
    }
}

impl SqliteUnit<'_> {
    /// Runs `sql` with attempt, number, code, tries, expiry and verification as its parameters, in this order.
    fn write_code(&mut self, sql: &str, code: &PhoneCode) -> Result<(), StoreError> {
        let PhoneCode { attempt, number, code, tries_left, expires_at, verified } = code;
        let (attempt, number, code) = (attempt.as_bytes(), number.as_bytes(), code.as_bytes());
        exec(self.conn(), sql, params![attempt, number, code, tries_left, time(*expires_at), verified])?;
        Ok(())
    }

    fn settings_changed(&mut self, account: AccountId) -> Result<(), StoreError> {
        let change = self.next_change();
        let sql = "UPDATE accounts SET settings_change = ?2 WHERE account = ?1";
        exec(self.conn(), sql, params![account.as_bytes(), change])?;
        Ok(())
    }
}
