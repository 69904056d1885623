//! The command line of `beseda`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use beseda_model::{Clock as _, InviteId, ReportId, Rng as _, Timestamp};
use beseda_server::admin::{self, Answer, ReportLine, Request};
use beseda_server::{Config, OsRng, SystemClock, telemetry};
use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// An end-to-end encrypted messenger that you own: the server.
#[derive(Debug, Parser)]
#[command(name = "beseda", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Settings {
    /// Configuration file (TOML); without it defaults, environment and flags hold
    #[arg(long, global = true, env = "BESEDA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where to accept connections [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Encrypt connections: local (a certificate authority of its own, for home and office networks) or files
    #[arg(long, global = true, value_name = "MODE")]
    tls: Option<String>,
    /// With --tls local: a further name or address by which the server is called
    #[arg(long, global = true, value_name = "NAME")]
    tls_name: Vec<String>,
    /// With --tls files: the certificate, in PEM
    #[arg(long, global = true, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// With --tls files: its private key, in PEM
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What the server calls itself
    #[arg(long, global = true)]
    name: Option<String>,
    /// How accounts are made: open, invite or closed
    #[arg(long, global = true)]
    registration: Option<String>,
    /// Phone numbers: off, optional or required
    #[arg(long, global = true)]
    phone: Option<String>,
    /// Who carries text messages: none, outbox (for development) or http
    #[arg(long, global = true)]
    sms: Option<String>,
    /// Log filter, such as `info` or `beseda=debug,warn`
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Administer the server that runs on the data directory
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
    /// Print the OpenAPI document of the HTTP part
    Openapi,
    /// Print the limits in force as JSON
    Limits,
    /// Print the version
    Version,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// How the server does
    Status,
    /// How many accounts there are
    Accounts,
    /// Make an invitation, list or revoke them
    Invite {
        /// How many sign-ups it allows
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// For how many days it is valid; for ever if not given
        #[arg(long)]
        days: Option<u32>,
        /// List invitations instead
        #[arg(long, conflicts_with_all = ["uses", "days", "revoke"])]
        list: bool,
        /// Take this invitation back instead
        #[arg(long, value_name = "ID", conflicts_with_all = ["uses", "days"])]
        revoke: Option<String>,
    },
    /// The text messages of the development outbox, the newest first
    Sms,
    /// What people have reported
    Reports {
        #[command(subcommand)]
        command: Reports,
    },
    /// Write a consistent copy of the database to a new file
    Backup {
        /// The file
        path: PathBuf,
    },
    /// Tell a stopped server's data directory that it was restored from a backup, so that clients notice
    Restored,
}

#[derive(Debug, Subcommand)]
enum Reports {
    /// List them, newest first
    List {
        /// Also those that are closed
        #[arg(long)]
        all: bool,
    },
    /// Show one with everything that the reporter chose to show
    Show {
        /// Its id
        id: String,
    },
    /// Mark one as dealt with; it is forgotten 30 days later
    Close {
        /// Its id
        id: String,
    },
}

fn report_id(text: &str) -> anyhow::Result<ReportId> {
    text.parse().context("that is not a report's id")
}

fn report_line(line: &ReportLine) -> String {
    let about = line.about_username.as_ref().map_or_else(|| line.about.to_string(), |name| format!("@{name}"));
    let hours = SystemClock.now().millis_since(line.at) / 3_600_000;
    let state = if line.closed_at.is_some() { "closed" } else { "open" };
    format!("{}  {hours} hours ago  about {about}  by {}  {state}", line.id, line.by)
}

/// Does what the command line says.
///
/// # Errors
/// When it cannot be done; the error says why and what would help.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    let config = load(&cli.settings)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => runtime(true)?.block_on(serve(config)),
        Command::Admin { command } => match request(command)? {
            Some(request) => runtime(false)?.block_on(administer(&config, &request)),
            None => restored(&config),
        },
        Command::Openapi => {
            print(&beseda_server::openapi());
            Ok(())
        }
        Command::Limits => {
            print(&serde_json::to_string_pretty(&config.limits.table())?);
            Ok(())
        }
        Command::Version => {
            print(&format!("beseda {}", env!("CARGO_PKG_VERSION")));
            Ok(())
        }
    }
}

