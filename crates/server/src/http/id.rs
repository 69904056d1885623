//! An id in a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use beseda_model::Code;
use beseda_wire::Problem;

use super::error::Failure;

/// The one thing that the path leaves open. Where that is no id, there is nothing at the path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<T>(pub(super) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = id.and_then(|Path(text)| text.parse().ok()).map(Self);
        id.ok_or_else(|| Problem::new(Code::NotFound, "there is nothing at this path").into())
    }
}
