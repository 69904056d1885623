//! Whether a commit is valid: one pure function that server and clients ask alike, over the tree before, both policies,
//! the commit's changes and the device logs that it cites. It reads no clock and no state but its arguments, so that a
//! device that was away for months gives the same verdict as everybody gave then.
//!
//! What MLS itself demands (signatures, tree, keys) was checked before, by OpenMLS. Here it is decided whether the people
//! of the conversation allow it.

use std::collections::{BTreeMap, BTreeSet};

use crate::device_log::{DeviceLog, DeviceStanding};
use crate::{
    AccountId, Action, ConversationKind, Denied, DeviceId, Fingerprint, LIMITS, Policy, Role, RosterEntry, decide,
};

/// The device logs that the caller holds, each verified and at least as far as anything that is to be judged.
pub trait DeviceLogView {
    /// The log of `account`, if the caller has it.
    fn device_log(&self, account: AccountId) -> Option<&DeviceLog>;
}

impl DeviceLogView for BTreeMap<AccountId, DeviceLog> {
    fn device_log(&self, account: AccountId) -> Option<&DeviceLog> {
        self.get(&account)
    }
}

/// A version of an account's device log that a commit relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitedLog {
    /// The account.
    pub account: AccountId,
    /// The version.
    pub version: u32,
}

/// What a leaf says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIdentity {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The account's root key as the credential has it.
    pub root: Fingerprint,
    /// The leaf's signature key.
    pub signature_key: [u8; 32],
}

/// A leaf of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Its place.
    pub index: u32,
    /// Whose it is.
    pub identity: LeafIdentity,
}

/// A leaf that a commit adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddedLeaf {
    /// Whose it is.
    pub identity: LeafIdentity,
    /// Whether its lifetime never ends. Others would lock out devices that replay the commit later.
    pub lasting: bool,
}

/// Who made a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committer {
    /// The member at this leaf.
    Member(u32),
    /// A device that brings its own leaf by an external commit.
    External,
}

/// What a group context says about its policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFact {
    /// A policy that this program understands.
    Known(Policy),
    /// A policy of a newer format.
    Unknown {
        /// The format.
        format: u16,
    },
    /// Bytes without meaning.
    Malformed,
    /// Nothing.
    Absent,
}

/// A kind of proposal that no commit may cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForbiddenProposal {
    /// An update of somebody else's leaf.
    Update,
    /// A pre-shared key.
    PreSharedKey,
    /// The end of the group for another.
    ReInit,
    /// An external init outside an external commit.
    ExternalInit,
    /// Anything else.
    Other,
}

/// What a commit does, as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// The leaves before.
    pub tree: Vec<Leaf>,
    /// Who made it.
    pub committer: Committer,
    /// The leaf that the commit's path sets for the committer, if it has a path. External commits always have.
    pub path: Option<LeafIdentity>,
    /// The leaves that it adds.
    pub adds: Vec<AddedLeaf>,
    /// The leaves that it removes.
    pub removes: Vec<u32>,
    /// The leaves whose own wish to leave it carries out.
    pub self_removes: Vec<u32>,
    /// A proposal that no commit may cover, if there is one.
    pub forbidden: Option<ForbiddenProposal>,
    /// The policy before.
    pub policy_before: PolicyFact,
    /// The policy after.
    pub policy_after: PolicyFact,
    /// Whether the group context after has extensions other than the ones that all our groups have.
    pub foreign_extensions: bool,
    /// The versions of device logs that it relies on.
    pub cited: Vec<CitedLog>,
}

/// An account whose root key changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootChange {
    /// The account.
    pub account: AccountId,
    /// Before.
    pub from: Fingerprint,
    /// After.
    pub to: Fingerprint,
}

/// An account whose role changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleChange {
    /// The account.
    pub account: AccountId,
    /// Before.
    pub from: Role,
    /// After.
    pub to: Role,
}

