//! Moving bytes between a connection and a session. An idle socket holds no buffer; what waits for it is written with as
//! few calls as possible.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use beseda_model::Code;
use beseda_wire::{Encoding, Problem, SUBPROTOCOL_CBOR, SUBPROTOCOL_JSON};
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;

use super::frame::{self, CloseCode, FrameError, Incoming, Reader};
use super::hello::hello;
use super::pending::Place;
use super::session::{Session, refusal};
use crate::context::Context;
use crate::http::{Failure, Origin};
use crate::line::Line;
use crate::problem;

/// Bytes read at once.
const CHUNK: usize = 16_384;
/// Frames written at once.
const BATCH: usize = 32;
/// How long the other side has to take the last frame and close.
const LINGER: Duration = Duration::from_secs(3);

/// Makes a WebSocket of a request, if it asks for one of our protocols.
pub(crate) async fn upgrade(State(context): State<Arc<Context>>, mut request: Request) -> Response {
    match prepare(&context, &mut request) {
        Ok((on_upgrade, place, encoding, accept)) => {
            let tasks = context.tasks.clone();
            tasks.spawn("upgrade", wait(context, on_upgrade, place, encoding));
            let protocol = match encoding {
                Encoding::Cbor => SUBPROTOCOL_CBOR,
                Encoding::Json => SUBPROTOCOL_JSON,
            };
            let headers = [
                (header::CONNECTION, HeaderValue::from_static("upgrade")),
                (header::UPGRADE, HeaderValue::from_static("websocket")),
                (header::SEC_WEBSOCKET_ACCEPT, accept),
                (header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol)),
            ];
            (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
        }
        Err(why) => Failure(why).into_response(),
    }
}

fn prepare(context: &Context, request: &mut Request) -> Result<(OnUpgrade, Place, Encoding, HeaderValue), Problem> {
    if context.tasks.is_stopping() {
        return Err(problem::overloaded());
    }
    let headers = request.headers();
    let asked = has_token(headers, header::CONNECTION, "upgrade") && has_token(headers, header::UPGRADE, "websocket");
    let version = headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    let (true, true, Some(key)) = (asked, version, key) else {
        return Err(problem::bad_request("this path takes WebSockets (RFC 6455, version 13) only"));
    };
    let encoding = [(SUBPROTOCOL_CBOR, Encoding::Cbor), (SUBPROTOCOL_JSON, Encoding::Json)]
        .into_iter()
        .find(|(name, _)| has_token(headers, header::SEC_WEBSOCKET_PROTOCOL, name))
        .map(|(_, encoding)| encoding)
        .ok_or_else(|| problem::bad_request("Sec-WebSocket-Protocol must offer beseda.v1.cbor or beseda.v1.json"))?;
    let accept = accept(key);
    let Origin(prefix) = request.extensions().get().copied().expect("the gate puts an origin on every request");
    let most = context.config.limits.pending_sockets;
    let place = context.pending.take(prefix).ok_or_else(|| problem::too_many_pending(most))?;
    let on_upgrade = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| problem::bad_request("this connection cannot become a WebSocket"))?;
    Ok((on_upgrade, place, encoding, accept))
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}

fn accept(key: &HeaderValue) -> HeaderValue {
    let digest =
        Sha1::new().chain_update(key.as_bytes()).chain_update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finalize();
    HeaderValue::from_str(&data_encoding::BASE64.encode(&digest)).expect("base64 is allowed in a header")
}

/// Waits for the connection to be handed over, then starts the socket as a task of its own: what the handshake needed is
/// not kept for the life of the session.
async fn wait(context: Arc<Context>, on_upgrade: OnUpgrade, place: Place, encoding: Encoding) {
    let upgraded = match on_upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => {
            tracing::debug!(error = %error, "A connection ended before it became a WebSocket.");
            return;
        }
    };
    let Some((stream, early)) = stream(upgraded) else { return };
    let tasks = context.tasks.clone();
    tasks.spawn("socket", async move {
        let mut socket = Socket { stream, reader: Reader::new(context.config.limits.frame_bytes) };
        socket.reader.feed(&early);
        drop(early);
        let greeted = Box::pin(socket.greet(&context, encoding)).await;
        drop(place);
        match greeted {
            Some(session) => socket.run(&context, session).await,
            None => socket.linger().await,
        }
    });
}

