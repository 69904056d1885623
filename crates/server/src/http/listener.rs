//! Accepting connections: as many as there are descriptors for, each with a short time to say what it wants.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tower_service::Service as _;

use super::gate::{Peer, Secured};
use super::redirect::SecurePort;
use super::router::{app, plain};
use crate::context::Context;
use crate::line::{Line, PATIENCE, Transport};

/// Time in which a request's head must arrive, also on a connection that is kept open.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// A request head of ours has a handful of short headers.
const HEAD_BYTES: usize = 16_384;
/// Bytes that are read from a connection at a time, at most: as much as is needed only where it comes fast.
const BUFFER: usize = 65_536;
/// Wait when no connection can be taken, as with too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Each TLS connection begins with a record of this type, and no request of HTTP does.
const HANDSHAKE: u8 = 22;

/// What connections to an address meet. Where TLS is on, plain HTTP is answered, too, but only with the way to HTTPS.
#[derive(Debug, Clone)]
pub(crate) struct Entrance {
    app: Router,
    plain: Router,
    port: SecurePort,
}

impl Entrance {
    /// The address that everybody uses.
    pub(crate) fn main(context: &Arc<Context>) -> Self {
        Self { app: app(context), plain: plain(context), port: SecurePort::This }
    }

    /// Another one, for those who come without TLS and are sent to `port`.
    pub(crate) fn aside(&self, port: u16) -> Self {
        Self { port: SecurePort::Other(port), ..self.clone() }
    }
}

/// Takes connections until the server stops.
pub(crate) async fn accept(context: Arc<Context>, listener: TcpListener, entrance: Entrance) {
    let stop = context.tasks.stop_signal().clone();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let serving = serve(context.clone(), stream, peer, entrance.clone());
                context.tasks.spawn("connection", serving);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(error = %error, "No connection can be accepted; trying again.");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve(context: Arc<Context>, stream: TcpStream, peer: SocketAddr, entrance: Entrance) {
    // Small frames must not wait for each other's acknowledgement.
    drop(stream.set_nodelay(true));
    let stop = context.tasks.stop_signal();
    let opened = tokio::select! {
        opened = open(&context, stream).boxed() => opened,
        () = stop.cancelled() => return,
    };
    let transport = match opened {
        Ok(transport) => transport,
        Err(error) => {
            tracing::debug!(error = %error, "A connection ended before it was encrypted.");
            return;
        }
    };
    let is_secure = matches!(transport, Transport::Secure(_));
    let router = if is_secure || context.tls.is_none() { entrance.app } else { entrance.plain };
    let service = service_fn(move |mut request: Request<Incoming>| {
        let extensions = request.extensions_mut();
        extensions.insert(Peer(peer));
        extensions.insert(Secured(is_secure));
        extensions.insert(entrance.port);
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Line::new(transport, PATIENCE)), service)
        .with_upgrades();
    let mut connection = Box::pin(connection);
    tokio::select! {
        ended = &mut connection => return log_end(ended),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    log_end(connection.await);
}

/// Makes TLS of a connection that asks for it, where that is on.
async fn open(context: &Context, stream: TcpStream) -> io::Result<Transport> {
    let Some(tls) = &context.tls else { return Ok(Transport::Plain(stream)) };
    let opening = async {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 || first != [HANDSHAKE] {
            return Ok(Transport::Plain(stream));
        }
        let stream = tls.acceptor().accept(stream).await?;
        Ok(Transport::Secure(Box::new(stream)))
    };
    timeout(HEAD_TIME, opening).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn log_end(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(error = %error, "A connection ended early.");
    }
}
