//! Threads that answer reads, each over its own connection and a consistent state.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use beseda_app::port::{ReadJob, StoreError};
use rusqlite::Connection;

use super::open;
use super::sql::Db;
use super::unit::{Fixed, SqliteView};

/// Reads that may wait; more are refused.
const QUEUE: usize = 4_096;

pub(super) struct Readers {
    jobs: Option<SyncSender<Box<dyn ReadJob>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(super) fn start(path: &Path, count: usize, fixed: &Arc<Fixed>) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for number in 0..count.max(1) {
            let (conn, fixed, queue) = (open::reader(path)?, Arc::clone(fixed), Arc::clone(&queue));
            let thread = std::thread::Builder::new().name(format!("reader-{number}"));
            threads.push(thread.spawn(move || run(&conn, &fixed, &queue)).map_err(|_| StoreError::Io)?);
        }
        Ok(Self { jobs: Some(jobs), threads })
    }

    pub(super) fn submit(&self, job: Box<dyn ReadJob>) {
        let Some(jobs) = &self.jobs else { return job.run(Err(StoreError::Closed)) };
        match jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.run(Err(StoreError::Overloaded)),
            Err(TrySendError::Disconnected(job)) => job.run(Err(StoreError::Closed)),
        }
    }

    /// Answers what waits, and closes the connections.
    pub(super) fn close(&mut self) {
        self.jobs = None;
        super::store::join(self.threads.drain(..));
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.close();
    }
}

fn run(conn: &Connection, fixed: &Arc<Fixed>, queue: &Mutex<Receiver<Box<dyn ReadJob>>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A use case that panics has lost its answer; the thread goes on with the next.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(conn, fixed, job)));
        if outcome.is_err() {
            tracing::error!("A read panicked; its request was not answered.");
        }
        if !conn.is_autocommit() {
            drop(conn.execute_batch("ROLLBACK"));
        }
    }
}

fn read(conn: &Connection, fixed: &Arc<Fixed>, job: Box<dyn ReadJob>) {
    match conn.execute_batch("BEGIN").db() {
        Ok(()) => job.run(Ok(&SqliteView { conn, fixed: Arc::clone(fixed) })),
        Err(error) => job.run(Err(error)),
    }
}
