use beseda_app::domain::blob::charge;
use beseda_app::domain::{Blob, Upload};
use beseda_app::port::{BlobRepo, BlobView, StoreError};
use beseda_model::{AccountId, BlobId, Timestamp, UploadId};
use rusqlite::{Row, params};

use super::sql::{all, exec, get_time, get_uint, int, one, time};
use super::unit::{SqliteUnit, SqliteView};

/// What each keeping and each new upload asks.
pub(super) const UNFINISHED: &str =
    "SELECT upload, account, length, announced, expires_at, blob FROM uploads WHERE account = ?1 AND blob IS NULL";
/// What each download asks.
pub(super) const FIND: &str = "SELECT size FROM blobs WHERE blob = ?1";
/// What runs every minute.
pub(super) const UNKEPT: &str = "SELECT blob FROM blobs WHERE unkept_since <= ?1 ORDER BY unkept_since LIMIT ?2";

fn read(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: UploadId::from_bytes(row.get(0)?),
        account: AccountId::from_bytes(row.get(1)?),
        length: get_uint(row, 2)?,
        announced: row.get::<_, Option<_>>(3)?.map(BlobId::from_bytes),
        expires_at: get_time(row, 4)?,
        blob: row.get::<_, Option<_>>(5)?.map(BlobId::from_bytes),
    })
}

impl BlobView for SqliteView<'_> {
    fn upload(&self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        let sql = "SELECT upload, account, length, announced, expires_at, blob FROM uploads WHERE upload = ?1";
        one(self.conn, sql, [id.as_bytes()], read)
    }

    fn unfinished(&self, account: AccountId) -> Result<Vec<Upload>, StoreError> {
        all(self.conn, UNFINISHED, [account.as_bytes()], read)
    }

    fn find(&self, id: BlobId) -> Result<Option<Blob>, StoreError> {
        one(self.conn, FIND, [id.as_bytes()], |row| Ok(Blob { id, size: get_uint(row, 0)? }))
    }

    fn keeps(&self, account: AccountId, blob: BlobId) -> Result<bool, StoreError> {
        let sql =
            "SELECT 1 FROM blobs b CROSS JOIN blob_keepers k ON k.account = ?1 AND k.blob = b.key WHERE b.blob = ?2";
        Ok(one(self.conn, sql, params![account.as_bytes(), blob.as_bytes()], |_| Ok(()))?.is_some())
    }

    fn kept_bytes(&self, account: AccountId) -> Result<u64, StoreError> {
        let sql = "SELECT bytes FROM blob_charges WHERE account = ?1";
        Ok(one(self.conn, sql, [account.as_bytes()], |row| get_uint(row, 0))?.unwrap_or(0))
    }

    fn unkept(&self, since: Timestamp, limit: u32) -> Result<Vec<BlobId>, StoreError> {
        all(self.conn, UNKEPT, params![time(since), limit], |row| row.get(0).map(BlobId::from_bytes))
    }
}

impl BlobRepo for SqliteUnit<'_> {
    fn insert_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        let sql = "INSERT INTO uploads (upload, account, length, announced, expires_at, blob) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        exec(
            self.conn(),
            sql,
            params![
                upload.id.as_bytes(),
                upload.account.as_bytes(),
                int(upload.length),
                upload.announced.map(|blob| *blob.as_bytes()),
                time(upload.expires_at),
                upload.blob.map(|blob| *blob.as_bytes()),
            ],
        )?;
        Ok(())
    }

    fn extend_upload(&mut self, id: UploadId, expires_at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE uploads SET expires_at = ?2 WHERE upload = ?1 AND blob IS NULL";
        exec(self.conn(), sql, params![id.as_bytes(), time(expires_at)])?;
        Ok(())
    }

    fn finish_upload(&mut self, id: UploadId, blob: BlobId, expires_at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE uploads SET blob = ?2, expires_at = ?3 WHERE upload = ?1";
        exec(self.conn(), sql, params![id.as_bytes(), blob.as_bytes(), time(expires_at)])?;
        Ok(())
    }

    fn delete_upload(&mut self, id: UploadId) -> Result<bool, StoreError> {
        Ok(exec(self.conn(), "DELETE FROM uploads WHERE upload = ?1", [id.as_bytes()])? > 0)
    }

    fn insert(&mut self, blob: Blob, at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO blobs (blob, size, unkept_since) VALUES (?1, ?2, ?3)";
        exec(self.conn(), sql, params![blob.id.as_bytes(), int(blob.size), time(at)])?;
        Ok(())
    }

    fn keep(&mut self, account: AccountId, blob: Blob) -> Result<(), StoreError> {
        let sql = "INSERT INTO blob_keepers (account, blob) SELECT ?1, key FROM blobs WHERE blob = ?2";
        exec(self.conn(), sql, params![account.as_bytes(), blob.id.as_bytes()])?;
        exec(self.conn(), "UPDATE blobs SET unkept_since = NULL WHERE blob = ?1", [blob.id.as_bytes()])?;
        let sql = "INSERT INTO blob_charges (account, bytes) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes";
        exec(self.conn(), sql, params![account.as_bytes(), int(charge(blob.size))])?;
        Ok(())
    }

    fn let_go(&mut self, account: AccountId, blob: BlobId, at: Timestamp) -> Result<bool, StoreError> {
        let Some(known) = self.view.find(blob)? else { return Ok(false) };
        let sql = "DELETE FROM blob_keepers WHERE account = ?1 AND blob = (SELECT key FROM blobs WHERE blob = ?2)";
        if exec(self.conn(), sql, params![account.as_bytes(), blob.as_bytes()])? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE blob_charges SET bytes = bytes - ?2 WHERE account = ?1";
        exec(self.conn(), sql, params![account.as_bytes(), int(charge(known.size))])?;
        let sql = "UPDATE blobs SET unkept_since = ?2 WHERE blob = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM blob_keepers k WHERE k.blob = blobs.key)";
        exec(self.conn(), sql, params![blob.as_bytes(), time(at)])?;
        Ok(true)
    }

    fn let_all_go(&mut self, account: AccountId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE blobs SET unkept_since = ?2 WHERE key IN (SELECT blob FROM blob_keepers WHERE account = ?1) \
                   AND NOT EXISTS (SELECT 1 FROM blob_keepers k WHERE k.blob = blobs.key AND k.account != ?1)";
        exec(self.conn(), sql, params![account.as_bytes(), time(at)])?;
        for sql in ["DELETE FROM blob_keepers WHERE account = ?1", "DELETE FROM blob_charges WHERE account = ?1"] {
            exec(self.conn(), sql, [account.as_bytes()])?;
        }
        let sql = "UPDATE uploads SET expires_at = ?2 WHERE account = ?1 AND expires_at > ?2";
        exec(self.conn(), sql, params![account.as_bytes(), time(at)])?;
        Ok(())
    }

    fn delete_expired_uploads(&mut self, now: Timestamp, limit: u32) -> Result<Vec<UploadId>, StoreError> {
        let sql = "SELECT upload FROM uploads WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
        let gone = all(self.conn(), sql, params![time(now), limit], |row| row.get(0).map(UploadId::from_bytes))?;
        for id in &gone {
            self.delete_upload(*id)?;
        }
        Ok(gone)
    }

    fn delete_unkept(&mut self, blob: BlobId, since: Timestamp) -> Result<bool, StoreError> {
        let sql = "DELETE FROM blobs WHERE blob = ?1 AND unkept_since <= ?2";
        Ok(exec(self.conn(), sql, params![blob.as_bytes(), time(since)])? > 0)
    }
}
