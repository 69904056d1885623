//! The end of the account, by its person's own wish: groups are left properly, a group of which they are the last owner gets
//! another one, the device log is closed, the server erases what it has, and so does this device.

use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLogEntry as Entry, DeviceLogOp, LogSigner};
use beseda_model::{AccountId, ConversationKind, DeviceId, Policy, Role, Timestamp};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Problem, Reply, Request};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, Asks, Purpose, done, refusal};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::mls::keys;
use crate::store::conversations::Conversation;
use crate::store::intents::{self, Intent};
use crate::store::me::Me;
use crate::store::{StoreError, accounts, meta, wipe};
use crate::timeline::receipt;

const DELETING: &str = "identity.deleting";

/// Groups that can't be left within this time are cut off by the server.
const LEAVE_WITHIN: u64 = 60_000;

/// Characters at the end of the account's id that stand for a name where there is none.
const SHORT_ID: usize = 8;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Deleting {
    command: Option<u64>,
    until: Option<Timestamp>,
    asked: bool,
}

fn load(conn: &Connection) -> Result<Option<Deleting>, StoreError> {
    meta::get(conn, DELETING)
}

fn save(conn: &Connection, deleting: &Deleting) -> Result<(), StoreError> {
    meta::put(conn, DELETING, deleting)
}

/// What somebody types to confirm that they mean it: the username, or the end of the account's id.
fn word(step: &Step<'_>, me: &Me) -> Result<String, StoreError> {
    Ok(match receipt::username(step.tx)? {
        Some(username) => username,
        None => {
            let id = me.account.to_string();
            id.get(id.len().saturating_sub(SHORT_ID)..).unwrap_or_default().to_owned()
        }
    })
}

pub(super) fn begin(step: &mut Step<'_>, id: u64, confirm: &str) -> Result<Asks, StoreError> {
    let me = Me::get(step.tx)?;
    if confirm.trim().trim_start_matches('@').to_lowercase() != word(step, &me)? {
        done(step, id, Err(Failure::invalid(Field::Confirm, Reason::Confirm)));
        return Ok(Asks::new());
    }
    if !step.memory.session.is_up() {
        done(step, id, Err(Failure::Unreachable));
        return Ok(Asks::new());
    }
    for row in Conversation::all(step.tx)? {
        let Some(policy) = row.policy.as_ref().filter(|_| row.member && row.kind == ConversationKind::Group) else {
            continue;
        };
        if policy.roster.len() < 2 {
            continue;
        }
        if let Some(to) = heir(policy, me.account) {
            intents::insert(step.tx, row.id, &Intent::Transfer { to })?;
        }
        intents::insert(step.tx, row.id, &Intent::Leave)?;
        step.touch(row.id);
    }
    let until = Some(step.now.plus_millis(LEAVE_WITHIN));
    save(step.tx, &Deleting { command: Some(id), until, asked: false })?;
    Ok(Asks::new())
}

/// Who owns a group when its last owner goes: the admin whose account is the oldest, else the member whose is. None if
/// there is another owner.
fn heir(policy: &Policy, own: AccountId) -> Option<AccountId> {
    if policy.role(own) != Some(Role::Owner) || policy.owners() > 1 {
        return None;
    }
    // Ids sort by the time of their making.
    let of = |role| policy.roster.iter().find(|entry| entry.role == role && entry.account != own);
    of(Role::Admin).or_else(|| of(Role::Member)).map(|entry| entry.account)
}

/// Asks the server for the end, once the groups are left.
pub(crate) fn due(step: &mut Step<'_>) -> Result<Asks, StoreError> {
    let Some(mut deleting) = load(step.tx)? else { return Ok(Asks::new()) };
    if step.memory.session.deleting || !step.memory.session.is_up() {
        return Ok(Asks::new());
    }
    let waits = deleting.until.is_some_and(|until| until > step.now) && intents::any_leave(step.tx)?;
    if waits {
        return Ok(Asks::new());
    }
    let me = Me::get(step.tx)?;
    let Some(entries) = removals(step, &me)? else { return Ok(Asks::new()) };
    deleting.until = None;
    deleting.asked = true;
    save(step.tx, &deleting)?;
    step.memory.session.deleting = true;
    Ok(vec![Ask::new(Request::DeleteAccount { entries }, Purpose::Deletion)])
}

/// The groups are waited for no longer.
pub(super) fn on_tick(step: &Step<'_>) -> Result<(), StoreError> {
    match load(step.tx)? {
        Some(deleting) if deleting.until.is_some_and(|until| until <= step.now) => {
            save(step.tx, &Deleting { until: None, ..deleting })
        }
        _ => Ok(()),
    }
}

/// When the groups are waited for no longer.
pub(super) fn next_wake(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    Ok(load(conn)?.and_then(|deleting| deleting.until))
}

/// Entries that remove every device, this one last, signed by it.
fn removals(step: &Step<'_>, me: &Me) -> Result<Option<Vec<DeviceLogEntry>>, StoreError> {
    let Some(mut log) = accounts::device_log(step.tx, me.account)? else { return Ok(None) };
    let others: Vec<DeviceId> =
        log.current_devices().map(|(device, _)| device).filter(|device| *device != me.device).collect();
    let key = keys::key(me);
    let mut entries = Vec::new();
    for device in others.into_iter().chain([me.device]) {
        let unsigned = log.unsigned(DeviceLogOp::Remove { device }, LogSigner::Device(me.device));
        let entry = Entry { signature: key.signature(&unsigned.signed_bytes(me.account)), ..unsigned };
        if log.verify_and_append(entry, &Ed25519).is_err() {
            return Ok(None);
        }
        entries.push(DeviceLogEntry(Bytes(entry.encode())));
    }
    Ok(Some(entries))
}

pub(super) fn answered(step: &mut Step<'_>, answer: Result<Reply, Problem>) -> Result<(), StoreError> {
    step.memory.session.deleting = false;
    match answer {
        Ok(_) => finish(step),
        Err(problem) => {
            let command = load(step.tx)?.and_then(|deleting| deleting.command);
            meta::remove(step.tx, DELETING)?;
            if let Some(id) = command {
                done(step, id, Err(refusal(problem)));
            }
            Ok(())
        }
    }
}

/// The session is over; true if that is because the account is.
pub(super) fn session_over(step: &mut Step<'_>) -> Result<bool, StoreError> {
    let asked = load(step.tx)?.is_some_and(|deleting| deleting.asked);
    if asked {
        finish(step)?;
    }
    Ok(asked)
}

/// The engine was opened: nobody waits for it any more, but it is still wanted.
pub(super) fn on_open(step: &Step<'_>) -> Result<(), StoreError> {
    match load(step.tx)? {
        Some(deleting) => save(step.tx, &Deleting { command: None, ..deleting }),
        None => Ok(()),
    }
}

fn finish(step: &mut Step<'_>) -> Result<(), StoreError> {
    let command = load(step.tx)?.and_then(|deleting| deleting.command);
    step.mls.forget();
    step.memory.groups.clear();
    step.memory.session.forget();
    wipe::wipe(step.tx)?;
    crate::files::on_lost_account(step);
    if let Some(id) = command {
        done(step, id, Ok(Outcome::Done));
    }
    step.notice(Notice::SignedOut);
    step.notice(Notice::Me);
    Ok(())
}
