//! Google Drive, by its interface of version 3. There, files have ids and names are not unique: a path means the newest of
//! those that it could mean. What is no file, as a document of Google's own, is not shown.

use bytes::Bytes;
use futures_util::Stream;
use reqwest::header::RANGE;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::api::{self, Api, Ask};
use super::parts::{Part, Parts};
use super::{Client, DriveError, Entry, Found, Gathered, Page, Window, millis};

const HOST: &str = "https://www.googleapis.com";
/// Most entries of a folder in one answer.
const LIST: usize = 1_000;
const FOLDER: &str = "application/vnd.google-apps.folder";
/// Types of what has no bytes.
const NO_FILE: &str = "application/vnd.google-apps.";
const OCTETS: &str = "application/octet-stream";
const ROOT: &str = "root";

#[derive(Debug)]
pub(in crate::drive) struct Google {
    api: Api,
    host: String,
}

impl Google {
    pub(super) fn new(api: Api, client: &Client) -> Self {
        Self { api, host: client.host(HOST).to_owned() }
    }

    pub(super) async fn list(&self, folder: &str, window: Window) -> Result<Page, DriveError> {
        let folder = self.folder(folder).await?;
        let size = window.ask(LIST).to_string();
        let mut gathered = Gathered::new(window);
        let mut token = None::<String>;
        loop {
            let mut pairs = vec![
                ("fields", "nextPageToken,files(name,mimeType,size,modifiedTime)"),
                ("orderBy", "folder,name_natural"),
                ("pageSize", &size),
            ];
            if let Some(token) = &token {
                pairs.push(("pageToken", token));
            }
            let answer = self.search(&format!("{} in parents and trashed = false", quoted(&folder)), &pairs).await?;
            files(&answer)?.iter().filter_map(entry).for_each(|entry| gathered.push(entry));
            token = answer.get("nextPageToken").and_then(Value::as_str).map(str::to_owned);
            if gathered.page.more || token.is_none() {
                return Ok(gathered.page);
            }
        }
    }

