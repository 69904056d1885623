//! Links that people pass on: to groups, which others ask to join by them, and to people.
//!
//! What the server tells of a request is not believed. A link's maker signs what the link allows, its key signs each request,
//! and a device adds nobody whose request does not hold.

mod command;
mod follow;
mod judge;
mod make;
pub(crate) mod own;
pub(crate) mod person;
pub(crate) mod waiting;

pub(crate) use command::{About, answered, refused, run};
