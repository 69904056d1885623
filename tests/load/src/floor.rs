//! The least that a server of this kind must cost: what is measured is told as a ratio to these, in the same run.
//!
//! Those with sockets speak just enough of the protocol for the same clients: the first frame names the client's place, every other
//! one is answered and passed on.

pub(crate) mod fanout;
pub(crate) mod files;
pub(crate) mod log;

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Result;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use beseda_wire::codec::encode_cbor;
use beseda_wire::{Reply, SUBPROTOCOL_CBOR, ServerFrame};
use bytes::Bytes;
use futures_util::SinkExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::frames::{ENTRY, ID_AT};

/// Frames that may wait for one client, as in the server.
const QUEUE: usize = 64;

/// Upgrades with the buffers that the server uses.
fn upgrade(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.protocols([SUBPROTOCOL_CBOR]).read_buffer_size(512).write_buffer_size(0)
}

/// Serves a router on a free port and prints the address, which the generator reads.
async fn serve(router: axum::Router) -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// Passes what arrives to `take`, and what is queued to the socket: several queued frames with one write each, like the
/// server, but without anything in between.
async fn pump(mut socket: WebSocket, mut queue: mpsc::Receiver<Bytes>, mut take: impl FnMut(Bytes)) {
    loop {
        tokio::select! {
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Binary(payload))) => take(payload),
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            queued = queue.recv() => {
                let Some(mut next) = queued else { return };
                loop {
                    if socket.feed(Message::Binary(next)).await.is_err() {
                        return;
                    }
                    match queue.try_recv() {
                        Ok(more) => next = more,
                        Err(_) => break,
                    }
                }
                if socket.flush().await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Waits for the first frame: the client's place, as four bytes.
async fn place(socket: &mut WebSocket) -> Option<usize> {
    let Some(Ok(Message::Binary(payload))) = socket.recv().await else { return None };
    let place = u32::from_be_bytes(payload.as_ref().try_into().ok()?);
    socket.send(Message::Binary(ack(1))).await.ok()?;
    usize::try_from(place).ok()
}

/// The first frame for a floor.
pub(crate) fn hello(place: usize) -> Vec<u8> {
    let place = u32::try_from(place).expect("fewer clients than that");
    crate::socket::frame(&place.to_be_bytes())
}

fn ack(id: u32) -> Bytes {
    encode_cbor(&ServerFrame::Ok { id, re: Reply::Done }).into()
}

/// The answer to a request whose id stands where the generator puts it.
fn ack_of(request: &Bytes) -> Bytes {
    let id = request.get(ID_AT..ID_AT + 4).and_then(|id| id.try_into().ok()).map_or(0, u32::from_be_bytes);
    ack(id)
}

/// What the others get: a push's beginning and the request as it came.
fn delivery(request: &Bytes) -> Bytes {
    let mut bytes = Vec::with_capacity(ENTRY.len() + request.len());
    bytes.extend_from_slice(ENTRY);
    bytes.extend_from_slice(request);
    bytes.into()
}

/// A router with one WebSocket route.
fn router<S: Clone + Send + Sync + 'static, F>(state: S, session: fn(S, WebSocket) -> F) -> axum::Router
where
    F: Future<Output = ()> + Send + 'static,
{
    axum::Router::new().route(
        crate::target::PATH,
        axum::routing::any(move |ws: WebSocketUpgrade| async move {
            let response: Response = upgrade(ws).on_upgrade(move |socket| session(state, socket));
            response
        }),
    )
}
