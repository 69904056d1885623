//! What can go wrong with the database.

use crate::api::failure::Failure;

/// The database failed, or holds what this program did not write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite failed: the disk is full, read-only or damaged.
    #[error("the local database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A row is not what this program writes.
    #[error("a row of the local table {table} is damaged")]
    Damaged {
        /// In which table.
        table: &'static str,
    },
    /// The database belongs to a newer version of the program.
    #[error("the profile was written by a newer version (schema {found}): update the program")]
    Newer {
        /// A schema number that this version does not know.
        found: u32,
    },
    /// Another process or tab has opened the same profile and owns it now.
    #[error("the profile was opened elsewhere")]
    Fenced,
}

impl StoreError {
    /// A damaged row of `table`.
    pub const fn damaged(table: &'static str) -> Self {
        Self::Damaged { table }
    }
}

impl From<StoreError> for Failure {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}
