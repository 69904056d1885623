//! Drives of providers that are reached by OAuth 2 and an interface of their own. A file is always written in parts that become
//! a file at the end, so that no more than a part is held in memory and a half file is never taken for a whole one.

mod api;
mod dropbox;
mod google;
mod oauth;
mod onedrive;
mod parts;

use bytes::Bytes;
use futures_util::Stream;

use super::transport::Transport;
use super::{DriveError, Entry, Page, Reading, checked};
use crate::environment::{TemplateError, with_environment};
use api::Api;
use dropbox::Dropbox;
use google::Google;
use onedrive::Onedrive;

pub use oauth::Grant;
pub(super) use oauth::{authorize, exchange, refresh, revoke};

/// Bytes of a file that go in one request: a multiple of what Google (256 KiB) and Microsoft (320 KiB) ask for.
const PART: usize = 10 * 1024 * 1024;

/// Who runs a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Dropbox.
    Dropbox,
    /// Google Drive.
    Google,
    /// Microsoft OneDrive.
    Onedrive,
}

/// What the operator has registered with a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// By what the provider knows the server.
    pub id: String,
    /// How the server proves it.
    pub secret: String,
    /// Where all hosts of the provider are instead, for tests: an address without a path.
    pub at: Option<String>,
}

/// The secret is for no log, and whoever reads one learns nothing from the rest.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(…)")
    }
}

/// The clients of this server; it has no way to providers at which it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clients {
    /// Dropbox.
    pub dropbox: Option<Client>,
    /// Google Drive.
    pub google: Option<Client>,
    /// Microsoft OneDrive.
    pub onedrive: Option<Client>,
}

impl Clients {
    /// That at a provider.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn of(&self, provider: Provider) -> Result<&Client, DriveError> {
        let client = match provider {
            Provider::Dropbox => &self.dropbox,
            Provider::Google => &self.google,
            Provider::Onedrive => &self.onedrive,
        };
        client.as_ref().ok_or(DriveError::NotOffered)
    }
}

/// What the operator has written of a client can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ClientError(#[from] TemplateError);

impl Client {
    /// With what stands in the environment for each `${NAME}`.
    ///
    /// # Errors
    /// When that is not set.
    pub fn filled(self, environment: impl Fn(&str) -> Option<String>) -> Result<Self, ClientError> {
        let id = with_environment(&self.id, &environment)?;
        Ok(Self { id, secret: with_environment(&self.secret, &environment)?, at: self.at })
    }

    /// A provider's host, or what stands for it in a test.
    fn host<'a>(&'a self, real: &'a str) -> &'a str {
        self.at.as_deref().unwrap_or(real)
    }
}

/// What is at a path.
#[derive(Debug)]
struct Found {
    /// What the provider calls it.
    id: String,
    is_folder: bool,
    size: u64,
}

/// Which part of a folder is asked for.
#[derive(Debug, Clone, Copy)]
struct Window {
    skip: usize,
    most: usize,
}

impl Window {
    /// How many entries a provider is to say at once, who says `limit` at most. One more tells whether there is one.
    fn ask(self, limit: usize) -> usize {
        self.skip.saturating_add(self.most).saturating_add(1).min(limit)
    }
}

/// The entries of a window, as they come page by page.
#[derive(Debug)]
struct Gathered {
    window: Window,
    passed: usize,
    page: Page,
}

impl Gathered {
    fn new(window: Window) -> Self {
        Self { window, passed: 0, page: Page { entries: Vec::new(), more: false } }
    }

    /// Takes one more; what has a name that nobody could ask for is not shown.
    fn push(&mut self, entry: Entry) {
        if self.page.more || entry.name.contains('/') || checked(&entry.name).is_err() {
            return;
        }
        if self.passed < self.window.skip {
            self.passed = self.passed.saturating_add(1);
        } else if self.page.entries.len() < self.window.most {
            self.page.entries.push(entry);
        } else {
            self.page.more = true;
        }
    }
}

/// A drive of a provider, for one request.
#[derive(Debug)]
pub(in crate::drive) enum Cloud {
    Dropbox(Dropbox),
    Google(Google),
    Onedrive(Onedrive),
}

