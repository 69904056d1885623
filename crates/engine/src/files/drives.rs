//! Cloud drives: those that are connected, and what is sent to the server for them. They are this device's: what a drive
//! wants to be shown is copied nowhere, and given to the server with each request alone.

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
const PART: usize = 2_048;

/// A connected drive.
#[derive(Serialize, Deserialize)]
struct Kept {
    drive: u32,
    name: String,
    access: DriveAccess,
}

fn all(conn: &Connection) -> Result<Vec<Kept>, StoreError> {
    Ok(meta::get(conn, DRIVES)?.unwrap_or_default())
}

/// The connected drives, in the order in which they were connected.
pub(crate) fn views(conn: &Connection) -> Result<Vec<DriveView>, StoreError> {
    let view = |Kept { drive, name, access }| {
        let (kind, address) = match access {
            DriveAccess::Webdav { address, .. } => (DriveKind::Webdav, address),
            DriveAccess::S3 { address, .. } => (DriveKind::S3, address),
        };
        DriveView { drive, name, kind, address }
    };
    Ok(all(conn)?.into_iter().map(view).collect())
}

/// Connects a drive.
pub(super) fn keep(step: &mut Step<'_>, name: &str, access: &DriveAccess) -> Result<Result<(), Failure>, StoreError> {
    let mut drives = all(step.tx)?;
    if drives.len() >= MOST {
        return Ok(Err(Failure::invalid(Field::Command, Reason::TooMany)));
    }
    let name = match check(name) {
        Ok(name) => name,
        Err(why) => return Ok(Err(why)),
    };
    let parts: &[&String] = match access {
        DriveAccess::Webdav { address, user, password } => &[address, user, password],
        DriveAccess::S3 { address, region, bucket, key, secret } => &[address, region, bucket, key, secret],
    };
    if parts.iter().any(|part| part.len() > PART) {
        return Ok(Err(Failure::invalid(Field::Command, Reason::TooLong)));
    }
    let drive = drives.iter().map(|kept| kept.drive).max().unwrap_or_default().saturating_add(1);
    drives.push(Kept { drive, name, access: access.clone() });
    put(step, &drives).map(Ok)
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

fn put(step: &mut Step<'_>, drives: &Vec<Kept>) -> Result<(), StoreError> {
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
pub(crate) fn call(conn: &Connection, of: &DriveOf, ask: &DriveAsk) -> Result<Option<DriveCall>, StoreError> {
    let drive = match of {
        DriveOf::New { access } => access.clone(),
        DriveOf::Kept { drive } => match all(conn)?.into_iter().find(|kept| kept.drive == *drive) {
            Some(kept) => kept.access,
            None => return Ok(None),
        },
    };
    let me = Me::get(conn)?;
    let mut headers = vec![("authorization".to_owned(), format!("Bearer {}", me.token))];
    let (door, body) = match ask.clone() {
        DriveAsk::List { path, skip } => ("list", Some(json(&ListDrive { drive, path, skip: skip.into() }))),
        DriveAsk::Read { path } => ("read", Some(json(&ReadDrive { drive, path, at: 0 }))),
        DriveAsk::Write { path, replace } => {
            let told = json(&WriteDrive { drive, path, replace });
            headers.push(("beseda-drive".to_owned(), BASE64URL_NOPAD.encode(told.as_bytes())));
            ("write", None)
        }
    };
    let kind = if body.is_some() { "application/json" } else { "application/octet-stream" };
    headers.push(("content-type".to_owned(), kind.to_owned()));
    Ok(Some(DriveCall { url: format!("{}/api/v1/drives/{door}", me.server), headers, body }))
}

fn json(body: &impl Serialize) -> String {
    let bytes = beseda_wire::Encoding::Json.encode(body);
    String::from_utf8(bytes).expect("JSON is text")
}
