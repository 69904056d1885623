//! Moving what was committed from the write-ahead log into the database file, beside the writer instead of in its way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use beseda_app::port::StoreError;
use rusqlite::Connection;

use super::open;
use super::sql::Db;

/// Pages in the log at which the thread beside the writer starts to move them: 4 MiB.
const START: i32 = 1_000;
/// Pages in the log at which the writer itself moves the last ones, so that the log can begin anew: 64 MiB. Under load
/// the thread beside it never sees the end of the log.
const FULL: i32 = 16_000;

/// The writer's side.
pub(super) struct Checkpointer {
    pages: Arc<AtomicI32>,
    told: i32,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(writer: &mut Connection, path: &Path) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicI32::new(0));
        let seen = Arc::clone(&pages);
        writer
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
                seen.store(count, Ordering::Relaxed);
                Ok(())
            }))
            .db()?;
        let conn = open::checkpointer(path)?;
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new().name("checkpoint".to_owned());
        let thread = thread.spawn(move || run(&conn, &woken)).map_err(|_| StoreError::Io)?;
        Ok(Self { pages, told: 0, wake: Some(wake), thread: Some(thread) })
    }

    /// Called after each commit.
    pub(super) fn committed(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.told {
            self.told = 0;
        }
        if pages >= FULL {
            // If the other thread is at it this does nothing, and the next commit tries again.
            checkpoint(writer);
        }
        if pages.saturating_sub(self.told) >= START {
            self.told = pages;
            // A full channel means that it is awake.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        super::store::join(self.thread.take());
    }
}

fn run(conn: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        checkpoint(conn);
    }
}

/// Failing is no harm: the log stays as it is, and is tried again.
fn checkpoint(conn: &Connection) {
    if let Err(error) = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).db() {
        tracing::warn!(%error, "The write-ahead log could not be moved into the database; it will be tried again.");
    }
}
