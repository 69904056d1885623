//! What a server may try with somebody's device log, and what becomes of it.

use beseda_crypto::device_key::DeviceKey;
use beseda_crypto::root::RootKey;
use beseda_model::device_log::LogSigner;
use beseda_model::{DeviceId, Timestamp};
use proptest::prelude::*;

use beseda_model::Rng;

use super::*;
use crate::store::migrate;

struct Zeros;
impl Rng for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

const BOB: AccountId = AccountId::from_bytes([7; 16]);

fn root(n: u8) -> RootKey {
    RootKey::from_entropy(&[n; 32])
}

fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 16])
}

fn add(n: u8) -> DeviceLogOp {
    DeviceLogOp::Add { device: device(n), signature_key: DeviceKey::from_seed(&[n; 32]).public() }
}

fn append(log: &mut DeviceLog, op: DeviceLogOp, root: &RootKey) {
    let unsigned = log.unsigned(op, LogSigner::Root);
    let entry = Entry { signature: root.sign(&unsigned.signed_bytes(log.account())), ..unsigned };
    log.verify_and_append(entry, &Ed25519).unwrap();
}

/// A log with these devices, each added by root.
fn log(root_key: u8, devices: &[u8]) -> DeviceLog {
    let root = root(root_key);
    let mut log = DeviceLog::new(BOB, root.public());
    for n in devices {
        append(&mut log, add(*n), &root);
    }
    log
}

fn told(log: &DeviceLog, from: usize) -> (Bytes, Vec<DeviceLogEntry>) {
    let entries = log.entries().iter().skip(from - 1).map(|entry| DeviceLogEntry(Bytes(entry.encode())));
    (Bytes(log.first_root_key().to_vec()), entries.collect())
}

struct Profile {
    conn: Connection,
}

impl Profile {
    fn new() -> Self {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn).unwrap();
        Self { conn }
    }

    fn step<T>(&self, act: impl FnOnce(&mut Step<'_>) -> Result<T, StoreError>) -> T {
        let tx = self.conn.unchecked_transaction().unwrap();
        let mut rng = Zeros;
        let mut step = Step::new(&tx, Timestamp::from_millis(1), &mut rng as &mut dyn Rng);
        let result = act(&mut step).unwrap();
        step.finish().unwrap();
        tx.commit().unwrap();
        result
    }

    fn learn(&self, log: &DeviceLog, from: usize) -> Learned {
        let (root, entries) = told(log, from);
        self.step(|step| learn(step, BOB, &root, &entries))
    }

    fn pinned(&self) -> Option<DeviceLog> {
        accounts::device_log(&self.conn, BOB).unwrap()
    }

    fn warnings(&self) -> Vec<WarningKind> {
        warnings::list(&self.conn).unwrap().into_iter().map(|warning| warning.kind).collect()
    }
}

#[test]
fn a_log_is_pinned_and_grows() {
    let profile = Profile::new();
    let whole = log(1, &[1, 2, 3]);
    assert_eq!(profile.learn(&log(1, &[1]), 1), Learned::Grown(vec![add(1)]));
    assert_eq!(profile.learn(&whole, 2), Learned::Grown(vec![add(2), add(3)]));
    assert_eq!(profile.pinned(), Some(whole.clone()));
    assert_eq!(profile.learn(&whole, 1), Learned::Nothing, "what is known may be told again");
    assert_eq!(profile.warnings(), []);
}

#[test]
fn a_log_never_goes_back() {
    let profile = Profile::new();
    let whole = log(1, &[1, 2, 3]);
    profile.learn(&whole, 1);
    assert_eq!(profile.learn(&log(1, &[1]), 1), Learned::Nothing);
    assert_eq!(profile.pinned(), Some(whole));
}

#[test]
fn another_story_is_refused_and_shown() {
    let profile = Profile::new();
    let pinned = log(1, &[1, 2]);
    profile.learn(&pinned, 1);
    for other in [log(1, &[1, 9]), log(1, &[1, 9, 3]), log(1, &[9])] {
        assert_eq!(profile.learn(&other, 1), Learned::Refused(DeviceLogProblem::Forked));
    }
    // The same from the middle on: its entry continues another history.
    assert_eq!(profile.learn(&log(1, &[9, 2, 3]), 3), Learned::Refused(DeviceLogProblem::Forked));
    assert_eq!(profile.pinned(), Some(pinned));
    assert_eq!(profile.warnings(), [WarningKind::DeviceLogForked { account: BOB }], "said once");
    assert!(Account::load(&profile.conn, BOB).unwrap().forked);
}

