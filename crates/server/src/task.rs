//! Every task of the server: tracked, so that a shutdown waits for it, and isolated, so that a panic stays in it.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and ends them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Runs `future` beside everything else. A panic in it is logged and goes no further.
    pub(crate) fn spawn<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let guarded = async move {
            if let Err(panic) = AssertUnwindSafe(future).catch_unwind().await {
                tracing::error!(task = name, panic = panic_text(panic.as_ref()), "A task failed and was ended.");
            }
        };
        #[expect(clippy::disallowed_methods, reason = "this is the tracked way that everything else takes")]
        drop(tokio::spawn(self.tracker.track_future(guarded)));
    }

    /// Cancelled when the server stops.
    pub(crate) fn stop_signal(&self) -> &CancellationToken {
        &self.stop
    }

    /// Whether the server is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Tells all tasks to end.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Tells all tasks to end and waits for them, at most for `patience`. Answers whether all ended.
    pub(crate) async fn shut_down(&self, patience: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}

/// What a panic said, if it said it in words. The words are the program's own, never a user's.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_stays_in_its_task() {
        let tasks = Tasks::default();
        let (done, heard) = tokio::sync::oneshot::channel();
        tasks.spawn("failing", async { panic!("on purpose") });
        tasks.spawn("working", async { done.send(()).expect("the test waits for it") });
        heard.await.expect("the other task runs to its end");
        assert!(tasks.shut_down(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn a_shutdown_waits_for_what_ends_on_the_signal() {
        let tasks = Tasks::default();
        let stop = tasks.stop_signal().clone();
        tasks.spawn("waiting", async move { stop.cancelled().await });
        assert!(tasks.shut_down(Duration::from_secs(5)).await);
    }
}
