//! Many connections that have logged in and are silent. They are held by processes of their own, because one may have
//! too few file descriptors.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Options, connect};
use crate::frames::hello;
use crate::procfs;
use crate::report::{Budget, Row, progress};
use crate::seed::{Person, Seed};
use crate::target::Target;
use crate::tunnel;

/// Connections of one holding process.
const SHARE: usize = 5_000;

/// The same where each has a tunnel of its own, which takes two more descriptors.
const TLS_SHARE: usize = 2_000;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let mut rows = measure(options, false)?;
    rows.extend(measure(options, true)?);
    Ok(rows)
}

fn measure(options: &Options, tls: bool) -> Result<Vec<Row>> {
    let (how, lines, share, budget) =
        if tls { (" with TLS", "tls = \"local\"\n", TLS_SHARE, 14.0) } else { ("", "", SHARE, 6.0) };
    progress(&format!("{} idle connections{how}", options.connections));
    let binary = options.binary()?;
    let data = options.data()?;
    let people = Seed::open(data.path())?.people(options.connections)?;
    let mut target = Target::server_with(&binary, data.path(), lines)?;
    target.wait()?;
    let authority = tls.then(|| data.path().join("tls/ca.pem"));
    // The port is bound before the authority is made.
    while authority.as_ref().is_some_and(|path| !path.exists()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let hold = |people: &[Person]| Holder::start(target.addr, authority.as_deref(), people);
    // The first connections bring what is allocated once.
    let first = hold(&people[..people.len().min(100)])?;
    std::thread::sleep(Duration::from_secs(1));
    let before = target.rss_kib()?;
    let cpu = procfs::cpu_seconds(target.pid())?;
    let rest = &people[people.len().min(100)..];
    ensure!(!rest.is_empty(), "more than 100 connections are needed");
    let holders = rest.chunks(share).map(hold).collect::<Result<Vec<_>>>()?;
    std::thread::sleep(Duration::from_secs(2));
    let after = target.rss_kib()?;
    let cpu = procfs::cpu_seconds(target.pid())? - cpu;
    drop((first, holders));
    let count = rest.len() as f64;
    Ok(vec![
        Row::new(format!("{} idle connections{how}: memory each", people.len()), (after - before) / count, "KiB")
            .budget(Budget::AtMost(budget)),
        Row::new(format!("{} idle connections{how}: CPU to open each", people.len()), cpu * 1e6 / count, "µs"),
    ])
}

/// A process that holds connections until it is dropped.
struct Holder(Child);

impl Holder {
    fn start(addr: SocketAddr, authority: Option<&Path>, people: &[Person]) -> Result<Self> {
        let authority = authority.into_iter().flat_map(|path| [OsStr::new("--authority"), path.as_os_str()]);
        let child = Command::new(std::env::current_exe()?)
            .arg("hold")
            .arg(addr.to_string())
            .args(authority)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start a holder")?;
        let mut holder = Self(child);
        let stdin = holder.0.stdin.as_mut().context("no way to the holder")?;
        let mut tokens = String::new();
        for person in people {
            tokens.push_str(&person.token);
            tokens.push('\n');
        }
        tokens.push('\n');
        stdin.write_all(tokens.as_bytes())?;
        let stdout = holder.0.stdout.take().context("no way from the holder")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        ensure!(line.trim() == "ready", "a holder could not connect");
        Ok(holder)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Holds a connection for each token that comes in, one a line, up to an empty line; ends with its input.
pub(crate) fn hold(addr: SocketAddr, authority: Option<&Path>) -> Result<()> {
    let mut input = std::io::stdin().lock();
    let mut tokens = Vec::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        tokens.push(line.trim().to_owned());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sockets = runtime.block_on(async {
        let tunnel = match authority {
            Some(authority) => Some(tunnel::open(addr, authority).await?),
            None => None,
        };
        let addr = tunnel.as_ref().map_or(addr, |(entrance, _)| *entrance);
        let mut sockets = Vec::with_capacity(tokens.len());
        for token in &tokens {
            let mut socket = connect(addr, &hello(token)).await?;
            socket.rest();
            sockets.push(socket);
        }
        Ok::<_, anyhow::Error>((sockets, tunnel))
    })?;
    writeln!(std::io::stdout(), "ready")?;
    input.read_line(&mut String::new())?;
    drop(sockets);
    Ok(())
}
