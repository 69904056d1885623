//! What the store does when disk, file system or power fail: a clear error, nothing half-done, and no hands needed
//! afterwards.

#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

mod crash;
mod disk;
mod open;

use std::path::Path;
use std::sync::Arc;

use beseda_app::port::{Store, StoreError};
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};

fn options(dir: &Path) -> Options {
    Options::new(dir, [9; 16])
}

fn try_open(options: &Options) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open(options, Arc::new(LocalBus::new()))?))
}

fn open(dir: &Path) -> Box<dyn Store> {
    try_open(&options(dir)).unwrap()
}
