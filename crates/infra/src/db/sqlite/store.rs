use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use beseda_app::domain::{Append, StoreEpoch};
use beseda_app::port::{AppendReply, Bus, ReadJob, Store, StoreError, WriteJob};
use rusqlite::OpenFlags;

use super::open::{self, Opened, Options};
use super::readers::Readers;
use super::sql::Db;
use super::unit::Fixed;
use super::writer::{Item, Writer};

/// A store in one SQLite file.
pub struct SqliteStore {
    items: Option<SyncSender<Item>>,
    writer: Option<JoinHandle<()>>,
    readers: Readers,
    queued: Arc<AtomicUsize>,
    path: PathBuf,
    epoch: StoreEpoch,
    _lock: File,
}

impl SqliteStore {
    /// Opens the data directory, brings its schema up to date, and starts the threads. Events go to `bus`.
    ///
    /// # Errors
    /// When the directory belongs to another process or a newer program, can't be written, or is damaged.
    pub fn open(options: &Options, bus: Arc<dyn Bus>) -> Result<Self, StoreError> {
        let Opened { writer, path, epoch, lock } = open::open(options)?;
        let fixed = Arc::new(Fixed { limits: options.limits.clone(), epoch });
        let readers = Readers::start(&path, options.readers, &fixed)?;
        let (items, queue) = sync_channel(options.queue.max(1));
        let queued = Arc::new(AtomicUsize::new(0));
        let writer = Writer::new(writer, &path, fixed, bus, Arc::clone(&queued))?;
        let thread = std::thread::Builder::new().name("writer".to_owned());
        let writer = thread.spawn(move || writer.run(&queue)).map_err(|_| StoreError::Io)?;
        Ok(Self { items: Some(items), writer: Some(writer), readers, queued, path, epoch, _lock: lock })
    }

    fn submit(&self, item: Item) {
        let Some(items) = &self.items else { return item.refuse(StoreError::Closed) };
        self.queued.fetch_add(1, Ordering::Relaxed);
        let (item, error) = match items.try_send(item) {
            Ok(()) => return,
            Err(TrySendError::Full(item)) => (item, StoreError::Overloaded),
            Err(TrySendError::Disconnected(item)) => (item, StoreError::Closed),
        };
        self.queued.fetch_sub(1, Ordering::Relaxed);
        item.refuse(error);
    }
}

impl Store for SqliteStore {
    fn submit_write(&self, job: Box<dyn WriteJob>) {
        self.submit(Item::Work(job));
    }

    fn submit_read(&self, job: Box<dyn ReadJob>) {
        self.readers.submit(job);
    }

    fn append(&self, append: Append, reply: AppendReply) {
        self.submit(Item::Append(append, reply));
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Conflict);
        }
        let conn = rusqlite::Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE).db()?;
        let to = to.to_str().ok_or(StoreError::CannotOpen)?;
        conn.execute("VACUUM INTO ?1", [to]).db()?;
        Ok(())
    }

    fn store_epoch(&self) -> StoreEpoch {
        self.epoch
    }

    fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // The last connection to close moves the log into the file and removes it. Of two that close at the same time each
        // takes the other for one that stays: so the writer's is the last, alone.
        self.readers.close();
        self.items = None;
        join(self.writer.take());
    }
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("queued", &self.queued()).finish_non_exhaustive()
    }
}

/// Waits for threads to end, unless it is one of them that lets go of the store.
pub(super) fn join(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    for thread in threads {
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            tracing::error!("A thread of the store had panicked.");
        }
    }
}
