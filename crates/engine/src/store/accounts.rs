//! Accounts and their pinned device logs.

use beseda_crypto::signature::Ed25519;
use beseda_model::commit::DeviceLogView;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry, VerifySignature};
use beseda_model::{AccountId, Fingerprint, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;

/// A moment from its column.
pub fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis.cast_unsigned())
}

/// What is known of an account's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The root public key that its pinned device log began with; none before one was seen.
    pub root_key: Option<[u8; 32]>,
    /// The fingerprint of its root key now.
    pub root: Option<Fingerprint>,
    /// The pinned version.
    pub version: u32,
    /// The pinned entry's hash.
    pub head: [u8; 32],
    /// The version that the server spoke of.
    pub wanted: u32,
    /// Whether the root key became another one without the old one's signature, and nobody has acknowledged it.
    pub identity_changed: bool,
    /// Whether the server offered a log that contradicts the pinned one.
    pub forked: bool,
    /// Its username, as far as known.
    pub username: Option<String>,
}

impl Account {
    /// An account of which nothing is known.
    pub const fn new(id: AccountId) -> Self {
        Self {
            id,
            root_key: None,
            root: None,
            version: 0,
            head: [0; 32],
            wanted: 0,
            identity_changed: false,
            forked: false,
            username: None,
        }
    }

    /// The account's row, or an empty one.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub fn load(conn: &Connection, id: AccountId) -> Result<Self, StoreError> {
        type Raw = (Vec<u8>, Vec<u8>, u32, Vec<u8>, u32, bool, bool, String);
        let raw: Option<Raw> = conn
            .prepare_cached(
                "SELECT root_key, root, version, head, wanted, identity_changed, forked, username \
                 FROM accounts WHERE account = ?1",
            )?
            .query_row([id.as_bytes()], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                    row.get(6)?,
                    row.get(7)?,
                ))
            })
            .optional()?;
        let Some((root_key, root, version, head, wanted, identity_changed, forked, username)) = raw else {
            return Ok(Self::new(id));
        };
        Ok(Self {
            id,
            root_key: optional(&root_key)?,
            root: optional(&root)?.map(Fingerprint::from_bytes),
            version,
            head: optional(&head)?.unwrap_or_default(),
            wanted,
            identity_changed,
            forked,
            username: if username.is_empty() { None } else { Some(username) },
        })
    }

    /// Writes the row.
    ///
    /// # Errors
    /// When the database fails.
    pub fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO accounts \
             (account, root_key, root, version, head, wanted, identity_changed, forked, username) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            self.id.as_bytes(),
            self.root_key.map_or_else(Vec::new, |key| key.to_vec()),
            self.root.map_or_else(Vec::new, |root| root.as_bytes().to_vec()),
            self.version,
            self.head.as_slice(),
            self.wanted,
            self.identity_changed,
            self.forked,
            self.username.as_deref().unwrap_or_default(),
        ))?;
        Ok(())
    }

    /// Accounts whose pinned log is shorter than the server's.
    ///
    /// # Errors
    /// When the database fails.
    pub fn behind(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
        let mut statement =
            conn.prepare_cached("SELECT account FROM accounts WHERE wanted > version AND forked = 0")?;
        let mut rows = statement.query(())?;
        let mut behind = Vec::new();
        while let Some(row) = rows.next()? {
            let id: Vec<u8> = row.get(0)?;
            behind.push(AccountId::try_from(id.as_slice()).map_err(|_| StoreError::damaged("accounts"))?);
        }
        Ok(behind)
    }

    /// A person has seen that the identity is another one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn acknowledge_identity(conn: &Connection, id: AccountId) -> Result<(), StoreError> {
        conn.prepare_cached("UPDATE accounts SET identity_changed = 0 WHERE account = ?1")?.execute([id.as_bytes()])?;
        Ok(())
    }

    /// Asks for at least this version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn want(conn: &Connection, id: AccountId, version: u32) -> Result<(), StoreError> {
        conn.prepare_cached(
            "INSERT INTO accounts (account, wanted) VALUES (?1, ?2) \
             ON CONFLICT (account) DO UPDATE SET wanted = max(wanted, ?2)",
        )?
        .execute((id.as_bytes(), version))?;
        Ok(())
    }
}

fn optional(bytes: &[u8]) -> Result<Option<[u8; 32]>, StoreError> {
    if bytes.is_empty() { Ok(None) } else { bytes.try_into().map(Some).map_err(|_| StoreError::damaged("accounts")) }
}

/// The entries were verified before they were stored.
struct Stored;

