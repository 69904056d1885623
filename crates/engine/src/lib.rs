//! The client engine: everything that a client of Beseda knows and decides, for native programs and the browser alike.
//!
//! It performs no I/O but to its own SQLite database: a host feeds it [`Event`]s, carries out the [`Effect`]s that it
//! returns, and reads views from it. It is synchronous; time comes in with each event and chance through
//! [`beseda_model::Rng`]. Effects are returned only after the step's transaction is durable, and whatever must be sent
//! again is derived from the database when the engine is opened, so a lost effect does no harm.
//!
//! The engine must not know sockets, timers, threads, file paths or the browser.

pub mod api;
mod conversation;
mod desk;
mod engine;
mod ephemeral;
pub mod files;
mod healing;
pub mod identity;
mod links;
pub mod log;
mod memory;
mod mls;
pub mod notification;
pub mod outbox;
mod report;
mod sealed;
pub mod search;
mod session;
mod step;
pub mod stickers;
pub mod store;
pub mod timeline;
pub mod vcard;
pub mod view;

pub use api::command::Command;
pub use api::event::{Effect, Event, Notice};
pub use engine::{Engine, OpenError};
/// The database library, so that a host opens the connection with the very version that the engine uses.
pub use rusqlite;
pub use step::Step;
