//! Files: uploaded in parts over connections that break, fetched in ranges, kept by those who refer to them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use beseda_app::domain::Blob;
use beseda_app::port::{BlobReader, BlobStore, StoreError};
use beseda_infra::blob::fs::FsBlobs;
use beseda_model::{BlobId, Code, UploadId};
use beseda_server::Site;
use beseda_wire::Problem;
use beseda_wire::request::{Reply, Request};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::people::Person;
use crate::program::Program;
use crate::world::{Answer, Server, Socket};

pub(crate) const UPLOADS: &str = "/api/v1/uploads";

/// What looks like ciphertext: never twice the same part.
pub(crate) fn content(length: usize, seed: u8) -> Vec<u8> {
    let blocks = (0u64..).map(|number| Sha256::digest([&number.to_be_bytes()[..], &[seed]].concat()));
    blocks.flatten().take(length).collect()
}

pub(crate) fn id_of(bytes: &[u8]) -> BlobId {
    BlobId::from_bytes(Sha256::digest(bytes).into())
}

fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

/// A header's value, in lower case.
pub(crate) fn header(answer: &Answer, name: &str) -> Option<String> {
    let mut lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

pub(crate) fn offset(answer: &Answer) -> u64 {
    header(answer, "upload-offset").expect("an offset").parse().unwrap()
}

pub(crate) fn code(answer: &Answer) -> Code {
    answer.json::<()>().unwrap_err().code
}

/// Somebody who asks over HTTP.
pub(crate) struct Caller {
    pub(crate) addr: SocketAddr,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) fn new(server: &Server, person: &Person) -> Self {
        Self { addr: server.addr(), token: person.token.clone() }
    }

    pub(crate) fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
        let mut all: HashMap<&str, &str> = HashMap::from([("tus-resumable", "1.0.0"), ("host", "test")]);
        let authorization = format!("Bearer {}", self.token);
        all.insert("authorization", &authorization);
        if length > 0 {
            all.insert("content-type", "application/offset+octet-stream");
        }
        all.extend(headers.iter().copied());
        let lines =
            all.iter().filter(|(_, value)| **value != "none").map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines: String = lines.collect();
        format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n")
    }

    /// Asks; a header `none` is left out.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(self.head(method, path, headers, body.len()).as_bytes()).await.unwrap();
        drop(stream.write_all(body).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        Answer::parse(&answer)
    }

    /// Begins an upload; its path.
    pub(crate) async fn begin(&self, length: usize) -> String {
        let answer = self.try_begin(length as u64, &[], &[]).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        header(&answer, "location").unwrap()
    }

    pub(crate) async fn try_begin(&self, length: u64, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let length = length.to_string();
        let headers: Vec<_> = [("upload-length", length.as_str())].into_iter().chain(headers.iter().copied()).collect();
        self.ask("POST", UPLOADS, &headers, body).await
    }

    pub(crate) async fn add(&self, path: &str, offset: u64, bytes: &[u8]) -> Answer {
        self.add_with(path, offset, bytes, &[]).await
    }

    async fn add_with(&self, path: &str, offset: u64, bytes: &[u8], headers: &[(&str, &str)]) -> Answer {
        let offset = offset.to_string();
        let media_type = ("content-type", "application/offset+octet-stream");
        let own = [("upload-offset", offset.as_str()), media_type];
        let headers: Vec<_> = own.into_iter().chain(headers.iter().copied()).collect();
        self.ask("PATCH", path, &headers, bytes).await
    }

    pub(crate) async fn state(&self, path: &str) -> Answer {
        self.ask("HEAD", path, &[], &[]).await
    }

    /// A whole upload at once.
    pub(crate) async fn upload(&self, bytes: &[u8]) -> BlobId {
        let answer = self.try_begin(bytes.len() as u64, &[], bytes).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        header(&answer, "upload-blob").expect("it is complete").parse().unwrap()
    }

    pub(crate) async fn fetch(&self, blob: BlobId) -> Answer {
        self.ask("GET", &path_of(blob), &[("tus-resumable", "none")], &[]).await
    }

    /// Sends the beginning of what it promises, and is gone.
    async fn add_and_vanish(&self, path: &str, offset: u64, promised: usize, bytes: &[u8]) {
        let offset = offset.to_string();
        let head = self.head("PATCH", path, &[("upload-offset", &offset)], promised);
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
    }
}

fn path_of(blob: BlobId) -> String {
    format!("/api/v1/blobs/{blob}")
}

