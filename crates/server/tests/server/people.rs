//! People: their keys, their device logs, their sessions.

use beseda_app::domain::Leaf;
use beseda_app::port::StoreError;
use beseda_crypto::credential::Credential;
use beseda_crypto::device_key::DeviceKey;
use beseda_crypto::root::RootKey;
use beseda_crypto::signature::Ed25519;
use beseda_crypto::suite::Provider;
use beseda_crypto::{key_package, possession, pow};
use beseda_model::device_log::{DeviceLog, DeviceLogOp, LogSigner};
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Policy, Role, RosterEntry, Timestamp};
use beseda_wire::http::{AddDevice, Challenge, Proof, Session, SignUp};
use beseda_wire::request::Request;
use beseda_wire::state::{Audience, DeviceLogEntry, PrivacySettings};
use beseda_wire::{Bytes, Encoding};
use ed25519_dalek::SigningKey;
use openmls::credentials::CredentialWithKey;
use openmls_rust_crypto::MemoryStorage;
use tls_codec::Serialize as _;

use crate::world::{Server, Socket};

/// A person with one device or more.
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) root: RootKey,
    pub(crate) log: DeviceLog,
    /// The first device.
    pub(crate) device: DeviceId,
    /// Its session.
    pub(crate) token: String,
}

/// The id with this number.
pub(crate) fn device(number: u8) -> DeviceId {
    DeviceId::from_bytes([0xd0 | (number >> 7), 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number])
}

/// The signature key of a device.
pub(crate) fn key_of(device: DeviceId) -> SigningKey {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(device.as_bytes());
    SigningKey::from_bytes(&seed)
}

/// A sign-up of the person with this number, not yet sent.
pub(crate) fn stranger(number: u8) -> (Person, SignUp) {
    let account = AccountId::from_bytes([0xa0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number]);
    let root = RootKey::from_entropy(&[number; 32]);
    let mut person = Person {
        account,
        log: DeviceLog::new(account, root.public()),
        device: device(number),
        token: String::new(),
        root,
    };
    let entry = person.add_by_root(person.device);
    let sign_up = SignUp {
        account,
        root: person.root.public().to_vec().into(),
        entry,
        username: None,
        password: None,
        proof: None,
        invite: None,
        phone: None,
    };
    (person, sign_up)
}

impl Person {
    /// The next entry of the device log, signed by root.
    pub(crate) fn by_root(&mut self, op: DeviceLogOp) -> DeviceLogEntry {
        let mut entry = self.log.unsigned(op, LogSigner::Root);
        entry.signature = self.root.sign(&entry.signed_bytes(self.account));
        let bytes = entry.encode();
        self.log.verify_and_append(entry, &Ed25519).unwrap();
        DeviceLogEntry(bytes.into())
    }

    /// The next entry of the device log, signed by the first device.
    pub(crate) fn by_device(&mut self, op: DeviceLogOp) -> DeviceLogEntry {
        use ed25519_dalek::Signer as _;
        let mut entry = self.log.unsigned(op, LogSigner::Device(self.device));
        entry.signature = key_of(self.device).sign(&entry.signed_bytes(self.account)).to_bytes();
        let bytes = entry.encode();
        self.log.verify_and_append(entry, &Ed25519).unwrap();
        DeviceLogEntry(bytes.into())
    }

    /// An entry that adds this device.
    pub(crate) fn add_by_root(&mut self, device: DeviceId) -> DeviceLogEntry {
        let signature_key = key_of(device).verifying_key().to_bytes();
        self.by_root(DeviceLogOp::Add { device, signature_key })
    }

    /// A second device by recovery phrase; its token.
    pub(crate) async fn recover(&mut self, server: &Server, device: DeviceId) -> String {
        let entry = self.add_by_root(device);
        let proof = server.proof(&entry).await;
        let body = AddDevice { account: self.account, entry, proof };
        let session: Session = server.post("/api/v1/devices", &body).await.unwrap();
        assert_eq!((session.account, session.device), (self.account, device));
        session.token
    }

    /// A key package of the first device.
    pub(crate) fn key_package(&self) -> Bytes {
        let key = DeviceKey::from_seed(&key_of(self.device).to_bytes());
        let credential = Credential { account: self.account, device: self.device, root: self.root.fingerprint() };
        let credential =
            CredentialWithKey { credential: credential.to_mls(), signature_key: key.public().as_slice().into() };
        let provider = Provider::new(MemoryStorage::default());
        let bundle = key_package::build(&provider, &key, credential, false).unwrap();
        bundle.key_package().tls_serialize_detached().unwrap().into()
    }

