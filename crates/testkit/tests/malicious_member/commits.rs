//! Commits that break the policy, the device logs or the protocol: the server refuses them, and where it does not,
//! engines do.

use beseda_crypto::credential::Credential;
use beseda_crypto::suite;
use beseda_engine::Command;
use beseda_engine::api::view::WarningKind;
use beseda_engine::store::conversations::Standing;
use beseda_model::{AccountId, Code, DeviceId, Fingerprint, Role, RosterEntry};
use beseda_testkit::backend::Backend;
use beseda_testkit::people::Person;
use beseda_testkit::rogue::Change;
use beseda_wire::Request;
use beseda_wire::request::CommitBundle;
use beseda_wire::state::EntryClass;
use openmls::extensions::{Extension, Extensions, ExternalSendersExtension};

use crate::town::{MINUTE, Town, corrupt_town, text, town};

/// What Mallory would like to commit.
#[derive(Debug, Clone, Copy)]
enum Wish {
    ChangePermissions,
    RaiseThemselves,
    RaiseAFriend,
    RemoveTheOwner,
    RemoveAnEqual,
    RemoveADeviceThatIsNotRevoked,
    KeepALeaf,
    AddUnderAFalseRoot,
    AddWithoutRostering,
    AddAsAdmin,
    SkipARevision,
    AddAnExternalSender,
    UseAPreSharedKey,
}

const WISHES: [Wish; 13] = [
    Wish::ChangePermissions,
    Wish::RaiseThemselves,
    Wish::RaiseAFriend,
    Wish::RemoveTheOwner,
    Wish::RemoveAnEqual,
    Wish::RemoveADeviceThatIsNotRevoked,
    Wish::KeepALeaf,
    Wish::AddUnderAFalseRoot,
    Wish::AddWithoutRostering,
    Wish::AddAsAdmin,
    Wish::SkipARevision,
    Wish::AddAnExternalSender,
    Wish::UseAPreSharedKey,
];

fn build<B: Backend>(town: &mut Town<B>, dave: &Person, wish: Wish) -> CommitBundle {
    town.rogue.follow(&mut town.world);
    let (alice, bob, mallory) = (town.alice.account, town.bob.account, town.mallory.account);
    let give = |account: AccountId, role: Role| {
        town.rogue.policy_with(|policy| {
            for entry in policy.roster.iter_mut().filter(|entry| entry.account == account) {
                entry.role = role;
            }
        })
    };
    let without = |account| town.rogue.policy_with(|policy| policy.roster.retain(|entry| entry.account != account));
    let own = Change { cite: vec![town.rogue.own_log()], ..Change::default() };
    let change = match wish {
        Wish::ChangePermissions => {
            let policy = town.rogue.policy_with(|policy| policy.permissions.change_permissions = Role::Member);
            Change { policy: Some(policy), ..own }
        }
        Wish::RaiseThemselves => Change { policy: Some(give(mallory, Role::Owner)), ..own },
        Wish::RaiseAFriend => Change { policy: Some(give(bob, Role::Admin)), ..own },
        Wish::RemoveTheOwner => Change { policy: Some(without(alice)), removes: town.rogue.leaves_of(alice), ..own },
        Wish::RemoveAnEqual => Change { policy: Some(without(bob)), removes: town.rogue.leaves_of(bob), ..own },
        Wish::RemoveADeviceThatIsNotRevoked => {
            let (_, log) = town.rogue.claim(&mut town.world, bob).expect("they share a group");
            Change { removes: town.rogue.leaves_of(bob), cite: vec![town.rogue.own_log(), log], ..Change::default() }
        }
        Wish::KeepALeaf => Change { policy: Some(without(bob)), ..own },
        Wish::AddUnderAFalseRoot | Wish::AddWithoutRostering | Wish::AddAsAdmin => {
            let (adds, log) = town.rogue.claim(&mut town.world, dave.account).expect("dave lets everybody add him");
            let root = adds.first().map(|package| Credential::try_from(package.leaf_node().credential()));
            let true_root = root.expect("he has a device").expect("it is one of ours").root;
            let (root, role) = match wish {
                Wish::AddUnderAFalseRoot => (Fingerprint::from_bytes([9; 32]), Role::Member),
                _ => (true_root, Role::Admin),
            };
            let entry = RosterEntry { account: dave.account, root, role };
            let policy = town.rogue.policy_with(|policy| policy.roster.push(entry));
            let policy = (!matches!(wish, Wish::AddWithoutRostering)).then_some(policy);
            Change { adds, policy, cite: vec![town.rogue.own_log(), log], ..Change::default() }
        }
        Wish::SkipARevision => {
            let mut policy = town.rogue.policy_with(|_| {});
            policy.revision += 1;
            Change { policy: Some(policy), ..own }
        }
        Wish::AddAnExternalSender => {
            let mut all: Vec<_> = suite::context_extensions(&town.rogue.policy()).iter().cloned().collect();
            all.push(Extension::ExternalSenders(ExternalSendersExtension::default()));
            Change { extensions: Some(Extensions::from_vec(all).expect("they differ")), ..own }
        }
        Wish::UseAPreSharedKey => Change { proposals: vec![town.rogue.pre_shared_key()], ..own },
    };
    town.rogue.build(&mut town.world, change)
}

