//! Conversations over the SQLite store with real MLS groups: what is stored follows from what the members did.

#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

mod groups;
mod people;
mod world;
