//! Files in an object store: the same to clients, and nothing is lost when it fails, answers late or is about to be told
//! something when the server dies.

#[path = "../../../infra/tests/s3/bucket.rs"]
pub(crate) mod bucket;

use beseda_model::{BlobId, Code};
use beseda_server::Config;
use beseda_server::config::BlobPlace;
use beseda_wire::request::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::blobs::{Caller, code, content, header, id_of, keep, offset};
use crate::people::Person;
use crate::program::{Program, command, refused};
use crate::world::{Answer, Server};
use bucket::Bucket;

async fn start(bucket: &Bucket) -> Server {
    let endpoint = bucket.endpoint();
    Server::start_with(|config| in_bucket(config, endpoint)).await
}

fn in_bucket(config: &mut Config, endpoint: String) {
    config.blobs = BlobPlace::S3;
    config.s3.endpoint = endpoint;
    bucket::NAME.clone_into(&mut config.s3.bucket);
    config.s3.access_key_id = bucket::KEY.to_owned().into();
    config.s3.secret_access_key = bucket::SECRET.to_owned().into();
}

async fn with_alice(bucket: &Bucket) -> (Server, Person, Caller) {
    let server = start(bucket).await;
    let alice = server.join(1).await;
    let caller = Caller::new(&server, &alice);
    (server, alice, caller)
}

fn becomes(answer: &Answer) -> Option<BlobId> {
    header(answer, "upload-blob").map(|blob| blob.parse().unwrap())
}

fn is_told_to_come_again(answer: &Answer) -> bool {
    let problem = answer.json::<()>().unwrap_err();
    answer.status == 503 && problem.code == Code::Overloaded && problem.retry_after_ms.is_some()
}

fn uploads(server: &Server) -> usize {
    std::fs::read_dir(server.data_dir().join("blobs/uploads")).unwrap().count()
}

async fn let_go(server: &Server, person: &Person, blob: BlobId) {
    let mut socket = person.connect(server).await;
    socket.ask(Request::LetBlobsGo { blobs: vec![blob] }).await.unwrap();
    server.clock.advance(beseda_model::LIMITS.blob_millis);
}

#[tokio::test]
async fn slow_what_is_uploaded_is_in_the_bucket_and_comes_back_until_nobody_keeps_it() {
    let bucket = Bucket::start();
    let (mut server, person, alice) = with_alice(&bucket).await;
    for (seed, length) in (1u8..).zip([0, 1, 262_144, 9_000_000]) {
        let bytes = content(length, seed);
        let path = alice.begin(length).await;
        let middle = length / 3;
        alice.add(&path, 0, &bytes[..middle]).await;
        alice.add(&path, middle as u64, &bytes[middle..]).await;
        let blob = becomes(&alice.state(&path).await).expect("it is complete");
        assert_eq!(blob, id_of(&bytes));
        assert!(alice.fetch(blob).await.body == bytes, "{length}");
        if length > 1 {
            let range = format!("bytes={middle}-{}", length - 2);
            let part = alice.ask("GET", &format!("/api/v1/blobs/{blob}"), &[("range", &range)], &[]).await;
            assert!(part.status == 206 && part.body == bytes[middle..length - 1]);
        }
    }
    assert_eq!((bucket.objects().len(), uploads(&server)), (4, 0));
    server.restart().await;
    let alice = Caller::new(&server, &person);
    let blob = id_of(&content(9_000_000, 4));
    assert!(alice.fetch(blob).await.body == content(9_000_000, 4));
    let_go(&server, &person, blob).await;
    server.tend().await;
    assert_eq!((alice.fetch(blob).await.status, bucket.objects().len()), (404, 3));
}

#[tokio::test]
async fn slow_a_store_that_fails_costs_time_and_nothing_else() {
    let bucket = Bucket::start();
    let (mut server, person, alice) = with_alice(&bucket).await;
    let (there, bytes) = (alice.upload(b"there").await, content(9_000_000, 1));
    let path = alice.begin(bytes.len()).await;
    bucket.fail_after(2);
    assert_eq!(alice.add(&path, 0, &bytes[..1_000]).await.status, 204, "until it is complete nobody needs the store");
    assert!(is_told_to_come_again(&alice.add(&path, 1_000, &bytes[1_000..]).await));
    assert!(is_told_to_come_again(&alice.fetch(there).await), "it is not gone");
    bucket.mend();
    let state = alice.state(&path).await;
    assert_eq!((offset(&state), becomes(&state)), (9_000_000, Some(id_of(&bytes))));
    assert!(alice.fetch(id_of(&bytes)).await.body == bytes);
    assert_eq!(alice.fetch(there).await.body, b"there");

    // The same over a restart, and the server does not start without its store.
    let bytes = content(5_000, 2);
    let path = alice.begin(bytes.len()).await;
    bucket.fail_after(0);
    assert!(is_told_to_come_again(&alice.add(&path, 0, &bytes).await));
    server.stop().await;
    let told = server.try_start().await.unwrap_err().to_string();
    assert!(told.contains("cannot write in the bucket `our-bucket`: the object store answers with an error"), "{told}");
    bucket.mend();
    server.try_start().await.unwrap();
    let alice = Caller::new(&server, &person);
    assert_eq!(becomes(&alice.state(&path).await), Some(id_of(&bytes)));
    assert_eq!((alice.fetch(id_of(&bytes)).await.body, bucket.objects().len()), (bytes, 3));
}

