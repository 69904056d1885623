//! A member whose client is modified: a device of a real account that no engine runs. It signs in, joins and follows as
//! the protocol says, and then sends whatever a test puts together.

mod forge;

use beseda_crypto::aad::{ChainPoint, CommitAad, DeviceLogPoint, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::device_key::DeviceKey;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header;
use beseda_crypto::root::RootKey;
use beseda_crypto::signature::Ed25519;
use beseda_crypto::suite::{self, Provider};
use beseda_crypto::{chain, facts, key_package, policy_ext, possession, pow};
use beseda_engine::identity::phrase::Phrase;
use beseda_model::commit::{CitedLog, Leaf, PolicyFact};
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as LogEntry, DeviceLogOp, LogSigner};
use beseda_model::{AccountId, ConversationId, DeviceId, MessageId, Policy};
use beseda_wire::content::{Authored, Content};
use beseda_wire::http::{AccountByRoot, AddDevice, Challenge, Proof, Session};
use beseda_wire::request::{Append, CommitBundle, Hello, Succeed, Welcome};
use beseda_wire::state::{DeviceLogEntry, EntryClass};
use beseda_wire::{Bytes, ClientFrame, Encoding, FEATURE_LEVEL, Problem, Reply, Request, ServerFrame};
use openmls::credentials::CredentialWithKey;
use openmls::extensions::Extensions;
use openmls::group::{GroupContext, MlsGroup};
use openmls::prelude::{
    KeyPackage, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, OpenMlsProvider as _,
    ProcessedMessageContent, Proposal, RatchetTreeIn,
};
use openmls_rust_crypto::MemoryStorage;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tls_codec::{DeserializeBytes as _, Serialize as _};

use crate::backend::{Backend, SocketId};
use crate::people::Person;
use crate::world::World;

/// See the module's description. Where something can't fail but by a fault of the test, it panics.
pub struct Rogue {
    /// Whose device.
    pub account: AccountId,
    /// Which.
    pub device: DeviceId,
    /// Its key.
    pub key: DeviceKey,
    /// The account's root key: whoever owns a phrase owns that.
    pub root: RootKey,
    /// The account's device log.
    pub log: DeviceLog,
    /// The highest send number used.
    pub send_no: u64,
    /// What it has decrypted, with its place.
    pub heard: Vec<(u64, Authored)>,
    provider: Provider<MemoryStorage>,
    group: Option<MlsGroup>,
    conversation: Option<ConversationId>,
    seen: (u64, [u8; 32]),
    socket: SocketId,
    next_id: u32,
}

impl std::fmt::Debug for Rogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rogue").field("device", &self.device).finish_non_exhaustive()
    }
}

/// What a commit changes besides the own leaf, whether it may or not.
#[derive(Debug, Default)]
pub struct Change {
    /// Devices to add.
    pub adds: Vec<KeyPackage>,
    /// Leaves to remove.
    pub removes: Vec<u32>,
    /// The policy after.
    pub policy: Option<Policy>,
    /// The context's extensions after, instead of those of a policy.
    pub extensions: Option<Extensions<GroupContext>>,
    /// Any other proposals.
    pub proposals: Vec<Proposal>,
    /// The device logs that it claims to rely on.
    pub cite: Vec<CitedLog>,
}

