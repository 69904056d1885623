//! Files, as the screen wants them: sealed, saved, and shown by other programs.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, AttachmentView, FileNumber};
use beseda_engine::api::reason::Reason;
use ratatui::layout::Size;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::host::{AttachError, FileError, Host, opened_name, saved_name};
use crate::pictures::{self, Picture, Printer};
use crate::text::percent;
use crate::tui::input::{Input, Intent, NotTaken};

/// What shows a file with the program that is meant for it.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Seals the file at a path; what is done goes to `inputs`, in hundredths.
pub(super) async fn seal(
    host: &Host,
    path: &Path,
    as_it_is: bool,
    inputs: mpsc::UnboundedSender<Input>,
) -> Result<AttachmentDraft, NotTaken> {
    let path = at_home(path);
    let facts = std::fs::metadata(&path).map_err(|error| unusable(&path, &error))?;
    if !facts.is_file() {
        return Err(NotTaken::NoFile(path));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let total = facts.len();
    let mut told = None;
    let tell = move |done| {
        let now = Some(percent(done, total));
        if told != now {
            told = now;
            // Nobody listens when the program ends.
            drop(inputs.send(Input::Sealing { name: name.clone(), done, total }));
        }
    };
    host.seal(path.clone(), as_it_is, tell).await.map_err(|error| not_taken(&path, error))
}

/// `~/…` is in the person's own folder.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

/// Where files are saved: the downloads, else the person's folder, else where the program was started.
fn downloads() -> PathBuf {
    let named = std::env::var_os("XDG_DOWNLOAD_DIR").map(PathBuf::from);
    let usual = home().map(|home| home.join("Downloads"));
    [named, usual, home()].into_iter().flatten().find(|folder| folder.is_dir()).unwrap_or_else(|| PathBuf::from("."))
}

/// Copies that other programs were given to show; they go with the program. Only this person can read them.
#[derive(Debug, Clone)]
pub(super) struct Copies(Arc<TempDir>);

impl Copies {
    pub(super) fn new() -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        Ok(Self(Arc::new(builder.prefix("beseda-").tempdir()?)))
    }
}

/// Saves a file that is here, or shows it; answers where it was saved.
pub(super) async fn take(
    host: &Host,
    attachment: &AttachmentView,
    intent: Intent,
    copies: io::Result<Option<Copies>>,
) -> Result<Option<PathBuf>, NotTaken> {
    let name = match intent {
        Intent::Open => opened_name(attachment).ok_or(NotTaken::NotOpened)?,
        Intent::Save => saved_name(attachment),
    };
    let copies = copies.map_err(|error| unusable(&std::env::temp_dir(), &error))?;
    let folder = match (intent, &copies) {
        (Intent::Open, Some(copies)) => copies.0.path().to_owned(),
        (Intent::Open | Intent::Save, _) => downloads(),
    };
    let saved = host.save(attachment.file, folder.clone(), name, |_| {}).await;
    let path = saved.map_err(|error| not_taken(&folder, error))?;
    match intent {
        Intent::Save => Ok(Some(path)),
        Intent::Open => open(&path).map(|()| None),
    }
}

/// Draws the picture in a file that is here; none if it can't be had or is none.
pub(super) async fn picture(host: &Host, file: FileNumber, printer: Printer, size: Size) -> Option<Picture> {
    let content = host.content(file, pictures::MOST_BYTES).await.ok()?;
    let work = move || printer.print(pictures::decode(&content)?, size);
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

fn open(path: &Path) -> Result<(), NotTaken> {
    let mut command = Command::new(OPENER);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| NotTaken::NoProgram)?;
    // Somebody has to hear of its end, whenever that is.
    std::thread::spawn(move || drop(child.wait()));
    Ok(())
}

fn not_taken(path: &Path, error: AttachError) -> NotTaken {
    match error {
        AttachError::Failure(failure) => NotTaken::Failed(failure),
        AttachError::File(FileError::Io(error)) => unusable(path, &error),
        AttachError::File(FileError::NotBare) => NotTaken::NotBare(path.to_owned()),
        AttachError::File(FileError::Chunk(_)) => NotTaken::Failed(Failure::NotReady { reason: Reason::FileDamaged }),
    }
}

fn unusable(path: &Path, error: &io::Error) -> NotTaken {
    // Without the number, which tells people nothing.
    NotTaken::Unusable { path: path.to_owned(), reason: io::Error::from(error.kind()).to_string() }
}
