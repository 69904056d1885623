//! The server as a world sees it: a thing that takes requests and frames and gives frames, one at a time.

mod accomplice;
mod lying;
mod real;

use beseda_engine::api::event::Transfer;
use beseda_model::Timestamp;
use beseda_server::local::Answered;
use beseda_wire::{Encoding, ServerFrame};

pub use accomplice::Accomplice;
pub use lying::{LyingServer, Said};
pub use real::RealServer;

/// One open socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// A server without network and threads of its own making. The real one stands behind it; a lying one wraps the real.
pub trait Backend {
    /// Answers an HTTP request: status and body.
    fn http(&mut self, now: Timestamp, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>);

    /// Answers an HTTP request that moves a part of a file.
    fn transfer(&mut self, now: Timestamp, transfer: &Transfer, body: &[u8]) -> Answered;

    /// Opens a socket that speaks CBOR.
    fn open(&mut self, now: Timestamp, socket: SocketId);

    /// Hands over a frame. What comes of it is fetched with [`Backend::poll`].
    fn receive(&mut self, now: Timestamp, socket: SocketId, frame: &[u8]);

    /// The client has gone.
    fn close(&mut self, now: Timestamp, socket: SocketId);

    /// What the server has to say, in order for each socket; `None` closes the socket.
    fn poll(&mut self, now: Timestamp) -> Vec<(SocketId, Option<Vec<u8>>)>;
}

/// Answers must keep their order within a socket, or not come at all; pushes promise nothing.
pub(crate) fn is_push(frame: &[u8]) -> bool {
    matches!(Encoding::Cbor.decode(frame), Ok(ServerFrame::Push(_)))
}
