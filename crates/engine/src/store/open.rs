//! Opening a profile's database: durability, and the fence that keeps it to one process.

use beseda_model::Rng;
use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, meta, migrate};

const OWNER: &str = "owner";

/// The value by which a running engine knows that the profile is still its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fence([u8; 16]);

/// Sets durability, migrates, and takes the profile over from whoever had it.
///
/// # Errors
/// When the database fails or belongs to a newer version.
pub(crate) fn open(conn: &mut Connection, rng: &mut dyn Rng) -> Result<Fence, StoreError> {
    let journal = if cfg!(target_family = "wasm") { "TRUNCATE" } else { "WAL" };
    conn.pragma_update(None, "journal_mode", journal)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // What disappears is overwritten, not only forgotten.
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.set_prepared_statement_cache_capacity(256);
    let mut owner = [0; 16];
    rng.fill(&mut owner);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate(&tx)?;
    crate::search::index::ensure_current(&tx)?;
    meta::put(&tx, OWNER, &owner)?;
    tx.commit()?;
    Ok(Fence(owner))
}

impl Fence {
    /// # Errors
    /// When somebody else has opened the profile since.
    pub(crate) fn check(&self, conn: &Connection) -> Result<(), StoreError> {
        if meta::get::<[u8; 16]>(conn, OWNER)? == Some(self.0) { Ok(()) } else { Err(StoreError::Fenced) }
    }
}
