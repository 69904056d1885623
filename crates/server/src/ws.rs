//! The WebSocket part: who is connected, what they ask for, and what they are told unasked.
//!
//! [`frame`] speaks RFC 6455, [`socket`] moves bytes, [`session`] takes requests apart and hands them to the core,
//! [`outbox`] holds what waits to be written, [`hub`] knows who is connected, [`fanout`] takes events to them.

pub(crate) mod answer;
mod dispatch;
pub(crate) mod fanout;
pub(crate) mod frame;
pub(crate) mod hello;
pub(crate) mod hub;
pub(crate) mod map;
pub(crate) mod outbox;
pub(crate) mod pending;
mod presence;
pub(crate) mod session;
mod socket;

use std::collections::BTreeSet;

use beseda_wire::Push;

pub(crate) use socket::upgrade;

use self::frame::CloseCode;
use crate::context::Context;

/// Longest time after which a client that was sent away should come back, and the shortest.
const RECONNECT_MS: std::ops::Range<u32> = 1_000..10_000;

/// Tells everybody to come back later, at different times, and closes.
pub(crate) fn send_away(context: &Context) {
    let seats = context.hub.all();
    let accounts: BTreeSet<_> = seats.iter().map(|seat| seat.actor.account).collect();
    presence::all_left(context, accounts.into_iter().collect(), context.clock.now());
    for seat in seats {
        let spread = u32::from_be_bytes(context.chance()) % (RECONNECT_MS.end - RECONNECT_MS.start);
        let closing = Push::Closing { reconnect_ms: RECONNECT_MS.start + spread };
        seat.close(Some(closing), CloseCode::Restart);
    }
}
