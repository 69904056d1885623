//! The rules about commits, one by one, and what must hold whatever anybody posts.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is its job")]

use std::collections::{BTreeMap, BTreeSet};

use beseda_model::commit::{
    AddedLeaf, CitedLog, CommitEffect, CommitFacts, CommitRejection as No, Committer, CreationRejection,
    ForbiddenProposal, Leaf, LeafIdentity, LeaveRejection, PolicyFact, PolicyFault, RoleChange, RootChange,
    check_policy, check_tree, validate_commit, validate_creation, validate_leave,
};
use beseda_model::device_log::{DeviceLog, DeviceLogOp, LogSigner, VerifySignature, root_fingerprint};
use beseda_model::{AccountId, Action, ConversationKind, Denied, DeviceId, LIMITS, Policy, Role, RosterEntry, decide};
use proptest::prelude::*;

/// Signatures are checked elsewhere; here every log is taken as signed.
struct Signed;

impl VerifySignature for Signed {
    fn verify(&self, _: &[u8; 32], _: &[u8], _: &[u8; 64]) -> bool {
        true
    }
}

const fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 16])
}

const fn root_key(n: u8) -> [u8; 32] {
    [n | 0x80; 32]
}

fn entry(n: u8, role: Role) -> RosterEntry {
    RosterEntry { account: account(n), root: root_fingerprint(&root_key(n)), role }
}

/// Device `d` of account `n`.
fn identity(n: u8, d: u8) -> LeafIdentity {
    let mut key = [n; 32];
    key[1] = d;
    LeafIdentity {
        account: account(n),
        device: DeviceId::from_bytes([n << 4 | d; 16]),
        root: root_fingerprint(&root_key(n)),
        signature_key: key,
    }
}

fn append(log: &mut DeviceLog, op: DeviceLogOp) {
    log.verify_and_append(log.unsigned(op, LogSigner::Root), &Signed).unwrap();
}

/// Accounts 1 to 5: device 1 at version 1, device 2 at version 2, device 3 at version 3 and revoked at version 4.
fn logs() -> BTreeMap<AccountId, DeviceLog> {
    (1..=5).map(|n| (account(n), log(n))).collect()
}

fn log(n: u8) -> DeviceLog {
    let mut log = DeviceLog::new(account(n), root_key(n));
    for d in 1..=3 {
        let LeafIdentity { device, signature_key, .. } = identity(n, d);
        append(&mut log, DeviceLogOp::Add { device, signature_key });
    }
    append(&mut log, DeviceLogOp::Remove { device: identity(n, 3).device });
    log
}

fn cite(n: u8) -> CitedLog {
    CitedLog { account: account(n), version: 4 }
}

/// A group of 1 (owner), 2 (admin), 3 and 4 (members). Leaves: 0 of 1, 1 of 2, 2 and 3 of 3, 4 of 4, whose device is
/// revoked by now.
fn group() -> Policy {
    Policy::new(
        ConversationKind::Group,
        vec![entry(1, Role::Owner), entry(2, Role::Admin), entry(3, Role::Member), entry(4, Role::Member)],
    )
}

fn tree() -> Vec<Leaf> {
    let identities = [identity(1, 1), identity(2, 1), identity(3, 1), identity(3, 2), identity(4, 3)];
    identities.into_iter().zip(0..).map(|(identity, index)| Leaf { index, identity }).collect()
}

/// An empty commit by the leaf at `committer`.
fn by(committer: u32) -> CommitFacts {
    let tree = tree();
    let own = tree[committer as usize].identity;
    CommitFacts {
        tree,
        committer: Committer::Member(committer),
        path: Some(own),
        adds: Vec::new(),
        removes: Vec::new(),
        self_removes: Vec::new(),
        forbidden: None,
        policy_before: PolicyFact::Known(group()),
        policy_after: PolicyFact::Known(group()),
        foreign_extensions: false,
        cited: Vec::new(),
    }
}

fn external(own: LeafIdentity) -> CommitFacts {
    let n = own.account.as_bytes()[0];
    CommitFacts { committer: Committer::External, path: Some(own), cited: vec![cite(n)], ..by(0) }
}

trait Changes {
    fn policy(self, change: impl FnOnce(&mut Policy)) -> Self;
    fn without(self, n: u8) -> Self;
    fn role(self, n: u8, role: Role) -> Self;
    fn adding(self, identity: LeafIdentity) -> Self;
    fn removing(self, leaves: &[u32]) -> Self;
    fn leaving(self, leaves: &[u32]) -> Self;
    fn citing(self, n: u8) -> Self;
}

