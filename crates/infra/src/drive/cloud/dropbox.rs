//! Dropbox, by its HTTP interface of version 2.

use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::Stream;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::api::{Api, Ask};
use super::parts::Parts;
use super::{Client, DriveError, Entry, Found, Gathered, Page, Window, millis};

/// Where most of it is.
pub(super) const API: &str = "https://api.dropboxapi.com";
/// Where files are.
const CONTENT: &str = "https://content.dropboxapi.com";
/// Most entries of a folder in one answer.
const LIST: usize = 2_000;
const OCTETS: &str = "application/octet-stream";

#[derive(Debug)]
pub(in crate::drive) struct Dropbox {
    api: Api,
    host: String,
    content: String,
}

impl Dropbox {
    pub(super) fn new(api: Api, client: &Client) -> Self {
        Self { api, host: client.host(API).to_owned(), content: client.host(CONTENT).to_owned() }
    }

    pub(super) async fn list(&self, folder: &str, window: Window) -> Result<Page, DriveError> {
        let path = if folder.is_empty() { String::new() } else { format!("/{folder}") };
        let limit = window.ask(LIST);
        let first = json!({ "path": path, "limit": limit, "include_non_downloadable_files": false });
        let mut answer = self.call("/2/files/list_folder", &first).await?;
        let mut gathered = Gathered::new(window);
        loop {
            let entries = answer.get("entries").and_then(Value::as_array).ok_or(DriveError::Unreachable)?;
            entries.iter().filter_map(entry).for_each(|entry| gathered.push(entry));
            let has_more = answer.get("has_more").and_then(Value::as_bool).unwrap_or_default();
            if gathered.page.more || !has_more {
                return Ok(gathered.page);
            }
            let cursor = answer.get("cursor").and_then(Value::as_str).ok_or(DriveError::Unreachable)?;
            let next = json!({ "cursor": cursor });
            answer = self.call("/2/files/list_folder/continue", &next).await?;
        }
    }

    pub(super) async fn find(&self, path: &str) -> Result<Option<Found>, DriveError> {
        let ask = self.ask("/2/files/get_metadata", &json!({ "path": format!("/{path}") }))?;
        let Some(answer) = self.api.ask_for(&ask).await? else { return Ok(None) };
        let found = entry(&answer).ok_or(DriveError::Unreachable)?;
        // By its id it is the same file even if somebody moves it now.
        let id = answer.get("id").and_then(Value::as_str).ok_or(DriveError::Unreachable)?.to_owned();
        Ok(Some(Found { id, is_folder: found.is_folder, size: found.size }))
    }

    pub(super) async fn read(&self, found: &Found, at: u64) -> Result<Response, DriveError> {
        let ask = self.ask_content("/2/files/download", &json!({ "path": found.id }))?.range(at)?;
        self.api.send(&ask).await
    }

    pub(super) async fn write<S, E>(&self, path: &str, replace: bool, mut parts: Parts<S>) -> Result<(), DriveError>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        // A session that nobody ends is forgotten by itself.
        let ask = self.ask_content("/2/files/upload_session/start", &json!({ "close": false }))?;
        let answer = self.api.ask(&ask.body(OCTETS, Bytes::new())).await?;
        let session = answer.get("session_id").and_then(Value::as_str).ok_or(DriveError::Unreachable)?;
        let commit = json!({
            "path": format!("/{path}"),
            "mode": if replace { "overwrite" } else { "add" },
            "autorename": false,
            "mute": false,
            // The same content under the name is something of this name, too.
            "strict_conflict": !replace,
        });
        loop {
            let part = parts.next().await?;
            let cursor = json!({ "session_id": session, "offset": part.at });
            let (path, told) = if part.is_last {
                ("/2/files/upload_session/finish", json!({ "cursor": cursor, "commit": commit }))
            } else {
                ("/2/files/upload_session/append_v2", json!({ "cursor": cursor, "close": false }))
            };
            let ask = self.ask_content(path, &told)?.body(OCTETS, part.bytes);
            drop(self.api.send(&ask).await?);
            if part.is_last {
                return Ok(());
            }
        }
    }

    async fn call(&self, path: &str, body: &Value) -> Result<Value, DriveError> {
        self.api.ask(&self.ask(path, body)?).await
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Ask, DriveError> {
        Ok(Ask::new(Method::POST, &format!("{}{path}", self.host))?.json(body))
    }

    fn ask_content(&self, path: &str, told: &Value) -> Result<Ask, DriveError> {
        Ask::new(Method::POST, &format!("{}{path}", self.content))?.header("dropbox-api-arg", &in_a_header(told))
    }
}

/// What is in a folder; nothing of what is neither a file nor a folder.
fn entry(value: &Value) -> Option<Entry> {
    let is_folder = match value.get(".tag")?.as_str()? {
        "folder" => true,
        "file" => false,
        _ => return None,
    };
    Some(Entry {
        name: value.get("name")?.as_str()?.to_owned(),
        is_folder,
        size: if is_folder { 0 } else { value.get("size")?.as_u64()? },
        modified_ms: millis(value.get("server_modified").and_then(Value::as_str)),
    })
}

/// JSON with nothing but what a header may hold.
fn in_a_header(value: &Value) -> String {
    let mut text = String::new();
    for unit in value.to_string().encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ 0x20..=0x7e) => text.push(char::from(byte)),
            _ => drop(write!(text, "\\u{unit:04x}")),
        }
    }
    text
}

/// Refusals say what they mean in a summary, from the general to the particular, with slashes between.
pub(super) fn judge(status: u16, body: &Value) -> Option<DriveError> {
    let summary = body.get("error_summary").and_then(Value::as_str).unwrap_or_default();
    let says = |word: &str| summary.split('/').any(|part| part == word);
    match status {
        409 if says("not_found") || says("not_file") || says("not_folder") => Some(DriveError::NotFound),
        409 if says("insufficient_space") => Some(DriveError::Full),
        409 if says("too_many_write_operations") => Some(DriveError::Busy),
        409 if says("no_write_permission") || says("restricted_content") => Some(DriveError::Denied),
        409 if says("malformed_path") || says("disallowed_name") => Some(DriveError::Path),
        409 if says("conflict") => Some(DriveError::Exists),
        409 => Some(DriveError::Unreachable),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_holds_any_name() {
        let told = in_a_header(&json!({ "path": "/фото \u{1f600}\u{7f}\".jpg" }));
        assert_eq!(told, r#"{"path":"/\u0444\u043e\u0442\u043e \ud83d\ude00\u007f\".jpg"}"#);
    }
}
