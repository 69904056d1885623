//! People with devices, and a server that follows their one group. Every commit goes through the server and to all
//! members, and everybody's verdict is compared.

use std::collections::BTreeMap;

use beseda_crypto::aad::{ChainPoint, CommitAad, DeviceLogPoint, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::public_group::{CheckedCommit, GroupError, GroupState, LiveGroup};
use beseda_crypto::root::RootKey;
use beseda_crypto::signature::Ed25519;
use beseda_crypto::suite::Provider;
use beseda_crypto::{facts, key_package, suite};
use beseda_model::commit::{
    CitedLog, CommitEffect, CommitRejection, Committer, PolicyFact, check_tree, validate_commit,
};
use beseda_model::device_log::{DeviceLog, DeviceLogOp, LogSigner};
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, MessageId, Policy, Role, RosterEntry};
use ed25519_dalek::SigningKey;
use openmls::group::{MlsGroup, StagedWelcome};
use openmls::prelude::{
    BasicCredential, CredentialWithKey, KeyPackage, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn,
    ProcessedMessageContent, ProtocolMessage, RatchetTreeIn, Sender, Welcome,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::MemoryStorage;
use openmls_traits::OpenMlsProvider as _;
use tls_codec::{Deserialize as _, Serialize as _};

pub(crate) const GROUP: GroupId = GroupId { conversation: ConversationId::from_bytes([0xc0; 16]), generation: 0 };

pub(crate) struct Device {
    pub(crate) account: AccountId,
    pub(crate) id: DeviceId,
    pub(crate) signer: SignatureKeyPair,
    pub(crate) provider: Provider<MemoryStorage>,
    pub(crate) group: Option<MlsGroup>,
}

pub(crate) struct World {
    roots: BTreeMap<AccountId, RootKey>,
    pub(crate) logs: BTreeMap<AccountId, DeviceLog>,
    pub(crate) devices: Vec<Device>,
    pub(crate) server: Option<LiveGroup>,
    pub(crate) state: GroupState,
    sends: u64,
}

/// What a member wants to commit; the rest (proposals that wait, the committer) comes by itself.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) add: Vec<usize>,
    pub(crate) key_packages: Vec<KeyPackage>,
    pub(crate) remove: Vec<u32>,
    pub(crate) policy: Option<Policy>,
    pub(crate) cite: Vec<AccountId>,
    /// Leave out the proposals that wait.
    pub(crate) ignore_waiting: bool,
}

/// A commit that is ready to be posted.
pub(crate) struct Posted {
    pub(crate) commit: Vec<u8>,
    pub(crate) group_info: Vec<u8>,
    pub(crate) welcome: Option<Welcome>,
    pub(crate) aad: CommitAad,
}