impl Changes for CommitFacts {
    fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        let PolicyFact::Known(policy) = &mut self.policy_after else { panic!() };
        change(policy);
        policy.roster.sort_by_key(|entry| entry.account);
        policy.revision = 2;
        self
    }

    fn without(self, n: u8) -> Self {
        self.policy(|policy| policy.roster.retain(|entry| entry.account != account(n)))
    }

    fn role(self, n: u8, role: Role) -> Self {
        self.policy(|policy| {
            policy.roster.iter_mut().filter(|entry| entry.account == account(n)).for_each(|entry| entry.role = role);
        })
    }

    fn adding(mut self, identity: LeafIdentity) -> Self {
        self.adds.push(AddedLeaf { identity, lasting: true });
        self
    }

    fn removing(mut self, leaves: &[u32]) -> Self {
        self.removes.extend(leaves);
        self
    }

    fn leaving(mut self, leaves: &[u32]) -> Self {
        self.self_removes.extend(leaves);
        self
    }

    fn citing(mut self, n: u8) -> Self {
        self.cited.push(cite(n));
        self
    }
}

fn judge(facts: &CommitFacts) -> Result<CommitEffect, No> {
    validate_commit(facts, &logs())
}

fn yes(facts: &CommitFacts) -> CommitEffect {
    judge(facts).unwrap()
}

fn no(facts: &CommitFacts) -> No {
    judge(facts).unwrap_err()
}

fn join5(facts: CommitFacts, role: Role) -> CommitFacts {
    facts.policy(|policy| policy.roster.push(entry(5, role)))
}

#[test]
fn anybody_may_renew_keys() {
    for committer in 0..5 {
        let effect = yes(&by(committer));
        assert_eq!(effect.committer, tree()[committer as usize].identity);
        assert_eq!(effect.policy, group());
        assert!(!effect.external_join && !effect.permissions_changed);
    }
    let without_path = CommitFacts { path: None, ..join5(by(2), Role::Member).citing(5) };
    assert_eq!(yes(&without_path).joined, [entry(5, Role::Member)]);
}

#[test]
fn a_path_keeps_who_the_leaf_is() {
    let changed = |change: fn(&mut LeafIdentity)| {
        let mut facts = by(2);
        change(facts.path.as_mut().unwrap());
        no(&facts)
    };
    assert_eq!(changed(|leaf| leaf.account = account(1)), No::LeafChanged);
    assert_eq!(changed(|leaf| leaf.device = identity(3, 2).device), No::LeafChanged);
    assert_eq!(changed(|leaf| leaf.root = root_fingerprint(&root_key(1))), No::LeafChanged);
    assert_eq!(changed(|leaf| leaf.signature_key = [1; 32]), No::LeafChanged);
}

#[test]
fn committers_must_be_there_and_on_the_roster() {
    assert_eq!(no(&CommitFacts { committer: Committer::Member(9), ..by(0) }), No::UnknownCommitter);
    let mut facts = by(4);
    let stranger = Policy::new(ConversationKind::Group, vec![entry(1, Role::Owner)]);
    facts.policy_before = PolicyFact::Known(stranger.clone());
    facts.policy_after = PolicyFact::Known(stranger);
    assert_eq!(no(&facts), No::NotRostered);
}

#[test]
fn unreadable_policies_stop_everything() {
    for (fact, rejection) in [
        (PolicyFact::Unknown { format: 7 }, No::UnknownPolicy { format: 7 }),
        (PolicyFact::Malformed, No::NoPolicy),
        (PolicyFact::Absent, No::NoPolicy),
    ] {
        assert_eq!(no(&CommitFacts { policy_before: fact.clone(), ..by(0) }), rejection);
        assert_eq!(no(&CommitFacts { policy_after: fact, ..by(0) }), rejection);
    }
}

#[test]
fn forbidden_things_are_forbidden() {
    for forbidden in [
        ForbiddenProposal::Update,
        ForbiddenProposal::PreSharedKey,
        ForbiddenProposal::ReInit,
        ForbiddenProposal::ExternalInit,
        ForbiddenProposal::Other,
    ] {
        assert_eq!(no(&CommitFacts { forbidden: Some(forbidden), ..by(0) }), No::Forbidden(forbidden));
    }
    assert_eq!(no(&CommitFacts { foreign_extensions: true, ..by(0) }), No::ForeignExtensions);
}

#[test]
fn the_revision_grows_by_one_with_each_change_and_only_then() {
    let with_revision = |changed: bool, revision| {
        let facts = if changed { by(0).role(3, Role::Admin) } else { by(0) };
        judge(&facts.policy(|_| {}).policy_revision(revision)).map(drop)
    };
    assert_eq!(with_revision(false, 1), Ok(()));
    assert_eq!(with_revision(false, 2), Err(No::Revision));
    assert_eq!(with_revision(true, 2), Ok(()));
    for revision in [0, 1, 3, u32::MAX] {
        assert_eq!(with_revision(true, revision), Err(No::Revision));
    }
    let mut last = by(0).role(3, Role::Admin).policy_revision(0);
    let PolicyFact::Known(before) = &mut last.policy_before else { panic!() };
    before.revision = u32::MAX;
    assert_eq!(no(&last), No::Revision, "revisions do not start anew");
}

