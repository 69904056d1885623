//! Commits and proposals: the group's own changes.

use std::collections::BTreeSet;

use beseda_crypto::aad::{CommitAad, MessageAad};
use beseda_crypto::facts;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header::Header;
use beseda_model::commit::{
    CommitEffect, CommitFacts, CommitRejection, Committer, LeafIdentity, RoleChange, validate_commit,
};
use beseda_model::{AccountId, ConversationKind, Role};
use beseda_wire::Request;
use beseda_wire::state::Entry;
use openmls::framing::ProcessedMessageContent;
use openmls::group::MlsGroup;
use openmls::prelude::Proposal;

use super::message::{check_chain, check_device_log, sender};
use super::{Flow, WITHHELD_FOR};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::{SystemEvent, WarningKind};
use crate::mls::group;
use crate::session::{Asked, people};
use crate::store::accounts::Account;
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::pending::{Pending, PendingKind};
use crate::store::{StoreError, members, warnings};
use crate::{conversation, healing, outbox, timeline};

/// Processes a commit.
pub(super) fn apply(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    header: &Header<'_>,
    body: &[u8],
    hash: &[u8; 32],
) -> Result<Flow, StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)?
        && pending.has_body(hash)
    {
        own_in_log(step, row, entry, id, &pending)?;
        return Ok(Flow::Next);
    }
    let held = row.mls_generation == Some(id.generation);
    if held && header.epoch.saturating_add(1) == row.mls_epoch && row.welcome_seq == entry.seq {
        // The commit of the Welcome by which this device came in.
        row.welcome_seq = 0;
        step.ask(Request::WelcomeDone { conversation: row.id, seq: entry.seq }, Asked::Other);
        return Ok(Flow::Next);
    }
    if !held {
        let is_first = header.epoch == 0 && row.standing == Standing::Joining;
        if is_first && row.welcome_seq < entry.seq && step.place(row.id).no_welcome != Some(entry.seq) {
            // A new group began; word of this device's Welcome may still be on the way.
            row.welcome_seq = entry.seq;
            row.save(step.tx)?;
        }
        // The group that it leads to is joined first.
        return Ok(if row.welcome_seq == entry.seq { Flow::Park } else { Flow::Next });
    }
    if header.epoch < row.mls_epoch {
        if entry.seq <= row.reread {
            return Ok(Flow::Next);
        }
        // One that this group has left behind: it changes nothing.
        let meta = super::apply::meta(row, entry);
        timeline::apply_unreadable(step, &meta, Unreadable::Forged, Healing::NotNeeded)?;
        return Ok(Flow::Next);
    }
    if header.epoch != row.mls_epoch {
        break_group(step, row, entry.seq, "a commit is not for the present epoch")?;
        return Ok(Flow::Next);
    }
    let Ok(aad) = CommitAad::from_bytes(header.aad) else {
        break_group(step, row, entry.seq, "a commit has malformed authenticated data")?;
        return Ok(Flow::Next);
    };
    for cited in aad.cited() {
        if missing(step, row, cited.account, cited.version)? {
            return Ok(Flow::Park);
        }
    }
    judge(step, row, entry, id, body, &aad)
}

/// Whether a device log has to be fetched before a commit that cites it can be judged.
fn missing(step: &mut Step<'_>, row: &mut Conversation, account: AccountId, version: u32) -> Result<bool, StoreError> {
    let known = Account::load(step.tx, account)?;
    let end = step.memory.session.known_ends.get(&account).copied().unwrap_or(0);
    if version <= known.version || known.forked || version <= end {
        return Ok(false);
    }
    step.memory.session.cite(account, version);
    wait_for(step, row, account, version)?;
    Ok(true)
}

/// The log goes on once the server has told of an account's device log up to `version`, or that there is no more of it.
pub(super) fn wait_for(
    step: &mut Step<'_>,
    row: &mut Conversation,
    account: AccountId,
    version: u32,
) -> Result<(), StoreError> {
    Account::want(step.tx, account, version)?;
    row.waits_for = Some(account);
    row.save(step.tx)
}

