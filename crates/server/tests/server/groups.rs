//! People's devices as real MLS clients: what they ask the server for is well-formed, but nobody here asks whether it is
//! allowed.

use beseda_crypto::aad::{ChainPoint, CommitAad, DeviceLogPoint, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::suite::Provider;
use beseda_crypto::{key_package, suite};
use beseda_model::commit::CitedLog;
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, MessageId, Policy, Role, RosterEntry};
use beseda_wire::Bytes;
use beseda_wire::request::{Append, CommitBundle, Create, Reply, Request, Welcome};
use openmls::group::{MlsGroup, StagedWelcome};
use openmls::key_packages::KeyPackage;
use openmls::prelude::{
    CredentialWithKey, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, ProtocolMessage,
    RatchetTreeIn,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::MemoryStorage;
use openmls_traits::OpenMlsProvider as _;
use tls_codec::Deserialize as _;

use crate::people::{Person, key_of};
use crate::world::Socket;

/// What a commit changes.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// Devices that come in, with their accounts.
    pub(crate) add: Vec<Addition>,
    /// Devices that go.
    pub(crate) remove: Vec<DeviceId>,
    /// Another policy.
    pub(crate) policy: Option<Policy>,
    /// Further accounts whose device logs it relies on.
    pub(crate) cite: Vec<CitedLog>,
}

/// A device to be added.
#[derive(Debug)]
pub(crate) struct Addition {
    account: AccountId,
    device: DeviceId,
    log: u32,
    key_package: KeyPackage,
}

/// A device in at most one group.
pub(crate) struct Client {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    credential: Credential,
    log: u32,
    signer: SignatureKeyPair,
    provider: Provider<MemoryStorage>,
    group: Option<MlsGroup>,
    sends: u64,
}

fn bytes(message: &impl tls_codec::Serialize) -> Bytes {
    message.tls_serialize_detached().unwrap().into()
}

impl Client {
    /// A person's first device.
    pub(crate) fn of(person: &Person) -> Self {
        Self::on(person, person.device)
    }

    /// One of a person's devices.
    pub(crate) fn on(person: &Person, device: DeviceId) -> Self {
        let key = key_of(device);
        let (secret, public) = (key.to_bytes().to_vec(), key.verifying_key().to_bytes().to_vec());
        Self {
            account: person.account,
            device,
            credential: Credential { account: person.account, device, root: person.root.fingerprint() },
            log: person.log.version(),
            signer: SignatureKeyPair::from_raw(suite::CIPHERSUITE.signature_algorithm(), secret, public),
            provider: Provider::new(MemoryStorage::default()),
            group: None,
            sends: 0,
        }
    }

    fn credential(&self) -> CredentialWithKey {
        CredentialWithKey { credential: self.credential.to_mls(), signature_key: self.signer.public().into() }
    }

    fn group(&mut self) -> &mut MlsGroup {
        self.group.as_mut().expect("the device is in a group")
    }

    /// A key package with which this device can be added.
    pub(crate) fn addition(&self) -> Addition {
        let bundle = key_package::build(&self.provider, &self.signer, self.credential(), false).unwrap();
        let key_package = bundle.key_package().clone();
        Addition { account: self.account, device: self.device, log: self.log, key_package }
    }

    /// The version of the account's device log that this device knows.
    pub(crate) fn cited(&self) -> CitedLog {
        CitedLog { account: self.account, version: self.log }
    }

    fn aad(&mut self) -> MessageAad {
        self.sends += 1;
        let mut id = *self.device.as_bytes();
        id[..8].copy_from_slice(&self.sends.to_be_bytes());
        MessageAad {
            message: MessageId::from_bytes(id),
            send_no: self.sends,
            chain: ChainPoint::default(),
            device_log: DeviceLogPoint { version: self.log, hash: [0; 8] },
        }
    }

