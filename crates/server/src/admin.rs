//! Administration over a Unix socket in the data directory: who may open the file may ask. One line of JSON each way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use beseda_app::domain::{Report, TokenHash};
use beseda_app::port::{StoreError, View};
use beseda_app::usecase::invite::{CreateInvite, create_invite, list_invites, revoke_invite};
use beseda_app::usecase::report::close_report;
use beseda_model::{AccountId, InviteId, ReportId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::context::Context;
use crate::secrets::new_secret;

const FILE: &str = "admin.sock";
/// The longest request line.
const LINE_BYTES: u64 = 65_536;
const DAY_MS: u64 = 86_400_000;

/// What an administrator asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// How the server does. Answer: [`Answer::Status`].
    Status,
    /// How many accounts there are. Answer: [`Answer::Accounts`].
    Accounts,
    /// A new invitation. Answer: [`Answer::Invite`].
    Invite {
        /// How many sign-ups it allows.
        uses: u32,
        /// For how many days; none for ever.
        days: Option<u32>,
    },
    /// The invitations that can still be used. Answer: [`Answer::Invites`].
    Invites,
    /// Takes an invitation back. Answer: [`Answer::Done`].
    Revoke {
        /// Which.
        id: InviteId,
    },
    /// The text messages of the development outbox. Answer: [`Answer::Sms`].
    Sms,
    /// What people have reported. Answer: [`Answer::Reports`].
    Reports {
        /// Also those that are closed.
        all: bool,
    },
    /// One report with everything in it. Answer: [`Answer::Report`].
    Report {
        /// Which.
        id: ReportId,
    },
    /// Marks a report as dealt with. Answer: [`Answer::Done`].
    CloseReport {
        /// Which.
        id: ReportId,
    },
    /// Writes a consistent copy of the database to a new file on the server's machine. Answer: [`Answer::Done`].
    Backup {
        /// Where to.
        path: PathBuf,
    },
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Carried out.
    Done,
    /// How the server does.
    Status {
        /// Version of the program.
        version: String,
        /// Accounts on the server.
        accounts: u64,
        /// Accounts that are connected.
        online: usize,
        /// Their sockets.
        sockets: usize,
        /// Work that waits for the database.
        queued: usize,
    },
    /// How many accounts there are.
    Accounts {
        /// All.
        accounts: u64,
        /// Connected now.
        online: usize,
    },
    /// A new invitation.
    Invite {
        /// For taking it back.
        id: InviteId,
        /// What the invited person types; it is not shown again.
        secret: String,
    },
    /// Invitations.
    Invites {
        /// Newest first.
        invites: Vec<InviteLine>,
    },
    /// Text messages.
    Sms {
        /// Newest first.
        messages: Vec<SmsLine>,
    },
    /// Reports.
    Reports {
        /// Newest first.
        reports: Vec<ReportLine>,
    },
    /// A report.
    Report {
        /// Who, when, and whether it is open.
        line: ReportLine,
        /// What was told, as the reporter's client sent it.
        told: serde_json::Value,
    },
    /// It was not carried out.
    Failed {
        /// Why.
        error: String,
    },
}

/// An invitation without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLine {
    /// Which.
    pub id: InviteId,
    /// Sign-ups left.
    pub left: u32,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// A text message that was sent to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsLine {
    /// To whom.
    pub to: String,
    /// What it says.
    pub text: String,
}

/// A report without what was told in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    /// Which.
    pub id: ReportId,
    /// Who reports.
    pub by: AccountId,
    /// About whom.
    pub about: AccountId,
    /// The username of that account, if it has one.
    pub about_username: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// Why an administrator got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// Nobody listens there.
    #[error("no server answers at {path}: {source}; is it running, on this data directory?")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The conversation broke off.
    #[error("the server broke off: {0}")]
    Broken(#[from] std::io::Error),
    /// The answer is not one.
    #[error("the server gave an answer that this program does not understand; are both of the same version?")]
    Malformed,
}

/// Where the socket of a data directory is.
fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Asks the server that runs on this data directory.
///
/// # Errors
/// When there is none, or it breaks off.
pub async fn ask(data_dir: &Path, request: &Request) -> Result<Answer, AdminError> {
    let path = socket_path(data_dir);
    let stream = UnixStream::connect(&path).await;
    let mut stream = stream.map_err(|source| AdminError::Unreachable { path, source })?;
    stream.write_all(&line(request)).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    serde_json::from_str(&answer).map_err(|_| AdminError::Malformed)
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("administration has string keys and finite numbers");
    line.push(b'\n');
    line
}

/// Listens for administrators until the server stops. A server that cannot do this still serves.
pub(crate) fn listen(context: &Arc<Context>) {
    let path = socket_path(&context.config.data_dir);
    // The store's lock says that no other server uses this directory: a socket that is there is a dead one's.
    drop(std::fs::remove_file(&path));
    match bind(&path) {
        Ok(listener) => context.tasks.spawn("admin", accept(context.clone(), listener)),
        Err(error) => tracing::warn!(error = %error, "The server cannot be administered: its socket cannot be made."),
    }
}

