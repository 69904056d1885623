//! Accepting connections: as many as there are descriptors for, each with a short time to say what it wants.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service as _;

use super::gate::Peer;
use crate::context::Context;

/// Time in which a request's head must arrive, also on a connection that is kept open.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// A request head of ours has a handful of short headers.
const HEAD_BYTES: usize = 16_384;
/// Wait when no connection can be taken, as with too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes connections until the server stops.
pub(crate) async fn accept(context: Arc<Context>, listener: TcpListener, router: Router) {
    let stop = context.tasks.stop_signal().clone();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let serving = serve(context.clone(), stream, peer, router.clone());
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

async fn serve(context: Arc<Context>, stream: TcpStream, peer: SocketAddr, router: Router) {
    // Small frames must not wait for each other's acknowledgement.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = Box::pin(connection);
    let stop = context.tasks.stop_signal();
    tokio::select! {
        ended = &mut connection => return log_end(ended),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    log_end(connection.await);
}

fn log_end(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(error = %error, "A connection ended early.");
    }
}
