//! The `beseda` binary.

use std::path::PathBuf;
use std::process::ExitCode;

use beseda_server::{Config, telemetry};
use clap::Parser;

/// An end-to-end encrypted messenger that you own: the server.
#[derive(Debug, Parser)]
#[command(name = "beseda", version)]
struct Cli {
    /// Configuration file (TOML)
    #[arg(long, env = "BESEDA_CONFIG")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the person at the terminal must see why it does not start")]
            {
                eprintln!("beseda: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    let config = Config::load(cli.config.as_deref(), std::env::vars(), [])?;
    telemetry::init(&config.log, config.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = beseda_server::start(config).await?;
        tracing::info!(listen = %server.addr(), "The server accepts connections.");
        tokio::signal::ctrl_c().await?;
        server.shutdown().await;
        Ok(())
    })
}