fn stream(upgraded: Upgraded) -> Option<(Line, Bytes)> {
    match upgraded.downcast::<TokioIo<Line>>() {
        Ok(parts) => Some((parts.io.into_inner(), parts.read_buf)),
        Err(_) => {
            tracing::error!("A connection became a WebSocket that the listener did not open.");
            None
        }
    }
}

struct Socket {
    stream: Line,
    reader: Reader,
}

/// How an exchange went on.
enum Step {
    Goes,
    Ended,
}

impl Socket {
    /// Waits for hello. None if there was none that is taken; what is to be said about it was said.
    async fn greet(&mut self, context: &Arc<Context>, encoding: Encoding) -> Option<Session> {
        let time = Duration::from_millis(context.config.limits.hello_millis);
        let first = tokio::select! {
            first = timeout(time, self.first_message()) => first,
            () = context.tasks.stop_signal().cancelled() => {
                self.send_last(&[frame::close(CloseCode::Restart)]).await;
                return None;
            }
        };
        let (spoken, message) = match first {
            Ok(Ok(Some(first))) => first,
            Ok(Ok(None)) => return None,
            Ok(Err(error)) => {
                let last = last_words(context, encoding, error);
                self.send_last(&last).await;
                return None;
            }
            Err(_) => {
                let late = Problem::new(Code::OutOfOrder, "hello did not come in time");
                self.send_last(&[refusal(encoding, 0, late), frame::close(CloseCode::Policy)]).await;
                return None;
            }
        };
        match hello(context, spoken, encoding, &message).await {
            Ok(session) => Some(session),
            Err(refusal) => {
                self.send_last(&[refusal, frame::close(CloseCode::Policy)]).await;
                None
            }
        }
    }

    async fn first_message(&mut self) -> Result<Option<(Encoding, Vec<u8>)>, FrameError> {
        loop {
            while let Some(incoming) = self.reader.next()? {
                match incoming {
                    Incoming::Binary(message) => return Ok(Some((Encoding::Cbor, message))),
                    Incoming::Text(message) => return Ok(Some((Encoding::Json, message))),
                    Incoming::Ping(payload) => {
                        if self.write(&[frame::pong(&payload)]).await.is_err() {
                            return Ok(None);
                        }
                    }
                    Incoming::Pong => {}
                    Incoming::Close => return Ok(None),
                }
            }
            if matches!(self.read_some().await, Ok(Step::Ended) | Err(_)) {
                return Ok(None);
            }
        }
    }

    /// The life of an authenticated socket.
    async fn run(mut self, context: &Arc<Context>, mut session: Session) {
        loop {
            if !self.flush(&session).await {
                return;
            }
            // Messages that were read before are carried out first; none is taken while too many answers wait.
            match self.next_message(&mut session) {
                Ok(Step::Goes) => {}
                Ok(Step::Ended) => {
                    drop(session);
                    self.send_last(&[frame::close(CloseCode::Normal)]).await;
                    return self.linger().await;
                }
                Err(error) => {
                    let mut last = Vec::new();
                    session.seat().outbox.take(&mut last, usize::MAX);
                    last.extend(last_words(context, session.seat().encoding, error));
                    drop(session);
                    self.send_last(&last).await;
                    return self.linger().await;
                }
            }
            let outbox = &session.seat().outbox;
            let may_take = outbox.may_take();
            tokio::select! {
                biased;
                () = outbox.ready() => {}
                read = self.read_some(), if may_take => {
                    if matches!(read, Ok(Step::Ended) | Err(_)) {
                        return;
                    }
                }
            }
        }
    }