/// What a valid commit changes, told in terms of people and devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitEffect {
    /// Whose commit it is.
    pub committer: LeafIdentity,
    /// Whether the committer came in by it.
    pub external_join: bool,
    /// Accounts that are new on the roster.
    pub joined: Vec<RosterEntry>,
    /// Accounts that somebody removed.
    pub removed: Vec<AccountId>,
    /// Accounts that left by their own wish.
    pub left: Vec<AccountId>,
    /// Roles that changed.
    pub roles: Vec<RoleChange>,
    /// Root keys that changed, by the old keys' own signatures.
    pub roots: Vec<RootChange>,
    /// Whether the permissions changed.
    pub permissions_changed: bool,
    /// Devices that are new in the tree, an external joiner included.
    pub devices_added: Vec<LeafIdentity>,
    /// Devices that are no longer in the tree.
    pub devices_removed: Vec<LeafIdentity>,
    /// The policy after.
    pub policy: Policy,
}

/// Why a commit is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitRejection {
    /// The group has rules that this program does not know: it may only be read until the program is updated.
    #[error("the policy has format {format}, which this program does not know")]
    UnknownPolicy {
        /// The format.
        format: u16,
    },
    /// One of the policies is absent or without meaning.
    #[error("the group has no readable policy")]
    NoPolicy,
    /// A policy that could not be of any conversation of ours.
    #[error("the policy after is not well-formed: {0}")]
    PolicyShape(PolicyFault),
    /// The revision must grow by one exactly when anything else changes.
    #[error("the policy's revision does not follow")]
    Revision,
    /// A conversation's kind is for good.
    #[error("the kind of the conversation may not change")]
    KindChanged,
    /// A proposal that no commit may cover.
    #[error("a proposal of the kind {0:?} is not allowed")]
    Forbidden(ForbiddenProposal),
    /// The group context has, or lacks, extensions.
    #[error("the extensions of the group context may not change, except for the policy")]
    ForeignExtensions,
    /// The committing leaf is not in the tree.
    #[error("the committer is not in the tree")]
    UnknownCommitter,
    /// The committer's account is not on the roster.
    #[error("the committer's account is not on the roster")]
    NotRostered,
    /// A path may renew a leaf's encryption key, never who it is.
    #[error("the commit's path changes the identity of the committer's leaf")]
    LeafChanged,
    /// A removal of a leaf that is not there, or twice the same.
    #[error("leaf {leaf} is removed twice or is not there")]
    BadRemoval {
        /// The leaf.
        leaf: u32,
    },
    /// A committer stays.
    #[error("a commit may not remove its committer")]
    CommitterRemoved,
    /// A leaf is removed whose account stays and whose device is not shown to be revoked.
    #[error("leaf {leaf} is removed, but its account stays and its device is not revoked in the cited device log")]
    RemovalUnjustified {
        /// The leaf.
        leaf: u32,
    },
    /// An account left the roster, and one of its leaves stays in the tree.
    #[error("an account leaves the roster, but leaf {leaf} of it stays")]
    LeafStays {
        /// The leaf.
        leaf: u32,
    },
    /// Somebody's wish to leave is carried out, but the account stays on the roster.
    #[error("leaf {leaf} leaves by its own wish, but its account stays on the roster")]
    LeaverStays {
        /// The leaf.
        leaf: u32,
    },
    /// The committer's role does not allow a change.
    #[error("the committer may not change this: {0}")]
    Denied(#[from] Denied),
    /// The last owner must make somebody else an owner first.
    #[error("the group would have no owner")]
    NoOwner,
    /// A leaf is added whose account is not on the roster after.
    #[error("a device is added whose account is not on the roster")]
    AddedNotRostered,
    /// A leaf is added whose lifetime ends.
    #[error("a leaf is added whose lifetime ends")]
    AddedNotLasting,
    /// A device would have two leaves.
    #[error("a device would have two leaves")]
    DeviceTwice,
    /// The commit relies on a device log of which it cites no version.
    #[error("the commit relies on a device log that it does not cite")]
    LogNotCited {
        /// Whose log it is.
        account: AccountId,
    },
    /// The caller has not got the cited version: fetch it and ask again.
    #[error("version {version} of a cited device log is not at hand")]
    LogNotAtHand {
        /// Whose log it is.
        account: AccountId,
        /// The cited version.
        version: u32,
    },
    /// The device log belongs to another root key than the roster or the credential says.
    #[error("a device log belongs to another root key than the roster or the credential says")]
    WrongRoot,
    /// The device is not current in the cited version, or under another signature key.
    #[error("a device is not current in the cited device log, or has another signature key there")]
    DeviceNotCurrent,
    /// The root key of an account on the roster changed without its own signature.
    #[error("the root key of an account on the roster changed without the old key's signature")]
    RootUnproven,
    /// An external commit does more than bring one device in.
    #[error("an external commit may only bring in one device")]
    ExternalDoesMore,
    /// An external commit removes somebody else.
    #[error("an external commit may only remove the old leaf of the same device")]
    ExternalRemovesOther,
    /// More devices than a group may have.
    #[error("the group would have more than {limit} devices")]
    TooManyDevices {
        /// The limit.
        limit: u64,
    },
}

