//! Turning wishes into requests.

use std::collections::BTreeSet;

use beseda_crypto::aad::CommitAad;
use beseda_crypto::facts;
use beseda_crypto::group_id::GroupId;
use beseda_model::commit::{CitedLog, Leaf, LeafIdentity, validate_commit};
use beseda_model::device_log::DeviceLog;
use beseda_model::{
    AccountId, Action, ConversationKind, DeviceId, Fingerprint, MessageId, Policy, Role, RosterEntry, decide,
};
use beseda_wire::Request;
use beseda_wire::request::{CommitBundle, Create, Succeed, Welcome};
use openmls::group::MlsGroup;

use super::members::{Candidate, Gathered, gather};
use super::{advance, change};
use crate::Step;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::log::join::message_aad;
use crate::mls::group::{self, BuiltCommit, GroupChange};
use crate::outbox;
use crate::store::StoreError;
use crate::store::accounts::{Account, DeviceLogs};
use crate::store::conversations::Conversation;
use crate::store::intents::{self, Intent, Wish};
use crate::store::me::Me;
use crate::store::pending::{Pending, PendingKind};

/// Members commit what is due one after the other, so that they do not race: each waits this long for those before it.
const DUE_EACH: u64 = 700;

/// What a commit shall lead to.
#[derive(Default)]
struct Plan {
    policy: Option<Policy>,
    candidates: Vec<Candidate>,
    removes: BTreeSet<u32>,
    cited: Vec<CitedLog>,
}

impl Plan {
    /// Whether everybody that it adds is the person with this root key.
    fn is_of(&self, logs: &DeviceLogs, root: Fingerprint) -> bool {
        self.candidates
            .iter()
            .all(|candidate| logs.get(candidate.account).is_some_and(|log| log.is_root_until(candidate.version, root)))
    }
}

/// Takes the next step towards what somebody wants.
pub(super) fn wish(step: &mut Step<'_>, row: &mut Conversation, wish: Wish) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    match &wish.intent {
        Intent::Create { kind, members } => return create(step, row, &me, wish.id, *kind, members),
        Intent::Renew => return succeed(step, row, &me, wish.id),
        Intent::Leave => return leave(step, row, &me, wish.id),
        _ => {}
    }
    if !row.is_current() {
        return Ok(());
    }
    let Some(policy) = row.policy.clone() else { return Ok(()) };
    let plan = match &wish.intent {
        Intent::Add { accounts } => match additions(step, row, &me, &policy, &wish, accounts)? {
            Some(plan) => plan,
            None => return Ok(()),
        },
        Intent::Admit { account, root } => match additions(step, row, &me, &policy, &wish, &[*account])? {
            Some(plan) if plan.is_of(&step.memory.logs, *root) => plan,
            Some(_) => {
                step.place(row.id).claims.clear();
                return change::give_up(step, wish.id, &not_allowed(Reason::OtherPerson));
            }
            None => return Ok(()),
        },
        intent => match roster_change(&policy, me.account, intent) {
            Ok(after) if after == policy => {
                // Nothing to change: somebody else did it.
                return finish_without(step, &wish);
            }
            Ok(after) => Plan { policy: Some(after), ..Plan::default() },
            Err(failure) => return change::give_up(step, wish.id, &failure),
        },
    };
    commit(step, row, &me, plan, Some(wish.id))
}

fn finish_without(step: &mut Step<'_>, wish: &Wish) -> Result<(), StoreError> {
    intents::delete(step.tx, wish.id)?;
    for id in step.memory.desk.wishes.remove(&wish.id).unwrap_or_default() {
        let result = Ok(crate::api::command::Outcome::Done);
        step.effect(crate::api::event::Effect::Done { id, result });
    }
    Ok(())
}

fn not_allowed(reason: impl Into<Reason>) -> Failure {
    Failure::NotAllowed { reason: reason.into() }
}

