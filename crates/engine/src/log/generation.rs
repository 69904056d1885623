//! The start of a generation.

use beseda_crypto::group_id::GroupId;
use beseda_crypto::{group_info, policy_ext};
use beseda_model::commit::PolicyFact;
use beseda_model::device_log::DeviceLogOp;
use beseda_model::{AccountId, Timestamp};
use beseda_wire::state::Entry;
use openmls::messages::group_info::VerifiableGroupInfo;

use super::{Flow, commit};
use crate::Step;
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::SystemEvent;
use crate::conversation::prepare;
use crate::mls::group;
use crate::store::StoreError;
use crate::store::accounts::Account;
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
    let info = group::group_info(body).ok();
    let id = info.as_ref().and_then(|info| GroupId::try_from(info.group_id()).ok());
    let expected = if entry.seq == 1 { 0 } else { row.mls_generation.map_or(0, |held| held.saturating_add(1)) };
    let Some(id) = id.filter(|id| id.conversation == row.id && id.generation >= expected) else {
        if entry.seq <= row.reread {
            return Ok(Flow::Next);
        }
        let meta = super::apply::meta(row, entry);
        timeline::apply_unreadable(step, &meta, Unreadable::Forged, Healing::NotNeeded)?;
        return Ok(Flow::Next);
    };
    let me = Me::get(step.tx)?;
    let event = if id.generation == 0 { SystemEvent::Created } else { SystemEvent::Renewed };
    let pending = Pending::find(step.tx, row.id)?;
    let own = pending.as_ref().filter(|pending| pending.has_body(hash));
    if own.is_none()
        && row.mls_generation.is_some()
        && let Some(info) = &info
    {
        match judge(step, row, info, body)? {
            Verdict::Follows => {}
            Verdict::LogsFirst => return Ok(Flow::Park),
            Verdict::Refused(reason) => {
                commit::break_group(step, row, entry.seq, reason)?;
                return Ok(Flow::Next);
            }
        }
    }
    let left = match &info {
        Some(info) if own.is_some() || row.mls_generation.is_some() => left_behind(row, info),
        _ => Vec::new(),
    };
    if let Some(old) = row.mls_generation {
        group::delete(step, GroupId { conversation: row.id, generation: old })?;
        row.mls_generation = None;
    }
    // Whatever the server asked to wait for concerned the generation that is over.
    step.place(row.id).hold_until = Timestamp::default();
    row.join_after = Timestamp::default();
    match own {
        Some(pending) => {
            if let Some(mls) = group::take(step, id)? {
                if pending.intent.is_some() {
                    commit::adopt(step, row, id, mls)?;
                    row.updated_at = step.now;
                } else {
                    commit::joined(step, row, entry, id, mls)?;
                    crate::conversation::change::renewed(step, row.id)?;
                }
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
    for account in left {
        timeline::apply_system(step, row.id, entry.seq, entry.at, account, SystemEvent::Left { account })?;
    }
    if (row.generation, row.epoch) < (id.generation, 0) {
        row.generation = id.generation;
        row.epoch = 0;
    }
    Ok(Flow::Next)
}

/// Who waited to leave, and is gone with the generation.
fn left_behind(row: &Conversation, info: &VerifiableGroupInfo) -> Vec<AccountId> {
    let (Some(before), PolicyFact::Known(after)) =
        (&row.policy, policy_ext::from_extensions(info.group_context().extensions()))
    else {
        return Vec::new();
    };
    let accounts = before.roster.iter().map(|entry| entry.account);
    accounts.filter(|account| after.member(*account).is_none()).collect()
}

enum Verdict {
    /// It follows from the group that this device holds.
    Follows,
    /// Device logs have to come first.
    LogsFirst,
    /// It does not.
    Refused(&'static str),
}

/// A successor is opened by a device of a member, with what was agreed last, without those who wait to leave. Whether that member had reason to
/// is the server's to say: it alone knows who could not follow.
fn judge(
    step: &mut Step<'_>,
    row: &mut Conversation,
    info: &VerifiableGroupInfo,
    body: &[u8],
) -> Result<Verdict, StoreError> {
    let Some(agreed) = row.policy.clone() else { return Ok(Verdict::Follows) };
    let agreed = agreed.without(&prepare::leaving(step, row)?);
    match policy_ext::from_extensions(info.group_context().extensions()) {
        PolicyFact::Known(policy) if policy == agreed => {}
        // What it says can't be told here; who says it can.
        PolicyFact::Unknown { .. } => {}
        _ => return Ok(Verdict::Refused("the new generation has another policy than was agreed last")),
    }
    step.memory.logs.load(step.tx, agreed.roster.iter().map(|member| member.account))?;
    for member in &agreed.roster {
        let Some(log) = step.memory.logs.get(member.account) else { continue };
        // A device that was revoked since may have opened it; its leaf is removed before anything is said.
        let mut keys = log.entries().iter().filter_map(|entry| match entry.op {
            DeviceLogOp::Add { signature_key, .. } => Some(signature_key),
            DeviceLogOp::Remove { .. } | DeviceLogOp::RotateRoot { .. } => None,
        });
        if log.is_root_until(log.version(), member.root)
            && keys.any(|key| group_info::is_signed_by(body, &key, &step.memory.crypto))
        {
            return Ok(Verdict::Follows);
        }
    }
    // The device may be newer than what is pinned here.
    for member in &agreed.roster {
        let next = Account::load(step.tx, member.account)?.version.saturating_add(1);
        if step.memory.session.known_ends.get(&member.account).is_none_or(|end| *end < next) {
            commit::wait_for(step, row, member.account, next)?;
            return Ok(Verdict::LogsFirst);
        }
    }
    Ok(Verdict::Refused("nobody who belongs to the group has opened the new generation"))
}
