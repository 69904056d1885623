//! Moving pictures and the map, from providers on this machine that the operator allows.

use beseda_model::{Code, Limits};
use beseda_server::Config;
use beseda_server::config::GifSource;
use beseda_wire::Problem;
use beseda_wire::http::{AskGifPicture, AskGifs, AskMapTile, GifPage, GifProvider, MapOffer, ServerInfo, WebPicture};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::refused;
use crate::people::Person;
use crate::previews::Site;
use crate::world::Server;

/// What providers of moving pictures answer, in the words of their documentation.
pub(crate) fn answer(path: &str, host: &str) -> Option<String> {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let giphy = |offset: u32| {
        format!(
            r#"{{"data":[
                {{"type":"gif","id":"a","title":"Happy\u0000 cat","rating":"g","images":{{
                    "fixed_height":{{"url":"http://{host}/gif-{offset}","width":"356","height":"200","size":"1000","webp":"http://{host}/w"}},
                    "fixed_width_small":{{"url":"http://{host}/g","width":"100","height":"56","webp":"http://{host}/small-{offset}"}}}}}},
                {{"id":"b","title":"Bare","images":{{"fixed_height":{{"url":"http://{host}/gif-b","width":"10","height":"20"}}}}}},
                {{"id":"c","images":{{"fixed_height":{{"url":"http://{host}/gif-c","width":"5000","height":"20"}}}}}},
                {{"id":"d","images":{{"fixed_height":{{"url":"http://{host}/gif-d","width":"0","height":"20"}}}}}}],
             "pagination":{{"offset":{offset},"total_count":30,"count":24}},"meta":{{"status":200,"msg":"OK","response_id":"x"}}}}"#
        )
    };
    match place {
        "/v1/gifs/trending" => Some(giphy(0)),
        "/v1/gifs/search" if query.contains("q=broken") => Some("{".to_owned()),
        "/v1/gifs/search" => Some(giphy(if query.contains("offset=24") { 24 } else { 0 })),
        "/v2/featured" | "/v2/search" => Some(format!(
            r#"{{"locale":"en","results":[
                {{"id":"1","content_description":"Wave","media_formats":{{
                    "tinygif":{{"url":"http://{host}/gif-tiny","dims":[220,124],"duration":0,"preview":"","size":1}},
                    "nanogif":{{"url":"http://{host}/gif-nano","dims":[90,51],"size":1}},
                    "gif":{{"url":"http://{host}/gif-full","dims":[498,280],"size":1}}}}}},
                {{"id":"2","media_formats":{{"mp4":{{"url":"http://{host}/m","dims":[1,1],"size":1}}}}}}],"next":"CAgQ"}}"#
        )),
        _ => None,
    }
}

async fn post<A: DeserializeOwned>(
    server: &Server,
    person: &Person,
    door: &str,
    body: &impl Serialize,
) -> Result<A, Problem> {
    let token = format!("Bearer {}", person.token);
    let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
    server.send("POST", door, &headers, &serde_json::to_vec(body).unwrap()).await.json()
}

async fn find(server: &Server, person: &Person, query: &str, after: &str) -> Result<GifPage, Problem> {
    let body = AskGifs { query: query.to_owned(), language: "en".to_owned(), after: after.to_owned() };
    post(server, person, "/api/v1/gifs", &body).await
}

async fn picture(server: &Server, person: &Person, picture: &str) -> Result<WebPicture, Problem> {
    post(server, person, "/api/v1/gifs/picture", &AskGifPicture { picture: picture.to_owned() }).await
}

async fn tile(server: &Server, person: &Person, zoom: u8, x: u32, y: u32) -> Result<WebPicture, Problem> {
    post(server, person, "/api/v1/map-tiles", &AskMapTile { zoom, x, y }).await
}

