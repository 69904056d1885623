//! Previews of pages, from a site on this machine that the operator allows.

use std::sync::{Arc, Mutex};

use beseda_model::{Code, Limits};
use beseda_server::Config;
use beseda_wire::Problem;
use beseda_wire::http::{AskPreview, Preview, ServerInfo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::limits::refused;
use crate::people::Person;
use crate::world::Server;

/// A site with pages, which remembers what it was asked.
pub(crate) struct Site {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    /// The page `/slow` waits for it.
    pub(crate) go: Arc<Notify>,
}

impl Site {
    #[expect(clippy::disallowed_methods, reason = "the site ends with the test's runtime")]
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, go) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let (requests, gate) = (asked.clone(), go.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, requests.clone(), gate.clone()));
            }
        });
        Self { port, asked, go }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Lets a server ask it.
    pub(crate) fn allow(&self, config: &mut Config) {
        config.fetch.ports = vec![self.port];
        config.fetch.allow = vec!["127.0.0.1/32".to_owned()];
    }

    /// A server that may ask it.
    pub(crate) async fn served(&self, limits: impl FnOnce(&mut Limits)) -> Server {
        Server::start_with(|config: &mut Config| {
            self.allow(config);
            limits(&mut config.limits);
        })
        .await
    }
}

/// `/page-N` is a page of N bytes; `/picture-N` one whose picture has N bytes; `/slow…` waits.
async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>, go: Arc<Notify>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    asked.lock().unwrap().push(path.clone());
    let number = |prefix: &str| path.strip_prefix(prefix).and_then(|number| number.parse::<usize>().ok());
    let title = "<title>Tom &amp; Jerry</title>";
    let (kind, body) = if let Some(length) = number("/page-") {
        ("text/html", format!("{title}{}", " ".repeat(length - title.len())).into_bytes())
    } else if let Some(length) = number("/picture-") {
        ("text/html", format!("{title}<meta property=og:image content='/bytes-{length}'>").into_bytes())
    } else if let Some(length) = number("/bytes-") {
        ("image/png", vec![7; length])
    } else if let Some(answer) = crate::gifs::answer(&path, host) {
        ("application/json", answer.into())
    } else if path.starts_with("/tiles/") {
        ("image/png", vec![7; 100])
    } else if path.starts_with("/slow") {
        go.notified().await;
        (if path == "/slow" { "text/html" } else { "image/png" }, title.into())
    } else if path == "/nothing" {
        ("text/html", b"<p>".to_vec())
    } else {
        ("application/pdf", b"x".to_vec())
    };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    // Whoever has heard enough hangs up.
    drop(stream.write_all(&[head.as_bytes(), &body].concat()).await);
}

pub(crate) async fn ask(server: &Server, person: &Person, url: &str) -> Result<Preview, Problem> {
    let token = format!("Bearer {}", person.token);
    let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
    let body = serde_json::to_vec(&AskPreview { url: url.to_owned() }).unwrap();
    server.send("POST", "/api/v1/previews", &headers, &body).await.json()
}

#[tokio::test]
async fn a_page_is_asked_once_whoever_wants_its_preview() {
    let site = Site::start().await;
    let server = site.served(|_| {}).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let shown = ask(&server, &alice, &site.at("/picture-100")).await.unwrap();
    assert_eq!((shown.title.as_str(), shown.site.as_str()), ("Tom & Jerry", "127.0.0.1"));
    let picture = shown.picture.clone().unwrap();
    assert_eq!((picture.media_type.as_str(), picture.bytes.0.len()), ("image/png", 100));
    assert_eq!(ask(&server, &bob, &site.at("/picture-100")).await, Ok(shown));
    assert_eq!(site.asked(), ["/picture-100", "/bytes-100"]);
    server.clock.advance(10 * 60_000);
    ask(&server, &bob, &site.at("/picture-100")).await.unwrap();
    assert_eq!(site.asked().len(), 4, "it is not remembered for ever");
}

