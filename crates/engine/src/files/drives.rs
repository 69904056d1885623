//! Cloud drives: those that are connected, and what is sent to the server for them. They are this device's: what a drive
//! wants to be shown is copied nowhere, and given to the server with each request alone.

use beseda_model::Timestamp;
use beseda_wire::http::{DriveAccess, ListDrive, ReadDrive, WriteDrive};
use data_encoding::BASE64URL_NOPAD;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::api::drive::{DriveAsk, DriveCall, DriveKind, DriveOf, DriveView};
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::me::Me;
use crate::store::{StoreError, meta};

const DRIVES: &str = "drives";

/// Drives of one device.
const MOST: usize = 20;
/// Characters of a name.
const NAME: usize = 64;
/// Bytes of each of what a drive is reached by: the longest request for one fits into a body.
pub(super) const PART: usize = 2_048;
/// A token that ends so soon is not used any more: what it is to open would take longer, or clocks differ.
const SOON_MS: u64 = 120_000;

/// A connected drive.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) drive: u32,
    name: String,
    pub(super) access: DriveAccess,
    /// Where a provider's tokens are what it is shown: how there will be others.
    #[serde(default)]
    pub(super) renewal: Option<Renewal>,
}

/// How a provider gives another token.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Renewal {
    /// What it is shown for that.
    pub(super) refresh: String,
    /// When the token that there is ends.
    pub(super) until: Timestamp,
}

pub(super) fn all(conn: &Connection) -> Result<Vec<Kept>, StoreError> {
    Ok(meta::get(conn, DRIVES)?.unwrap_or_default())
}

/// The connected drives, in the order in which they were connected.
pub(crate) fn views(conn: &Connection) -> Result<Vec<DriveView>, StoreError> {
    let view = |Kept { drive, name, access, .. }| {
        let (kind, address) = match access {
            DriveAccess::Webdav { address, .. } => (DriveKind::Webdav, address),
            DriveAccess::S3 { address, .. } => (DriveKind::S3, address),
            DriveAccess::Cloud { provider, .. } => (provider.into(), String::new()),
        };
        DriveView { drive, name, kind, address }
    };
    Ok(all(conn)?.into_iter().map(view).collect())
}

/// Connects a drive.
pub(super) fn keep(step: &mut Step<'_>, name: &str, access: &DriveAccess) -> Result<Result<(), Failure>, StoreError> {
    let parts: &[&String] = match access {
        DriveAccess::Webdav { address, user, password } => &[address, user, password],
        DriveAccess::S3 { address, region, bucket, key, secret } => &[address, region, bucket, key, secret],
        // These come with what renews them.
        DriveAccess::Cloud { .. } => return Ok(Err(Failure::NotFound)),
    };
    if parts.iter().any(|part| part.len() > PART) {
        return Ok(Err(Failure::invalid(Field::Command, Reason::TooLong)));
    }
    add(step, name, access, None)
}

/// Puts a drive behind the others.
pub(super) fn add(
    step: &mut Step<'_>,
    name: &str,
    access: &DriveAccess,
    renewal: Option<Renewal>,
) -> Result<Result<(), Failure>, StoreError> {
    let mut drives = all(step.tx)?;
    let name = match may_be_added(&drives, name) {
        Ok(name) => name,
        Err(why) => return Ok(Err(why)),
    };
    let drive = drives.iter().map(|kept| kept.drive).max().unwrap_or_default().saturating_add(1);
    drives.push(Kept { drive, name, access: access.clone(), renewal });
    put(step, &drives).map(Ok)
}

/// The name, if there may be one more drive and it may be called so.
pub(super) fn may_be_added(drives: &[Kept], name: &str) -> Result<String, Failure> {
    if drives.len() >= MOST {
        return Err(Failure::invalid(Field::Command, Reason::TooMany));
    }
    check(name)
}

/// Gives a drive another name.
pub(super) fn rename(step: &mut Step<'_>, drive: u32, name: &str) -> Result<Result<(), Failure>, StoreError> {
    let mut drives = all(step.tx)?;
    let Some(kept) = drives.iter_mut().find(|kept| kept.drive == drive) else { return Ok(Err(Failure::NotFound)) };
    match check(name) {
        Ok(name) => kept.name = name,
        Err(why) => return Ok(Err(why)),
    }
    put(step, &drives).map(Ok)
}

/// Forgets a drive and what it was shown.
pub(super) fn forget(step: &mut Step<'_>, drive: u32) -> Result<(), StoreError> {
    let mut drives = all(step.tx)?;
    drives.retain(|kept| kept.drive != drive);
    put(step, &drives)
}

pub(super) fn put(step: &mut Step<'_>, drives: &Vec<Kept>) -> Result<(), StoreError> {
    meta::put(step.tx, DRIVES, drives)?;
    step.notice(Notice::Me);
    Ok(())
}

fn check(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err(Failure::invalid(Field::Name, Reason::Empty)),
        long if long > NAME => Err(Failure::invalid(Field::Name, Reason::TooLong)),
        _ => Ok(name.to_owned()),
    }
}

/// What is sent to the server; none if there is no such drive, or nobody is signed in.
pub(crate) fn call(
    conn: &Connection,
    now: Timestamp,
    of: &DriveOf,
    ask: &DriveAsk,
) -> Result<Option<DriveCall>, StoreError> {
    let (drive, renewal) = match of {
        DriveOf::New { access } => (access.clone(), None),
        DriveOf::Kept { drive } => match all(conn)?.into_iter().find(|kept| kept.drive == *drive) {
            Some(kept) => (kept.access, kept.renewal),
            None => return Ok(None),
        },
    };
    let (door, told, body) = match ask.clone() {
        DriveAsk::List { path, skip } => ("list", None, Some(json(&ListDrive { drive, path, skip: skip.into() }))),
        DriveAsk::Read { path } => ("read", None, Some(json(&ReadDrive { drive, path, at: 0 }))),
        DriveAsk::Write { path, replace } => ("write", Some(json(&WriteDrive { drive, path, replace })), None),
    };
    let mut call = to_server(conn, door, body)?;
    call.headers.extend(told.map(|told| ("beseda-drive".to_owned(), BASE64URL_NOPAD.encode(told.as_bytes()))));
    call.is_over = renewal.is_some_and(|renewal| now.plus_millis(SOON_MS) >= renewal.until);
    Ok(Some(call))
}

/// A request to one of the server's doors for drives.
pub(super) fn to_server(conn: &Connection, door: &str, body: Option<String>) -> Result<DriveCall, StoreError> {
    let me = Me::get(conn)?;
    let kind = if body.is_some() { "application/json" } else { "application/octet-stream" };
    let headers = vec![
        ("authorization".to_owned(), format!("Bearer {}", me.token)),
        ("content-type".to_owned(), kind.to_owned()),
    ];
    Ok(DriveCall { url: format!("{}/api/v1/drives/{door}", me.server), headers, body, is_over: false })
}

pub(super) fn json(body: &impl Serialize) -> String {
    let bytes = beseda_wire::Encoding::Json.encode(body);
    String::from_utf8(bytes).expect("JSON is text")
}
