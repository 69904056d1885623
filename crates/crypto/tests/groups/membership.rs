//! What people may do, and that everybody sees it the same way.

use beseda_crypto::public_group::GroupError;
use beseda_model::commit::{CommitRejection, CreationRejection, LeaveRejection, RoleChange};
use beseda_model::{ConversationKind, Denied, Policy, Role};
use openmls::group::MlsGroup;
use openmls::prelude::ProcessedMessageContent;
use openmls_traits::OpenMlsProvider as _;

use crate::world::{Change, Device, GROUP, World, account, protocol_message};

fn rejection<T: std::fmt::Debug>(result: Result<T, GroupError>) -> CommitRejection {
    match result {
        Err(GroupError::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn people_are_added_and_talk() {
    let mut world = World::with_group(3);
    assert_eq!(world.members(), [0, 1, 2]);
    world.say(0, b"hello");
    world.say(2, b"hello to you");
    let effect = world.update(1).unwrap();
    assert!(effect.joined.is_empty() && effect.devices_added.is_empty() && effect.devices_removed.is_empty());
    world.say(1, b"after the update");
}

#[test]
fn all_devices_of_a_new_member_come_in_together() {
    let mut world = World::with_group(1);
    world.person(2);
    let (phone, laptop) = (world.device(2), world.device(2));
    let effect = world.invite(0, &[phone, laptop]).unwrap();
    assert_eq!(effect.joined.iter().map(|entry| entry.account).collect::<Vec<_>>(), [account(2)]);
    assert_eq!(effect.devices_added.len(), 2);
    world.say(laptop, b"hello");
}

#[test]
fn somebody_without_key_packages_is_on_the_roster_and_joins_later() {
    let mut world = World::with_group(2);
    world.person(3);
    let policy = world.policy_with(|policy| policy.roster.push(world.entry(3, Role::Member)));
    world.commit(0, Change { policy: Some(policy), cite: vec![account(3)], ..Change::default() }).unwrap();
    let late = world.device(3);
    let effect = world.join_externally(late).unwrap();
    assert!(effect.external_join && effect.joined.is_empty());
    world.say(late, b"here I am");
}

#[test]
fn a_member_may_not_remove_another_but_an_admin_may() {
    let mut world = World::with_group(4);
    assert_eq!(rejection(world.kick(1, 3)), CommitRejection::Denied(Denied::Role { needed: Role::Admin }));
    let effect = world.set_role(0, 2, Role::Admin).unwrap();
    assert_eq!(effect.roles, [RoleChange { account: account(2), from: Role::Member, to: Role::Admin }]);
    let effect = world.kick(1, 3).unwrap();
    assert_eq!(effect.removed, [account(3)]);
    assert_eq!(effect.devices_removed.len(), 1);
    assert_eq!(world.members(), [0, 1, 3]);
    assert_eq!(rejection(world.kick(1, 1)), CommitRejection::Denied(Denied::Rank), "the owner stands above");
    world.say(3, b"still here");
}

#[test]
fn a_removal_takes_all_leaves_or_none() {
    let mut world = World::with_group(2);
    world.person(3);
    let (phone, laptop) = (world.device(3), world.device(3));
    world.invite(0, &[phone, laptop]).unwrap();
    let policy = world.policy_with(|policy| policy.roster.retain(|entry| entry.account != account(3)));
    let remove = vec![world.leaf(phone)];
    let stays = world.leaf(laptop);
    let result = world.commit(0, Change { remove, policy: Some(policy), ..Change::default() });
    assert_eq!(rejection(result), CommitRejection::LeafStays { leaf: stays });
    world.kick(0, 3).unwrap();
    assert_eq!(world.members(), [0, 1]);
}

#[test]
fn a_revoked_device_is_removed_by_anybody_and_a_good_one_by_nobody() {
    let mut world = World::with_group(3);
    let tablet = world.device(3);
    world.join_externally(tablet).unwrap();
    let leaf = world.leaf(tablet);
    let change = || Change { remove: vec![leaf], cite: vec![account(3)], ..Change::default() };
    assert_eq!(rejection(world.commit(1, change())), CommitRejection::RemovalUnjustified { leaf });
    world.revoke(tablet);
    let change_uncited = Change { remove: vec![leaf], ..Change::default() };
    assert_eq!(rejection(world.commit(1, change_uncited)), CommitRejection::LogNotCited { account: account(3) });
    let effect = world.commit(1, change()).unwrap();
    assert!(effect.removed.is_empty(), "the person stays");
    assert_eq!(effect.devices_removed.len(), 1);
    assert!(!world.in_tree(tablet));
}

#[test]
fn whoever_leaves_goes_with_all_devices() {
    let mut world = World::with_group(3);
    let laptop = world.device(3);
    world.join_externally(laptop).unwrap();
    world.leave(2).unwrap();
    // Until this is carried out nothing else goes.
    assert!(matches!(world.leave(laptop), Err(GroupError::Leave(LeaveRejection::AlreadyLeaving))));
    let effect = world.carry_out(1).unwrap();
    assert_eq!(effect.left, [account(3)]);
    assert!(effect.removed.is_empty());
    assert_eq!(effect.devices_removed.len(), 2);
    assert_eq!(world.members(), [0, 1]);
    world.say(0, b"bye");
}

#[test]
fn several_leave_at_once() {
    let mut world = World::with_group(4);
    world.leave(1).unwrap();
    world.leave(3).unwrap();
    let effect = world.carry_out(2).unwrap();
    assert_eq!(effect.left, [account(2), account(4)]);
    assert_eq!(world.members(), [0, 2]);
}

#[test]
fn nothing_passes_by_a_wish_to_leave() {
    let mut world = World::with_group(3);
    let outsider = world.device(2);
    world.leave(2).unwrap();
    assert_eq!(
        rejection(world.update(0)),
        CommitRejection::LeaverStays { leaf: world.leaf(2) },
        "carrying it out without dropping the account"
    );
    // Ignoring the wish is valid for MLS and the policy, but the wish would be lost.
    let posted = world.build(0, Change { ignore_waiting: true, ..Change::default() });
    assert!(matches!(world.check(&posted), Err(GroupError::LeaverOmitted)));
    world.forget(0);
    assert!(matches!(world.join_externally(outsider), Err(GroupError::JoinLater)));
    world.carry_out(1).unwrap();
    world.join_externally(outsider).unwrap();
}

#[test]
fn ones_own_commit_is_known_when_it_comes_back() {
    let mut world = World::with_group(3);
    let posted = world.build(0, Change::default());
    world.check(&posted).unwrap();
    // The reply was lost and the program started again.
    let Device { provider, group, .. } = &mut world.devices[0];
    *group = MlsGroup::load(provider.storage(), &GROUP.to_mls()).unwrap();
    let group = group.as_mut().unwrap();
    let processed = group.process_message(provider, protocol_message(&posted.commit)).unwrap();
    assert!(matches!(processed.content(), ProcessedMessageContent::OwnPendingCommit));
    group.merge_pending_commit(provider).unwrap();
    assert_eq!(group.epoch().as_u64(), 2);
    assert!(group.process_message(provider, protocol_message(&posted.commit)).is_err(), "not twice");
}

#[test]
fn the_loser_of_a_race_goes_on_with_the_winner() {
    let mut world = World::with_group(3);
    let lost = world.build(1, Change::default());
    world.update(2).unwrap();
    assert!(world.devices[1].group.as_ref().unwrap().pending_commit().is_none(), "merging drops one's own");
    assert!(matches!(world.check(&lost), Err(GroupError::StaleEpoch { current: 2 })));
    world.update(1).unwrap();
}

#[test]
fn nothing_is_sent_while_somebody_waits_to_leave() {
    let mut world = World::with_group(3);
    world.leave(2).unwrap();
    let Device { provider, group, signer, .. } = &mut world.devices[0];
    assert!(group.as_mut().unwrap().create_message(provider, signer, b"wait").is_err());
    world.carry_out(0).unwrap();
    world.say(0, b"now");
}

#[test]
fn a_leaver_cannot_be_the_one_to_carry_it_out() {
    let mut world = World::with_group(2);
    let laptop = world.device(2);
    world.join_externally(laptop).unwrap();
    world.leave(1).unwrap();
    let policy = world.policy_with(|policy| policy.roster.retain(|entry| entry.account != account(2)));
    let result = world.commit(laptop, Change { policy: Some(policy), ..Change::default() });
    assert_eq!(rejection(result), CommitRejection::LeafStays { leaf: world.leaf(laptop) });
}

#[test]
fn the_last_owner_hands_over_first() {
    let mut world = World::with_group(3);
    assert!(matches!(world.leave(0), Err(GroupError::Leave(LeaveRejection::LastOwner))));
    assert_eq!(rejection(world.set_role(0, 1, Role::Member)), CommitRejection::NoOwner);
    world.set_role(0, 2, Role::Owner).unwrap();
    world.leave(0).unwrap();
    assert!(
        matches!(world.leave(1), Err(GroupError::Leave(LeaveRejection::LastOwner))),
        "those who wait to leave are no longer counted"
    );
    world.carry_out(2).unwrap();
    assert_eq!(world.members(), [1, 2]);
    world.kick(1, 3).unwrap();
    assert!(matches!(world.leave(1), Err(GroupError::Leave(LeaveRejection::LastMember))));
}

#[test]
fn a_device_that_lost_its_state_comes_back() {
    let mut world = World::with_group(3);
    let old = world.leaf(2);
    let device = &mut world.devices[2];
    device.provider = beseda_crypto::suite::Provider::default();
    device.group = None;
    let effect = world.join_externally(2).unwrap();
    assert_eq!(effect.devices_removed.len(), 1);
    assert_eq!(effect.devices_removed[0].device, world.devices[2].id);
    assert_eq!(world.leaf(2), old, "OpenMLS takes the leftmost free leaf, the old one included");
    world.say(2, b"back again");
    world.say(0, b"good");
}

#[test]
fn only_devices_of_members_join() {
    let mut world = World::with_group(2);
    world.person(3);
    let stranger = world.device(3);
    assert_eq!(rejection(world.join_externally(stranger)), CommitRejection::NotRostered);
    let stolen = world.device(2);
    world.revoke(stolen);
    assert_eq!(rejection(world.join_externally(stolen)), CommitRejection::DeviceNotCurrent);
    let uncited = world.device(2);
    let posted = world.build_external(uncited, &[]);
    assert_eq!(rejection(world.post(uncited, posted, &[])), CommitRejection::LogNotCited { account: account(2) });
}

#[test]
fn direct_conversations_have_a_fixed_roster() {
    let mut world = World::with_people(3);
    let roster = vec![world.entry(1, Role::Member), world.entry(2, Role::Member)];
    world.create(0, Policy::new(ConversationKind::Direct, roster));
    world.invite(0, &[1]).unwrap();
    world.say(1, b"just us two");
    assert_eq!(
        rejection(world.invite(0, &[2])),
        CommitRejection::PolicyShape(beseda_model::commit::PolicyFault::NotTwo)
    );
    assert!(matches!(world.leave(1), Err(GroupError::Leave(LeaveRejection::Denied(Denied::Kind)))));
    let laptop = world.device(2);
    world.join_externally(laptop).unwrap();
    let policy = world.policy_with(|policy| {
        policy.kind = ConversationKind::Group;
        policy.roster[0].role = Role::Owner;
    });
    let result = world.commit(0, Change { policy: Some(policy), ..Change::default() });
    assert_eq!(rejection(result), CommitRejection::KindChanged);
}

#[test]
fn notes_are_for_ones_own_devices() {
    let mut world = World::with_people(2);
    let laptop = world.device(1);
    let roster = vec![world.entry(1, Role::Member)];
    world.create(0, Policy::new(ConversationKind::Notes, roster));
    world.join_externally(laptop).unwrap();
    assert_eq!(
        rejection(world.invite(0, &[1])),
        CommitRejection::PolicyShape(beseda_model::commit::PolicyFault::NotOne)
    );
    world.say(0, b"remember the milk");
}

#[test]
fn a_group_starts_in_order() {
    let mut world = World::with_people(2);
    let member = Policy::new(ConversationKind::Group, vec![world.entry(1, Role::Member)]);
    assert!(matches!(world.try_create(0, &member), Err(GroupError::Creation(CreationRejection::CreatorNotOwner))));
    let mut world = World::with_people(2);
    let other = Policy::new(ConversationKind::Group, vec![world.entry(2, Role::Owner)]);
    assert!(matches!(
        world.try_create(0, &other),
        Err(GroupError::Creation(CreationRejection::Invalid(CommitRejection::NotRostered)))
    ));
    let mut world = World::with_people(1);
    let mut later = Policy::new(ConversationKind::Group, vec![world.entry(1, Role::Owner)]);
    later.revision = 2;
    assert!(matches!(world.try_create(0, &later), Err(GroupError::Creation(CreationRejection::Revision))));
    let mut world = World::with_people(1);
    let fine = Policy::new(ConversationKind::Group, vec![world.entry(1, Role::Owner)]);
    world.revoke(0);
    assert!(matches!(world.try_create(0, &fine), Err(GroupError::Creation(CreationRejection::CreatorRevoked))));
}

#[test]
fn a_new_recovery_phrase_is_carried_over() {
    let mut world = World::with_group(2);
    let before = world.policy().member(account(2)).unwrap().root;
    world.rotate_root(2);
    // A device made under the new phrase joins while the roster still names the old root key.
    let laptop = world.device(2);
    world.join_externally(laptop).unwrap();
    let policy = world.policy_with(|policy| {
        policy.roster.retain(|entry| entry.account != account(2));
        policy.roster.push(world.entry(2, Role::Member));
    });
    let change = |cite| Change { policy: Some(policy.clone()), cite, ..Change::default() };
    let uncited = world.commit(0, change(vec![]));
    assert_eq!(rejection(uncited), CommitRejection::LogNotCited { account: account(2) });
    let effect = world.commit(0, change(vec![account(2)])).unwrap();
    assert_eq!(effect.roots.len(), 1);
    assert_eq!(effect.roots[0].from, before);
    world.say(1, b"the old device goes on");
    world.update(1).unwrap();
}

#[test]
fn somebody_elses_root_key_is_not_taken() {
    let mut world = World::with_group(3);
    let policy = world.policy_with(|policy| policy.roster[1].root = world.entry(3, Role::Member).root);
    let result = world.commit(0, Change { policy: Some(policy), cite: vec![account(2)], ..Change::default() });
    assert_eq!(rejection(result), CommitRejection::RootUnproven);
    world.person(4);
    let mut entry = world.entry(4, Role::Member);
    entry.root = world.entry(3, Role::Member).root;
    let policy = world.policy_with(|policy| policy.roster.push(entry));
    let result = world.commit(0, Change { policy: Some(policy), cite: vec![account(4)], ..Change::default() });
    assert_eq!(rejection(result), CommitRejection::WrongRoot);
}
