//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use beseda_app::Event;
use beseda_app::domain::{Append, AppendError, Appended};
use beseda_app::port::{AppendReply, Bus, StoreError, WriteJob};
use rusqlite::{Connection, params};

use super::appender::Appender;
use super::checkpoint::Checkpointer;
use super::open::change_no;
use super::sql::{Db, exec, int};
use super::unit::{Fixed, SqliteUnit, SqliteView, Touched};

/// Most items in one commit: more would only make those who wait at its front wait longer.
const BATCH: usize = 256;

/// Something to be written.
pub(super) enum Item {
    Work(Box<dyn WriteJob>),
    Append(Append, AppendReply),
}

impl Item {
    /// Answers that nothing was done.
    pub(super) fn refuse(self, error: StoreError) {
        match self {
            Self::Work(job) => job.finish(Err(error)),
            Self::Append(_, reply) => reply(Err(AppendError::Store(error))),
        }
    }
}

/// An item that was carried out and waits for the commit.
enum Done {
    Work(Box<dyn WriteJob>, Result<(), StoreError>),
    /// It refused by itself: that stands, whatever becomes of the others.
    Refused(Box<dyn WriteJob>),
    Append(AppendReply, Result<Appended, AppendError>),
}

impl Done {
    fn answer(self, committed: &Result<(), StoreError>) {
        match (self, committed) {
            (Self::Refused(job), _) => job.finish(Ok(())),
            (Self::Work(job, _), Err(error)) => job.finish(Err(error.clone())),
            (Self::Work(job, result), Ok(())) => job.finish(result),
            (Self::Append(reply, _), Err(error)) => reply(Err(AppendError::Store(error.clone()))),
            (Self::Append(reply, result), Ok(())) => reply(result),
        }
    }
}

pub(super) struct Writer {
    // Closed before the writer's own connection, which is the store's last.
    checkpointer: Checkpointer,
    conn: Connection,
    fixed: Arc<Fixed>,
    bus: Arc<dyn Bus>,
    queued: Arc<AtomicUsize>,
    change_no: u64,
    appender: Appender,
}

impl Writer {
    pub(super) fn new(
        mut conn: Connection,
        path: &Path,
        fixed: Arc<Fixed>,
        bus: Arc<dyn Bus>,
        queued: Arc<AtomicUsize>,
    ) -> Result<Self, StoreError> {
        let change_no = change_no(&conn)?;
        let checkpointer = Checkpointer::start(&mut conn, path)?;
        Ok(Self { checkpointer, conn, fixed, bus, queued, change_no, appender: Appender::new() })
    }

    /// Works until nobody can queue anything any more.
    pub(super) fn run(mut self, queue: &Receiver<Item>) {
        while let Ok(first) = queue.recv() {
            let mut batch = Vec::with_capacity(BATCH);
            batch.push(first);
            while batch.len() < BATCH
                && let Ok(item) = queue.try_recv()
            {
                batch.push(item);
            }
            let size = batch.len();
            self.write(batch);
            self.checkpointer.committed(&self.conn);
            self.queued.fetch_sub(size, Ordering::Relaxed);
        }
    }

    fn write(&mut self, batch: Vec<Item>) {
        let before = self.change_no;
        let mut done = Vec::with_capacity(batch.len());
        let mut events = Vec::new();
        let mut items = batch.into_iter();
        let mut outcome = exec(&self.conn, "BEGIN IMMEDIATE", []).map(|_| ());
        if outcome.is_ok() {
            outcome = self.carry_out(&mut items, &mut done, &mut events);
        }
        if outcome.is_ok() {
            outcome = self.commit(before);
        }
        if let Err(error) = &outcome {
            if !self.conn.is_autocommit()
                && let Err(error) = self.conn.execute_batch("ROLLBACK").db()
            {
                tracing::error!(%error, "The writer could not roll back.");
            }
            // Whatever was remembered may have been undone.
            self.appender.forget_all();
            self.change_no = before;
            events.clear();
            tracing::warn!(%error, items = done.len(), "A group commit failed; nothing of it was stored.");
        }
        for item in done {
            item.answer(&outcome);
        }
        for item in items {
            item.refuse(outcome.clone().err().unwrap_or(StoreError::Closed));
        }
        if !events.is_empty() {
            self.bus.publish(events);
        }
    }