/// The policy after a wish that concerns the roster or the permissions alone.
fn roster_change(policy: &Policy, own: AccountId, intent: &Intent) -> Result<Policy, Failure> {
    let mut after = policy.clone();
    let role = policy.role(own).ok_or(Failure::NotFound)?;
    let allow = |action| decide(policy.kind, &policy.permissions, role, action).map_err(not_allowed);
    let set = |after: &mut Policy, account: AccountId, role: Role| {
        after.roster.iter_mut().filter(|entry| entry.account == account).for_each(|entry| entry.role = role);
    };
    match intent {
        Intent::Remove { account } => {
            let Some(target) = policy.role(*account) else { return Ok(after) };
            allow(Action::Remove { target })?;
            after.roster.retain(|entry| entry.account != *account);
        }
        Intent::SetRole { account, role: to } => {
            let from = policy.role(*account).ok_or(Failure::NotFound)?;
            if from == *to {
                return Ok(after);
            }
            allow(Action::SetRole { from, to: *to, own: *account == own })?;
            set(&mut after, *account, *to);
        }
        Intent::Transfer { to } => {
            let from = policy.role(*to).ok_or(Failure::NotFound)?;
            if from != Role::Owner {
                allow(Action::SetRole { from, to: Role::Owner, own: false })?;
            }
            set(&mut after, *to, Role::Owner);
            set(&mut after, own, Role::Admin);
        }
        Intent::Permissions { permissions } => {
            allow(Action::ChangePermissions)?;
            after.permissions = permissions.clone();
        }
        Intent::Create { .. } | Intent::Add { .. } | Intent::Admit { .. } | Intent::Leave | Intent::Renew => {}
    }
    if after.kind == ConversationKind::Group && after.owners() == 0 {
        return Err(not_allowed(Reason::LastOwner));
    }
    if after != *policy {
        after.revision = after.revision.saturating_add(1);
    }
    Ok(after)
}

/// The plan for adding people; none while something is awaited, or when it came to nothing.
fn additions(
    step: &mut Step<'_>,
    row: &Conversation,
    me: &Me,
    policy: &Policy,
    wish: &Wish,
    accounts: &[AccountId],
) -> Result<Option<Plan>, StoreError> {
    let new: Vec<AccountId> = accounts.iter().copied().filter(|account| policy.member(*account).is_none()).collect();
    if new.is_empty() {
        finish_without(step, wish)?;
        return Ok(None);
    }
    let Gathered::Ready { candidates, refused } = gather(step, me, row.id, &new)? else { return Ok(None) };
    if candidates.is_empty() {
        let failure = refused.into_iter().next().map_or(Failure::NotFound, |(_, failure)| failure);
        step.place(row.id).claims.clear();
        change::give_up(step, wish.id, &failure)?;
        return Ok(None);
    }
    let mut after = policy.clone();
    for candidate in &candidates {
        after.roster.push(RosterEntry { account: candidate.account, root: candidate.root, role: Role::Member });
    }
    after.roster.sort_by_key(|entry| entry.account);
    after.revision = after.revision.saturating_add(1);
    Ok(Some(Plan { policy: Some(after), candidates, ..Plan::default() }))
}

/// A first commit, which adds everybody else.
fn first_commit(
    step: &mut Step<'_>,
    row: &Conversation,
    me: &Me,
    mls: &mut MlsGroup,
    candidates: Vec<Candidate>,
) -> Result<Result<Option<CommitBundle>, group::MlsError>, StoreError> {
    if candidates.iter().all(|candidate| candidate.packages.is_empty()) {
        return Ok(Ok(None));
    }
    let message = MessageId::new(step.now, step.rng);
    let plan = Plan { candidates, ..Plan::default() };
    let cited = cite(step, me, &plan)?;
    let aad = CommitAad::new(message_aad(step, row, me, message)?, cited).to_bytes();
    let (adds, devices) = adds(plan.candidates);
    let change = GroupChange { adds, ..GroupChange::default() };
    Ok(group::commit(step, me, mls, aad, change).map(|built| Some(bundle(built, devices))))
}

fn adds(candidates: Vec<Candidate>) -> (Vec<openmls::prelude::KeyPackage>, Vec<DeviceId>) {
    candidates
        .into_iter()
        .flat_map(|candidate| candidate.packages)
        .map(|(package, identity)| (package, identity.device))
        .unzip()
}

fn bundle(built: BuiltCommit, devices: Vec<DeviceId>) -> CommitBundle {
    let welcome = built.welcome.map(|message| Welcome { message: message.into(), devices });
    CommitBundle { commit: built.commit.into(), group_info: built.group_info.into(), welcome }
}

fn cite(step: &Step<'_>, me: &Me, plan: &Plan) -> Result<Vec<CitedLog>, StoreError> {
    let mut cited = plan.cited.clone();
    cited.push(CitedLog { account: me.account, version: Account::load(step.tx, me.account)?.version });
    cited.extend(
        plan.candidates.iter().map(|candidate| CitedLog { account: candidate.account, version: candidate.version }),
    );
    Ok(cited)
}

