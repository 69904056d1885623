//! Real groups at certain points, and real messages for them. `crates/crypto/tests/groups/scenes.rs` makes the file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use beseda_crypto::public_group::GroupState;
use beseda_crypto::signature::Ed25519;
use beseda_model::AccountId;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry};
use beseda_wire::Bytes;
use beseda_wire::codec::decode_cbor;
use serde::Deserialize;

pub(crate) static SCENES: LazyLock<Scenes> = LazyLock::new(|| {
    decode_cbor::<Scenes>(include_bytes!("../scenes.cbor")).expect("the file is made by a test that reads it again")
});

#[derive(Debug, Deserialize)]
pub(crate) struct Scenes {
    pub(crate) scenes: Vec<Scene>,
    logs: Vec<Vec<Log>>,
    pub(crate) key_packages: Vec<Bytes>,
    pub(crate) policies: Vec<Bytes>,
}

/// A group at one point, and what may be posted to it there.
#[derive(Debug, Deserialize)]
pub(crate) struct Scene {
    pub(crate) group_info: Bytes,
    tree: Bytes,
    pub(crate) waiting: Vec<Bytes>,
    pub(crate) commits: Vec<Bytes>,
    pub(crate) group_infos: Vec<Bytes>,
    pub(crate) proposals: Vec<Bytes>,
    pub(crate) messages: Vec<Bytes>,
}

#[derive(Debug, Deserialize)]
struct Log {
    account: Bytes,
    root: Bytes,
    entries: Vec<Bytes>,
}

impl Scene {
    pub(crate) fn state(&self) -> GroupState {
        GroupState {
            group_info: self.group_info.to_vec(),
            ratchet_tree: self.tree.to_vec(),
            proposals: self.waiting.iter().map(|proposal| proposal.to_vec()).collect(),
        }
    }
}

/// The device logs that belong to each scene.
pub(crate) static LOGS: LazyLock<Vec<BTreeMap<AccountId, DeviceLog>>> =
    LazyLock::new(|| SCENES.logs.iter().map(|logs| logs.iter().map(verified).collect()).collect());

fn verified(log: &Log) -> (AccountId, DeviceLog) {
    let account = AccountId::try_from(&*log.account).expect("16 bytes");
    let root = (&*log.root).try_into().expect("32 bytes");
    let entries = log.entries.iter().map(|entry| DeviceLogEntry::decode(entry).expect("an entry"));
    (account, DeviceLog::verify(account, root, entries, &Ed25519).expect("a log that was verified before"))
}
