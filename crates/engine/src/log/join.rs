//! Coming into a group: by a Welcome, or from outside.

use beseda_crypto::aad::{CommitAad, MessageAad};
use beseda_crypto::facts;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_model::commit::{CitedLog, Leaf, PolicyFact, check_tree};
use beseda_model::{AccountId, ConversationId, ConversationKind, MessageId, Policy};
use beseda_wire::request::{CommitBundle, Succeed};
use beseda_wire::{Bytes, Problem, Reply, Request};

use super::commit::adopt;
use crate::Step;
use crate::api::view::{SystemEvent, WarningKind};
use crate::conversation::prepare;
use crate::mls::group;
use crate::session::Asked;
use crate::store::accounts::Account;
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::{self, Me};
use crate::store::pending::{Pending, PendingKind};
use crate::store::{StoreError, warnings};
use crate::{healing, timeline};

/// A pause after a join that failed here, before the next attempt.
const AFTER_FAILURE: u64 = 60_000;

/// What the server offers to join by has come. It is used once all device logs are here to check it.
pub(crate) fn offered(step: &mut Step<'_>, id: ConversationId, reply: Reply) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let snapshot = step.mls.snapshot();
    let result = match &reply {
        Reply::Welcome { message, tree, seq, chain } => welcome(step, &mut row, message, tree, *seq, chain)?,
        Reply::GroupInfo { group_info, tree, last_seq, chain, proposals } => {
            match here(step, &mut row, *last_seq, chain)? {
                Ok(()) if proposals.is_empty() => external(step, &mut row, group_info, tree)?,
                Ok(()) => found(step, &mut row, group_info, tree, proposals)?,
                Err(obstacle) => Err(obstacle),
            }
        }
        _ => Ok(()),
    };
    match result {
        Ok(()) => {
            row.save(step.tx)?;
            step.touch(id);
        }
        Err(Obstacle::LogsMissing) => {
            // What OpenMLS consumed in trying is given back, and the offer is kept until the logs are here.
            step.mls.restore(snapshot);
            step.place(id).joining = Some(reply);
        }
        Err(Obstacle::Later) => {
            step.mls.restore(snapshot);
            step.touch(id);
        }
        Err(Obstacle::Bad(reason)) => {
            step.mls.restore(snapshot);
            tracing::warn!(conversation = %id, reason, "A group could not be joined");
            if matches!(reply, Reply::Welcome { .. }) {
                step.place(id).no_welcome = Some(row.welcome_seq);
                forget_welcome(step, &mut row);
            } else {
                row.join_after = step.now.plus_millis(AFTER_FAILURE);
            }
            row.save(step.tx)?;
            step.touch(id);
        }
    }
    Ok(())
}

enum Obstacle {
    /// Device logs have to come first; they were asked for.
    LogsMissing,
    /// Something else comes first, and then everything is asked for anew.
    Later,
    /// It can't be used.
    Bad(String),
}

impl From<group::MlsError> for Obstacle {
    fn from(error: group::MlsError) -> Self {
        Self::Bad(error.0)
    }
}