    /// Carries the items out in their order; runs of messages together.
    fn carry_out(
        &mut self,
        items: &mut std::vec::IntoIter<Item>,
        done: &mut Vec<Done>,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        let mut run: Vec<(Append, AppendReply)> = Vec::new();
        for item in items {
            match item {
                Item::Append(append, reply) => run.push((append, reply)),
                Item::Work(job) => {
                    let appended = self.append(std::mem::take(&mut run), done, events);
                    if let Err(error) = appended {
                        done.push(Done::Work(job, Err(error.clone())));
                        return Err(error);
                    }
                    let (outcome, usable) = self.work(job, events);
                    done.push(outcome);
                    usable?;
                    if self.conn.is_autocommit() {
                        // The database has rolled the whole transaction back by itself, as it may when the disk fails.
                        return Err(StoreError::Io);
                    }
                }
            }
        }
        self.append(run, done, events)
    }

    fn append(
        &mut self,
        run: Vec<(Append, AppendReply)>,
        done: &mut Vec<Done>,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        if run.is_empty() {
            return Ok(());
        }
        let (appends, replies): (Vec<_>, Vec<_>) = run.into_iter().unzip();
        let mut results = Vec::new();
        let outcome = self.appender.run(&self.conn, &self.fixed, &mut self.change_no, appends, &mut results, events);
        let missing = outcome.clone().err().unwrap_or(StoreError::Closed);
        let mut results = results.into_iter();
        for reply in replies {
            let result = results.next().flatten().unwrap_or_else(|| Err(AppendError::Store(missing.clone())));
            done.push(Done::Append(reply, result));
        }
        outcome
    }

    /// Runs one unit of work as a savepoint. Also tells whether the transaction around it can go on.
    fn work(&mut self, mut job: Box<dyn WriteJob>, events: &mut Vec<Event>) -> (Done, Result<(), StoreError>) {
        if let Err(error) = self.savepoint("SAVEPOINT work") {
            return (Done::Work(job, Err(error.clone())), Err(error));
        }
        let mut unit = SqliteUnit {
            view: SqliteView { conn: &self.conn, fixed: Arc::clone(&self.fixed) },
            change_no: self.change_no,
            events: Vec::new(),
            touched: Touched::default(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(&mut unit)));
        let SqliteUnit { change_no, events: emitted, touched, .. } = unit;
        match outcome {
            Ok(true) => {
                self.change_no = change_no;
                self.appender.forget(&touched);
                events.extend(emitted);
                (Done::Work(job, Ok(())), self.savepoint("RELEASE work"))
            }
            Ok(false) => (Done::Refused(job), self.undo()),
            Err(_) => {
                tracing::error!("A unit of work panicked; it was undone.");
                let panicked = Err(StoreError::Backend("a unit of work panicked".to_owned()));
                (Done::Work(job, panicked), self.undo())
            }
        }
    }

    fn undo(&self) -> Result<(), StoreError> {
        if self.conn.is_autocommit() {
            // Undone already, along with everything else of this transaction.
            return Ok(());
        }
        self.savepoint("ROLLBACK TO work")?;
        self.savepoint("RELEASE work")
    }

    fn savepoint(&self, sql: &str) -> Result<(), StoreError> {
        exec(&self.conn, sql, []).map(|_| ())
    }

    fn commit(&self, before: u64) -> Result<(), StoreError> {
        if self.change_no != before {
            exec(&self.conn, "UPDATE store SET change_no = ?1", params![int(self.change_no)])?;
        }
        exec(&self.conn, "COMMIT", []).map(|_| ())
    }
}
