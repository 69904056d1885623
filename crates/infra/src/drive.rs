//! Cloud drives of people: a folder is listed, a file read or written on behalf of somebody who brings what the drive
//! wants to be shown. Nothing of it is kept. Their addresses are chosen by people: nothing is sent to what only this
//! server can reach, unless the operator allows it.

mod cloud;
mod dav;
mod guard;
mod transport;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use opendal::services::{S3, Webdav};
use opendal::{EntryMode, ErrorKind, Metadata, Operator};
use reqwest::Url;

use cloud::Cloud;
pub use cloud::{Client, ClientError, Clients, Grant, Provider};
use dav::Dav;
pub use guard::{Network, NetworkError, Reach};
use transport::{Seen, Transport};

/// Most bytes of the name of a file or a folder, as on most disks.
const NAME_BYTES: usize = 255;
/// Parts of a file in an object store: what is held in memory of one.
const PART: usize = 8 * 1024 * 1024;

/// Where a drive is, and what it wants to be shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// A folder on a server that speaks WebDAV.
    Webdav {
        /// The folder's address.
        address: String,
        /// The name on that server.
        user: String,
        /// The password of that name, or one for this use alone.
        password: String,
    },
    /// A bucket of an object store that speaks S3.
    S3 {
        /// The store's address; the bucket is a part of the path.
        address: String,
        /// Where the bucket is.
        region: String,
        /// The bucket.
        bucket: String,
        /// By what the store knows who asks.
        key: String,
        /// How they prove it.
        secret: String,
    },
    /// A drive of a provider's.
    Cloud {
        /// Whose.
        provider: Provider,
        /// The access token.
        token: String,
    },
}

/// Nothing of it is for a log.
impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Webdav { .. } => "Webdav(…)",
            Self::S3 { .. } => "S3(…)",
            Self::Cloud { .. } => "Cloud(…)",
        })
    }
}

/// Why something was not done with a drive. Says nothing of where it is or what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// Not an address of a drive, or not one that can be used.
    #[error("this is not the address of a drive")]
    Address,
    /// It leads to what not everybody can reach, or not by HTTPS.
    #[error("the server may not go to this address")]
    NotPublic,
    /// A path with a name that no file can have.
    #[error("this is not a path on a drive")]
    Path,
    /// Name, password or key are wrong, or do not suffice.
    #[error("the drive refuses it")]
    Denied,
    /// There is no such file or folder.
    #[error("there is nothing at this path")]
    NotFound,
    /// There is something of that name.
    #[error("there is something of this name")]
    Exists,
    /// There is no room.
    #[error("the drive is full")]
    Full,
    /// It asks for patience.
    #[error("the drive is busy")]
    Busy,
    /// It asks for so much patience.
    #[error("the drive is busy for some time")]
    Later {
        /// How much, in milliseconds.
        millis: u64,
    },
    /// The token is over or was taken back, or does not reach far enough.
    #[error("the provider does not know the token any more")]
    Expired,
    /// The server has no client with this provider.
    #[error("this server has no way to this provider")]
    NotOffered,
    /// The provider does not take the client for what the operator has registered.
    #[error("the provider does not know this server's client")]
    Client,
    /// What was to be written has ended before its end.
    #[error("the file did not come whole")]
    Cut,
    /// Nobody answers there, or not as a drive of this kind does.
    #[error("the drive does not answer as one of its kind")]
    Unreachable,
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes of a file.
    pub size: u64,
    /// When it was changed last, in milliseconds.
    pub modified_ms: Option<u64>,
}

/// A part of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is in it, in the drive's order.
    pub entries: Vec<Entry>,
    /// Whether more follows.
    pub more: bool,
}

/// The way to drives.
#[derive(Debug, Clone)]
pub struct Drives {
    client: reqwest::Client,
    reach: Arc<Reach>,
    clients: Clients,
}

impl Drives {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(reach: Reach, clients: Clients) -> Result<Self, reqwest::Error> {
        let reach = Arc::new(reach);
        Ok(Self { client: transport::client(&reach)?, reach, clients })
    }

    /// Whether there is a client with this provider.
    pub fn has(&self, provider: Provider) -> bool {
        self.clients.of(provider).is_ok()
    }