#[test]
fn the_server_refuses_commits_that_the_role_does_not_allow() {
    let mut town = town(1);
    let dave = town.newcomer("david");
    let before = town.row(town.alice.device).epoch;
    for wish in WISHES {
        let bundle = build(&mut town, &dave, wish);
        let refused = town.rogue.commit(&mut town.world, bundle).expect_err("it is against the rules");
        assert_eq!(refused.code, Code::InvalidCommit, "{wish:?}: {refused}");
    }
    town.pass();
    let row = town.row(town.alice.device);
    assert_eq!(row.policy.as_ref(), Some(&town.rogue.policy()));
    assert!(row.epoch <= before + 1, "nobody moved but to renew a leaf");
    town.assert_unnoticed("refused commits");
    town.assert_unharmed("refused commits");
}

#[test]
fn slow_engines_refuse_what_the_server_lets_through() {
    // Nobody can even open a commit with a key of Mallory's own: that is another story.
    let wishes = WISHES.into_iter().filter(|wish| !matches!(wish, Wish::UseAPreSharedKey));
    for (seed, wish) in (100..).zip(wishes) {
        let mut town = corrupt_town(seed);
        let dave = town.newcomer("david");
        // The server takes a commit that changes nothing, and shows the others this one in its place.
        let forbidden = build(&mut town, &dave, wish);
        let message = Request::Commit(forbidden.clone());
        let refused = town.rogue.ask(&mut town.world, message).expect_err("an honest server would not");
        assert_eq!(refused.code, Code::InvalidCommit, "{wish:?}");
        town.rogue.forget();
        let cite = vec![town.rogue.own_log()];
        let harmless = town.rogue.build(&mut town.world, Change { cite, ..Change::default() });
        town.world.server.swap(&harmless.commit.0, &forbidden.commit.0);
        let before = town.row(town.alice.device).policy;
        town.rogue.commit(&mut town.world, harmless).expect("it changes nothing");
        town.pass();
        for key in town.honest() {
            let name = town.world.at(key).name.clone();
            let row = town.row(key);
            assert_eq!(row.policy, before, "{wish:?}: {name} has not followed");
            assert_eq!(row.standing, Standing::Broken, "{wish:?}: {name}");
            let told = town.warnings(key);
            assert!(matches!(told.as_slice(), [WarningKind::InvalidCommit { .. }]), "{wish:?}: {name}: {told:?}");
            assert_eq!(town.broken_rules(key).len(), 1, "{wish:?}: {name}");
        }
        // Three accounts have reported it: any of them may lead the others out.
        town.done(town.bob.device, Command::RenewGroup { conversation: town.group });
        town.pass();
        assert_eq!(town.row(town.alice.device).policy, before, "{wish:?}: what was agreed last goes on");
        town.assert_unharmed(&format!("{wish:?}"));
    }
}