fn create(
    step: &mut Step<'_>,
    row: &mut Conversation,
    me: &Me,
    wish: i64,
    kind: ConversationKind,
    members: &[AccountId],
) -> Result<(), StoreError> {
    let everybody: Vec<AccountId> =
        std::iter::once(me.account).chain(members.iter().copied().filter(|account| *account != me.account)).collect();
    let Gathered::Ready { candidates, refused } = gather(step, me, row.id, &everybody)? else { return Ok(()) };
    if let Some((_, failure)) = refused.into_iter().next() {
        change::give_up(step, wish, &failure)?;
        step.tx.prepare_cached("DELETE FROM conversations WHERE conversation = ?1")?.execute([row.id.as_bytes()])?;
        step.notice(crate::api::event::Notice::Conversation(row.id));
        return outbox::fail_all(step, row.id, Reason::NotStarted);
    }
    let own_role = if kind == ConversationKind::Direct { Role::Member } else { Role::Owner };
    let roster = candidates.iter().map(|candidate| RosterEntry {
        account: candidate.account,
        root: candidate.root,
        role: if candidate.account == me.account { own_role } else { Role::Member },
    });
    let policy = Policy::new(kind, roster.collect());
    let id = GroupId { conversation: row.id, generation: 0 };
    row.chain = Some(beseda_crypto::chain::start(row.id));
    let built = match group::create(step, me, id, &policy) {
        Ok((mut mls, info, tree)) => first_commit(step, row, me, &mut mls, candidates)?.map(|commit| {
            group::keep(step, id, mls);
            Create { conversation: row.id, kind, group_info: info.into(), tree: tree.into(), commit }
        }),
        Err(error) => Err(error),
    };
    match built {
        Ok(create) => {
            row.policy = Some(policy);
            row.save(step.tx)?;
            submit(step, row, PendingKind::Create, id.generation, 0, Request::Create(create), Some(wish))
        }
        Err(error) => change::give_up(step, wish, &Failure::NotReady { reason: Reason::Group { detail: error.0 } }),
    }
}

fn succeed(step: &mut Step<'_>, row: &mut Conversation, me: &Me, wish: i64) -> Result<(), StoreError> {
    let Some(agreed) = row.policy.clone() else { return change::give_up(step, wish, &Failure::NotFound) };
    let policy = agreed.without(&leaving(step, row)?);
    let everybody: Vec<AccountId> = policy.roster.iter().map(|entry| entry.account).collect();
    let Gathered::Ready { mut candidates, .. } = gather(step, me, row.id, &everybody)? else { return Ok(()) };
    // A member whose identity is another one now is a different person, and not brought back in. One with a new phrase,
    // signed by the old root key, is the same.
    let logs = &step.memory.logs;
    candidates.retain(|candidate| {
        policy.member(candidate.account).is_some_and(|entry| {
            entry.root == candidate.root
                || logs.get(candidate.account).is_some_and(|log| log.is_root_until(candidate.version, entry.root))
        })
    });
    let id = GroupId { conversation: row.id, generation: row.generation.saturating_add(1) };
    let built = match group::create(step, me, id, &policy) {
        Ok((mut mls, info, tree)) => first_commit(step, row, me, &mut mls, candidates)?.map(|commit| {
            group::keep(step, id, mls);
            Succeed { group_info: info.into(), tree: tree.into(), commit }
        }),
        Err(error) => Err(error),
    };
    match built {
        Ok(succeed) => submit(step, row, PendingKind::Succeed, id.generation, 0, Request::Succeed(succeed), Some(wish)),
        Err(error) => change::give_up(step, wish, &Failure::NotReady { reason: Reason::Group { detail: error.0 } }),
    }
}

/// Who waits to leave the group that this device holds, as far as it holds one.
pub(crate) fn leaving(step: &mut Step<'_>, row: &Conversation) -> Result<BTreeSet<AccountId>, StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(BTreeSet::new()) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mls) = group::take(step, id)? else { return Ok(BTreeSet::new()) };
    let leaving = group::leaving(&mls);
    group::keep(step, id, mls);
    Ok(leaving)
}