    /// The provider's page on which a person lets this server into their drive, and which leads back to `back`.
    ///
    /// # Errors
    /// When there is no client with this provider.
    pub fn authorize(
        &self,
        provider: Provider,
        state: &str,
        challenge: &str,
        back: &str,
    ) -> Result<String, DriveError> {
        cloud::authorize(provider, self.clients.of(provider)?, state, challenge, back)
    }

    /// Tokens for the code that came back.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn exchange(
        &self,
        provider: Provider,
        code: &str,
        verifier: &str,
        back: &str,
    ) -> Result<Grant, DriveError> {
        cloud::exchange(&self.transport(), provider, self.clients.of(provider)?, code, verifier, back).await
    }

    /// An access token for a refresh token.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn refresh(&self, provider: Provider, token: &str) -> Result<Grant, DriveError> {
        cloud::refresh(&self.transport(), provider, self.clients.of(provider)?, token).await
    }

    /// Tells the provider to forget a refresh token and what came of it, where there is a way to.
    ///
    /// # Errors
    /// When it could not be told.
    pub async fn revoke(&self, provider: Provider, token: &str) -> Result<(), DriveError> {
        cloud::revoke(&self.transport(), provider, self.clients.of(provider)?, token).await
    }

    fn transport(&self) -> Transport {
        Transport::new(self.client.clone(), self.reach.clone(), Seen::default())
    }

    /// A drive; nothing is asked of it yet.
    ///
    /// # Errors
    /// When what is said about it can't be.
    pub fn open(&self, access: &Access) -> Result<Drive, DriveError> {
        let seen = Seen::default();
        let transport = Transport::new(self.client.clone(), self.reach.clone(), seen.clone());
        let (operator, dav) = match access {
            Access::Cloud { provider, token } => {
                return Ok(Drive(Kind::Cloud(Cloud::new(transport, *provider, self.clients.of(*provider)?, token)?)));
            }
            Access::Webdav { address, user, password } => {
                let address = folder_address(address)?;
                let builder = Webdav::default().endpoint(&address).username(user).password(password);
                let dav = Dav::new(transport.clone(), address, user, password);
                (Operator::new(builder.disable_create_dir(true)), Some(dav))
            }
            Access::S3 { address, region, bucket, key, secret } => {
                let is_name = |text: &str| {
                    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                    (1..=63).contains(&text.len()) && text.bytes().all(is_part)
                };
                // What is left out would be looked for among the operator's own settings.
                let is_whole = is_name(bucket) && is_name(region) && !key.is_empty() && !secret.is_empty();
                if !is_whole || bucket.ends_with("--x-s3") {
                    return Err(DriveError::Address);
                }
                let builder = S3::default()
                    .endpoint(&folder_address(address)?)
                    .region(region)
                    .bucket(bucket)
                    .access_key_id(key)
                    .secret_access_key(secret)
                    .disable_config_load()
                    .disable_ec2_metadata();
                (Operator::new(builder), None)
            }
        };
        let operator = operator.map_err(|_| DriveError::Address)?;
        let context = opendal::OperationContext::new().with_http_transport(opendal::HttpTransporter::new(transport));
        Ok(Drive(Kind::Store(Store { operator: operator.with_context(context), dav, seen })))
    }
}

