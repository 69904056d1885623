//! The engine's SQLite database: opening, migrations, and one module for each kind of row.

pub mod accounts;
pub mod conversations;
mod error;
pub mod meta;
mod migrate;
pub mod warnings;

pub use error::StoreError;
pub use migrate::migrate;
