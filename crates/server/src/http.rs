//! The HTTP part: joining a server, and what third parties read.

mod body;
mod error;
mod gate;
mod join;
mod link;
mod listener;
mod meta;
pub(crate) mod openapi;
mod router;

pub(crate) use error::Failure;
pub(crate) use gate::Origin;
pub(crate) use listener::accept;
pub(crate) use router::router;
