//! One authenticated connection: takes frames apart, asks the doors, and hands requests to the core. It moves no bytes
//! itself: what it has to say lands in the seat's outbox.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use beseda_app::domain::TokenHash;
use beseda_model::Code;
use beseda_wire::request::{ClientFrame, ServerFrame};
use beseda_wire::{Encoding, Problem, Request};
use serde::Deserialize;

use super::answer::Answer;
use super::dispatch::{Call, dispatch};
use super::fanout::Item;
use super::frame::{self, CloseCode};
use super::hub::Seat;
use super::outbox::Weight;
use crate::context::Context;
use crate::doors::{self, Rule, socket_door};
use crate::problem;
use crate::rates::Subject;

/// Frames without meaning after which the connection is closed.
const MOST_MALFORMED: u8 = 3;

/// An authenticated connection. Dropping it gives the seat up.
#[derive(Debug)]
pub(crate) struct Session {
    context: Arc<Context>,
    seat: Arc<Seat>,
    token: TokenHash,
    malformed: u8,
}

impl Session {
    /// The session of a seat that was taken.
    pub(crate) const fn new(context: Arc<Context>, seat: Arc<Seat>, token: TokenHash) -> Self {
        Self { context, seat, token, malformed: 0 }
    }

    /// Its seat.
    pub(crate) const fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }

    /// Takes one message. `encoding` is that of its kind of WebSocket message, which may be the wrong one.
    pub(crate) fn receive(&mut self, encoding: Encoding, message: &[u8]) {
        if self.seat.outbox.is_closing() {
            return;
        }
        self.seat.hear(self.context.clock.now());
        let frame = match encoding == self.seat.encoding {
            true => encoding.decode::<ClientFrame>(message).map_err(|_| "the frame is not a request"),
            false => Err("the frame is of the other encoding"),
        };
        match frame {
            Ok(frame) => self.handle(frame),
            Err(detail) => self.complain(message, detail),
        }
    }

    /// Answers a ping of the WebSocket protocol; it counts like a request.
    pub(crate) fn pong(&self, payload: &[u8]) {
        self.seat.hear(self.context.clock.now());
        self.seat.outbox.open(Weight::LIGHT);
        self.seat.outbox.answer(frame::pong(payload), Weight::LIGHT);
    }

    fn handle(&self, ClientFrame { id, request }: ClientFrame) {
        let door = socket_door(&request);
        let answer = Answer::new(&self.context, &self.seat, id, door.op, weight(&request));
        if door.rule == Rule::Token {
            return answer.err(Problem::new(Code::OutOfOrder, "hello comes once"));
        }
        let subject = Subject::Account(self.seat.actor.account);
        for rate in door.rates {
            if let Err(refused) = self.context.rates.take(*rate, subject) {
                return answer.err(refused.into());
            }
        }
        let most = (door.size.value)(&self.context.config.limits);
        if doors::payload(&request) as u64 > most {
            return answer.err(problem::over_limit(door.size.name, most));
        }
        let call = Call::new(&self.context, &self.seat, self.token, answer);
        // The answer was moved into the call: if that fails, dropping it tells the other side, and the log.
        drop(catch_unwind(AssertUnwindSafe(|| dispatch(call, request))));
    }

    fn complain(&mut self, message: &[u8], detail: &'static str) {
        let answer = refusal(self.seat.encoding, id_of(self.seat.encoding, message), problem::bad_request(detail));
        self.seat.outbox.open(Weight::LIGHT);
        self.seat.outbox.answer(answer, Weight::LIGHT);
        self.malformed = self.malformed.saturating_add(1);
        if self.malformed >= MOST_MALFORMED {
            self.seat.close(None, CloseCode::Policy);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.context.hub.leave(&self.seat) {
            self.context.fanout.send(Item::Left(self.seat.actor.account));
        }
    }
}

/// A refusal as a whole frame.
pub(super) fn refusal(encoding: Encoding, id: u32, why: Problem) -> bytes::Bytes {
    frame::message(encoding, &ServerFrame::Err { id, why })
}

/// The id of a frame of which nothing else is understood; zero if not even that.
pub(super) fn id_of(encoding: Encoding, message: &[u8]) -> u32 {
    #[derive(Deserialize)]
    struct OnlyId {
        id: u32,
    }
    encoding.decode::<OnlyId>(message).map_or(0, |only| only.id)
}

const fn weight(request: &Request) -> Weight {
    match request {
        Request::Log { .. }
        | Request::Sync { .. }
        | Request::GroupInfo { .. }
        | Request::Welcome { .. }
        | Request::Commit(_)
        | Request::Create(_)
        | Request::Succeed(_)
        | Request::ClaimKeys { .. }
        | Request::DeviceLog { .. }
        | Request::Profiles { .. }
        | Request::Accounts { .. }
        | Request::FindAccounts { .. }
        | Request::WatchPresence { .. } => Weight::HEAVY,
        _ => Weight::LIGHT,
    }
}
