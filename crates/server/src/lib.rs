//! The server's shell: HTTP, WebSocket, configuration, logging, administration, and the composition root that puts the
//! core and its adapters together. It holds no rules: it parses, asks `beseda-app`, and answers.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = beseda_server::Config::default();
//! let server = beseda_server::start(config).await?;
//! assert!(server.addr().ip().is_loopback());
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```

pub mod admin;
mod blobs;
mod challenges;
mod checksum;
mod compose;
pub mod config;
mod context;
mod doors;
mod drives;
mod gifs;
mod http;
mod jobs;
mod line;
pub mod local;
mod map;
mod passwords;
mod phone;
mod pictures;
mod previews;
mod problem;
mod rates;
mod reading;
mod refusal;
mod secrets;
mod shares;
pub mod site;
mod system;
mod task;
pub mod telemetry;
pub mod tls;
mod wake;
mod web;
mod ws;

pub use compose::{Outside, Running, StartError, start, start_with};
pub use config::{Config, ConfigError};
pub use phone::KeyError;
pub use site::Site;
pub use system::{OsRng, SystemClock, SystemMachine};

/// The OpenAPI 3.1 document of the HTTP part, as JSON.
pub fn openapi() -> String {
    http::openapi::document()
}
