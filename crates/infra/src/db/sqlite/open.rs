//! Opening a data directory: who may, which version it has, and whether it is sound.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use beseda_app::domain::StoreEpoch;
use beseda_app::port::StoreError;
use beseda_model::Limits;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};

use super::sql::{Db, exec, get_uint, one};
use crate::io::translate;

mod embedded {
    refinery::embed_migrations!("src/db/sqlite/migrations");
}

/// "BSDA": tells our files from other SQLite databases.
const APPLICATION_ID: i64 = 0x4253_4441;
const FILE: &str = "beseda.db";
const LOCK: &str = "lock";

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data directory; made if it is not there.
    pub dir: PathBuf,
    /// The limits in force.
    pub limits: Limits,
    /// Threads that read.
    pub readers: usize,
    /// Units of work and messages that may wait for the writer; more are refused.
    pub queue: usize,
    /// Random bytes: the epoch of a new store. An existing one keeps its own.
    pub new_epoch: [u8; 16],
    /// Most pages that the database may have, to rehearse a full disk. None in production.
    pub max_pages: Option<u32>,
}

impl Options {
    /// Sensible values for a server: two readers per this machine's needs, and room for some thousand waiting items.
    pub fn new(dir: impl Into<PathBuf>, new_epoch: [u8; 16]) -> Self {
        Self { dir: dir.into(), limits: Limits::default(), readers: 2, queue: 8_192, new_epoch, max_pages: None }
    }
}

/// A data directory that is ours alone.
pub(super) struct Opened {
    pub(super) writer: Connection,
    pub(super) path: PathBuf,
    pub(super) epoch: StoreEpoch,
    /// Held for as long as the store is open; the system lets go of it even if the process dies.
    pub(super) lock: File,
}

pub(super) fn open(options: &Options) -> Result<Opened, StoreError> {
    let lock = lock(&options.dir)?;
    let path = options.dir.join(FILE);
    ours_alone(&path)?;
    let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    if let Some(pages) = options.max_pages {
        writer.pragma_update(None, "max_page_count", pages).db()?;
    }
    check_owner(&writer)?;
    writer.pragma_update(None, "journal_mode", "wal").db()?;
    // Up to 64 MiB of pages, given in KiB: what a batch writes is all over the indexes.
    writer.pragma_update(None, "cache_size", -65_536).db()?;
    migrate(&mut writer)?;
    let epoch = begin(&writer, options.new_epoch)?;
    Ok(Opened { writer, path, epoch, lock })
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.pragma_update(None, "query_only", true).db()?;
    Ok(conn)
}

/// A connection that moves the write-ahead log into the database.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, StoreError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Gives a store that was restored from a backup a new epoch, so that clients notice. The store must not be open.
///
/// # Errors
/// When the directory can't be opened or written.
pub fn renew_store_epoch(dir: &Path, epoch: [u8; 16]) -> Result<(), StoreError> {
    let opened = open(&Options::new(dir, epoch))?;
    exec(&opened.writer, "UPDATE store SET epoch = ?1", params![epoch])?;
    Ok(())
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    std::fs::create_dir_all(dir).map_err(|error| translate(&error))?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join(LOCK))
        .map_err(|error| translate(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(translate(&error)),
    }
}

