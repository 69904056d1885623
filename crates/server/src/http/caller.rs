//! Who asks over HTTP with a session: its token comes as a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use beseda_app::domain::{Actor, TokenHash};
use beseda_app::usecase::session::{SessionError, authenticate};
use beseda_model::Code;
use beseda_wire::Problem;

use super::error::Failure;
use super::gate::AccountRate;
use crate::context::Context;
use crate::rates::Subject;

/// The device that asks. Nobody without a session gets past it, and the account pays for the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) Actor);

impl FromRequestParts<Arc<Context>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, context: &Arc<Context>) -> Result<Self, Response> {
        let Some(token) = bearer(&parts.headers) else {
            return Err(refused(Problem::new(Code::Unauthorized, "a session's token is needed")));
        };
        let token = TokenHash::of(token.as_bytes());
        let session = context.read(move |view| authenticate(view, &token)).await;
        let actor = session.map_err(|error: SessionError| refused(context.refuse("caller", &error)))?.actor;
        if let Some(AccountRate(Some(class))) = parts.extensions.get() {
            let taken = context.rates.take(*class, Subject::Account(actor.account));
            taken.map_err(|refused| Failure(refused.into()).into_response())?;
        }
        Ok(Self(actor))
    }
}

fn refused(problem: Problem) -> Response {
    let mut response = Failure(problem).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
