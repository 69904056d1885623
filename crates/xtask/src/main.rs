//! `cargo xtask …`: everything that is done to this repository, so that a person and a CI machine do the same.
//!
//! Each command is a file of the same name. `gates` holds the steps that `check` and `test` share, `tools` installs
//! what they need, `steps` reports, `shell` starts processes. This crate knows no product crate: it builds them.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to the person who started it"
)]

mod bench;
mod binaries;
mod check;
mod check_arch;
mod check_docs;
mod check_ports;
mod fuzz;
mod gates;
mod generate;
mod mutants;
mod run;
mod setup;
mod shell;
mod soak;
mod source;
mod steps;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::binaries::Profile;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Builds, checks, tests and runs Beseda")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the web app, the server and the terminal client, and start the server on ./data
    Run(RunArgs),
    /// Build the web app into web/dist
    Web {
        /// Build with optimisation (slow to build, small and quick to run)
        #[arg(long)]
        release: bool,
    },
    /// Everything that CI runs; installs what the tests need
    Test,
    /// The quick loop: format, lints, quick tests
    Check,
    /// Measure the server with the load generator (release build)
    Bench(PassThrough),
    /// Run the long tests that are ignored otherwise
    Soak(PassThrough),
    /// Look for inputs that break what reads hostile bytes (nightly compiler, cargo-fuzz)
    Fuzz(FuzzArgs),
    /// Write the generated documents again
    Gen {
        /// Write nothing; fail if a document is not what its generator prints
        #[arg(long)]
        check: bool,
    },
    /// Fail on a dependency or an import that the architecture forbids
    CheckArch,
    /// Fail on a link in a document, or a test named in SECURITY.md, that does not exist
    CheckDocs,
    /// Fail on a port method that no conformance test calls
    CheckPorts,
    /// Seed known bugs and demand that the simulation catches each
    Mutants,
    /// Install the tools that `test` needs
    Setup,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Build with optimisation (slow to build, quick to run)
    #[arg(long)]
    release: bool,
    /// Encrypt connections, and accept them from other devices: prints where these learn to trust this machine
    #[arg(long)]
    tls: bool,
    /// Arguments for the server, after `--`
    #[arg(last = true)]
    server: Vec<String>,
}

#[derive(Debug, Args)]
struct FuzzArgs {
    /// The name of one target; all, one after another, if there is none
    target: Option<String>,
    /// How long to look, for each target
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Add the inputs that reach new code to the committed corpus
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Args)]
struct PassThrough {
    /// Arguments that are handed on unchanged
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    match run_command(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without the backtrace that anyhow adds when a developer wants those of the tests.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: Command) -> Result<()> {
    match command {
        Command::Run(args) => run::run(args.release, args.tls, &args.server),
        Command::Web { release } => web::build(if release { Profile::Release } else { Profile::Dev }),
        Command::Test => test::run(),
        Command::Check => check::run(),
        Command::Bench(pass) => bench::run(&pass.args),
        Command::Soak(pass) => soak::run(&pass.args),
        Command::Fuzz(args) => fuzz::run(args.target.as_deref(), args.seconds, args.keep),
        Command::Gen { check: true } => generate::check(),
        Command::Gen { check: false } => generate::run(),
        Command::CheckArch => check_arch::run(),
        Command::CheckDocs => check_docs::run(),
        Command::CheckPorts => {
            let outcome = check_ports::run()?;
            println!("check-ports: {outcome}");
            Ok(())
        }
        Command::Mutants => {
            let outcome = mutants::run()?;
            println!("mutants: {outcome}");
            Ok(())
        }
        Command::Setup => setup::run(),
    }
}