/// The address without what is no part of a folder's.
fn folder_address(text: &str) -> Result<String, DriveError> {
    let url = Url::parse(text.trim()).map_err(|_| DriveError::Address)?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.host().is_some();
    if !is_plain || !matches!(url.scheme(), "http" | "https") {
        return Err(DriveError::Address);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(DriveError::Address);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A drive of somebody, for one request.
#[derive(Debug)]
pub struct Drive(Kind);

#[derive(Debug)]
enum Kind {
    Store(Store),
    Cloud(Cloud),
}

/// A folder or bucket at an address that a person has given.
#[derive(Debug)]
struct Store {
    operator: Operator,
    dav: Option<Dav>,
    seen: Seen,
}

/// What is read of a file.
pub type Reading = std::pin::Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

impl Drive {
    /// At most `most` of what is in a folder, after the first `skip` of them. The root is the empty path.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn list(&self, folder: &str, skip: usize, most: usize) -> Result<Page, DriveError> {
        if !folder.is_empty() {
            checked(folder)?;
        }
        match &self.0 {
            Kind::Store(store) => store.list(folder, skip, most).await,
            Kind::Cloud(cloud) => cloud.list(folder, skip, most).await,
        }
    }

    /// The size of a file, and what is in it from byte `at` on.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn read(&self, path: &str, at: u64) -> Result<(u64, Reading), DriveError> {
        let path = checked(path)?;
        match &self.0 {
            Kind::Store(store) => store.read(path, at).await,
            Kind::Cloud(cloud) => cloud.read(path, at).await,
        }
    }

    /// Writes a file of `size` bytes. It is there under its name once it is whole, and not before; what was there stays
    /// unless `replace`. Is to run to its end: what was begun is tidied up then.
    ///
    /// # Errors
    /// When it can't be written, or `body` does not have so many bytes.
    pub async fn write<E>(
        &self,
        path: &str,
        size: u64,
        replace: bool,
        chance: [u8; 8],
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<(), DriveError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let path = checked(path)?;
        match &self.0 {
            Kind::Store(store) => store.write(path, size, replace, chance, body).await,
            Kind::Cloud(cloud) => cloud.write(path, size, replace, body).await,
        }
    }
}

impl Store {
    async fn list(&self, folder: &str, skip: usize, most: usize) -> Result<Page, DriveError> {
        let path = if folder.is_empty() { "/".to_owned() } else { format!("{folder}/") };
        let mut lister = self.operator.lister(&path).await.map_err(|error| self.why(&error))?;
        let mut page = Page { entries: Vec::new(), more: false };
        let mut passed = 0;
        while let Some(entry) = lister.try_next().await.map_err(|error| self.why(&error))? {
            let Some(entry) = shown(&path, &entry) else { continue };
            if passed < skip {
                passed += 1;
            } else if page.entries.len() < most {
                page.entries.push(entry);
            } else {
                page.more = true;
                break;
            }
        }
        // A folder that is not there is an empty one to the library.
        if page.entries.is_empty() && skip == 0 && self.dav.is_some() && self.seen.failure().is_some() {
            return Err(self.seen.failure().unwrap_or(DriveError::NotFound));
        }
        Ok(page)
    }

    async fn read(&self, path: &str, at: u64) -> Result<(u64, Reading), DriveError> {
        let metadata = self.operator.stat(path).await.map_err(|error| self.why(&error))?;
        if !metadata.is_file() {
            return Err(DriveError::NotFound);
        }
        let size = metadata.content_length();
        if at >= size {
            return Ok((size, Box::pin(futures_util::stream::empty())));
        }
        let reader = self.operator.reader(path).await.map_err(|error| self.why(&error))?;
        let mut stream = reader.into_bytes_stream(at..size).await.map_err(|error| self.why(&error))?;
        // The first part is waited for before anything is promised: a file that can't be read is told as such.
        let Some(Ok(first)) = stream.next().await else {
            return Err(self.seen.failure().unwrap_or(DriveError::Unreachable));
        };
        Ok((size, Box::pin(futures_util::stream::once(async { Ok(first) }).chain(stream))))
    }

    async fn write<E>(
        &self,
        path: &str,
        size: u64,
        replace: bool,
        chance: [u8; 8],
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<(), DriveError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match self.operator.stat(path).await {
            Ok(metadata) if metadata.is_dir() => return Err(DriveError::Exists),
            Ok(_) if !replace => return Err(DriveError::Exists),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(self.why(&error)),
        }
        match &self.dav {
            Some(dav) => dav.write(path, size, replace, chance, body).await,
            None => self.write_parts(path, size, replace, body).await,
        }
    }

