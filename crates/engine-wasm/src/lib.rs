//! The client engine in a browser: questions and answers for the web app and, in the browser itself, the thin facade
//! that its worker drives. No rule lives here.

mod query;
#[cfg(not(target_family = "wasm"))]
mod types;

pub use query::{Answer, FormattedText, Query, ask};
#[cfg(not(target_family = "wasm"))]
pub use types::typescript;
