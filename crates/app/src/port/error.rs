use beseda_model::Code;

/// Why a store did not do what it was asked. Nothing of it was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// More is queued than the store takes.
    #[error("the store has more work queued than it takes")]
    Overloaded,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A uniqueness or reference rule was broken: the caller checked too little or lost a race.
    #[error("the change conflicts with what is stored")]
    Conflict,
    /// There is no room left. Free some; nothing else has to be done.
    #[error("the disk is full: free some space in the data directory, writing goes on by itself")]
    DiskFull,
    /// The data directory or a file in it can't be written.
    #[error(
        "the data directory can't be written: check its owner and permissions, and that it is not mounted read-only"
    )]
    ReadOnly,
    /// The data directory can't be opened or made.
    #[error("the data directory can't be opened: check that its path exists and may be entered")]
    CannotOpen,
    /// Another process uses the data directory.
    #[error("another process uses this data directory: stop it first")]
    Locked,
    /// The data directory belongs to a newer program.
    #[error("the data directory has schema version {found}, this program knows up to {known}: use the newer program")]
    NewerSchema {
        /// Its version.
        found: u32,
        /// The last version that this program knows.
        known: u32,
    },
    /// The file is not a database of ours.
    #[error("the file is not a database of this program")]
    NotOurs,
    /// The database file is damaged.
    #[error("the database file is damaged: restore the last backup")]
    Damaged,
    /// A row holds what this program would never write.
    #[error("the row in {table}.{column} is not valid")]
    Corrupt {
        /// Its table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The disk failed.
    #[error("reading or writing the data directory failed: check the disk and the system's log")]
    Io,
    /// What keeps the bytes of blobs does not answer, or not as it should; the log says how. It may later.
    #[error("the object store does not answer as it should")]
    Unavailable,
    /// Anything else; the text is the backend's own and never leaves the server.
    #[error("the database failed: {0}")]
    Backend(String),
}

impl StoreError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::Overloaded | Self::Closed | Self::Unavailable => Code::Overloaded,
            _ => Code::Internal,
        }
    }
}