    /// Connects the first device.
    pub(crate) async fn connect(&self, server: &Server) -> Socket {
        self.connect_with(server, Encoding::Cbor).await
    }

    /// Connects the first device in this encoding.
    pub(crate) async fn connect_with(&self, server: &Server, encoding: Encoding) -> Socket {
        let mut socket = Socket::open(server, encoding).await;
        socket.hello(&self.token).await.unwrap();
        socket
    }
}

impl Server {
    /// An answered challenge of the device that this entry adds.
    pub(crate) async fn proof(&self, entry: &DeviceLogEntry) -> Proof {
        let challenge: Challenge = self.post("/api/v1/challenges", &()).await.unwrap();
        answer(&challenge, entry)
    }

    /// Signs the person with this number up.
    pub(crate) async fn join(&self, number: u8) -> Person {
        self.join_as(number, |_| {}).await
    }

    /// Signs the person with this number up, with more than the least.
    pub(crate) async fn join_as(&self, number: u8, more: impl FnOnce(&mut SignUp)) -> Person {
        let (mut person, mut sign_up) = stranger(number);
        sign_up.proof = Some(self.proof(&sign_up.entry).await);
        more(&mut sign_up);
        let session: Session = self.post("/api/v1/accounts", &sign_up).await.unwrap();
        person.token = session.token;
        person
    }

    /// Everybody may add this person to groups.
    pub(crate) async fn open_door(&self, person: &Person) {
        let privacy = PrivacySettings { group_adds: Audience::Everyone, ..PrivacySettings::default() };
        person.connect(self).await.ask(Request::SetPrivacy { privacy }).await.unwrap();
    }

    /// A conversation between these people, made without MLS: the store does not look inside.
    pub(crate) fn converse(&self, kind: ConversationKind, people: &[&Person]) -> ConversationId {
        let id = ConversationId::from_bytes([0xc0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);
        self.converse_as(id, kind, people);
        id
    }

    /// The same under an id of one's own choice.
    pub(crate) fn converse_as(&self, id: ConversationId, kind: ConversationKind, people: &[&Person]) {
        use beseda_app::domain::Member;
        use beseda_app::port::NewConversation;
        let members: Vec<(RosterEntry, DeviceId)> = people
            .iter()
            .enumerate()
            .map(|(at, person)| {
                let role = if at == 0 { Role::Owner } else { Role::Member };
                (RosterEntry { account: person.account, root: person.root.fingerprint(), role }, person.device)
            })
            .collect();
        let at = Timestamp::from_millis(1_800_000_000_000);
        let made: Result<(), StoreError> = self.store().write_blocking(move |uow| {
            let roster: Vec<_> = members.iter().map(|(entry, _)| entry.clone()).collect();
            let policy = Policy::new(kind, roster);
            uow.conversations_mut().insert(&NewConversation { id, kind, policy, request: None, at })?;
            let mut leaves = Vec::new();
            for (index, (entry, device)) in (0u32..).zip(&members) {
                let member = Member::new(entry.account, entry.root, entry.role, 1, 0);
                uow.conversations_mut().put_member(id, &member)?;
                leaves.push(Leaf { index, account: entry.account, device: *device, due: false });
            }
            uow.conversations_mut().set_leaves(id, &leaves)
        });
        made.unwrap();
    }
}

/// Solves a challenge and signs it.
pub(crate) fn answer(challenge: &Challenge, entry: &DeviceLogEntry) -> Proof {
    let task = pow::Challenge::from_bytes(&challenge.challenge).unwrap();
    let nonce = pow::solve(&task, u32::from(challenge.bits), 1 << 24).unwrap();
    let added = beseda_model::device_log::DeviceLogEntry::decode(&entry.0).unwrap();
    let DeviceLogOp::Add { device, .. } = added.op else { panic!("the entry adds a device") };
    let key = DeviceKey::from_seed(&key_of(device).to_bytes());
    let signature = possession::sign(&key, &task, &entry.0).as_slice().into();
    Proof { challenge: challenge.challenge.clone(), nonce, signature }
}