fn leave(step: &mut Step<'_>, row: &mut Conversation, me: &Me, wish: i64) -> Result<(), StoreError> {
    let (Some(generation), Some(policy)) = (row.mls_generation, row.policy.clone()) else {
        return change::give_up(step, wish, &Failure::NotReady { reason: Reason::Joining });
    };
    if !row.is_current() {
        return Ok(());
    }
    let last_owner = policy.role(me.account) == Some(Role::Owner) && policy.owners() == 1;
    if last_owner {
        return change::give_up(step, wish, &not_allowed(Reason::LastOwner));
    }
    let id = GroupId { conversation: row.id, generation };
    let Some(mut mls) = group::take(step, id)? else { return Ok(()) };
    if mls.has_pending_proposals() {
        // Somebody else leaves at this moment: their removal is committed first.

        group::keep(step, id, mls);
        return commit(step, row, me, Plan::default(), None);
    }
    let message = MessageId::new(step.now, step.rng);
    let aad = message_aad(step, row, me, message)?.to_bytes();
    match group::leave(step, me, &mut mls, aad) {
        Ok(proposal) => {
            group::keep(step, id, mls);
            let request = Request::Propose { message: proposal.into() };
            submit(step, row, PendingKind::Proposal, generation, row.mls_epoch, request, Some(wish))
        }
        Err(error) => {
            drop(mls);
            change::give_up(step, wish, &Failure::NotReady { reason: Reason::Group { detail: error.0 } })
        }
    }
}

/// Commits removals that are due, when it is this device's turn; true if nothing else may happen before.
pub(super) fn due(step: &mut Step<'_>, row: &mut Conversation) -> Result<bool, StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(false) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mls) = group::take(step, id)? else { return Ok(false) };
    let me = Me::get(step.tx)?;
    let leaves = facts::leaves(mls.treesync()).unwrap_or_default();
    let has_proposals = mls.has_pending_proposals();
    let rank = leaves.iter().position(|leaf| leaf.identity.device == me.device).unwrap_or_default();
    group::keep(step, id, mls);
    if !has_proposals && due_leaves(step, row, &me, &leaves)?.is_empty() {
        step.place(row.id).due_at = None;
        return Ok(false);
    }
    let now = step.now;
    let wait = DUE_EACH.saturating_mul(u64::try_from(rank).unwrap_or(u64::MAX));
    let at = *step.place(row.id).due_at.get_or_insert(now.plus_millis(wait));
    let waiting = outbox::has_waiting(step, row.id)?;
    if at > now && !waiting {
        return Ok(true);
    }
    step.place(row.id).due_at = None;
    commit(step, row, &me, Plan::default(), None)?;
    Ok(true)
}

/// Why a leaf has to go.
enum Due {
    /// Its device is revoked in this version of its account's device log.
    Revoked(CitedLog),
    /// Its account has begun anew as somebody else: the old one goes with all its leaves.
    Replaced,
}

/// The leaves that any commit of this epoch has to remove: of devices that are revoked, whether or not the server says
/// that their removal is due, and of accounts that the server says are due and that this device may remove.
fn due_leaves(
    step: &mut Step<'_>,
    row: &Conversation,
    me: &Me,
    leaves: &[Leaf],
) -> Result<Vec<(Leaf, Due)>, StoreError> {
    let Some(policy) = &row.policy else { return Ok(Vec::new()) };
    let role = policy.role(me.account).unwrap_or(Role::Member);
    step.memory.logs.load(step.tx, leaves.iter().map(|leaf| leaf.identity.account))?;
    let mut due = Vec::new();
    for leaf in leaves {
        let LeafIdentity { account, device, .. } = leaf.identity;
        let Some(member) = policy.member(account).filter(|_| device != me.device) else { continue };
        let log = step.memory.logs.get(account);
        let version = log.map_or(0, DeviceLog::version);
        let is_same_person = log.is_some_and(|log| log.is_root_until(version, member.root));
        if is_same_person && log.is_some_and(|log| log.is_revoked_at(version, device)) {
            due.push((*leaf, Due::Revoked(CitedLog { account, version })));
        } else if !row.due.contains(&device) {
            continue;
        } else if log.is_some()
            && !is_same_person
            && decide(policy.kind, &policy.permissions, role, Action::Remove { target: member.role }).is_ok()
        {
            due.push((*leaf, Due::Replaced));
        } else if log.is_none_or(|log| log.device_at(version, device).is_some()) {
            // The server knows of a revocation that this device does not: it will learn of it by the log.
            Account::want(step.tx, account, version.saturating_add(1))?;
        }
    }
    Ok(due)
}

/// Renews the own leaf.
pub(super) fn renew_leaf(step: &mut Step<'_>, row: &mut Conversation) -> Result<bool, StoreError> {
    let me = Me::get(step.tx)?;
    commit(step, row, &me, Plan::default(), None)?;
    Ok(Pending::find(step.tx, row.id)?.is_some())
}

