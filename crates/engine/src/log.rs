//! The log of a conversation, as this device processes it: strictly in order, one entry after the other.

mod apply;
pub mod arrival;
mod commit;
mod generation;
pub(crate) mod join;
mod message;

use beseda_model::ConversationId;
use beseda_wire::state::Entry;

use crate::Step;
use crate::session::pump;
use crate::session::reply::AFTER_FAILURE;
use crate::store::StoreError;
use crate::store::conversations::Conversation;

use apply::Flow;
pub(crate) use commit::{lose, own_accepted};
pub(crate) use message::made_at;

/// A page of the log has come.
pub(crate) fn page(
    step: &mut Step<'_>,
    id: ConversationId,
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
        let is_next = entries.first().is_some_and(|entry| entry.seq <= row.applied.saturating_add(1));
        if !is_next && !row.is_caught_up() {
            // The same question would have the same answer: there must be news that explain it.
            step.memory.session.sync_wanted = true;
            let later = step.now.plus_millis(AFTER_FAILURE);
            step.place(id).hold_until = later;
        }
    }
    run(step, id, entries)
}

/// Applies those of the entries that are next, as far as it goes.
pub(crate) fn run(step: &mut Step<'_>, id: ConversationId, entries: &[Entry]) -> Result<(), StoreError> {
    let live = pump::is_online(step);
    for entry in entries {
        let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
        if row.chain.is_none() || row.verify || row.waits_for.is_some() || row.applied.saturating_add(1) != entry.seq {
            if row.applied < entry.seq {
                break;
            }
            continue;
        }
        match apply::apply(step, &mut row, entry, live)? {
            Flow::Next => {}
            Flow::Park => break,
        }
    }
    step.touch(id);
    Ok(())
}