    pub(super) async fn find(&self, path: &str) -> Result<Option<Found>, DriveError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = match self.folder(folder).await {
            Err(DriveError::NotFound) => return Ok(None),
            folder => folder?,
        };
        self.child(&folder, name, false).await
    }

    pub(super) async fn read(&self, found: &Found, at: u64) -> Result<Response, DriveError> {
        let ask = Ask::new(Method::GET, &self.url(&format!("/drive/v3/files/{}", found.id)))?;
        self.api.send(&ask.query(&[("alt", "media")]).range(at)?).await
    }

    pub(super) async fn write<S, E>(
        &self,
        path: &str,
        found: Option<Found>,
        mut parts: Parts<S>,
    ) -> Result<(), DriveError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let ask = if let Some(found) = found {
            Ask::new(Method::PATCH, &self.url(&format!("/upload/drive/v3/files/{}", found.id)))?.json(&json!({}))
        } else {
            let parent = self.folder(folder).await?;
            Ask::new(Method::POST, &self.url("/upload/drive/v3/files"))?
                .json(&json!({ "name": name, "parents": [parent] }))
        };
        let ask = ask
            .query(&[("uploadType", "resumable")])
            .header("x-upload-content-type", OCTETS)?
            .header("x-upload-content-length", &parts.size.to_string())?;
        let answer = self.api.send(&ask).await?;
        let session = api::location(&answer)?.to_owned();
        if !api::is_at(&session, &self.host) {
            return Err(DriveError::Unreachable);
        }
        let outcome = self.put(&session, &mut parts).await;
        if outcome.is_err()
            && let Ok(end) = Ask::new(Method::DELETE, &session)
        {
            // Nothing is there under the name; what was sent is forgotten by itself in a week if this fails.
            let _ = self.api.send(&end).await;
        }
        outcome
    }

    async fn put<S, E>(&self, session: &str, parts: &mut Parts<S>) -> Result<(), DriveError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        loop {
            let part = parts.next().await?;
            self.put_part(session, parts.size, &part).await?;
            if part.is_last {
                return Ok(());
            }
        }
    }

    async fn put_part(&self, session: &str, size: u64, part: &Part) -> Result<(), DriveError> {
        let mut taken = 0;
        loop {
            let rest = part.bytes.slice(taken..);
            let mut ask = Ask::new(Method::PUT, session)?;
            let from = part.at.saturating_add(taken as u64);
            let end = part.at.saturating_add(part.bytes.len() as u64);
            if !rest.is_empty() {
                ask = ask.header("content-range", &format!("bytes {from}-{}/{size}", end.saturating_sub(1)))?;
            }
            let answer = self.api.send_on(&ask.body(OCTETS, rest)).await?;
            match (answer.status().as_u16(), part.is_last) {
                (200 | 201, true) => return Ok(()),
                (308, _) => {}
                _ => return Err(DriveError::Unreachable),
            }
            // It says how much it has, which may be less than it was sent; without a word it has nothing.
            let range = answer.headers().get(RANGE).and_then(|value| value.to_str().ok()?.strip_prefix("bytes=0-"));
            let has = range.and_then(|last| last.parse::<u64>().ok()).map_or(0, |last| last.saturating_add(1));
            if has == end && !part.is_last {
                return Ok(());
            }
            // Something must have gone on, and nothing is left that is not at hand.
            if has <= from || has >= end {
                return Err(DriveError::Unreachable);
            }
            taken = usize::try_from(has.saturating_sub(part.at)).map_err(|_| DriveError::Unreachable)?;
        }
    }

    /// The id of a folder.
    async fn folder(&self, path: &str) -> Result<String, DriveError> {
        let mut id = ROOT.to_owned();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            id = self.child(&id, name, true).await?.ok_or(DriveError::NotFound)?.id;
        }
        Ok(id)
    }

    async fn child(&self, folder: &str, name: &str, must_be_folder: bool) -> Result<Option<Found>, DriveError> {
        let mut what = format!("{} in parents and name = {} and trashed = false", quoted(folder), quoted(name));
        if must_be_folder {
            what.push_str(" and mimeType = ");
            what.push_str(&quoted(FOLDER));
        }
        let fields = [("fields", "files(id,name,mimeType,size,modifiedTime)"), ("orderBy", "modifiedTime desc")];
        let answer = self.search(&what, &fields).await?;
        let found = files(&answer)?.iter().find_map(|file| {
            let entry = entry(file).filter(|entry| entry.name == name)?;
            let id = file.get("id")?.as_str().filter(|id| is_id(id))?.to_owned();
            Some(Found { id, is_folder: entry.is_folder, size: entry.size })
        });
        Ok(found)
    }

    async fn search(&self, what: &str, pairs: &[(&str, &str)]) -> Result<Value, DriveError> {
        let ask = Ask::new(Method::GET, &self.url("/drive/v3/files"))?.query(&[("q", what)]).query(pairs);
        self.api.ask(&ask).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.host)
    }
}

fn files(answer: &Value) -> Result<&Vec<Value>, DriveError> {
    answer.get("files").and_then(Value::as_array).ok_or(DriveError::Unreachable)
}

/// A text in a question.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Whether it may stand in a path as it is.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 256 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn entry(file: &Value) -> Option<Entry> {
    let kind = file.get("mimeType").and_then(Value::as_str).unwrap_or_default();
    let is_folder = kind == FOLDER;
    if !is_folder && kind.starts_with(NO_FILE) {
        return None;
    }
    Some(Entry {
        name: file.get("name")?.as_str()?.to_owned(),
        is_folder,
        // Numbers of 64 bits are texts there.
        size: if is_folder { 0 } else { file.get("size")?.as_str()?.parse().ok()? },
        modified_ms: millis(file.get("modifiedTime").and_then(Value::as_str)),
    })
}

/// Many refusals share a status; each has a reason.
pub(super) fn judge(status: u16, body: &Value) -> Option<DriveError> {
    let errors = body.pointer("/error/errors").and_then(Value::as_array);
    let details = body.pointer("/error/details").and_then(Value::as_array);
    let reasons = errors.into_iter().chain(details).flatten().filter_map(|error| error.get("reason")?.as_str());
    for reason in reasons {
        match reason {
            "rateLimitExceeded" | "userRateLimitExceeded" | "sharingRateLimitExceeded" => {
                return Some(DriveError::Busy);
            }
            "storageQuotaExceeded" | "teamDriveFileLimitExceeded" => return Some(DriveError::Full),
            "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => return Some(DriveError::Expired),
            _ => {}
        }
    }
    // A session of an upload that is over.
    (status == 410).then_some(DriveError::Unreachable)
}
