//! What became of a request that moves a group.

use beseda_crypto::group_id::GroupId;
use beseda_model::{Code, ConversationId, ConversationKind, MessageId};
use beseda_wire::content::{Authored, Content};
use beseda_wire::state::EntryClass;
use beseda_wire::{Problem, Request};

use super::advance::is_passing;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::mls::group;
use crate::outbox::{self, EnqueueOptions};
use crate::session::reply::AFTER_FAILURE;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::intents::{self, Intent};
use crate::store::pending::{Pending, PendingKind};
use crate::{Step, timeline};

/// A commit that was refused for a reason that should not be is not tried again before this long.
const AFTER_NONSENSE: u64 = 600_000;

/// The server has taken it; the log will show it.
pub(crate) fn accepted(
    step: &mut Step<'_>,
    id: ConversationId,
    message: MessageId,
    seq: u64,
) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    step.place(id).failures = 0;
    row.last_seq = row.last_seq.max(seq);
    if let Some(pending) = Pending::find(step.tx, id)?.filter(|pending| pending.message == message) {
        let bodies: Vec<_> = pending.bodies.iter().filter_map(|body| body.0.as_slice().try_into().ok()).collect();
        if pending.kind != PendingKind::Create
            && seq <= row.applied
            && crate::log::fork::denies(step, &row, seq, &bodies)?
        {
            let (now, place) = (step.now, row.applied);
            step.place(id).hold_until = now.plus_millis(AFTER_NONSENSE);
            crate::log::fork::show(step, &mut row, seq, place, now)?;
        }
        match pending.kind {
            PendingKind::Create => {
                // From here on it is a conversation like all others, and its log starts with what was sent.
                row.known = true;
                row.joined = true;
                row.chain.get_or_insert(beseda_crypto::chain::start(id));
            }
            // A member who leaves may not read on, so that the log will not show the proposal for certain.
            PendingKind::Proposal if row.applied.saturating_add(1) == seq => {
                crate::log::own_accepted(step, &mut row, &pending, seq)?;
            }
            PendingKind::Proposal | PendingKind::Commit | PendingKind::Succeed | PendingKind::Join => {}
        }
    }
    row.save(step.tx)?;
    step.touch(id);
    Ok(())
}

/// The log shows it: whoever wanted it hears of it.
pub(crate) fn fulfilled(
    step: &mut Step<'_>,
    row: &mut Conversation,
    pending: &Pending,
    _seq: u64,
) -> Result<(), StoreError> {
    step.place(row.id).claims.clear();
    step.touch(row.id);
    let Some(id) = pending.intent else { return Ok(()) };
    let wish = intents::find(step.tx, id)?.map(|(_, intent)| intent);
    intents::delete(step.tx, id)?;
    let outcome = match wish {
        Some(Intent::Create { kind, .. }) => {
            timeline::joined(step, row.id)?;
            if kind == ConversationKind::Group {
                tell_state(step, row.id)?;
            }
            Outcome::Conversation { conversation: row.id }
        }
        Some(Intent::Add { .. } | Intent::Admit { .. } | Intent::Renew) => {
            tell_state(step, row.id)?;
            Outcome::Done
        }
        Some(Intent::Leave) => {
            row.member = false;
            super::advance::leave(step, row)?;
            Outcome::Done
        }
        _ => Outcome::Done,
    };
    step.notice(Notice::Conversation(row.id));
    finish(step, id, Ok(outcome));
    Ok(())
}

/// Ends the commands that waited for a wish.
fn finish(step: &mut Step<'_>, intent: i64, result: Result<Outcome, Failure>) {
    for id in step.memory.desk.wishes.remove(&intent).unwrap_or_default() {
        step.effect(crate::api::event::Effect::Done { id, result: result.clone() });
    }
}

/// Gives the encrypted state to those who have just come.
pub(crate) fn tell_state(step: &mut Step<'_>, id: ConversationId) -> Result<(), StoreError> {
    if let Some(state) = timeline::group_state(step.tx, id)? {
        let authored = Authored { at: step.now, content: Content::GroupState(state) };
        let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
        outbox::enqueue(step, id, &authored, options)?;
    }
    Ok(())
}

/// Somebody has opened a new generation: nobody here needs to.
pub(crate) fn renewed(step: &mut Step<'_>, id: ConversationId) -> Result<(), StoreError> {
    step.place(id).claims.clear();
    while let Some(wish) = intents::renewal(step.tx, id)? {
        intents::delete(step.tx, wish.id)?;
        finish(step, wish.id, Ok(Outcome::Done));
    }
    Ok(())
}

/// A wish can't be fulfilled. If nobody waits for it any more, it is announced.
pub(crate) fn give_up(step: &mut Step<'_>, intent: i64, failure: &Failure) -> Result<(), StoreError> {
    if !step.memory.desk.wishes.contains_key(&intent)
        && let Some((conversation, wish)) = intents::find(step.tx, intent)?
        // A renewal is often the engine's own wish.
        && !matches!(wish, Intent::Renew)
    {
        step.notice(Notice::NotDone { conversation, why: failure.clone() });
    }
    intents::delete(step.tx, intent)?;
    finish(step, intent, Err(failure.clone()));
    Ok(())
}

