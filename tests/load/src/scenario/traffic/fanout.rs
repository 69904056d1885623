//! One writes, many read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::{Outcome, Phase, Sender, Tally, gather};
use crate::clock::{instant, micros};
use crate::frames::{Messages, Seen, see};
use crate::scenario::connect;
use crate::socket::Socket;

/// More messages than are ever under way.
const RING: u64 = 1_024;

/// What the sender and the readers of one conversation share.
struct Room {
    base: Instant,
    /// When messages left; readers find theirs by counting.
    departures: Vec<AtomicU64>,
    delivered: AtomicU64,
    round: Notify,
    readers: u64,
    phase: Phase,
}

impl Room {
    fn departure(&self, place: u64) -> &AtomicU64 {
        &self.departures[usize::try_from(place % RING).expect("below the ring's size")]
    }
}

/// Lets one client send to all others, with `window` messages under way.
pub(crate) async fn fan_out(
    addr: SocketAddr,
    pid: u32,
    sender: Sender,
    readers: &[Vec<u8>],
    window: u64,
    length: Duration,
) -> Result<Outcome> {
    let mut sockets = Vec::with_capacity(readers.len());
    for hello in readers {
        sockets.push(connect(addr, hello).await?);
    }
    let from = connect(addr, &sender.hello).await?;
    let phase = Phase::after_warm_up(length);
    let room = Arc::new(Room {
        base: instant(),
        departures: (0..RING).map(|_| AtomicU64::new(0)).collect(),
        delivered: AtomicU64::new(0),
        round: Notify::new(),
        readers: readers.len() as u64,
        phase,
    });
    let (end, ended) = watch::channel(None);
    let mut clients = JoinSet::new();
    for socket in sockets {
        clients.spawn(read(socket, Arc::clone(&room), ended.clone()));
    }
    clients.spawn(send(from, sender.messages, Arc::clone(&room), window, end));
    gather(clients, pid, phase).await
}

async fn send(
    mut from: Socket,
    mut messages: Messages,
    room: Arc<Room>,
    window: u64,
    end: watch::Sender<Option<u64>>,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut answered = 0;
    (from.written, from.read) = (0, 0);
    loop {
        let arrived = (room.delivered.load(Ordering::Acquire) / room.readers).min(answered);
        let now = instant();
        if now >= room.phase.end && arrived == tally.sent {
            end.send_replace(Some(tally.sent));
            return Ok(tally.bytes(&from));
        }
        while now < room.phase.end && tally.sent - arrived < window {
            room.departure(tally.sent).store(micros(room.base, instant()), Ordering::Release);
            from.send(messages.next()).await?;
            tally.sent += 1;
        }
        tokio::select! {
            filled = from.fill() => filled?,
            () = room.round.notified() => {}
        }
        while let Some(payload) = from.take()? {
            if see(payload)? == Seen::Ok {
                let left = room.base + Duration::from_micros(room.departure(answered).load(Ordering::Acquire));
                room.phase.record(&mut tally.answer, left);
                answered += 1;
            }
        }
    }
}

async fn read(mut socket: Socket, room: Arc<Room>, mut ended: watch::Receiver<Option<u64>>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut place = 0;
    while *ended.borrow_and_update() != Some(place) {
        tokio::select! {
            filled = socket.fill() => filled?,
            changed = ended.changed() => {
                changed?;
                continue;
            }
        }
        while let Some(payload) = socket.take()? {
            if see(payload)? != Seen::Entry {
                continue;
            }
            let left = room.base + Duration::from_micros(room.departure(place).load(Ordering::Acquire));
            room.phase.record(&mut tally.delivery, left);
            place += 1;
            if (room.delivered.fetch_add(1, Ordering::AcqRel) + 1).is_multiple_of(room.readers) {
                room.round.notify_one();
            }
        }
    }
    Ok(tally)
}
