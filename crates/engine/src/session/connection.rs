//! Opening, greeting, losing and waiting.

use beseda_model::Timestamp;
use beseda_wire::request::Hello;
use beseda_wire::{Encoding, FEATURE_LEVEL, Request, ServerFrame};

use super::{Asked, Phase};
use crate::Step;
use crate::api::event::Effect;
use crate::api::view::ConnectionState;
use crate::store::StoreError;
use crate::store::me::Me;
use crate::{desk, identity};

/// The first pause after a lost connection; each next one is twice as long, up to the longest.
const FIRST_PAUSE: u64 = 500;
const LONGEST_PAUSE: u64 = 60_000;

/// A server that asks for a longer pause than this is asked again all the same.
const LONGEST_WISH: u64 = 600_000;

/// A connection with an unanswered request this old is dropped.
const ANSWER_WITHIN: u64 = 30_000;

/// What has changed is asked for this often, whatever is pushed: a push may be lost, and a silent connection may be dead.
const SYNC_EVERY: u64 = 50_000;

/// Time has passed.
pub(crate) fn tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    let session = &step.memory.session;
    match session.phase {
        Phase::Waiting(at) if at <= step.now => connect(step),
        Phase::Connecting(since) if step.now.millis_since(since) >= ANSWER_WITHIN => lose(step, None),
        Phase::Greeting | Phase::Up => {
            let oldest = session.asked.values().map(|(_, at)| *at).min();
            if oldest.is_some_and(|at| step.now.millis_since(at) >= ANSWER_WITHIN) {
                step.effect(Effect::Disconnect);
                return lose(step, None);
            }
            if session.synced && step.now.millis_since(session.synced_at) >= SYNC_EVERY {
                step.memory.session.sync_wanted = true;
            }
            Ok(())
        }
        Phase::Idle | Phase::Waiting(_) | Phase::Connecting(_) => Ok(()),
    }
}

/// The network may be back: do not wait any longer.
pub(crate) fn nudge(step: &mut Step<'_>) -> Result<(), StoreError> {
    match step.memory.session.phase {
        Phase::Waiting(_) => {
            step.memory.session.failures = 0;
            connect(step)
        }
        Phase::Up => {
            step.ask(Request::Ping, Asked::Ping);
            Ok(())
        }
        Phase::Idle | Phase::Connecting(_) | Phase::Greeting => Ok(()),
    }
}

fn connect(step: &mut Step<'_>) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    step.memory.session.phase = Phase::Connecting(step.now);
    let address = me.server.replacen("http", "ws", 1);
    step.effect(Effect::Connect { url: format!("{address}/api/v1/socket") });
    Ok(())
}

/// The host has opened the socket.
pub(crate) fn opened(step: &mut Step<'_>) -> Result<(), StoreError> {
    if !matches!(step.memory.session.phase, Phase::Connecting(_)) {
        step.effect(Effect::Disconnect);
        return Ok(());
    }
    let me = Me::get(step.tx)?;
    step.memory.session.phase = Phase::Greeting;
    step.ask(Request::Hello(Hello { token: me.token, feature: FEATURE_LEVEL }), Asked::Hello);
    Ok(())
}

/// The socket is gone; `pause` is what the server asked for.
pub(crate) fn lose(step: &mut Step<'_>, pause: Option<u64>) -> Result<(), StoreError> {
    if step.memory.session.phase == Phase::Idle {
        return Ok(());
    }
    let lost = step.memory.session.drop_connection();
    let session = &mut step.memory.session;
    let pause = pause.map(|wish| wish.min(LONGEST_WISH)).unwrap_or_else(|| {
        let doubled = FIRST_PAUSE.saturating_mul(1 << session.failures.min(16)).min(LONGEST_PAUSE);
        let mut byte = [0; 2];
        step.rng.fill(&mut byte);
        // Between half and the whole of it, so that a server that returns is not stormed.
        doubled / 2 + doubled / 2 * u64::from(u16::from_be_bytes(byte)) / u64::from(u16::MAX)
    });
    session.failures = session.failures.saturating_add(1);
    session.phase = Phase::Waiting(step.now.plus_millis(pause));
    for asked in lost {
        desk::lost(step, asked)?;
    }
    desk::connection_lost(step)
}

/// This device does not belong to the account any more; history stays readable.
pub(crate) fn signed_out(step: &mut Step<'_>) -> Result<(), StoreError> {
    identity::on_signed_out(step)?;
    stop(step)
}

/// No connection is wanted any more.
pub(crate) fn stop(step: &mut Step<'_>) -> Result<(), StoreError> {
    if step.memory.session.phase == Phase::Idle {
        return Ok(());
    }
    for asked in step.memory.session.drop_connection() {
        desk::lost(step, asked)?;
    }
    step.memory.session.phase = Phase::Idle;
    step.effect(Effect::Disconnect);
    desk::connection_lost(step)
}

/// Whether somebody is signed in may have changed.
pub(crate) fn look(step: &mut Step<'_>) -> Result<(), StoreError> {
    let wanted = Me::find(step.tx)?.is_some_and(|me| !me.signed_out);
    match (wanted, step.memory.session.phase) {
        (true, Phase::Idle) => {
            step.memory.session.failures = 0;
            step.memory.session.phase = Phase::Waiting(step.now);
            tick(step)
        }
        (false, Phase::Waiting(_) | Phase::Connecting(_) | Phase::Greeting | Phase::Up) => stop(step),
        _ => Ok(()),
    }
}

/// A frame has come.
pub(crate) fn frame(step: &mut Step<'_>, bytes: &[u8]) -> Result<(), StoreError> {
    if !matches!(step.memory.session.phase, Phase::Greeting | Phase::Up) {
        return Ok(());
    }
    let Ok(frame) = Encoding::Cbor.decode::<ServerFrame>(bytes) else {
        // A newer server may push what this version can't read; what counts will come by log and sync.
        step.memory.session.sync_wanted = true;
        return Ok(());
    };
    match frame {
        ServerFrame::Ok { id, re } => match step.memory.session.asked.remove(&id) {
            Some((asked, _)) => super::reply::answered(step, asked, re),
            None => Ok(()),
        },
        ServerFrame::Err { id, why } => match step.memory.session.asked.remove(&id) {
            Some((asked, _)) => super::reply::refused(step, asked, &why),
            None => Ok(()),
        },
        ServerFrame::Push(push) => super::changes::pushed(step, push),
    }
}

/// What to show of the connection.
pub(crate) fn state(step: &Step<'_>) -> ConnectionState {
    let session = &step.memory.session;
    match session.phase {
        Phase::Idle => ConnectionState::SignedOut,
        Phase::Waiting(_) => ConnectionState::Offline,
        Phase::Connecting(_) | Phase::Greeting => ConnectionState::Connecting,
        Phase::Up if session.was_online => ConnectionState::Online,
        Phase::Up => ConnectionState::Syncing,
    }
}

/// When the connection wants to be looked at again.
pub(crate) fn next_wake(step: &Step<'_>) -> Option<Timestamp> {
    let session = &step.memory.session;
    match session.phase {
        Phase::Idle => None,
        Phase::Waiting(at) => Some(at),
        Phase::Connecting(since) => Some(since.plus_millis(ANSWER_WITHIN)),
        Phase::Greeting | Phase::Up => {
            let oldest = session.asked.values().map(|(_, at)| at.plus_millis(ANSWER_WITHIN)).min();
            let sync = session.synced.then(|| session.synced_at.plus_millis(SYNC_EVERY));
            oldest.into_iter().chain(sync).min()
        }
    }
}