impl<B: Backend> World<B> {
    /// A new device of somebody, by recovery phrase, that is under the test's control.
    pub fn rogue(&mut self, person: &Person) -> Rogue {
        let root = Phrase::parse(&person.phrase).expect("it was made by an engine").root_key();
        let path = format!("/api/v1/accounts/by-root/{}", root.fingerprint());
        let (_, found) = self.server.http(self.now(), "GET", &path, None);
        let found: AccountByRoot = Encoding::Json.decode(&found).expect("the account is there");
        let first_root = found.first_root.0.as_slice().try_into().expect("a root key has 32 bytes");
        let entries = found.device_log.iter().map(|entry| LogEntry::decode(&entry.0).expect("the server's own"));
        let log = DeviceLog::verify(person.account, first_root, entries, &Ed25519).expect("the server's own");

        let device = DeviceId::new(self.now(), &mut self.rng);
        let mut seed = [0; 32];
        beseda_model::Rng::fill(&mut self.rng, &mut seed);
        let mut rogue = Rogue {
            account: person.account,
            device,
            key: DeviceKey::from_seed(&seed),
            root,
            log,
            send_no: 0,
            heard: Vec::new(),
            provider: Provider::new(MemoryStorage::default()),
            group: None,
            conversation: None,
            seen: (0, [0; 32]),
            socket: self.wire(),
            next_id: 0,
        };
        let entry = rogue.sign_by_root(DeviceLogOp::Add { device, signature_key: rogue.key.public() });
        let proof = rogue.prove(self, &entry);
        let session = self.post::<_, Session>("devices", &AddDevice { account: person.account, entry, proof });
        let token = session.expect("the phrase admits a device").token;
        let hello = Hello { token, feature: FEATURE_LEVEL };
        rogue.ask(self, Request::Hello(hello)).expect("the session is new");
        rogue
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn post<T: Serialize, R: DeserializeOwned>(&mut self, path: &str, body: &T) -> Result<R, Problem> {
        let body = Encoding::Json.encode(body);
        let (status, answer) = self.server.http(self.now(), "POST", &format!("/api/v1/{path}"), Some(&body));
        if status == 200 {
            return Ok(Encoding::Json.decode(&answer).expect("the server speaks the protocol"));
        }
        Err(Encoding::Json.decode(&answer).expect("a refusal is a problem"))
    }
}

impl Rogue {
    /// The next entry of the account's device log, signed by root; it counts here from now on.
    pub fn sign_by_root(&mut self, op: DeviceLogOp) -> DeviceLogEntry {
        let mut entry = self.log.unsigned(op, LogSigner::Root);
        entry.signature = self.root.sign(&entry.signed_bytes(self.account));
        let bytes = entry.encode();
        self.log.verify_and_append(entry, &Ed25519).expect("it follows");
        DeviceLogEntry(bytes.into())
    }

    /// The answer of this device's key to a fresh challenge.
    pub fn prove<B: Backend>(&self, world: &mut World<B>, entry: &DeviceLogEntry) -> Proof {
        let Challenge { challenge, bits, .. } = world.post("challenges", &()).expect("challenges are for everybody");
        let task = pow::Challenge::from_bytes(&challenge).expect("a challenge has 24 bytes");
        let nonce = pow::solve(&task, u32::from(bits), 1 << 16).expect("little is asked for here");
        let signature = possession::sign(&self.key, &task, &entry.0).as_slice().into();
        Proof { challenge, nonce, signature }
    }

    /// Sends a request and returns the answer.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn ask<B: Backend>(&mut self, world: &mut World<B>, request: Request) -> Result<Reply, Problem> {
        self.next_id += 1;
        let wanted = self.next_id;
        let frames = world.tell(self.socket, &Encoding::Cbor.encode(&ClientFrame { id: wanted, request }));
        let answer = frames.into_iter().find_map(|frame| match frame {
            ServerFrame::Ok { id, re } if id == wanted => Some(Ok(re)),
            ServerFrame::Err { id, why } if id == wanted => Some(Err(why)),
            _ => None,
        });
        answer.expect("each request gets exactly one answer")
    }

    fn place<B: Backend>(&mut self, world: &mut World<B>, request: Request) -> Result<u64, Problem> {
        match self.ask(world, request)? {
            Reply::Appended { seq, .. } => Ok(seq),
            other => panic!("expected a place, there came {other:?}"),
        }
    }

    /// The group.
    pub fn group(&self) -> &MlsGroup {
        self.group.as_ref().expect("it has joined")
    }