impl CommitRejection {
    /// Whether the verdict may change once the caller has got more of a device log, and of whose.
    pub const fn wants_log(&self) -> Option<CitedLog> {
        match self {
            Self::LogNotAtHand { account, version } => Some(CitedLog { account: *account, version: *version }),
            _ => None,
        }
    }
}

/// What is wrong with a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// The roster is not ascending, or names an account twice.
    #[error("the roster is not in order")]
    RosterOrder,
    /// A direct conversation is between two accounts with the same role.
    #[error("a direct conversation has two members with the same role")]
    NotTwo,
    /// Notes have one member.
    #[error("notes have one member")]
    NotOne,
    /// More members than a group may have.
    #[error("there are too many members")]
    TooManyMembers,
    /// A group without members.
    #[error("there are no members")]
    Empty,
}

/// Whether a policy could be one of a conversation of ours, whatever came before.
///
/// # Errors
/// What is wrong with it. That a group has an owner is checked with the commits that could take the last one away.
pub fn check_policy(policy: &Policy) -> Result<(), PolicyFault> {
    let roster = &policy.roster;
    if !roster.windows(2).all(|pair| matches!(pair, [one, next] if one.account < next.account)) {
        return Err(PolicyFault::RosterOrder);
    }
    match (policy.kind, roster.as_slice()) {
        (ConversationKind::Direct, [one, other]) if one.role == other.role => Ok(()),
        (ConversationKind::Direct, _) => Err(PolicyFault::NotTwo),
        (ConversationKind::Notes, [_]) => Ok(()),
        (ConversationKind::Notes, _) => Err(PolicyFault::NotOne),
        (ConversationKind::Group, []) => Err(PolicyFault::Empty),
        (ConversationKind::Group, roster) if roster.len() as u64 > LIMITS.members_per_conversation => {
            Err(PolicyFault::TooManyMembers)
        }
        (ConversationKind::Group, _) => Ok(()),
    }
}

/// Judges a commit.
///
/// # Errors
/// The first reason found why it is not valid.
pub fn validate_commit(facts: &CommitFacts, device_logs: &dyn DeviceLogView) -> Result<CommitEffect, CommitRejection> {
    let before = known(&facts.policy_before)?;
    let after = known(&facts.policy_after)?;
    if let Some(forbidden) = facts.forbidden {
        return Err(CommitRejection::Forbidden(forbidden));
    }
    if facts.foreign_extensions {
        return Err(CommitRejection::ForeignExtensions);
    }
    let judge = Judge { facts, before, after, logs: Logs { cited: &facts.cited, view: device_logs } };
    match facts.committer {
        Committer::Member(leaf) => judge.member(leaf),
        Committer::External => judge.external(),
    }
}

