//! The composition root: the only place that names concrete adapters.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use beseda_model::{Clock, Rng};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::context::Context;
use crate::http;
use crate::system::{OsRng, SystemClock};

/// Why a server does not start. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be made or entered.
    #[error("cannot use the data directory {path}: {source}")]
    DataDir {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; is another server running there?")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// What a server takes from outside. Tests bring their own.
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Box<dyn Rng>,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

impl Default for Outside {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), rng: Box::new(OsRng) }
    }
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    drain: Duration,
    context: Arc<Context>,
}

/// Starts a server with the real clock and real chance.
///
/// # Errors
/// When the data directory or the address cannot be used.
pub async fn start(config: Config) -> Result<Running, StartError> {
    start_with(config, Outside::default()).await
}

/// Starts a server with the given clock and chance.
///
/// # Errors
/// When the data directory or the address cannot be used.
pub async fn start_with(config: Config, outside: Outside) -> Result<Running, StartError> {
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
    let addr = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
    let drain = Duration::from_millis(config.drain_ms);
    let context = Arc::new(Context::new(config, outside.clock, outside.rng));
    let accepting = http::accept(context.clone(), listener, http::router(&context));
    context.tasks.spawn("listener", accepting);
    Ok(Running { addr, drain, context })
}

impl Running {
    /// Where it listens: with port 0 in the configuration, the port that it was given.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops accepting, tells everyone connected to come back later, and waits until all have gone and everything is
    /// written. Answers whether all went within the configured time.
    pub async fn shutdown(self) -> bool {
        self.context.tasks.shut_down(self.drain).await
    }
}
