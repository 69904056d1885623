//! Measures the server: over its real socket, in a process of its own, beside floors that say what is possible on the
//! same machine at the same time. `docs/performance.md` explains method and figures.

mod clock;
mod floor;
mod frames;
mod http;
mod meter;
mod mls;
mod procfs;
mod report;
mod scenario;
mod seed;
mod socket;
mod stats;
mod store;
mod target;
mod tunnel;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::scenario::{Options, appends, blobs, fanout, history, idle, logins, pairs, rest, start};

#[derive(Parser)]
#[command(about = "Measures the server beside floors that say what is possible on this machine")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Subcommand)]
enum Command {
    /// Everything below (the default).
    All,
    /// Memory of the idle server, size of its binary.
    Rest,
    /// Start to first login on an empty store.
    Start,
    /// Logins with a token.
    Logins,
    /// Memory of idle connections.
    Idle,
    /// Durable one-to-one messages, in a closed loop and at a fixed rate.
    Pairs,
    /// One message to many.
    Fanout,
    /// Pages of history; start on a large store.
    History,
    /// Files, up and down.
    Blobs,
    /// The store by itself, without sockets.
    Appends,
    /// Only the floors, without the server.
    Floors,
    /// Serves as the floor without storage.
    #[command(hide = true)]
    FloorFanout(FloorOptions),
    /// Serves as the floor for files.
    #[command(hide = true)]
    FloorFiles(FloorOptions),
    /// Serves as the floor with a log.
    #[command(hide = true)]
    FloorLog(FloorOptions),
    /// Holds idle connections.
    #[command(hide = true)]
    Hold {
        addr: SocketAddr,
        /// The certificate to trust, where the server speaks TLS.
        #[arg(long)]
        authority: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct FloorOptions {
    #[arg(long)]
    folder: PathBuf,
}

type Scenario = fn(&Options) -> Result<Vec<report::Row>>;

fn main() -> Result<()> {
    let Arguments { command, options } = Arguments::parse();
    let scenarios: &[Scenario] = match command.unwrap_or(Command::All) {
        Command::All => &[
            rest::run,
            start::run,
            logins::run,
            idle::run,
            pairs::run,
            fanout::run,
            history::run,
            blobs::run,
            appends::run,
        ],
        Command::Rest => &[rest::run],
        Command::Start => &[start::run],
        Command::Logins => &[logins::run],
        Command::Idle => &[idle::run],
        Command::Pairs => &[pairs::run],
        Command::Fanout => &[fanout::run],
        Command::History => &[history::run],
        Command::Blobs => &[blobs::run],
        Command::Appends => &[appends::run],
        Command::Floors => &[pairs::floor_alone, fanout::floor_alone],
        Command::FloorFanout(_) => return runtime()?.block_on(floor::fanout::run()),
        Command::FloorFiles(floor) => return runtime()?.block_on(floor::files::run(&floor.folder)),
        Command::FloorLog(floor) => return runtime()?.block_on(floor::log::run(&floor.folder)),
        Command::Hold { addr, authority } => return idle::hold(addr, authority.as_deref()),
    };
    let mut report = Report::new(procfs::machine());
    for scenario in scenarios {
        report.extend(scenario(&options)?);
    }
    report.print(options.json)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
