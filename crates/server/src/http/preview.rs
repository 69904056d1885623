//! What a page of the web says of itself, for who writes a link to it.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::http::{AskPreview, Preview};

use super::body::Json;
use super::caller::Caller;
use super::error::Failure;
use crate::context::Context;
use crate::problem;

/// Most bytes of a page's address.
const MAX_ADDRESS: usize = 2_048;

/// Looks at a page. Why there is no preview is not told: the answer would tell what else the server can reach.
pub(super) async fn preview(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(body): Json<AskPreview>,
) -> Result<Answer<Preview>, Failure> {
    let none = || Problem::new(Code::NotFound, "there is no preview of this address");
    let previews = context.previews.as_ref().ok_or_else(none)?;
    if body.url.len() > MAX_ADDRESS {
        return Err(problem::bad_request("the address is too long").into());
    }
    let _share = previews.share(actor.account)?;
    let preview = previews.look(&context, &body.url).await?.ok_or_else(none)?;
    Ok(Answer(Preview::clone(&preview)))
}