#[test]
fn an_injected_device_is_refused_and_shown() {
    let profile = Profile::new();
    let pinned = log(1, &[1]);
    profile.learn(&pinned, 1);
    // Signed by the server's own key in bob's place.
    let mut unsigned = pinned.unsigned(add(9), LogSigner::Device(device(1)));
    unsigned.signature = DeviceKey::from_seed(&[66; 32]).signature(&unsigned.signed_bytes(BOB));
    let entry = DeviceLogEntry(Bytes(unsigned.encode()));
    let root = Bytes(pinned.first_root_key().to_vec());
    let learned = profile.step(|step| learn(step, BOB, &root, &[entry]));
    assert_eq!(learned, Learned::Refused(DeviceLogProblem::Invalid(DeviceLogError::BadSignature)));
    assert_eq!(profile.pinned(), Some(pinned));
    assert_eq!(profile.warnings(), [WarningKind::DeviceLogForked { account: BOB }]);
    // The real next entry is still taken.
    assert_eq!(profile.learn(&log(1, &[1, 2]), 2), Learned::Grown(vec![add(2)]));
}

#[test]
fn a_first_log_that_does_not_verify_is_not_pinned() {
    let profile = Profile::new();
    let honest = log(1, &[1]);
    let (_, entries) = told(&honest, 1);
    let other_root = Bytes(root(2).public().to_vec());
    let learned = profile.step(|step| learn(step, BOB, &other_root, &entries));
    assert_eq!(learned, Learned::Refused(DeviceLogProblem::Invalid(DeviceLogError::BadSignature)));
    assert_eq!(profile.learn(&log(1, &[1, 2]), 2), Learned::FromStart);
    assert_eq!(profile.pinned(), None);
}

#[test]
fn another_root_is_a_new_identity_and_loud() {
    let profile = Profile::new();
    profile.learn(&log(1, &[1, 2]), 1);
    let new = log(2, &[3]);
    assert_eq!(profile.learn(&log(2, &[3, 4]), 2), Learned::FromStart, "only a whole log shows it");
    assert_eq!(profile.learn(&new, 1), Learned::NewIdentity);
    assert_eq!(profile.pinned(), Some(new));
    assert_eq!(profile.warnings(), [WarningKind::IdentityChanged { account: BOB }]);
    assert!(Account::load(&profile.conn, BOB).unwrap().identity_changed);
    let id = warnings::list(&profile.conn).unwrap()[0].id;
    assert!(profile.step(|step| warnings::acknowledge(step, id)));
    assert!(!Account::load(&profile.conn, BOB).unwrap().identity_changed);
}

#[test]
fn a_new_phrase_signed_by_the_old_root_is_the_same_person_with_another_number() {
    let profile = Profile::new();
    let mut log = log(1, &[1]);
    profile.learn(&log, 1);
    let before = Account::load(&profile.conn, BOB).unwrap().root;
    append(&mut log, DeviceLogOp::RotateRoot { root_key: root(2).public() }, &root(1));
    append(&mut log, add(2), &root(2));
    assert!(matches!(profile.learn(&log, 2), Learned::Grown(_)));
    let after = Account::load(&profile.conn, BOB).unwrap();
    assert_ne!(after.root, before);
    assert!(!after.identity_changed);
    assert_eq!(profile.warnings(), []);
}

#[test]
fn nobody_gives_ones_own_account_another_identity() {
    let profile = Profile::new();
    let own = log(1, &[1]);
    let me = Me {
        account: BOB,
        device: device(1),
        root: root(1).fingerprint(),
        server: "http://server".to_owned(),
        device_name: String::new(),
        signed_out: false,
        token: "token".to_owned(),
        seed: [1; 32],
    };
    me.save(&profile.conn).unwrap();
    profile.step(|step| begin_own(step, &own));
    assert_eq!(profile.learn(&log(2, &[5]), 1), Learned::Refused(DeviceLogProblem::OwnIdentity));
    assert_eq!(profile.pinned(), Some(own));
    assert_eq!(profile.warnings(), [WarningKind::IdentityChanged { account: BOB }]);
    assert!(!Me::get(&profile.conn).unwrap().signed_out, "a server can't sign anybody out by a story");
}

proptest! {
    /// Whatever parts of whatever stories a server tells in whatever order: what is pinned stays a beginning of what is
    /// pinned later.
    #[test]
    fn slow_what_was_pinned_stays(tellings in proptest::collection::vec((0usize..3, 1usize..5, 1usize..5), 1..12)) {
        let stories = [log(1, &[1, 2, 3, 4]), log(1, &[1, 2, 9, 8]), log(1, &[5, 6, 7, 8])];
        let profile = Profile::new();
        let mut pinned: Vec<Entry> = Vec::new();
        for (story, from, to) in tellings {
            let (root, entries) = told(&stories[story], from);
            let part = &entries[..entries.len().min((to + 1).saturating_sub(from))];
            profile.step(|step| learn(step, BOB, &root, part));
            let now = profile.pinned().map(|log| log.entries().to_vec()).unwrap_or_default();
            prop_assert!(now.starts_with(&pinned));
            pinned = now;
        }
    }
}