fn judge(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    body: &[u8],
    aad: &CommitAad,
) -> Result<Flow, StoreError> {
    let Some(mut mls) = group::take(step, id)? else {
        rejoin(step, row, entry.seq, "the group's state is gone")?;
        return Ok(Flow::Next);
    };
    let before = step.mls.snapshot();
    let processed = match group::process(step, &mut mls, body) {
        Ok(processed) => processed,
        Err(error) => {
            drop(mls);
            rejoin(step, row, entry.seq, &error.to_string())?;
            return Ok(Flow::Next);
        }
    };
    let sender = processed.sender().clone();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        drop(mls);
        break_group(step, row, entry.seq, "not a commit of another member")?;
        return Ok(Flow::Next);
    };
    let effect = match facts::of_commit(&mls, &sender, aad.cited(), &staged) {
        Err(error) => Err(error.to_string()),
        Ok(facts) => {
            if let Some(committer) = committer(&facts) {
                check_device_log(step, &committer, &aad.message)?;
            }
            step.memory.logs.load(step.tx, aad.cited().iter().map(|cited| cited.account))?;
            match validate_commit(&facts, &step.memory.logs) {
                Ok(effect) => Ok(effect),
                Err(CommitRejection::UnknownPolicy { .. }) => {
                    drop(mls);
                    row.standing = Standing::UpdateRequired;
                    row.mls_generation = None;
                    return Ok(Flow::Next);
                }
                Err(CommitRejection::LogNotAtHand { account, .. }) if !Account::load(step.tx, account)?.forked => {
                    drop(mls);
                    step.mls.restore(before);
                    stand_still(step, row, account);
                    return Ok(Flow::Park);
                }
                Err(rejection) => Err(rejection.to_string()),
            }
        }
    };
    let effect = match effect {
        Ok(effect) => effect,
        Err(reason) => {
            drop(mls);
            break_group(step, row, entry.seq, &reason)?;
            return Ok(Flow::Next);
        }
    };
    check_chain(step, row, entry, effect.committer.account, &aad.message)?;
    if mls.merge_staged_commit(&step.provider(), *staged).is_err() {
        drop(mls);
        rejoin(step, row, entry.seq, "a commit could not be merged")?;
        return Ok(Flow::Next);
    }
    drop_pending(step, row)?;
    merged(step, row, entry, id, mls, &effect)?;
    Ok(Flow::Next)
}

fn committer(facts: &CommitFacts) -> Option<LeafIdentity> {
    match facts.committer {
        Committer::Member(index) => facts.tree.iter().find(|leaf| leaf.index == index).map(|leaf| leaf.identity),
        Committer::External => facts.path,
    }
}

/// The server keeps back a part of a device log without which a commit can't be judged. People were warned, and nothing
/// says that the commit is not valid: the log stands still until the server gives it.
fn stand_still(step: &mut Step<'_>, row: &Conversation, account: AccountId) {
    step.memory.session.known_ends.remove(&account);
    let later = step.now.plus_millis(WITHHELD_FOR);
    step.place(row.id).hold_until = later;
}

/// What was under way in the former epoch has lost the race; the wish behind it stays.
fn drop_pending(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)?
        && matches!(pending.kind, PendingKind::Commit | PendingKind::Proposal)
    {
        Pending::delete(step.tx, row.id)?;
    }
    Ok(())
}