/// The server has refused it.
pub(crate) fn refused(
    step: &mut Step<'_>,
    id: ConversationId,
    message: MessageId,
    why: &Problem,
) -> Result<(), StoreError> {
    step.touch(id);
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let Some(pending) = Pending::find(step.tx, id)?.filter(|pending| pending.message == message) else {
        // Its outcome was learnt from the log meanwhile.
        return Ok(());
    };
    if is_passing(why.code) {
        let pause = why.retry_after_ms.unwrap_or(AFTER_FAILURE);
        let now = step.now;
        step.place(id).hold_until = now.plus_millis(pause);
        return Ok(());
    }
    abandon(step, &mut row, &pending)?;
    match why.code {
        Code::StaleEpoch => return outbox::stale(step, &mut row, why),
        Code::CommitDue => {
            row.due = why.data.as_ref().map(|data| data.due.clone()).unwrap_or_default();
            return row.save(step.tx);
        }
        Code::AlreadyExists => {
            if let Some(winner) = why.data.as_ref().and_then(|data| data.conversation) {
                return superseded(step, &row, &pending, winner);
            }
        }
        Code::KeyPackageUsed => {
            let place = step.place(id);
            place.claims.clear();
            place.failures = place.failures.saturating_add(1);
            if place.failures < 4 {
                return Ok(());
            }
        }
        Code::NotAMember => step.memory.session.sync_wanted = true,
        _ => {}
    }
    tracing::info!(conversation = %id, code = %why.code, detail = why.detail, "The server refused to change a group");
    match pending.intent {
        Some(intent) => {
            give_up(step, intent, &outbox::refusal(why))?;
            if pending.kind == PendingKind::Create {
                forget(step, &row)?;
            }
        }
        None if matches!(pending.kind, PendingKind::Join | PendingKind::Succeed) => {
            row.join_after = step.now.plus_millis(AFTER_NONSENSE / 10);
            row.save(step.tx)?;
        }
        None => {
            let later = step.now.plus_millis(AFTER_NONSENSE);
            let place = step.place(id);
            place.due_at = Some(later);
            place.renew_at = Some(later);
        }
    }
    Ok(())
}

/// Takes back what was prepared; the wish behind it stays.
pub(crate) fn abandon(step: &mut Step<'_>, row: &mut Conversation, pending: &Pending) -> Result<(), StoreError> {
    Pending::delete(step.tx, row.id)?;
    let id = GroupId { conversation: row.id, generation: pending.generation };
    match pending.kind {
        PendingKind::Commit | PendingKind::Proposal => {
            if let Some(mut mls) = group::take(step, id)? {
                mls.clear_pending_commit(&step.mls)?;
                if pending.kind == PendingKind::Proposal {
                    mls.clear_pending_proposals(&step.mls)?;
                }
                group::keep(step, id, mls);
            }
        }
        PendingKind::Create | PendingKind::Succeed | PendingKind::Join => group::delete(step, id)?,
    }
    Ok(())
}

/// Somebody else made the direct conversation first: theirs is the one.
fn superseded(
    step: &mut Step<'_>,
    row: &Conversation,
    pending: &Pending,
    winner: ConversationId,
) -> Result<(), StoreError> {
    if Conversation::find(step.tx, winner)?.is_none() {
        let mut found = Conversation::new(winner, row.kind);
        found.peer = row.peer;
        found.save(step.tx)?;
        step.memory.session.sync_wanted = true;
    }
    outbox::move_to(step, row.id, winner)?;
    timeline::moved(step, row.id, winner)?;
    forget(step, row)?;
    if let Some(intent) = pending.intent {
        intents::delete(step.tx, intent)?;
        finish(step, intent, Ok(Outcome::Conversation { conversation: winner }));
    }
    step.notice(Notice::Conversation(winner));
    Ok(())
}

/// A conversation that never came to be.
fn forget(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    step.tx.prepare_cached("DELETE FROM conversations WHERE conversation = ?1")?.execute([row.id.as_bytes()])?;
    step.tx.prepare_cached("DELETE FROM outbox WHERE conversation = ?1")?.execute([row.id.as_bytes()])?;
    step.tx.prepare_cached("DELETE FROM intents WHERE conversation = ?1")?.execute([row.id.as_bytes()])?;
    step.memory.session.places.remove(&row.id);
    step.notice(Notice::Conversation(row.id));
    Ok(())
}

/// The hashes of the bodies that a request adds to the log.
pub(crate) fn bodies(request: &Request) -> Vec<beseda_wire::Bytes> {
    let bodies: Vec<&[u8]> = match request {
        Request::Commit(bundle) => vec![&bundle.commit.0],
        Request::Propose { message } => vec![&message.0],
        Request::Create(create) => {
            let commit = create.commit.as_ref().map(|bundle| bundle.commit.0.as_slice());
            std::iter::once(create.group_info.0.as_slice()).chain(commit).collect()
        }
        Request::Succeed(succeed) => {
            let commit = succeed.commit.as_ref().map(|bundle| bundle.commit.0.as_slice());
            std::iter::once(succeed.group_info.0.as_slice()).chain(commit).collect()
        }
        _ => Vec::new(),
    };
    bodies.into_iter().map(|body| beseda_crypto::chain::body_hash(body).as_slice().into()).collect()
}