async fn with_alice() -> (Server, Person, Caller) {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let caller = Caller::new(&server, &alice);
    (server, alice, caller)
}

pub(crate) async fn usage(socket: &mut Socket) -> u64 {
    match socket.ask(Request::BlobUse).await.unwrap() {
        Reply::BlobUse { used, allowed } => {
            assert_eq!(allowed, beseda_model::LIMITS.blob_quota_bytes);
            used
        }
        other => panic!("expected a use, there came {other:?}"),
    }
}

pub(crate) async fn keep(socket: &mut Socket, blobs: &[BlobId]) -> Result<Vec<BlobId>, Problem> {
    match socket.ask(Request::KeepBlobs { blobs: blobs.to_vec() }).await? {
        Reply::BlobsKept { gone } => Ok(gone),
        other => panic!("expected what is gone, there came {other:?}"),
    }
}

/// Where the bytes of a blob are.
pub(crate) fn file_of(server: &Server, blob: BlobId) -> std::path::PathBuf {
    let folder = format!("{:02x}", blob.as_bytes()[0]);
    server.data_dir().join("blobs").join(folder).join(blob.to_string())
}

/// Waits until the file of an upload has so many bytes.
async fn has_arrived(server: &Server, path: &str, bytes: u64) {
    let file = server.data_dir().join("blobs/uploads").join(path.rsplit('/').next().unwrap());
    while std::fs::metadata(&file).map_or(0, |file| file.len()) < bytes {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_uploaded_in_whatever_parts_comes_back_the_same() {
    let (server, _, alice) = with_alice().await;
    for (seed, length) in (0u8..).zip([0, 1, 2, 4_095, 4_096, 262_143, 262_144, 262_145, 1_000_003]) {
        let bytes = content(length, seed);
        let path = alice.begin(length).await;
        let mut last = alice.state(&path).await;
        for part in bytes.chunks(length / 3 + 1) {
            last = alice.add(&path, offset(&last), part).await;
            assert_eq!(last.status, 204, "{last:?}");
            assert_eq!(header(&last, "tus-resumable").as_deref(), Some("1.0.0"));
        }
        assert_eq!(offset(&last), length as u64);
        assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
        let state = alice.state(&path).await;
        assert_eq!((state.status, offset(&state)), (200, length as u64));
        assert_eq!(header(&state, "upload-blob"), Some(id_of(&bytes).to_string()));
        assert_eq!(header(&state, "upload-length"), Some(length.to_string()));
        assert_eq!(header(&state, "cache-control").as_deref(), Some("no-store"));
        let fetched = alice.fetch(id_of(&bytes)).await;
        assert_eq!((fetched.status, header(&fetched, "content-length")), (200, Some(length.to_string())));
        assert!(fetched.body == bytes, "{length} bytes came back changed");
        let again = alice.add(&path, length as u64, b"").await;
        assert_eq!((again.status, header(&again, "upload-blob")), (204, Some(id_of(&bytes).to_string())));
        assert_eq!(code(&alice.add(&path, length as u64, b"x").await), Code::BadRequest);
    }
    let left = std::fs::read_dir(server.data_dir().join("blobs/uploads")).unwrap().count();
    assert_eq!(left, 0, "what is complete is there once");
}

#[tokio::test]
async fn an_upload_may_bring_its_first_bytes_with_it() {
    let (_server, _, alice) = with_alice().await;
    let bytes = content(10_000, 1);
    assert_eq!(alice.upload(&bytes).await, id_of(&bytes));
    let begun = alice.try_begin(10_000, &[], &bytes[..700]).await;
    assert_eq!((begun.status, offset(&begun), header(&begun, "upload-blob")), (201, 700, None));
    assert_eq!(header(&begun, "upload-expires").as_deref(), Some("mon, 18 jan 2027 08:00:00 gmt"));
    let path = header(&begun, "location").unwrap();
    assert_eq!(header(&alice.add(&path, 700, &bytes[700..]).await, "upload-blob"), Some(id_of(&bytes).to_string()));
}

/// Nobody has been told of such an upload: it must not take room until it expires.
#[tokio::test]
async fn a_beginning_that_is_cut_leaves_nothing() {
    let (server, person, alice) = with_alice().await;
    let mut socket = person.connect(&server).await;
    let head = alice.head("POST", UPLOADS, &[("upload-length", "500000")], 500_000);
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&content(300_000, 2)).await.unwrap();
    while usage(&mut socket).await == 0 {
        tokio::task::yield_now().await;
    }
    drop(stream);
    while usage(&mut socket).await > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_arrived_over_a_cut_connection_counts() {
    let (server, _, alice) = with_alice().await;
    let bytes = content(2_000_000, 3);
    let path = alice.begin(bytes.len()).await;
    let mut have = 0;
    for cut in [1, 17, 5_000, 262_144, 300_001, 900_000, 1_999_999] {
        alice.add_and_vanish(&path, have as u64, bytes.len() - have, &bytes[have..cut]).await;
        has_arrived(&server, &path, cut as u64).await;
        let state = alice.state(&path).await;
        assert_eq!((state.status, offset(&state)), (200, cut as u64));
        have = cut;
    }
    let last = alice.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

#[tokio::test]
async fn slow_who_comes_back_takes_over_from_a_connection_that_hangs() {
    let (server, _, alice) = with_alice().await;
    let bytes = content(600_000, 4);
    let path = alice.begin(bytes.len()).await;
    let head = alice.head("PATCH", &path, &[("upload-offset", "0")], bytes.len());
    let mut hanging = TcpStream::connect(server.addr()).await.unwrap();
    hanging.write_all(head.as_bytes()).await.unwrap();
    hanging.write_all(&bytes[..400_000]).await.unwrap();
    // A first part was written; the rest is on its way, or waits for more.
    has_arrived(&server, &path, 262_144).await;
    let state = alice.state(&path).await;
    let have = usize::try_from(offset(&state)).unwrap();
    assert!((262_144..=400_000).contains(&have), "{have}");
    let mut answer = Vec::new();
    drop(hanging.read_to_end(&mut answer).await);
    let told = Answer::parse(&answer);
    let why = told.json::<()>().unwrap_err();
    assert_eq!((told.status, why.code, why.data.unwrap().offset), (409, Code::WrongOffset, Some(have as u64)));
    let last = alice.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
}

#[tokio::test]
async fn an_upload_goes_on_where_it_ends_and_nowhere_else() {
    let (_server, _, alice) = with_alice().await;
    let path = alice.begin(100).await;
    assert_eq!(alice.add(&path, 0, &[1; 60]).await.status, 204);
    for wrong in [0, 59, 61, 100, u64::MAX] {
        let answer = alice.add(&path, wrong, &[2; 10]).await;
        let why = answer.json::<()>().unwrap_err();
        assert_eq!((answer.status, why.code, why.data.unwrap().offset), (409, Code::WrongOffset, Some(60)));
    }
    let more = alice.add(&path, 60, &[1; 41]).await;
    assert_eq!((more.status, code(&more)), (400, Code::BadRequest));
    let rest = offset(&alice.state(&path).await);
    let all = [vec![1; 60], vec![1; 40]].concat();
    let last = alice.add(&path, rest, &all[usize::try_from(rest).unwrap()..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&all).to_string()));
}

#[tokio::test]
async fn a_part_with_a_checksum_counts_whole_or_not_at_all() {
    let (server, _, alice) = with_alice().await;
    let bytes = content(700_000, 5);
    let path = alice.begin(bytes.len()).await;
    let sha256 = |bytes: &[u8]| format!("sha256 {}", base64(&Sha256::digest(bytes)));
    let part = &bytes[..400_000];
    let right = sha256(part);
    let wrong = alice.add_with(&path, 0, &bytes[1..400_001], &[("upload-checksum", &right)]).await;
    assert_eq!((wrong.status, code(&wrong)), (460, Code::WrongChecksum));
    assert_eq!(offset(&alice.state(&path).await), 0);
    let taken = alice.add_with(&path, 0, part, &[("upload-checksum", &right)]).await;
    assert_eq!((taken.status, offset(&taken)), (204, 400_000));
    // Cut off: nobody can tell whether it is right.
    let head = alice.head(
        "PATCH",
        &path,
        &[("upload-offset", "400000"), ("upload-checksum", &sha256(&bytes[400_000..]))],
        300_000,
    );
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&bytes[400_000..690_000]).await.unwrap();
    has_arrived(&server, &path, 400_000 + 262_144).await;
    drop(stream);
    assert_eq!(offset(&alice.state(&path).await), 400_000);
    let sha1 = "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=";
    let empty = alice.add_with(&path, 400_000, b"", &[("upload-checksum", sha1)]).await;
    assert_eq!((empty.status, offset(&empty)), (204, 400_000), "the checksum of nothing");
    for unknown in ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256 AAAA", "nonsense"] {
        let refused = alice.add_with(&path, 400_000, b"", &[("upload-checksum", unknown)]).await;
        assert_eq!(code(&refused), Code::BadRequest, "{unknown}");
    }
    let last = alice.add(&path, 400_000, &bytes[400_000..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
}

#[tokio::test]
async fn what_was_announced_is_what_must_come() {
    let (server, _, alice) = with_alice().await;
    let bytes = content(5_000, 6);
    let metadata = format!("digest {}", base64(id_of(&bytes).to_string().as_bytes()));
    let announced = [("upload-metadata", metadata.as_str())];
    let path = header(&alice.try_begin(5_000, &announced, &[]).await, "location").unwrap();
    assert_eq!(header(&alice.state(&path).await, "upload-metadata"), Some(metadata.to_ascii_lowercase()));
    let wrong = alice.add(&path, 0, &content(5_000, 7)).await;
    assert_eq!((wrong.status, code(&wrong)), (460, Code::WrongChecksum));
    assert_eq!(alice.state(&path).await.status, 404, "nothing of it is of use");
    assert_eq!(std::fs::read_dir(server.data_dir().join("blobs/uploads")).unwrap().count(), 0);
    let right = alice.try_begin(5_000, &announced, &bytes).await;
    assert_eq!(header(&right, "upload-blob"), Some(id_of(&bytes).to_string()));
    let named = alice.try_begin(5, &[("upload-metadata", "filename Y2F0LnBuZw==")], &[]).await;
    assert_eq!(code(&named), Code::BadRequest, "the server is not told what files are called");
}

#[tokio::test]
async fn ranges_are_sent_as_they_are_asked_for() {
    let (_server, _, alice) = with_alice().await;
    let bytes = content(600_000, 8);
    let blob = alice.upload(&bytes).await;
    let etag = format!("\"{blob}\"");
    let ask = async |headers: &[(&str, &str)]| alice.ask("GET", &path_of(blob), headers, &[]).await;
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=1-262144", 1, 262_144),
        ("bytes=262143-262145", 262_143, 262_145),
        ("bytes=599999-", 599_999, 599_999),
        ("bytes=-300000", 300_000, 599_999),
        ("bytes=5-9999999", 5, 599_999),
    ] {
        let part = ask(&[("range", range)]).await;
        assert_eq!((part.status, header(&part, "content-range")), (206, Some(format!("bytes {first}-{last}/600000"))));
        assert!(part.body == bytes[first..=last], "{range}");
        let same = ask(&[("range", range), ("if-range", &etag)]).await;
        assert!(same.status == 206 && same.body == part.body);
        let other = ask(&[("range", range), ("if-range", "\"other\"")]).await;
        assert!(other.status == 200 && other.body == bytes, "it is another blob's range");
    }
    for range in ["bytes=600000-", "bytes=-0"] {
        let none = ask(&[("range", range)]).await;
        assert_eq!((none.status, header(&none, "content-range").as_deref()), (416, Some("bytes */600000")));
        assert_eq!(code(&none), Code::BadRequest);
    }
    for range in ["bytes=0-1,5-6", "bytes=9-1", "items=0-1", "nonsense"] {
        let whole = ask(&[("range", range)]).await;
        assert!(whole.status == 200 && whole.body == bytes, "{range}");
    }
    let known = ask(&[("if-none-match", &etag)]).await;
    assert!(known.status == 304 && known.body.is_empty());
    let head = alice.ask("HEAD", &path_of(blob), &[("range", "bytes=0-9")], &[]).await;
    assert_eq!((head.status, header(&head, "content-length").as_deref(), head.body.len()), (206, Some("10"), 0));
    let nothing = alice.upload(b"").await;
    let empty = alice.ask("GET", &path_of(nothing), &[("range", "bytes=0-")], &[]).await;
    assert_eq!((empty.status, header(&empty, "content-range").as_deref()), (416, Some("bytes */0")));
}

#[tokio::test]
async fn nothing_in_a_blob_is_shown_or_run() {
    let (_server, _, alice) = with_alice().await;
    let blob = alice.upload(b"<html><script>alert(1)</script>").await;
    for method in ["GET", "HEAD"] {
        let answer = alice.ask(method, &path_of(blob), &[], &[]).await;
        for expected in [
            "content-type: application/octet-stream",
            "x-content-type-options: nosniff",
            "content-disposition: attachment",
            "content-security-policy: sandbox; default-src 'none'",
            "cross-origin-resource-policy: same-origin",
            "cache-control: private, immutable, max-age=31536000",
            "accept-ranges: bytes",
            &format!("etag: \"{blob}\""),
        ] {
            assert_eq!(answer.head.matches(expected).count(), 1, "{expected} in {}", answer.head);
        }
    }
}

#[tokio::test]
async fn an_upload_is_nobody_elses_and_a_blob_is_whose_who_knows_it() {
    let (server, _, alice) = with_alice().await;
    let bob = Caller::new(&server, &server.join(2).await);
    let bytes = content(1_000, 9);
    let path = alice.begin(1_000).await;
    let nowhere = format!("{UPLOADS}/{}", UploadId::from_bytes([9; 16]));
    for path in [path.as_str(), nowhere.as_str(), "/api/v1/uploads/nonsense", "/api/v1/uploads/%00%ff"] {
        assert_eq!(bob.state(path).await.status, 404, "{path}");
        for answer in [bob.add(path, 0, &bytes).await, bob.ask("DELETE", path, &[], &[]).await] {
            assert_eq!((answer.status, code(&answer)), (404, Code::NotFound), "{path}");
        }
    }
    assert_eq!(offset(&alice.state(&path).await), 0, "nobody has touched it");
    alice.add(&path, 0, &bytes).await;
    assert!(bob.fetch(id_of(&bytes)).await.body == bytes);
    for unknown in [path_of(id_of(b"guessed")), "/api/v1/blobs/nonsense".to_owned(), "/api/v1/blobs/..%2f".to_owned()] {
        let answer = bob.ask("GET", &unknown, &[], &[]).await;
        assert_eq!((answer.status, code(&answer)), (404, Code::NotFound), "{unknown}");
    }
}

#[tokio::test]
async fn who_does_not_speak_the_protocol_is_told_so() {
    let (server, _, alice) = with_alice().await;
    let options = server.send("OPTIONS", UPLOADS, &[], &[]).await;
    assert_eq!(options.status, 204);
    for (name, value) in [
        ("tus-version", "1.0.0"),
        ("tus-extension", "creation,creation-with-upload,expiration,checksum,termination"),
        ("tus-max-size", "4294967296"),
        ("tus-checksum-algorithm", "sha1,sha256"),
    ] {
        assert_eq!(header(&options, name).as_deref(), Some(value));
    }
    let path = alice.begin(10).await;
    for version in ["none", "0.2.2", ""] {
        let older = alice.ask("PATCH", &path, &[("tus-resumable", version), ("upload-offset", "0")], b"x").await;
        assert_eq!((older.status, header(&older, "tus-version").as_deref()), (412, Some("1.0.0")));
    }
    let typed = [("content-type", "application/json"), ("upload-offset", "0")];
    assert_eq!(alice.ask("PATCH", &path, &typed, b"{}").await.status, 415);
    assert_eq!(alice.try_begin(2, &[("content-type", "text/plain")], b"{}").await.status, 415);
    for wrong in ["none", "", "x", "-1", "1e3", "99999999999999999999", "0x10"] {
        let media_type = ("content-type", "application/offset+octet-stream");
        let answer = alice.ask("PATCH", &path, &[("upload-offset", wrong), media_type], b"").await;
        assert_eq!((answer.status, code(&answer)), (400, Code::BadRequest), "{wrong}");
        let answer = alice.ask("POST", UPLOADS, &[("upload-length", wrong)], &[]).await;
        assert_eq!(code(&answer), Code::BadRequest, "{wrong}");
    }
    assert_eq!(alice.ask("DELETE", &path, &[], &[]).await.status, 204);
    assert_eq!(alice.state(&path).await.status, 404);
    assert_eq!(alice.ask("DELETE", &path, &[], &[]).await.status, 404);
}

#[tokio::test]
async fn a_blob_is_stored_once_and_charged_to_each_who_keeps_it() {
    let (server, person, alice) = with_alice().await;
    let other = server.join(2).await;
    let bob = Caller::new(&server, &other);
    let (mut at_alice, mut at_bob) = (person.connect(&server).await, other.connect(&server).await);
    let bytes = content(100_000, 10);
    let blob = alice.upload(&bytes).await;
    assert_eq!((usage(&mut at_alice).await, usage(&mut at_bob).await), (100_000, 0));
    assert_eq!(alice.upload(&bytes).await, blob);
    assert_eq!(usage(&mut at_alice).await, 100_000, "the same twice is the same");
    let path = alice.begin(50_000).await;
    assert_eq!(usage(&mut at_alice).await, 150_000, "room is set aside");
    alice.ask("DELETE", &path, &[], &[]).await;
    assert_eq!(bob.upload(&bytes).await, blob);
    assert_eq!(usage(&mut at_bob).await, 100_000, "whatever others keep");
    assert_eq!(std::fs::read_dir(file_of(&server, blob).parent().unwrap()).unwrap().count(), 1);

    at_alice.ask(Request::LetBlobsGo { blobs: vec![blob, blob, id_of(b"unknown")] }).await.unwrap();
    assert_eq!((usage(&mut at_alice).await, usage(&mut at_bob).await), (0, 100_000));
    assert!(alice.fetch(blob).await.body == bytes, "bob keeps it");
    let gone = keep(&mut at_alice, &[blob, id_of(b"unknown"), blob]).await.unwrap();
    assert_eq!((gone, usage(&mut at_alice).await), (vec![id_of(b"unknown")], 100_000));
    let tiny = alice.upload(b"x").await;
    assert_eq!(usage(&mut at_alice).await, 104_096, "the smallest takes a file, too");
    at_alice.ask(Request::LetBlobsGo { blobs: vec![tiny] }).await.unwrap();
    assert_eq!(usage(&mut at_alice).await, 100_000);
}

#[tokio::test]
async fn a_deleted_account_keeps_nothing() {
    use beseda_model::device_log::DeviceLogOp;
    let (server, mut person, alice) = with_alice().await;
    let bob = Caller::new(&server, &server.join(2).await);
    let blob = alice.upload(&content(10_000, 11)).await;
    let path = alice.begin(9).await;
    alice.add(&path, 0, b"half").await;
    let mut socket = person.connect(&server).await;
    let device = person.device;
    let entries = vec![person.by_root(DeviceLogOp::Remove { device })];
    socket.ask(Request::DeleteAccount { entries }).await.unwrap();
    server.tend().await;
    assert_eq!(std::fs::read_dir(server.data_dir().join("blobs/uploads")).unwrap().count(), 0);
    assert_eq!(bob.fetch(blob).await.status, 200, "others may be about to keep it");
    server.clock.advance(beseda_model::LIMITS.blob_millis);
    server.tend().await;
    assert_eq!(bob.fetch(blob).await.status, 404);
}

#[tokio::test]
async fn an_upload_outlives_a_restart_in_its_middle() {
    let (mut server, person, alice) = with_alice().await;
    let bytes = content(400_000, 12);
    let path = alice.begin(bytes.len()).await;
    let head = alice.head("PATCH", &path, &[("upload-offset", "0")], bytes.len());
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&bytes[..300_000]).await.unwrap();
    has_arrived(&server, &path, 262_144).await;
    server.restart().await;
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    let alice = Caller::new(&server, &person);
    let have = usize::try_from(offset(&alice.state(&path).await)).unwrap();
    assert!((262_144..=300_000).contains(&have), "{have}");
    let last = alice.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    server.restart().await;
    let alice = Caller::new(&server, &person);
    assert_eq!(header(&alice.state(&path).await, "upload-blob"), Some(id_of(&bytes).to_string()));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

/// A piece is answered when it has come: what the machine had not written down when its power went is sent again.
#[tokio::test]
async fn after_a_power_cut_an_upload_goes_on_where_the_disk_has_it() {
    let (mut server, person, alice) = with_alice().await;
    let bytes = content(400_000, 19);
    let path = alice.begin(bytes.len()).await;
    assert_eq!(offset(&alice.add(&path, 0, &bytes[..300_000]).await), 300_000);
    let upload: UploadId = path.rsplit('/').next().unwrap().parse().unwrap();
    server.stop().await;
    FsBlobs::open(&server.data_dir()).unwrap().cut(upload, 250_000).unwrap();
    server.move_to(server.data_dir()).await;
    let alice = Caller::new(&server, &person);
    assert_eq!(code(&alice.add(&path, 300_000, &bytes[300_000..]).await), Code::WrongOffset);
    assert_eq!(offset(&alice.state(&path).await), 250_000);
    let last = alice.add(&path, 250_000, &bytes[250_000..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

/// An end after the last byte, or between the blob's file and the database, is made good.
#[tokio::test]
async fn what_a_sudden_end_has_left_is_put_in_order() {
    let (mut server, person, alice) = with_alice().await;
    let (bytes, lost) = (content(5_000, 13), content(6_000, 14));
    let path = alice.begin(bytes.len()).await;
    let uploads = server.data_dir().join("blobs/uploads");
    let upload: UploadId = path.rsplit('/').next().unwrap().parse().unwrap();
    server.stop().await;
    let files = FsBlobs::open(&server.data_dir()).unwrap();
    files.create(upload).unwrap();
    files.append(upload, 0, &bytes).unwrap();
    files.place(upload, id_of(&bytes)).unwrap();
    let unknown = UploadId::from_bytes([5; 16]);
    files.create(unknown).unwrap();
    files.append(unknown, 0, &lost).unwrap();
    files.place(unknown, id_of(&lost)).unwrap();
    server.move_to(server.data_dir()).await;
    server.tend().await;
    assert_eq!(std::fs::read_dir(&uploads).unwrap().count(), 1, "the upload that nobody knows is erased");
    let alice = Caller::new(&server, &person);
    let state = alice.state(&path).await;
    assert_eq!((offset(&state), header(&state, "upload-blob")), (5_000, Some(id_of(&bytes).to_string())));
    assert_eq!(std::fs::read_dir(&uploads).unwrap().count(), 0);
    assert!(alice.fetch(id_of(&lost)).await.body == lost, "a blob of before a restored backup is there for a while");
    server.clock.advance(beseda_model::LIMITS.blob_millis);
    server.tend().await;
    assert_eq!(alice.fetch(id_of(&lost)).await.status, 404);
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

#[tokio::test]
async fn a_blob_whose_file_is_gone_is_told_as_such_and_can_be_uploaded_again() {
    let (server, _, alice) = with_alice().await;
    let bytes = content(3_000, 15);
    let blob = alice.upload(&bytes).await;
    FsBlobs::open(&server.data_dir()).unwrap().remove(&[blob]).unwrap();
    assert_eq!(code(&alice.fetch(blob).await), Code::NotFound);
    assert_eq!(alice.upload(&bytes).await, blob);
    assert!(alice.fetch(blob).await.body == bytes);
}

/// Files with room for so many more bytes, and for so many again once that was told.
struct Filling {
    files: FsBlobs,
    room: Arc<AtomicU64>,
    again: u64,
}

impl BlobStore for Filling {
    fn append(&self, upload: UploadId, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let room = self.room.load(Ordering::SeqCst);
        let fits = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
        self.files.append(upload, at, &bytes[..fits])?;
        if fits < bytes.len() {
            self.room.store(self.again, Ordering::SeqCst);
            return Err(StoreError::DiskFull);
        }
        self.room.fetch_sub(fits as u64, Ordering::SeqCst);
        Ok(())
    }

    fn create(&self, upload: UploadId) -> Result<(), StoreError> {
        self.files.create(upload)
    }

    fn size(&self, upload: UploadId) -> Result<Option<u64>, StoreError> {
        self.files.size(upload)
    }

    fn cut(&self, upload: UploadId, size: u64) -> Result<(), StoreError> {
        self.files.cut(upload, size)
    }

    fn sync(&self, upload: UploadId) -> Result<(), StoreError> {
        self.files.sync(upload)
    }

    fn digest(&self, upload: UploadId) -> Result<BlobId, StoreError> {
        self.files.digest(upload)
    }

    fn place(&self, upload: UploadId, blob: BlobId) -> Result<(), StoreError> {
        self.files.place(upload, blob)
    }

    fn discard(&self, upload: UploadId) -> Result<(), StoreError> {
        self.files.discard(upload)
    }

    fn read(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Box<dyn BlobReader>>, StoreError> {
        self.files.read(blob, at, most)
    }

    fn remove(&self, blobs: &[BlobId]) -> Result<(), StoreError> {
        self.files.remove(blobs)
    }

    fn uploads(&self) -> Result<Vec<UploadId>, StoreError> {
        self.files.uploads()
    }

    fn blobs(&self, beginning: u8) -> Result<Vec<Blob>, StoreError> {
        self.files.blobs(beginning)
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let room = Arc::new(AtomicU64::new(300_000));
    let filling = Filling { files: FsBlobs::open(folder.path()).unwrap(), room: room.clone(), again: 0 };
    let server = Server::storing(Some(Arc::new(filling)), Site::embedded(), |_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let small = alice.upload(b"before").await;
    let bytes = content(500_000, 16);
    let path = alice.begin(bytes.len()).await;
    let full = alice.add(&path, 0, &bytes).await;
    assert_eq!((full.status, code(&full)), (507, Code::StorageFull));
    let have = usize::try_from(offset(&alice.state(&path).await)).unwrap();
    assert_eq!(have, 300_000 - 6, "what fits is there");
    assert_eq!(code(&alice.try_begin(10, &[], b"0123456789").await), Code::StorageFull);
    assert_eq!(alice.fetch(small).await.body, b"before");
    room.store(u64::from(u32::MAX), Ordering::SeqCst);
    let last = alice.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

/// What has come after the bytes that found no room must not be put in their place.
#[tokio::test]
async fn a_disk_that_is_full_for_a_moment_spoils_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let room = Arc::new(AtomicU64::new(300_000));
    let filling = Filling { files: FsBlobs::open(folder.path()).unwrap(), room, again: u64::MAX };
    let server = Server::storing(Some(Arc::new(filling)), Site::embedded(), |_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let bytes = content(2_000_000, 18);
    let path = alice.begin(bytes.len()).await;
    assert_eq!(code(&alice.add(&path, 0, &bytes).await), Code::StorageFull);
    let have = usize::try_from(offset(&alice.state(&path).await)).unwrap();
    assert_eq!(have, 300_000, "what fits is there");
    let last = alice.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
}

fn draw(most: u64) -> u64 {
    use beseda_model::Rng as _;
    let mut bytes = [0; 8];
    beseda_server::OsRng.fill(&mut bytes);
    u64::from_be_bytes(bytes) % most
}

/// Where the upload goes on, as the program tells after it was killed.
async fn goes_on_at(caller: &Caller, path: &str) -> usize {
    usize::try_from(offset(&caller.state(path).await)).unwrap()
}

#[tokio::test]
async fn slow_killed_twenty_times_in_one_upload_the_program_has_every_byte_that_it_answered() {
    let mut server = Server::start().await;
    let alice = server.join(1).await;
    server.stop().await;
    let bytes = content(6_000_000, 17);
    let share = bytes.len() / 20;
    let (mut path, mut answered) = (String::new(), 0);
    for _ in 0..20 {
        let mut program = Program::start(&server.data_dir());
        let caller = Caller { addr: program.addr(), token: alice.token.clone() };
        if path.is_empty() {
            path = caller.begin(bytes.len()).await;
        }
        let have = goes_on_at(&caller, &path).await;
        assert!(have >= answered, "{answered} bytes were answered, {have} are there");
        let until = have + 1 + usize::try_from(draw(share as u64)).unwrap();
        let sends = async {
            // A first part that is answered, and a second one that promises more than will come.
            let middle = have + (until - have) / 2;
            let Ok(mut stream) = TcpStream::connect(caller.addr).await else { return };
            let head = |from: usize, to: usize| {
                caller.head("PATCH", &path, &[("upload-offset", &from.to_string())], to - from)
            };
            drop(stream.write_all(head(have, middle).as_bytes()).await);
            drop(stream.write_all(&bytes[have..middle]).await);
            let mut answer = Vec::new();
            drop(stream.read_to_end(&mut answer).await);
            if answer.starts_with(b"HTTP/1.1 204") {
                answered = middle;
            }
            let Ok(mut stream) = TcpStream::connect(caller.addr).await else { return };
            drop(stream.write_all(head(middle, bytes.len()).as_bytes()).await);
            drop(stream.write_all(&bytes[middle..until]).await);
            // The program dies before this ends.
            drop(stream.read_to_end(&mut answer).await);
        };
        // Nothing is waited for: the instant itself is what is drawn.
        let dies = async {
            tokio::time::sleep(Duration::from_micros(draw(60_000))).await;
            program.kill();
        };
        tokio::join!(sends, dies);
    }
    let mut program = Program::start(&server.data_dir());
    let caller = Caller { addr: program.addr(), token: alice.token.clone() };
    let have = goes_on_at(&caller, &path).await;
    assert!(have >= answered && have > 0, "{answered} bytes were answered, {have} are there");
    let last = caller.add(&path, have as u64, &bytes[have..]).await;
    assert_eq!(header(&last, "upload-blob"), Some(id_of(&bytes).to_string()));
    program.kill();
    let mut program = Program::start(&server.data_dir());
    let caller = Caller { addr: program.addr(), token: alice.token.clone() };
    assert!(caller.fetch(id_of(&bytes)).await.body == bytes);
}