fn bind(path: &Path) -> std::io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Removes the socket of a server that has stopped.
pub(crate) fn remove_socket(context: &Context) {
    drop(std::fs::remove_file(socket_path(&context.config.data_dir)));
}

async fn accept(context: Arc<Context>, listener: UnixListener) {
    let stop = context.tasks.stop_signal().clone();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        if let Ok((stream, _)) = accepted {
            let serving = serve(context.clone(), stream);
            let stop = stop.clone();
            context.tasks.spawn("admin-connection", async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = serving => {}
                }
            });
        }
    }
}

async fn serve(context: Arc<Context>, stream: UnixStream) {
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading.take(LINE_BYTES));
    let mut text = String::new();
    if reading.read_line(&mut text).await.is_err() {
        return;
    }
    let answer = match serde_json::from_str(&text) {
        Ok(request) => {
            carry_out(&context, request).await.unwrap_or_else(|error| Answer::Failed { error: error.to_string() })
        }
        Err(_) => Answer::Failed { error: "this is not a request of this version".to_owned() },
    };
    drop(writing.write_all(&line(&answer)).await);
}

async fn carry_out(context: &Context, request: Request) -> Result<Answer, StoreError> {
    let (online, sockets) = context.hub.count();
    Ok(match request {
        Request::Status => Answer::Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            accounts: context.read(|view| view.accounts().count()).await?,
            online,
            sockets,
            queued: context.store.queued(),
        },
        Request::Accounts => Answer::Accounts { accounts: context.read(|view| view.accounts().count()).await?, online },
        Request::Invite { uses, days } => {
            let (secret, hash): (String, TokenHash) = new_secret(context);
            let at = context.clock.now();
            let id = InviteId::new(at, &mut context.rng());
            let expires_at = days.map(|days| at.plus_millis(u64::from(days) * DAY_MS));
            let cmd = CreateInvite { id, secret: hash, uses, expires_at, at };
            context.write(move |uow| create_invite(uow, cmd.clone())).await?;
            tracing::info!(invite = %id, "An invitation was made.");
            Answer::Invite { id, secret }
        }
        Request::Invites => {
            let found = context.read(list_invites).await?;
            let line = |invite: beseda_app::port::Invite| InviteLine {
                id: invite.id,
                left: invite.left,
                expires_at: invite.expires_at,
            };
            Answer::Invites { invites: found.into_iter().map(line).collect() }
        }
        Request::Revoke { id } => match context.write(move |uow| revoke_invite(uow, id)).await? {
            true => Answer::Done,
            false => Answer::Failed { error: "there is no such invitation".to_owned() },
        },
        Request::Sms => match context.phones.as_ref().and_then(|phones| phones.outbox.as_ref()) {
            Some(outbox) => {
                let line = |sms: beseda_app::port::Sms| SmsLine { to: sms.to, text: sms.text };
                Answer::Sms { messages: outbox.messages().into_iter().map(line).collect() }
            }
            None => Answer::Failed { error: "messages are kept with `sms = \"outbox\"` only".to_owned() },
        },
        Request::Reports { all } => {
            let reports = context.read(move |view| reports(view, all)).await?;
            Answer::Reports { reports }
        }
        Request::Report { id } => {
            let found = context.read(move |view| report(view, id)).await?;
            match found {
                Some((line, told)) => Answer::Report { line, told },
                None => Answer::Failed { error: "there is no such report".to_owned() },
            }
        }
        Request::CloseReport { id } => {
            let at = context.clock.now();
            match context.write(move |uow| close_report(uow, id, at)).await? {
                true => Answer::Done,
                false => Answer::Failed { error: "there is no such report, or it is closed".to_owned() },
            }
        }
        Request::Backup { path } => {
            let store = context.store.clone();
            let written = tokio::task::spawn_blocking(move || store.backup(&path)).await;
            written.unwrap_or(Err(StoreError::Closed))?;
            tracing::info!("A backup was written.");
            Answer::Done
        }
    })
}

/// Most reports in one answer.
const MOST_REPORTS: u32 = 200;

fn report_line(view: &dyn View, report: &Report) -> Result<ReportLine, StoreError> {
    let about = view.accounts().find(report.about)?;
    Ok(ReportLine {
        id: report.id,
        by: report.by,
        about: report.about,
        about_username: about.and_then(|row| row.username).map(|name| name.as_str().to_owned()),
        at: report.at,
        closed_at: report.closed_at,
    })
}

fn reports(view: &dyn View, all: bool) -> Result<Vec<ReportLine>, StoreError> {
    view.reports().list(all, MOST_REPORTS)?.iter().map(|report| report_line(view, report)).collect()
}

fn report(view: &dyn View, id: ReportId) -> Result<Option<(ReportLine, serde_json::Value)>, StoreError> {
    let Some(found) = view.reports().find(id)? else { return Ok(None) };
    let corrupt = StoreError::Corrupt { table: "reports", column: "body" };
    let told = serde_json::from_slice(&found.body).map_err(|_| corrupt)?;
    Ok(Some((report_line(view, &found)?, told)))
}