/// Judges the tree that a group starts with, or that a newcomer finds: every leaf must belong to an account on the roster
/// and have been, up to the head of the log at hand, a device of it under that key. Answers the leaves of devices that
/// are revoked by now and whose removal is due.
///
/// # Errors
/// The first leaf's fault found.
pub fn check_tree(
    tree: &[Leaf],
    policy: &Policy,
    device_logs: &dyn DeviceLogView,
) -> Result<Vec<Leaf>, CommitRejection> {
    check_policy(policy).map_err(CommitRejection::PolicyShape)?;
    if tree.len() as u64 > LIMITS.devices_per_conversation {
        return Err(CommitRejection::TooManyDevices { limit: LIMITS.devices_per_conversation });
    }
    let mut revoked = Vec::new();
    let mut devices = BTreeSet::new();
    for leaf in tree {
        let LeafIdentity { account, device, root, signature_key } = leaf.identity;
        if !devices.insert((account, device)) {
            return Err(CommitRejection::DeviceTwice);
        }
        let member = policy.member(account).ok_or(CommitRejection::NotRostered)?;
        let log = device_logs.device_log(account).ok_or(CommitRejection::LogNotAtHand { account, version: 1 })?;
        let version = log.version();
        if !log.is_root_until(version, member.root) || !log.is_root_until(version, root) {
            return Err(CommitRejection::WrongRoot);
        }
        match log.standing(version, device) {
            Some(DeviceStanding::Current { signature_key: key }) if key == signature_key => {}
            Some(DeviceStanding::Revoked { signature_key: key }) if key == signature_key => revoked.push(*leaf),
            _ => return Err(CommitRejection::DeviceNotCurrent),
        }
    }
    Ok(revoked)
}

/// Why a group may not start like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreationRejection {
    /// A group starts with the leaf of its creator alone.
    #[error("a group starts with one leaf")]
    NotAlone,
    /// Tree or policy break a rule that always holds.
    #[error(transparent)]
    Invalid(#[from] CommitRejection),
    /// The creator's device is revoked.
    #[error("the creator's device is revoked")]
    CreatorRevoked,
    /// The creator's leaf has a lifetime that ends.
    #[error("the creator's leaf has a lifetime that ends")]
    NotLasting,
    /// The creator of a group is its owner.
    #[error("the creator of a group must be an owner")]
    CreatorNotOwner,
    /// The first policy has revision 1.
    #[error("the first policy must have revision 1")]
    Revision,
    /// The next generation goes on with the policy that was agreed last.
    #[error("the policy differs from the last one agreed")]
    PolicyDiffers,
}

/// Judges the start of a group: a conversation's first, or, given what was agreed `last`, its successor. A successor carries
/// out the leavings that waited: `last` is then the policy [without](Policy::without) those who wished to go. Who may open
/// a successor is not decided here.
///
/// # Errors
/// The first reason found why it may not start like this.
pub fn validate_creation(
    tree: &[Leaf],
    lasting: bool,
    policy: &PolicyFact,
    last: Option<&Policy>,
    device_logs: &dyn DeviceLogView,
) -> Result<Policy, CreationRejection> {
    let policy = known(policy)?;
    let [creator] = tree else { return Err(CreationRejection::NotAlone) };
    if !lasting {
        return Err(CreationRejection::NotLasting);
    }
    if !check_tree(tree, policy, device_logs)?.is_empty() {
        return Err(CreationRejection::CreatorRevoked);
    }
    match last {
        Some(last) if last != policy => Err(CreationRejection::PolicyDiffers),
        Some(_) => Ok(policy.clone()),
        None if policy.revision != 1 => Err(CreationRejection::Revision),
        None if policy.kind == ConversationKind::Group
            && policy.role(creator.identity.account) != Some(Role::Owner) =>
        {
            Err(CreationRejection::CreatorNotOwner)
        }
        None => {
            for RosterEntry { account, root, .. } in &policy.roster {
                let log = device_logs
                    .device_log(*account)
                    .ok_or(CommitRejection::LogNotAtHand { account: *account, version: 1 })?;
                if log.root_at(log.version()) != *root {
                    return Err(CommitRejection::WrongRoot.into());
                }
            }
            Ok(policy.clone())
        }
    }
}

/// Why an account may not leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaveRejection {
    /// It is not on the roster.
    #[error("the account is not on the roster")]
    NotRostered,
    /// Conversations of this kind are not left.
    #[error("the member may not leave: {0}")]
    Denied(#[from] Denied),
    /// It waits to leave already.
    #[error("the account waits to leave already")]
    AlreadyLeaving,
    /// There would be no owner. Somebody else must be made one first.
    #[error("the last owner must make somebody else an owner first")]
    LastOwner,
    /// Nobody would be there to carry it out.
    #[error("nobody would be left to carry it out")]
    LastMember,
}

