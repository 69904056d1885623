//! Requests of the HTTP part, and what their answers are.

use beseda_model::Code;
use beseda_wire::{Encoding, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::state::Join;
use crate::Step;
use crate::api::event::{Effect, HttpResponse};

/// What came back.
pub(in crate::identity) enum Answer {
    /// Carried out; the body.
    Done(Vec<u8>),
    /// Refused by the server.
    Refused(Problem),
    /// Nobody knows: the server was not reached, or its answer was lost.
    Lost,
}

impl Answer {
    pub(in crate::identity) fn of(response: Option<&HttpResponse>) -> Self {
        let Some(HttpResponse { status, body }) = response else { return Self::Lost };
        if (200..300).contains(status) {
            return Self::Done(body.clone());
        }
        match Encoding::Json.decode::<Problem>(body) {
            Ok(problem) => Self::Refused(problem),
            // Something between here and the server has answered in its place.
            Err(_) if *status >= 500 => Self::Lost,
            Err(_) => Self::Refused(Problem::new(Code::Unknown, format!("the server answered with status {status}"))),
        }
    }
}

/// The body of an answer.
///
/// # Errors
/// The problem to show when the server's answer is not what the protocol says.
pub(in crate::identity) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    Encoding::Json.decode(body).map_err(|_| senseless("the server's answer can't be read"))
}

/// An answer that no server of this protocol gives.
pub(in crate::identity) fn senseless(detail: &str) -> Problem {
    Problem::new(Code::Unknown, detail)
}

/// Asks the host for a `GET`.
pub(super) fn get(step: &mut Step<'_>, join: &mut Join, path: &str) {
    request(step, join, "GET", path, None);
}

/// Asks the host for a `POST`.
pub(super) fn post<T: Serialize>(step: &mut Step<'_>, join: &mut Join, path: &str, body: &T) {
    request(step, join, "POST", path, Some(Encoding::Json.encode(body)));
}

/// Asks the host for a `POST` without a body.
pub(super) fn post_nothing(step: &mut Step<'_>, join: &mut Join, path: &str) {
    request(step, join, "POST", path, None);
}

fn request(step: &mut Step<'_>, join: &mut Join, method: &'static str, path: &str, body: Option<Vec<u8>>) {
    join.http = Some(send(step, &join.server, method, path, body));
    join.at = None;
}

/// Asks the host for a request; its id.
pub(in crate::identity) fn send(
    step: &mut Step<'_>,
    server: &str,
    method: &'static str,
    path: &str,
    body: Option<Vec<u8>>,
) -> u64 {
    send_as(step, server, method, path, body, None)
}

/// Asks the host for a request of a device that is signed in, with its token; its id.
pub(in crate::identity) fn send_as(
    step: &mut Step<'_>,
    server: &str,
    method: &'static str,
    path: &str,
    body: Option<Vec<u8>>,
    token: Option<String>,
) -> u64 {
    // Random, so that an answer to a request of an engine that was closed is never taken for this one's.
    let mut chance = [0; 8];
    step.rng.fill(&mut chance);
    let id = u64::from_be_bytes(chance) >> 11;
    step.effect(Effect::Http { id, method, url: format!("{server}/api/v1/{path}"), token, body });
    id
}
