//! Blobs: the conformance suite of their files, and the use cases over SQLite against a model.

#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use beseda_app::domain::blob::charge;
use beseda_app::domain::{Blob, BlobUse};
use beseda_app::port::conformance::world::{NOW, actor, people};
use beseda_app::port::{BlobStore, Store, conformance};
use beseda_app::usecase::blob::{
    BlobError, CreateUpload, FinishUpload, adopt, blob_to_fetch, blob_use, cancel_upload, create_upload,
    expire_uploads, extend_upload, finish_upload, forget_blobs, keep_blobs, let_blobs_go, own_upload, unkept_blobs,
};
use beseda_infra::blob::fs::FsBlobs;
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};
use beseda_model::{BlobId, Limits, Timestamp, UploadId};
use proptest::prelude::*;

macro_rules! conforms {
    ($($name:ident),+) => {
        $(#[test]
        fn $name() {
            let dir = tempfile::tempdir().unwrap();
            conformance::blob_store::$name(&|| Box::new(FsBlobs::open(dir.path()).unwrap()));
        })+
    };
}

conforms!(grows_at_the_end, reads_what_was_placed, places_again_what_was_removed, stores_the_same_once);

#[test]
fn files_of_others_are_left_alone_and_ours_are_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let blobs = FsBlobs::open(dir.path()).unwrap();
    let (upload, blob) = (UploadId::from_bytes([0xab; 16]), BlobId::from_bytes([0xcd; 32]));
    blobs.create(upload).unwrap();
    blobs.place(upload, blob).unwrap();
    let root = dir.path().join("blobs");
    for foreign in ["uploads/notes.txt", "uploads/ABABABABABABABABABABABABABABABAB", "cd/.hidden"] {
        std::fs::write(root.join(foreign), b"x").unwrap();
    }
    assert_eq!((blobs.uploads(), blobs.blobs(0xcd)), (Ok(vec![upload]), Ok(vec![Blob { id: blob, size: 0 }])));
    let mode = |path: &str| std::fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
    let file = format!("cd/{blob}");
    assert_eq!((mode(""), mode("uploads"), mode("cd"), mode(&file)), (0o700, 0o700, 0o700, 0o600));
}

const QUOTA: u64 = 50_000;
const LIFE: u64 = 1_000;

fn open(dir: &std::path::Path) -> Box<dyn Store> {
    let limits = Limits {
        blob_bytes: 20_000,
        blob_quota_bytes: QUOTA,
        uploaded_bytes: u64::from(u32::MAX),
        uploads: 3,
        blobs_at_once: 4,
        upload_millis: LIFE,
        blob_millis: LIFE,
        ..Limits::default()
    };
    let options = Options { limits, ..Options::new(dir, [9; 16]) };
    let store: Box<dyn Store> = Box::new(SqliteStore::open(&options, Arc::new(LocalBus::new())).unwrap());
    people(&*store, &[0, 1, 2]);
    store
}

/// What somebody does. Blobs have numbers, and their sizes follow from them.
#[derive(Debug, Clone)]
enum Step {
    Create { of: u32, upload: u8, blob: u8 },
    Extend { of: u32, upload: u8 },
    Finish { of: u32, upload: u8 },
    Cancel { of: u32, upload: u8 },
    Keep { of: u32, blobs: Vec<u8> },
    LetGo { of: u32, blobs: Vec<u8> },
    Wait { millis: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let blobs = || proptest::collection::vec(0u8..6, 0..4);
    let (of, upload) = (0u32..3, 0u8..5);
    prop_oneof![
        3 => (of.clone(), upload.clone(), 0u8..6).prop_map(|(of, upload, blob)| Step::Create { of, upload, blob }),
        1 => (of.clone(), upload.clone()).prop_map(|(of, upload)| Step::Extend { of, upload }),
        3 => (of.clone(), upload.clone()).prop_map(|(of, upload)| Step::Finish { of, upload }),
        1 => (of.clone(), upload).prop_map(|(of, upload)| Step::Cancel { of, upload }),
        3 => (of.clone(), blobs()).prop_map(|(of, blobs)| Step::Keep { of, blobs }),
        2 => (of, blobs()).prop_map(|(of, blobs)| Step::LetGo { of, blobs }),
        2 => (0..LIFE).prop_map(|millis| Step::Wait { millis }),
    ]
}

fn blob(number: u8) -> Blob {
    Blob { id: BlobId::from_bytes([number; 32]), size: u64::from(number) * 4_000 }
}

fn upload(number: u8) -> UploadId {
    UploadId::from_bytes([number; 16])
}

struct Known {
    of: u32,
    blob: u8,
    until: u64,
    finished: bool,
}

/// What must be true, worked out in the simplest way.
#[derive(Default)]
struct Model {
    now: u64,
    uploads: BTreeMap<u8, Known>,
    blobs: BTreeMap<u8, Option<u64>>,
    kept: BTreeSet<(u32, u8)>,
}

impl Model {
    fn used(&self, of: u32) -> u64 {
        let kept = self.kept.iter().filter(|(who, _)| *who == of).map(|(_, number)| *number);
        let coming = self.uploads.values().filter(|it| it.of == of && !it.finished).map(|it| it.blob);
        kept.chain(coming).map(|number| charge(blob(number).size)).sum()
    }

