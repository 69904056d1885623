//! The `beseda` binary.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the person at the terminal must see why it does not work")]
            {
                eprintln!("beseda: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
