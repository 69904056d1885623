//! A new device that asks one of its owner's other devices to approve it.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use beseda_app::domain::{Reveal, TokenHash};
use beseda_app::usecase::link::{self, LinkError, LinkOutcome};
use beseda_model::LinkId;
use beseda_wire::http::{LinkReveal, LinkStarted, LinkState, PollLink, Session, StartLink};
use beseda_wire::{Bytes, Problem};

use super::body::Json;
use super::error::Failure;
use crate::context::Context;
use crate::problem;
use crate::secrets::{new_code, new_secret};
use crate::ws::map;

/// How often a code that is in use is replaced by another.
const TRIES: usize = 4;

/// A new device asks.
pub(super) async fn start(
    State(context): State<Arc<Context>>,
    Json(body): Json<StartLink>,
) -> Result<Answer<LinkStarted>, Failure> {
    let commitment = exactly(&body.commitment, "a commitment has 32 bytes")?;
    let (secret, secret_hash) = new_secret(&context);
    let now = context.clock.now();
    for _ in 0..TRIES {
        let code = new_code(&context);
        let id = LinkId::new(now, &mut context.rng());
        let cmd = link::StartLink { id, code: code.clone(), secret: secret_hash, commitment, at: now };
        match context.write(move |uow| link::start_link(uow, cmd.clone())).await {
            Ok(expires_at) => return Ok(Answer(LinkStarted { code, secret, expires_at })),
            Err(LinkError::CodeTaken) => {}
            Err(error) => return Err(context.refuse("start_link", &error).into()),
        }
    }
    Err(problem::overloaded().into())
}

/// It asks how far that is.
pub(super) async fn poll(
    State(context): State<Arc<Context>>,
    Path(code): Path<String>,
    Json(body): Json<PollLink>,
) -> Result<Answer<LinkState>, Failure> {
    let reveal = body.reveal.as_ref().map(revealed).transpose()?;
    let (token, token_hash) = new_secret(&context);
    let cmd = link::PollLink {
        code,
        secret: TokenHash::of(body.secret.as_bytes()),
        reveal,
        token: token_hash,
        at: context.clock.now(),
    };
    let outcome = context.write(move |uow| link::poll_link(uow, cmd.clone())).await;
    let outcome = outcome.map_err(|error: LinkError| context.refuse("poll_link", &error))?;
    Ok(Answer(match outcome {
        LinkOutcome::Waiting => LinkState::Waiting,
        LinkOutcome::Opened { account, root, nonce } => {
            LinkState::Opened { account, root, nonce: Bytes(nonce.to_vec()) }
        }
        LinkOutcome::Comparing => LinkState::Comparing,
        LinkOutcome::Approved { actor, first_root_key, log } => LinkState::Approved {
            session: Session { account: actor.account, device: actor.device, token },
            device_log: map::device_log(log),
            root: Bytes(first_root_key.to_vec()),
        },
        LinkOutcome::Refused => LinkState::Refused,
    }))
}

fn revealed(reveal: &LinkReveal) -> Result<Reveal, Problem> {
    Ok(Reveal {
        device: reveal.device,
        signature_key: exactly(&reveal.signature_key, "a signature key has 32 bytes")?,
        nonce: exactly(&reveal.nonce, "a nonce has 32 bytes")?,
    })
}

fn exactly(bytes: &Bytes, why: &'static str) -> Result<[u8; 32], Problem> {
    <[u8; 32]>::try_from(&**bytes).map_err(|_| problem::bad_request(why))
}
