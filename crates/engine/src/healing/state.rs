//! A conversation's encrypted state for those who joined without it.

use beseda_crypto::facts;
use beseda_crypto::group_id::GroupId;
use beseda_wire::content::{Authored, Content};
use beseda_wire::state::EntryClass;

use crate::Step;
use crate::conversation::change::tell_state;
use crate::log::arrival::Arrival;
use crate::mls::group;
use crate::outbox::{self, EnqueueOptions};
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;

/// Whoever adds somebody sends the state unasked: a newcomer waits this long for it.
const ASK_AFTER: u64 = 3_000;

/// Members answer one after the other, unless somebody before them has.
const ANSWER_EACH: u64 = 1_500;

/// This device has come in without the state.
pub(crate) fn wanted(step: &mut Step<'_>, row: &Conversation) {
    if row.state_wanted {
        let at = step.now.plus_millis(ASK_AFTER);
        step.place(row.id).request_state_at = Some(at);
    }
}

/// Somebody asks for it: own devices answer at once, others by rank.
pub(crate) fn requested(step: &mut Step<'_>, row: &Conversation, arrival: &Arrival) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    let wait = if arrival.sender_account == me.account {
        0
    } else {
        let rank = rank(step, row, &me)?;
        ANSWER_EACH.saturating_mul(rank.saturating_add(1))
    };
    let at = step.now.plus_millis(wait);
    // Asking again puts nothing off: otherwise whoever asks all the time would keep everybody from an answer.
    let place = step.place(row.id);
    place.answer_at = Some(place.answer_at.map_or(at, |planned| planned.min(at)));
    Ok(())
}

/// This device's place among the leaves.
pub(crate) fn rank(step: &mut Step<'_>, row: &Conversation, me: &Me) -> Result<u64, StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(0) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mls) = group::take(step, id)? else { return Ok(0) };
    let leaves = facts::leaves(mls.treesync()).unwrap_or_default();
    group::keep(step, id, mls);
    let rank = leaves.iter().position(|leaf| leaf.identity.device == me.device).unwrap_or_default();
    Ok(u64::try_from(rank).unwrap_or_default())
}

/// Asks or answers when it is time.
pub(crate) fn act(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    let now = step.now;
    if row.state_wanted && step.place(row.id).request_state_at.is_none() {
        wanted(step, row);
    }
    if row.state_wanted && step.place(row.id).request_state_at.is_some_and(|at| at <= now) {
        step.place(row.id).request_state_at = None;
        row.state_wanted = false;
        row.save(step.tx)?;
        let authored = Authored { at: now, content: Content::StateRequest };
        let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
        outbox::enqueue(step, row.id, &authored, options)?;
    }
    if step.place(row.id).answer_at.is_some_and(|at| at <= now) {
        step.place(row.id).answer_at = None;
        tell_state(step, row.id)?;
    }
    Ok(())
}
