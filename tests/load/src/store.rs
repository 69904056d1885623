//! The store under the server's data directory, opened the way the server opens it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use beseda_app::domain::TokenHash;
use beseda_app::port::Store;
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};

/// The epoch of all made-up stores.
const EPOCH: [u8; 16] = [0x42; 16];

pub(crate) fn open(data: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&Options::new(data, EPOCH), Arc::new(LocalBus::new()))?))
}

/// A session token as clients show it.
pub(crate) fn token(secret: &[u8]) -> String {
    secret.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the server keeps of it.
pub(crate) fn token_hash(token: &str) -> TokenHash {
    TokenHash::of(token.as_bytes())
}
