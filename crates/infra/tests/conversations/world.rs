//! People with devices, each a real MLS client, before a store.

use std::collections::BTreeMap;
use std::sync::Arc;

use beseda_app::domain::{Actor, Append, AppendError, Appended, EntryClass, TokenHash};
use beseda_app::port::{Store, StoreError};
use beseda_app::usecase::account::{Registration, SignUp, sign_up};
use beseda_app::usecase::conversation::{self, Bundle, ConversationError, Create, PostedWelcome, Succeed};
use beseda_app::usecase::device::{append_log, verified_log};
use beseda_crypto::aad::{ChainPoint, CommitAad, DeviceLogPoint, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::root::RootKey;
use beseda_crypto::suite::Provider;
use beseda_crypto::{key_package, suite};
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};
use beseda_model::commit::CitedLog;
use beseda_model::device_log::{DeviceLog, DeviceLogOp, LogSigner};
use beseda_model::{
    AccountId, ConversationId, ConversationKind, DeviceId, MessageId, Policy, Role, RosterEntry, Timestamp,
};
use openmls::group::{MlsGroup, StagedWelcome};
use openmls::prelude::{
    CredentialWithKey, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, ProtocolMessage,
    RatchetTreeIn,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::MemoryStorage;
use openmls_traits::OpenMlsProvider as _;
use openmls_traits::signatures::Signer as _;
use tls_codec::{Deserialize as _, Serialize as _};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) struct Device {
    pub(crate) actor: Actor,
    signer: SignatureKeyPair,
    provider: Provider<MemoryStorage>,
    pub(crate) group: Option<MlsGroup>,
}

pub(crate) struct World {
    pub(crate) store: SqliteStore,
    roots: BTreeMap<AccountId, RootKey>,
    pub(crate) devices: Vec<Device>,
    sends: u64,
    pub(crate) now: Timestamp,
    _dir: tempfile::TempDir,
}

#[derive(Default)]
pub(crate) struct Change {
    pub(crate) add: Vec<usize>,
    pub(crate) remove: Vec<usize>,
    pub(crate) policy: Option<Policy>,
    pub(crate) cite: Vec<AccountId>,
}

pub(crate) fn account(person: u8) -> AccountId {
    AccountId::from_bytes([person; 16])
}

pub(crate) fn conversation(number: u8) -> ConversationId {
    ConversationId::from_bytes([number | 0xc0; 16])
}

