//! Pairs: one writes, the other reads.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::{Outcome, Phase, Sender, Tally, WARM_UP, gather};
use crate::clock::instant;
use crate::frames::{Messages, Seen, see};
use crate::scenario::connect;
use crate::socket::Socket;

/// How messages leave.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// Each sender keeps this many under way.
    Window(u64),
    /// All senders together send this many a second, whatever becomes of them.
    PerSecond(f64),
}

/// Lets pairs write; each is a sender and the first frame of its receiver.
pub(crate) async fn pairs(
    addr: SocketAddr,
    pid: u32,
    pairs: Vec<(Sender, Vec<u8>)>,
    pace: Pace,
    length: Duration,
) -> Result<Outcome> {
    let count = pairs.len() as f64;
    let mut connected = Vec::with_capacity(pairs.len());
    for (sender, receiver) in pairs {
        let from = connect(addr, &sender.hello).await?;
        let to = connect(addr, &receiver).await?;
        connected.push(Pair { from, to, messages: sender.messages });
    }
    let phase = Phase::after_warm_up(length);
    let mut clients = JoinSet::new();
    for (at, mut pair) in connected.into_iter().enumerate() {
        for socket in [&mut pair.from, &mut pair.to] {
            socket.written = 0;
            socket.read = 0;
        }
        match pace {
            Pace::Window(window) => clients.spawn(closed(pair, window, phase)),
            Pace::PerSecond(rate) => {
                let every = Duration::from_secs_f64(count / rate);
                // Spread evenly, so that the pairs do not march in step.
                let first = phase.begin - WARM_UP + every.mul_f64(at as f64 / count);
                clients.spawn(open(pair, first, every, phase))
            }
        };
    }
    gather(clients, pid, phase).await
}

struct Pair {
    from: Socket,
    to: Socket,
    messages: Messages,
}

/// The messages of one pair that are under way.
#[derive(Default)]
struct Flight {
    answers: VecDeque<Instant>,
    deliveries: VecDeque<Instant>,
    tally: Tally,
}

impl Flight {
    async fn send(&mut self, pair: &mut Pair, due: Instant) -> Result<()> {
        self.answers.push_back(due);
        self.deliveries.push_back(due);
        self.tally.sent += 1;
        pair.from.send(pair.messages.next()).await
    }

    fn under_way(&self) -> u64 {
        self.answers.len().max(self.deliveries.len()) as u64
    }

    fn take(&mut self, pair: &mut Pair, phase: Phase) -> Result<()> {
        while let Some(payload) = pair.from.take()? {
            if see(payload)? == Seen::Ok {
                let left = self.answers.pop_front().context("an answer to nothing")?;
                phase.record(&mut self.tally.answer, left);
            }
        }
        while let Some(payload) = pair.to.take()? {
            if see(payload)? == Seen::Entry {
                let left = self.deliveries.pop_front().context("a message that nobody sent")?;
                phase.record(&mut self.tally.delivery, left);
            }
        }
        Ok(())
    }
}

/// Sends the next message as soon as an earlier one was both answered and delivered.
async fn closed(mut pair: Pair, window: u64, phase: Phase) -> Result<Tally> {
    let mut flight = Flight::default();
    loop {
        let now = instant();
        while now < phase.end && flight.under_way() < window {
            flight.send(&mut pair, instant()).await?;
        }
        if flight.under_way() == 0 {
            return Ok(flight.tally.bytes(&pair.from));
        }
        tokio::select! {
            filled = pair.from.fill() => filled?,
            filled = pair.to.fill() => filled?,
        }
        flight.take(&mut pair, phase)?;
    }
}

/// Sends at fixed times. Delays count from when a message should have left, so that a server that stalls can't hide it.
async fn open(mut pair: Pair, first: Instant, every: Duration, phase: Phase) -> Result<Tally> {
    let mut flight = Flight::default();
    let mut due = first;
    loop {
        while due <= instant() && due < phase.end {
            flight.send(&mut pair, due).await?;
            due += every;
        }
        if due >= phase.end && flight.under_way() == 0 {
            return Ok(flight.tally.bytes(&pair.from));
        }
        tokio::select! {
            filled = pair.from.fill() => filled?,
            filled = pair.to.fill() => filled?,
            () = tokio::time::sleep_until(due.into()), if due < phase.end => {}
        }
        flight.take(&mut pair, phase)?;
    }
}