    fn open(&mut self, of: u32, upload: u8) -> Option<&mut Known> {
        let now = self.now;
        self.uploads.get_mut(&upload).filter(|it| it.of == of && now < it.until)
    }

    fn create(&mut self, of: u32, upload: u8, number: u8) -> Result<(), &'static str> {
        let unfinished = self.uploads.values().filter(|it| it.of == of && !it.finished).count();
        if unfinished >= 3 {
            return Err("limit");
        }
        if self.used(of) + charge(blob(number).size) > QUOTA {
            return Err("quota");
        }
        if self.uploads.contains_key(&upload) {
            return Err("store");
        }
        self.uploads.insert(upload, Known { of, blob: number, until: self.now + LIFE, finished: false });
        Ok(())
    }

    fn keep(&mut self, of: u32, numbers: &[u8]) -> Result<Vec<u8>, &'static str> {
        let gone: Vec<u8> = numbers.iter().copied().filter(|number| !self.blobs.contains_key(number)).collect();
        let before = self.kept.clone();
        for number in numbers.iter().filter(|number| self.blobs.contains_key(number)) {
            if !self.kept.contains(&(of, *number)) && self.used(of) + charge(blob(*number).size) > QUOTA {
                self.kept = before;
                return Err("quota");
            }
            self.kept.insert((of, *number));
        }
        self.note_keepers();
        Ok(gone)
    }

    fn note_keepers(&mut self) {
        for (number, unkept_since) in &mut self.blobs {
            let is_kept = self.kept.iter().any(|(_, kept)| kept == number);
            *unkept_since = if is_kept { None } else { Some(unkept_since.unwrap_or(self.now)) };
        }
    }

    fn expire(&mut self) -> (BTreeSet<UploadId>, BTreeSet<BlobId>) {
        let now = self.now;
        let ended: Vec<u8> = self.uploads.iter().filter(|(_, it)| it.until <= now).map(|(id, _)| *id).collect();
        let unkept = self.blobs.iter().filter(|(_, since)| since.is_some_and(|since| since + LIFE <= now));
        let unkept: Vec<u8> = unkept.map(|(number, _)| *number).collect();
        self.uploads.retain(|id, _| !ended.contains(id));
        self.blobs.retain(|number, _| !unkept.contains(number));
        (ended.into_iter().map(upload).collect(), unkept.into_iter().map(|number| blob(number).id).collect())
    }
}

fn kind(error: &BlobError) -> &'static str {
    match error {
        BlobError::NotFound => "none",
        BlobError::OverLimit(_) => "limit",
        BlobError::QuotaExceeded { allowed } => {
            assert_eq!(*allowed, QUOTA);
            "quota"
        }
        BlobError::Store(_) => "store",
        other => panic!("unexpected: {other}"),
    }
}

fn told<T>(result: Result<T, BlobError>) -> Result<T, &'static str> {
    result.map_err(|error| kind(&error))
}

fn play(store: &dyn Store, model: &mut Model, step: Step) {
    let at = NOW.plus_millis(model.now);
    match step {
        Step::Create { of, upload: id, blob: number } => {
            let (length, announced) = (blob(number).size, Some(blob(number).id));
            let cmd = CreateUpload { id: upload(id), length, announced, at };
            let done = store.write_blocking(move |uow| create_upload(uow, actor(of), cmd));
            assert_eq!(told(done.map(drop)), model.create(of, id, number));
        }
        Step::Extend { of, upload: id } => {
            let done = store.write_blocking(move |uow| extend_upload(uow, actor(of), upload(id), at));
            let now = model.now;
            let known = model.open(of, id).map(|it| {
                if !it.finished {
                    it.until = now + LIFE;
                }
            });
            assert_eq!(told(done.map(drop)), known.ok_or("none"));
        }
        Step::Finish { of, upload: id } => {
            let number = model.open(of, id).map_or(0, |it| it.blob);
            let cmd = FinishUpload { id: upload(id), blob: blob(number).id, at };
            let done = store.write_blocking(move |uow| finish_upload(uow, actor(of), cmd));
            let now = model.now;
            let Some(known) = model.open(of, id) else {
                assert_eq!(told(done.map(drop)), Err("none"));
                return;
            };
            assert_eq!(told(done).map(|upload| upload.blob), Ok(Some(blob(number).id)));
            if !known.finished {
                (known.finished, known.until) = (true, now + LIFE);
                model.blobs.entry(number).or_insert(Some(now));
                model.kept.insert((of, number));
                model.note_keepers();
            }
        }
        Step::Cancel { of, upload: id } => {
            let done = store.write_blocking(move |uow| cancel_upload(uow, actor(of), upload(id), at));
            assert_eq!(told(done), model.open(of, id).map(drop).ok_or("none"));
            if model.open(of, id).is_some() {
                model.uploads.remove(&id);
            }
        }
        Step::Keep { of, blobs } => {
            let ids: Vec<_> = blobs.iter().map(|number| blob(*number).id).collect();
            let done = store.write_blocking(move |uow| keep_blobs(uow, actor(of), &ids));
            let gone = model.keep(of, &blobs).map(|gone| gone.into_iter().map(|number| blob(number).id).collect());
            assert_eq!(told(done), gone);
        }
        Step::LetGo { of, blobs } => {
            let ids: Vec<_> = blobs.iter().map(|number| blob(*number).id).collect();
            store.write_blocking(move |uow| let_blobs_go(uow, actor(of), &ids, at)).unwrap();
            model.kept.retain(|(who, number)| *who != of || !blobs.contains(number));
            model.note_keepers();
        }
        Step::Wait { millis } => {
            model.now += millis;
            let at = NOW.plus_millis(model.now);
            let uploads = store.write_blocking(move |uow| expire_uploads(uow, at)).unwrap();
            let erased = (uploads.into_iter().collect(), erase_unkept(store, at).into_iter().collect());
            assert_eq!(erased, model.expire());
        }
    }
}

