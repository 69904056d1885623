//! What is on the web: this account's server looks, so that no site sees who does. Pages say what they are, pictures are
//! fetched as they are.

use beseda_wire::Encoding;
use beseda_wire::http::{AskGifPicture, AskGifs, AskMapTile, AskPreview, GifPage, Preview, WebPicture};
use serde::Serialize;

use super::ask::{Asks, done, refusal};
use super::join::http::{Answer, read, send_as};
use crate::Step;
use crate::api::command::{Outcome, PageView};
use crate::api::event::HttpResponse;
use crate::api::failure::Failure;
use crate::store::StoreError;
use crate::store::me::Me;

/// What the server was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// What a page says of itself.
    Page,
    /// Which moving pictures there are.
    Gifs,
    /// A picture: a moving one, or a square of the map.
    Picture,
}

/// What does a page say of itself?
pub(super) fn page(step: &mut Step<'_>, id: u64, url: &str) -> Result<Asks, StoreError> {
    ask(step, id, Look::Page, "previews", &AskPreview { url: url.to_owned() })
}

/// Which moving pictures are there?
pub(super) fn gifs(step: &mut Step<'_>, id: u64, asked: &AskGifs) -> Result<Asks, StoreError> {
    ask(step, id, Look::Gifs, "gifs", asked)
}

/// One of them.
pub(super) fn gif(step: &mut Step<'_>, id: u64, picture: &str) -> Result<Asks, StoreError> {
    ask(step, id, Look::Picture, "gifs/picture", &AskGifPicture { picture: picture.to_owned() })
}

/// A square of the map.
pub(super) fn tile(step: &mut Step<'_>, id: u64, tile: AskMapTile) -> Result<Asks, StoreError> {
    ask(step, id, Look::Picture, "map-tiles", &tile)
}

/// Asks the server over HTTP, so that nothing is to be asked by the connection. Nothing of it is kept: with the engine goes
/// whoever has asked.
fn ask(step: &mut Step<'_>, id: u64, what: Look, path: &str, body: &impl Serialize) -> Result<Asks, StoreError> {
    let me = Me::get(step.tx)?;
    let body = Encoding::Json.encode(body);
    let http = send_as(step, &me.server, "POST", path, Some(body), Some(me.token));
    step.memory.desk.looks.insert(http, (id, what));
    Ok(Asks::new())
}

/// The answer, if it is one to that.
pub(super) fn on_http(step: &mut Step<'_>, http: u64, response: Option<&HttpResponse>) {
    let Some((id, what)) = step.memory.desk.looks.remove(&http) else { return };
    let result = match Answer::of(response) {
        Answer::Done(body) => outcome(what, &body),
        Answer::Refused(problem) => Err(refusal(problem)),
        Answer::Lost => Err(Failure::Unreachable),
    };
    done(step, id, result);
}

fn outcome(what: Look, body: &[u8]) -> Result<Outcome, Failure> {
    match what {
        Look::Page => read::<Preview>(body).map(|seen| Outcome::Page {
            page: PageView {
                title: seen.title,
                description: seen.description,
                site: seen.site,
                picture: seen.picture.map(|picture| picture.bytes),
            },
        }),
        Look::Gifs => read::<GifPage>(body).map(|page| Outcome::Gifs { page }),
        Look::Picture => {
            read::<WebPicture>(body).map(|WebPicture { media_type, bytes }| Outcome::Picture { media_type, bytes })
        }
    }
    .map_err(refusal)
}