trait WithRevision {
    fn policy_revision(self, revision: u32) -> Self;
}

impl WithRevision for CommitFacts {
    fn policy_revision(mut self, revision: u32) -> Self {
        let PolicyFact::Known(policy) = &mut self.policy_after else { panic!() };
        policy.revision = revision;
        self
    }
}

#[test]
fn policies_have_a_shape() {
    let shape = |kind, roster: Vec<RosterEntry>| check_policy(&Policy { roster, ..Policy::new(kind, Vec::new()) });
    let (one, two, three) = (entry(1, Role::Owner), entry(2, Role::Owner), entry(3, Role::Owner));
    assert_eq!(shape(ConversationKind::Direct, vec![one.clone(), two.clone()]), Ok(()));
    assert_eq!(shape(ConversationKind::Direct, vec![one.clone()]), Err(PolicyFault::NotTwo));
    assert_eq!(shape(ConversationKind::Direct, vec![one.clone(), two.clone(), three]), Err(PolicyFault::NotTwo));
    assert_eq!(shape(ConversationKind::Direct, vec![one.clone(), entry(2, Role::Member)]), Err(PolicyFault::NotTwo));
    assert_eq!(shape(ConversationKind::Notes, vec![one.clone()]), Ok(()));
    assert_eq!(shape(ConversationKind::Notes, vec![one.clone(), two.clone()]), Err(PolicyFault::NotOne));
    assert_eq!(shape(ConversationKind::Group, vec![]), Err(PolicyFault::Empty));
    assert_eq!(shape(ConversationKind::Group, vec![two.clone(), one.clone()]), Err(PolicyFault::RosterOrder));
    assert_eq!(shape(ConversationKind::Group, vec![one.clone(), one]), Err(PolicyFault::RosterOrder));
    let many = |n: u64| {
        let account = |n: u64| AccountId::from_bytes(u128::from(n).to_be_bytes());
        (0..n).map(|n| RosterEntry { account: account(n), ..two.clone() }).collect::<Vec<_>>()
    };
    assert_eq!(shape(ConversationKind::Group, many(LIMITS.members_per_conversation)), Ok(()));
    assert_eq!(
        shape(ConversationKind::Group, many(LIMITS.members_per_conversation + 1)),
        Err(PolicyFault::TooManyMembers)
    );
    assert_eq!(no(&by(0).policy(|policy| policy.roster.clear())), No::PolicyShape(PolicyFault::Empty));
    assert_eq!(no(&by(0).policy(|policy| policy.kind = ConversationKind::Notes)), No::KindChanged);
}

#[test]
fn people_are_added_by_those_who_may() {
    let facts = join5(by(2), Role::Member).adding(identity(5, 1)).adding(identity(5, 2)).citing(5);
    let effect = yes(&facts);
    assert_eq!(effect.joined, [entry(5, Role::Member)]);
    assert_eq!(effect.devices_added, [identity(5, 1), identity(5, 2)]);
    assert_eq!(yes(&join5(by(2), Role::Member).citing(5)).devices_added, [], "without key packages");
    assert_eq!(
        no(&join5(by(2), Role::Admin).citing(5)),
        No::Denied(Denied::Role { needed: Role::Admin }),
        "members raise nobody"
    );
    assert_eq!(no(&join5(by(1), Role::Owner).citing(5)), No::Denied(Denied::Rank));
    assert_eq!(yes(&join5(by(0), Role::Owner).citing(5)).joined, [entry(5, Role::Owner)]);
    assert_eq!(no(&join5(by(2), Role::Member)), No::LogNotCited { account: account(5) });
    let mut strict = join5(by(2), Role::Member).citing(5);
    for fact in [&mut strict.policy_before, &mut strict.policy_after] {
        let PolicyFact::Known(policy) = fact else { panic!() };
        policy.permissions.add_members = Role::Admin;
    }
    assert_eq!(no(&strict), No::Denied(Denied::Role { needed: Role::Admin }), "the permissions before count");
}