    /// The group's policy.
    pub fn policy(&self) -> Policy {
        match policy_ext::from_extensions(self.group().extensions()) {
            PolicyFact::Known(policy) => policy,
            other => panic!("no group of ours: {other:?}"),
        }
    }

    /// The policy after a change, at the next revision.
    pub fn policy_with(&self, change: impl FnOnce(&mut Policy)) -> Policy {
        let mut policy = self.policy();
        change(&mut policy);
        policy.revision += 1;
        policy.roster.sort_by_key(|entry| entry.account);
        policy
    }

    /// The leaves of the group.
    pub fn leaves(&self) -> Vec<Leaf> {
        facts::leaves(self.group().treesync()).expect("they are ours")
    }

    /// The places of an account's leaves.
    pub fn leaves_of(&self, account: AccountId) -> Vec<u32> {
        let leaves = self.leaves().into_iter().filter(|leaf| leaf.identity.account == account);
        leaves.map(|leaf| leaf.index).collect()
    }

    /// A credential of this device in somebody's name.
    pub fn credential(&self, claimed: Credential) -> CredentialWithKey {
        CredentialWithKey { credential: claimed.to_mls(), signature_key: self.key.public().as_slice().into() }
    }

    /// What this device's leaves say if they are honest.
    pub fn own_credential(&self) -> Credential {
        Credential { account: self.account, device: self.device, root: self.root.fingerprint() }
    }

    /// A version of an own device log that is true.
    pub fn own_log(&self) -> CitedLog {
        CitedLog { account: self.account, version: self.log.version() }
    }

    /// Makes an external commit under a credential, and takes the group that it leads to for its own.
    ///
    /// # Errors
    /// When the server does not give what it takes.
    pub fn external<B: Backend>(
        &mut self,
        world: &mut World<B>,
        conversation: ConversationId,
        credential: Credential,
        cite: Vec<CitedLog>,
    ) -> Result<CommitBundle, Problem> {
        let Reply::GroupInfo { group_info, tree, last_seq, chain, .. } =
            self.ask(world, Request::GroupInfo { conversation })?
        else {
            panic!("expected what it takes to join");
        };
        self.conversation = Some(conversation);
        self.seen = (last_seq, chain.0.as_slice().try_into().expect("a hash has 32 bytes"));
        let MlsMessageBodyIn::GroupInfo(info) = body(&group_info.0) else { panic!("not a GroupInfo") };
        let tree = RatchetTreeIn::tls_deserialize_exact_bytes(&tree.0).expect("the server checked it");
        if let Some(mut old) = self.group.take() {
            old.delete(self.provider.storage()).expect("memory does not fail");
        }
        let aad = CommitAad::new(self.aad(world), cite).to_bytes();
        let with_key = self.credential(credential);
        let (group, bundle) = MlsGroup::external_commit_builder()
            .with_ratchet_tree(tree)
            .with_config(suite::join_config())
            .with_aad(aad)
            .build_group(&self.provider, info, with_key)
            .expect("the group can be joined")
            .leaf_node_parameters(suite::leaf_parameters())
            .load_psks(self.provider.storage())
            .expect("there are none")
            .create_group_info(true)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .expect("OpenMLS makes it")
            .finalize(&self.provider)
            .expect("memory does not fail");
        self.group = Some(group);
        let (commit, _, info) = bundle.into_messages();
        Ok(CommitBundle { commit: bytes(&commit), group_info: bytes(&info.expect("it was asked for")), welcome: None })
    }

