//! What every adapter of the ports must do: plain functions over an open, empty store, each one behaviour. Adapters run
//! them one by one from their own tests.

#![expect(clippy::missing_panics_doc, reason = "a check panics when the adapter fails it")]

pub mod world;

pub mod account;
pub mod append;
pub mod blob;
pub mod blob_store;
pub mod bus;
pub mod conversation;
pub mod device;
pub mod feed;
pub mod fetch;
pub mod group;
pub mod group_link;
pub mod join;
pub mod key;
pub mod log;
pub mod phone;
pub mod report;
pub mod sms;
pub mod store;
pub mod wake;