fn welcome(
    step: &mut Step<'_>,
    row: &mut Conversation,
    message: &Bytes,
    tree: &Bytes,
    seq: u64,
    chain: &Bytes,
) -> Result<Result<(), Obstacle>, StoreError> {
    let staged = (|| {
        let welcome = group::welcome(&message.0)?;
        let tree = group::tree(&tree.0)?;
        group::open_welcome(step, welcome, tree)
    })();
    let staged = match staged {
        Ok(staged) => staged,
        Err(error) => return Ok(Err(error.into())),
    };
    let Ok(id) = GroupId::try_from(staged.group_context().group_id()) else {
        return Ok(Err(Obstacle::Bad("another group".to_owned())));
    };
    if id.conversation != row.id || row.mls_generation.is_some_and(|held| held >= id.generation) {
        return Ok(Err(Obstacle::Bad("another group".to_owned())));
    }
    let mut leaves = Vec::new();
    let policy = beseda_crypto::policy_ext::from_extensions(staged.group_context().extensions());
    let inviter = staged.welcome_sender_index().u32();
    let old = row.policy.clone();
    // The tree is only to be had from the group itself; until it was checked, the group is not kept.
    step.memory.groups.remove(&id);
    let mls = match staged.into_group(&step.provider()) {
        Ok(mls) => mls,
        Err(error) => return Ok(Err(Obstacle::Bad(error.to_string()))),
    };
    match facts::leaves(mls.treesync()) {
        Ok(found) => leaves.extend(found),
        Err(error) => return Ok(Err(Obstacle::Bad(error.to_string()))),
    }
    if let Err(obstacle) = check(step, row, &leaves, policy)? {
        return Ok(Err(obstacle));
    }
    if row.chain.is_none() {
        let Ok(chain) = <[u8; 32]>::try_from(chain.0.as_slice()) else {
            return Ok(Err(Obstacle::Bad("no chain value".to_owned())));
        };
        row.applied = seq;
        row.chain = Some(chain);
        row.welcome_seq = 0;
        crate::store::entries::insert(step.tx, row.id, seq, &chain, 0)?;
        step.ask(Request::WelcomeDone { conversation: row.id, seq }, Asked::Other);
    } else {
        row.welcome_seq = seq;
    }
    row.updated_at = beseda_model::Timestamp::default();
    adopt(step, row, id, mls)?;
    if let Some(new) = &row.policy {
        differs(step, row, old.as_ref(), new)?;
    }
    row.save(step.tx)?;
    if row.applied == seq {
        let me = Me::get(step.tx)?.account;
        let inviter = leaves.iter().find(|leaf| leaf.index == inviter).map_or(me, |leaf| leaf.identity.account);
        let (actor, event) = arrival(row, seq, me, inviter);
        timeline::apply_system(step, row.id, seq, step.now, actor, event)?;
    }
    timeline::joined(step, row.id)?;
    row.state_wanted = row.kind == ConversationKind::Group && timeline::group_state(step.tx, row.id)?.is_none();
    healing::state::wanted(step, row);
    Ok(Ok(()))
}

/// What the first row says of how the conversation came here: the entry that made a member of this person is somebody's
/// act; a later one lets only this device in.
fn arrival(row: &Conversation, seq: u64, me: AccountId, inviter: AccountId) -> (AccountId, SystemEvent) {
    // Whoever belongs to it from the beginning may read the founding entry as well, which is no commit.
    let is_admission = seq == row.first_seq.max(2);
    match row.kind {
        ConversationKind::Group if is_admission && inviter != me => {
            (inviter, SystemEvent::Added { accounts: vec![me] })
        }
        ConversationKind::Direct if is_admission && inviter != me => (inviter, SystemEvent::Created),
        _ => (me, SystemEvent::JoinedHere),
    }
}

/// Whoever comes in does so at the end of the log, which must be the one that this device knows, if it knows any.
fn here(
    step: &mut Step<'_>,
    row: &mut Conversation,
    last_seq: u64,
    chain: &Bytes,
) -> Result<Result<(), Obstacle>, StoreError> {
    let Ok(chain) = <[u8; 32]>::try_from(chain.0.as_slice()) else {
        return Ok(Err(Obstacle::Bad("no chain value".to_owned())));
    };
    match row.chain {
        None => {
            row.applied = last_seq;
            row.chain = Some(chain);
            crate::store::entries::insert(step.tx, row.id, last_seq, &chain, 0)?;
        }
        Some(_) if row.applied < last_seq => {
            row.last_seq = row.last_seq.max(last_seq);
            row.save(step.tx)?;
            return Ok(Err(Obstacle::Later));
        }
        Some(known) if row.applied == last_seq && known != chain => {
            let now = step.now;
            super::fork::show(step, row, last_seq, last_seq, now)?;
        }
        Some(_) => {}
    }
    if Pending::find(step.tx, row.id)?.is_some() { Ok(Err(Obstacle::Later)) } else { Ok(Ok(())) }
}