/// An own request has come back by the log: it was accepted.
fn own_in_log(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    pending: &Pending,
) -> Result<(), StoreError> {
    let Some(mut mls) = group::take(step, id)? else {
        Pending::delete(step.tx, row.id)?;
        return rejoin(step, row, entry.seq, "the group's state is gone");
    };
    match pending.kind {
        PendingKind::Join => joined(step, row, entry, id, mls)?,
        PendingKind::Commit | PendingKind::Create | PendingKind::Succeed | PendingKind::Proposal => {
            let cited: Vec<_> = match &pending.request {
                Request::Commit(bundle) => cited(&bundle.commit.0),
                Request::Create(create) => {
                    create.commit.as_ref().map(|bundle| cited(&bundle.commit.0)).unwrap_or_default()
                }
                Request::Succeed(succeed) => {
                    succeed.commit.as_ref().map(|bundle| cited(&bundle.commit.0)).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            let effect = facts::of_pending_commit(&mls, &cited).ok().flatten();
            step.memory.logs.load(step.tx, cited.iter().map(|cited| cited.account))?;
            let effect = effect.and_then(|facts| validate_commit(&facts, &step.memory.logs).ok());
            if mls.merge_pending_commit(&step.provider()).is_err() {
                Pending::delete(step.tx, row.id)?;
                return rejoin(step, row, entry.seq, "an own commit could not be merged");
            }
            row.own_sends = 0;
            row.updated_at = step.now;
            match effect {
                Some(effect) => merged(step, row, entry, id, mls, &effect)?,
                None => adopt(step, row, id, mls)?,
            }
        }
    }
    own_accepted(step, row, pending, entry.seq)
}

/// An own request was carried out.
pub(crate) fn own_accepted(
    step: &mut Step<'_>,
    row: &mut Conversation,
    pending: &Pending,
    seq: u64,
) -> Result<(), StoreError> {
    Pending::delete(step.tx, row.id)?;
    row.save(step.tx)?;
    conversation::change::fulfilled(step, row, pending, seq)?;
    // Whoever was told of the outcome may have written to the row.
    if let Some(now) = Conversation::find(step.tx, row.id)? {
        *row = now;
    }
    Ok(())
}

fn cited(commit: &[u8]) -> Vec<beseda_model::commit::CitedLog> {
    beseda_crypto::header::peek(commit)
        .ok()
        .and_then(|header| CommitAad::from_bytes(header.aad).ok())
        .map(|aad| aad.cited().to_vec())
        .unwrap_or_default()
}

/// This device came in from outside, by its own doing.
pub(super) fn joined(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    mls: MlsGroup,
) -> Result<(), StoreError> {
    row.updated_at = step.now;
    row.own_sends = 0;
    row.state_wanted = row.kind != ConversationKind::Notes;
    adopt(step, row, id, mls)?;
    if timeline::is_empty(step.tx, row.id)? {
        // What was said before can't be read here: it is not what somebody at this device has still to read.
        row.read_count = row.read_count.max(entry.count);
    }
    row.save(step.tx)?;
    let me = Me::get(step.tx)?;
    timeline::apply_system(step, row.id, entry.seq, entry.at, me.account, SystemEvent::JoinedHere)?;
    timeline::joined(step, row.id)?;
    healing::state::wanted(step, row);
    Ok(())
}

/// The group is as it is now what this device holds.
pub(super) fn adopt(step: &mut Step<'_>, row: &mut Conversation, id: GroupId, mls: MlsGroup) -> Result<(), StoreError> {
    row.mls_generation = Some(id.generation);
    row.mls_epoch = mls.epoch().as_u64();
    if (row.generation, row.epoch) < (id.generation, row.mls_epoch) {
        row.generation = id.generation;
        row.epoch = row.mls_epoch;
    }
    row.joined = true;
    let leaves = facts::leaves(mls.treesync()).unwrap_or_default();
    let fact = beseda_crypto::policy_ext::from_extensions(mls.extensions());
    let beseda_model::commit::PolicyFact::Known(policy) = fact else {
        row.standing = Standing::UpdateRequired;
        group::keep(step, id, mls);
        return Ok(());
    };
    if row.standing != Standing::Forked {
        row.standing = Standing::Ready;
    }
    let me = Me::get(step.tx)?;
    if row.kind == ConversationKind::Direct {
        row.peer = policy.roster.iter().map(|entry| entry.account).find(|account| *account != me.account);
    }
    let devices: BTreeSet<_> = leaves.iter().map(|leaf| leaf.identity.device).collect();
    row.due.retain(|device| devices.contains(device));
    for entry in &policy.roster {
        people::meet(step, entry.account)?;
    }
    members::replace(step.tx, row.id, &policy, &leaves, row.applied.saturating_add(1))?;
    row.policy = Some(policy);
    group::keep(step, id, mls);
    outbox::epoch_changed(step, row)?;
    step.notice(Notice::Conversation(row.id));
    Ok(())
}

/// A valid commit was merged.
fn merged(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    mls: MlsGroup,
    effect: &CommitEffect,
) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    let out = effect.devices_removed.iter().any(|leaf| leaf.device == me.device);
    let gone = effect.policy.member(me.account).is_none();
    if gone {
        drop(mls);
        row.policy = Some(effect.policy.clone());
        members::replace(step.tx, row.id, &effect.policy, &[], entry.seq)?;
        conversation::advance::leave(step, row)?;
    } else if out {
        drop(mls);
        group::delete(step, id)?;
        row.mls_generation = None;
        row.standing = Standing::Joining;
    } else {
        adopt(step, row, id, mls)?;
    }
    row.save(step.tx)?;
    tell(step, row, entry, effect)?;
    if effect.external_join && effect.committer.account == me.account && effect.committer.device != me.device {
        timeline::own_device_joined(step, row.id, effect.committer.device)?;
    }
    Ok(())
}

fn tell(step: &mut Step<'_>, row: &Conversation, entry: &Entry, effect: &CommitEffect) -> Result<(), StoreError> {
    let actor = effect.committer.account;
    let mut events = Vec::new();
    if !effect.joined.is_empty() {
        let accounts = effect.joined.iter().map(|entry| entry.account).collect();
        events.push((actor, SystemEvent::Added { accounts }));
    }
    events.extend(effect.removed.iter().map(|account| (actor, SystemEvent::Removed { account: *account })));
    events.extend(effect.left.iter().map(|account| (*account, SystemEvent::Left { account: *account })));
    match handed_over(actor, &effect.roles) {
        Some(account) => events.push((actor, SystemEvent::HandedOver { account })),
        None => events.extend(
            effect
                .roles
                .iter()
                .map(|change| (actor, SystemEvent::RoleChanged { account: change.account, role: change.to })),
        ),
    }
    if effect.permissions_changed {
        events.push((actor, SystemEvent::PermissionsChanged));
    }
    for (actor, event) in events {
        timeline::apply_system(step, row.id, entry.seq, entry.at, actor, event)?;
    }
    Ok(())
}

/// Who is the owner in the place of `actor`, who gave that up by the same commit.
fn handed_over(actor: AccountId, roles: &[RoleChange]) -> Option<AccountId> {
    let [one, other] = roles else { return None };
    let (given_up, given) = if one.account == actor { (one, other) } else { (other, one) };
    let is_so = given_up.account == actor && given_up.from == Role::Owner && given.to == Role::Owner;
    is_so.then_some(given.account)
}

/// Processes a standalone proposal, which can only be a wish to leave.
pub(super) fn propose(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    header: &Header<'_>,
    body: &[u8],
    hash: &[u8; 32],
) -> Result<(), StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)?
        && pending.has_body(hash)
    {
        return own_accepted(step, row, &pending, entry.seq);
    }
    if row.mls_generation != Some(id.generation) || row.mls_epoch != header.epoch {
        return Ok(());
    }
    let Some(mut mls) = group::take(step, id)? else {
        return rejoin(step, row, entry.seq, "the group's state is gone");
    };
    let processed = match group::process(step, &mut mls, body) {
        Ok(processed) => processed,
        Err(error) => {
            // The commit that carries it out names it by its hash: without it the next epoch can't be reached.
            drop(mls);
            return rejoin(step, row, entry.seq, &error.to_string());
        }
    };
    if let (Ok(aad), Some(sender)) = (MessageAad::from_bytes(processed.aad()), sender(&mls, processed.sender())) {
        check_chain(step, row, entry, sender.account, &aad)?;
    }
    match processed.into_content() {
        ProcessedMessageContent::ProposalMessage(proposal) if *proposal.proposal() == Proposal::SelfRemove => {
            mls.store_pending_proposal(&step.mls, *proposal)?;
            group::keep(step, id, mls);
            // It has to be committed before anything else is sent.
            step.touch(row.id);
            Ok(())
        }
        _ => {
            drop(mls);
            Ok(())
        }
    }
}

