//! Drives of providers: how the person lets the server's client into one (OAuth 2 with a code, RFC 6749, and proof of who has asked
//! for it, RFC 7636), and the tokens that come of it. They are kept as passwords of other drives are.

use beseda_model::Timestamp;
use beseda_wire::http::{AuthorizeDrive, DriveAccess, DriveGrant, DriveProvider, ExchangeDrive, RefreshDrive};
use data_encoding::BASE64URL_NOPAD;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::drives::{self, Kept, PART, Renewal, json, to_server};
use crate::Step;
use crate::api::drive::{DriveCall, GrantAsk};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::{StoreError, meta};

const ASKED: &str = "drive_asked";

/// How long a person may take to say yes.
const HOUR_MS: u64 = 3_600_000;
/// Bytes of a token: the longest request with one fits into a body, and into a header.
const TOKEN: usize = 8_192;

/// A drive that the person is about to connect.
#[derive(Serialize, Deserialize)]
struct Asked {
    provider: DriveProvider,
    name: String,
    /// One that is connected anew.
    drive: Option<u32>,
    back: String,
    state: String,
    verifier: String,
    at: Timestamp,
}

fn asked(conn: &Connection, now: Timestamp) -> Result<Option<Asked>, StoreError> {
    let asked: Option<Asked> = meta::get(conn, ASKED)?;
    Ok(asked.filter(|asked| now < asked.at.plus_millis(HOUR_MS)))
}

/// Prepares the way to the provider's page and back.
pub(super) fn ask(
    step: &mut Step<'_>,
    provider: DriveProvider,
    name: &str,
    drive: Option<u32>,
    back: &str,
) -> Result<Result<(), Failure>, StoreError> {
    let kept = drives::all(step.tx)?;
    let name = match drive {
        Some(drive) if of(&kept, drive).is_none_or(|(of, _)| of != provider) => return Ok(Err(Failure::NotFound)),
        Some(_) => String::new(),
        None => match drives::may_be_added(&kept, name) {
            Ok(name) => name,
            Err(why) => return Ok(Err(why)),
        },
    };
    if back.len() > PART {
        return Ok(Err(Failure::invalid(Field::Command, Reason::TooLong)));
    }
    let mut chance = || {
        let mut bytes = [0; 32];
        step.rng.fill(&mut bytes);
        BASE64URL_NOPAD.encode(&bytes)
    };
    let (state, verifier) = (chance(), chance());
    let asked = Asked { provider, name, drive, back: back.to_owned(), state, verifier, at: step.now };
    meta::put(step.tx, ASKED, &asked)?;
    Ok(Ok(()))
}

/// Connects the drive that was asked for.
pub(super) fn keep(step: &mut Step<'_>, state: &str, grant: &DriveGrant) -> Result<Result<(), Failure>, StoreError> {
    let Some(asked) = asked(step.tx, step.now)?.filter(|asked| asked.state == state) else {
        return Ok(Err(Failure::NotFound));
    };
    if grant.refresh.is_none() {
        return Ok(Err(Failure::invalid(Field::Command, Reason::Empty)));
    }
    let kept = match asked.drive {
        Some(drive) => renew(step, drive, grant)?,
        None => match parts(step.now, grant, None) {
            Ok((token, renewal)) => {
                let access = DriveAccess::Cloud { provider: asked.provider, token };
                drives::add(step, &asked.name, &access, Some(renewal))?
            }
            Err(why) => Err(why),
        },
    };
    if kept.is_ok() {
        meta::remove(step.tx, ASKED)?;
    }
    Ok(kept)
}

/// Gives a connected drive other tokens. What is not given anew stays.
pub(super) fn renew(step: &mut Step<'_>, drive: u32, grant: &DriveGrant) -> Result<Result<(), Failure>, StoreError> {
    let mut drives = drives::all(step.tx)?;
    let kept = drives.iter_mut().find(|kept| kept.drive == drive);
    let Some(Kept { access: DriveAccess::Cloud { token, .. }, renewal: Some(renewal), .. }) = kept else {
        return Ok(Err(Failure::NotFound));
    };
    match parts(step.now, grant, Some(renewal)) {
        Ok(parts) => (*token, *renewal) = parts,
        Err(why) => return Ok(Err(why)),
    }
    drives::put(step, &drives).map(Ok)
}

fn parts(now: Timestamp, grant: &DriveGrant, before: Option<&Renewal>) -> Result<(String, Renewal), Failure> {
    let refresh = grant.refresh.as_ref().or(before.map(|before| &before.refresh));
    let refresh = refresh.ok_or_else(|| Failure::invalid(Field::Command, Reason::Empty))?.clone();
    if grant.access.len() > TOKEN || refresh.len() > TOKEN {
        return Err(Failure::invalid(Field::Command, Reason::TooLong));
    }
    Ok((grant.access.clone(), Renewal { refresh, until: now.plus_millis(grant.millis.into()) }))
}

/// What is sent to the server; none if nothing of it was asked for, or there is no such drive.
pub(crate) fn call(conn: &Connection, now: Timestamp, ask: &GrantAsk) -> Result<Option<DriveCall>, StoreError> {
    let (door, body) = match ask {
        GrantAsk::Authorize => {
            let Some(Asked { provider, state, verifier, back, .. }) = asked(conn, now)? else { return Ok(None) };
            let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier));
            ("authorize", json(&AuthorizeDrive { provider, state, challenge, back }))
        }
        GrantAsk::Exchange { code, state } => {
            let asked = asked(conn, now)?.filter(|asked| asked.state == *state);
            let Some(Asked { provider, verifier, back, .. }) = asked else { return Ok(None) };
            ("exchange", json(&ExchangeDrive { provider, code: code.clone(), verifier, back }))
        }
        GrantAsk::Refresh { drive } | GrantAsk::Revoke { drive } => {
            let drives = drives::all(conn)?;
            let Some((provider, renewal)) = of(&drives, *drive) else { return Ok(None) };
            let body = json(&RefreshDrive { provider, token: renewal.refresh.clone() });
            (if matches!(ask, GrantAsk::Refresh { .. }) { "refresh" } else { "revoke" }, body)
        }
    };
    to_server(conn, door, Some(body)).map(Some)
}

/// Whose a connected drive is, and how there will be other tokens for it; none if it is no provider's.
fn of(drives: &[Kept], drive: u32) -> Option<(DriveProvider, &Renewal)> {
    let kept = drives.iter().find(|kept| kept.drive == drive)?;
    match (&kept.access, &kept.renewal) {
        (DriveAccess::Cloud { provider, .. }, Some(renewal)) => Some((*provider, renewal)),
        _ => None,
    }
}