impl VerifySignature for Stored {
    fn verify(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> bool {
        true
    }
}

/// The pinned device log of an account, if one was seen.
///
/// # Errors
/// When the database fails or the log is damaged.
pub fn device_log(conn: &Connection, id: AccountId) -> Result<Option<DeviceLog>, StoreError> {
    const DAMAGED: StoreError = StoreError::damaged("device_log");
    let account = Account::load(conn, id)?;
    let Some(root_key) = account.root_key else { return Ok(None) };
    let mut statement = conn.prepare_cached("SELECT entry FROM device_log WHERE account = ?1 ORDER BY version")?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut log = DeviceLog::new(id, root_key);
    while let Some(row) = rows.next()? {
        let entry: Vec<u8> = row.get(0)?;
        let entry = DeviceLogEntry::decode(&entry).map_err(|_| DAMAGED)?;
        log.verify_and_append(entry, &Stored).map_err(|_| DAMAGED)?;
    }
    if (log.version(), log.head_hash()) == (account.version, account.head) { Ok(Some(log)) } else { Err(DAMAGED) }
}

/// Whether whoever had the root key `root` is who has the account now, as far as is known here.
///
/// # Errors
/// When the database fails or the stored log is damaged.
pub fn is_same_person(conn: &Connection, id: AccountId, root: Fingerprint) -> Result<bool, StoreError> {
    match Account::load(conn, id)?.root {
        Some(present) if present != root => {
            Ok(device_log(conn, id)?.is_none_or(|log| log.is_root_until(log.version(), root)))
        }
        _ => Ok(true),
    }
}

/// When each entry of an account's device log was first seen here.
///
/// # Errors
/// When the database fails.
pub fn seen_at(conn: &Connection, id: AccountId, version: u32) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = conn
        .prepare_cached("SELECT seen_at FROM device_log WHERE account = ?1 AND version = ?2")?
        .query_row((id.as_bytes(), version), |row| row.get(0))
        .optional()?;
    Ok(at.map(timestamp))
}

/// Pins entries that follow from a log, and the log with them.
///
/// # Errors
/// When the database fails.
pub fn append_device_log(conn: &Connection, log: &DeviceLog, from: u32, now: Timestamp) -> Result<(), StoreError> {
    for entry in log.entries().iter().filter(|entry| entry.version >= from) {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO device_log (account, version, entry, seen_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((log.account().as_bytes(), entry.version, entry.encode(), now.as_millis().cast_signed()))?;
    }
    Ok(())
}

/// Forgets a log that belonged to another root key.
///
/// # Errors
/// When the database fails.
pub fn forget_device_log(conn: &Connection, id: AccountId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM device_log WHERE account = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// Verifies with real signatures.
pub const SIGNATURES: Ed25519 = Ed25519;

/// Pinned device logs, loaded as they are needed.
#[derive(Debug, Default)]
pub struct DeviceLogs {
    logs: std::collections::BTreeMap<AccountId, DeviceLog>,
}

impl DeviceLogs {
    /// Makes sure that these accounts' logs are at hand, as far as they are pinned.
    ///
    /// # Errors
    /// When the database fails or a log is damaged.
    pub fn load(&mut self, conn: &Connection, accounts: impl IntoIterator<Item = AccountId>) -> Result<(), StoreError> {
        for account in accounts {
            if !self.logs.contains_key(&account)
                && let Some(log) = device_log(conn, account)?
            {
                self.logs.insert(account, log);
            }
        }
        Ok(())
    }

    /// A log changed.
    pub fn replace(&mut self, log: DeviceLog) {
        self.logs.insert(log.account(), log);
    }

    /// The log of an account that was loaded.
    pub fn get(&self, account: AccountId) -> Option<&DeviceLog> {
        self.logs.get(&account)
    }
}

impl DeviceLogView for DeviceLogs {
    fn device_log(&self, account: AccountId) -> Option<&DeviceLog> {
        self.logs.get(&account)
    }
}

/// Whether the account has no device any more, by its own device log.
///
/// # Errors
/// When the database fails.
pub fn has_ended(conn: &Connection, account: AccountId) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT 1 FROM ended_accounts WHERE account = ?1")?.exists([account.as_bytes()])?)
}

/// Notes whether the account has any device; tells whether that is news.
pub(crate) fn note_end(conn: &Connection, account: AccountId, ended: bool) -> Result<bool, StoreError> {
    let sql = if ended {
        "INSERT OR IGNORE INTO ended_accounts (account) VALUES (?1)"
    } else {
        "DELETE FROM ended_accounts WHERE account = ?1"
    };
    Ok(conn.prepare_cached(sql)?.execute([account.as_bytes()])? > 0)
}