/// The server let pass what it should have refused, or can't be followed: this generation is over for this device.
pub(crate) fn break_group(
    step: &mut Step<'_>,
    row: &mut Conversation,
    seq: u64,
    reason: &str,
) -> Result<(), StoreError> {
    row.standing = Standing::Broken;
    report(step, row, seq)?;
    warnings::add(step, Some(row.id), &WarningKind::InvalidCommit { seq, reason: reason.to_owned() })?;
    let me = Me::get(step.tx)?;
    let event = SystemEvent::RuleBroken { reason: reason.to_owned() };
    timeline::apply_system(step, row.id, seq, step.now, me.account, event)
}

/// The group's state is gone from this device: it comes in again from outside, and asks for what it missed.
pub(crate) fn lose(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    row.mls_generation = None;
    row.standing = Standing::Joining;
    Pending::delete(step.tx, row.id)?;
    row.save(step.tx)?;
    outbox::epoch_changed(step, row)
}

/// This device can't follow, but what was agreed is not in doubt: it comes in again from outside.
fn rejoin(step: &mut Step<'_>, row: &mut Conversation, seq: u64, reason: &str) -> Result<(), StoreError> {
    tracing::warn!(conversation = %row.id, seq, reason, "A group can't be followed; this device joins it again");
    if let Some(generation) = row.mls_generation {
        // A group that may be damaged is not loaded again; joining anew overwrites it.
        step.memory.groups.remove(&GroupId { conversation: row.id, generation });
    }
    row.standing = Standing::Joining;
    report(step, row, seq)
}

fn report(step: &mut Step<'_>, row: &mut Conversation, seq: u64) -> Result<(), StoreError> {
    row.mls_generation = None;
    Pending::delete(step.tx, row.id)?;
    outbox::epoch_changed(step, row)?;
    if step.memory.session.is_up() {
        step.ask(Request::ReportCommit { conversation: row.id, seq }, Asked::Other);
    }
    Ok(())
}