/// Whether `account` may wish to leave while the accounts in `leaving` wait to leave.
///
/// # Errors
/// Why not.
pub fn validate_leave(policy: &Policy, account: AccountId, leaving: &[AccountId]) -> Result<(), LeaveRejection> {
    let role = policy.role(account).ok_or(LeaveRejection::NotRostered)?;
    decide(policy.kind, &policy.permissions, role, Action::Leave)?;
    if leaving.contains(&account) {
        return Err(LeaveRejection::AlreadyLeaving);
    }
    let stays = |entry: &&RosterEntry| entry.account != account && !leaving.contains(&entry.account);
    if !policy.roster.iter().any(|entry| stays(&entry)) {
        return Err(LeaveRejection::LastMember);
    }
    if !policy.roster.iter().filter(stays).any(|entry| entry.role == Role::Owner) {
        return Err(LeaveRejection::LastOwner);
    }
    Ok(())
}

const fn known(fact: &PolicyFact) -> Result<&Policy, CommitRejection> {
    match fact {
        PolicyFact::Known(policy) => Ok(policy),
        PolicyFact::Unknown { format } => Err(CommitRejection::UnknownPolicy { format: *format }),
        PolicyFact::Malformed | PolicyFact::Absent => Err(CommitRejection::NoPolicy),
    }
}

struct Logs<'a> {
    cited: &'a [CitedLog],
    view: &'a dyn DeviceLogView,
}

impl<'a> Logs<'a> {
    /// The log of `account` and the version of it that the commit cites.
    fn cited(&self, account: AccountId) -> Result<(&'a DeviceLog, u32), CommitRejection> {
        let cited =
            self.cited.iter().find(|log| log.account == account).ok_or(CommitRejection::LogNotCited { account })?;
        let version = cited.version;
        match self.view.device_log(account) {
            Some(log) if version <= log.version() => Ok((log, version)),
            _ => Err(CommitRejection::LogNotAtHand { account, version }),
        }
    }

    /// The leaf must be of a device that is current in the cited log, and the log that of the member on the roster. A
    /// credential may name an older or newer root key of the same person than the roster does.
    fn device_is_current(&self, leaf: &LeafIdentity, member: &RosterEntry) -> Result<(), CommitRejection> {
        let (log, version) = self.cited(leaf.account)?;
        if !log.is_root_until(version, member.root) || !log.is_root_until(version, leaf.root) {
            return Err(CommitRejection::WrongRoot);
        }
        if log.device_at(version, leaf.device) == Some(leaf.signature_key) {
            Ok(())
        } else {
            Err(CommitRejection::DeviceNotCurrent)
        }
    }

    fn device_is_revoked(&self, leaf: &LeafIdentity, member: &RosterEntry) -> Result<bool, CommitRejection> {
        let (log, version) = self.cited(leaf.account)?;
        Ok(log.is_root_until(version, member.root) && log.is_revoked_at(version, leaf.device))
    }
}

struct Judge<'a> {
    facts: &'a CommitFacts,
    before: &'a Policy,
    after: &'a Policy,
    logs: Logs<'a>,
}

/// How the roster differs.
struct RosterChange<'a> {
    joined: Vec<&'a RosterEntry>,
    gone: Vec<&'a RosterEntry>,
    roles: Vec<RoleChange>,
    roots: Vec<RootChange>,
}

