//! What Tenor is asked in the second version of its interface, and what it answers:
//! <https://developers.google.com/tenor/guides/endpoints>. Others answer in the same way.

use beseda_wire::http::AskGifs;
use serde::Deserialize;
use url::Url;

use super::{Answer, PAGE, Told};

pub(super) const URL: &str = "https://tenor.googleapis.com";

pub(super) fn ask(url: &Url, key: &str, asked: &AskGifs) -> Url {
    let mut url = url.clone();
    url.set_path(if asked.query.is_empty() { "/v2/featured" } else { "/v2/search" });
    let mut query = url.query_pairs_mut();
    query.clear().append_pair("key", key).append_pair("limit", &PAGE.to_string());
    query.append_pair("contentfilter", "medium").append_pair("media_filter", "gif,tinygif,nanogif");
    if !asked.query.is_empty() {
        query.append_pair("q", &asked.query);
    }
    query.append_pair("locale", &asked.language);
    if !asked.after.is_empty() {
        query.append_pair("pos", &asked.after);
    }
    drop(query);
    url
}

#[derive(Deserialize)]
struct Found {
    results: Vec<One>,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct One {
    #[serde(default)]
    content_description: String,
    media_formats: Formats,
}

#[derive(Deserialize)]
struct Formats {
    gif: Option<Rendition>,
    tinygif: Option<Rendition>,
    nanogif: Option<Rendition>,
}

#[derive(Deserialize)]
struct Rendition {
    url: String,
    dims: [u32; 2],
}

pub(super) fn read(answer: &[u8]) -> Option<Answer> {
    let Found { results, next } = serde_json::from_slice(answer).ok()?;
    Some(Answer { gifs: results.into_iter().filter_map(told).collect(), next })
}

/// The smaller one is what is sent: it is as large as a bubble.
fn told(One { content_description, media_formats: Formats { gif, tinygif, nanogif } }: One) -> Option<Told> {
    let Rendition { url, dims: [width, height] } = tinygif.or(gif)?;
    let small = nanogif.map_or_else(|| url.clone(), |small| small.url);
    Some(Told { title: content_description, width, height, picture: url, small })
}
