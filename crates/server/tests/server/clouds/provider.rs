//! A provider that answers as it is told and remembers what it was asked. What it says in the tests is written after the
//! provider's public documentation: nothing here has ever spoken to the real one.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};

/// Bodies longer than this are remembered by their length.
const LONG: usize = 2_000;

/// What it says.
#[derive(Debug)]
pub(super) struct Says {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// An answer with JSON.
pub(super) fn says(status: u16, json: &str) -> Says {
    Says { status, headers: vec![("content-type", "application/json".to_owned())], body: json.as_bytes().to_vec() }
}

impl Says {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn bytes(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }
}

#[derive(Default)]
struct Play {
    answers: VecDeque<Says>,
    asked: Vec<String>,
}

/// See the module's description.
#[derive(Clone)]
pub(super) struct Provider {
    play: Arc<Mutex<Play>>,
    /// Where it is.
    pub(super) at: String,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { play: Arc::default(), at };
        let here = provider.clone();
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let here = here.clone();
                let service = service_fn(move |request| {
                    let here = here.clone();
                    async move { Ok::<_, Infallible>(here.answer(request).await) }
                });
                tokio::spawn(async move {
                    let io = hyper_util::rt::TokioIo::new(stream);
                    drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await);
                });
            }
        });
        provider
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
        let mut asked = format!("{} {}", head.method, head.uri);
        let mut headers: Vec<_> = head
            .headers
            .iter()
            .filter(|(name, _)| !["host", "accept", "user-agent"].contains(&name.as_str()))
            .map(|(name, value)| format!("\n{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        asked.extend(headers);
        if body.len() > LONG {
            asked.push_str(&format!("\n\n({} bytes from {})", body.len(), body[0]));
        } else if !body.is_empty() {
            asked.push_str(&format!("\n\n{}", String::from_utf8_lossy(&body)));
        }
        let mut play = self.play.lock().unwrap();
        play.asked.push(asked);
        let says = play.answers.pop_front().unwrap_or_else(|| says(418, "{}"));
        let mut response = Response::builder().status(says.status);
        for (name, value) in &says.headers {
            response = response.header(*name, value.replace("{at}", &self.at));
        }
        let is_text = says.headers.iter().any(|(_, value)| value == "application/json");
        let body = match String::from_utf8(says.body) {
            Ok(text) if is_text => text.replace("{at}", &self.at).into_bytes(),
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        response.body(Body::from(body)).unwrap()
    }

    /// What it says next, one after the other; `{at}` is where it is.
    pub(super) fn will_say(&self, answers: impl IntoIterator<Item = Says>) {
        self.play.lock().unwrap().answers.extend(answers);
    }

    /// What it was asked since the last time: method and address, headers in order, an empty line and the body.
    pub(super) fn asked(&self) -> Vec<String> {
        let mut play = self.play.lock().unwrap();
        assert!(play.answers.is_empty(), "it was not asked for {:?}; it was for {:#?}", play.answers, play.asked);
        std::mem::take(&mut play.asked)
    }
}