fn load(settings: &Settings) -> anyhow::Result<Config> {
    let text = |path: &PathBuf| path.to_str().map(str::to_owned).context("the path is not valid UTF-8");
    let mut flags = Vec::new();
    if let Some(dir) = &settings.data_dir {
        flags.push(("data_dir", text(dir)?));
    }
    flags.extend(settings.listen.map(|address| ("listen", address.to_string())));
    flags.extend(settings.tls.clone().map(|mode| ("tls", mode)));
    if !settings.tls_name.is_empty() {
        flags.push(("tls_names", settings.tls_name.join(",")));
    }
    for (key, path) in [("tls_cert", &settings.cert), ("tls_key", &settings.key)] {
        if let Some(path) = path {
            flags.push((key, text(path)?));
        }
    }
    flags.extend(settings.name.clone().map(|name| ("name", name)));
    flags.extend(settings.registration.clone().map(|registration| ("registration", registration)));
    flags.extend(settings.phone.clone().map(|phone| ("phone", phone)));
    flags.extend(settings.sms.clone().map(|sms| ("sms", sms)));
    flags.extend(settings.log.clone().map(|log| ("log", log)));
    Ok(Config::load(settings.config.as_deref(), std::env::vars(), flags)?)
}

fn runtime(threads: bool) -> std::io::Result<tokio::runtime::Runtime> {
    if threads {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, config.log_format)?;
    // Before anything is promised to anybody, so that no signal falls between.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = beseda_server::start(config).await?;
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(listen = %server.addr(), version, "The server accepts connections.");
    tracing::info!(url = %server.url(), "Open this address in a browser.");
    if let Some((guide, fingerprint)) = server.trust() {
        tracing::info!(%guide, %fingerprint, "Devices must be told once to trust this server; the guide says how.");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("The server stops: it lets everybody go and writes what is left.");
    let drained = tokio::select! {
        drained = server.shutdown() => drained,
        _ = terminate.recv() => false,
        _ = interrupt.recv() => false,
    };
    if drained {
        tracing::info!("The server has stopped.");
    } else {
        tracing::warn!("The server has stopped before all connections had ended.");
    }
    Ok(())
}

fn restored(config: &Config) -> anyhow::Result<()> {
    let mut epoch = [0; 16];
    OsRng.fill(&mut epoch);
    beseda_infra::db::sqlite::renew_store_epoch(&config.data_dir, epoch)
        .with_context(|| format!("cannot change {}", config.data_dir.display()))?;
    print("The data directory has a new store epoch. Start the server; clients will bring back what they still have.");
    Ok(())
}

/// What to ask the running server; none if it must not run for this.
fn request(command: Admin) -> anyhow::Result<Option<Request>> {
    Ok(Some(match command {
        Admin::Status => Request::Status,
        Admin::Accounts => Request::Accounts,
        Admin::Invite { list: true, .. } => Request::Invites,
        Admin::Invite { revoke: Some(id), .. } => {
            Request::Revoke { id: id.parse::<InviteId>().context("that is not an invitation's id")? }
        }
        Admin::Invite { uses, days, .. } => Request::Invite { uses, days },
        Admin::Sms => Request::Sms,
        Admin::Reports { command: Reports::List { all } } => Request::Reports { all },
        Admin::Reports { command: Reports::Show { id } } => Request::Report { id: report_id(&id)? },
        Admin::Reports { command: Reports::Close { id } } => Request::CloseReport { id: report_id(&id)? },
        // The server's working directory may be another one.
        Admin::Backup { path } => Request::Backup { path: std::path::absolute(path)? },
        Admin::Restored => return Ok(None),
    }))
}

async fn administer(config: &Config, request: &Request) -> anyhow::Result<()> {
    match admin::ask(&config.data_dir, request).await? {
        Answer::Done => print("Done."),
        Answer::Status { version, accounts, online, sockets, queued } => print(&format!(
            "version   {version}\naccounts  {accounts}\nonline    {online} ({sockets} sockets)\nqueued    {queued}"
        )),
        Answer::Accounts { accounts, online } => print(&format!("{accounts} accounts, {online} online")),
        Answer::Invite { id, secret } => print(&format!(
            "{secret}\n\nAs a link: your server's address and /join/{secret}\nThe invitation's id, for revoking it: {id}"
        )),
        Answer::Invites { invites } => {
            for invite in invites {
                let hours = |at: Timestamp| at.millis_since(SystemClock.now()) / 3_600_000;
                let until = invite.expires_at.map_or("for ever".to_owned(), |at| format!("for {} hours", hours(at)));
                print(&format!("{}  {} left  {until}", invite.id, invite.left));
            }
        }
        Answer::Sms { messages } => {
            for message in messages {
                print(&format!("{}\n{}\n", message.to, message.text));
            }
        }
        Answer::Reports { reports } => reports.iter().for_each(|line| print(&report_line(line))),
        Answer::Report { line, told } => {
            print(&format!("{}\n\n{}", report_line(&line), serde_json::to_string_pretty(&told)?));
        }
        Answer::Failed { error } => bail!("the server refused: {error}"),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was asked for goes to standard output")]
fn print(text: &str) {
    println!("{text}");
}
