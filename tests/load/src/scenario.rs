//! What is measured. Each scenario seeds its own data directory, starts its own processes and ends them.

pub(crate) mod appends;
pub(crate) mod blobs;
pub(crate) mod fanout;
pub(crate) mod history;
pub(crate) mod idle;
pub(crate) mod logins;
pub(crate) mod pairs;
pub(crate) mod rest;
pub(crate) mod start;
pub(crate) mod traffic;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use beseda_wire::codec::decode_cbor;
use beseda_wire::{Reply, SUBPROTOCOL_CBOR, ServerFrame};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::frames;
use crate::socket::Socket;
use crate::target::PATH;

/// How large and how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// The server's binary; by default the one beside this program.
    #[arg(long, global = true)]
    pub(crate) beseda: Option<PathBuf>,
    /// Folder for temporary data directories; it must be on the disk that is to be measured.
    #[arg(long, global = true)]
    pub(crate) folder: Option<PathBuf>,
    /// Length of each measured phase.
    #[arg(long, global = true, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// Threads of the generator.
    #[arg(long, global = true, default_value_t = 2)]
    pub(crate) threads: usize,
    /// Pairs that write to each other.
    #[arg(long, global = true, default_value_t = 200)]
    pub(crate) pairs: usize,
    /// Messages that each pair has under way in the closed loop.
    #[arg(long, global = true, default_value_t = 2)]
    pub(crate) window: u64,
    /// Idle connections.
    #[arg(long, global = true, default_value_t = 10_000)]
    pub(crate) connections: usize,
    /// Sizes of the groups for the fan-out.
    #[arg(long, global = true, value_delimiter = ',', default_values_t = [200, 1_000])]
    pub(crate) members: Vec<usize>,
    /// Messages in the longest log.
    #[arg(long, global = true, default_value_t = 100_000)]
    pub(crate) log: usize,
    /// Messages in the large store.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    pub(crate) store: usize,
    /// Prints JSON instead of a table.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Options {
    /// The server's binary.
    pub(crate) fn binary(&self) -> Result<PathBuf> {
        let path = match &self.beseda {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("beseda"),
        };
        if !path.exists() {
            bail!("there is no {}: build it with `cargo build --release -p beseda-server`", path.display());
        }
        Ok(path)
    }

    /// A new folder, removed when dropped.
    pub(crate) fn data(&self) -> Result<TempDir> {
        match &self.folder {
            Some(folder) => TempDir::with_prefix_in("beseda-load-", folder),
            None => TempDir::with_prefix("beseda-load-"),
        }
        .context("cannot make a temporary folder")
    }

    pub(crate) const fn phase(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub(crate) fn runtime(&self) -> Result<Runtime> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        Ok(builder.worker_threads(self.threads).enable_all().build()?)
    }
}

/// A connection of which the first frame was sent and answered.
pub(crate) async fn connect(addr: SocketAddr, hello: &[u8]) -> Result<Socket> {
    let mut socket = Socket::connect(addr, PATH, SUBPROTOCOL_CBOR).await?;
    socket.send(hello).await?;
    while frames::see(socket.next().await?)? != frames::Seen::Ok {}
    Ok(socket)
}

/// Sends a request and waits for its answer.
pub(crate) async fn ask(socket: &mut Socket, request: &[u8]) -> Result<Reply> {
    socket.send(request).await?;
    loop {
        match decode_cbor(socket.next().await?)? {
            ServerFrame::Ok { re, .. } => return Ok(re),
            ServerFrame::Err { why, .. } => bail!("the server refused a request: {why}"),
            ServerFrame::Push(_) => {}
        }
    }
}