#[test]
fn nobody_joins_in_the_name_of_another() {
    let mut town = town(2);
    town.rogue.follow(&mut town.world);
    let bob = town.bob.account;
    let root = town.rogue.policy().member(bob).expect("he is a member").root;
    // A device that has no leaf: of one that has, the commit would also remove that leaf.
    let mut outsider = town.world.rogue(&town.mallory.clone());
    let (_, log) = town.rogue.claim(&mut town.world, bob).expect("they share a group");
    // A device that bob's log does not have, and one that it has, under a key that it does not have.
    for device in [DeviceId::from_bytes([7; 16]), town.device(town.bob.device)] {
        let claimed = Credential { account: bob, device, root };
        let group = town.group;
        let bundle = outsider.external(&mut town.world, group, claimed, vec![log]).expect("a member may ask");
        let refused = outsider.ask(&mut town.world, Request::Commit(bundle)).expect_err("bob has no such device");
        assert!(refused.code == Code::InvalidCommit && refused.detail.contains("device is not current"), "{refused}");
    }
    // In the name of a device of one's own that one does not hold either.
    let claimed = Credential { device: town.device(town.mallory.device), ..outsider.own_credential() };
    let (group, own) = (town.group, outsider.own_log());
    let bundle = outsider.external(&mut town.world, group, claimed, vec![own]).expect("a member may ask");
    let refused = outsider.ask(&mut town.world, Request::Commit(bundle)).expect_err("another key");
    assert!(refused.code == Code::InvalidCommit && refused.detail.contains("device is not current"), "{refused}");
    town.assert_unnoticed("joining as others");
    town.assert_unharmed("joining as others");
}

#[test]
fn an_external_commit_removes_nobody_else() {
    let mut town = town(3);
    town.rogue.follow(&mut town.world);
    let own = town.rogue.leaves().into_iter().find(|leaf| leaf.identity.device == town.rogue.device);
    let own = own.expect("it has a leaf").index;
    let context = town.rogue.context();
    let (group, credential, log) = (town.group, town.rogue.own_credential(), town.rogue.own_log());
    let victims = [town.alice.account, town.bob.account, town.mallory.account];
    let leaves = victims.map(|account| town.rogue.leaves_of(account));
    let bundle = town.rogue.external(&mut town.world, group, credential, vec![log]).expect("a member may ask");
    for victim in leaves.into_iter().flatten().filter(|leaf| *leaf != own) {
        let aimed = town.rogue.aim_elsewhere(&context, &bundle, own, victim);
        let refused = town.rogue.ask(&mut town.world, Request::Commit(aimed)).expect_err("it removes somebody else");
        assert_eq!(refused.code, Code::InvalidCommit, "{refused}");
    }
    town.assert_unharmed("aimed removals");
    // Only aimed wrongly it was refused.
    town.rogue.join(&mut town.world, group).expect("its own old leaf may go");
    town.assert_unnoticed("aimed removals");
}

#[test]
fn nothing_but_the_wish_to_leave_stands_alone() {
    let mut town = corrupt_town(4);
    town.rogue.follow(&mut town.world);
    let victim = *town.rogue.leaves_of(town.bob.account).first().expect("he has a device");
    let proposal = town.rogue.propose_removal(&mut town.world, victim);
    let request = Request::Propose { message: proposal.clone().into() };
    let refused = town.rogue.ask(&mut town.world, request).expect_err("nobody proposes removals");
    assert_eq!(refused.code, Code::InvalidCommit, "{refused}");
    let refused = town.rogue.append(&mut town.world, proposal.clone(), EntryClass::Counted, &[]);
    assert_eq!(refused.expect_err("it is no message").code, Code::BadRequest);

    // The server shows it all the same, in the place of a message.
    let aad = town.rogue.aad(&mut town.world);
    let message = town.rogue.seal(aad, b"in its place");
    town.world.server.swap(&message, &proposal);
    town.rogue.append(&mut town.world, message, EntryClass::Counted, &[]).expect("a message may be sent");
    town.pass();
    for key in town.honest() {
        assert_eq!(town.row(key).policy.map(|policy| policy.roster.len()), Some(4));
    }
    town.assert_unharmed("a smuggled proposal");
    // Whoever commits next does not carry it out.
    town.done(town.alice.device, Command::RemoveMember { conversation: town.group, account: town.mallory.account });
    town.world.run_for(MINUTE);
    town.assert_unharmed("the next commit");
}

#[test]
fn of_two_commits_for_one_epoch_the_second_is_stale() {
    let mut town = town(5);
    let cite = vec![town.rogue.own_log()];
    let late = town.rogue.build(&mut town.world, Change { cite, ..Change::default() });
    town.done(
        town.alice.device,
        Command::SetRole { conversation: town.group, account: town.bob.account, role: Role::Admin },
    );
    let refused = town.rogue.commit(&mut town.world, late).expect_err("alice was first");
    assert_eq!(refused.code, Code::StaleEpoch);
    town.rogue.say(&mut town.world, text("too late")).expect("it has caught up");
    town.assert_unnoticed("a late commit");
    town.assert_unharmed("a late commit");
}
