//! What GIPHY is asked, and what it answers: <https://developers.giphy.com/docs/api/endpoint>.

use beseda_wire::http::AskGifs;
use serde::Deserialize;
use url::Url;

use super::{Answer, PAGE, Told};

pub(super) const URL: &str = "https://api.giphy.com";

/// Further than that GIPHY does not go.
const MOST_OFFSET: u32 = 4_999;

pub(super) fn ask(url: &Url, key: &str, asked: &AskGifs) -> Url {
    let mut url = url.clone();
    url.set_path(if asked.query.is_empty() { "/v1/gifs/trending" } else { "/v1/gifs/search" });
    let mut query = url.query_pairs_mut();
    query.clear().append_pair("api_key", key).append_pair("limit", &PAGE.to_string()).append_pair("rating", "pg-13");
    if !asked.query.is_empty() {
        query.append_pair("q", &asked.query).append_pair("lang", &asked.language);
    }
    if let Ok(offset) = asked.after.parse::<u32>() {
        query.append_pair("offset", &offset.min(MOST_OFFSET).to_string());
    }
    drop(query);
    url
}

#[derive(Deserialize)]
struct Found {
    data: Vec<One>,
    #[serde(default)]
    pagination: Pagination,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pagination {
    offset: u32,
    count: u32,
    total_count: u32,
}

#[derive(Deserialize)]
struct One {
    #[serde(default)]
    title: String,
    images: Images,
}

#[derive(Deserialize)]
struct Images {
    fixed_height: Rendition,
    fixed_width_small: Option<Rendition>,
}

/// GIPHY writes numbers as text.
#[derive(Deserialize)]
struct Rendition {
    url: String,
    width: String,
    height: String,
    #[serde(default)]
    webp: String,
}

pub(super) fn read(answer: &[u8]) -> Option<Answer> {
    let Found { data, pagination } = serde_json::from_slice(answer).ok()?;
    let to = pagination.offset.saturating_add(pagination.count);
    let goes_on = pagination.count > 0 && to < pagination.total_count && to <= MOST_OFFSET;
    Some(Answer {
        gifs: data.into_iter().filter_map(told).collect(),
        next: if goes_on { to.to_string() } else { String::new() },
    })
}

fn told(One { title, images: Images { fixed_height, fixed_width_small } }: One) -> Option<Told> {
    let small = fixed_width_small.map(|small| if small.webp.is_empty() { small.url } else { small.webp });
    Some(Told {
        title,
        width: fixed_height.width.parse().ok()?,
        height: fixed_height.height.parse().ok()?,
        small: small.filter(|url| !url.is_empty()).unwrap_or_else(|| fixed_height.url.clone()),
        picture: fixed_height.url,
    })
}
