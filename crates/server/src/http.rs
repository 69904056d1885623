//! The HTTP part: joining a server, and what third parties read.

mod blob;
mod body;
mod caller;
mod drive;
mod error;
mod gate;
mod gif;
mod id;
mod join;
mod linger;
mod link;
mod listener;
mod map;
mod meta;
pub(crate) mod openapi;
mod page;
mod phone;
mod preview;
mod range;
mod redirect;
mod router;
mod trust;
mod tus;
mod upload;
mod wake;

pub(crate) use error::Failure;
pub(crate) use gate::Origin;
pub(crate) use listener::{Entrance, accept};
pub(crate) use redirect::{host_of, lan_address};
pub(crate) use router::app;