/// What the database has forgotten and could not be erased is found, stays as what nobody keeps does, and goes then.
#[tokio::test]
async fn slow_what_could_not_be_erased_is_erased_in_the_end() {
    let bucket = Bucket::start();
    let (server, person, alice) = with_alice(&bucket).await;
    let blob = alice.upload(b"once").await;
    server.tend().await;
    let_go(&server, &person, blob).await;
    bucket.fail_after(0);
    server.tend().await;
    bucket.mend();
    assert_eq!((alice.fetch(blob).await.status, bucket.objects().len()), (404, 1));
    server.tend().await;
    assert_eq!(alice.fetch(blob).await.body, b"once", "it was found");
    server.clock.advance(beseda_model::LIMITS.blob_millis);
    server.tend().await;
    assert_eq!((alice.fetch(blob).await.status, bucket.objects().len()), (404, 0));
}

#[tokio::test]
async fn an_erasing_that_comes_late_does_not_take_what_was_uploaded_meanwhile() {
    let bucket = Bucket::start();
    let (server, person, alice) = with_alice(&bucket).await;
    let blob = alice.upload(b"the same").await;
    let_go(&server, &person, blob).await;
    bucket.be_late();
    server.tend().await;
    assert_eq!(alice.upload(b"the same").await, blob);
    assert!(bucket.catch_up() > 0);
    assert_eq!(alice.fetch(blob).await.body, b"the same");
    let mut socket = person.connect(&server).await;
    assert_eq!(keep(&mut socket, &[blob]).await, Ok(vec![]));
    server.clock.advance(beseda_model::LIMITS.blob_millis);
    server.tend().await;
    assert_eq!(alice.fetch(blob).await.body, b"the same");
}

#[tokio::test]
async fn a_blob_that_is_gone_from_the_bucket_is_told_as_such_and_can_be_uploaded_again() {
    let bucket = Bucket::start();
    let (_server, _, alice) = with_alice(&bucket).await;
    let blob = alice.upload(b"lost").await;
    bucket.objects().iter().for_each(|object| std::fs::remove_file(object).unwrap());
    assert_eq!(code(&alice.fetch(blob).await), Code::NotFound);
    assert_eq!(alice.upload(b"lost").await, blob);
    assert_eq!(alice.fetch(blob).await.body, b"lost");
}

/// What comes back before the connection ends, if anything does.
async fn send_all(caller: &Caller, path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(caller.addr).await.unwrap();
    let head = caller.head("PATCH", path, &[("upload-offset", "0")], bytes.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    answer
}

#[tokio::test]
async fn slow_a_program_that_is_killed_while_it_puts_something_there_does_so_after_its_start() {
    let bucket = Bucket::start();
    let mut server = start(&bucket).await;
    let alice = server.join(1).await;
    server.stop().await;
    let endpoint = bucket.endpoint();
    let environment = [
        ("BESEDA_BLOBS", "s3"),
        ("BESEDA_S3_ENDPOINT", endpoint.as_str()),
        ("BESEDA_S3_BUCKET", bucket::NAME),
        ("BESEDA_S3_ACCESS_KEY_ID", bucket::KEY),
        ("BESEDA_S3_SECRET_ACCESS_KEY", "${OURS}"),
        ("OURS", bucket::SECRET),
    ];
    for (seed, length) in [(1, 5_000), (2, 9_000_000)] {
        let mut program = Program::start_in(&server.data_dir(), &environment);
        let caller = Caller { addr: program.addr(), token: alice.token.clone() };
        let bytes = content(length, seed);
        let path = caller.begin(length).await;
        bucket.hold(true);
        let killed = async {
            bucket.has_held().await;
            program.kill();
        };
        let (answer, ()) = tokio::join!(send_all(&caller, &path, &bytes), killed);
        assert!(answer.is_empty(), "nobody was told that it is there");
        bucket.hold(false);

        let mut program = Program::start_in(&server.data_dir(), &environment);
        let (addr, errors) = program.addr_and_errors();
        let caller = Caller { addr, token: alice.token.clone() };
        let state = caller.state(&path).await;
        assert_eq!((offset(&state), becomes(&state)), (length as u64, Some(id_of(&bytes))));
        assert!(caller.fetch(id_of(&bytes)).await.body == bytes);
        program.kill();
        let told: Vec<String> = errors.iter().collect();
        assert!(
            !told.iter().any(|line| line.contains("canary") || line.contains(&id_of(&bytes).to_string())),
            "{told:?}"
        );
    }
}

#[test]
fn slow_a_bucket_that_is_no_good_is_told_to_who_starts_the_program() {
    let bucket = Bucket::start();
    let folder = tempfile::tempdir().unwrap();
    let told = |environment: &[(&str, &str)]| {
        let mut command = command(folder.path());
        let endpoint = bucket.endpoint();
        command.envs([("BESEDA_BLOBS", "s3"), ("BESEDA_S3_BUCKET", bucket::NAME), ("BESEDA_S3_ENDPOINT", &endpoint)]);
        let (code, told) = refused(command.envs(environment.iter().copied()));
        assert!(code == Some(1) && !told.contains("canary"), "{told}");
        told
    };
    let incomplete = told(&[]);
    assert_eq!(incomplete, "beseda: the setting `s3.access_key_id` is wrong: needed where `blobs` is `s3`\n");
    let keys = [("BESEDA_S3_ACCESS_KEY_ID", bucket::KEY), ("BESEDA_S3_SECRET_ACCESS_KEY", "canary")];
    let refused = told(&keys);
    let why = "\nbeseda: cannot write in the bucket `our-bucket`: the object store refuses it: check the access key";
    assert!(refused.contains(why), "{refused}");
}