    /// A group of its own, at its first epoch: GroupInfo and tree.
    pub(crate) fn start(&mut self, conversation: ConversationId, generation: u32, policy: &Policy) -> (Bytes, Bytes) {
        let id = GroupId { conversation, generation }.to_mls();
        let credential = self.credential();
        let config = suite::create_config(policy);
        // One that was refused may still be there.
        if let Some(mut old) = MlsGroup::load(self.provider.storage(), &id).unwrap() {
            old.delete(self.provider.storage()).unwrap();
        }
        let group = MlsGroup::new_with_group_id(&self.provider, &self.signer, &config, id, credential).unwrap();
        let group_info = group.export_group_info(self.provider.crypto(), &self.signer, false).unwrap();
        let outline = (bytes(&group_info), bytes(&group.export_ratchet_tree()));
        self.group = Some(group);
        outline
    }

    /// A request for a new conversation. Those who are added get a Welcome.
    pub(crate) fn create(&mut self, id: ConversationId, policy: &Policy, add: Vec<Addition>) -> Request {
        if !add.is_empty() {
            return self.create_with(id, policy, Change { add, ..Change::default() });
        }
        let (group_info, tree) = self.start(id, 0, policy);
        Request::Create(Create { conversation: id, kind: policy.kind, group_info, tree, commit: None })
    }

    /// A request for a new conversation with this as its first commit.
    pub(crate) fn create_with(&mut self, id: ConversationId, policy: &Policy, change: Change) -> Request {
        let (group_info, tree) = self.start(id, 0, policy);
        let commit = Some(self.bundle(change));
        Request::Create(Create { conversation: id, kind: policy.kind, group_info, tree, commit })
    }

    /// A commit, not merged.
    pub(crate) fn commit(&mut self, change: Change) -> Request {
        Request::Commit(self.bundle(change))
    }

    fn bundle(&mut self, change: Change) -> CommitBundle {
        let Change { add, remove, policy, mut cite } = change;
        cite.extend(add.iter().map(|added| CitedLog { account: added.account, version: added.log }));
        let devices = add.iter().map(|added| added.device).collect();
        let key_packages: Vec<_> = add.into_iter().map(|added| added.key_package).collect();
        let aad = CommitAad::new(self.aad(), cite).to_bytes();
        let leaves: Vec<_> = remove.into_iter().map(|device| self.leaf(device)).collect();
        let Self { group, signer, provider, .. } = self;
        let group = group.as_mut().expect("the device is in a group");
        group.clear_pending_commit(provider.storage()).unwrap();
        group.set_aad(aad);
        let mut builder =
            group.commit_builder().consume_proposal_store(true).propose_adds(key_packages).propose_removals(leaves);
        if let Some(policy) = &policy {
            builder = builder.propose_group_context_extensions(suite::context_extensions(policy)).unwrap();
        }
        let built = builder
            .load_psks(provider.storage())
            .unwrap()
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .unwrap()
            .stage_commit(provider)
            .unwrap();
        let commit = bytes(built.contents().0);
        let welcome = built.to_welcome_msg().map(|welcome| Welcome { message: bytes(&welcome), devices });
        CommitBundle { commit, welcome, group_info: bytes(&built.into_group_info_msg().unwrap()) }
    }

    fn leaf(&mut self, device: DeviceId) -> LeafNodeIndex {
        let key = key_of(device).verifying_key().to_bytes();
        let members: Vec<_> = self.group().members().collect();
        members.into_iter().find(|member| member.signature_key == key).expect("the device is in the tree").index
    }

    /// The server has taken the commit.
    pub(crate) fn merge(&mut self) {
        let Self { group, provider, .. } = self;
        group.as_mut().expect("the device is in a group").merge_pending_commit(provider).unwrap();
    }

