//! Senders and receivers, the same for the server and for the floors.

mod fanout;
mod pairs;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use crate::clock::{instant, micros};
use crate::frames::Messages;
use crate::meter::{Meter, Passed};
use crate::socket::Socket;
use crate::stats::Histogram;

pub(crate) use fanout::fan_out;
pub(crate) use pairs::{Pace, pairs};

/// Time before the measured phase, for caches, allocators and the disk to settle.
const WARM_UP: Duration = Duration::from_millis(1_000);

/// One client that sends: its first frame and its messages.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) hello: Vec<u8>,
    pub(crate) messages: Messages,
}

/// What a phase came to.
pub(crate) struct Outcome {
    /// From when a message should leave to when a receiver has it.
    pub(crate) delivery: Histogram,
    /// From when a message should leave to its answer.
    pub(crate) answer: Histogram,
    /// Wall and processor time.
    pub(crate) passed: Passed,
    /// Bytes between the senders and the server per message: sent and received.
    pub(crate) wire: (f64, f64),
}

impl Outcome {
    /// Deliveries per second.
    pub(crate) fn rate(&self) -> f64 {
        self.delivery.count() as f64 / self.passed.seconds
    }

    /// Processor time of the server in microseconds, per delivery.
    pub(crate) fn cpu_micros(&self) -> f64 {
        self.passed.server * 1e6 / self.delivery.count() as f64
    }
}

/// The measured part of a run.
#[derive(Debug, Clone, Copy)]
struct Phase {
    begin: Instant,
    end: Instant,
}

impl Phase {
    fn after_warm_up(length: Duration) -> Self {
        let begin = instant() + WARM_UP;
        Self { begin, end: begin + length }
    }

    /// Records how long it took until now, if now is inside.
    fn record(self, histogram: &mut Histogram, left: Instant) {
        let now = instant();
        if self.begin <= now && now < self.end {
            histogram.record(micros(left, now));
        }
    }
}

/// What one client counted.
#[derive(Default)]
struct Tally {
    delivery: Histogram,
    answer: Histogram,
    sent: u64,
    written: u64,
    read: u64,
}

impl Tally {
    fn bytes(mut self, socket: &Socket) -> Self {
        self.written = socket.written;
        self.read = socket.read;
        self
    }
}

/// Reads the meters at both ends of the phase, then waits for the clients and adds up what they counted.
async fn gather(mut clients: JoinSet<Result<Tally>>, pid: u32, phase: Phase) -> Result<Outcome> {
    tokio::time::sleep_until(phase.begin.into()).await;
    let meter = Meter::start(pid)?;
    tokio::time::sleep_until(phase.end.into()).await;
    let passed = meter.read()?;
    let mut sum = Tally::default();
    while let Some(done) = clients.join_next().await {
        let tally = done.context("a client panicked")??;
        sum.delivery.merge(&tally.delivery);
        sum.answer.merge(&tally.answer);
        sum.sent += tally.sent;
        sum.written += tally.written;
        sum.read += tally.read;
    }
    ensure!(sum.delivery.count() > 0, "not one message arrived");
    let sent = sum.sent.max(1) as f64;
    Ok(Outcome {
        delivery: sum.delivery,
        answer: sum.answer,
        passed,
        wire: (sum.written as f64 / sent, sum.read as f64 / sent),
    })
}