async fn server(site: &Site, source: GifSource, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(|config: &mut Config| {
        site.allow(config);
        config.gifs.provider = source;
        config.gifs.key = "key-canary".to_owned().into();
        config.gifs.url = site.at("");
        config.map.tiles = site.at("/tiles/{z}/{x}/{y}.png");
        change(config);
    })
    .await
}

#[tokio::test]
async fn giphy_is_asked_as_it_wants_and_once() {
    let site = Site::start().await;
    let server = server(&site, GifSource::Giphy, |_| {}).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    assert_eq!(server.get::<ServerInfo>("/api/v1/server").await.unwrap().gifs, Some(GifProvider::Giphy));
    let page = find(&server, &alice, "", "").await.unwrap();
    let seen: Vec<_> = page.gifs.iter().map(|gif| (gif.title.as_str(), gif.width, gif.height)).collect();
    assert_eq!(seen, [("Happy cat", 356, 200), ("Bare", 10, 20)], "without control characters and impossible sizes");
    assert_eq!(page.next, "24");
    let more = find(&server, &alice, "tom & jerry", &page.next).await.unwrap();
    assert_eq!(more.next, "", "30 were there");
    assert_eq!(find(&server, &bob, "tom & jerry", &page.next).await, Ok(more));
    assert_eq!(
        site.asked(),
        [
            "/v1/gifs/trending?api_key=key-canary&limit=24&rating=pg-13",
            "/v1/gifs/search?api_key=key-canary&limit=24&rating=pg-13&q=tom+%26+jerry&lang=en&offset=24",
        ]
    );
}

#[tokio::test]
async fn tenor_is_asked_as_it_wants() {
    let site = Site::start().await;
    let server = server(&site, GifSource::Tenor, |_| {}).await;
    let alice = server.join(1).await;
    let page = find(&server, &alice, "hi", "CAgQ").await.unwrap();
    assert_eq!((page.gifs.len(), page.gifs[0].width, page.next.as_str()), (1, 220, "CAgQ"));
    picture(&server, &alice, &page.gifs[0].picture).await.unwrap_err();
    find(&server, &alice, "", "").await.unwrap();
    let asked = "key=key-canary&limit=24&contentfilter=medium&media_filter=gif%2Ctinygif%2Cnanogif";
    assert_eq!(
        site.asked(),
        [
            format!("/v2/search?{asked}&q=hi&locale=en&pos=CAgQ"),
            "/gif-tiny".to_owned(),
            format!("/v2/featured?{asked}&locale=en"),
        ]
    );
}

#[tokio::test]
async fn only_pictures_that_were_found_are_fetched() {
    let site = Site::start().await;
    let server = server(&site, GifSource::Giphy, |config| config.limits.web_picture_bytes = 500).await;
    let alice = server.join(1).await;
    let page = find(&server, &alice, "cats", "").await.unwrap();
    let asked = site.asked().len();
    let mut forged = page.gifs[0].picture.clone().into_bytes();
    forged[0] = if forged[0] == b'A' { b'B' } else { b'A' };
    for mark in ["", "nonsense!", "AAAA", &site.at("/bytes-100"), str::from_utf8(&forged).unwrap()] {
        assert_eq!(picture(&server, &alice, mark).await.unwrap_err().code, Code::NotFound, "{mark}");
    }
    assert_eq!(picture(&server, &alice, &"A".repeat(4_097)).await.unwrap_err().code, Code::BadRequest);
    assert_eq!(site.asked().len(), asked, "nothing was asked for");
}

