//! Two histories of one log: what the server shows contradicts what it showed before, or what another member saw.

use beseda_crypto::chain;
use beseda_model::{AccountId, Timestamp};
use beseda_wire::state::Entry;

use super::apply::body_hash;
use crate::Step;
use crate::api::view::{SystemEvent, WarningKind};
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::{StoreError, entries, warnings};
use crate::{healing, timeline};

/// Shows that the server contradicts itself: the log is another one from `seq` on, at the latest. Nothing is sent until
/// people have looked. It was found at the entry `place`. The caller saves the row.
pub(crate) fn show(
    step: &mut Step<'_>,
    row: &mut Conversation,
    seq: u64,
    place: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    row.standing = Standing::Forked;
    warnings::add(step, Some(row.id), &WarningKind::LogForked { seq, account: None })?;
    let me = Me::get(step.tx)?;
    timeline::apply_system(step, row.id, place, at, me.account, SystemEvent::LogForked)
}

/// Shows that a member cites another log than this device has, from `seq` on, at the latest. The server may have shown
/// them something else, or they claim what is not so; this device can't tell which. Nothing stands still over it, or one
/// member could silence all others.
pub(super) fn claimed(
    step: &mut Step<'_>,
    row: &Conversation,
    seq: u64,
    entry: &Entry,
    account: AccountId,
) -> Result<(), StoreError> {
    let claims =
        |kind: &WarningKind| matches!(kind, WarningKind::LogForked { account: Some(by), .. } if *by == account);
    let told = warnings::list(step.tx)?;
    if !told.iter().any(|warning| warning.conversation == Some(row.id) && claims(&warning.kind)) {
        warnings::add(step, Some(row.id), &WarningKind::LogForked { seq, account: Some(account) })?;
    }
    timeline::log_forked(step, row.id, entry.seq, entry.at, account)
}

/// Whether the entry at `seq` was processed here and was none of these bodies. Of an entry that this device skipped,
/// as it was no member then, it can't be said.
pub(crate) fn denies(step: &Step<'_>, row: &Conversation, seq: u64, bodies: &[[u8; 32]]) -> Result<bool, StoreError> {
    let (Some(before), Some(known)) = (before(step, row, seq)?, value(step, row, seq)?) else { return Ok(false) };
    Ok(!bodies.iter().any(|body| chain::next(&before, seq, body) == known))
}

/// The chain's value after the entry before `seq`, if it is known here.
fn before(step: &Step<'_>, row: &Conversation, seq: u64) -> Result<Option<[u8; 32]>, StoreError> {
    match seq {
        0 | 1 => Ok(Some(chain::start(row.id))),
        seq => value(step, row, seq.saturating_sub(1)),
    }
}

fn value(step: &Step<'_>, row: &Conversation, seq: u64) -> Result<Option<[u8; 32]>, StoreError> {
    Ok(entries::find(step.tx, row.id, seq)?.map(|(hash, _)| hash))
}

/// An entry has come that was processed before: it must be the same one.
pub(super) fn compare(step: &mut Step<'_>, row: &mut Conversation, entry: &Entry) -> Result<(), StoreError> {
    let Some(body) = body_hash(entry) else { return Ok(()) };
    if !denies(step, row, entry.seq, &[body])? {
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
