//! What is measured: a server or a floor, in a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use beseda_model::LIMITS;

use crate::clock::{instant, micros};
use crate::procfs;

/// Where the socket is, at the server and at the floors.
pub(crate) const PATH: &str = "/api/v1/socket";

/// How long a process may take to come up or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running process; it is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Target {
    child: Child,
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    /// When it was started.
    pub(crate) started: Instant,
}

impl Target {
    /// Starts a floor, which is this program under another name.
    pub(crate) fn floor(name: &str, folder: &Path) -> Result<Self> {
        let started = instant();
        let mut child = Command::new(std::env::current_exe()?)
            .arg(name)
            .arg("--folder")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start a floor")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let addr = line.trim().parse().context("the floor did not tell its address")?;
        Ok(Self { child, addr, started })
    }

    /// Starts the server on a data directory and a free port, without waiting for it. Its rate limits are lifted: they
    /// are measured elsewhere.
    pub(crate) fn server(binary: &Path, data: &Path) -> Result<Self> {
        Self::server_with(binary, data, "")
    }

    /// The same with further lines of configuration.
    pub(crate) fn server_with(binary: &Path, data: &Path, lines: &str) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let config = data.join("load.toml");
        fs::write(&config, configuration(data, addr, lines))?;
        let log = fs::File::create(data.join("server.log"))?;
        let started = instant();
        let child = Command::new(binary)
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        Ok(Self { child, addr, started })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it accepts connections.
    pub(crate) fn wait(&mut self) -> Result<()> {
        while std::net::TcpStream::connect(self.addr).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at once: {status}; its log is server.log in the data directory");
            }
            if micros(self.started, instant()) > u64::try_from(PATIENCE.as_micros()).unwrap_or(u64::MAX) {
                bail!("the server does not accept connections");
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(())
    }

    /// Resident memory in KiB.
    pub(crate) fn rss_kib(&self) -> Result<f64> {
        procfs::rss_kib(self.pid())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(data: &Path, addr: SocketAddr, lines: &str) -> String {
    use std::fmt::Write;

    let mut text = format!(
        "data_dir = {:?}\nlisten = \"{addr}\"\nlog = \"warn\"\n{lines}\n[limits]\n",
        PathBuf::from(data).display().to_string()
    );
    for limit in LIMITS.table() {
        let lifted = matches!(
            limit.name,
            "requests"
                | "session_requests"
                | "blob_requests"
                | "sends"
                | "lookups"
                | "anonymous_requests"
                | "sockets_per_device"
                | "pending_sockets"
        );
        let is_large = matches!(limit.name, "blob_quota_bytes" | "uploaded_bytes");
        if lifted || is_large {
            let much = if is_large { "1000000000000" } else { "1000000000" };
            writeln!(text, "{} = {much}", limit.name).expect("writing to memory");
        }
    }
    text
}