/// A new database is readable for nobody else: there are keys in it. SQLite gives its other files the same rights.
fn ours_alone(path: &Path) -> Result<(), StoreError> {
    let mut new = OpenOptions::new();
    new.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(translate(&error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).db()?;
    conn.set_prepared_statement_cache_capacity(256);
    // Plans that do not depend on bound values: else SQLite prepares statements on partially indexed tables anew for
    // each of them.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).db()?;
    conn.busy_timeout(Duration::from_secs(5)).db()?;
    for (name, value) in [("synchronous", "full"), ("temp_store", "memory"), ("trusted_schema", "off")] {
        conn.pragma_update(None, name, value).db()?;
    }
    // 16 MiB of pages per connection, given in KiB.
    conn.pragma_update(None, "cache_size", -16_384).db()?;
    conn.pragma_update(None, "cell_size_check", true).db()?;
    Ok(conn)
}

fn pragma(conn: &Connection, name: &str) -> Result<i64, StoreError> {
    conn.pragma_query_value(None, name, |row| row.get(0)).db()
}

/// Refuses files of others and of newer versions before anything is written to them.
fn check_owner(conn: &Connection) -> Result<(), StoreError> {
    let known = embedded::migrations::runner().get_migrations().iter().map(refinery::Migration::version).max();
    let known = u32::try_from(known.unwrap_or(0)).unwrap_or(u32::MAX);
    let found = u32::try_from(pragma(conn, "user_version")?).unwrap_or(u32::MAX);
    let tables: i64 = one(conn, "SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?.unwrap_or(0);
    if tables > 0 && pragma(conn, "application_id")? != APPLICATION_ID {
        return Err(StoreError::NotOurs);
    }
    if found > known { Err(StoreError::NewerSchema { found, known }) } else { Ok(()) }
}

fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let runner = embedded::migrations::runner();
    let latest = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0);
    if i64::from(latest) == pragma(conn, "user_version")? {
        return Ok(());
    }
    conn.pragma_update(None, "application_id", APPLICATION_ID).db()?;
    runner.run(conn).map_err(|error| {
        use std::error::Error;
        let driver = error.source().and_then(|source| source.downcast_ref::<rusqlite::Error>());
        driver.map_or_else(|| StoreError::Backend("the migration failed".to_owned()), super::sql::translate)
    })?;
    conn.pragma_update(None, "user_version", latest).db()
}

fn begin(conn: &Connection, new_epoch: [u8; 16]) -> Result<StoreEpoch, StoreError> {
    let sql = "INSERT OR IGNORE INTO store (id, change_no, epoch) VALUES (1, 0, ?1)";
    if one(conn, "SELECT 1 FROM store", [], |_| Ok(()))?.is_none() {
        exec(conn, sql, params![new_epoch])?;
    }
    one(conn, "SELECT epoch FROM store", [], |row| row.get(0).map(StoreEpoch))?
        .ok_or(StoreError::Corrupt { table: "store", column: "epoch" })
}

/// The last change number given out.
pub(super) fn change_no(conn: &Connection) -> Result<u64, StoreError> {
    Ok(one(conn, "SELECT change_no FROM store", [], |row| get_uint(row, 0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use beseda_app::port::{AccountView as _, PhoneView as _};
    use beseda_model::{AccountId, Timestamp};
    use refinery::Target;
    use std::sync::Arc;

    use super::*;
    use crate::db::sqlite::unit::{Fixed, SqliteView};

    /// What the first version had written.
    fn of_version_1(dir: &Path) {
        let mut conn = Connection::open(dir.join(FILE)).unwrap();
        embedded::migrations::runner().set_target(Target::Version(1)).run(&mut conn).unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            "INSERT INTO store (id, change_no, epoch) VALUES (1, 7, x'07070707070707070707070707070707');
             INSERT INTO accounts (account, first_root_key, root, username, password_hash, created_at, requests, group_adds,
                 presence, read_marks, searchable, settings_change, log_change)
             VALUES (x'a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', zeroblob(32), zeroblob(32), 'alice', NULL, 5, 0, 1, 1, 1, 1, 3, 4);",
        )
        .unwrap();
    }

    #[test]
    fn a_store_of_the_first_version_is_taken_along() {
        let dir = tempfile::tempdir().unwrap();
        of_version_1(dir.path());
        let opened = open(&Options::new(dir.path(), [1; 16])).unwrap();
        assert_eq!((opened.epoch, change_no(&opened.writer).unwrap()), (StoreEpoch([7; 16]), 7));
        let fixed = Arc::new(Fixed { limits: Limits::default(), epoch: opened.epoch });
        let view = SqliteView { conn: &opened.writer, fixed };
        let alice = AccountId::from_bytes([0xa0; 16]);
        let row = view.find(alice).unwrap().expect("she is still there");
        assert_eq!((row.username.unwrap().as_str(), row.created_at), ("alice", Timestamp::from_millis(5)));
        assert!(!view.has_phone(alice).unwrap());
    }
}
