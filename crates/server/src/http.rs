//! The HTTP part: joining a server, and what third parties read.

mod body;
mod error;
mod gate;
mod listener;
mod meta;
pub(crate) mod openapi;
mod router;

pub(crate) use listener::accept;
pub(crate) use router::router;