impl Judge<'_> {
    fn member(&self, committer: u32) -> Result<CommitEffect, CommitRejection> {
        let own = self.leaf(committer).ok_or(CommitRejection::UnknownCommitter)?.identity;
        let role = self.before.role(own.account).ok_or(CommitRejection::NotRostered)?;
        if self.facts.path.is_some_and(|path| path != own) {
            return Err(CommitRejection::LeafChanged);
        }
        let removed = self.removed_leaves()?;
        if removed.contains_key(&committer) {
            return Err(CommitRejection::CommitterRemoved);
        }
        self.check_policies()?;

        let change = self.roster_change();
        self.check_roster(&change, own.account, role)?;
        let gone: BTreeSet<_> = change.gone.iter().map(|entry| entry.account).collect();
        let leaving = self.leaving_accounts();
        self.check_gone(&change, &leaving, role, &removed)?;
        if self.after.kind == ConversationKind::Group && self.after.owners() == 0 {
            return Err(CommitRejection::NoOwner);
        }
        self.check_removals(&gone)?;
        self.check_adds(&removed)?;

        Ok(CommitEffect {
            committer: own,
            external_join: false,
            joined: change.joined.into_iter().cloned().collect(),
            removed: gone.difference(&leaving).copied().collect(),
            left: leaving.into_iter().collect(),
            roles: change.roles,
            roots: change.roots,
            permissions_changed: self.before.permissions != self.after.permissions,
            devices_added: self.facts.adds.iter().map(|leaf| leaf.identity).collect(),
            devices_removed: removed.into_values().collect(),
            policy: self.after.clone(),
        })
    }

    fn external(&self) -> Result<CommitEffect, CommitRejection> {
        let own = self.facts.path.ok_or(CommitRejection::UnknownCommitter)?;
        let does_more = !self.facts.adds.is_empty() || !self.facts.self_removes.is_empty();
        if does_more || self.before != self.after {
            return Err(CommitRejection::ExternalDoesMore);
        }
        let member = self.before.member(own.account).ok_or(CommitRejection::NotRostered)?;
        let removed = self.removed_leaves()?;
        if removed.values().any(|leaf| (leaf.account, leaf.device) != (own.account, own.device)) {
            return Err(CommitRejection::ExternalRemovesOther);
        }
        self.logs.device_is_current(&own, member)?;
        self.check_new_leaves(std::iter::once(&own), &removed)?;
        Ok(CommitEffect {
            committer: own,
            external_join: true,
            joined: Vec::new(),
            removed: Vec::new(),
            left: Vec::new(),
            roles: Vec::new(),
            roots: Vec::new(),
            permissions_changed: false,
            devices_added: vec![own],
            devices_removed: removed.into_values().collect(),
            policy: self.after.clone(),
        })
    }

    fn leaf(&self, index: u32) -> Option<&Leaf> {
        self.facts.tree.iter().find(|leaf| leaf.index == index)
    }

    /// All leaves that go, each once and each from the tree.
    fn removed_leaves(&self) -> Result<BTreeMap<u32, LeafIdentity>, CommitRejection> {
        let tree: BTreeMap<_, _> = self.facts.tree.iter().map(|leaf| (leaf.index, leaf.identity)).collect();
        let mut removed = BTreeMap::new();
        for &leaf in self.facts.removes.iter().chain(&self.facts.self_removes) {
            let bad = CommitRejection::BadRemoval { leaf };
            let identity = tree.get(&leaf).ok_or(bad)?;
            if removed.insert(leaf, *identity).is_some() {
                return Err(bad);
            }
        }
        Ok(removed)
    }

    fn check_policies(&self) -> Result<(), CommitRejection> {
        let (before, after) = (self.before, self.after);
        if before.kind != after.kind {
            return Err(CommitRejection::KindChanged);
        }
        check_policy(after).map_err(CommitRejection::PolicyShape)?;
        let changed = before.permissions != after.permissions || before.roster != after.roster;
        let revision = if changed { before.revision.checked_add(1) } else { Some(before.revision) };
        if revision == Some(after.revision) { Ok(()) } else { Err(CommitRejection::Revision) }
    }

    fn roster_change(&self) -> RosterChange<'_> {
        let mut change = RosterChange { joined: Vec::new(), gone: Vec::new(), roles: Vec::new(), roots: Vec::new() };
        for entry in &self.after.roster {
            let Some(old) = self.before.member(entry.account) else {
                change.joined.push(entry);
                continue;
            };
            let account = entry.account;
            if old.role != entry.role {
                change.roles.push(RoleChange { account, from: old.role, to: entry.role });
            }
            if old.root != entry.root {
                change.roots.push(RootChange { account, from: old.root, to: entry.root });
            }
        }
        change.gone = self.before.roster.iter().filter(|old| self.after.member(old.account).is_none()).collect();
        change
    }

    fn check_roster(&self, change: &RosterChange<'_>, actor: AccountId, role: Role) -> Result<(), CommitRejection> {
        for entry in &change.joined {
            self.decide(role, Action::Add { role: entry.role })?;
            let (log, version) = self.logs.cited(entry.account)?;
            if log.root_at(version) != entry.root {
                return Err(CommitRejection::WrongRoot);
            }
        }
        for RoleChange { account, from, to } in &change.roles {
            self.decide(role, Action::SetRole { from: *from, to: *to, own: *account == actor })?;
        }
        if self.before.permissions != self.after.permissions {
            self.decide(role, Action::ChangePermissions)?;
        }
        for RootChange { account, from, to } in &change.roots {
            let (log, version) = self.logs.cited(*account)?;
            if !log.is_root_until(version, *from) || log.root_at(version) != *to {
                return Err(CommitRejection::RootUnproven);
            }
        }
        Ok(())
    }

    /// The accounts of which a leaf asked to leave.
    fn leaving_accounts(&self) -> BTreeSet<AccountId> {
        let leaves = self.facts.self_removes.iter().filter_map(|leaf| self.leaf(*leaf));
        leaves.map(|leaf| leaf.identity.account).collect()
    }

    /// Whoever goes must be allowed to or be somebody whom the committer may remove, and goes with all leaves.
    fn check_gone(
        &self,
        change: &RosterChange<'_>,
        leaving: &BTreeSet<AccountId>,
        role: Role,
        removed: &BTreeMap<u32, LeafIdentity>,
    ) -> Result<(), CommitRejection> {
        for entry in &change.gone {
            if leaving.contains(&entry.account) {
                self.decide(entry.role, Action::Leave)?;
            } else {
                self.decide(role, Action::Remove { target: entry.role })?;
            }
            let stays = self
                .facts
                .tree
                .iter()
                .find(|leaf| leaf.identity.account == entry.account && !removed.contains_key(&leaf.index));
            if let Some(leaf) = stays {
                return Err(CommitRejection::LeafStays { leaf: leaf.index });
            }
        }
        Ok(())
    }

    /// Leaves of accounts that stay go only if their devices are shown to be revoked; this anybody may commit.
    fn check_removals(&self, gone: &BTreeSet<AccountId>) -> Result<(), CommitRejection> {
        for &leaf in &self.facts.self_removes {
            if self.leaf(leaf).is_some_and(|leaf| !gone.contains(&leaf.identity.account)) {
                return Err(CommitRejection::LeaverStays { leaf });
            }
        }
        for &index in &self.facts.removes {
            let Some(leaf) = self.leaf(index).filter(|leaf| !gone.contains(&leaf.identity.account)) else { continue };
            let member = self.before.member(leaf.identity.account).ok_or(CommitRejection::NotRostered)?;
            if !self.logs.device_is_revoked(&leaf.identity, member)? {
                return Err(CommitRejection::RemovalUnjustified { leaf: index });
            }
        }
        Ok(())
    }

    fn check_adds(&self, removed: &BTreeMap<u32, LeafIdentity>) -> Result<(), CommitRejection> {
        for added in &self.facts.adds {
            if !added.lasting {
                return Err(CommitRejection::AddedNotLasting);
            }
            let member = self.after.member(added.identity.account).ok_or(CommitRejection::AddedNotRostered)?;
            self.logs.device_is_current(&added.identity, member)?;
        }
        self.check_new_leaves(self.facts.adds.iter().map(|added| &added.identity), removed)
    }

    /// No device has two leaves, and there are not too many.
    fn check_new_leaves<'a>(
        &self,
        added: impl Iterator<Item = &'a LeafIdentity>,
        removed: &BTreeMap<u32, LeafIdentity>,
    ) -> Result<(), CommitRejection> {
        let stay = self.facts.tree.iter().filter(|leaf| !removed.contains_key(&leaf.index));
        let mut devices: BTreeSet<_> = stay.map(|leaf| (leaf.identity.account, leaf.identity.device)).collect();
        for leaf in added {
            if !devices.insert((leaf.account, leaf.device)) {
                return Err(CommitRejection::DeviceTwice);
            }
        }
        let limit = LIMITS.devices_per_conversation;
        if devices.len() as u64 > limit { Err(CommitRejection::TooManyDevices { limit }) } else { Ok(()) }
    }

    fn decide(&self, role: Role, action: Action) -> Result<(), Denied> {
        decide(self.before.kind, &self.before.permissions, role, action)
    }
}
