//! The map, for who chooses a place or looks at one.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::http::{AskMapTile, WebPicture};

use super::body::Json;
use super::caller::Caller;
use super::error::Failure;
use crate::context::Context;

/// A square of it.
pub(super) async fn tile(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(body): Json<AskMapTile>,
) -> Result<Answer<WebPicture>, Failure> {
    let none = || Problem::new(Code::NotFound, "there is no such square of the map");
    let map = context.map.as_ref().ok_or_else(none)?;
    let _share = map.share(actor.account)?;
    let picture = map.tile(&context, body).await?.ok_or_else(none)?;
    Ok(Answer(WebPicture::clone(&picture)))
}