    /// Joins from outside, as any device of a member does.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn join<B: Backend>(&mut self, world: &mut World<B>, conversation: ConversationId) -> Result<u64, Problem> {
        let bundle = self.external(world, conversation, self.own_credential(), vec![self.own_log()])?;
        let commit = bundle.commit.0.clone();
        let seq = self.place(world, Request::Commit(bundle))?;
        self.saw(seq, &commit);
        Ok(seq)
    }

    fn saw(&mut self, seq: u64, body: &[u8]) {
        self.seen = (seq, chain::next(&self.seen.1, seq, &chain::body_hash(body)));
    }

    /// Reads on in the log, as far as it goes.
    pub fn follow<B: Backend>(&mut self, world: &mut World<B>) {
        let Some(conversation) = self.conversation else { return };
        loop {
            let request = Request::Log { conversation, from: self.seen.0 + 1, limit: 200 };
            let Ok(Reply::Log { entries, .. }) = self.ask(world, request) else { return };
            if entries.is_empty() {
                return;
            }
            for entry in entries {
                if let Some(body) = entry.body {
                    self.saw(entry.seq, &body.0);
                    self.process(entry.seq, &body.0);
                }
            }
        }
    }

    fn process(&mut self, seq: u64, bytes: &[u8]) {
        let Some(group) = &mut self.group else { return };
        if header::peek(bytes).is_err() {
            // A new generation has begun, without this device.
            self.group = None;
            return;
        }
        let message = match body(bytes) {
            MlsMessageBodyIn::PublicMessage(message) => message.into(),
            MlsMessageBodyIn::PrivateMessage(message) => openmls::prelude::ProtocolMessage::from(message),
            _ => return,
        };
        let Ok(processed) = group.process_message(&self.provider, message) else { return };
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(content) => {
                self.heard.extend(Authored::decode(&content.into_bytes()).ok().map(|authored| (seq, authored)));
            }
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                let _: Result<(), _> = group.merge_staged_commit(&self.provider, *staged);
                if !group.is_active() {
                    self.group = None;
                }
            }
            ProcessedMessageContent::ProposalMessage(proposal) => {
                group.store_pending_proposal(self.provider.storage(), *proposal).expect("memory does not fail");
            }
            _ => {}
        }
    }

    /// The authenticated data of an honest message.
    pub fn aad<B: Backend>(&mut self, world: &mut World<B>) -> MessageAad {
        self.send_no += 1;
        let (n, hash) = self.seen;
        let [a, b, c, d, e, f, g, h, ..] = self.log.head_hash();
        MessageAad {
            message: MessageId::new(world.now(), &mut world.rng),
            send_no: self.send_no,
            chain: ChainPoint { n, hash: chain::short(&hash) },
            device_log: DeviceLogPoint { version: self.log.version(), hash: [a, b, c, d, e, f, g, h] },
        }
    }

    /// Encrypts anything under any authenticated data.
    pub fn seal(&mut self, aad: MessageAad, plaintext: &[u8]) -> Vec<u8> {
        let group = self.group.as_mut().expect("it has joined");
        group.set_aad(aad.to_bytes());
        let sealed = group.create_message(&self.provider, &self.key, plaintext).expect("OpenMLS encrypts anything");
        bytes(&sealed).0
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When the server refuses them.
    pub fn append<B: Backend>(
        &mut self,
        world: &mut World<B>,
        message: Vec<u8>,
        class: EntryClass,
        blank: &[u64],
    ) -> Result<u64, Problem> {
        let append = Append { message: message.into(), class, expires_at: None, blank: blank.to_vec() };
        self.place(world, Request::Append(append))
    }

    /// Says something as an honest device would say it, whether it may or not.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn say<B: Backend>(&mut self, world: &mut World<B>, content: Content) -> Result<u64, Problem> {
        self.follow(world);
        let aad = self.aad(world);
        self.say_with(world, aad, content)
    }

    /// The same under any authenticated data.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn say_with<B: Backend>(
        &mut self,
        world: &mut World<B>,
        aad: MessageAad,
        content: Content,
    ) -> Result<u64, Problem> {
        let class = match content {
            Content::Message(_) | Content::Unsupported(_) => EntryClass::Counted,
            _ => EntryClass::Silent,
        };
        let sealed = self.seal(aad, &Authored { at: world.now(), content }.encode());
        self.append(world, sealed, class, &[])
    }

    /// Makes a commit and leaves it pending.
    pub fn build<B: Backend>(&mut self, world: &mut World<B>, change: Change) -> CommitBundle {
        self.follow(world);
        let aad = self.aad(world);
        self.build_with(&CommitAad::new(aad, change.cite.clone()), change)
    }

    /// The same under any authenticated data.
    pub fn build_with(&mut self, aad: &CommitAad, change: Change) -> CommitBundle {
        let devices = change.adds.iter().filter_map(|package| facts::identity(package.leaf_node()).ok());
        let devices: Vec<DeviceId> = devices.map(|identity| identity.device).collect();
        let group = self.group.as_mut().expect("it has joined");
        group.set_aad(aad.to_bytes());
        let mut builder = group
            .commit_builder()
            .consume_proposal_store(true)
            .force_self_update(true)
            .propose_adds(change.adds)
            .propose_removals(change.removes.into_iter().map(LeafNodeIndex::new))
            .add_proposals(change.proposals);
        if let Some(extensions) = change.extensions.or_else(|| change.policy.as_ref().map(suite::context_extensions)) {
            builder = builder.propose_group_context_extensions(extensions).expect("OpenMLS takes any that it knows");
        }
        let bundle = builder
            .load_psks(self.provider.storage())
            .expect("those that are named are here")
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .expect("OpenMLS makes it")
            .stage_commit(&self.provider)
            .expect("memory does not fail");
        let (commit, welcome, info) = bundle.into_messages();
        CommitBundle {
            commit: bytes(&commit),
            group_info: bytes(&info.expect("it was asked for")),
            welcome: welcome.map(|message| Welcome { message: bytes(&message), devices }),
        }
    }

    /// Posts a commit that was built here, and takes it over if the server does.
    ///
    /// # Errors
    /// When the server refuses it; then it is forgotten.
    pub fn commit<B: Backend>(&mut self, world: &mut World<B>, bundle: CommitBundle) -> Result<u64, Problem> {
        let commit = bundle.commit.0.clone();
        let posted = self.place(world, Request::Commit(bundle));
        let group = self.group.as_mut().expect("it has joined");
        match &posted {
            Ok(seq) => {
                group.merge_pending_commit(&self.provider).expect("it is pending");
                self.saw(*seq, &commit);
            }
            Err(_) => group.clear_pending_commit(self.provider.storage()).expect("memory does not fail"),
        }
        posted
    }

    /// Forgets a commit that is pending.
    pub fn forget(&mut self) {
        let group = self.group.as_mut().expect("it has joined");
        group.clear_pending_commit(self.provider.storage()).expect("memory does not fail");
    }

    /// The context of the group's present epoch, as it is signed along with messages.
    pub fn context(&self) -> Vec<u8> {
        let context = self.group().public_group().group_context();
        context.tls_serialize_detached().expect("a context can be written")
    }

    /// The first epoch of the next generation under a policy: the group, its GroupInfo and its tree.
    pub fn first_epoch(&self, policy: &Policy) -> (MlsGroup, Vec<u8>, Vec<u8>) {
        let now = GroupId::try_from(self.group().group_id()).expect("a group of ours");
        let id = GroupId { generation: now.generation + 1, ..now };
        let credential = self.credential(self.own_credential());
        let config = suite::create_config(policy);
        let made = MlsGroup::new_with_group_id(&self.provider, &self.key, &config, id.to_mls(), credential);
        let mut group = made.expect("OpenMLS makes it");
        let info = group.export_group_info(self.provider.crypto(), &self.key, false).expect("OpenMLS makes it");
        let tree = group.export_ratchet_tree().tls_serialize_detached().expect("a tree can be written");
        // It is kept in memory alone, so that another one may be made.
        group.delete(self.provider.storage()).expect("memory does not fail");
        (group, bytes(&info).0, tree)
    }

    /// Opens the next generation, alone.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn succeed<B: Backend>(&mut self, world: &mut World<B>, policy: &Policy) -> Result<u64, Problem> {
        self.follow(world);
        let (group, info, tree) = self.first_epoch(policy);
        let request = Succeed { group_info: info.clone().into(), tree: tree.into(), commit: None };
        let seq = self.place(world, Request::Succeed(request))?;
        self.saw(seq, &info);
        self.group = Some(group);
        Ok(seq)
    }

    /// A standalone proposal to remove a leaf.
    pub fn propose_removal<B: Backend>(&mut self, world: &mut World<B>, leaf: u32) -> Vec<u8> {
        let aad = self.aad(world).to_bytes();
        let group = self.group.as_mut().expect("it has joined");
        group.set_aad(aad);
        let proposed = group.propose_remove_member(&self.provider, &self.key, LeafNodeIndex::new(leaf));
        let (proposal, _) = proposed.expect("OpenMLS makes it");
        group.clear_pending_proposals(self.provider.storage()).expect("memory does not fail");
        bytes(&proposal).0
    }

    /// A pre-shared key that this device has, as a proposal.
    pub fn pre_shared_key(&self) -> Proposal {
        let psk = openmls::schedule::PreSharedKeyId::external(vec![1], vec![2; 32]);
        psk.store(&self.provider, &[3; 32]).expect("memory does not fail");
        Proposal::PreSharedKey(Box::new(openmls::prelude::PreSharedKeyProposal::new(psk)))
    }

    /// Claims key packages of an account; with them comes the version of its device log.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn claim<B: Backend>(
        &mut self,
        world: &mut World<B>,
        account: AccountId,
    ) -> Result<(Vec<KeyPackage>, CitedLog), Problem> {
        let Reply::Keys { packages, count } = self.ask(world, Request::ClaimKeys { account, devices: Vec::new() })?
        else {
            panic!("expected key packages");
        };
        let packages = packages
            .iter()
            .map(|package| {
                let verified = key_package::verify(&package.package.0, self.provider.crypto());
                verified.expect("the server checks what it keeps").key_package
            })
            .collect();
        Ok((packages, CitedLog { account, version: count }))
    }

    /// A key package of this device, under any credential.
    pub fn key_package(&self, claimed: Credential, is_last_resort: bool) -> KeyPackage {
        let bundle = key_package::build(&self.provider, &self.key, self.credential(claimed), is_last_resort);
        bundle.expect("OpenMLS makes it").key_package().clone()
    }

    /// Spoils the secrets of a commit that was built here: the server can't tell, and nobody can open them.
    pub fn spoil(&self, bundle: &CommitBundle) -> CommitBundle {
        let context = self.context();
        let tag = self.group().confirmation_tag().tls_serialize_detached().expect("a tag can be written");
        let interim = forge::interim_hash(&context, &tag);
        let commit = forge::spoil_path(&self.key, &context, &bundle.commit.0);
        let old = forge::confirmed_hash(&interim, &bundle.commit.0);
        let new = forge::confirmed_hash(&interim, &commit);
        let group_info = forge::replace_in_group_info(&self.key, &bundle.group_info.0, &old, &new);
        CommitBundle { commit: commit.into(), group_info: group_info.into(), welcome: bundle.welcome.clone() }
    }

    /// Makes an external commit of this device remove another leaf than its own old one.
    pub fn aim_elsewhere(&self, context: &[u8], bundle: &CommitBundle, own: u32, victim: u32) -> CommitBundle {
        let commit = forge::aim_removal(&self.key, context, &bundle.commit.0, own, victim);
        CommitBundle { commit: commit.into(), ..bundle.clone() }
    }
}

fn body(bytes: &[u8]) -> MlsMessageBodyIn {
    MlsMessageIn::tls_deserialize_exact_bytes(bytes).expect("it was checked before").extract()
}

fn bytes(message: &MlsMessageOut) -> Bytes {
    message.tls_serialize_detached().expect("OpenMLS made it").into()
}
