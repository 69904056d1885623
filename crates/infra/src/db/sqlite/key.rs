use beseda_app::port::{KeyRepo, KeyView, StoreError, StoredKey};
use beseda_crypto::chain::body_hash;
use beseda_model::{DeviceId, Timestamp};
use rusqlite::params;

use super::sql::{exec, one, time};
use super::unit::{SqliteUnit, SqliteView};

impl KeyView for SqliteView<'_> {
    fn count(&self, device: DeviceId, since: Timestamp) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM key_packages WHERE device = ?1 AND last_resort = 0 AND uploaded_at >= ?2";
        Ok(one(self.conn, sql, params![device.as_bytes(), time(since)], |row| row.get(0))?.unwrap_or(0))
    }
}

impl KeyRepo for SqliteUnit<'_> {
    fn insert(&mut self, device: DeviceId, package: &[u8], at: Timestamp) -> Result<(), StoreError> {
        let hash = body_hash(package);
        let (short, _) = hash.split_at(16);
        let conn = self.conn();
        exec(conn, "INSERT INTO published_keys (hash) VALUES (?1)", [short])?;
        let sql = "INSERT INTO key_packages (device, last_resort, uploaded_at, package) VALUES (?1, 0, ?2, ?3)";
        exec(conn, sql, params![device.as_bytes(), time(at), package])?;
        Ok(())
    }

    fn set_last_resort(&mut self, device: DeviceId, package: &[u8], at: Timestamp) -> Result<(), StoreError> {
        let conn = self.conn();
        exec(conn, "DELETE FROM key_packages WHERE device = ?1 AND last_resort = 1", [device.as_bytes()])?;
        let sql = "INSERT INTO key_packages (device, last_resort, uploaded_at, package) VALUES (?1, 1, ?2, ?3)";
        exec(conn, sql, params![device.as_bytes(), time(at), package])?;
        Ok(())
    }

    fn take(&mut self, device: DeviceId, since: Timestamp) -> Result<Option<StoredKey>, StoreError> {
        let sql = "DELETE FROM key_packages WHERE key = (SELECT key FROM key_packages WHERE device = ?1 \
                   AND last_resort = 0 AND uploaded_at >= ?2 ORDER BY uploaded_at, key LIMIT 1) RETURNING package";
        one(self.conn(), sql, params![device.as_bytes(), time(since)], |row| {
            Ok(StoredKey { package: row.get(0)?, last_resort: false })
        })
    }

    fn last_resort(&mut self, device: DeviceId, since: Timestamp) -> Result<Option<StoredKey>, StoreError> {
        let sql = "SELECT package FROM key_packages WHERE device = ?1 AND last_resort = 1 AND uploaded_at >= ?2";
        one(self.conn(), sql, params![device.as_bytes(), time(since)], |row| {
            Ok(StoredKey { package: row.get(0)?, last_resort: true })
        })
    }

    fn delete_all(&mut self, device: DeviceId) -> Result<(), StoreError> {
        exec(self.conn(), "DELETE FROM key_packages WHERE device = ?1", [device.as_bytes()])?;
        Ok(())
    }

    fn delete_old(&mut self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let sql = "DELETE FROM key_packages WHERE key IN (SELECT key FROM key_packages WHERE last_resort = 0 \
                   AND uploaded_at < ?1 LIMIT ?2)";
        let count = exec(self.conn(), sql, params![time(before), limit])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn note_low(&mut self, device: DeviceId) -> Result<(), StoreError> {
        let change = self.next_change();
        let sql = "UPDATE devices SET keys_change = ?2 WHERE device = ?1";
        exec(self.conn(), sql, params![device.as_bytes(), change])?;
        Ok(())
    }
}