fn external(
    step: &mut Step<'_>,
    row: &mut Conversation,
    info: &Bytes,
    tree: &Bytes,
) -> Result<Result<(), Obstacle>, StoreError> {
    let (info, tree) = match (group::group_info(&info.0), group::tree(&tree.0)) {
        (Ok(info), Ok(tree)) => (info, tree),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(error.into())),
    };
    let Ok(id) = GroupId::try_from(info.group_id()) else {
        return Ok(Err(Obstacle::Bad("another group".to_owned())));
    };
    if id.conversation != row.id {
        return Ok(Err(Obstacle::Bad("another group".to_owned())));
    }
    let me = Me::get(step.tx)?;
    let own_version = Account::load(step.tx, me.account)?.version;
    let message = MessageId::new(step.now, step.rng);
    let aad = message_aad(step, row, &me, message)?;
    let aad = CommitAad::new(aad, vec![CitedLog { account: me.account, version: own_version }]).to_bytes();
    step.memory.groups.remove(&id);
    let (mls, built) = match group::join_externally(step, &me, info, tree, aad) {
        Ok(joined) => joined,
        Err(error) => return Ok(Err(error.into())),
    };
    let leaves = match facts::leaves(mls.treesync()) {
        Ok(leaves) => leaves,
        Err(error) => return Ok(Err(Obstacle::Bad(error.to_string()))),
    };
    let policy = match check(step, row, &leaves, beseda_crypto::policy_ext::from_extensions(mls.extensions()))? {
        Ok(policy) => policy,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    let epoch = mls.epoch().as_u64().saturating_sub(1);
    group::keep(step, id, mls);
    let bundle = CommitBundle { commit: built.commit.into(), group_info: built.group_info.into(), welcome: None };
    let hash = beseda_crypto::chain::body_hash(&bundle.commit.0);
    let pending = Pending {
        conversation: row.id,
        kind: PendingKind::Join,
        generation: id.generation,
        epoch,
        message,
        bodies: vec![hash.as_slice().into()],
        request: Request::Commit(bundle),
        intent: None,
    };
    pending.save(step.tx)?;
    differs(step, row, row.policy.as_ref(), &policy)?;
    Ok(Ok(()))
}