#[test]
fn added_devices_must_be_vouched_for() {
    let add = |identity| join5(by(2), Role::Member).adding(identity).citing(5);
    assert_eq!(no(&add(identity(5, 3))), No::DeviceNotCurrent, "revoked");
    assert_eq!(no(&add(identity(5, 4))), No::DeviceNotCurrent, "never there");
    let other_key = LeafIdentity { signature_key: [1; 32], ..identity(5, 1) };
    assert_eq!(no(&add(other_key)), No::DeviceNotCurrent);
    let other_root = LeafIdentity { root: root_fingerprint(&root_key(4)), ..identity(5, 1) };
    assert_eq!(no(&add(other_root)), No::WrongRoot);
    let mut early = add(identity(5, 2));
    early.cited[0].version = 1;
    assert_eq!(no(&early), No::DeviceNotCurrent, "not there yet at the cited version");
    let mut before_revocation = add(identity(5, 3));
    before_revocation.cited[0].version = 3;
    assert_eq!(yes(&before_revocation).devices_added, [identity(5, 3)], "the cited version decides");
    let mut future = add(identity(5, 1));
    future.cited[0].version = 5;
    let missing = No::LogNotAtHand { account: account(5), version: 5 };
    assert_eq!(no(&future), missing);
    assert_eq!(missing.wants_log(), Some(CitedLog { account: account(5), version: 5 }));
    assert_eq!(validate_commit(&add(identity(5, 1)), &BTreeMap::new()).unwrap_err().wants_log(), Some(cite(5)));
    let mut ending = add(identity(5, 1));
    ending.adds[0].lasting = false;
    assert_eq!(no(&ending), No::AddedNotLasting);
    assert_eq!(no(&by(0).adding(identity(5, 1)).citing(5)), No::AddedNotRostered);
    assert_eq!(no(&add(identity(5, 1)).adding(identity(5, 1))), No::DeviceTwice);
    assert_eq!(no(&by(0).adding(identity(2, 1)).citing(2)), No::DeviceTwice);
    assert_eq!(yes(&by(2).adding(identity(2, 2)).citing(2)).devices_added, [identity(2, 2)], "a member's other device");
}

#[test]
fn a_roster_names_the_root_key_that_the_device_log_has() {
    let mut wrong = join5(by(0), Role::Member).citing(5);
    let PolicyFact::Known(policy) = &mut wrong.policy_after else { panic!() };
    policy.roster.last_mut().unwrap().root = root_fingerprint(&root_key(4));
    assert_eq!(no(&wrong), No::WrongRoot);
}

#[test]
fn people_are_removed_by_those_above_them() {
    let kick = |by: CommitFacts| by.without(3).removing(&[2, 3]);
    assert_eq!(yes(&kick(by(0))).removed, [account(3)]);
    assert_eq!(yes(&kick(by(1))).devices_removed, [identity(3, 1), identity(3, 2)]);
    assert_eq!(no(&kick(by(4))), No::Denied(Denied::Role { needed: Role::Admin }));
    assert_eq!(no(&by(1).without(1).removing(&[0])), No::Denied(Denied::Rank), "the owner stands above");
    assert_eq!(no(&by(0).without(3).removing(&[2])), No::LeafStays { leaf: 3 });
    assert_eq!(no(&by(0).without(3)), No::LeafStays { leaf: 2 });
    assert_eq!(no(&by(0).removing(&[2, 3])), No::LogNotCited { account: account(3) }, "still on the roster");
    assert_eq!(no(&by(0).removing(&[2, 3]).citing(3)), No::RemovalUnjustified { leaf: 2 });
    assert_eq!(no(&by(0).removing(&[9])), No::BadRemoval { leaf: 9 });
    assert_eq!(no(&by(0).without(3).removing(&[2, 3, 3])), No::BadRemoval { leaf: 3 });
    assert_eq!(no(&by(2).without(3).removing(&[2, 3])), No::CommitterRemoved);
}

#[test]
fn revoked_devices_are_removed_by_anybody() {
    for committer in 0..4 {
        let effect = yes(&by(committer).removing(&[4]).citing(4));
        assert_eq!(effect.devices_removed, [identity(4, 3)]);
        assert!(effect.removed.is_empty() && effect.left.is_empty());
    }
    assert_eq!(no(&by(0).removing(&[4])), No::LogNotCited { account: account(4) });
    let mut early = by(0).removing(&[4]).citing(4);
    early.cited[0].version = 3;
    assert_eq!(no(&early), No::RemovalUnjustified { leaf: 4 }, "not revoked yet at the cited version");
}

