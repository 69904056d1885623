//! Reading a JSON body, no longer than the door allows.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use beseda_model::Code;
use beseda_wire::Problem;
use serde::de::DeserializeOwned;

use super::error::Failure;
use super::gate::BodyLimit;
use crate::problem;

/// A JSON body.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(problem::bad_request("the body must be application/json").into());
        }
        let limit = request.extensions().get::<BodyLimit>().copied().expect("the gate puts a limit on every request");
        let bytes = read(request, limit).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // Where, not what: the text may quote what a person typed.
            let place = format!("the body is not as described, near line {} column {}", error.line(), error.column());
            Problem::new(Code::BadRequest, place).into()
        })
    }
}

async fn read(request: Request, limit: BodyLimit) -> Result<Bytes, Failure> {
    let most = usize::try_from(limit.bytes).unwrap_or(usize::MAX);
    axum::body::to_bytes(request.into_body(), most)
        .await
        .map_err(|_| problem::over_limit(limit.name, limit.bytes).into())
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
