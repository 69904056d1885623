//! Moving pictures, for who looks for one to send.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::http::{AskGifPicture, AskGifs, GifPage, WebPicture};

use super::body::Json;
use super::caller::Caller;
use super::error::Failure;
use crate::context::Context;
use crate::gifs::Gifs;
use crate::problem;

/// Most characters of what is looked for.
const MOST_QUERY: usize = 100;
/// Most bytes of where a page has ended.
const MOST_AFTER: usize = 200;
/// Most bytes of what a picture is asked for by.
const MOST_MARK: usize = 4_096;

fn gifs(context: &Context) -> Result<&Gifs, Problem> {
    context.gifs.as_ref().ok_or_else(|| Problem::new(Code::NotFound, "this server asks nobody for moving pictures"))
}

/// Looks for some.
pub(super) async fn find(
    State(context): State<Arc<Context>>,
    Caller(_): Caller,
    Json(body): Json<AskGifs>,
) -> Result<Answer<GifPage>, Failure> {
    let gifs = gifs(&context)?;
    let AskGifs { query, language, after } = &body;
    if query.chars().count() > MOST_QUERY || after.len() > MOST_AFTER {
        return Err(problem::bad_request("what is looked for is too long").into());
    }
    if language.len() != 2 || !language.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return Err(problem::bad_request("a language has two letters, such as `en`").into());
    }
    let silent = || Problem::new(Code::NotFound, "who gives moving pictures does not answer");
    let page = gifs.find(&context, &body).await?.ok_or_else(silent)?;
    Ok(Answer(GifPage::clone(&page)))
}

/// One of those that were found.
pub(super) async fn picture(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Json(AskGifPicture { picture }): Json<AskGifPicture>,
) -> Result<Answer<WebPicture>, Failure> {
    let gifs = gifs(&context)?;
    if picture.len() > MOST_MARK {
        return Err(problem::bad_request("no picture is asked for by so much").into());
    }
    let none = || Problem::new(Code::NotFound, "there is no such picture, or not any more");
    let _share = gifs.share(actor.account)?;
    let picture = gifs.picture(&context, &picture).await?.ok_or_else(none)?;
    Ok(Answer(WebPicture::clone(&picture)))
}
