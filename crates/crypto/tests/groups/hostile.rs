//! What a clever client may post, and that the server does not take it.

use beseda_crypto::credential::CredentialError;
use beseda_crypto::facts::FactsError;
use beseda_crypto::key_package::{self, KeyPackageError};
use beseda_crypto::public_group::{GroupError, GroupInfoFault, LiveGroup};
use beseda_crypto::suite;
use beseda_model::commit::{CommitRejection, ForbiddenProposal};
use beseda_model::{Policy, Role};
use openmls::extensions::{Extension, Extensions, ExternalSendersExtension};
use openmls::prelude::{KeyPackage, LeafNodeIndex, Lifetime, Proposal};
use openmls_traits::OpenMlsProvider as _;
use tls_codec::Serialize as _;

use crate::world::{Change, Posted, World, account, raw_credential};

fn fault<T: std::fmt::Debug>(result: Result<T, GroupError>) -> GroupInfoFault {
    match result {
        Err(GroupError::GroupInfo(fault)) => fault,
        other => panic!("expected a fault of the GroupInfo, got {other:?}"),
    }
}

#[test]
fn of_two_commits_the_second_is_stale() {
    let mut world = World::with_group(3);
    let slow = world.build(1, Change::default());
    let fast = world.build(2, Change::default());
    let checked = world.check(&slow).unwrap();
    world.forget(1);
    world.post(2, fast, &[]).unwrap();
    assert!(matches!(world.check(&slow), Err(GroupError::StaleEpoch { current: 2 })));
    assert!(matches!(world.server.take().unwrap().apply(checked), Err(GroupError::Outdated)));
}

#[test]
fn a_group_info_of_another_epoch_or_commit_is_refused() {
    let mut world = World::with_group(3);
    let old = world.state.group_info.clone();
    let one = world.build(0, Change::default());
    let other = world.build(1, Change::default());
    let with = |group_info: &[u8]| Posted {
        group_info: group_info.to_vec(),
        commit: one.commit.clone(),
        welcome: None,
        aad: one.aad.clone(),
    };
    assert_eq!(fault(world.check(&with(&old))), GroupInfoFault::Context);
    assert_eq!(fault(world.check(&with(&other.group_info))), GroupInfoFault::Context);
    world.check(&one).unwrap();
}

/// Byte offsets from the end of a GroupInfo: signature, signer, confirmation tag.
const SIGNATURE: usize = 66;
const SIGNER: usize = 4;

