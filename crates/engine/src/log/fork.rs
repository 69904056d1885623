//! Two histories of one log: what the server shows contradicts what it showed before, or what another member saw.

use beseda_crypto::chain;
use beseda_model::Timestamp;
use beseda_wire::state::Entry;

use super::apply::body_hash;
use crate::Step;
use crate::api::view::{SystemEvent, WarningKind};
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::{StoreError, entries, warnings};
use crate::{healing, timeline};

/// Shows that the log is another one from `seq` on, at the latest, and lets nothing be sent until people have looked. It
/// was found at the entry `place`. The caller saves the row.
pub(crate) fn show(
    step: &mut Step<'_>,
    row: &mut Conversation,
    seq: u64,
    place: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    row.standing = Standing::Forked;
    warnings::add(step, Some(row.id), &WarningKind::LogForked { seq })?;
    let me = Me::get(step.tx)?;
    timeline::apply_system(step, row.id, place, at, me.account, SystemEvent::LogForked)
}

/// An entry has come that was processed before: it must be the same one.
pub(super) fn compare(step: &mut Step<'_>, row: &mut Conversation, entry: &Entry) -> Result<(), StoreError> {
    let before = match entry.seq {
        0 | 1 => Some(chain::start(row.id)),
        seq => entries::find(step.tx, row.id, seq.saturating_sub(1))?.map(|(hash, _)| hash),
    };
    let known = entries::find(step.tx, row.id, entry.seq)?.map(|(hash, _)| hash);
    let (Some(before), Some(known), Some(body)) = (before, known, body_hash(entry)) else { return Ok(()) };
    if chain::next(&before, entry.seq, &body) == known {
        return Ok(());
    }
    // An own message whose place was given to another is said again once people have looked.
    let me = Me::get(step.tx)?;
    if let Some(message) = entries::taken_back(step.tx, row.id, me.device, entry.seq)? {
        healing::restore::say_again(step, row.id, message)?;
    }
    show(step, row, entry.seq, entry.seq, entry.at)?;
    row.save(step.tx)
}
