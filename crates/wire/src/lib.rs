//! The contract between client and server, and between clients: frames, HTTP bodies, message content.
//!
//! One set of serde types is spoken in two encodings: CBOR (RFC 8949) by programs and JSON by people, bots and debuggers.
//! Nothing here decides anything; `docs/protocol.md` explains the exchange with byte examples that a test checks.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic,
        clippy::allow_attributes,
        reason = "a test that panics has failed, which is its job"
    )
)]

pub mod bytes;
pub mod codec;
pub mod content;
pub mod error;
pub mod http;
mod lenient;
pub mod link;
pub mod push;
pub mod request;
pub mod state;

pub use bytes::Bytes;
pub use codec::{DecodeError, Encoding};
pub use content::Content;
pub use error::Problem;
pub use push::Push;
pub use request::{ClientFrame, Reply, Request, ServerFrame};

/// The feature level of this program. A server and a client work together at any two levels; each uses only what the
/// other announces.
pub const FEATURE_LEVEL: u32 = 1;

/// WebSocket subprotocol for CBOR frames.
pub const SUBPROTOCOL_CBOR: &str = "beseda.v1.cbor";

/// WebSocket subprotocol for JSON frames.
pub const SUBPROTOCOL_JSON: &str = "beseda.v1.json";
