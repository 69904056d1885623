//! Requests that are refused while their bodies are on the way: who sends on finds the answer all the same.

use beseda_model::Code;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::blobs::{Caller, UPLOADS, code, header};
use crate::limits::limited;
use crate::world::{Answer, Server};

/// More than fits between two ends of a connection where nobody reads.
const MUCH: usize = 8 * 1_048_576;
const NOBODY: (&str, &str) = ("authorization", "Bearer 00");

/// Sends a head and all of a body, and reads only then.
async fn send_all_then_read(server: &Server, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.expect("the connection stays until everything was sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the connection ends as it should");
    answer
}

#[tokio::test]
async fn slow_who_sends_everything_first_reads_why_it_was_refused() {
    let server = limited(|limits| limits.blob_bytes = MUCH as u64).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let path = alice.begin(MUCH).await;
    let (at_start, beyond) = (("upload-offset", "0"), ("upload-offset", "1"));
    let nowhere = format!("{UPLOADS}/nowhere");
    for (path, headers, length, status) in [
        (&path, [at_start, NOBODY], MUCH, 401),
        (&path, [beyond, beyond], MUCH, 409),
        (&path, [at_start, ("content-type", "text/plain")], MUCH, 415),
        (&nowhere, [at_start, at_start], MUCH, 404),
        (&path, [at_start, at_start], MUCH + 1, 413),
    ] {
        let head = alice.head("PATCH", path, &headers, length);
        let answer = send_all_then_read(&server, &head, &vec![1; MUCH]).await;
        let answer = Answer::parse(&answer);
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let form =
        format!("POST /api/v1/sessions HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {MUCH}\r\n\r\n");
    let answer = Answer::parse(&send_all_then_read(&server, &form, &vec![b' '; MUCH]).await);
    assert_eq!((answer.status, code(&answer)), (413, Code::TooLarge), "not of uploads alone");
}

#[tokio::test]
async fn the_connection_serves_the_next_request() {
    let server = limited(|_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let path = alice.begin(MUCH).await;
    let refused =
        alice.head("PATCH", &path, &[("upload-offset", "0"), NOBODY], MUCH).replace("connection: close\r\n", "");
    let mut both = vec![1; MUCH];
    both.extend_from_slice(b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    let answers = String::from_utf8(send_all_then_read(&server, &refused, &both).await).unwrap();
    assert!(answers.starts_with("HTTP/1.1 401 ") && answers.contains("HTTP/1.1 200 OK"), "{answers}");
}

#[tokio::test]
async fn nobody_is_listened_to_forever() {
    let server = limited(|_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let head = alice.head("PATCH", &format!("{UPLOADS}/nowhere"), &[NOBODY], 64 * MUCH);
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let part = vec![1; MUCH];
    let mut taken = 0;
    while taken < 64 && stream.write_all(&part).await.is_ok() {
        taken += 1;
    }
    assert!(taken < 64, "the connection ends before everything was sent");
}

#[tokio::test]
async fn who_asks_before_sending_is_not_told_to() {
    let server = limited(|_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let path = alice.begin(MUCH).await;
    let head = alice.head("PATCH", &path, &[("upload-offset", "0"), NOBODY, ("expect", "100-continue")], MUCH);
    let answer = String::from_utf8(send_all_then_read(&server, &head, b"").await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 ") && !answer.contains("100 Continue"), "{answer}");
}

#[tokio::test]
async fn every_answer_about_uploads_tells_the_version() {
    let server = limited(|limits| {
        limits.blob_requests = 2;
        limits.session_requests = 6;
        limits.blob_bytes = 10;
    })
    .await;
    let alice = Caller::new(&server, &server.join(1).await);
    let path = alice.begin(10).await;
    let version = |answer: &Answer| header(answer, "tus-resumable");
    for (answer, status) in [
        (alice.ask("PATCH", &path, &[NOBODY], b"x").await, 401),
        (alice.ask("PATCH", &path, &[], b"more than ten").await, 413),
        (alice.ask("PUT", &path, &[], b"").await, 400),
        (alice.ask("HEAD", &format!("{UPLOADS}/nowhere"), &[], b"").await, 404),
        (alice.state(&path).await, 429),
    ] {
        assert_eq!((answer.status, version(&answer).as_deref()), (status, Some("1.0.0")), "{answer:?}");
    }
    let by_address = alice.ask("HEAD", &path, &[NOBODY], b"").await;
    assert_eq!((by_address.status, version(&by_address).as_deref()), (429, Some("1.0.0")));
    assert_eq!(version(&alice.fetch(crate::blobs::id_of(b"x")).await), None, "downloads are no part of tus");
}
