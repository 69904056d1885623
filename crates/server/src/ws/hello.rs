//! The first frame: a token becomes a seat.

use std::sync::Arc;

use beseda_app::domain::TokenHash;
use beseda_app::usecase::session::{SessionError, authenticate};
use beseda_model::Code;
use beseda_wire::request::{ClientFrame, Hello, ServerFrame};
use beseda_wire::{Encoding, Problem, Push, Request};
use bytes::Bytes;

use super::fanout::Item;
use super::frame::{self, CloseCode};
use super::hub::Seat;
use super::map;
use super::outbox::Weight;
use super::session::{Session, id_of, refusal};
use crate::context::Context;
use crate::problem;
use crate::refusal::refuse;
use crate::telemetry::Wide;
use crate::wake;

const OP: &str = "hello";

/// Takes the first message of a connection. Refused, it answers the frame to send before closing.
pub(crate) async fn hello(
    context: &Arc<Context>,
    spoken: Encoding,
    encoding: Encoding,
    message: &[u8],
) -> Result<Session, Bytes> {
    let wide = Wide::start(OP);
    let refused = |id: u32, why: Problem| {
        let code = why.code;
        (refusal(encoding, id, why), code)
    };
    let frame = match spoken == encoding {
        true => encoding.decode::<ClientFrame>(message).ok(),
        false => None,
    };
    let result = match frame {
        None => Err(refused(id_of(encoding, message), problem::bad_request("the frame is not a request"))),
        Some(ClientFrame { id, request: Request::Hello(hello) }) => {
            sit_down(context, encoding, id, &hello).await.map_err(|why| refused(id, why))
        }
        Some(ClientFrame { id, .. }) => {
            Err(refused(id, Problem::new(Code::OutOfOrder, "the first frame must be hello")))
        }
    };
    match result {
        Ok(session) => {
            wide.account(session.seat().actor.account).end(None);
            Ok(session)
        }
        Err((frame, code)) => {
            wide.end(Some(code));
            Err(frame)
        }
    }
}

async fn sit_down(context: &Arc<Context>, encoding: Encoding, id: u32, hello: &Hello) -> Result<Session, Problem> {
    let limits = &context.config.limits;
    if hello.token.len() as u64 > limits.hello_bytes {
        return Err(problem::over_limit("hello_bytes", limits.hello_bytes));
    }
    map::check_feature(hello.feature)?;
    let token = TokenHash::of(hello.token.as_bytes());
    let ended = context.hub.ended();
    let found = context.read(move |view| authenticate(view, &token)).await;
    let found = found.map_err(|error: SessionError| refuse(context, OP, &error))?;
    let now = context.clock.now();
    let seat = Arc::new(Seat::new(found.actor, encoding, found.privacy.read_marks, limits, now));
    let re = map::hello(&found, now);
    // Before the seat is taken, so that it comes before any push.
    seat.outbox.open(Weight::LIGHT);
    seat.outbox.answer(frame::message(encoding, &ServerFrame::Ok { id, re }), Weight::LIGHT);
    let entered = context.hub.enter(&seat, ended);
    if entered.came {
        context.fanout.send(Item::Came(seat.actor.account));
    }
    context.waker.tell(wake::Item::Came(seat.actor.device));
    let session = Session::new(context.clone(), seat, token);
    if entered.check_again {
        let still = context.read(move |view| authenticate(view, &token)).await;
        if still.is_err() {
            session.seat().close(Some(Push::SignedOut), CloseCode::Policy);
        }
    }
    if context.tasks.is_stopping() {
        // It sat down after everybody was sent away.
        session.seat().close(None, CloseCode::Restart);
    }
    Ok(session)
}