#[test]
fn whoever_leaves_goes_altogether() {
    let left = yes(&by(4).without(3).leaving(&[2]).removing(&[3]));
    assert_eq!(left.left, [account(3)]);
    assert!(left.removed.is_empty());
    assert_eq!(yes(&by(4).without(3).leaving(&[2, 3])).left, [account(3)]);
    assert_eq!(no(&by(4).without(3).leaving(&[2])), No::LeafStays { leaf: 3 });
    assert_eq!(no(&by(4).leaving(&[2]).removing(&[3]).citing(3)), No::LeaverStays { leaf: 2 });
    assert_eq!(no(&by(3).without(3).leaving(&[2])), No::LeafStays { leaf: 3 }, "not by one's own other device");
    assert_eq!(no(&by(2).without(3).leaving(&[2]).removing(&[3])), No::CommitterRemoved);
    assert_eq!(no(&by(4).without(3).leaving(&[2]).removing(&[2, 3])), No::BadRemoval { leaf: 2 });
    assert_eq!(no(&by(1).without(1).leaving(&[0])), No::NoOwner);
    // A wish to leave does not lend rights over others.
    assert_eq!(
        no(&by(4).without(3).without(2).leaving(&[2]).removing(&[1, 3])),
        No::Denied(Denied::Role { needed: Role::Admin })
    );
}

#[test]
fn roles_are_given_by_those_above() {
    let raise = yes(&by(0).role(3, Role::Owner));
    assert_eq!(raise.roles, [RoleChange { account: account(3), from: Role::Member, to: Role::Owner }]);
    assert_eq!(yes(&by(1).role(3, Role::Admin)).roles.len(), 1);
    assert_eq!(no(&by(1).role(3, Role::Owner)), No::Denied(Denied::Rank));
    assert_eq!(no(&by(1).role(2, Role::Owner)), No::Denied(Denied::Rank), "not oneself");
    assert_eq!(no(&by(2).role(4, Role::Admin)), No::Denied(Denied::Rank), "not one's equals");
    assert_eq!(yes(&by(1).role(2, Role::Member)).roles.len(), 1, "stepping down");
    assert_eq!(no(&by(0).role(1, Role::Admin)), No::NoOwner);
}

#[test]
fn permissions_are_changed_by_owners_alone() {
    let open = |by: CommitFacts| by.policy(|policy| policy.permissions.remove_members = Role::Member);
    assert!(yes(&open(by(0))).permissions_changed);
    assert_eq!(no(&open(by(1))), No::Denied(Denied::Role { needed: Role::Owner }));
    // New permissions do not help in the commit that brings them.
    let own_door = open(by(2)).without(4).removing(&[4]);
    assert!(matches!(no(&own_door), No::Denied(_)));
}

#[test]
fn a_new_root_key_needs_the_old_one() {
    let new = [0xe0; 32];
    let mut logs = logs();
    append(logs.get_mut(&account(3)).unwrap(), DeviceLogOp::RotateRoot { root_key: new });
    let to = root_fingerprint(&new);
    let set = |root, version| {
        let mut facts = by(4).policy(|policy| policy.roster[2].root = root);
        facts.cited = vec![CitedLog { account: account(3), version }];
        validate_commit(&facts, &logs)
    };
    let from = root_fingerprint(&root_key(3));
    assert_eq!(set(to, 5).unwrap().roots, [RootChange { account: account(3), from, to }]);
    assert_eq!(set(to, 4).unwrap_err(), No::RootUnproven, "not yet at the cited version");
    assert_eq!(set(root_fingerprint(&root_key(1)), 5).unwrap_err(), No::RootUnproven);
    let uncited = by(4).policy(|policy| policy.roster[2].root = to);
    assert_eq!(validate_commit(&uncited, &logs).unwrap_err(), No::LogNotCited { account: account(3) });
    // Back to the old one is no change by the old one's signature.
    let mut back = by(4);
    for fact in [&mut back.policy_before, &mut back.policy_after] {
        let PolicyFact::Known(policy) = fact else { panic!() };
        policy.roster[2].root = to;
    }
    let mut back = back.policy(|policy| policy.roster[2].root = from);
    back.cited = vec![CitedLog { account: account(3), version: 5 }];
    assert_eq!(validate_commit(&back, &logs).unwrap_err(), No::RootUnproven);
    // A device under the new root joins, whichever root the roster names.
    let mut joiner = external(LeafIdentity { root: to, ..identity(3, 1) });
    joiner.removes = vec![2];
    joiner.cited = vec![CitedLog { account: account(3), version: 5 }];
    assert!(validate_commit(&joiner, &logs).unwrap().external_join);
}