/// Makes a commit of a plan, with all that is due anyway, and sends it.
fn commit(
    step: &mut Step<'_>,
    row: &mut Conversation,
    me: &Me,
    mut plan: Plan,
    wish: Option<i64>,
) -> Result<(), StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(()) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mut mls) = group::take(step, id)? else { return Ok(()) };
    let Ok(leaves) = facts::leaves(mls.treesync()) else { return Ok(()) };
    let before = row.policy.clone();
    add_due(step, row, me, &mls, &leaves, &mut plan)?;
    let message = MessageId::new(step.now, step.rng);
    let cited = cite(step, me, &plan)?;
    let aad = CommitAad::new(message_aad(step, row, me, message)?, cited.clone()).to_bytes();
    let policy = plan.policy.filter(|policy| Some(policy) != before.as_ref());
    let (adds, devices) = adds(plan.candidates);
    let change = GroupChange { adds, removes: plan.removes.into_iter().collect(), policy };
    let built = match group::commit(step, me, &mut mls, aad, change) {
        Ok(built) => built,
        Err(error) => {
            drop(mls);
            tracing::warn!(conversation = %row.id, %error, "A commit could not be made");
            return match wish {
                Some(wish) => {
                    change::give_up(step, wish, &Failure::NotReady { reason: Reason::Group { detail: error.0 } })
                }
                None => {
                    put_off(step, row);
                    Ok(())
                }
            };
        }
    };
    // Nobody else would follow what this device itself would refuse.
    step.memory.logs.load(step.tx, cited.iter().map(|cited| cited.account))?;
    let verdict = match facts::of_pending_commit(&mls, &cited) {
        Ok(Some(facts)) => validate_commit(&facts, &step.memory.logs).map_err(Reason::from),
        Ok(None) => Err(Reason::Group { detail: "no commit is pending".to_owned() }),
        Err(error) => Err(Reason::Group { detail: error.to_string() }),
    };
    if let Err(reason) = verdict {
        mls.clear_pending_commit(&step.mls)?;
        group::keep(step, id, mls);
        tracing::info!(conversation = %row.id, %reason, "A change of a group is not allowed");
        return match wish {
            Some(wish) => change::give_up(step, wish, &Failure::NotAllowed { reason }),
            None => {
                put_off(step, row);
                Ok(())
            }
        };
    }
    group::keep(step, id, mls);
    let request = Request::Commit(bundle(built, devices));
    submit(step, row, PendingKind::Commit, generation, row.mls_epoch, request, wish)
}

fn put_off(step: &mut Step<'_>, row: &Conversation) {
    let later = step.now.plus_millis(600_000);
    let place = step.place(row.id);
    place.due_at = Some(later);
    place.renew_at = Some(later);
}

/// Adds to a plan what any commit of this epoch has to carry: people who leave, revoked devices, removed accounts.
fn add_due(
    step: &mut Step<'_>,
    row: &Conversation,
    me: &Me,
    mls: &MlsGroup,
    leaves: &[Leaf],
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let Some(before) = row.policy.clone() else { return Ok(()) };
    let mut after = plan.policy.clone().unwrap_or_else(|| before.clone());
    let proposed = group::leavers(mls);
    let mut out = group::leaving(mls);
    for (leaf, why) in due_leaves(step, row, me, leaves)? {
        match why {
            Due::Revoked(cited) => {
                plan.removes.insert(leaf.index);
                plan.cited.push(cited);
            }
            Due::Replaced => drop(out.insert(leaf.identity.account)),
        }
    }
    let gone: BTreeSet<AccountId> =
        before.roster.iter().map(|entry| entry.account).filter(|account| after.member(*account).is_none()).collect();
    after.roster.retain(|entry| !out.contains(&entry.account));
    for leaf in leaves {
        let account = leaf.identity.account;
        if out.contains(&account) || gone.contains(&account) {
            plan.removes.insert(leaf.index);
        }
    }
    // Who leaves is removed by their own proposal, once.
    plan.removes.retain(|leaf| !proposed.contains(leaf));
    if after.roster != before.roster || after.permissions != before.permissions {
        after.revision = before.revision.saturating_add(1);
        plan.policy = Some(after);
    }
    Ok(())
}

/// Remembers a request until it is carried out, and sends it.
pub(crate) fn submit(
    step: &mut Step<'_>,
    row: &Conversation,
    kind: PendingKind,
    generation: u32,
    epoch: u64,
    request: Request,
    intent: Option<i64>,
) -> Result<(), StoreError> {
    let message = MessageId::new(step.now, step.rng);
    let bodies = change::bodies(&request);
    let pending = Pending { conversation: row.id, kind, generation, epoch, message, bodies, request, intent };
    pending.save(step.tx)?;
    row.save(step.tx)?;
    if step.memory.session.is_up() {
        advance::resend(step, &pending);
    }
    Ok(())
}
