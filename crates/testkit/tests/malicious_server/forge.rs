//! What a server can make by itself: identities of its own, and whatever these can sign.

use beseda_crypto::aad::{ChainPoint, CommitAad, DeviceLogPoint, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::device_key::DeviceKey;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::root::RootKey;
use beseda_crypto::suite::{self, Provider};
use beseda_crypto::{chain, key_package};
use beseda_engine::store::conversations::Conversation;
use beseda_model::commit::CitedLog;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as Entry, DeviceLogOp, LogSigner};
use beseda_model::{AccountId, DeviceId, Fingerprint, MessageId, Policy};
use beseda_testkit::people::Person;
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Reply};
use openmls::credentials::CredentialWithKey;
use openmls::group::MlsGroup;
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _, RatchetTreeIn};
use openmls_rust_crypto::MemoryStorage;
use serde::Deserialize;
use tls_codec::{Deserialize as _, Serialize as _};

use crate::town::Town;

/// Somebody whose keys the server has: made up, or a member who helps it.
pub(crate) struct Accomplice {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) root: Fingerprint,
    key: DeviceKey,
    provider: Provider<MemoryStorage>,
}

/// The root key of somebody made up.
pub(crate) fn false_root() -> RootKey {
    RootKey::from_entropy(&[0xee; 32])
}

impl Accomplice {
    fn new(account: AccountId, device: DeviceId, root: Fingerprint, seed: [u8; 32]) -> Self {
        let key = DeviceKey::from_seed(&seed);
        Self { account, device, root, key, provider: Provider::new(MemoryStorage::default()) }
    }

    /// Somebody who does not exist, with a device log that holds.
    pub(crate) fn made_up() -> Self {
        let root = false_root().fingerprint();
        Self::new(AccountId::from_bytes([0xe0; 16]), DeviceId::from_bytes([0xe1; 16]), root, [0xe2; 32])
    }

    /// Somebody who claims to be a new device of `victim`.
    pub(crate) fn device_of(victim: AccountId, root: Fingerprint) -> Self {
        Self::new(victim, DeviceId::from_bytes([0xe3; 16]), root, [0xe4; 32])
    }

    /// Somebody who claims to be this very device, under another key.
    pub(crate) fn double_of(victim: AccountId, device: DeviceId, root: Fingerprint) -> Self {
        Self::new(victim, device, root, [0xe5; 32])
    }

    /// A member who gives the server the keys of their device.
    pub(crate) fn traitor(world: &Town, person: &Person) -> Self {
        #[derive(Deserialize)]
        struct Keys {
            account: AccountId,
            device: DeviceId,
            root: Fingerprint,
            seed: [u8; 32],
        }
        let conn = world.at(person.device).engine().reader();
        let me: Vec<u8> = conn.query_row("SELECT value FROM meta WHERE key = 'me'", (), |row| row.get(0)).unwrap();
        let Keys { account, device, root, seed } = beseda_wire::codec::decode_cbor(&me).unwrap();
        Self::new(account, device, root, seed)
    }

    fn credential(&self) -> CredentialWithKey {
        let credential = Credential { account: self.account, device: self.device, root: self.root };
        CredentialWithKey { credential: credential.to_mls(), signature_key: self.key.public().as_slice().into() }
    }

    /// The device log by which a made-up root key says that this device is its account's.
    pub(crate) fn device_log(&self) -> Reply {
        let root = false_root();
        let log = DeviceLog::new(self.account, root.public());
        let op = DeviceLogOp::Add { device: self.device, signature_key: self.key.public() };
        Reply::DeviceLog { entries: vec![signed(&log, op, &root)], root: Bytes(root.public().to_vec()) }
    }

    /// The entry by which `root` says that this device is the account's, after `log`.
    pub(crate) fn added_by(&self, log: &DeviceLog, root: &RootKey) -> DeviceLogEntry {
        signed(log, DeviceLogOp::Add { device: self.device, signature_key: self.key.public() }, root)
    }

    pub(crate) fn key_package(&self) -> Bytes {
        let bundle = key_package::build(&self.provider, &self.key, self.credential(), false).unwrap();
        Bytes(bundle.key_package().tls_serialize_detached().unwrap())
    }

    /// An external commit into the group that this GroupInfo and tree are of.
    pub(crate) fn join(&self, row: &Conversation, group: &(Vec<u8>, Vec<u8>)) -> Vec<u8> {
        let (info, tree) = group;
        let MlsMessageBodyIn::GroupInfo(info) = MlsMessageIn::tls_deserialize_exact(info).unwrap().extract() else {
            panic!("not a GroupInfo")
        };
        let point = ChainPoint { n: row.applied, hash: chain::short(&row.chain.unwrap()) };
        let message = MessageAad {
            message: MessageId::from_bytes([0xe6; 16]),
            send_no: 1,
            chain: point,
            device_log: DeviceLogPoint::default(),
        };
        let aad = CommitAad::new(message, vec![CitedLog { account: self.account, version: 1 }]).to_bytes();
        let (_, bundle) = MlsGroup::external_commit_builder()
            .with_ratchet_tree(RatchetTreeIn::tls_deserialize_exact(tree).unwrap())
            .with_config(suite::join_config())
            .with_aad(aad)
            .skip_lifetime_validation()
            .build_group(&self.provider, info, self.credential())
            .unwrap()
            .leaf_node_parameters(suite::leaf_parameters())
            .load_psks(self.provider.storage())
            .unwrap()
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .unwrap()
            .finalize(&self.provider)
            .unwrap();
        bundle.into_messages().0.tls_serialize_detached().unwrap()
    }

    /// The GroupInfo that begins a generation.
    pub(crate) fn begin(&self, id: GroupId, policy: &Policy) -> Vec<u8> {
        let config = suite::create_config(policy);
        let group = MlsGroup::new_with_group_id(&self.provider, &self.key, &config, id.to_mls(), self.credential());
        let info = group.unwrap().export_group_info(self.provider.crypto(), &self.key, false).unwrap();
        info.tls_serialize_detached().unwrap()
    }
}

fn signed(log: &DeviceLog, op: DeviceLogOp, root: &RootKey) -> DeviceLogEntry {
    let unsigned = log.unsigned(op, LogSigner::Root);
    let entry = Entry { signature: root.sign(&unsigned.signed_bytes(log.account())), ..unsigned };
    DeviceLogEntry(Bytes(entry.encode()))
}
