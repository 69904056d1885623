//! What pages of the web say of themselves: this account's server looks, so that no page sees who is going to link to it.

use beseda_wire::Encoding;
use beseda_wire::http::{AskPreview, Preview};

use super::ask::{done, refusal};
use super::join::http::{Answer, read, send_as};
use crate::Step;
use crate::api::command::{Outcome, PageView};
use crate::api::event::HttpResponse;
use crate::api::failure::Failure;
use crate::store::StoreError;
use crate::store::me::Me;

/// Asks the server. Nothing of it is kept: with the engine goes whoever has asked.
pub(super) fn look(step: &mut Step<'_>, id: u64, url: &str) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    let body = Encoding::Json.encode(&AskPreview { url: url.to_owned() });
    let http = send_as(step, &me.server, "POST", "previews", Some(body), Some(me.token));
    step.memory.desk.looks.insert(http, id);
    Ok(())
}

/// The answer, if it is one to that.
pub(super) fn on_http(step: &mut Step<'_>, http: u64, response: Option<&HttpResponse>) {
    let Some(id) = step.memory.desk.looks.remove(&http) else { return };
    let result = match Answer::of(response) {
        Answer::Done(body) => read::<Preview>(&body).map_err(refusal).map(|seen| Outcome::Page {
            page: PageView {
                title: seen.title,
                description: seen.description,
                site: seen.site,
                picture: seen.picture.map(|picture| picture.bytes),
            },
        }),
        Answer::Refused(problem) => Err(refusal(problem)),
        Answer::Lost => Err(Failure::Unreachable),
    };
    done(step, id, result);
}
