//! Microsoft OneDrive, by Microsoft Graph of version 1.0.

use bytes::Bytes;
use futures_util::Stream;
use percent_encoding::utf8_percent_encode;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::super::dav::ENCODED;
use super::api::{self, Api, Ask};
use super::parts::{Part, Parts};
use super::{Client, DriveError, Entry, Found, Gathered, Page, Window, millis};

const HOST: &str = "https://graph.microsoft.com";
/// Most entries of a folder in one answer.
const LIST: usize = 1_000;
const OCTETS: &str = "application/octet-stream";
const FIELDS: &str = "id,name,size,file,folder,lastModifiedDateTime";

#[derive(Debug)]
pub(in crate::drive) struct Onedrive {
    api: Api,
    host: String,
}

impl Onedrive {
    pub(super) fn new(api: Api, client: &Client) -> Self {
        Self { api, host: client.host(HOST).to_owned() }
    }

    pub(super) async fn list(&self, folder: &str, window: Window) -> Result<Page, DriveError> {
        let of = if folder.is_empty() { "/children".to_owned() } else { format!("{}:/children", encoded(folder)) };
        let top = window.ask(LIST).to_string();
        let mut ask = self.ask(Method::GET, &of)?.query(&[("$select", FIELDS), ("$top", &top)]);
        let mut gathered = Gathered::new(window);
        loop {
            let answer = self.api.ask(&ask).await?;
            let entries = answer.get("value").and_then(Value::as_array).ok_or(DriveError::Unreachable)?;
            entries.iter().filter_map(entry).for_each(|entry| gathered.push(entry));
            let next = answer.get("@odata.nextLink").and_then(Value::as_str).filter(|_| !gathered.page.more);
            let Some(next) = next else { return Ok(gathered.page) };
            // The token goes to nobody else.
            if !api::is_at(next, &self.host) {
                return Err(DriveError::Unreachable);
            }
            ask = Ask::new(Method::GET, next)?;
        }
    }

    pub(super) async fn find(&self, path: &str) -> Result<Option<Found>, DriveError> {
        let ask = self.ask(Method::GET, &encoded(path))?.query(&[("$select", FIELDS)]);
        let Some(answer) = self.api.ask_for(&ask).await? else { return Ok(None) };
        // What is neither a file nor a folder, as a notebook, has a name all the same.
        let folder = Entry { name: String::new(), is_folder: true, size: 0, modified_ms: None };
        let found = entry(&answer).unwrap_or(folder);
        Ok(Some(Found { id: encoded(path), is_folder: found.is_folder, size: found.size }))
    }

    pub(super) async fn read(&self, found: &Found, at: u64) -> Result<Response, DriveError> {
        let answer = self.api.send_on(&self.ask(Method::GET, &format!("{}:/content", found.id))?).await?;
        // The file is elsewhere, at an address that opens it by itself for a while.
        let place = api::location(&answer)?.to_owned();
        self.api.send(&Ask::new(Method::GET, &place)?.anonymous().range(at)?).await
    }

    pub(super) async fn write<S, E>(&self, path: &str, replace: bool, mut parts: Parts<S>) -> Result<(), DriveError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let behavior = if replace { "replace" } else { "fail" };
        let path = encoded(path);
        if parts.size == 0 {
            // There are no sessions for nothing.
            let part = parts.next().await?;
            let ask = self.ask(Method::PUT, &format!("{path}:/content"))?;
            let ask = ask.query(&[("@microsoft.graph.conflictBehavior", behavior)]);
            return self.api.send(&ask.body(OCTETS, part.bytes)).await.map(drop);
        }
        let ask = self.ask(Method::POST, &format!("{path}:/createUploadSession"))?;
        let ask = ask.json(&json!({ "item": { "@microsoft.graph.conflictBehavior": behavior } }));
        let answer = self.api.ask(&ask).await?;
        let session = answer.get("uploadUrl").and_then(Value::as_str).ok_or(DriveError::Unreachable)?;
        let outcome = self.put(session, &mut parts).await;
        if outcome.is_err()
            && let Ok(end) = Ask::new(Method::DELETE, session)
        {
            // What was sent is forgotten by itself in some days if this fails.
            let _ = self.api.send(&end.anonymous()).await;
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
        let last = part.at.saturating_add(part.bytes.len() as u64).saturating_sub(1);
        let ask = Ask::new(Method::PUT, session)?.anonymous();
        let ask = ask.header("content-range", &format!("bytes {}-{last}/{size}", part.at))?;
        let answer = self.api.send(&ask.body(OCTETS, part.bytes.clone())).await?;
        match (answer.status().as_u16(), part.is_last) {
            (200 | 201, true) | (202, false) => Ok(()),
            _ => Err(DriveError::Unreachable),
        }
    }

    fn ask(&self, method: Method, of_root: &str) -> Result<Ask, DriveError> {
        Ask::new(method, &format!("{}/v1.0/me/drive/root{of_root}", self.host))
    }
}

/// A path behind the root's address.
fn encoded(path: &str) -> String {
    format!(":/{}", utf8_percent_encode(path, ENCODED))
}

fn entry(item: &Value) -> Option<Entry> {
    let is_folder = item.get("folder").is_some();
    // What is of somebody else, or a notebook, has neither.
    if !is_folder && item.get("file").is_none() {
        return None;
    }
    Some(Entry {
        name: item.get("name")?.as_str()?.to_owned(),
        is_folder,
        size: if is_folder { 0 } else { item.get("size")?.as_u64()? },
        modified_ms: millis(item.get("lastModifiedDateTime").and_then(Value::as_str)),
    })
}

/// A few refusals share a status; each has a code.
pub(super) fn judge(_: u16, body: &Value) -> Option<DriveError> {
    match body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default() {
        "quotaLimitReached" | "insufficientStorage" => Some(DriveError::Full),
        "activityLimitReached" | "TooManyRequests" | "serviceNotAvailable" | "resourceLocked" => Some(DriveError::Busy),
        "itemNotFound" => Some(DriveError::NotFound),
        "nameAlreadyExists" => Some(DriveError::Exists),
        "InvalidAuthenticationToken" | "unauthenticated" => Some(DriveError::Expired),
        _ => None,
    }
}
