//! The server without a network: for simulations that decide themselves when a frame arrives and in what order.
//!
//! Requests go through the same router, sessions and doors as over TCP. What differs is that each is carried out to the
//! end, its events included, before the next is taken.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use beseda_app::port::Store;
use beseda_wire::Encoding;
use bytes::Bytes;
use tower_service::Service as _;

use crate::compose::{self, Outside, StartError};
use crate::config::Config;
use crate::context::Context;
use crate::ws::hello;
use crate::ws::session::Session;
use crate::{http, jobs};

/// A server that nobody can reach but its owner.
#[derive(Debug)]
pub struct LocalServer {
    context: Arc<Context>,
    router: Router,
}

/// An answer over HTTP; without a status, the request was none.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// All headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// A connection to a [`LocalServer`], in CBOR. Dropping it hangs up.
#[derive(Debug)]
pub struct LocalSocket {
    context: Arc<Context>,
    session: Option<Session>,
    unsent: Vec<Bytes>,
    closed: bool,
}

impl LocalServer {
    /// Opens the store and puts the server together; the address in the configuration is not used.
    ///
    /// # Errors
    /// When the data directory cannot be used.
    pub async fn open(config: Config, outside: Outside) -> Result<Self, StartError> {
        let context = compose::context(config, outside).await?;
        let router = http::app(&context);
        Ok(Self { context, router })
    }

    /// Answers an HTTP request: status and body.
    pub async fn http(&mut self, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
        let json = [(header::CONTENT_TYPE.as_str(), "application/json".to_owned())];
        let Answered { status, body, .. } = self.exchange(method, path, &json, body.unwrap_or_default()).await;
        (status, body)
    }

    /// Answers an HTTP request that says more than its body.
    pub async fn exchange(&mut self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let Ok(request) = request.body(Body::from(body.to_vec())) else { return Answered::default() };
        let Ok(response) = self.router.call(request).await;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
        compose::settle(&self.context).await;
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Answered { status: parts.status.as_u16(), headers, body }
    }

    /// The store, for tests that prepare what would take another program otherwise.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.context.store
    }

    /// Connects. The first frame must be `hello`, as everywhere.
    pub fn connect(&self) -> LocalSocket {
        LocalSocket { context: self.context.clone(), session: None, unsent: Vec::new(), closed: false }
    }

    /// Does at once what a running server does about once a minute.
    pub async fn tend(&self) {
        jobs::tend(&self.context).await;
        self.settle().await;
    }

    /// Waits until everything that was committed has been handed to the sockets that it concerns.
    pub async fn settle(&self) {
        compose::settle(&self.context).await;
    }

    /// Stops and closes the store, so that its files can be copied or opened again.
    pub async fn close(self) {
        let Self { context, router } = self;
        drop(router);
        context.background.shut_down(std::time::Duration::from_secs(10)).await;
        drop(tokio::task::spawn_blocking(move || drop(context)).await);
    }
}

impl LocalSocket {
    /// Takes one frame and carries it out to the end.
    pub async fn receive(&mut self, frame: &[u8]) {
        if self.closed {
            return;
        }
        match &mut self.session {
            None => match hello::hello(&self.context, Encoding::Cbor, Encoding::Cbor, frame).await {
                Ok(session) => self.session = Some(session),
                Err(refusal) => {
                    self.unsent.push(refusal);
                    self.closed = true;
                }
            },
            Some(session) => {
                session.receive(Encoding::Cbor, frame);
                while !session.seat().outbox.all_answered() {
                    // The answer comes from a thread of the store.
                    tokio::task::yield_now().await;
                    std::thread::yield_now();
                }
            }
        }
        compose::settle(&self.context).await;
    }

    /// What the server has to say by now, and whether it closes the connection after that.
    pub fn drain(&mut self) -> (Vec<Vec<u8>>, bool) {
        let mut frames = std::mem::take(&mut self.unsent);
        if let Some(session) = &self.session {
            session.seat().outbox.take(&mut frames, usize::MAX);
            self.closed |= session.seat().outbox.is_closing();
        }
        (frames.iter().map(|frame| payload(frame).to_vec()).collect(), self.closed)
    }
}

/// What is in a whole, unmasked WebSocket frame.
fn payload(frame: &[u8]) -> &[u8] {
    let header = match frame.get(1).map(|byte| byte & 0x7f) {
        Some(127) => 10,
        Some(126) => 4,
        _ => 2,
    };
    frame.get(header..).unwrap_or_default()
}