/// Comes into a group in which nobody is left to carry out that others leave, which must be before anybody joins: this
/// device opens its successor, alone and without those people. Everybody else who belongs to it joins that.
fn found(
    step: &mut Step<'_>,
    row: &mut Conversation,
    info: &Bytes,
    tree: &Bytes,
    proposals: &[Bytes],
) -> Result<Result<(), Obstacle>, StoreError> {
    let state = GroupState {
        group_info: info.0.clone(),
        ratchet_tree: tree.0.clone(),
        proposals: proposals.iter().map(|proposal| proposal.0.clone()).collect(),
    };
    let (last, leaves, legacy) = match LiveGroup::load(&state).and_then(|last| {
        let (leaves, legacy) = (last.leaves()?, last.legacy()?);
        Ok((last, leaves, legacy))
    }) {
        Ok(found) => found,
        Err(error) => return Ok(Err(Obstacle::Bad(error.to_string()))),
    };
    if last.id().conversation != row.id {
        return Ok(Err(Obstacle::Bad("another group".to_owned())));
    }
    let policy = match check(step, row, &leaves, last.policy())? {
        Ok(policy) => policy,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    differs(step, row, row.policy.as_ref(), &policy)?;
    let me = Me::get(step.tx)?;
    let id = GroupId { generation: last.id().generation.saturating_add(1), ..last.id() };
    let (mls, info, tree) = match group::create(step, &me, id, &legacy) {
        Ok(created) => created,
        Err(error) => return Ok(Err(error.into())),
    };
    group::keep(step, id, mls);
    row.policy = Some(policy);
    let request = Request::Succeed(Succeed { group_info: info.into(), tree: tree.into(), commit: None });
    prepare::submit(step, row, PendingKind::Succeed, id.generation, 0, request, None)?;
    Ok(Ok(()))
}

/// A tree and a policy that a newcomer finds must hold by themselves.
fn check(
    step: &mut Step<'_>,
    row: &mut Conversation,
    leaves: &[Leaf],
    policy: PolicyFact,
) -> Result<Result<Policy, Obstacle>, StoreError> {
    let policy = match policy {
        PolicyFact::Known(policy) => policy,
        PolicyFact::Unknown { .. } => {
            row.standing = Standing::UpdateRequired;
            row.save(step.tx)?;
            return Ok(Err(Obstacle::Bad("a newer policy".to_owned())));
        }
        PolicyFact::Malformed | PolicyFact::Absent => return Ok(Err(Obstacle::Bad("no policy".to_owned()))),
    };
    if row.known && policy.kind != row.kind {
        return Ok(Err(Obstacle::Bad("another kind".to_owned())));
    }
    row.kind = policy.kind;
    step.memory.logs.load(step.tx, leaves.iter().map(|leaf| leaf.identity.account))?;
    let mut missing = false;
    for leaf in leaves {
        let account = leaf.identity.account;
        let log = step.memory.logs.get(account);
        let known = log.is_some_and(|log| {
            log.standing(log.version(), leaf.identity.device)
                .is_some_and(|standing| !matches!(standing, beseda_model::device_log::DeviceStanding::Absent))
        });
        if !known {
            // The log may have grown since it was pinned.
            let pinned = Account::load(step.tx, account)?.version;
            let end = step.memory.session.known_ends.get(&account).copied().unwrap_or(0);
            if pinned.saturating_add(1) > end {
                Account::want(step.tx, account, pinned.saturating_add(1))?;
                missing = true;
            }
        }
    }
    if missing {
        return Ok(Err(Obstacle::LogsMissing));
    }
    match check_tree(leaves, &policy, &step.memory.logs) {
        Ok(_) => Ok(Ok(policy)),
        Err(error) => Ok(Err(Obstacle::Bad(error.to_string()))),
    }
}

/// What was agreed before this device lost its way, and what it finds now: any difference is shown, as this device has not
/// seen who decided so.
fn differs(step: &mut Step<'_>, row: &Conversation, old: Option<&Policy>, new: &Policy) -> Result<(), StoreError> {
    let Some(old) = old.filter(|old| *old != new && row.applied > 0) else { return Ok(()) };
    let accounts = |policy: &Policy, other: &Policy| {
        let all = policy.roster.iter().map(|member| member.account);
        all.filter(|account| other.member(*account).is_none()).collect::<Vec<_>>()
    };
    let roles = new.roster.iter().filter(|member| old.role(member.account).is_some_and(|role| role != member.role));
    let (added, removed) = (accounts(new, old), accounts(old, new));
    let roles: Vec<_> = roles.map(|member| member.account).collect();
    if added.is_empty() && removed.is_empty() && roles.is_empty() && old.permissions == new.permissions {
        return Ok(());
    }
    warnings::add(step, Some(row.id), &WarningKind::MembersDiffer { added, removed, roles })
}

/// The authenticated data of whatever this device adds to a log next.
pub(crate) fn message_aad(
    step: &Step<'_>,
    row: &Conversation,
    own: &Me,
    message: MessageId,
) -> Result<MessageAad, StoreError> {
    let chain = row.chain.unwrap_or_else(|| beseda_crypto::chain::start(row.id));
    Ok(MessageAad {
        message,
        send_no: me::next_send_no(step.tx)?,
        chain: beseda_crypto::aad::ChainPoint { n: row.applied, hash: beseda_crypto::chain::short(&chain) },
        device_log: super::message::own_log_point(step, own)?,
    })
}

/// Somebody else joins just now, or the server has had enough of this device's attempts.
pub(crate) fn put_off(step: &mut Step<'_>, id: ConversationId, why: &Problem) -> Result<(), StoreError> {
    if let Some(mut row) = Conversation::find(step.tx, id)? {
        row.join_after = step.now.plus_millis(why.retry_after_ms.unwrap_or(AFTER_FAILURE));
        row.save(step.tx)?;
    }
    Ok(())
}

/// There is no Welcome (any more): this device joins from outside.
pub(crate) fn no_welcome(step: &mut Step<'_>, id: ConversationId, why: &Problem) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    if why.code == beseda_model::Code::NotFound {
        step.place(id).no_welcome = Some(row.welcome_seq);
        row.welcome_seq = 0;
        row.save(step.tx)?;
        step.touch(id);
        Ok(())
    } else {
        put_off(step, id, why)
    }
}

fn forget_welcome(step: &mut Step<'_>, row: &mut Conversation) {
    if row.welcome_seq > 0 {
        step.ask(Request::WelcomeDone { conversation: row.id, seq: row.welcome_seq }, Asked::Other);
        row.welcome_seq = 0;
    }
}
