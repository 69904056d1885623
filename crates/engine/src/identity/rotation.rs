//! A new recovery phrase in the place of one that somebody else may have seen. The old root key signs the new one, so it
//! is the same person for everybody, with another safety number.

use beseda_crypto::root::RootKey;
use beseda_model::Code;
use beseda_model::device_log::{DeviceLog, DeviceLogOp};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Problem, Reply, Request};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, Asks, Purpose, done, refusal};
use super::phrase::Phrase;
use super::{device_logs, link, phrase};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::me::Me;
use crate::store::{StoreError, accounts, meta};

const ROTATION: &str = "identity.rotation";

/// A phrase that becomes the account's if the server takes the entry. It is kept until that is known for sure: a phrase
/// that is forgotten and then counts would lock its person out for good.
#[derive(Serialize, Deserialize)]
struct Rotation {
    command: Option<u64>,
    phrase: Phrase,
    entry: DeviceLogEntry,
    version: u32,
    /// The server has taken the entry, or may have: an answer was lost, or the look into the log that follows it.
    may_count: bool,
}

impl Rotation {
    fn load(conn: &Connection) -> Result<Option<Self>, StoreError> {
        meta::get(conn, ROTATION)
    }

    fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        meta::put(conn, ROTATION, self)
    }

    fn ask(&self) -> Ask {
        let request = Request::AppendDeviceLog { entry: self.entry.clone() };
        Ask::new(request, Purpose::RotateRoot { id: self.command })
    }
}

pub(super) fn begin(step: &mut Step<'_>, id: u64, present: &str) -> Result<Asks, StoreError> {
    match prepare(step, id, present)? {
        Ok(rotation) => {
            rotation.save(step.tx)?;
            Ok(vec![rotation.ask()])
        }
        Err(failure) => {
            done(step, id, Err(failure));
            Ok(Asks::new())
        }
    }
}

/// The root key of the phrase that somebody has typed, if it is the present one of this account; and the account's log.
pub(super) fn present_root(step: &Step<'_>, typed: &str) -> Result<Result<(DeviceLog, RootKey), Failure>, StoreError> {
    let typed = match Phrase::parse(typed) {
        Ok(typed) => typed.root_key(),
        Err(error) => return Ok(Err(Failure::invalid(Field::Phrase, error))),
    };
    let Some(me) = Me::find(step.tx)? else { return Ok(Err(Failure::NotSignedIn)) };
    let Some(log) = accounts::device_log(step.tx, me.account)? else { return Ok(Err(Failure::NotSignedIn)) };
    if log.root_at(log.version()) != typed.fingerprint() {
        return Ok(Err(Failure::invalid(Field::Phrase, Reason::OtherPhrase)));
    }
    Ok(Ok((log, typed)))
}

fn prepare(step: &mut Step<'_>, id: u64, present: &str) -> Result<Result<Rotation, Failure>, StoreError> {
    let (log, present) = match present_root(step, present)? {
        Ok(found) => found,
        Err(failure) => return Ok(Err(failure)),
    };
    if Rotation::load(step.tx)?.is_some() {
        let reason = Reason::PhraseUnclear;
        return Ok(Err(Failure::NotReady { reason }));
    }
    let next = Phrase::generate(step.rng);
    let op = DeviceLogOp::RotateRoot { root_key: next.root_key().public() };
    let entry = link::sign_by_root(&log, op, &present);
    let version = log.version().saturating_add(1);
    Ok(Ok(Rotation { command: Some(id), phrase: next, entry, version, may_count: false }))
}

/// The server has answered.
pub(super) fn answered(
    step: &mut Step<'_>,
    id: Option<u64>,
    answer: Result<Reply, Problem>,
) -> Result<Asks, StoreError> {
    let (Some(rotation), Some(me)) = (Rotation::load(step.tx)?, Me::find(step.tx)?) else { return Ok(Asks::new()) };
    let look = device_logs::fetch(step, me.account)?;
    match answer {
        // It counts once this device has seen it in the log.
        Ok(_) => Rotation { may_count: true, ..rotation }.save(step.tx)?,
        // It may be in the log already: what that says decides.
        Err(_) if rotation.may_count => {}
        Err(problem) => {
            meta::remove(step.tx, ROTATION)?;
            let is_behind = problem.code == Code::InvalidDeviceLog;
            if let Some(id) = id {
                done(step, id, Err(refusal(problem)));
            }
            if !is_behind {
                return Ok(Asks::new());
            }
        }
    }
    Ok(vec![look])
}

/// The answer was lost: the entry is brought again, until the log shows what became of it.
pub(super) fn lost(step: &mut Step<'_>, id: Option<u64>) -> Result<(), StoreError> {
    if let Some(rotation) = Rotation::load(step.tx)? {
        Rotation { command: None, may_count: true, ..rotation }.save(step.tx)?;
    }
    if let Some(id) = id {
        done(step, id, Err(Failure::NotReady { reason: Reason::PhraseLater }));
    }
    Ok(())
}

/// What a new connection has to bring again.
pub(super) fn due(step: &mut Step<'_>) -> Result<Asks, StoreError> {
    own_log_seen(step)?;
    Ok(Rotation::load(step.tx)?.iter().map(Rotation::ask).collect())
}

/// The engine was opened: nobody waits any more, and what was on its way is lost.
pub(super) fn on_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    lost(step, None)
}

/// The own device log was looked at: the new phrase is the account's, or can't become it any more, or may yet.
pub(super) fn own_log_seen(step: &mut Step<'_>) -> Result<(), StoreError> {
    let (Some(rotation), Some(me)) = (Rotation::load(step.tx)?, Me::find(step.tx)?) else { return Ok(()) };
    let Some(log) = accounts::device_log(step.tx, me.account)? else { return Ok(()) };
    if log.version() < rotation.version {
        return Ok(());
    }
    meta::remove(step.tx, ROTATION)?;
    let phrase = rotation.phrase;
    let result = if log.root_at(rotation.version) == phrase.root_key().fingerprint() {
        phrase::keep(step.tx, &phrase)?;
        step.notice(Notice::Me);
        Ok(Outcome::PhraseChanged { phrase: phrase.words().to_string() })
    } else {
        Err(Failure::NotReady { reason: Reason::DevicesChanged })
    };
    if let Some(id) = rotation.command {
        done(step, id, result);
    }
    Ok(())
}