#[test]
fn own_devices_join_externally() {
    let effect = yes(&external(identity(2, 2)));
    assert!(effect.external_join);
    assert_eq!(effect.devices_added, [identity(2, 2)]);
    assert_eq!(yes(&external(identity(2, 1)).removing(&[1])).devices_removed, [identity(2, 1)]);
    assert_eq!(no(&external(identity(2, 1))), No::DeviceTwice, "the old leaf must go");
    assert_eq!(no(&external(identity(2, 2)).removing(&[1])), No::ExternalRemovesOther, "of the same account");
    assert_eq!(no(&external(identity(2, 1)).removing(&[2])), No::ExternalRemovesOther);
    assert_eq!(no(&external(identity(2, 1)).removing(&[1, 2])), No::ExternalRemovesOther);
    assert_eq!(no(&external(identity(2, 1)).removing(&[1, 1])), No::BadRemoval { leaf: 1 });
    assert_eq!(no(&external(identity(5, 1))), No::NotRostered);
    assert_eq!(no(&external(identity(2, 3))), No::DeviceNotCurrent);
    let other_key = LeafIdentity { signature_key: [1; 32], ..identity(2, 2) };
    assert_eq!(no(&external(other_key)), No::DeviceNotCurrent);
    let other_root = LeafIdentity { root: root_fingerprint(&root_key(1)), ..identity(2, 2) };
    assert_eq!(no(&external(other_root)), No::WrongRoot);
    assert_eq!(no(&CommitFacts { cited: vec![], ..external(identity(2, 2)) }), No::LogNotCited { account: account(2) });
    assert_eq!(no(&CommitFacts { path: None, ..external(identity(2, 2)) }), No::UnknownCommitter);
    assert_eq!(no(&external(identity(2, 2)).adding(identity(1, 2)).citing(1)), No::ExternalDoesMore);
    assert_eq!(no(&external(identity(2, 2)).leaving(&[2])), No::ExternalDoesMore);
    assert_eq!(no(&external(identity(2, 2)).role(2, Role::Owner)), No::ExternalDoesMore);
    assert_eq!(no(&external(identity(2, 2)).policy(|_| {})), No::ExternalDoesMore, "not even the revision");
}

#[test]
fn direct_conversations_and_notes_stay_as_they_are() {
    let direct = |by: CommitFacts| {
        let roster = vec![entry(1, Role::Member), entry(2, Role::Member)];
        let policy = PolicyFact::Known(Policy::new(ConversationKind::Direct, roster));
        CommitFacts { tree: tree()[..2].to_vec(), policy_before: policy.clone(), policy_after: policy, ..by }
    };
    assert_eq!(yes(&direct(by(0)).adding(identity(2, 2)).citing(2)).devices_added, [identity(2, 2)]);
    let both = direct(by(0)).role(1, Role::Owner).role(2, Role::Owner);
    assert_eq!(no(&both), No::Denied(Denied::Kind));
    assert_eq!(no(&direct(by(0)).role(1, Role::Owner)), No::PolicyShape(PolicyFault::NotTwo));
    assert_eq!(no(&direct(by(0)).without(2).removing(&[1])), No::PolicyShape(PolicyFault::NotTwo));
    let swapped = direct(by(0))
        .policy(|policy| policy.roster[1] = entry(5, Role::Member))
        .removing(&[1])
        .adding(identity(5, 1))
        .citing(5);
    assert_eq!(no(&swapped), No::Denied(Denied::Kind));
    assert_eq!(no(&direct(by(0)).policy(|policy| policy.permissions.send = Role::Owner)), No::Denied(Denied::Kind));
}

#[test]
fn a_group_has_room_for_so_many_devices() {
    let limit = usize::try_from(LIMITS.devices_per_conversation).unwrap();
    let full = |leaves: usize| {
        let mut tree = tree();
        for index in tree.len()..leaves {
            let device = DeviceId::from_bytes((1000 + index as u128).to_be_bytes());
            tree.push(Leaf {
                index: u32::try_from(index).unwrap(),
                identity: LeafIdentity { device, ..identity(3, 1) },
            });
        }
        tree
    };
    let too_many = No::TooManyDevices { limit: LIMITS.devices_per_conversation };
    let add = |leaves| CommitFacts { tree: full(leaves), ..by(0).adding(identity(2, 2)).citing(2) };
    assert!(judge(&add(limit - 1)).is_ok());
    assert_eq!(no(&add(limit)), too_many);
    let join = |leaves| CommitFacts { tree: full(leaves), ..external(identity(2, 2)) };
    assert!(judge(&join(limit - 1)).is_ok());
    assert_eq!(no(&join(limit)), too_many);
    let swap = add(limit).removing(&[4]).citing(4);
    assert!(judge(&swap).is_ok(), "one goes, one comes");
    assert!(judge(&CommitFacts { tree: full(limit), ..by(0) }).is_ok());
}

#[test]
fn a_tree_is_checked_leaf_by_leaf() {
    let check = |tree: &[Leaf]| check_tree(tree, &group(), &logs());
    assert_eq!(check(&tree()), Ok(vec![tree()[4]]), "the revoked one is told");
    let with = |identity| {
        let mut tree = tree();
        tree[2].identity = identity;
        check(&tree).unwrap_err()
    };
    assert_eq!(with(identity(5, 1)), No::NotRostered);
    assert_eq!(with(identity(3, 2)), No::DeviceTwice);
    assert_eq!(with(LeafIdentity { signature_key: [1; 32], ..identity(3, 1) }), No::DeviceNotCurrent);
    assert_eq!(with(LeafIdentity { root: root_fingerprint(&root_key(1)), ..identity(3, 1) }), No::WrongRoot);
    let nothing: BTreeMap<AccountId, DeviceLog> = BTreeMap::new();
    assert!(check_tree(&tree(), &group(), &nothing).unwrap_err().wants_log().is_some());
}