#[tokio::test]
async fn why_there_is_no_preview_is_not_told() {
    let site = Site::start().await;
    let server = site.served(|_| {}).await;
    let alice = server.join(1).await;
    let mut answers = Vec::new();
    for url in [
        site.at("/pdf"),
        site.at("/nothing"),
        format!("http://127.0.0.1:{}/", server.addr().port()),
        "http://10.0.0.1/".to_owned(),
        "ftp://example.org/".to_owned(),
        "nonsense".to_owned(),
    ] {
        answers.push(ask(&server, &alice, &url).await.unwrap_err());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.code == Code::NotFound), "{answers:?}");
    let long = format!("http://a/{}", "x".repeat(2_048));
    assert_eq!(ask(&server, &alice, &long).await.unwrap_err().code, Code::BadRequest);
    assert_eq!(site.asked(), ["/pdf", "/nothing"], "nothing else was asked");
}

#[tokio::test]
async fn previews_are_for_sessions_and_only_where_the_operator_lets_them() {
    let site = Site::start().await;
    let server = site.served(|_| {}).await;
    let body = serde_json::to_vec(&AskPreview { url: site.at("/page-100") }).unwrap();
    let stranger = server.send("POST", "/api/v1/previews", &[("content-type", "application/json")], &body).await;
    assert_eq!(stranger.json::<Preview>().unwrap_err().code, Code::Unauthorized);
    assert!(server.get::<ServerInfo>("/api/v1/server").await.unwrap().previews);

    let mut server = server;
    server.reconfigure(|config| config.previews.enabled = false).await;
    let alice = server.join(1).await;
    assert_eq!(ask(&server, &alice, &site.at("/page-100")).await.unwrap_err().code, Code::NotFound);
    assert!(!server.get::<ServerInfo>("/api/v1/server").await.unwrap().previews);
    assert_eq!(site.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn sizes_of_pages_and_pictures() {
    let site = Site::start().await;
    let server = site.served(|limits| (limits.preview_page_bytes, limits.preview_picture_bytes) = (1_000, 500)).await;
    let alice = server.join(1).await;
    ask(&server, &alice, &site.at("/page-1000")).await.unwrap();
    assert_eq!(ask(&server, &alice, &site.at("/page-1001")).await.unwrap_err().code, Code::NotFound);
    assert!(ask(&server, &alice, &site.at("/picture-500")).await.unwrap().picture.is_some());
    let without = ask(&server, &alice, &site.at("/picture-501")).await.unwrap();
    assert_eq!((without.title.as_str(), without.picture), ("Tom & Jerry", None));
}

#[tokio::test]
async fn rates_of_previews() {
    let site = Site::start().await;
    let server = site.served(|limits| (limits.previews, limits.fetches) = (3, 4)).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    for _ in 0..3 {
        ask(&server, &alice, &site.at("/page-100")).await.unwrap();
    }
    refused(ask(&server, &alice, &site.at("/page-100")).await, Code::RateLimited, "previews");
    // One page was fetched so far.
    ask(&server, &bob, &site.at("/picture-1")).await.unwrap();
    ask(&server, &bob, &site.at("/page-101")).await.unwrap();
    refused(ask(&server, &bob, &site.at("/page-102")).await, Code::RateLimited, "fetches");
    server.clock.advance(60_000);
    ask(&server, &bob, &site.at("/page-102")).await.unwrap();
}

#[tokio::test]
async fn previews_made_at_once() {
    let site = Site::start().await;
    let server = site.served(|limits| (limits.previews_at_once, limits.fetches_at_once) = (1, 1)).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let slow = site.at("/slow");
    let others = async {
        while site.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        refused(ask(&server, &alice, &site.at("/page-100")).await, Code::RateLimited, "previews_at_once");
        let busy = ask(&server, &bob, &site.at("/page-100")).await.unwrap_err();
        assert_eq!(busy.code, Code::Overloaded, "fetches_at_once");
        site.go.notify_one();
    };
    let (shown, ()) = tokio::join!(ask(&server, &alice, &slow), others);
    assert_eq!(shown.unwrap().title, "Tom & Jerry");
    ask(&server, &alice, &site.at("/page-100")).await.unwrap();
    ask(&server, &bob, &site.at("/page-101")).await.unwrap();
}

#[tokio::test]
async fn a_site_that_does_not_answer() {
    let site = Site::start().await;
    let server = site.served(|limits| limits.fetch_millis = 50).await;
    let alice = server.join(1).await;
    assert_eq!(ask(&server, &alice, &site.at("/slow")).await.unwrap_err().code, Code::NotFound);
}