#[tokio::test]
async fn what_is_looked_for_has_bounds_and_whoever_does_not_answer_is_none() {
    let site = Site::start().await;
    let server = server(&site, GifSource::Giphy, |_| {}).await;
    let alice = server.join(1).await;
    find(&server, &alice, &"ж".repeat(100), &"1".repeat(200)).await.unwrap();
    assert_eq!(find(&server, &alice, &"ж".repeat(101), "").await.unwrap_err().code, Code::BadRequest);
    assert_eq!(find(&server, &alice, "", &"1".repeat(201)).await.unwrap_err().code, Code::BadRequest);
    for language in ["e", "eng", "E1", "&&"] {
        let body = AskGifs { query: String::new(), language: language.to_owned(), after: String::new() };
        let answer = post::<GifPage>(&server, &alice, "/api/v1/gifs", &body).await;
        assert_eq!(answer.unwrap_err().code, Code::BadRequest, "{language}");
    }
    assert_eq!(find(&server, &alice, "broken", "").await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn where_the_operator_names_nobody_there_is_nothing() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    assert_eq!(find(&server, &alice, "", "").await.unwrap_err().code, Code::NotFound);
    assert_eq!(picture(&server, &alice, "AAAA").await.unwrap_err().code, Code::NotFound);
    assert_eq!(tile(&server, &alice, 0, 0, 0).await.unwrap_err().code, Code::NotFound);
    let info = server.get::<ServerInfo>("/api/v1/server").await.unwrap();
    assert_eq!((info.gifs, info.map), (None, None));
}

#[tokio::test]
async fn squares_of_the_map_are_those_that_there_are() {
    let site = Site::start().await;
    let server = server(&site, GifSource::None, |config| config.map.max_zoom = 3).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let offer = MapOffer { attribution: "© OpenStreetMap".to_owned(), max_zoom: 3 };
    assert_eq!(server.get::<ServerInfo>("/api/v1/server").await.unwrap().map, Some(offer));
    for (zoom, x, y) in [(0, 0, 0), (3, 7, 7)] {
        let square = tile(&server, &alice, zoom, x, y).await.unwrap();
        assert_eq!((square.media_type.as_str(), square.bytes.0.len()), ("image/png", 100));
    }
    tile(&server, &bob, 3, 7, 7).await.unwrap();
    for (zoom, x, y) in [(0, 1, 0), (3, 8, 0), (3, 0, 8), (4, 0, 0), (255, 0, 0)] {
        assert_eq!(tile(&server, &alice, zoom, x, y).await.unwrap_err().code, Code::NotFound, "{zoom}/{x}/{y}");
    }
    assert_eq!(site.asked(), ["/tiles/0/0/0.png", "/tiles/3/7/7.png"]);
}

#[tokio::test]
async fn rates_and_sizes_of_what_is_looked_at() {
    let site = Site::start().await;
    let limits = |limits: &mut Limits| {
        (limits.gif_searches, limits.web_pictures, limits.web_picture_bytes) = (2, 3, 100);
    };
    let server = server(&site, GifSource::Giphy, |config| limits(&mut config.limits)).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    find(&server, &alice, "", "").await.unwrap();
    find(&server, &alice, "", "").await.unwrap();
    refused(find(&server, &alice, "", "").await, Code::RateLimited, "gif_searches");
    for x in 0..3 {
        tile(&server, &alice, 2, x, 0).await.unwrap();
    }
    refused(tile(&server, &alice, 2, 3, 0).await, Code::RateLimited, "web_pictures");
    let mut server = server;
    server.reconfigure(|config| config.limits.web_picture_bytes = 99).await;
    assert_eq!(tile(&server, &bob, 2, 0, 0).await.unwrap_err().code, Code::NotFound, "100 bytes are too many");
}

#[tokio::test]
async fn pictures_fetched_at_once() {
    let site = Site::start().await;
    let server = server(&site, GifSource::None, |config| {
        config.map.tiles = site.at("/slow{z}{x}{y}");
        config.limits.web_pictures_at_once = 1;
    })
    .await;
    let alice = server.join(1).await;
    let other = async {
        while site.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        refused(tile(&server, &alice, 1, 0, 1).await, Code::RateLimited, "web_pictures_at_once");
        site.go.notify_one();
    };
    let (square, ()) = tokio::join!(tile(&server, &alice, 1, 0, 0), other);
    square.unwrap();
}
