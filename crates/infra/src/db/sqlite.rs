//! The default database: one SQLite file in the data directory, one writer, several readers.
//!
//! The writer takes whatever is queued, does it all in one transaction, commits, answers, and repeats: durability costs
//! one `fsync` per batch, not per message, and needs no timer. Whoever is connected learns of it after the commit.

mod account;
mod appender;
mod blob;
mod budget;
mod checkpoint;
mod code;
mod conversation;
mod device;
mod feed;
mod group;
mod group_link;
mod key;
mod link;
mod log;
mod open;
mod phone;
#[cfg(test)]
mod plans;
mod readers;
mod report;
mod sql;
mod store;
mod ticket;
mod unit;
mod wake;
mod writer;

pub use open::{Options, renew_store_epoch};
pub use store::SqliteStore;
