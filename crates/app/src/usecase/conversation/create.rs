use beseda_crypto::group_id::GroupId;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_model::{ConversationId, ConversationKind, Policy, Timestamp};

use super::judge::{self, Group, Judged};
use super::settle::{append_handshake, put_group, settle};
use super::{Bundle, ConversationError, privacy};
use crate::Event;
use crate::domain::{Actor, Appended, Member, OverLimit, Request};
use crate::port::{Budget, NewConversation, Store, UnitOfWork};

/// A new conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// Its id, made by the creator.
    pub conversation: ConversationId,
    /// Its kind; must equal the policy's.
    pub kind: ConversationKind,
    /// GroupInfo of generation 0, epoch 0.
    pub group_info: Vec<u8>,
    /// The ratchet tree of that epoch.
    pub tree: Vec<u8>,
    /// The first commit, which adds the members' devices.
    pub commit: Option<Bundle>,
}

/// The start of a group that was found valid, and its first commit.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) group_info: Vec<u8>,
    pub(super) policy: Policy,
    pub(super) group: Group,
    pub(super) commit: Option<Judged>,
}

/// Begins a conversation: its log starts with the GroupInfo, then comes the first commit. Blocks; it judges on this
/// thread.
///
/// # Errors
/// When a direct conversation of these people exists, somebody does not accept it, or the group may not start like this.
pub fn create(store: &dyn Store, actor: Actor, cmd: Create, at: Timestamp) -> Result<Appended, ConversationError> {
    let Create { conversation: id, kind, group_info, tree, commit } = cmd;
    let start = judge_start(store, actor, GroupId { conversation: id, generation: 0 }, group_info, tree, commit, None)?;
    store.write_blocking(move |uow| write(uow, actor, id, kind, &start, at))
}

/// Judges the first epoch of a generation and the commit that follows it.
pub(super) fn judge_start(
    store: &dyn Store,
    actor: Actor,
    id: GroupId,
    group_info: Vec<u8>,
    tree: Vec<u8>,
    commit: Option<Bundle>,
    last: Option<Policy>,
) -> Result<Start, ConversationError> {
    let first = GroupState { group_info, ratchet_tree: tree, proposals: Vec::new() };
    let outline = LiveGroup::load(&first)?;
    let policy = judge::policy(&outline)?;
    let mut accounts: Vec<_> = policy.roster.iter().map(|entry| entry.account).collect();
    if let Some(bundle) = &commit {
        accounts.extend(judge::cited(&bundle.commit)?);
    }
    let bundle = commit.clone();
    let length = first.group_info.len().saturating_add(first.ratchet_tree.len());
    let logs = store.read_blocking(move |view| {
        OverLimit::check("commit_bytes", view.limits().commit_bytes, length)?;
        if let Some(bundle) = &bundle {
            bundle.check_size(view.limits().commit_bytes)?;
        }
        let most = view.limits().members_per_conversation;
        OverLimit::check("members_per_conversation", most.saturating_mul(3), accounts.len())?;
        judge::logs(view, &accounts)
    })?;
    let GroupState { group_info, ratchet_tree, .. } = first;
    let (live, state) = LiveGroup::create(id, &group_info, &ratchet_tree, last.as_ref(), &logs)?;
    let group = Group::of(&live, state)?;
    let own = group.leaves.iter().all(|leaf| (leaf.account, leaf.device) == (actor.account, actor.device));
    if !own {
        return Err(ConversationError::NotByPoster);
    }
    let commit = commit.map(|bundle| judge::judge(live, actor, &bundle, &logs)).transpose()?;
    Ok(Start { group_info, policy, group, commit })
}

fn write(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    kind: ConversationKind,
    start: &Start,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    let device = uow.devices().find(actor.device)?;
    if device.is_none_or(|device| device.removed) {
        return Err(ConversationError::DeviceRevoked);
    }
    let policy = &start.policy;
    if policy.kind != kind || policy.member(actor.account).is_none() {
        return Err(ConversationError::RosterUnfit);
    }
    if uow.conversations().find(id)?.is_some() {
        // A repetition after a lost answer finds its own; nobody else learns that the id is in use.
        let own = uow.conversations().member(id, actor.account)?.is_some();
        return Err(if own {
            ConversationError::AlreadyExists { conversation: id }
        } else {
            ConversationError::Malformed
        });
    }
    let allowed = uow.limits().creates;
    if !uow.budgets_mut().spend(Budget::Creates, actor.account.as_bytes(), at, allowed)? {
        return Err(ConversationError::BudgetSpent { limit: "creates" });
    }
    privacy::has_room(uow, actor.account, id)?;
    let request = check_kind(uow, actor, id, policy, at)?;
    uow.conversations_mut().insert(&NewConversation { id, kind, policy: policy.clone(), request, at })?;
    for entry in &policy.roster {
        let member = Member::new(entry.account, entry.root, entry.role, 1, 0);
        uow.conversations_mut().put_member(id, &member)?;
    }
    begin(uow, actor, id, start, at)
}

/// Writes the entries with which a generation begins.
pub(super) fn begin(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    start: &Start,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    let entry = append_handshake(uow, id, actor, None, &start.group_info, at)?;
    put_group(uow, id, &start.group)?;
    let Some(judged) = &start.commit else {
        let accounts = super::settle::members(uow, id)?;
        uow.emit(Event::ConversationChanged { conversation: id, accounts: accounts.into() });
        return Ok(Appended { seq: entry.seq, at });
    };
    let conversation = uow.conversations().find(id)?.ok_or(ConversationError::NotFound)?;
    let generation = conversation.generation;
    if !uow.conversations_mut().advance(id, (generation, 0), (generation, judged.epoch), &judged.effect.policy)? {
        return Err(ConversationError::Raced);
    }
    settle(uow, id, actor, judged, at)
}

/// What each kind asks of its roster and of the people on it; tells whether the conversation begins as a request.
fn check_kind(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    policy: &Policy,
    at: Timestamp,
) -> Result<Option<Request>, ConversationError> {
    OverLimit::check("members_per_conversation", uow.limits().members_per_conversation, policy.roster.len())?;
    let people: Vec<_> = policy.roster.iter().map(|entry| (entry.account, entry.root)).collect();
    match (policy.kind, people.as_slice()) {
        (ConversationKind::Group, _) => {
            privacy::may_add(uow, actor, id, people.iter().map(|(account, _)| *account))?;
            Ok(None)
        }
        (ConversationKind::Notes, [own]) => match uow.conversations().find_notes(*own)? {
            Some(conversation) => Err(ConversationError::AlreadyExists { conversation }),
            None => Ok(None),
        },
        (ConversationKind::Direct, [one, other]) => {
            if let Some(conversation) = uow.conversations().find_direct(*one, *other)? {
                return Err(ConversationError::AlreadyExists { conversation });
            }
            let peer = if one.0 == actor.account { other.0 } else { one.0 };
            privacy::accepts(uow, actor, peer, |privacy| privacy.requests)?;
            privacy::has_room(uow, peer, id)?;
            let allowed = uow.limits().stranger_requests;
            if !uow.budgets_mut().spend(Budget::StrangerRequests, actor.account.as_bytes(), at, allowed)? {
                return Err(ConversationError::BudgetSpent { limit: "stranger_requests" });
            }
            Ok(Some(Request { from: actor.account, texts: 0, silent: 0 }))
        }
        (ConversationKind::Notes | ConversationKind::Direct, _) => Err(ConversationError::RosterUnfit),
    }
}