fn erase_unkept(store: &dyn Store, at: Timestamp) -> Vec<BlobId> {
    let unkept = store.read_blocking(move |view| unkept_blobs(view, at)).unwrap();
    store.write_blocking(move |uow| forget_blobs(uow, &unkept, at)).unwrap()
}

fn check(store: &dyn Store, model: &Model) {
    for of in 0..3 {
        let found = store.read_blocking(move |view| blob_use(view, actor(of)));
        assert_eq!(found, Ok(BlobUse { used: model.used(of), allowed: QUOTA }));
        assert!(model.used(of) <= QUOTA);
    }
    for number in 0..6 {
        let found = store.read_blocking(move |view| blob_to_fetch(view, blob(number).id));
        let there = model.blobs.contains_key(&number).then_some(blob(number)).ok_or(BlobError::NotFound);
        assert_eq!(found, there);
    }
    for id in 0..5 {
        for of in 0..3 {
            let at = NOW.plus_millis(model.now);
            let found = store.read_blocking(move |view| own_upload(view, actor(of), upload(id), at));
            let known = model.uploads.get(&id).filter(|it| it.of == of && model.now < it.until);
            assert_eq!(found.is_ok(), known.is_some());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever people do in whatever order: nobody keeps more than they may, nobody is charged for what they don't keep,
    /// nobody touches another's upload, and what somebody keeps is there.
    #[test]
    fn blobs_are_kept_and_charged_as_the_rules_say(steps in proptest::collection::vec(step(), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let mut model = Model::default();
        for step in steps {
            play(&*store, &mut model, step);
            check(&*store, &model);
        }
    }
}

#[test]
fn an_upload_becomes_what_was_announced_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let cmd = CreateUpload { id: upload(1), length: 5, announced: Some(blob(1).id), at: NOW };
    store.write_blocking(move |uow| create_upload(uow, actor(1), cmd)).unwrap();
    let finish = |number| {
        let cmd = FinishUpload { id: upload(1), blob: blob(number).id, at: NOW };
        store.write_blocking(move |uow| finish_upload(uow, actor(1), cmd)).map(|upload| upload.blob)
    };
    assert_eq!(finish(2), Err(BlobError::WrongChecksum));
    assert_eq!(finish(1), Ok(Some(blob(1).id)));
    assert_eq!(finish(2), Ok(Some(blob(1).id)), "what is finished stays what it is");
}

#[test]
fn a_day_has_room_for_so_many_bytes_also_for_who_lets_them_go() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits { uploaded_bytes: 10_000, ..Limits::default() };
    let options = Options { limits, ..Options::new(dir.path(), [9; 16]) };
    let store: Box<dyn Store> = Box::new(SqliteStore::open(&options, Arc::new(LocalBus::new())).unwrap());
    people(&*store, &[1]);
    let create = |number: u8, length, at| {
        let cmd = CreateUpload { id: upload(number), length, announced: None, at };
        store.write_blocking(move |uow| {
            create_upload(uow, actor(1), cmd)?;
            cancel_upload(uow, actor(1), upload(number), at)
        })
    };
    assert_eq!(create(1, 9_999, NOW), Ok(()));
    assert_eq!(create(2, 2, NOW), Err(BlobError::BudgetSpent { allowed: 10_000 }));
    assert_eq!(create(3, 1, NOW), Ok(()));
    assert_eq!(create(4, 1, NOW), Err(BlobError::BudgetSpent { allowed: 10_000 }));
    assert_eq!(create(5, 10_000, NOW.plus_millis(86_400_000)), Ok(()));
}

#[test]
fn what_the_database_does_not_know_is_taken_up_for_a_while() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let adopt_both = || store.write_blocking(|uow| adopt(uow, &[blob(1), blob(2)], NOW));
    assert_eq!((adopt_both(), adopt_both()), (Ok(2), Ok(0)));
    let kept: Result<_, BlobError> = store.write_blocking(|uow| keep_blobs(uow, actor(1), &[blob(2).id]));
    assert_eq!(kept, Ok(vec![]));
    assert_eq!(erase_unkept(&*store, NOW.plus_millis(LIFE)), [blob(1).id]);
}
