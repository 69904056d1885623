//! One's own devices: who they are, how one is removed, and how this one leaves.

use std::collections::{BTreeMap, BTreeSet};

use beseda_model::device_log::{DeviceLog, DeviceLogOp};
use beseda_model::{Code, DeviceId};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Problem, Reply, Request};
use rusqlite::Connection;

use super::ask::{Ask, Asks, Purpose, done, refusal};
use super::{deletion, device_logs, link, me, phrase, rotation, rules};
use crate::api::command::Outcome;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::api::view::DeviceView;
use crate::store::me::Me;
use crate::store::{StoreError, accounts, meta};
use crate::{Step, timeline};

/// Devices that are to be removed, each with the commands that wait for it.
const REMOVALS: &str = "identity.removals";
/// Devices that were added here, by approval: no reason for a warning.
const EXPECTED: &str = "identity.expected";
/// Devices that may have been added here without their session ever coming back: nobody's.
const ORPHANS: &str = "identity.orphans";

type Removals = BTreeMap<DeviceId, Vec<u64>>;
type Devices = BTreeSet<DeviceId>;

/// One's own devices, this one first, then the newest.
///
/// # Errors
/// When the database fails.
pub fn devices(conn: &Connection) -> Result<Vec<DeviceView>, StoreError> {
    let Some(me) = Me::find(conn)? else { return Ok(Vec::new()) };
    let Some(log) = accounts::device_log(conn, me.account)? else { return Ok(Vec::new()) };
    let mut views = Vec::new();
    for entry in log.entries().iter().rev() {
        if let DeviceLogOp::Add { device, .. } = entry.op
            && log.is_current(device)
        {
            views.push(DeviceView {
                device,
                name: name(conn, device)?,
                current: device == me.device,
                added_at: accounts::seen_at(conn, me.account, entry.version)?,
            });
        }
    }
    views.sort_by_key(|view| !view.current);
    Ok(views)
}

/// As the device that goes by it said, in notes-to-self; whatever it said fits into a list.
fn name(conn: &Connection, device: DeviceId) -> Result<String, StoreError> {
    Ok(timeline::device_name(conn, device)?.map(|name| rules::device_name(&name)).unwrap_or_default())
}

/// `device` is about to be added here with a session that may be lost on its way.
pub(super) fn may_be_orphaned(conn: &Connection, device: DeviceId) -> Result<(), StoreError> {
    change_set(conn, ORPHANS, |orphans| orphans.insert(device)).map(drop)
}

/// `device` has its session.
pub(super) fn is_owned(conn: &Connection, device: DeviceId) -> Result<(), StoreError> {
    change_set(conn, ORPHANS, |orphans| orphans.remove(&device)).map(drop)
}

/// `device` is about to be added from here.
pub(super) fn is_expected(conn: &Connection, device: DeviceId) -> Result<(), StoreError> {
    change_set(conn, EXPECTED, |expected| expected.insert(device)).map(drop)
}

/// Whether `device` was added from here. Asked once for each.
pub(super) fn was_expected(conn: &Connection, device: DeviceId) -> Result<bool, StoreError> {
    change_set(conn, EXPECTED, |expected| expected.remove(&device))
}

fn change_set(conn: &Connection, key: &str, change: impl FnOnce(&mut Devices) -> bool) -> Result<bool, StoreError> {
    let mut set: Devices = meta::get(conn, key)?.unwrap_or_default();
    let changed = change(&mut set);
    if changed {
        meta::put(conn, key, &set)?;
    }
    Ok(changed)
}

fn removals(conn: &Connection) -> Result<Removals, StoreError> {
    Ok(meta::get(conn, REMOVALS)?.unwrap_or_default())
}

fn save_removals(conn: &Connection, removals: &Removals) -> Result<(), StoreError> {
    meta::put(conn, REMOVALS, removals)
}

pub(super) fn remove(step: &mut Step<'_>, id: u64, device: DeviceId) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)?.filter(|me| !me.signed_out) else {
        done(step, id, Err(Failure::NotSignedIn));
        return Ok(Asks::new());
    };
    if device == me.device {
        return sign_out(step, id);
    }
    let log = accounts::device_log(step.tx, me.account)?;
    if !log.is_some_and(|log| log.is_current(device)) {
        done(step, id, Err(Failure::NotFound));
        return Ok(Asks::new());
    }
    let mut wanted = removals(step.tx)?;
    wanted.entry(device).or_default().push(id);
    save_removals(step.tx, &wanted)?;
    due(step)
}

/// Ends the commands that wait for a removal.
fn told(step: &mut Step<'_>, waiting: Vec<u64>, result: &Result<Outcome, Failure>) {
    for id in waiting {
        done(step, id, result.clone());
    }
}

/// Signs out here at once, and removes this device from the account as soon as the server can be told.
pub(super) fn sign_out(step: &mut Step<'_>, id: u64) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)?.filter(|me| !me.signed_out) else {
        done(step, id, Err(Failure::NotSignedIn));
        return Ok(Asks::new());
    };
    me::leave(step)?;
    let mut wanted = removals(step.tx)?;
    wanted.entry(me.device).or_default().push(id);
    save_removals(step.tx, &wanted)?;
    due(step)
}

