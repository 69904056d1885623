//! Worlds in which server and clients live together under a test's control: time that moves when told, chance that
//! repeats, a network that loses, and the tests that need a real store.
//!
//! Everything is real but the outside: the server's own dispatch on SQLite, the engines with their databases. A world is
//! single-threaded and driven by a seed, so that a failing seed fails again.

pub mod backend;
pub mod chance;
pub mod clock;
pub mod network;