    /// Takes the Welcome that waits on the server.
    pub(crate) async fn enter(&mut self, socket: &mut Socket, conversation: ConversationId) {
        let Reply::Welcome { message, tree, .. } = socket.ask(Request::Welcome { conversation }).await.unwrap() else {
            panic!("no Welcome came")
        };
        let MlsMessageBodyIn::Welcome(welcome) = MlsMessageIn::tls_deserialize_exact(&message.0).unwrap().extract()
        else {
            panic!("it is no Welcome")
        };
        let tree = RatchetTreeIn::tls_deserialize_exact(&tree.0).unwrap();
        let staged =
            StagedWelcome::new_from_welcome(&self.provider, &suite::join_config(), welcome, Some(tree)).unwrap();
        self.group = Some(staged.into_group(&self.provider).unwrap());
    }

    /// Processes a commit or proposal of somebody else.
    pub(crate) fn follow(&mut self, message: &[u8]) {
        let message: ProtocolMessage =
            MlsMessageIn::tls_deserialize_exact(message).unwrap().try_into_protocol_message().unwrap();
        let Self { group, provider, .. } = self;
        let group = group.as_mut().expect("the device is in a group");
        match group.process_message(provider, message).unwrap().into_content() {
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                group.merge_staged_commit(provider, *staged).unwrap();
            }
            ProcessedMessageContent::ProposalMessage(proposal) => {
                group.store_pending_proposal(provider.storage(), *proposal).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }

    /// An external commit, from what the server gives.
    pub(crate) fn join(&mut self, given: &Reply) -> Request {
        let Reply::GroupInfo { group_info, tree, .. } = given else { panic!("no GroupInfo came") };
        let MlsMessageBodyIn::GroupInfo(group_info) =
            MlsMessageIn::tls_deserialize_exact(&group_info.0).unwrap().extract()
        else {
            panic!("it is no GroupInfo")
        };
        let tree = RatchetTreeIn::tls_deserialize_exact(&tree.0).unwrap();
        let own = self.cited();
        let aad = CommitAad::new(self.aad(), vec![own]).to_bytes();
        let credential = self.credential();
        let Self { group, signer, provider, .. } = self;
        if let Some(mut old) = group.take() {
            old.delete(provider.storage()).unwrap();
        }
        let (new, built) = MlsGroup::external_commit_builder()
            .with_ratchet_tree(tree)
            .with_config(suite::join_config())
            .with_aad(aad)
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
        let commit = bytes(built.commit());
        Request::Commit(CommitBundle {
            commit,
            group_info: bytes(&built.into_group_info_msg().unwrap()),
            welcome: None,
        })
    }

    /// The wish to leave.
    pub(crate) fn leave(&mut self) -> Request {
        let aad = self.aad().to_bytes();
        let Self { group, signer, provider, .. } = self;
        let group = group.as_mut().expect("the device is in a group");
        group.set_aad(aad);
        Request::Propose { message: bytes(&group.leave_group_via_self_remove(provider, signer).unwrap()) }
    }

    /// A message that blanks these entries.
    pub(crate) fn say(&mut self, text: &str, blank: Vec<u64>) -> Request {
        let aad = self.aad().to_bytes();
        let Self { group, signer, provider, .. } = self;
        let group = group.as_mut().expect("the device is in a group");
        group.set_aad(aad);
        let message = bytes(&group.create_message(provider, signer, text.as_bytes()).unwrap());
        Request::Append(Append { message, class: Default::default(), expires_at: None, blank })
    }
}

/// A policy with these people in these roles.
pub(crate) fn policy(kind: ConversationKind, people: &[(&Person, Role)]) -> Policy {
    let entry = |(person, role): &(&Person, Role)| RosterEntry {
        account: person.account,
        root: person.root.fingerprint(),
        role: *role,
    };
    Policy::new(kind, people.iter().map(entry).collect())
}

/// The same policy after a change.
pub(crate) fn changed(policy: &Policy, change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = policy.clone();
    change(&mut policy);
    policy.revision += 1;
    policy.roster.sort_by_key(|entry| entry.account);
    policy
}