pub(crate) const fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 16])
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            roots: BTreeMap::new(),
            logs: BTreeMap::new(),
            devices: Vec::new(),
            server: None,
            state: GroupState { group_info: Vec::new(), ratchet_tree: Vec::new(), proposals: Vec::new() },
            sends: 0,
        }
    }

    /// People 1 to `n` with one device each, device `n` at index `n − 1`.
    pub(crate) fn with_people(n: u8) -> Self {
        let mut world = Self::new();
        for person in 1..=n {
            world.person(person);
            world.device(person);
        }
        world
    }

    /// A group of people 1 to `n`, made by 1, who is its owner.
    pub(crate) fn with_group(n: u8) -> Self {
        let mut world = Self::with_people(n);
        world.create(0, Policy::new(ConversationKind::Group, vec![world.entry(1, Role::Owner)]));
        if n > 1 {
            world.invite(0, &(1..usize::from(n)).collect::<Vec<_>>()).unwrap();
        }
        world
    }

    pub(crate) fn person(&mut self, n: u8) {
        let root = RootKey::from_entropy(&[n; 32]);
        self.logs.insert(account(n), DeviceLog::new(account(n), root.public()));
        self.roots.insert(account(n), root);
    }

    pub(crate) fn device(&mut self, person: u8) -> usize {
        let n = u8::try_from(self.devices.len()).unwrap() + 1;
        let id = DeviceId::from_bytes([n; 16]);
        // Fixed, so that fuzzing, which knows them too, can sign what it changed.
        let key = SigningKey::from_bytes(&[n; 32]);
        let signer = SignatureKeyPair::from_raw(
            suite::CIPHERSUITE.signature_algorithm(),
            key.to_bytes().to_vec(),
            key.verifying_key().to_bytes().to_vec(),
        );
        let signature_key = signer.public().try_into().unwrap();
        self.log(person, DeviceLogOp::Add { device: id, signature_key });
        self.devices.push(Device {
            account: account(person),
            id,
            signer,
            provider: Provider::new(MemoryStorage::default()),
            group: None,
        });
        self.devices.len() - 1
    }

    pub(crate) fn revoke(&mut self, device: usize) {
        let Device { account, id, .. } = self.devices[device];
        self.log(account.as_bytes()[0], DeviceLogOp::Remove { device: id });
    }

    fn log(&mut self, person: u8, op: DeviceLogOp) {
        let log = self.logs.get_mut(&account(person)).unwrap();
        let mut entry = log.unsigned(op, LogSigner::Root);
        entry.signature = self.roots[&account(person)].sign(&entry.signed_bytes(account(person)));
        log.verify_and_append(entry, &Ed25519).unwrap();
    }

    /// A new recovery phrase for somebody.
    pub(crate) fn rotate_root(&mut self, person: u8) {
        let new = RootKey::from_entropy(&[person | 0x80; 32]);
        self.log(person, DeviceLogOp::RotateRoot { root_key: new.public() });
        self.roots.insert(account(person), new);
    }

    pub(crate) fn entry(&self, person: u8, role: Role) -> RosterEntry {
        RosterEntry { account: account(person), root: self.roots[&account(person)].fingerprint(), role }
    }

    pub(crate) fn credential(&self, device: usize) -> CredentialWithKey {
        let Device { account, id, signer, .. } = &self.devices[device];
        let root = self.roots[account].fingerprint();
        CredentialWithKey {
            credential: Credential { account: *account, device: *id, root }.to_mls(),
            signature_key: signer.public().into(),
        }
    }

    pub(crate) fn key_package(&self, device: usize) -> KeyPackage {
        let Device { signer, provider, .. } = &self.devices[device];
        let bundle = key_package::build(provider, signer, self.credential(device), false).unwrap();
        let bytes = bundle.key_package().tls_serialize_detached().unwrap();
        let verified = key_package::verify(&bytes, provider.crypto()).unwrap();
        assert_eq!(verified.identity.device, self.devices[device].id);
        verified.key_package
    }

    pub(crate) fn try_create(&mut self, creator: usize, policy: &Policy) -> Result<(), GroupError> {
        let credential = self.credential(creator);
        let Device { signer, provider, group, .. } = &mut self.devices[creator];
        let new =
            MlsGroup::new_with_group_id(provider, signer, &suite::create_config(policy), GROUP.to_mls(), credential)
                .unwrap();
        let group_info =
            new.export_group_info(provider.crypto(), signer, false).unwrap().tls_serialize_detached().unwrap();
        let tree = new.export_ratchet_tree().tls_serialize_detached().unwrap();
        *group = Some(new);
        let (server, state) = LiveGroup::create(GROUP, &group_info, &tree, None, &self.logs)?;
        self.server = Some(server);
        self.state = state;
        Ok(())
    }

    pub(crate) fn create(&mut self, creator: usize, policy: Policy) {
        self.try_create(creator, &policy).unwrap();
        assert_eq!(self.policy(), policy);
    }

    pub(crate) fn server(&self) -> &LiveGroup {
        self.server.as_ref().unwrap()
    }

    pub(crate) fn policy(&self) -> Policy {
        match self.server().policy() {
            PolicyFact::Known(policy) => policy,
            other => panic!("{other:?}"),
        }
    }

    /// The policy after a change, at the next revision.
    pub(crate) fn policy_with(&self, change: impl FnOnce(&mut Policy)) -> Policy {
        let mut policy = self.policy();
        change(&mut policy);
        policy.revision += 1;
        policy.roster.sort_by_key(|entry| entry.account);
        policy
    }

    pub(crate) fn leaf(&self, device: usize) -> u32 {
        let Device { account, id, .. } = &self.devices[device];
        let leaves = self.server().leaves().unwrap();
        leaves.iter().find(|leaf| (leaf.identity.account, leaf.identity.device) == (*account, *id)).unwrap().index
    }

    pub(crate) fn members(&self) -> Vec<usize> {
        (0..self.devices.len()).filter(|at| self.devices[*at].group.is_some()).collect()
    }

    pub(crate) fn message_aad(&mut self, device: usize) -> MessageAad {
        self.sends += 1;
        let log = &self.logs[&self.devices[device].account];
        let mut hash = [0; 8];
        hash.copy_from_slice(&log.head_hash()[..8]);
        MessageAad {
            message: MessageId::from_bytes(u128::from(self.sends).to_be_bytes()),
            send_no: self.sends,
            chain: ChainPoint::default(),
            device_log: DeviceLogPoint { version: log.version(), hash },
        }
    }

    pub(crate) fn commit_aad(&mut self, device: usize, cite: &[AccountId]) -> CommitAad {
        let cited = cite.iter().map(|account| CitedLog { account: *account, version: self.logs[account].version() });
        let cited = cited.collect();
        CommitAad::new(self.message_aad(device), cited)
    }

    /// Makes a commit; the committer's group is left with the commit pending.
    pub(crate) fn build(&mut self, committer: usize, change: Change) -> Posted {
        let mut key_packages = change.key_packages;
        key_packages.extend(change.add.iter().map(|device| self.key_package(*device)));
        let mut cite = change.cite;
        cite.extend(change.add.iter().map(|device| self.devices[*device].account));
        let aad = self.commit_aad(committer, &cite);
        let Device { signer, provider, group, .. } = &mut self.devices[committer];
        let group = group.as_mut().unwrap();
        group.set_aad(aad.to_bytes());
        // OpenMLS cannot take a removal of a leaf whose own wish to leave it is going to carry out.
        let waiting: Vec<Sender> = if change.ignore_waiting {
            Vec::new()
        } else {
            group.pending_proposals().map(|proposal| proposal.sender().clone()).collect()
        };
        let remove = change.remove.into_iter().map(LeafNodeIndex::new);
        let remove: Vec<_> = remove.filter(|leaf| !waiting.contains(&Sender::Member(*leaf))).collect();
        let mut builder = group
            .commit_builder()
            .consume_proposal_store(!change.ignore_waiting)
            .propose_adds(key_packages)
            .propose_removals(remove);
        if let Some(policy) = &change.policy {
            builder = builder.propose_group_context_extensions(suite::context_extensions(policy)).unwrap();
        }
        let bundle = builder
            .load_psks(provider.storage())
            .unwrap()
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .unwrap()
            .stage_commit(provider)
            .unwrap();
        let (commit, welcome, _) = bundle.contents();
        Posted {
            commit: commit.tls_serialize_detached().unwrap(),
            welcome: welcome.cloned(),
            group_info: bundle.into_group_info_msg().unwrap().tls_serialize_detached().unwrap(),
            aad,
        }
    }

    /// Makes an external commit; the joiner's group stands at the epoch after, as OpenMLS merges at once.
    pub(crate) fn build_external(&mut self, joiner: usize, cite: &[AccountId]) -> Posted {
        let aad = self.commit_aad(joiner, cite);
        let credential = self.credential(joiner);
        let group_info = match MlsMessageIn::tls_deserialize_exact(&self.state.group_info).unwrap().extract() {
            MlsMessageBodyIn::GroupInfo(group_info) => group_info,
            other => panic!("{other:?}"),
        };
        let tree = self.tree();
        let Device { signer, provider, group, .. } = &mut self.devices[joiner];
        let (new, bundle) = MlsGroup::external_commit_builder()
            .with_ratchet_tree(tree)
            .with_config(suite::join_config())
            .with_aad(aad.to_bytes())
            .build_group(provider, group_info, credential)
            .unwrap()
            .leaf_node_parameters(suite::leaf_parameters())
            .load_psks(provider.storage())
            .unwrap()
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .unwrap()
            .finalize(provider)
            .unwrap();
        *group = Some(new);
        Posted {
            commit: bundle.commit().tls_serialize_detached().unwrap(),
            group_info: bundle.into_group_info_msg().unwrap().tls_serialize_detached().unwrap(),
            welcome: None,
            aad,
        }
    }

    pub(crate) fn tree(&self) -> RatchetTreeIn {
        RatchetTreeIn::tls_deserialize_exact(&self.state.ratchet_tree).unwrap()
    }

    pub(crate) fn check(&self, posted: &Posted) -> Result<CheckedCommit, GroupError> {
        self.server().check_commit(&posted.commit, &posted.group_info, &self.logs)
    }

    /// Posts a commit. If the server takes it, everybody processes it and all must agree; if it refuses for reasons of
    /// policy, every member must refuse for the same.
    pub(crate) fn post(
        &mut self,
        committer: usize,
        posted: Posted,
        joiners: &[usize],
    ) -> Result<CommitEffect, GroupError> {
        let checked = match self.check(&posted) {
            Ok(checked) => checked,
            Err(error) => {
                if let GroupError::Rejected(rejection) = &error {
                    self.all_refuse(committer, &posted, *rejection);
                }
                self.forget(committer);
                return Err(error);
            }
        };
        assert_eq!(checked.aad, posted.aad);
        let effect = checked.effect.clone();
        let own = checked.facts.committer == Committer::External;
        if !own {
            let pending = self.devices[committer].group.as_ref().unwrap();
            let facts = facts::of_pending_commit(pending, posted.aad.cited()).unwrap().unwrap();
            assert_eq!(validate_commit(&facts, &self.logs).as_ref(), Ok(&effect), "the committer's own verdict");
        }
        let (server, state) = self.server.take().unwrap().apply(checked).unwrap();
        self.server = Some(server);
        self.state = state;

        for member in self.members() {
            if member == committer || joiners.contains(&member) {
                continue;
            }
            self.receive(member, &posted, &effect);
        }
        if !own {
            let Device { provider, group, .. } = &mut self.devices[committer];
            group.as_mut().unwrap().merge_pending_commit(provider).unwrap();
        }
        for joiner in joiners {
            self.join(*joiner, posted.welcome.clone().unwrap());
        }
        self.agree();
        Ok(effect)
    }

    fn receive(&mut self, member: usize, posted: &Posted, effect: &CommitEffect) {
        let Device { provider, group: slot, .. } = &mut self.devices[member];
        let group = slot.as_mut().unwrap();
        let processed = group.process_message(provider, protocol_message(&posted.commit)).unwrap();
        let aad = CommitAad::from_bytes(processed.aad()).unwrap();
        let sender = processed.sender().clone();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else { panic!() };
        let facts = facts::of_commit(group, &sender, aad.cited(), &staged).unwrap();
        assert_eq!(validate_commit(&facts, &self.logs).as_ref(), Ok(effect), "device {member}");
        group.merge_staged_commit(provider, *staged).unwrap();
        if group.is_active() {
            // What is kept must be enough to go on.
            *slot = MlsGroup::load(provider.storage(), &GROUP.to_mls()).unwrap();
            assert!(slot.is_some());
        } else {
            group.delete(provider.storage()).unwrap();
            *slot = None;
        }
    }

    fn all_refuse(&mut self, committer: usize, posted: &Posted, rejection: CommitRejection) {
        for member in self.members() {
            if member == committer {
                continue;
            }
            let Device { provider, group, .. } = &mut self.devices[member];
            let group = group.as_mut().unwrap();
            let processed = group.process_message(provider, protocol_message(&posted.commit)).unwrap();
            let aad = CommitAad::from_bytes(processed.aad()).unwrap();
            let sender = processed.sender().clone();
            let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else { panic!() };
            let facts = facts::of_commit(group, &sender, aad.cited(), &staged).unwrap();
            assert_eq!(validate_commit(&facts, &self.logs), Err(rejection), "device {member}");
        }
    }

    /// Drops a commit that was refused.
    pub(crate) fn forget(&mut self, committer: usize) {
        let in_tree = self.in_tree(committer);
        let epoch = self.server().epoch();
        let Device { provider, group: slot, .. } = &mut self.devices[committer];
        let group = slot.as_mut().unwrap();
        if in_tree && group.epoch().as_u64() == epoch {
            group.clear_pending_commit(provider.storage()).unwrap();
        } else {
            // An external commit was merged on the spot: there is no way back but to join again.
            group.delete(provider.storage()).unwrap();
            *slot = None;
        }
    }

    pub(crate) fn in_tree(&self, device: usize) -> bool {
        let Device { account, id, .. } = &self.devices[device];
        let leaves = self.server().leaves().unwrap();
        leaves.iter().any(|leaf| (leaf.identity.account, leaf.identity.device) == (*account, *id))
    }

    fn join(&mut self, joiner: usize, welcome: Welcome) {
        let tree = self.tree();
        let Device { provider, group, .. } = &mut self.devices[joiner];
        let staged = StagedWelcome::build_from_welcome(provider, &suite::join_config(), welcome)
            .unwrap()
            .with_ratchet_tree(tree)
            .build()
            .unwrap();
        let new = staged.into_group(provider).unwrap();
        let PolicyFact::Known(policy) = beseda_crypto::policy_ext::from_extensions(new.extensions()) else { panic!() };
        check_tree(&facts::leaves(new.treesync()).unwrap(), &policy, &self.logs).unwrap();
        *group = Some(new);
    }

    /// Everybody is at the same point, and what the server stored gives the group that it has in memory.
    pub(crate) fn agree(&self) {
        let server = self.server();
        let loaded = LiveGroup::load(&self.state).unwrap();
        assert_eq!(loaded.tree_hash(), server.tree_hash());
        assert_eq!(loaded.epoch(), server.epoch());
        assert_eq!(loaded.policy(), server.policy());
        assert_eq!(loaded.leavers().collect::<Vec<_>>(), server.leavers().collect::<Vec<_>>());
        let members = self.members();
        assert_eq!(server.leaves().unwrap().len(), members.len());
        for member in members {
            let group = self.devices[member].group.as_ref().unwrap();
            assert_eq!(group.epoch().as_u64(), server.epoch(), "epoch of device {member}");
            assert_eq!(group.public_group().group_context().tree_hash(), server.tree_hash(), "tree of device {member}");
            assert_eq!(
                group.epoch_authenticator().as_slice(),
                self.first().epoch_authenticator().as_slice(),
                "secrets of device {member}"
            );
        }
    }

    fn first(&self) -> &MlsGroup {
        self.devices.iter().find_map(|device| device.group.as_ref()).unwrap()
    }

    pub(crate) fn commit(&mut self, committer: usize, change: Change) -> Result<CommitEffect, GroupError> {
        let joiners = change.add.clone();
        let posted = self.build(committer, change);
        self.post(committer, posted, &joiners)
    }

    /// Adds devices, and their accounts as members where they are not on the roster.
    pub(crate) fn invite(&mut self, committer: usize, devices: &[usize]) -> Result<CommitEffect, GroupError> {
        let policy = self.policy();
        let mut new: Vec<u8> = devices.iter().map(|device| self.devices[*device].account.as_bytes()[0]).collect();
        new.dedup();
        new.retain(|person| policy.member(account(*person)).is_none());
        let entries: Vec<_> = new.iter().map(|person| self.entry(*person, Role::Member)).collect();
        let policy = (!entries.is_empty()).then(|| self.policy_with(|policy| policy.roster.extend(entries)));
        self.commit(committer, Change { add: devices.to_vec(), policy, ..Change::default() })
    }

    /// Removes an account with all its leaves.
    pub(crate) fn kick(&mut self, committer: usize, person: u8) -> Result<CommitEffect, GroupError> {
        let policy = self.policy_with(|policy| policy.roster.retain(|entry| entry.account != account(person)));
        let remove = self.leaves_of(person);
        self.commit(committer, Change { remove, policy: Some(policy), ..Change::default() })
    }

    pub(crate) fn leaves_of(&self, person: u8) -> Vec<u32> {
        let leaves = self.server().leaves().unwrap();
        leaves.iter().filter(|leaf| leaf.identity.account == account(person)).map(|leaf| leaf.index).collect()
    }

    pub(crate) fn set_role(&mut self, committer: usize, person: u8, role: Role) -> Result<CommitEffect, GroupError> {
        let policy = self.policy_with(|policy| {
            for entry in policy.roster.iter_mut().filter(|entry| entry.account == account(person)) {
                entry.role = role;
            }
        });
        self.commit(committer, Change { policy: Some(policy), ..Change::default() })
    }

    pub(crate) fn update(&mut self, committer: usize) -> Result<CommitEffect, GroupError> {
        self.commit(committer, Change::default())
    }

    pub(crate) fn join_externally(&mut self, joiner: usize) -> Result<CommitEffect, GroupError> {
        let cite = [self.devices[joiner].account];
        let posted = self.build_external(joiner, &cite);
        self.post(joiner, posted, &[])
    }

    /// The bytes of a wish to leave; nobody but the sender knows of it yet.
    pub(crate) fn self_remove(&mut self, device: usize) -> Vec<u8> {
        let aad = self.message_aad(device);
        let Device { signer, provider, group, .. } = &mut self.devices[device];
        let group = group.as_mut().unwrap();
        group.set_aad(aad.to_bytes());
        group.leave_group_via_self_remove(provider, signer).unwrap().tls_serialize_detached().unwrap()
    }

    /// Wishes to leave, and tells everybody if the server takes it.
    pub(crate) fn leave(&mut self, device: usize) -> Result<(), GroupError> {
        let proposal = self.self_remove(device);
        let checked = match self.server().check_proposal(&proposal) {
            Ok(checked) => checked,
            Err(error) => {
                self.take_back(device);
                return Err(error);
            }
        };
        assert_eq!(checked.leaf.identity.device, self.devices[device].id);
        let (server, state) = self.server.take().unwrap().apply_proposal(checked).unwrap();
        self.server = Some(server);
        self.state = state;
        for member in self.members() {
            if member == device {
                continue;
            }
            let Device { provider, group, .. } = &mut self.devices[member];
            let group = group.as_mut().unwrap();
            let processed = group.process_message(provider, protocol_message(&proposal)).unwrap();
            let ProcessedMessageContent::ProposalMessage(proposal) = processed.into_content() else { panic!() };
            group.store_pending_proposal(provider.storage(), *proposal).unwrap();
        }
        self.agree();
        Ok(())
    }

    /// Forgets one's own wish to leave; OpenMLS noted it when it was made.
    pub(crate) fn take_back(&mut self, device: usize) {
        let Device { provider, group, .. } = &mut self.devices[device];
        let group = group.as_mut().unwrap();
        let own = Sender::Member(group.own_leaf_index());
        let reference = group
            .pending_proposals()
            .find(|proposal| *proposal.sender() == own)
            .map(|proposal| proposal.proposal_reference_ref().clone());
        group.remove_pending_proposal(provider.storage(), &reference.unwrap()).unwrap();
    }

    /// Carries out all wishes to leave.
    pub(crate) fn carry_out(&mut self, committer: usize) -> Result<CommitEffect, GroupError> {
        let leavers: Vec<_> = self.server().leavers().collect();
        let remove = leavers.iter().flat_map(|account| self.leaves_of(account.as_bytes()[0])).collect();
        let policy = self.policy_with(|policy| policy.roster.retain(|entry| !leavers.contains(&entry.account)));
        self.commit(committer, Change { remove, policy: Some(policy), ..Change::default() })
    }

    /// Sends a text from one device to all others.
    pub(crate) fn say(&mut self, from: usize, text: &[u8]) -> Vec<u8> {
        let aad = self.message_aad(from);
        let Device { signer, provider, group, .. } = &mut self.devices[from];
        let group = group.as_mut().unwrap();
        group.set_aad(aad.to_bytes());
        let bytes = group.create_message(provider, signer, text).unwrap().tls_serialize_detached().unwrap();
        for member in self.members() {
            if member == from {
                continue;
            }
            let Device { provider, group, .. } = &mut self.devices[member];
            let processed = group.as_mut().unwrap().process_message(provider, protocol_message(&bytes)).unwrap();
            assert_eq!(MessageAad::from_bytes(processed.aad()), Ok(aad));
            let ProcessedMessageContent::ApplicationMessage(message) = processed.into_content() else { panic!() };
            assert_eq!(message.into_bytes(), text);
        }
        bytes
    }
}

pub(crate) fn protocol_message(bytes: &[u8]) -> ProtocolMessage {
    MlsMessageIn::tls_deserialize_exact(bytes).unwrap().try_into_protocol_message().unwrap()
}

/// A basic credential with any bytes.
pub(crate) fn raw_credential(identity: &[u8], signer: &SignatureKeyPair) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(identity.to_vec()).into(),
        signature_key: signer.public().into(),
    }
}
