//! The engine's SQLite database: opening, migrations, and one module for each kind of row.

pub mod accounts;
pub(crate) mod commands;
pub mod conversations;
pub mod entries;
mod error;
pub(crate) mod intents;
pub mod me;
pub mod members;
pub mod meta;
mod migrate;
pub(crate) mod open;
pub(crate) mod pending;
pub mod warnings;

pub use error::StoreError;
pub use migrate::migrate;
pub(crate) mod wipe;
