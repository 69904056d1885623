//! Worlds in which server and clients live together under a test's control: time that moves when told, chance that
//! repeats, a network that loses, and the tests that need a real store.
//!
//! Everything is real but the outside: the server's own dispatch on SQLite, the engines with their databases. A world is
//! single-threaded and driven by a seed, so that a failing seed fails again.

pub mod backend;
pub mod chance;
pub mod chaos;
pub mod clock;
pub mod network;
pub mod people;
pub mod rogue;
pub mod served;
pub mod world;

/// A temporary folder, in memory where the system has one: simulations are about order, not about disks.
pub fn memory_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("there is room for temporary files")
}