impl Cloud {
    pub(super) fn new(
        transport: Transport,
        provider: Provider,
        client: &Client,
        token: &str,
    ) -> Result<Self, DriveError> {
        Ok(match provider {
            Provider::Dropbox => Self::Dropbox(Dropbox::new(Api::new(transport, token, dropbox::judge)?, client)),
            Provider::Google => Self::Google(Google::new(Api::new(transport, token, google::judge)?, client)),
            Provider::Onedrive => Self::Onedrive(Onedrive::new(Api::new(transport, token, onedrive::judge)?, client)),
        })
    }

    pub(super) async fn list(&self, folder: &str, skip: usize, most: usize) -> Result<Page, DriveError> {
        let window = Window { skip, most };
        match self {
            Self::Dropbox(drive) => drive.list(folder, window).await,
            Self::Google(drive) => drive.list(folder, window).await,
            Self::Onedrive(drive) => drive.list(folder, window).await,
        }
    }

    pub(super) async fn read(&self, path: &str, at: u64) -> Result<(u64, Reading), DriveError> {
        let found = self.find(path).await?.filter(|found| !found.is_folder).ok_or(DriveError::NotFound)?;
        if at >= found.size {
            return Ok((found.size, Box::pin(futures_util::stream::empty())));
        }
        let answer = match self {
            Self::Dropbox(drive) => drive.read(&found, at).await?,
            Self::Google(drive) => drive.read(&found, at).await?,
            Self::Onedrive(drive) => drive.read(&found, at).await?,
        };
        // Whoever sends from the beginning what was asked for from elsewhere would give another file.
        if at > 0 && answer.status() != 206 {
            return Err(DriveError::Unreachable);
        }
        Ok((found.size, api::reading(answer)))
    }

    pub(super) async fn write<E>(
        &self,
        path: &str,
        size: u64,
        replace: bool,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<(), DriveError> {
        let found = self.find(path).await?;
        if found.as_ref().is_some_and(|found| found.is_folder || !replace) {
            return Err(DriveError::Exists);
        }
        let parts = parts::Parts::new(body, size, PART);
        match self {
            Self::Dropbox(drive) => drive.write(path, replace, parts).await,
            Self::Google(drive) => drive.write(path, found, parts).await,
            Self::Onedrive(drive) => drive.write(path, replace, parts).await,
        }
    }

    async fn find(&self, path: &str) -> Result<Option<Found>, DriveError> {
        match self {
            Self::Dropbox(drive) => drive.find(path).await,
            Self::Google(drive) => drive.find(path).await,
            Self::Onedrive(drive) => drive.find(path).await,
        }
    }
}

/// A moment as providers write it (RFC 3339), in milliseconds.
fn millis(text: Option<&str>) -> Option<u64> {
    let time: opendal::raw::Timestamp = text?.parse().ok()?;
    let since = std::time::SystemTime::from(time).duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_client_is_shown() {
        let text = || "canary".to_owned();
        let client = Client { id: text(), secret: text(), at: Some(text()) };
        let clients = Clients { google: Some(client), ..Clients::default() };
        assert!(!format!("{clients:?}").contains("canary"));
        assert_eq!(clients.of(Provider::Dropbox), Err(DriveError::NotOffered));
        let written = Client { id: "a".to_owned(), secret: "${SECRET}".to_owned(), at: None };
        let known = written.clone().filled(|name| (name == "SECRET").then(text)).expect("it is set");
        assert_eq!((known.id.as_str(), known.secret.as_str()), ("a", "canary"));
        let unknown = written.filled(|_| None).expect_err("it is not set");
        assert_eq!(unknown.to_string(), "`${SECRET}` is not set in the environment");
    }

    #[test]
    fn moments_are_read_as_providers_write_them() {
        assert_eq!(millis(Some("2026-03-01T10:00:00Z")), Some(1_772_359_200_000));
        assert_eq!(millis(Some("2026-03-01T10:00:00.250Z")), Some(1_772_359_200_250));
        assert_eq!((millis(Some("yesterday")), millis(Some("1950-01-01T00:00:00Z")), millis(None)), (None, None, None));
    }
}
