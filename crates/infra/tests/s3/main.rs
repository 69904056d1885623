//! Blobs in a bucket: the conformance suite, and what only a store behind a network can do.

#![cfg(feature = "s3")]
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

mod bucket;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use beseda_app::domain::Blob;
use beseda_app::port::{BlobStore, StoreError, conformance};
use beseda_infra::blob::s3::{S3Blobs, S3Error, S3Options};
use beseda_model::{BlobId, Rng, UploadId};
use bucket::Bucket;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

/// Chance that never repeats, also over restarts.
struct Counting;

impl Rng for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let block = Sha256::digest(NEXT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes.copy_from_slice(&block[..bytes.len()]);
    }
}

fn options(bucket: &Bucket) -> S3Options {
    S3Options {
        endpoint: bucket.endpoint(),
        bucket: bucket::NAME.to_owned(),
        region: "us-east-1".to_owned(),
        prefix: "of/ours".to_owned(),
        access_key_id: bucket::KEY.to_owned(),
        secret_access_key: "${SECRET}".to_owned(),
        path_style: true,
    }
}

fn try_open(bucket: &Bucket, options: &S3Options, dir: &Path) -> Result<S3Blobs, S3Error> {
    let environment = |name: &str| (name == "SECRET").then(|| bucket::SECRET.to_owned());
    S3Blobs::open(options, environment, dir, Box::new(Counting), handle(bucket))
}

fn handle(bucket: &Bucket) -> Handle {
    bucket.runtime.as_ref().unwrap().handle().clone()
}

fn open(bucket: &Bucket, dir: &Path) -> S3Blobs {
    try_open(bucket, &options(bucket), dir).unwrap()
}

macro_rules! conforms {
    ($($name:ident),+) => {
        $(#[test]
        fn $name() {
            let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
            conformance::blob_store::$name(&|| Box::new(open(&bucket, dir.path())));
        })+
    };
}

conforms!(grows_at_the_end, reads_what_was_placed, places_again_what_was_removed, stores_the_same_once);

const ONE: UploadId = UploadId::from_bytes([1; 16]);
const OTHER: UploadId = UploadId::from_bytes([2; 16]);

fn id_of(bytes: &[u8]) -> BlobId {
    BlobId::from_bytes(Sha256::digest(bytes).into())
}

/// Never twice the same part.
fn content(length: usize) -> Vec<u8> {
    (0u64..).flat_map(|number| Sha256::digest(number.to_be_bytes())).take(length).collect()
}

fn stage(blobs: &S3Blobs, upload: UploadId, bytes: &[u8]) -> BlobId {
    blobs.create(upload).unwrap();
    blobs.append(upload, 0, bytes).unwrap();
    id_of(bytes)
}

fn read(blobs: &S3Blobs, blob: BlobId, at: u64, most: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(mut reader) = blobs.read(blob, at, most)? else { return Ok(None) };
    let mut bytes = Vec::new();
    loop {
        let part = reader.next(262_144)?;
        if part.is_empty() {
            return Ok(Some(bytes));
        }
        bytes.extend(part);
    }
}

#[test]
fn slow_a_large_one_is_put_in_parts_and_read_as_one() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let bytes = content(17_000_003);
    let blob = stage(&blobs, ONE, &bytes);
    assert_eq!(blobs.place(ONE, blob), Ok(()));
    assert_eq!(bucket.objects().len(), 1);
    assert!(read(&blobs, blob, 0, u64::MAX).unwrap().unwrap() == bytes);
    let (at, end) = (8_388_600, 8_388_620);
    assert_eq!(read(&blobs, blob, at as u64, 20), Ok(Some(bytes[at..end].to_vec())));
    assert_eq!(blobs.blobs(blob.as_bytes()[0]), Ok(vec![Blob { id: blob, size: 17_000_003 }]));
}

/// An erasing whose end nobody has heard is carried out when the same bytes have come again.
#[test]
fn what_was_erased_late_is_not_what_came_after() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let blob = stage(&blobs, ONE, b"the same");
    assert_eq!(blobs.place(ONE, blob), Ok(()));
    bucket.be_late();
    assert_eq!(blobs.remove(&[blob]), Err(StoreError::Unavailable));
    stage(&blobs, OTHER, b"the same");
    // Both by another upload and by the same one.
    assert_eq!((blobs.place(OTHER, blob), blobs.place(OTHER, blob)), (Ok(()), Ok(())));
    assert!(bucket.catch_up() > 0);
    assert_eq!(read(&blobs, blob, 0, 9), Ok(Some(b"the same".to_vec())));
    let blobs = open(&bucket, dir.path());
    assert_eq!(read(&blobs, blob, 0, 9), Ok(Some(b"the same".to_vec())), "nor is it after a restart");
}

#[test]
fn what_the_disk_has_lost_does_not_become_a_blob() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let whole = content(9_000_000);
    for bytes in [&whole[..], b"small"] {
        stage(&blobs, ONE, bytes);
        let spoilt = [&bytes[..bytes.len() - 1], b"!"].concat();
        std::fs::write(dir.path().join("blobs/uploads").join(ONE.to_string()), spoilt).unwrap();
        assert_eq!(blobs.place(ONE, id_of(bytes)), Err(StoreError::Io));
        assert_eq!(blobs.discard(ONE), Ok(()));
    }
    assert_eq!(bucket.objects(), Vec::<std::path::PathBuf>::new());
}

