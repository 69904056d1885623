//! What waits to be written to one socket. Answers are never dropped: there are only as many as requests were taken, and
//! no more requests are taken while too many wait. Pushes are bounded: when more come than a slow reader takes, all are
//! dropped and one `resync` stands for them.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use beseda_model::Limits;
use bytes::Bytes;

use super::frame::CloseCode;

/// Requests that may wait for their answers to be written, by weight, before no more are read.
const OPEN_WEIGHT: u32 = 64;

/// How much an answer may take: a page weighs more than an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight(pub(crate) u32);

impl Weight {
    /// A small answer.
    pub(crate) const LIGHT: Self = Self(1);
    /// A page, a tree, a list.
    pub(crate) const HEAVY: Self = Self(8);
}

#[derive(Debug)]
struct Waiting {
    frame: Bytes,
    /// None for a push.
    answer: Option<Weight>,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Waiting>,
    pushes: u64,
    push_bytes: u64,
    /// A resync waits to be written: whatever comes now is covered by it.
    lagging: bool,
    open: u32,
    closing: Option<CloseCode>,
    waker: Option<Waker>,
}

/// The queue of one socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    most_frames: u64,
    most_bytes: u64,
}

impl Outbox {
    /// Empty, with the bounds of the limits.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { queue: Mutex::default(), most_frames: limits.queue_frames, most_bytes: limits.queue_bytes }
    }

    /// Adds a push; if there is no room, puts `resync` in the place of all pushes.
    pub(crate) fn push(&self, frame: Bytes, resync: impl FnOnce() -> Bytes) {
        let mut queue = self.lock();
        if queue.lagging || queue.closing.is_some() {
            return;
        }
        let bytes = frame.len() as u64;
        if queue.pushes >= self.most_frames || queue.push_bytes.saturating_add(bytes) > self.most_bytes {
            queue.frames.retain(|waiting| waiting.answer.is_some());
            queue.pushes = 0;
            queue.push_bytes = 0;
            queue.lagging = true;
            queue.frames.push_back(Waiting { frame: resync(), answer: None });
        } else {
            queue.pushes += 1;
            queue.push_bytes += bytes;
            queue.frames.push_back(Waiting { frame, answer: None });
        }
        wake(queue);
    }

    /// Drops all pushes that wait and says `resync` instead.
    pub(crate) fn lag(&self, resync: Bytes) {
        let mut queue = self.lock();
        if queue.lagging || queue.closing.is_some() {
            return;
        }
        queue.frames.retain(|waiting| waiting.answer.is_some());
        queue.pushes = 0;
        queue.push_bytes = 0;
        queue.lagging = true;
        queue.frames.push_back(Waiting { frame: resync, answer: None });
        wake(queue);
    }

    /// A request was taken; its answer will weigh this.
    pub(crate) fn open(&self, weight: Weight) {
        self.lock().open += weight.0;
    }

    /// Adds the answer to a request that was taken with this weight.
    pub(crate) fn answer(&self, frame: Bytes, weight: Weight) {
        let mut queue = self.lock();
        queue.frames.push_back(Waiting { frame, answer: Some(weight) });
        wake(queue);
    }

    /// Adds a last frame, and closes when everything up to it is written. What comes later is dropped.
    pub(crate) fn close(&self, last: Option<Bytes>, code: CloseCode) {
        let mut queue = self.lock();
        if queue.closing.is_some() {
            return;
        }
        queue.frames.extend(last.map(|frame| Waiting { frame, answer: None }));
        queue.closing = Some(code);
        wake(queue);
    }

    /// Whether another request may be taken now.
    pub(crate) fn may_take(&self) -> bool {
        let queue = self.lock();
        queue.open < OPEN_WEIGHT && queue.closing.is_none()
    }

    /// Whether every request that was taken has its answer waiting here or written.
    pub(crate) fn all_answered(&self) -> bool {
        let queue = self.lock();
        let waiting: u32 = queue.frames.iter().filter_map(|waiting| waiting.answer).map(|weight| weight.0).sum();
        queue.open == waiting
    }

    /// Whether the socket is to be closed: nothing more is carried out.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing.is_some()
    }

    /// Moves up to `most` frames to `batch`. Answers the close code when nothing is left and the socket is to be closed.
    pub(crate) fn take(&self, batch: &mut Vec<Bytes>, most: usize) -> Option<CloseCode> {
        let mut queue = self.lock();
        while batch.len() < most
            && let Some(Waiting { frame, answer }) = queue.frames.pop_front()
        {
            match answer {
                Some(weight) => queue.open = queue.open.saturating_sub(weight.0),
                None if queue.lagging => queue.lagging = false,
                None => {
                    queue.pushes = queue.pushes.saturating_sub(1);
                    queue.push_bytes = queue.push_bytes.saturating_sub(frame.len() as u64);
                }
            }
            batch.push(frame);
        }
        if queue.frames.is_empty() {
            queue.frames = VecDeque::new();
        }
        if batch.is_empty() { queue.closing } else { None }
    }

    /// Waits until there is something to write or the socket is to be closed. One waiter at a time.
    pub(crate) async fn ready(&self) {
        poll_fn(|context| {
            let mut queue = self.lock();
            if !queue.frames.is_empty() || queue.closing.is_some() {
                return Poll::Ready(());
            }
            match &mut queue.waker {
                Some(waker) => waker.clone_from(context.waker()),
                none => *none = Some(context.waker().clone()),
            }
            Poll::Pending
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(mut queue: MutexGuard<'_, Queue>) {
    let waker = queue.waker.take();
    drop(queue);
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::LIMITS;

    use super::*;

    const RESYNC: Bytes = Bytes::from_static(b"resync");

    fn outbox() -> Outbox {
        Outbox::new(&LIMITS)
    }

    fn push(outbox: &Outbox, bytes: usize) {
        outbox.push(Bytes::from(vec![0; bytes]), || RESYNC);
    }

    fn take_all(outbox: &Outbox) -> Vec<Bytes> {
        let mut batch = Vec::new();
        outbox.take(&mut batch, usize::MAX);
        batch
    }

    #[test]
    fn as_many_frames_as_the_limit_wait_and_one_more_means_resync() {
        let outbox = outbox();
        for _ in 0..LIMITS.queue_frames {
            push(&outbox, 1);
        }
        assert_eq!(take_all(&outbox).len() as u64, LIMITS.queue_frames);
        for _ in 0..=LIMITS.queue_frames {
            push(&outbox, 1);
        }
        assert_eq!(take_all(&outbox), [RESYNC]);
    }

    #[test]
    fn as_many_bytes_as_the_limit_wait_and_one_more_means_resync() {
        let outbox = outbox();
        let half = usize::try_from(LIMITS.queue_bytes / 2).expect("small");
        push(&outbox, half);
        push(&outbox, half);
        assert_eq!(take_all(&outbox).len(), 2);
        push(&outbox, half);
        push(&outbox, half + 1);
        assert_eq!(take_all(&outbox), [RESYNC]);
    }

    #[test]
    fn answers_survive_an_overflow_and_what_follows_the_resync_is_pushed_again() {
        let outbox = outbox();
        push(&outbox, 1);
        outbox.open(Weight::LIGHT);
        outbox.answer(Bytes::from_static(b"answer"), Weight::LIGHT);
        for _ in 0..LIMITS.queue_frames * 3 {
            push(&outbox, 1);
        }
        assert_eq!(take_all(&outbox), [Bytes::from_static(b"answer"), RESYNC]);
        push(&outbox, 2);
        assert_eq!(take_all(&outbox), [Bytes::from_static(&[0; 2])]);
    }

    #[test]
    fn requests_are_taken_until_too_many_wait_for_their_answers() {
        let outbox = outbox();
        for _ in 0..OPEN_WEIGHT / Weight::HEAVY.0 {
            assert!(outbox.may_take());
            outbox.open(Weight::HEAVY);
        }
        assert!(!outbox.may_take());
        outbox.answer(Bytes::new(), Weight::HEAVY);
        assert!(!outbox.may_take(), "not before the answer is on its way");
        take_all(&outbox);
        assert!(outbox.may_take());
    }

    #[test]
    fn what_comes_before_a_close_is_written_and_what_comes_later_is_not() {
        let outbox = outbox();
        push(&outbox, 1);
        outbox.close(Some(Bytes::from_static(b"last")), CloseCode::Restart);
        push(&outbox, 1);
        let mut batch = Vec::new();
        assert_eq!(outbox.take(&mut batch, 1), None);
        assert_eq!(outbox.take(&mut batch, 9), None);
        assert_eq!(batch.pop(), Some(Bytes::from_static(b"last")));
        assert_eq!(outbox.take(&mut Vec::new(), 9), Some(CloseCode::Restart));
    }

    #[tokio::test]
    async fn a_waiter_is_woken() {
        let outbox = outbox();
        let (_, ()) = tokio::join!(outbox.ready(), async { push(&outbox, 1) });
        assert_eq!(take_all(&outbox).len(), 1);
    }
}