    async fn write_parts<E>(
        &self,
        path: &str,
        size: u64,
        replace: bool,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<(), DriveError> {
        let writer = self.operator.writer_with(path).chunk(PART).if_not_exists(!replace);
        let mut writer = writer.await.map_err(|error| self.why(&error))?;
        let mut body = std::pin::pin!(body);
        let mut written = 0_u64;
        let outcome = loop {
            match body.next().await {
                Some(Ok(bytes)) => {
                    written = written.saturating_add(bytes.len() as u64);
                    if written > size {
                        break Err(DriveError::Cut);
                    }
                    if let Err(error) = writer.write(bytes).await {
                        break Err(self.why(&error));
                    }
                }
                Some(Err(_)) => break Err(DriveError::Cut),
                None if written != size => break Err(DriveError::Cut),
                None => break writer.close().await.map(drop).map_err(|error| self.why(&error)),
            }
        };
        if outcome.is_err() {
            // The store forgets the parts in its own time if this fails, too.
            drop(writer.abort().await);
        }
        outcome
    }

    fn why(&self, error: &opendal::Error) -> DriveError {
        let by_kind = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => DriveError::NotFound,
            ErrorKind::PermissionDenied => DriveError::Denied,
            ErrorKind::AlreadyExists | ErrorKind::ConditionNotMatch | ErrorKind::Conflict => DriveError::Exists,
            ErrorKind::RateLimited => DriveError::Busy,
            ErrorKind::ConfigInvalid => DriveError::Address,
            _ => DriveError::Unreachable,
        };
        if by_kind == DriveError::Unreachable { self.seen.failure().unwrap_or(by_kind) } else { by_kind }
    }
}

/// A path that means a file or a folder below the root and nothing else.
fn checked(path: &str) -> Result<&str, DriveError> {
    let is_name = |name: &str| {
        let is_bound = !name.is_empty() && name.len() <= NAME_BYTES && name != "." && name != "..";
        is_bound && !name.chars().any(|c| c.is_control() || c == '\\')
    };
    if path.split('/').all(is_name) { Ok(path) } else { Err(DriveError::Path) }
}

/// What is shown of something in a folder; none of the folder itself, and of what has a name that nobody could ask for.
fn shown(folder: &str, entry: &opendal::Entry) -> Option<Entry> {
    let metadata: &Metadata = entry.metadata();
    let name = entry.name().trim_end_matches('/');
    if entry.path() == folder || checked(name).is_err() || name.contains('/') {
        return None;
    }
    let modified = metadata.last_modified().map(std::time::SystemTime::from);
    let modified = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let is_folder = metadata.mode() == EntryMode::DIR;
    Some(Entry {
        name: name.to_owned(),
        is_folder,
        size: if is_folder { 0 } else { metadata.content_length() },
        modified_ms: modified.and_then(|time| u64::try_from(time.as_millis()).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_nowhere_but_down() {
        for path in ["a", "a/b c/д.txt", "...", "a.b"] {
            assert_eq!(checked(path), Ok(path));
        }
        let long = "x".repeat(NAME_BYTES + 1);
        for path in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a\0", "a\nb", "a\\b", &long] {
            assert_eq!(checked(path), Err(DriveError::Path), "{path:?}");
        }
        assert!(checked(&"x".repeat(NAME_BYTES)).is_ok());
    }

    #[test]
    fn an_address_is_that_of_a_folder_on_the_web() {
        assert_eq!(folder_address(" https://a.example/dav/ ").as_deref(), Ok("https://a.example/dav"));
        for text in ["", "a.example", "ftp://a/", "https://me:x@a/", "https://me@a/", "https://a/?b", "https://a/#b"] {
            assert_eq!(folder_address(text), Err(DriveError::Address), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_drive_is_shown() {
        let (address, text) = ("https://canary.example/".to_owned(), || "canary".to_owned());
        let dav = Access::Webdav { address: address.clone(), user: text(), password: text() };
        let s3 = Access::S3 { address, region: text(), bucket: text(), key: text(), secret: text() };
        let cloud = Access::Cloud { provider: Provider::Google, token: text() };
        let google = Some(Client { id: text(), secret: text(), at: None });
        let clients = Clients { google, ..Clients::default() };
        let drives = Drives::new(Reach::default(), clients).expect("TLS");
        for access in [dav, s3, cloud] {
            let drive = drives.open(&access).expect("all is there");
            let inner = match drive.0 {
                Kind::Store(store) => format!("{:?}", store.seen),
                Kind::Cloud(cloud) => format!("{cloud:?}"),
            };
            assert!(!format!("{access:?} {inner}").contains("canary"), "{inner}");
        }
    }
}