#[test]
fn a_group_starts_with_its_creator() {
    let start = |tree: &[Leaf], lasting, policy: Policy, last: Option<&Policy>| {
        validate_creation(tree, lasting, &PolicyFact::Known(policy), last, &logs())
    };
    let alone = &tree()[..1];
    assert_eq!(start(alone, true, group(), None), Ok(group()));
    assert_eq!(start(&tree(), true, group(), None), Err(CreationRejection::NotAlone));
    assert_eq!(start(&[], true, group(), None), Err(CreationRejection::NotAlone));
    assert_eq!(start(alone, false, group(), None), Err(CreationRejection::NotLasting));
    assert_eq!(start(&tree()[1..2], true, group(), None), Err(CreationRejection::CreatorNotOwner));
    assert_eq!(start(&tree()[4..5], true, group(), Some(&group())), Err(CreationRejection::CreatorRevoked));
    let later = Policy { revision: 9, ..group() };
    assert_eq!(start(alone, true, later.clone(), None), Err(CreationRejection::Revision));
    assert_eq!(start(&tree()[2..3], true, later.clone(), Some(&later)), Ok(later.clone()), "a successor, by anybody");
    assert_eq!(start(alone, true, group(), Some(&later)), Err(CreationRejection::PolicyDiffers));
    let gone = later.without(&BTreeSet::from([account(3)]));
    assert_eq!((gone.revision, gone.member(account(3))), (10, None));
    assert_eq!(
        start(alone, true, later.clone(), Some(&gone)),
        Err(CreationRejection::PolicyDiffers),
        "who left is out"
    );
    assert_eq!(start(alone, true, gone.clone(), Some(&gone)), Ok(gone));
    assert_eq!(later.without(&BTreeSet::from([account(9)])), later);
    let mut foreign = group();
    foreign.roster[3].root = root_fingerprint(&root_key(1));
    assert_eq!(start(alone, true, foreign, None), Err(CreationRejection::Invalid(No::WrongRoot)));
}

#[test]
fn not_everybody_may_leave_at_any_time() {
    let leave = |n, leaving: &[u8]| {
        let leaving: Vec<_> = leaving.iter().map(|n| account(*n)).collect();
        validate_leave(&group(), account(n), &leaving)
    };
    assert_eq!(leave(3, &[]), Ok(()));
    assert_eq!(leave(3, &[2, 4]), Ok(()));
    assert_eq!(leave(3, &[3]), Err(LeaveRejection::AlreadyLeaving));
    assert_eq!(leave(5, &[]), Err(LeaveRejection::NotRostered));
    assert_eq!(leave(1, &[]), Err(LeaveRejection::LastOwner));
    assert_eq!(leave(1, &[2, 3, 4]), Err(LeaveRejection::LastMember));
    let direct = Policy::new(ConversationKind::Direct, vec![entry(1, Role::Member), entry(2, Role::Member)]);
    assert_eq!(validate_leave(&direct, account(1), &[]), Err(LeaveRejection::Denied(Denied::Kind)));
}

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Member), Just(Role::Admin), Just(Role::Owner)]
}

