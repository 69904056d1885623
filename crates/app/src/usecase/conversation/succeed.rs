use std::collections::BTreeMap;

use beseda_crypto::group_id::GroupId;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_model::{Action, ConversationKind, Timestamp, decide};

use super::create::{Start, begin, judge_start};
use super::group_info::is_deserted;
use super::settle::present;
use super::{Bundle, ConversationError};
use crate::domain::{Actor, Appended, Conversation};
use crate::port::{Store, UnitOfWork};
use crate::usecase::group_link;

/// The next generation of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succeed {
    /// GroupInfo of the next generation, epoch 0.
    pub group_info: Vec<u8>,
    /// The ratchet tree of that epoch.
    pub tree: Vec<u8>,
    /// The first commit, which adds the members' devices.
    pub commit: Option<Bundle>,
}

/// Opens the next generation with the policy that was agreed last, without those who wait to leave; one successor of each
/// generation is accepted. Blocks; it judges on this thread.
///
/// # Errors
/// When somebody was faster, the actor has no reason to open it, or the group may not start like this.
pub fn succeed(store: &dyn Store, actor: Actor, cmd: Succeed, at: Timestamp) -> Result<Appended, ConversationError> {
    let Succeed { group_info, tree, commit } = cmd;
    let first = GroupState { group_info, ratchet_tree: tree, proposals: Vec::new() };
    let group = LiveGroup::load(&first)?.id();
    let id = group.conversation;
    let (now, state) = store.read_blocking(move |view| {
        let member = view.conversations().member(id, actor.account)?;
        if member.is_none_or(|member| member.until_seq.is_some()) {
            return Err(ConversationError::NotAMember);
        }
        let now = view.conversations().find(id)?.ok_or(ConversationError::NotAMember)?;
        Ok((now, view.groups().state(id)?.ok_or(ConversationError::NotFound)?))
    })?;
    follows(&now, group)?;
    let last = LiveGroup::load(&state)?.legacy()?;
    let GroupState { group_info, ratchet_tree, .. } = first;
    let start = judge_start(store, actor, group, group_info, ratchet_tree, commit, Some(last))?;
    store.write_blocking(move |uow| write(uow, actor, &now, group, &start, at))
}

fn follows(now: &Conversation, group: GroupId) -> Result<(), ConversationError> {
    if now.generation.checked_add(1) == Some(group.generation) {
        Ok(())
    } else {
        Err(ConversationError::StaleEpoch { generation: now.generation, epoch: now.epoch })
    }
}

fn write(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    judged: &Conversation,
    group: GroupId,
    start: &Start,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    let id = group.conversation;
    let now = present(uow, actor, id)?;
    follows(&now, group)?;
    founded(uow, actor, &now)?;
    // The policy was compared with what was agreed then; a commit or a wish to leave in between may have changed it.
    let from = (judged.generation, judged.epoch);
    if (now.generation, now.epoch) != from {
        return Err(ConversationError::StaleEpoch { generation: now.generation, epoch: now.epoch });
    }
    if now.roster_version != judged.roster_version {
        return Err(ConversationError::Raced);
    }
    for left in judged.policy.roster.iter().filter(|entry| start.policy.member(entry.account).is_none()) {
        group_link::went(uow, id, left.account)?;
    }
    uow.conversations_mut().start_generation(id)?;
    if !uow.conversations_mut().advance(id, from, (group.generation, 0), &start.policy)? {
        return Err(ConversationError::Raced);
    }
    begin(uow, actor, id, start, at)
}

/// Who may open a successor: an administrator; anybody after the server was restored; anybody when enough people can't
/// process a commit, or nobody is in the group who could commit one. In notes one is alone.
fn founded(uow: &dyn UnitOfWork, actor: Actor, now: &Conversation) -> Result<(), ConversationError> {
    let member = uow.conversations().member(now.id, actor.account)?.ok_or(ConversationError::NotAMember)?;
    let by_role = decide(now.kind, &now.policy.permissions, member.role, Action::ChangePermissions).is_ok();
    if by_role || now.kind == ConversationKind::Notes || now.generation_store != uow.store_epoch() {
        return Ok(());
    }
    if is_deserted(uow, now.id)? {
        return Ok(());
    }
    let mut reporters: BTreeMap<u64, usize> = BTreeMap::new();
    for (_, seq) in uow.conversations().reports(now.id, now.generation_seq)? {
        let count = reporters.entry(seq).or_default();
        *count = count.saturating_add(1);
    }
    let needed = if now.kind == ConversationKind::Direct { 1 } else { 2 };
    if reporters.values().any(|count| *count >= needed) { Ok(()) } else { Err(ConversationError::SuccessorUnfounded) }
}
