//! The client engine in a browser: questions and answers for the web app and, in the browser itself, the thin facade
//! that its worker drives. No rule lives here.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod browser;
mod json;
mod query;
#[cfg(not(target_family = "wasm"))]
mod types;

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use browser::{BrowserEngine, erase, start};
pub use json::json;
pub use query::{Answer, FormattedText, Query, ask};
#[cfg(not(target_family = "wasm"))]
pub use types::typescript;