impl World {
    pub(crate) fn new(people: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&Options::new(dir.path(), [9; 16]), Arc::new(LocalBus::new())).unwrap();
        let mut world = Self { store, roots: BTreeMap::new(), devices: Vec::new(), sends: 0, now: NOW, _dir: dir };
        for person in 1..=people {
            world.sign_up(person);
        }
        world
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &self.store
    }

    fn device_id(&self) -> DeviceId {
        DeviceId::from_bytes([u8::try_from(self.devices.len()).unwrap() + 1; 16])
    }

    fn signed(&self, log: &DeviceLog, op: DeviceLogOp) -> Vec<u8> {
        let account = log.account();
        let mut entry = log.unsigned(op, LogSigner::Root);
        entry.signature = self.roots[&account].sign(&entry.signed_bytes(account));
        entry.encode()
    }

    fn sign_up(&mut self, person: u8) {
        let account = account(person);
        let root = RootKey::from_entropy(&[person; 32]);
        let root_key = root.public();
        self.roots.insert(account, root);
        let (device, signer) =
            (self.device_id(), SignatureKeyPair::new(suite::CIPHERSUITE.signature_algorithm()).unwrap());
        let signature_key = signer.public().try_into().unwrap();
        let log = DeviceLog::new(account, root_key);
        let entry = self.signed(&log, DeviceLogOp::Add { device, signature_key });
        let cmd = SignUp {
            registration: Registration::Open,
            account,
            root_key,
            entry,
            username: None,
            password_hash: None,
            invite: None,
            phone: None,
            token: TokenHash::of(device.as_bytes()),
            at: self.now,
        };
        let actor = self.store().write_blocking(move |uow| sign_up(uow, cmd.clone())).unwrap();
        self.devices.push(Device { actor, signer, provider: Provider::new(MemoryStorage::default()), group: None });
    }

    /// Another device of somebody, by recovery phrase.
    pub(crate) fn add_device(&mut self, person: u8) -> usize {
        let account = account(person);
        let (device, signer) =
            (self.device_id(), SignatureKeyPair::new(suite::CIPHERSUITE.signature_algorithm()).unwrap());
        let signature_key = signer.public().try_into().unwrap();
        let log = self.log(account);
        let entry = self.signed(&log, DeviceLogOp::Add { device, signature_key });
        let token = TokenHash::of(device.as_bytes());
        let cmd = beseda_app::usecase::account::AddDevice { account, entry, token, at: self.now };
        let add = move |uow: &mut dyn beseda_app::port::UnitOfWork| {
            beseda_app::usecase::account::add_device(uow, cmd.clone())
        };
        let actor = self.store().write_blocking(add).unwrap();
        self.devices.push(Device { actor, signer, provider: Provider::new(MemoryStorage::default()), group: None });
        self.devices.len() - 1
    }

    pub(crate) fn revoke(&mut self, device: usize) {
        let actor = self.devices[device].actor;
        let log = self.log(actor.account);
        let entry = self.signed(&log, DeviceLogOp::Remove { device: actor.device });
        self.store().write_blocking(move |uow| append_log(uow, actor, &entry)).unwrap();
    }

    pub(crate) fn log(&self, account: AccountId) -> DeviceLog {
        self.store().read_blocking(move |view| verified_log(view, account)).unwrap()
    }

    /// An entry for the log of the device's account, signed by the device.
    pub(crate) fn device_entry(&self, device: usize, op: DeviceLogOp) -> Vec<u8> {
        let Device { actor, signer, .. } = &self.devices[device];
        let mut entry = self.log(actor.account).unsigned(op, LogSigner::Device(actor.device));
        entry.signature = signer.sign(&entry.signed_bytes(actor.account)).unwrap().try_into().unwrap();
        entry.encode()
    }

    /// All that a device learns since a cursor, and the cursor after it.
    pub(crate) fn sync(&self, device: usize, cursor: Option<Vec<u8>>) -> (Vec<beseda_app::domain::Change>, Vec<u8>) {
        let actor = self.devices[device].actor;
        let page = self
            .store()
            .read_blocking(move |view| beseda_app::usecase::sync::sync(view, actor, cursor.as_deref(), 500))
            .unwrap();
        assert!(!page.more);
        (page.changes, page.cursor)
    }

    pub(crate) fn entry(&self, person: u8, role: Role) -> RosterEntry {
        RosterEntry { account: account(person), root: self.roots[&account(person)].fingerprint(), role }
    }

    fn credential(&self, device: usize) -> CredentialWithKey {
        let Device { actor, signer, .. } = &self.devices[device];
        let root = self.roots[&actor.account].fingerprint();
        CredentialWithKey {
            credential: Credential { account: actor.account, device: actor.device, root }.to_mls(),
            signature_key: signer.public().into(),
        }
    }

    fn message_aad(&mut self, device: usize) -> MessageAad {
        self.sends += 1;
        let log = self.log(self.devices[device].actor.account);
        MessageAad {
            message: MessageId::from_bytes(u128::from(self.sends).to_be_bytes()),
            send_no: self.sends,
            chain: ChainPoint::default(),
            device_log: DeviceLogPoint { version: log.version(), hash: [0; 8] },
        }
    }

    fn commit_aad(&mut self, device: usize, cite: &[AccountId]) -> Vec<u8> {
        let message = self.message_aad(device);
        let cited =
            cite.iter().map(|account| CitedLog { account: *account, version: self.log(*account).version() }).collect();
        CommitAad::new(message, cited).to_bytes()
    }

    /// A conversation of `people`, made by the first device of the first of them, with all the others' first devices.
    pub(crate) fn create(
        &mut self,
        id: ConversationId,
        kind: ConversationKind,
        people: &[u8],
    ) -> Result<Appended, ConversationError> {
        let creator = usize::from(people[0]) - 1;
        let roster = people
            .iter()
            .enumerate()
            .map(|(at, person)| {
                self.entry(
                    *person,
                    if at == 0 || kind == ConversationKind::Direct { Role::Owner } else { Role::Member },
                )
            })
            .collect();
        let others: Vec<_> = people[1..].iter().map(|person| usize::from(*person) - 1).collect();
        let (group_info, tree) = self.start(creator, id, 0, &Policy::new(kind, roster));
        let commit = (!others.is_empty()).then(|| self.build(creator, Change { add: others, ..Change::default() }));
        let actor = self.devices[creator].actor;
        let cmd = Create { conversation: id, kind, group_info, tree, commit };
        let appended = conversation::create(self.store(), actor, cmd, self.now)?;
        self.merge(creator);
        Ok(appended)
    }

    /// A group of a new generation on one device.
    pub(crate) fn start(
        &mut self,
        creator: usize,
        conversation: ConversationId,
        generation: u32,
        policy: &Policy,
    ) -> (Vec<u8>, Vec<u8>) {
        let credential = self.credential(creator);
        let Device { signer, provider, group, .. } = &mut self.devices[creator];
        let id = GroupId { conversation, generation }.to_mls();
        // One that was refused may still be there.
        if let Some(mut old) = MlsGroup::load(provider.storage(), &id).unwrap() {
            old.delete(provider.storage()).unwrap();
        }
        let new = MlsGroup::new_with_group_id(provider, signer, &suite::create_config(policy), id, credential).unwrap();
        let group_info =
            new.export_group_info(provider.crypto(), signer, false).unwrap().tls_serialize_detached().unwrap();
        let tree = new.export_ratchet_tree().tls_serialize_detached().unwrap();
        *group = Some(new);
        (group_info, tree)
    }

    /// Opens generation 1 under a policy, and adds these devices in its first commit.
    pub(crate) fn succeed(
        &mut self,
        device: usize,
        id: ConversationId,
        policy: &Policy,
        add: &[usize],
    ) -> Result<Appended, ConversationError> {
        let (group_info, tree) = self.start(device, id, 1, policy);
        let commit = (!add.is_empty()).then(|| self.build(device, Change { add: add.to_vec(), ..Change::default() }));
        let cmd = Succeed { group_info, tree, commit };
        conversation::succeed(self.store(), self.devices[device].actor, cmd, self.now)
    }

    /// A key package that names `device` and is signed by the key of `signer`.
    pub(crate) fn key_package(&self, device: usize, signer: usize, is_last_resort: bool) -> Vec<u8> {
        let Device { signer, provider, .. } = &self.devices[signer];
        let credential = CredentialWithKey { signature_key: signer.public().into(), ..self.credential(device) };
        let bundle = key_package::build(provider, signer, credential, is_last_resort).unwrap();
        bundle.key_package().tls_serialize_detached().unwrap()
    }

    fn leaf(&self, device: usize, within: &MlsGroup) -> u32 {
        let key = self.devices[device].signer.public();
        within.members().find(|member| member.signature_key == key).unwrap().index.u32()
    }

    pub(crate) fn build(&mut self, committer: usize, change: Change) -> Bundle {
        let key_packages: Vec<_> = change
            .add
            .iter()
            .map(|device| {
                let Device { signer, provider, .. } = &self.devices[*device];
                let bundle = key_package::build(provider, signer, self.credential(*device), false).unwrap();
                bundle.key_package().clone()
            })
            .collect();
        let mut cite = change.cite;
        cite.extend(change.add.iter().map(|device| self.devices[*device].actor.account));
        let devices: Vec<_> = change.add.iter().map(|device| self.devices[*device].actor.device).collect();
        let aad = self.commit_aad(committer, &cite);
        let group = self.devices[committer].group.take().unwrap();
        let removals: Vec<_> =
            change.remove.iter().map(|device| LeafNodeIndex::new(self.leaf(*device, &group))).collect();
        let Device { signer, provider, group: slot, .. } = &mut self.devices[committer];
        let group = slot.insert(group);
        group.set_aad(aad);
        let mut builder =
            group.commit_builder().consume_proposal_store(true).propose_adds(key_packages).propose_removals(removals);
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
        let (commit, _, _) = bundle.contents();
        let commit = commit.tls_serialize_detached().unwrap();
        let message = bundle.to_welcome_msg().map(|welcome| welcome.tls_serialize_detached().unwrap());
        Bundle {
            commit,
            welcome: message.map(|message| PostedWelcome { message, devices }),
            group_info: bundle.into_group_info_msg().unwrap().tls_serialize_detached().unwrap(),
        }
    }

    pub(crate) fn post(&mut self, device: usize, bundle: &Bundle) -> Result<Appended, ConversationError> {
        conversation::commit(self.store(), self.devices[device].actor, bundle, self.now)
    }

    /// Builds, posts and merges.
    pub(crate) fn commit(&mut self, device: usize, change: Change) -> Result<Appended, ConversationError> {
        let bundle = self.build(device, change);
        let outcome = self.post(device, &bundle);
        if outcome.is_ok() {
            self.merge(device);
        } else {
            let Device { provider, group, .. } = &mut self.devices[device];
            group.as_mut().unwrap().clear_pending_commit(provider.storage()).unwrap();
        }
        outcome
    }

    pub(crate) fn merge(&mut self, device: usize) {
        let Device { provider, group, .. } = &mut self.devices[device];
        group.as_mut().unwrap().merge_pending_commit(provider).unwrap();
    }

    /// Takes the Welcome that waits.
    pub(crate) fn welcome(&mut self, device: usize, id: ConversationId) -> u64 {
        let actor = self.devices[device].actor;
        let waiting = self.store().read_blocking(move |view| conversation::waiting_welcome(view, actor, id)).unwrap();
        let Device { provider, group, .. } = &mut self.devices[device];
        let welcome = match MlsMessageIn::tls_deserialize_exact(&waiting.message).unwrap().extract() {
            MlsMessageBodyIn::Welcome(welcome) => welcome,
            other => panic!("{other:?}"),
        };
        let tree = RatchetTreeIn::tls_deserialize_exact(&waiting.tree).unwrap();
        let staged = StagedWelcome::new_from_welcome(provider, &suite::join_config(), welcome, Some(tree)).unwrap();
        *group = Some(staged.into_group(provider).unwrap());
        let seq = waiting.seq;
        self.store().write_blocking(move |uow| conversation::welcome_done(uow, actor, id, seq)).unwrap();
        seq
    }

    /// Processes the handshakes of the log from `from` on that are of the device's epoch.
    pub(crate) fn follow(&mut self, device: usize, id: ConversationId, from: u64) {
        let entries = self.store().read_blocking(move |view| view.log().page(id, from, 999, 999, 1 << 30)).unwrap();
        let Device { provider, group, .. } = &mut self.devices[device];
        let group = group.as_mut().unwrap();
        for entry in entries.iter().filter(|entry| entry.class == EntryClass::Handshake) {
            let message = MlsMessageIn::tls_deserialize_exact(entry.body.as_ref().unwrap()).unwrap();
            let message: ProtocolMessage = message.try_into_protocol_message().unwrap();
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
    }

    /// Joins by an external commit, with what the server gives.
    pub(crate) fn join(&mut self, device: usize, id: ConversationId) -> Result<Appended, ConversationError> {
        let (actor, now) = (self.devices[device].actor, self.now);
        let info = self.store().write_blocking(move |uow| conversation::group_info(uow, actor, id, now))?;
        let aad = self.commit_aad(device, &[actor.account]);
        let credential = self.credential(device);
        let group_info = match MlsMessageIn::tls_deserialize_exact(&info.group_info).unwrap().extract() {
            MlsMessageBodyIn::GroupInfo(group_info) => group_info,
            other => panic!("{other:?}"),
        };
        let tree = RatchetTreeIn::tls_deserialize_exact(&info.tree).unwrap();
        let Device { signer, provider, group, .. } = &mut self.devices[device];
        if let Some(mut old) = group.take() {
            old.delete(provider.storage()).unwrap();
        }
        let (new, bundle) = MlsGroup::external_commit_builder()
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
        let bundle = Bundle {
            commit: bundle.commit().tls_serialize_detached().unwrap(),
            group_info: bundle.into_group_info_msg().unwrap().tls_serialize_detached().unwrap(),
            welcome: None,
        };
        self.post(device, &bundle)
    }

    pub(crate) fn leave(&mut self, device: usize) -> Result<Appended, ConversationError> {
        let aad = self.message_aad(device).to_bytes();
        let Device { actor, signer, provider, group } = &mut self.devices[device];
        let group = group.as_mut().unwrap();
        group.set_aad(aad);
        let message = group.leave_group_via_self_remove(provider, signer).unwrap().tls_serialize_detached().unwrap();
        conversation::propose(&self.store as &dyn Store, *actor, &message, self.now)
    }

    pub(crate) fn say(&mut self, device: usize, text: &str) -> Result<Appended, AppendError> {
        let aad = self.message_aad(device).to_bytes();
        let Device { actor, signer, provider, group } = &mut self.devices[device];
        let group = group.as_mut().unwrap();
        group.set_aad(aad);
        let body = group.create_message(provider, signer, text.as_bytes()).unwrap().tls_serialize_detached().unwrap();
        let append = Append::parse(*actor, body, EntryClass::Counted, None, Vec::new(), self.now)?;
        self.store().append_blocking(append)
    }

    pub(crate) fn policy(&self, id: ConversationId, change: impl FnOnce(&mut Policy)) -> Policy {
        let found = self.store().read_blocking(move |view| view.conversations().find(id)).unwrap();
        let mut policy = found.unwrap().policy;
        change(&mut policy);
        policy.revision += 1;
        policy.roster.sort_by_key(|entry| entry.account);
        policy
    }

    pub(crate) fn state(&self, device: usize, id: ConversationId) -> beseda_app::domain::ConversationState {
        let actor = self.devices[device].actor;
        let state = self.store().read_blocking(move |view| view.feed().conversation(&actor, id));
        state.unwrap().unwrap()
    }

    /// Everybody accepts being added to groups by anybody.
    pub(crate) fn open_doors(&self) {
        for device in &self.devices {
            let actor = device.actor;
            let everyone = beseda_app::domain::PrivacySettings {
                group_adds: beseda_app::domain::Audience::Everyone,
                ..Default::default()
            };
            self.store()
                .write_blocking(move |uow| uow.accounts_mut().set_privacy(actor.account, &everyone))
                .map_err(|error: StoreError| error)
                .unwrap();
        }
    }
}
