use beseda_app::domain::{DeviceRow, SessionRow, TokenHash};
use beseda_app::port::{DeviceRepo, DeviceView, StoreError};
use beseda_model::{AccountId, DeviceId, Timestamp};
use rusqlite::{Row, params};

use super::sql::{all, exec, get_time, get_uint, one, time};
use super::unit::{SqliteUnit, SqliteView};

/// What every login asks.
pub(super) const SESSION: &str = "SELECT d.device, d.account, s.created_at, d.removed FROM sessions s \
     CROSS JOIN devices d ON d.device = s.device WHERE s.token = ?1";

fn read(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        device: DeviceId::from_bytes(row.get(0)?),
        account: AccountId::from_bytes(row.get(1)?),
        signature_key: row.get(2)?,
        removed: row.get(3)?,
    })
}

impl DeviceView for SqliteView<'_> {
    fn find(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        let sql = "SELECT device, account, signature_key, removed FROM devices WHERE device = ?1";
        one(self.conn, sql, [device.as_bytes()], read)
    }

    fn list(&self, account: AccountId) -> Result<Vec<DeviceRow>, StoreError> {
        let sql = "SELECT device, account, signature_key, removed FROM devices WHERE account = ?1 AND removed = 0 \
                   ORDER BY key";
        all(self.conn, sql, [account.as_bytes()], read)
    }

    fn log(&self, account: AccountId, from: u32, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT entry FROM device_log WHERE account = ?1 AND version >= ?2 ORDER BY version LIMIT ?3";
        all(self.conn, sql, params![account.as_bytes(), from, limit], |row| row.get(0))
    }

    fn session(&self, token: &TokenHash) -> Result<Option<SessionRow>, StoreError> {
        one(self.conn, SESSION, [token.as_bytes()], |row| {
            Ok(SessionRow {
                device: DeviceId::from_bytes(row.get(0)?),
                account: AccountId::from_bytes(row.get(1)?),
                created_at: get_time(row, 2)?,
                revoked: row.get(3)?,
            })
        })
    }

    fn send_no(&self, device: DeviceId) -> Result<u64, StoreError> {
        let sql = "SELECT n.send_no FROM devices d JOIN send_numbers n ON n.device = d.key WHERE d.device = ?1";
        Ok(one(self.conn, sql, [device.as_bytes()], |row| get_uint(row, 0))?.unwrap_or(0))
    }
}

impl DeviceRepo for SqliteUnit<'_> {
    fn append_log(&mut self, account: AccountId, version: u32, entry: &[u8]) -> Result<(), StoreError> {
        let change = self.next_change();
        let conn = self.conn();
        let sql = "UPDATE accounts SET log_version = ?2, log_change = ?3 WHERE account = ?1 AND log_version + 1 = ?2";
        if exec(conn, sql, params![account.as_bytes(), version, change])? != 1 {
            return Err(StoreError::Conflict);
        }
        let sql = "INSERT INTO device_log (account, version, entry) VALUES (?1, ?2, ?3)";
        exec(conn, sql, params![account.as_bytes(), version, entry])?;
        Ok(())
    }

    fn insert(&mut self, device: &DeviceRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO devices (device, account, signature_key, removed) VALUES (?1, ?2, ?3, ?4)";
        exec(
            self.conn(),
            sql,
            params![device.device.as_bytes(), device.account.as_bytes(), device.signature_key, device.removed],
        )?;
        self.touched.devices.insert(device.device);
        Ok(())
    }

    fn remove(&mut self, device: DeviceId) -> Result<(), StoreError> {
        exec(self.conn(), "UPDATE devices SET removed = 1 WHERE device = ?1", [device.as_bytes()])?;
        self.touched.devices.insert(device);
        Ok(())
    }

    fn insert_session(&mut self, token: &TokenHash, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO sessions (token, device, created_at) VALUES (?1, ?2, ?3)";
        exec(self.conn(), sql, params![token.as_bytes(), device.as_bytes(), time(at)])?;
        Ok(())
    }

    fn delete_session(&mut self, token: &TokenHash) -> Result<bool, StoreError> {
        Ok(exec(self.conn(), "DELETE FROM sessions WHERE token = ?1", [token.as_bytes()])? > 0)
    }
}