/// Whatever the request at which the store begins to fail: nothing is half there, and it goes on when it is mended.
#[test]
fn slow_a_store_that_fails_in_the_middle_has_all_or_nothing() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let bytes = content(17_000_000);
    let blob = stage(&blobs, ONE, &bytes);
    // To begin, three parts, to end: after those it is there, and only others of the same bytes are looked for.
    for requests in 0..5 {
        bucket.fail_after(requests);
        assert_eq!(blobs.place(ONE, blob), Err(StoreError::Unavailable), "after {requests}");
        bucket.mend();
        assert_eq!(read(&blobs, blob, 0, 1), Ok(None), "after {requests}");
    }
    bucket.fail_after(5);
    assert_eq!(blobs.place(ONE, blob), Ok(()));
    assert_eq!(blobs.read(blob, 0, 1).map(drop), Err(StoreError::Unavailable), "which is not to be gone");
    assert_eq!(blobs.remove(&[blob]), Err(StoreError::Unavailable));
    assert_eq!(blobs.blobs(blob.as_bytes()[0]), Err(StoreError::Unavailable));
    bucket.mend();
    assert!(read(&blobs, blob, 0, u64::MAX).unwrap().unwrap() == bytes);
}

#[test]
fn what_takes_long_keeps_nobody_else_waiting() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let there = stage(&blobs, ONE, b"there");
    assert_eq!(blobs.place(ONE, there), Ok(()));
    let coming = stage(&blobs, OTHER, b"coming");
    bucket.hold(true);
    std::thread::scope(|threads| {
        let placing = threads.spawn(|| blobs.place(OTHER, coming));
        handle(&bucket).block_on(bucket.has_held());
        assert_eq!(read(&blobs, there, 0, 9), Ok(Some(b"there".to_vec())));
        assert_eq!((read(&blobs, coming, 0, 9), blobs.remove(&[there])), (Ok(None), Ok(())));
        bucket.hold(false);
        assert_eq!(placing.join().unwrap(), Ok(()));
    });
    assert_eq!(read(&blobs, coming, 0, 9), Ok(Some(b"coming".to_vec())));
}

#[test]
fn an_object_that_is_gone_is_told_as_such_and_one_from_a_disk_is_found() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let blobs = open(&bucket, dir.path());
    let blob = stage(&blobs, ONE, b"word");
    assert_eq!(blobs.place(ONE, blob), Ok(()));
    let object = bucket.objects().pop().unwrap();
    std::fs::remove_file(&object).unwrap();
    assert_eq!(read(&blobs, blob, 0, 9), Ok(None), "although its name is remembered");
    let folder = object.parent().unwrap();
    assert!(folder.ends_with(format!("of/ours/{:02x}", blob.as_bytes()[0])));
    std::fs::write(folder.join(blob.to_string()), b"word").unwrap();
    std::fs::write(folder.join("notes.txt"), b"of others").unwrap();
    assert_eq!(read(&blobs, blob, 1, 2), Ok(Some(b"or".to_vec())));
    assert_eq!(blobs.blobs(blob.as_bytes()[0]), Ok(vec![Blob { id: blob, size: 4 }]));
    assert_eq!(blobs.remove(&[blob]), Ok(()));
    assert_eq!(read(&blobs, blob, 0, 9), Ok(None));
    assert_eq!(bucket.objects(), [folder.join("notes.txt")]);
}

#[test]
fn slow_a_bucket_that_is_no_good_is_told_at_once() {
    let (bucket, dir) = (Bucket::start(), tempfile::tempdir().unwrap());
    let told = |change: &dyn Fn(&mut S3Options)| {
        let mut options = options(&bucket);
        change(&mut options);
        let told = try_open(&bucket, &options, dir.path()).expect_err("it is no good").to_string();
        assert!(!told.contains("canary"), "{told}");
        told
    };
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = told(&|options| options.endpoint = format!("http://{nowhere}"));
    assert!(unreachable.starts_with("cannot write in the bucket `our-bucket`: the object store can't be reached"));
    assert!(unreachable.contains("refused"), "{unreachable}");
    let unknown = told(&|options| options.bucket = "another".to_owned());
    assert!(unknown.starts_with("cannot write in the bucket `another`: there is no such bucket"), "{unknown}");
    let refused = told(&|options| options.secret_access_key = "canary".to_owned());
    assert!(refused.contains("the object store refuses it: check the access key"), "{refused}");
    bucket.fail_after(0);
    assert!(told(&|_| ()).contains("the object store answers with an error"));
    bucket.mend();
    for (requests, what) in [(1, "read"), (2, "list"), (3, "erase")] {
        bucket.fail_after(requests);
        assert!(told(&|_| ()).starts_with(&format!("cannot {what} in the bucket")));
    }
    bucket.mend();
    assert!(told(&|options| options.endpoint = "localhost:9000".to_owned()).contains("`s3.endpoint`"));
    assert!(told(&|options| options.prefix = "a//b".to_owned()).contains("`s3.prefix`"));
    assert!(told(&|options| options.bucket = String::new()).contains("`s3.bucket`"));
    let not_set = told(&|options| options.secret_access_key = "${OTHER}".to_owned());
    assert_eq!(not_set, "the setting `s3.secret_access_key` is wrong: `${OTHER}` is not set in the environment");
    assert!(try_open(&bucket, &options(&bucket), dir.path()).is_ok());
}
