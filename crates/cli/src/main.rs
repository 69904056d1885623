//! The terminal client's program.

use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use beseda_cli::args::{Cli, Global, Subject};
use beseda_cli::host;
use beseda_cli::script::{Session, Trip, report};
use beseda_cli::text::{Label, Lang};
use beseda_cli::tui;
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = cli.global.lang.unwrap_or_else(Lang::from_environment);
    log_to_stderr();
    match run(&cli.global, cli.command, lang) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trip) => {
            report(&trip, cli.global.json, lang);
            ExitCode::from(trip.exit_code())
        }
    }
}

/// `BESEDA_LOG=beseda_engine=debug` shows what the engine does; it never shows content.
fn log_to_stderr() {
    if let Ok(filter) = std::env::var("BESEDA_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

fn run(global: &Global, command: Option<Subject>, lang: Lang) -> Result<(), Trip> {
    let bell = match &command {
        Some(Subject::Screens { folder }) => return screens(folder),
        Some(Subject::Ui { no_bell }) => Some(!no_bell),
        None => Some(true),
        Some(_) => None,
    };
    if bell.is_some() && !(stdout().is_terminal() && std::io::stdin().is_terminal()) {
        return Err(Trip::Usage(lang.label(Label::NoTerminal).to_owned()));
    }
    let home = match &global.home {
        Some(home) => home.clone(),
        None => host::default_dir()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (engine, profile) = host::open(&home, global.ca.as_deref())?;
        let result = match (bell, command) {
            (Some(bell), _) => {
                let server = std::env::var("BESEDA_SERVER").unwrap_or_default();
                let device_name = beseda_cli::script::device_name(None);
                let engine =
                    tui::run(engine, tui::Options { lang, bell, pictures: global.pictures, server, device_name })
                        .await?;
                engine.stop().await;
                Ok(())
            }
            (None, Some(command)) => {
                let session = Session::new(engine, global, lang);
                let result = session.run(command, global.sync).await;
                session.host.stop().await;
                result
            }
            (None, None) => Ok(()),
        };
        drop(profile);
        result
    })
}

fn screens(folder: &Path) -> Result<(), Trip> {
    std::fs::create_dir_all(folder)?;
    for (name, picture) in tui::sample::pictures() {
        std::fs::write(folder.join(PathBuf::from(name)), picture)?;
    }
    Ok(())
}
