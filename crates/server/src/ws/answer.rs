//! The one answer that each request gets.

use std::sync::Arc;

use beseda_wire::request::ServerFrame;
use beseda_wire::{Problem, Reply};

use super::frame;
use super::hub::Seat;
use super::outbox::Weight;
use crate::context::Context;
use crate::problem;
use crate::refusal::{Refusal, refuse};
use crate::telemetry::Wide;

/// The duty to answer one request. If it is dropped undone, because something failed on the way, the other side is told
/// that much.
#[derive(Debug)]
pub(crate) struct Answer {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    context: Arc<Context>,
    seat: Arc<Seat>,
    id: u32,
    op: &'static str,
    weight: Weight,
    wide: Wide,
}

impl Answer {
    /// Takes the duty on.
    pub(crate) fn new(context: &Arc<Context>, seat: &Arc<Seat>, id: u32, op: &'static str, weight: Weight) -> Self {
        seat.outbox.open(weight);
        let wide = Wide::start(op).account(seat.actor.account);
        let (context, seat) = (context.clone(), seat.clone());
        Self { open: Some(Open { context, seat, id, op, weight, wide }) }
    }

    /// Carried out.
    pub(crate) fn ok(mut self, reply: Reply) {
        if let Some(open) = self.open.take() {
            open.send(Ok(reply));
        }
    }

    /// Refused.
    pub(crate) fn err(mut self, why: Problem) {
        if let Some(open) = self.open.take() {
            open.send(Err(why));
        }
    }

    /// Whatever became of it.
    pub(crate) fn result<T, E: Refusal>(mut self, result: Result<T, E>, reply: impl FnOnce(T) -> Reply) {
        if let Some(open) = self.open.take() {
            let result = result.map(reply).map_err(|error| refuse(&open.context, open.op, &error));
            open.send(result);
        }
    }

    /// Like [`result`](Self::result), where there is nothing to tell.
    pub(crate) fn done<T, E: Refusal>(self, result: Result<T, E>) {
        self.result(result, |_| Reply::Done);
    }
}

impl Open {
    fn send(self, result: Result<Reply, Problem>) {
        let Self { seat, id, weight, wide, .. } = self;
        let (frame, code) = match result {
            Ok(re) => (ServerFrame::Ok { id, re }, None),
            Err(why) => {
                let code = why.code;
                (ServerFrame::Err { id, why }, Some(code))
            }
        };
        seat.outbox.answer(frame::message(seat.encoding, &frame), weight);
        wide.end(code);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            let request = open.context.request_id();
            tracing::error!(op = open.op, request, "A request was given up without an answer.");
            open.send(Err(problem::internal(request)));
        }
    }
}
