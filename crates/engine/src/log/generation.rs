//! The start of a generation.

use beseda_crypto::group_id::GroupId;
use beseda_wire::state::Entry;

use super::{Flow, commit};
use crate::Step;
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::SystemEvent;
use crate::mls::group;
use crate::store::StoreError;
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::pending::{Pending, PendingKind};
use crate::{outbox, timeline};

/// Processes an entry that should be the GroupInfo of a new generation.
pub(super) fn start(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    body: &[u8],
    hash: &[u8; 32],
) -> Result<Flow, StoreError> {
    let id = group::group_info(body).ok().and_then(|info| GroupId::try_from(info.group_id()).ok());
    let expected = if entry.seq == 1 { 0 } else { row.mls_generation.map_or(0, |held| held.saturating_add(1)) };
    let Some(id) = id.filter(|id| id.conversation == row.id && id.generation >= expected) else {
        let meta = super::apply::meta(row, entry);
        timeline::apply_unreadable(step, &meta, Unreadable::Forged, Healing::NotNeeded)?;
        return Ok(Flow::Next);
    };
    let me = Me::get(step.tx)?;
    let event = if id.generation == 0 { SystemEvent::Created } else { SystemEvent::Renewed };
    let pending = Pending::find(step.tx, row.id)?;
    let own = pending.as_ref().filter(|pending| pending.has_body(hash));
    if let Some(old) = row.mls_generation {
        group::delete(step, GroupId { conversation: row.id, generation: old })?;
        row.mls_generation = None;
    }
    match own {
        Some(pending) => {
            if let Some(mls) = group::take(step, id)? {
                commit::adopt(step, row, id, mls)?;
                row.updated_at = step.now;
            }
            timeline::apply_system(step, row.id, entry.seq, entry.at, me.account, event)?;
            let is_whole = pending.bodies.len() < 2;
            if is_whole {
                commit::own_accepted(step, row, pending, entry.seq)?;
            }
        }
        None => {
            // Somebody else was first, or this device is not the one: what was under way here is over.
            if let Some(pending) = pending {
                if matches!(pending.kind, PendingKind::Succeed | PendingKind::Create | PendingKind::Join) {
                    group::delete(step, GroupId { conversation: row.id, generation: pending.generation })?;
                }
                Pending::delete(step.tx, row.id)?;
            }
            crate::conversation::change::renewed(step, row.id)?;
            row.standing = Standing::Joining;
            outbox::epoch_changed(step, row)?;
            timeline::apply_system(step, row.id, entry.seq, entry.at, me.account, event)?;
        }
    }
    if (row.generation, row.epoch) < (id.generation, 0) {
        row.generation = id.generation;
        row.epoch = 0;
    }
    Ok(Flow::Next)
}
