use std::path::Path;
use std::sync::mpsc;

use super::{StoreError, UnitOfWork, View};
use crate::domain::{Append, AppendError, Appended, StoreEpoch};

/// Gets the result of an append; called on the writer's thread, so it must not block.
pub type AppendReply = Box<dyn FnOnce(Result<Appended, AppendError>) + Send>;

/// A unit of work on its way to the writer. Made by `write`.
pub trait WriteJob: Send {
    /// Runs it; `false` undoes everything that it did. May be called again.
    fn run(&mut self, uow: &mut dyn UnitOfWork) -> bool;
    /// Called once: after the commit, or with why there was none.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A read on its way to a reader. Made by `read`.
pub trait ReadJob: Send {
    /// Runs it and answers.
    fn run(self: Box<Self>, view: Result<&dyn View, StoreError>);
}

/// Everything durable, behind one writer and several readers. Dropping the last handle ends the threads after what is
/// queued was done.
pub trait Store: Send + Sync {
    /// Queues a unit of work; a full queue refuses it through `finish`.
    fn submit_write(&self, job: Box<dyn WriteJob>);
    /// Queues a read; a full queue refuses it.
    fn submit_read(&self, job: Box<dyn ReadJob>);
    /// Queues a message. Messages of one caller to one conversation are stored in the order of these calls.
    fn append(&self, append: Append, reply: AppendReply);
    /// Writes a consistent copy to a new file.
    ///
    /// # Errors
    /// When the file exists or can't be written.
    fn backup(&self, to: &Path) -> Result<(), StoreError>;
    /// The store's epoch.
    fn store_epoch(&self) -> StoreEpoch;
    /// Units of work and messages that wait for the writer.
    fn queued(&self) -> usize;
}

impl dyn Store + '_ {
    /// Runs `work` in a transaction on the writer; `reply` gets its result after the commit, on the writer's thread.
    pub fn write<T, E>(
        &self,
        work: impl FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit_write(Box::new(Work { work, reply, result: None }));
    }

    /// Like `write`, but waits for the result. Not for asynchronous code.
    ///
    /// # Errors
    /// Those of `work`, or the store's.
    pub fn write_blocking<T, E>(
        &self,
        work: impl FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.write(work, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Runs `work` over a consistent state on a reader; `reply` gets its result on the reader's thread.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&dyn View) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: 'static,
        E: From<StoreError> + 'static,
    {
        self.submit_read(Box::new(Reading(move |view: Result<&dyn View, StoreError>| {
            reply(view.map_err(E::from).and_then(work));
        })));
    }

    /// Like `read`, but waits for the result. Not for asynchronous code.
    ///
    /// # Errors
    /// Those of `work`, or the store's.
    pub fn read_blocking<T, E>(&self, work: impl FnOnce(&dyn View) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.read(work, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Like [`append`](Store::append), but waits for the result. Not for asynchronous code.
    ///
    /// # Errors
    /// Why the message was not stored.
    pub fn append_blocking(&self, append: Append) -> Result<Appended, AppendError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.append(append, Box::new(move |result| drop(sender.send(result))));
        receiver.recv().unwrap_or(Err(AppendError::Store(StoreError::Closed)))
    }
}

struct Work<T, E, W, R> {
    work: W,
    reply: R,
    result: Option<Result<T, E>>,
}

impl<T, E, W, R> WriteJob for Work<T, E, W, R>
where
    T: Send,
    E: From<StoreError> + Send,
    W: FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
{
    fn run(&mut self, uow: &mut dyn UnitOfWork) -> bool {
        let result = (self.work)(uow);
        let succeeded = result.is_ok();
        self.result = Some(result);
        succeeded
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { reply, result, .. } = *self;
        reply(match (committed, result) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed.into()),
        });
    }
}

struct Reading<F>(F);

impl<F: FnOnce(Result<&dyn View, StoreError>) + Send> ReadJob for Reading<F> {
    fn run(self: Box<Self>, view: Result<&dyn View, StoreError>) {
        (self.0)(view);
    }
}
