//! A device that was woken looks at what is new: over HTTP, with a token that is good once, without being seen as online.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use beseda_app::domain::{Actor, TokenHash};
use beseda_app::port::View;
use beseda_app::usecase::session::{Session, SessionError, session_of};
use beseda_app::usecase::wake::{WakeError, redeem_token};
use beseda_wire::http::{Wake, Woken};
use beseda_wire::request::{ClientFrame, ServerFrame};
use beseda_wire::{Problem, Reply, Request};

use super::body::Json;
use super::error::Failure;
use crate::context::Context;
use crate::doors::{payload, socket_door};
use crate::problem;
use crate::rates::Subject;
use crate::reading::{self, ReadError};
use crate::secrets::new_secret;
use crate::ws::map;

/// How long the token of an answer is good.
const NEXT_LOOK: u64 = 300_000;

/// Answers what only reads.
pub(super) async fn wake(
    State(context): State<Arc<Context>>,
    Json(body): Json<Wake>,
) -> Result<Answer<Woken>, Failure> {
    let limits = &context.config.limits;
    if body.requests.len() as u64 > limits.wake_requests {
        return Err(problem::over_limit("wake_requests", limits.wake_requests).into());
    }
    map::check_feature(body.feature)?;
    let now = context.clock.now();
    let (used, (token, next)) = (TokenHash::of(body.token.as_bytes()), new_secret(&context));
    let until = now.plus_millis(NEXT_LOOK);
    let actor = context.write(move |uow| redeem_token(uow, &used, &next, now, until)).await;
    let actor = actor.map_err(|error: WakeError| context.refuse("wake", &error))?;
    let asked: Vec<(u32, Result<Request, Problem>)> = body
        .requests
        .into_iter()
        .map(|ClientFrame { id, request }| (id, admit(&context, actor, &request).map(|()| request)))
        .collect();
    let read = context.read(move |view| look(view, actor, asked)).await;
    let (session, read) = read.map_err(|error: SessionError| context.refuse("wake", &error))?;
    let answers = read
        .into_iter()
        .map(|(id, result)| match result {
            Ok(Ok(re)) => ServerFrame::Ok { id, re },
            Ok(Err(error)) => ServerFrame::Err { id, why: context.refuse("wake", &error) },
            Err(why) => ServerFrame::Err { id, why },
        })
        .collect();
    Ok(Answer(Woken { token, hello: map::hello(&session, now), answers }))
}

/// The same sizes and rates as on the socket.
fn admit(context: &Context, actor: Actor, request: &Request) -> Result<(), Problem> {
    let door = socket_door(request);
    let most = (door.size.value)(&context.config.limits);
    if payload(request) as u64 > most {
        return Err(problem::over_limit(door.size.name, most));
    }
    for class in door.rates {
        context.rates.take(*class, Subject::Account(actor.account))?;
    }
    Ok(())
}

type Read = Vec<(u32, Result<Result<Reply, ReadError>, Problem>)>;

fn look(
    view: &dyn View,
    actor: Actor,
    asked: Vec<(u32, Result<Request, Problem>)>,
) -> Result<(Session, Read), SessionError> {
    let session = session_of(view, actor)?;
    let read = asked
        .into_iter()
        .map(|(id, request)| (id, request.map(|request| reading::read(view, actor, request))))
        .collect();
    Ok((session, read))
}
