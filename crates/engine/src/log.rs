//! The log of a conversation, as this device processes it: strictly in order, one entry after the other.

mod apply;
pub mod arrival;
mod commit;
pub(crate) mod fork;
mod generation;
pub(crate) mod join;
mod message;

use beseda_model::ConversationId;
use beseda_wire::state::Entry;

use crate::Step;
use crate::api::view::WarningKind;
use crate::session::pump;
use crate::session::reply::AFTER_FAILURE;
use crate::store::conversations::Conversation;
use crate::store::{StoreError, warnings};

use apply::Flow;
pub(crate) use commit::{lose, own_accepted};
pub(crate) use message::made_at;

/// After the server kept an entry back, it is asked for it again after this long.
const WITHHELD_FOR: u64 = 60_000;

/// A page of the log has come, which was to begin at `from`.
pub(crate) fn page(
    step: &mut Step<'_>,
    id: ConversationId,
    from: u64,
    entries: &[Entry],
    last_seq: u64,
) -> Result<(), StoreError> {
    if let Some(mut row) = Conversation::find(step.tx, id)? {
        if entries.is_empty() && last_seq < row.last_seq {
            // What was announced is not there for this account: believe the log.
            row.last_seq = last_seq.max(row.applied);
            row.save(step.tx)?;
        } else if last_seq > row.last_seq {
            row.last_seq = last_seq;
            row.save(step.tx)?;
        }
    }
    if run(step, id, entries)? == Flow::Next && from <= last_seq {
        gap(step, id, from)?;
    }
    Ok(())
}

/// The entry at `from` was asked for, and the server says that it is there. If it did not come, there may be news that
/// explain it; if there are none, it is kept back, which is shown, and the log stands still until it comes.
fn gap(step: &mut Step<'_>, id: ConversationId, from: u64) -> Result<(), StoreError> {
    let Some(row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    if row.chain.is_none() || row.verify || row.waits_for.is_some() || row.applied.saturating_add(1) != from {
        return Ok(());
    }
    step.memory.session.sync_wanted = true;
    let now = step.now;
    let place = step.place(id);
    if place.missed.replace(from) != Some(from) {
        place.hold_until = now.plus_millis(AFTER_FAILURE);
        return Ok(());
    }
    place.hold_until = now.plus_millis(WITHHELD_FOR);
    warnings::add(step, Some(id), &WarningKind::EntryWithheld { seq: from })
}

/// Applies those of the entries that are next, as far as it goes; tells whether one has to wait for something else.
pub(crate) fn run(step: &mut Step<'_>, id: ConversationId, entries: &[Entry]) -> Result<Flow, StoreError> {
    let live = pump::is_online(step);
    let mut flow = Flow::Next;
    for entry in entries {
        let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(flow) };
        if row.chain.is_none() || row.verify || row.waits_for.is_some() {
            continue;
        }
        if entry.seq <= row.applied {
            fork::compare(step, &mut row, entry)?;
        } else if entry.seq == row.applied.saturating_add(1) && apply::body_hash(entry).is_some() {
            flow = apply::apply(step, &mut row, entry, live)?;
        }
        if flow == Flow::Park || row.applied < entry.seq {
            break;
        }
    }
    step.touch(id);
    Ok(flow)
}