prop_compose! {
    /// Commits of every sort, most of them wrong in some way, many of them right.
    fn any_commit()(
        committer in 0u32..5,
        external in proptest::option::weighted(0.2, (1u8..=5, 1u8..=3)),
        with_path: bool,
        joined in proptest::option::weighted(0.3, any_role()),
        gone in proptest::collection::vec(1u8..=4, 0..2),
        roles in proptest::collection::vec((0usize..4, any_role()), 0..2),
        thorough in proptest::bool::weighted(0.7),
        removes in proptest::collection::vec(0u32..6, 0..2),
        leaving in proptest::collection::vec(0u32..5, 0..2),
        adds in proptest::collection::vec((1u8..=5, 1u8..=3), 0..3),
        versions in proptest::array::uniform5(prop_oneof![1 => 1u32..=5, 3 => Just(4u32)]),
        revision in proptest::bool::weighted(0.9),
        open in proptest::bool::weighted(0.1),
    ) -> CommitFacts {
        let mut facts = by(committer);
        facts.cited = versions.iter().zip(1..).map(|(version, n)| CitedLog { account: account(n), version: *version }).collect();
        let mut policy = group();
        policy.roster.extend(joined.map(|role| entry(5, role)));
        policy.roster.retain(|entry| !gone.iter().any(|n| entry.account == account(*n)));
        for (at, role) in roles {
            if let Some(entry) = policy.roster.get_mut(at) {
                entry.role = role;
            }
        }
        if open {
            policy.permissions.change_roles = Role::Member;
        }
        facts.removes = removes;
        facts.self_removes = leaving;
        if thorough {
            // All leaves of those who go, and nothing else but what is listed twice by chance.
            let goes = |leaf: &Leaf| gone.iter().any(|n| leaf.identity.account == account(*n));
            facts.self_removes.retain(|at| goes(&facts.tree[*at as usize]));
            let own = facts.self_removes.clone();
            facts.removes = facts.tree.iter().filter(|leaf| goes(leaf) && !own.contains(&leaf.index)).map(|leaf| leaf.index).collect();
        }
        facts.adds = adds.into_iter().map(|(n, d)| AddedLeaf { identity: identity(n, d), lasting: true }).collect();
        if policy != group() && revision {
            policy.revision = 2;
        }
        facts.policy_after = PolicyFact::Known(policy);
        if !with_path {
            facts.path = None;
        }
        if let Some((n, d)) = external {
            facts.committer = Committer::External;
            facts.path = Some(identity(n, d));
            if thorough {
                facts.adds.clear();
                facts.self_removes.clear();
                facts.removes = facts.tree.iter().filter(|leaf| leaf.identity == identity(n, d)).map(|leaf| leaf.index).collect();
                facts.policy_after = facts.policy_before.clone();
            }
        }
        facts
    }
}

/// What must hold after any commit that passes, said without the words of the rules.
fn holds(facts: &CommitFacts, effect: &CommitEffect) -> Result<(), TestCaseError> {
    let before = group();
    let after = &effect.policy;
    let actor = before.role(effect.committer.account).unwrap();
    let allowed = |action| decide(before.kind, &before.permissions, actor, action).is_ok();

    let gone: BTreeSet<u32> = facts.removes.iter().chain(&facts.self_removes).copied().collect();
    let mut leaves: Vec<LeafIdentity> =
        facts.tree.iter().filter(|leaf| !gone.contains(&leaf.index)).map(|leaf| leaf.identity).collect();
    leaves.extend(facts.adds.iter().map(|leaf| leaf.identity));
    if effect.external_join {
        leaves.extend(facts.path);
    }
    let devices: BTreeSet<_> = leaves.iter().map(|leaf| leaf.device).collect();
    prop_assert_eq!(devices.len(), leaves.len(), "a device twice");
    prop_assert!(leaves.contains(&effect.committer), "the committer stays");
    prop_assert!(leaves.iter().all(|leaf| after.member(leaf.account).is_some()), "a leaf without a member");
    prop_assert!(after.owners() > 0, "no owner");
    prop_assert_eq!(after.revision, before.revision + u32::from(*after != before));

    for entry in &after.roster {
        match before.role(entry.account) {
            None => prop_assert!(allowed(Action::Add { role: entry.role }), "added without the right"),
            Some(from) if from != entry.role => {
                let own = entry.account == effect.committer.account;
                prop_assert!(allowed(Action::SetRole { from, to: entry.role, own }), "role set without the right");
            }
            Some(_) => {}
        }
    }
    for entry in before.roster.iter().filter(|entry| after.member(entry.account).is_none()) {
        let wished = facts
            .tree
            .iter()
            .any(|leaf| leaf.identity.account == entry.account && facts.self_removes.contains(&leaf.index));
        prop_assert!(wished || allowed(Action::Remove { target: entry.role }), "removed without the right");
    }
    if effect.external_join {
        prop_assert_eq!(after, &before);
        prop_assert!(effect.devices_removed.iter().all(|leaf| leaf.device == effect.committer.device));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn whatever_passes_keeps_the_group_in_order(facts in any_commit()) {
        if let Ok(effect) = judge(&facts) {
            holds(&facts, &effect)?;
        }
    }

    #[test]
    fn the_order_of_changes_does_not_matter(facts in any_commit()) {
        let mut turned = facts.clone();
        turned.tree.reverse();
        turned.adds.reverse();
        turned.removes.reverse();
        turned.cited.reverse();
        prop_assert_eq!(judge(&facts).is_ok(), judge(&turned).is_ok());
    }
}

#[test]
fn the_random_commits_are_of_both_sorts() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let verdicts: Vec<bool> =
        (0..2_000).map(|_| judge(&any_commit().new_tree(&mut runner).unwrap().current()).is_ok()).collect();
    let passed = verdicts.iter().filter(|passed| **passed).count();
    assert!((100..1_900).contains(&passed), "{passed} of 2,000 passed");
}