/// The next removal that is to be made: one at a time, as each entry follows from the one before.
pub(super) fn due(step: &mut Step<'_>) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)?.filter(|me| !me.signed_out) else { return Ok(Asks::new()) };
    let Some(log) = accounts::device_log(step.tx, me.account)? else { return Ok(Asks::new()) };
    let mut wanted = removals(step.tx)?;
    let mut orphans: Devices = meta::get(step.tx, ORPHANS)?.unwrap_or_default();
    orphans.retain(|orphan| *orphan != me.device && log.is_current(*orphan));
    meta::put(step.tx, ORPHANS, &orphans)?;
    let gone: Vec<DeviceId> = wanted.keys().copied().filter(|device| !log.is_current(*device)).collect();
    for device in gone {
        told(step, wanted.remove(&device).unwrap_or_default(), &Ok(Outcome::Done));
    }
    save_removals(step.tx, &wanted)?;
    // Others first: after its own removal this device can do nothing any more.
    let next = wanted.keys().chain(&orphans).copied().find(|device| *device != me.device);
    let Some(device) = next.or_else(|| wanted.keys().next().copied()) else { return Ok(Asks::new()) };
    let Some(entry) = sign_removal(step, &log, device)? else { return Ok(Asks::new()) };
    Ok(vec![Ask::new(Request::AppendDeviceLog { entry }, Purpose::RemoveDevice { device })])
}

/// By the root key as long as the phrase is here, since nobody can object to that; else by this device.
fn sign_removal(step: &Step<'_>, log: &DeviceLog, device: DeviceId) -> Result<Option<DeviceLogEntry>, StoreError> {
    let op = DeviceLogOp::Remove { device };
    let root = phrase::kept(step.tx)?.map(|phrase| phrase.root_key());
    if let Some(root) = root.filter(|root| root.fingerprint() == log.root_at(log.version())) {
        return Ok(Some(link::sign_by_root(log, op, &root)));
    }
    link::sign(step, op)
}

/// The server has answered to a removal.
pub(super) fn removed(
    step: &mut Step<'_>,
    device: DeviceId,
    answer: Result<Reply, Problem>,
) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)? else { return Ok(Asks::new()) };
    match answer {
        Ok(_) if device == me.device => {
            session_over(step)?;
            return Ok(Asks::new());
        }
        // What the log says now decides: it also shows whether somebody else was faster.
        Ok(_) => {}
        Err(problem) if problem.code == Code::InvalidDeviceLog => {}
        Err(problem) => {
            let mut wanted = removals(step.tx)?;
            let waiting = wanted.get_mut(&device).map(std::mem::take).unwrap_or_default();
            if device != me.device {
                wanted.remove(&device);
            }
            save_removals(step.tx, &wanted)?;
            told(step, waiting, &Err(refusal(problem)));
            return Ok(Asks::new());
        }
    }
    Ok(vec![device_logs::fetch(step, me.account)?])
}

/// The own device log was looked at.
pub(super) fn own_log_seen(step: &mut Step<'_>, has_grown: bool) -> Result<Asks, StoreError> {
    rotation::own_log_seen(step)?;
    if has_grown {
        return due(step);
    }
    // A removal that is refused though it follows from the whole log would be refused again.
    let mut wanted = removals(step.tx)?;
    let refused: Vec<u64> = wanted.values_mut().flat_map(std::mem::take).collect();
    let own = Me::find(step.tx)?.map(|me| me.device);
    wanted.retain(|device, _| own == Some(*device));
    save_removals(step.tx, &wanted)?;
    let reason = Reason::DevicesChanged;
    told(step, refused, &Err(Failure::NotReady { reason }));
    Ok(Asks::new())
}

/// There is no connection to carry a removal.
pub(super) fn removal_lost(step: &mut Step<'_>, device: DeviceId) -> Result<(), StoreError> {
    let own = Me::find(step.tx)?.map(|me| me.device);
    let mut wanted = removals(step.tx)?;
    let Some(waiting) = wanted.get_mut(&device) else { return Ok(()) };
    let waiting = std::mem::take(waiting);
    // This device's own removal is made as soon as the server can be reached; a person who wants to remove another one
    // must know that it is still there.
    let result = if own == Some(device) {
        Ok(Outcome::Done)
    } else {
        wanted.remove(&device);
        Err(Failure::Unreachable)
    };
    save_removals(step.tx, &wanted)?;
    told(step, waiting, &result);
    Ok(())
}

/// The engine was opened: nobody waits for removals any more.
pub(super) fn on_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    let own = Me::find(step.tx)?.map(|me| me.device);
    let mut wanted = removals(step.tx)?;
    wanted.retain(|device, _| own == Some(*device));
    wanted.values_mut().for_each(Vec::clear);
    save_removals(step.tx, &wanted)
}

/// This device's session is over.
pub(super) fn session_over(step: &mut Step<'_>) -> Result<(), StoreError> {
    if deletion::session_over(step)? {
        return Ok(());
    }
    let own = Me::find(step.tx)?.map(|me| me.device);
    for (device, waiting) in removals(step.tx)? {
        let result = if own == Some(device) { Ok(Outcome::Done) } else { Err(Failure::NotSignedIn) };
        told(step, waiting, &result);
    }
    meta::remove(step.tx, REMOVALS)?;
    me::end(step)
}
