//! The end of each step: whatever the tables and the connection now allow is done, and the next moment to look again is
//! chosen. Everything here is derived anew, so that nothing is lost by a crash.

use beseda_model::{ConversationId, Timestamp};
use beseda_wire::Request;

use super::{Asked, Phase, changes, connection, people};
use crate::Step;
use crate::api::event::{Effect, Notice};
use crate::api::view::ConnectionState;
use crate::identity::Purpose;
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::{conversation, desk, files, notification, timeline};

/// Conversations that this device joins at the same time.
pub(crate) const JOINS_AT_ONCE: usize = 3;

/// Device logs that are asked for at the same time.
const LOGS_AT_ONCE: usize = 32;

/// Does what can be done now.
pub(crate) fn run(step: &mut Step<'_>) -> Result<(), StoreError> {
    if step.memory.session.wake_at.is_some_and(|at| at <= step.now) {
        // Something else has come before the tick, and the moment chosen below takes the place of the one that has passed.
        tick(step)?;
    }
    if step.memory.session.phase == Phase::Up {
        up(step)?;
    } else {
        step.memory.session.dirty.clear();
    }
    files::tend(step)?;
    let state = connection::state(step);
    if step.memory.session.shown != Some(state) {
        step.memory.session.shown = Some(state);
        step.notice(Notice::Connection(state));
    }
    wake(step)
}

fn up(step: &mut Step<'_>) -> Result<(), StoreError> {
    if step.memory.session.sync_wanted && !step.memory.session.asked.values().any(|(asked, _)| *asked == Asked::Sync) {
        changes::sync(step)?;
    }
    // Looking at one conversation may make another one worth looking at; each round handles fewer.
    for _ in 0..4 {
        let dirty: Vec<ConversationId> = std::mem::take(&mut step.memory.session.dirty).into_iter().rev().collect();
        if dirty.is_empty() {
            break;
        }
        for id in dirty {
            conversation::advance::look(step, id)?;
        }
    }
    let end = crate::identity::deletion_due(step)?;
    desk::send(step, end)?;
    ask_logs(step)?;
    people::ask(step);
    files::advance(step)?;
    if step.memory.session.synced {
        desk::upload_profile(step)?;
        notification::tell(step)?;
        let busy = step.memory.session.places.values().any(|place| place.log || place.join);
        if !step.memory.session.was_online && !busy {
            step.memory.session.was_online = true;
            step.memory.session.failures = 0;
        }
    }
    Ok(())
}

fn ask_logs(step: &mut Step<'_>) -> Result<(), StoreError> {
    for account in Account::behind(step.tx)? {
        if step.memory.session.asked_logs.len() >= LOGS_AT_ONCE {
            break;
        }
        let known = Account::load(step.tx, account)?;
        let end = step.memory.session.known_ends.get(&account).copied().unwrap_or(0);
        if known.wanted > end.max(known.version) && step.memory.session.asked_logs.insert(account) {
            let from = known.version.saturating_add(1);
            let purpose = Purpose::DeviceLog { account, from };
            step.ask(Request::DeviceLog { account, from }, Asked::Identity(purpose));
        }
    }
    Ok(())
}

fn wake(step: &mut Step<'_>) -> Result<(), StoreError> {
    let online = step.memory.session.phase == Phase::Up;
    let mut moments: Vec<Timestamp> = Vec::new();
    moments.extend(connection::next_wake(step));
    moments.extend(crate::identity::next_wake(step.tx)?);
    moments.extend(timeline::next_expiry(step.tx, step.now)?);
    if online {
        for place in step.memory.session.places.values() {
            // What is past was looked at, here or in an earlier step, and waits for something else than time.
            moments.extend(place.moments().filter(|at| *at > step.now));
        }
        moments.extend(conversation::advance::next_join(step)?);
        moments.extend(files::next_wake(step));
    }
    let next = moments.into_iter().min().map(|at| at.max(step.now));
    if let Some(at) = next
        && step.memory.session.wake_at != Some(at)
    {
        step.memory.session.wake_at = Some(at);
        step.effect(Effect::WakeAt(at));
    }
    Ok(())
}

/// A moment has come: looks at the conversations that waited for it.
pub(crate) fn tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    step.memory.session.wake_at = None;
    if step.memory.session.phase == Phase::Up {
        let now = step.now;
        let due: Vec<ConversationId> = step
            .memory
            .session
            .places
            .iter()
            .filter(|(_, place)| place.moments().any(|at| at <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let place = step.place(id);
            if place.hold_until <= now {
                place.hold_until = Timestamp::default();
            }
            step.touch(id);
        }
        for id in conversation::advance::joinable(step)? {
            step.touch(id);
        }
    }
    Ok(())
}

/// Whether the person may be told that everything is here.
pub(crate) fn is_online(step: &Step<'_>) -> bool {
    connection::state(step) == ConnectionState::Online
}