    /// Writes what waits. False if the socket is over.
    async fn flush(&mut self, session: &Session) -> bool {
        let mut batch = Vec::new();
        loop {
            let closing = session.seat().outbox.take(&mut batch, BATCH);
            if let Some(code) = closing {
                self.send_last(&[frame::close(code)]).await;
                self.linger_borrowed().await;
                return false;
            }
            if batch.is_empty() {
                return true;
            }
            if self.write(&batch).await.is_err() {
                return false;
            }
            batch.clear();
        }
    }

    /// Carries out messages that have come, as long as there is room for their answers.
    fn next_message(&mut self, session: &mut Session) -> Result<Step, FrameError> {
        while session.seat().outbox.may_take() {
            match self.reader.next()? {
                None => break,
                Some(Incoming::Binary(message)) => session.receive(Encoding::Cbor, &message),
                Some(Incoming::Text(message)) => session.receive(Encoding::Json, &message),
                Some(Incoming::Ping(payload)) => session.pong(&payload),
                Some(Incoming::Pong) => {}
                Some(Incoming::Close) => return Ok(Step::Ended),
            }
        }
        Ok(Step::Goes)
    }

    async fn read_some(&mut self) -> io::Result<Step> {
        let Self { stream, reader } = self;
        read(stream, |bytes| reader.feed(bytes)).await
    }

    async fn write(&mut self, frames: &[Bytes]) -> io::Result<()> {
        let mut done = 0;
        let total: usize = frames.iter().map(Bytes::len).sum();
        while done < total {
            match poll_fn(|context| self.poll_write(context, frames, done)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => done += written,
            }
        }
        // With TLS, what was taken may not have left yet.
        self.stream.flush().await
    }

    fn poll_write(
        &mut self,
        context: &mut std::task::Context<'_>,
        frames: &[Bytes],
        skipped: usize,
    ) -> Poll<io::Result<usize>> {
        let mut skip = skipped;
        let mut slices = [IoSlice::new(&[]); BATCH];
        let mut count = 0;
        for frame in frames {
            let Some(rest) = frame.get(skip.min(frame.len())..) else { continue };
            skip = skip.saturating_sub(frame.len());
            if rest.is_empty() {
                continue;
            }
            let Some(slot) = slices.get_mut(count) else { break };
            *slot = IoSlice::new(rest);
            count += 1;
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices.get(..count).unwrap_or_default())
    }

    async fn send_last(&mut self, frames: &[Bytes]) {
        drop(timeout(LINGER, Box::pin(self.write(frames))).await);
        drop(self.stream.shutdown().await);
    }

    async fn linger(mut self) {
        self.linger_borrowed().await;
    }

    /// Reads on without looking, so that the other side can finish what it is writing and see our last frame: closing
    /// with unread bytes would throw that frame away.
    async fn linger_borrowed(&mut self) {
        let waste = async { while let Ok(Step::Goes) = read(&mut self.stream, |_| {}).await {} };
        drop(Box::pin(timeout(LINGER, waste)).await);
    }
}

/// Waits for bytes and hands them on. The buffer exists only while there is something to read.
async fn read(stream: &mut Line, mut take: impl FnMut(&[u8])) -> io::Result<Step> {
    poll_fn(|context| {
        let mut chunk = [const { MaybeUninit::uninit() }; CHUNK];
        let mut buffer = ReadBuf::uninit(&mut chunk);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Ok(Step::Ended));
        }
        take(buffer.filled());
        Poll::Ready(Ok(Step::Goes))
    })
    .await
}

/// What is said about a stream that cannot be read any further.
fn last_words(context: &Context, encoding: Encoding, error: FrameError) -> Vec<Bytes> {
    match error {
        FrameError::Protocol => vec![frame::close(CloseCode::Protocol)],
        FrameError::TooLarge => {
            let why = problem::over_limit("frame_bytes", context.config.limits.frame_bytes);
            vec![refusal(encoding, 0, why), frame::close(CloseCode::TooBig)]
        }
    }
}
