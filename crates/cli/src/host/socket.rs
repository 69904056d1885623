//! The WebSocket and the HTTP requests that an engine asks for.

use std::sync::Arc;
use std::time::Duration;

use beseda_engine::api::event::{HEARD, HttpResponse, Part, Transfer, TransferAnswer};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::Connector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

use super::files::Files;

/// How long a server may take to open a connection.
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// How long a server may take to answer an HTTP request: password hashing included.
const HTTP_TIME: Duration = Duration::from_secs(30);
/// How long a portion of a file may take: on a thin link, the smallest.
const TRANSFER_TIME: Duration = Duration::from_secs(120);
/// More than any page or snapshot that the protocol allows, so that a hostile server can't fill the memory.
const MOST_BYTES: usize = 16 << 20;

/// Why there is no connection, as far as this side can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The address has no machine: no network, or a wrong name.
    NoSuchHost,
    /// Nobody listens there, or the network does not reach it.
    NoAnswer,
    /// It did not answer in time.
    TimedOut,
    /// Its certificate is not one to trust.
    Certificate,
    /// The server, or the proxy before it, asks to come later.
    Busy,
    /// Something answers that is not a Beseda server.
    NotAServer,
    /// It was open and was closed.
    Closed,
}

/// What a socket tells.
#[derive(Debug)]
pub(super) enum SocketEvent {
    Opened,
    Frame(Vec<u8>),
    Ended(Trouble),
}

/// Opens the socket and serves it until either side ends it. `tell` answers whether anybody still listens.
pub(super) async fn serve(
    url: String,
    tls: Arc<rustls::ClientConfig>,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    tell: impl Fn(SocketEvent) -> bool,
) {
    let opened = match tokio::time::timeout(CONNECT_TIME, open(&url, tls)).await {
        Ok(opened) => opened,
        Err(_) => Err(Trouble::TimedOut),
    };
    let socket = match opened {
        Ok(socket) => socket,
        Err(trouble) => {
            tell(SocketEvent::Ended(trouble));
            return;
        }
    };
    if !tell(SocketEvent::Opened) {
        return;
    }
    let (mut sink, mut stream) = socket.split();
    loop {
        tokio::select! {
            frame = outgoing.recv() => match frame {
                Some(frame) => {
                    if sink.send(Message::Binary(frame.into())).await.is_err() {
                        break;
                    }
                }
                None => {
                    // What was sent before is flushed by the closing handshake; a server that does not answer it is left.
                    drop(tokio::time::timeout(Duration::from_secs(2), sink.close()).await);
                    break;
                }
            },
            message = stream.next() => match message {
                Some(Ok(Message::Binary(frame))) => {
                    if !tell(SocketEvent::Frame(frame.into())) {
                        break;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_) | Message::Text(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
        }
    }
    tell(SocketEvent::Ended(Trouble::Closed));
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(url: &str, tls: Arc<rustls::ClientConfig>) -> Result<Socket, Trouble> {
    let mut request = url.into_client_request().map_err(|_| Trouble::NoSuchHost)?;
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(beseda_wire::SUBPROTOCOL_CBOR));
    let config = WebSocketConfig::default().max_message_size(Some(MOST_BYTES)).max_frame_size(Some(MOST_BYTES));
    let connector = Connector::Rustls(tls);
    // Small frames must leave at once: latency is what a conversation feels.
    tokio_tungstenite::connect_async_tls_with_config(request, Some(config), true, Some(connector))
        .await
        .map(|(socket, _)| socket)
        .map_err(|error| trouble(&error))
}

fn trouble(error: &tungstenite::Error) -> Trouble {
    match error {
        tungstenite::Error::Io(error) => trouble_of_io(error),
        tungstenite::Error::Tls(_) => Trouble::Certificate,
        tungstenite::Error::Url(_) => Trouble::NoSuchHost,
        tungstenite::Error::Http(response) if matches!(response.status().as_u16(), 429 | 502..=504) => Trouble::Busy,
        _ => Trouble::NotAServer,
    }
}

fn trouble_of_io(error: &std::io::Error) -> Trouble {
    let inner = error.get_ref();
    if let Some(wrapped) = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()) {
        return trouble_of_io(wrapped);
    }
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        // What answers does not speak TLS at all: most likely the address should begin with http.
        Some(rustls::Error::InvalidMessage(_)) => return Trouble::NotAServer,
        Some(_) => return Trouble::Certificate,
        None => {}
    }
    match error.kind() {
        std::io::ErrorKind::TimedOut => Trouble::TimedOut,
        // The resolver's failures come without a number of the operating system.
        _ if error.raw_os_error().is_none() => Trouble::NoSuchHost,
        _ => Trouble::NoAnswer,
    }
}

/// The HTTP half.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
}

impl Http {
    pub(super) fn new(tls: &Arc<rustls::ClientConfig>) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured((**tls).clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIME)
            .timeout(HTTP_TIME)
            .build()?;
        Ok(Self { client })
    }

    /// The answer, or why there was none that could be read to its end.
    pub(super) async fn request(
        &self,
        method: &'static str,
        url: &str,
        token: Option<String>,
        body: Option<Vec<u8>>,
    ) -> Result<HttpResponse, Trouble> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Trouble::NotAServer)?;
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(|error| trouble_of_http(&error))?;
        let status = response.status().as_u16();
        Ok(HttpResponse { status, body: body_of(response, MOST_BYTES).await? })
    }

    /// Moves a part of a file.
    pub(super) async fn transfer(&self, transfer: Transfer, files: Files) -> Result<TransferAnswer, Trouble> {
        let Transfer { method, url, headers, part } = transfer;
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| Trouble::NotAServer)?;
        let mut request = self.client.request(method, url).timeout(TRANSFER_TIME);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Part::Send { file, at, len } = part {
            let from = files.clone();
            let read = tokio::task::spawn_blocking(move || from.read(file, at, len)).await;
            request = request.body(read.ok().and_then(Result::ok).ok_or(Trouble::Closed)?);
        }
        let response = request.send().await.map_err(|error| trouble_of_http(&error))?;
        let status = response.status().as_u16();
        let text =
            |name: &str| response.headers().get(name)?.to_str().ok().map(|value| (name.to_owned(), value.to_owned()));
        let headers = HEARD.iter().filter_map(|name| text(name)).collect();
        let most = match part {
            Part::Receive { len, .. } => usize::try_from(len).unwrap_or(MOST_BYTES),
            Part::Nothing | Part::Send { .. } => 0,
        };
        let body = body_of(response, MOST_BYTES.max(most)).await?;
        match part {
            Part::Receive { file, at, len } if (200..300).contains(&status) => {
                if body.len() as u64 > len {
                    return Err(Trouble::NotAServer);
                }
                let written = tokio::task::spawn_blocking(move || files.write(file, at, &body)).await;
                let stored = written.ok().and_then(Result::ok);
                Ok(TransferAnswer { status, headers, body: Vec::new(), stored })
            }
            _ => Ok(TransferAnswer { status, headers, body, stored: None }),
        }
    }
}

/// A body of at most so many bytes, to its end.
async fn body_of(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Trouble::Closed)? {
        if body.len() + chunk.len() > most {
            return Err(Trouble::NotAServer);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn trouble_of_http(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::TimedOut;
    }
    if error.is_builder() {
        return Trouble::NoSuchHost;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref() {
            return trouble_of_io(io);
        }
        cause = inner.source();
    }
    if error.is_connect() { Trouble::NoSuchHost } else { Trouble::Closed }
}
