//! Everything that a server could try, against real engines: each move is refused or shown, and damages nothing else.
//! SECURITY.md lists the moves.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

mod database;
mod forge;
mod garbage;
mod history;
mod identity;
mod links;
mod membership;
mod town;