#[test]
fn a_forged_group_info_is_refused() {
    let mut world = World::with_group(3);
    let posted = world.build(0, Change::default());
    let length = posted.group_info.len();
    let forged = |at: usize| {
        let mut group_info = posted.group_info.clone();
        group_info[at] ^= 1;
        Posted { group_info, commit: posted.commit.clone(), welcome: None, aad: posted.aad.clone() }
    };
    assert_eq!(fault(world.check(&forged(length - 1))), GroupInfoFault::Signature);
    assert_eq!(fault(world.check(&forged(length - SIGNATURE - 1))), GroupInfoFault::Signer);
    assert_eq!(fault(world.check(&forged(length - SIGNATURE - SIGNER - 1))), GroupInfoFault::ConfirmationTag);
    assert_eq!(fault(world.check(&forged(40))), GroupInfoFault::Context, "in the tree hash");
    for at in 0..length {
        assert!(world.check(&forged(at)).is_err(), "byte {at} changed");
    }
    for cut in 0..length {
        let mut short = forged(0);
        short.group_info = posted.group_info[..cut].to_vec();
        assert!(world.check(&short).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_group_info_signed_by_another_member_is_refused() {
    let mut world = World::with_group(3);
    let posted = world.build(0, Change::default());
    let checked = world.check(&posted).unwrap();
    // Member 2 learns the next epoch and exports a GroupInfo of it under its own name.
    let device = &mut world.devices[1];
    let group = device.group.as_mut().unwrap();
    let processed = group.process_message(&device.provider, crate::world::protocol_message(&posted.commit)).unwrap();
    let openmls::prelude::ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        panic!()
    };
    group.merge_staged_commit(&device.provider, *staged).unwrap();
    let group_info = group.export_group_info(device.provider.crypto(), &device.signer, false).unwrap();
    let foreign = Posted {
        group_info: group_info.tls_serialize_detached().unwrap(),
        commit: posted.commit,
        welcome: None,
        aad: posted.aad,
    };
    assert_eq!(fault(world.check(&foreign)), GroupInfoFault::Signer);
    assert_eq!(checked.epoch, 2);
}

#[test]
fn a_group_info_with_the_tree_inside_is_refused() {
    let mut world = World::with_group(2);
    let posted = world.build(0, Change::default());
    let device = &mut world.devices[0];
    let group = device.group.as_mut().unwrap();
    group.merge_pending_commit(&device.provider).unwrap();
    let group_info = group.export_group_info(device.provider.crypto(), &device.signer, true).unwrap();
    let fat = Posted { group_info: group_info.tls_serialize_detached().unwrap(), ..posted };
    assert_eq!(fault(world.check(&fat)), GroupInfoFault::Extensions);
}

#[test]
fn a_damaged_commit_is_refused() {
    let mut world = World::with_group(3);
    let posted = world.build(0, Change::default());
    for at in 0..posted.commit.len() {
        let mut commit = posted.commit.clone();
        commit[at] ^= 1;
        let damaged = Posted { commit, group_info: posted.group_info.clone(), welcome: None, aad: posted.aad.clone() };
        // The membership tag, the last 32 bytes, is made with a secret that the server does not have.
        let membership_tag = at >= posted.commit.len() - 32;
        assert_eq!(world.check(&damaged).is_ok(), membership_tag, "byte {at}");
    }
}

#[test]
fn a_wrong_confirmation_tag_is_refused() {
    let mut world = World::with_group(3);
    let posted = world.build(0, Change::default());
    let mut commit = posted.commit.clone();
    // … confirmation tag<32>, membership tag<32>, each with one byte of length.
    let at = commit.len() - 33 - 1;
    commit[at] ^= 1;
    let wrong = Posted { commit, ..posted };
    assert_eq!(fault(world.check(&wrong)), GroupInfoFault::ConfirmationTag);
}

#[test]
fn key_packages_must_fit() {
    let world = World::with_people(1);
    let device = &world.devices[0];
    let build = |lifetime: Lifetime, capabilities, credential| {
        KeyPackage::builder()
            .key_package_lifetime(lifetime)
            .leaf_node_capabilities(capabilities)
            .build(suite::CIPHERSUITE, &device.provider, &device.signer, credential)
            .unwrap()
            .key_package()
            .tls_serialize_detached()
            .unwrap()
    };
    let verify =
        |bytes: &[u8]| key_package::verify(bytes, device.provider.crypto()).map(|verified| verified.is_last_resort);
    let good = build(suite::lifetime(), suite::capabilities(), world.credential(0));
    assert_eq!(verify(&good), Ok(false));
    assert_eq!(
        verify(&build(Lifetime::default(), suite::capabilities(), world.credential(0))),
        Err(KeyPackageError::NotLasting)
    );
    assert_eq!(
        verify(&build(suite::lifetime(), openmls::prelude::Capabilities::default(), world.credential(0))),
        Err(KeyPackageError::Capabilities)
    );
    assert_eq!(
        verify(&build(suite::lifetime(), suite::capabilities(), raw_credential(b"alice", &device.signer))),
        Err(KeyPackageError::Leaf(FactsError::Credential(CredentialError::Version(b'a'))))
    );
    assert_eq!(verify(&good[..good.len() - 1]), Err(KeyPackageError::Malformed));
    let last_resort = key_package::build(&device.provider, &device.signer, world.credential(0), true).unwrap();
    assert_eq!(verify(&last_resort.key_package().tls_serialize_detached().unwrap()), Ok(true));
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        assert!(verify(&damaged).is_err(), "byte {at} changed");
    }
}

fn add(world: &World, key_package: KeyPackage, person: u8) -> Change {
    let policy = world.policy_with(|policy| policy.roster.push(world.entry(person, Role::Member)));
    Change { key_packages: vec![key_package], policy: Some(policy), cite: vec![account(person)], ..Change::default() }
}

fn refused(world: &mut World, change: Change) -> CommitRejection {
    let posted = world.build(0, change);
    match world.post(0, posted, &[]) {
        Err(GroupError::Rejected(rejection)) => rejection,
        other => panic!("expected a rejection, got {other:?}"),
    }
}

#[test]
fn a_leaf_with_an_end_is_refused_by_everybody() {
    let mut world = World::with_group(2);
    world.person(3);
    let new = world.device(3);
    let device = &world.devices[new];
    let key_package = KeyPackage::builder()
        .key_package_lifetime(Lifetime::default())
        .leaf_node_capabilities(suite::capabilities())
        .build(suite::CIPHERSUITE, &device.provider, &device.signer, world.credential(new))
        .unwrap();
    let change = add(&world, key_package.key_package().clone(), 3);
    assert_eq!(refused(&mut world, change), CommitRejection::AddedNotLasting);
}

#[test]
fn devices_unknown_to_the_device_log_are_refused() {
    let mut world = World::with_group(2);
    world.person(3);
    let new = world.device(3);
    let key_package = world.key_package(new);
    world.revoke(new);
    let change = add(&world, key_package, 3);
    assert_eq!(refused(&mut world, change), CommitRejection::DeviceNotCurrent);

    // A device that uses another key than the log has.
    world.person(4);
    let new = world.device(4);
    world.devices[new].signer =
        openmls_basic_credential::SignatureKeyPair::new(suite::CIPHERSUITE.signature_algorithm()).unwrap();
    let key_package = world.key_package(new);
    let change = add(&world, key_package, 4);
    assert_eq!(refused(&mut world, change), CommitRejection::DeviceNotCurrent);

    // The same leaf, though nobody put its owner on the roster.
    let key_package = world.key_package(new);
    let change = Change { key_packages: vec![key_package], cite: vec![account(4)], ..Change::default() };
    assert_eq!(refused(&mut world, change), CommitRejection::AddedNotRostered);
}

#[test]
fn a_foreign_credential_is_refused() {
    let mut world = World::with_group(2);
    let new = world.device(2);
    let device = &world.devices[new];
    let bundle =
        key_package::build(&device.provider, &device.signer, raw_credential(b"mallory", &device.signer), false)
            .unwrap();
    let posted = world.build(0, Change { key_packages: vec![bundle.key_package().clone()], ..Change::default() });
    assert!(matches!(world.check(&posted), Err(GroupError::Facts(FactsError::Credential(_)))));
}

#[test]
fn the_revision_must_follow() {
    let mut world = World::with_group(2);
    let same = Policy { revision: world.policy().revision + 1, ..world.policy() };
    assert_eq!(refused(&mut world, Change { policy: Some(same), ..Change::default() }), CommitRejection::Revision);
    for revision in [0, 2, 4, u32::MAX] {
        let mut policy = world.policy_with(|policy| policy.permissions.pin = Role::Owner);
        policy.revision = revision;
        assert_eq!(
            refused(&mut world, Change { policy: Some(policy), ..Change::default() }),
            CommitRejection::Revision
        );
    }
    let mut policy = world.policy_with(|policy| policy.permissions.pin = Role::Owner);
    policy.format = 2;
    let rejection = refused(&mut world, Change { policy: Some(policy), ..Change::default() });
    assert_eq!(rejection, CommitRejection::UnknownPolicy { format: 2 });
}

/// Builds a commit with any extensions of the group context and any proposals.
fn build_raw(world: &mut World, extensions: Option<Vec<Extension>>, proposals: Vec<Proposal>) -> Posted {
    let aad = world.commit_aad(0, &[]);
    let device = &mut world.devices[0];
    let group = device.group.as_mut().unwrap();
    group.set_aad(aad.to_bytes());
    let mut builder = group.commit_builder().add_proposals(proposals);
    if let Some(extensions) = extensions {
        builder = builder.propose_group_context_extensions(Extensions::from_vec(extensions).unwrap()).unwrap();
    }
    let bundle = builder
        .load_psks(device.provider.storage())
        .unwrap()
        .create_group_info(true)
        .build(device.provider.rand(), device.provider.crypto(), &device.signer, |_| true)
        .unwrap()
        .stage_commit(&device.provider)
        .unwrap();
    Posted {
        commit: bundle.commit().tls_serialize_detached().unwrap(),
        group_info: bundle.into_group_info_msg().unwrap().tls_serialize_detached().unwrap(),
        welcome: None,
        aad,
    }
}

#[test]
fn the_context_keeps_its_extensions() {
    let mut world = World::with_group(2);
    let policy = world.policy();
    let ours: Vec<_> = suite::context_extensions(&policy).iter().cloned().collect();
    let mut more = ours.clone();
    more.push(Extension::ExternalSenders(ExternalSendersExtension::default()));
    let posted = build_raw(&mut world, Some(more), vec![]);
    assert!(matches!(world.post(0, posted, &[]), Err(GroupError::Rejected(CommitRejection::ForeignExtensions))));
    let posted = build_raw(&mut world, Some(vec![ours[0].clone()]), vec![]);
    assert!(matches!(world.post(0, posted, &[]), Err(GroupError::Rejected(CommitRejection::NoPolicy))));
    let posted = build_raw(&mut world, Some(ours), vec![]);
    assert_eq!(world.post(0, posted, &[]).unwrap().policy, policy, "the same again is no change");
}

#[test]
fn pre_shared_keys_are_refused() {
    let mut world = World::with_group(2);
    let psk = openmls::schedule::PreSharedKeyId::external(vec![1], vec![2; 32]);
    psk.store(&world.devices[0].provider, &[3; 32]).unwrap();
    let posted = build_raw(
        &mut world,
        None,
        vec![Proposal::PreSharedKey(Box::new(openmls::prelude::PreSharedKeyProposal::new(psk)))],
    );
    assert!(matches!(
        world.check(&posted),
        Err(GroupError::Rejected(CommitRejection::Forbidden(ForbiddenProposal::PreSharedKey)))
    ));
}

#[test]
fn only_the_wish_to_leave_stands_alone() {
    let mut world = World::with_group(3);
    let aad = world.message_aad(1);
    let device = &mut world.devices[1];
    let group = device.group.as_mut().unwrap();
    group.set_aad(aad.to_bytes());
    let (removal, _) = group.propose_remove_member(&device.provider, &device.signer, LeafNodeIndex::new(2)).unwrap();
    let removal = removal.tls_serialize_detached().unwrap();
    assert!(matches!(world.server().check_proposal(&removal), Err(GroupError::ProposalKind)));
    let posted = world.build(0, Change::default());
    assert!(matches!(world.server().check_proposal(&posted.commit), Err(GroupError::Kind("proposal"))));
    let leave = world.self_remove(2);
    assert!(matches!(
        world.server().check_commit(&leave, &posted.group_info, &world.logs),
        Err(GroupError::Kind("commit"))
    ));
    for at in 0..leave.len() - 32 {
        let mut damaged = leave.clone();
        damaged[at] ^= 1;
        assert!(world.server().check_proposal(&damaged).is_err(), "byte {at} changed");
    }
}

#[test]
fn a_proposal_of_an_earlier_epoch_is_stale() {
    let mut world = World::with_group(3);
    let leave = world.self_remove(2);
    let device = &mut world.devices[2];
    device.group.as_mut().unwrap().clear_pending_proposals(device.provider.storage()).unwrap();
    world.update(0).unwrap();
    assert!(matches!(world.server().check_proposal(&leave), Err(GroupError::StaleEpoch { current: 2 })));
}

#[test]
fn damaged_state_is_not_loaded() {
    let mut world = World::with_group(3);
    world.leave(2).unwrap();
    for at in 0..world.state.ratchet_tree.len() {
        let mut damaged = world.state.clone();
        damaged.ratchet_tree[at] ^= 1;
        assert!(LiveGroup::load(&damaged).is_err(), "byte {at} of the tree changed");
    }
    let mut damaged = world.state.clone();
    damaged.proposals[0][60] ^= 1;
    assert!(LiveGroup::load(&damaged).is_err());
    let mut older = world.state.clone();
    world.carry_out(0).unwrap();
    older.group_info = world.state.group_info.clone();
    assert!(LiveGroup::load(&older).is_err(), "GroupInfo and tree of different epochs");
}
