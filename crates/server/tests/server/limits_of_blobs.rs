//! Limits of uploads and blobs at their edges.

use beseda_model::{Code, LIMITS};
use beseda_wire::request::Request;

use crate::blobs::{Caller, content, file_of, id_of, keep};
use crate::limits::{limited, refused};

#[tokio::test]
async fn the_largest_blob() {
    let server = limited(|limits| limits.blob_bytes = 10_000).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let bytes = content(10_000, 1);
    assert_eq!(alice.upload(&bytes).await, id_of(&bytes));
    let announced = alice.try_begin(10_001, &[], &[]).await;
    assert_eq!(announced.status, 413);
    refused(announced.json::<()>(), Code::TooLarge, "blob_bytes");
    let brought = alice.try_begin(10_000, &[], &[1; 10_001]).await;
    refused(brought.json::<()>(), Code::TooLarge, "blob_bytes");
    let huge = alice.try_begin(u64::MAX, &[], &[]).await;
    refused(huge.json::<()>(), Code::TooLarge, "blob_bytes");
}

#[tokio::test]
async fn as_much_as_an_account_may_keep() {
    let server = limited(|limits| limits.blob_quota_bytes = 100_000).await;
    let (person, other) = (server.join(1).await, server.join(2).await);
    let (alice, bob) = (Caller::new(&server, &person), Caller::new(&server, &other));
    let mut at_alice = person.connect(&server).await;
    let (large, small) = (content(60_000, 1), content(40_000, 2));
    let large = alice.upload(&large).await;
    refused(alice.try_begin(40_001, &[], &[]).await.json::<()>(), Code::QuotaExceeded, "blob_quota_bytes");
    let path = alice.begin(40_000).await;
    let full = alice.try_begin(0, &[], &[]).await;
    assert_eq!(full.status, 507);
    refused(full.json::<()>(), Code::QuotaExceeded, "blob_quota_bytes");
    assert_eq!(alice.add(&path, 0, &small).await.status, 204, "its room was set aside");

    let (one, two) = (bob.upload(b"one").await, bob.upload(b"two").await);
    at_alice.ask(Request::LetBlobsGo { blobs: vec![large] }).await.unwrap();
    let filler = content(60_000 - 4_096, 3);
    alice.upload(&filler).await;
    refused(keep(&mut at_alice, &[one, two]).await, Code::QuotaExceeded, "blob_quota_bytes");
    assert_eq!(keep(&mut at_alice, &[one]).await, Ok(vec![]), "nothing was kept of the two");
    assert_eq!(keep(&mut at_alice, &[one]).await, Ok(vec![]));
    refused(keep(&mut at_alice, &[two]).await, Code::QuotaExceeded, "blob_quota_bytes");
}

#[tokio::test]
async fn as_much_as_may_be_announced_in_a_day() {
    let server = limited(|limits| limits.uploaded_bytes = 10_000).await;
    let alice = Caller::new(&server, &server.join(1).await);
    alice.upload(&content(9_999, 1)).await;
    let spent = alice.try_begin(2, &[], &[]).await;
    assert!(spent.status == 429 && spent.head.contains("retry-after: 3600"), "{}", spent.head);
    refused(spent.json::<()>(), Code::RateLimited, "uploaded_bytes");
    alice.upload(b"x").await;
    refused(alice.try_begin(1, &[], &[]).await.json::<()>(), Code::RateLimited, "uploaded_bytes");
    server.clock.advance(86_400_000);
    alice.upload(&content(10_000, 2)).await;
}

#[tokio::test]
async fn unfinished_uploads() {
    let server = limited(|_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let mut paths = Vec::new();
    for _ in 0..LIMITS.uploads {
        paths.push(alice.begin(1).await);
    }
    refused(alice.try_begin(1, &[], &[]).await.json::<()>(), Code::TooLarge, "uploads");
    alice.add(&paths[0], 0, b"x").await;
    alice.begin(1).await;
    refused(alice.try_begin(1, &[], &[]).await.json::<()>(), Code::TooLarge, "uploads");
}

#[tokio::test]
async fn blobs_in_one_request() {
    let server = limited(|_| {}).await;
    let mut socket = server.join(1).await.connect(&server).await;
    let many = |count: u64| vec![id_of(b"unknown"); usize::try_from(count).unwrap()];
    assert_eq!(keep(&mut socket, &many(LIMITS.blobs_at_once)).await.unwrap().len() as u64, LIMITS.blobs_at_once);
    refused(keep(&mut socket, &many(LIMITS.blobs_at_once + 1)).await, Code::TooLarge, "blobs_at_once");
    socket.ask(Request::LetBlobsGo { blobs: many(LIMITS.blobs_at_once) }).await.unwrap();
    let more = socket.ask(Request::LetBlobsGo { blobs: many(LIMITS.blobs_at_once + 1) }).await;
    refused(more, Code::TooLarge, "blobs_at_once");
}

#[tokio::test]
async fn requests_for_blobs() {
    let server = limited(|limits| (limits.blob_requests, limits.session_requests) = (3, 8)).await;
    let (alice, bob) = (Caller::new(&server, &server.join(1).await), Caller::new(&server, &server.join(2).await));
    let blob = alice.upload(b"x").await;
    for _ in 0..2 {
        assert_eq!(alice.fetch(blob).await.status, 200);
    }
    refused(alice.fetch(blob).await.json::<()>(), Code::RateLimited, "blob_requests");
    for _ in 0..3 {
        assert_eq!(bob.fetch(blob).await.status, 200);
    }
    // With the refused ones, and whoever asks.
    refused(bob.fetch(blob).await.json::<()>(), Code::RateLimited, "blob_requests");
    refused(bob.fetch(blob).await.json::<()>(), Code::RateLimited, "session_requests");
    server.clock.advance(60_000);
    assert_eq!(bob.fetch(blob).await.status, 200);
}

#[tokio::test]
async fn an_upload_lives_so_long_after_its_last_byte() {
    let server = limited(|limits| limits.upload_millis = 10_000).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let path = alice.begin(3).await;
    server.clock.advance(9_999);
    server.tend().await;
    assert_eq!(alice.add(&path, 0, b"a").await.status, 204);
    server.clock.advance(9_999);
    server.tend().await;
    assert_eq!(alice.state(&path).await.status, 200, "upload_millis count from the last byte");
    server.clock.advance(1);
    assert_eq!(alice.state(&path).await.status, 404, "also before it is erased");
    server.tend().await;
    assert_eq!(alice.add(&path, 1, b"b").await.status, 404);
    assert_eq!(std::fs::read_dir(server.data_dir().join("blobs/uploads")).unwrap().count(), 0);
}

#[tokio::test]
async fn an_upload_that_nobody_may_have_heard_of_lives_an_hour() {
    let server = limited(|_| {}).await;
    let alice = Caller::new(&server, &server.join(1).await);
    let (path, begun) = (alice.begin(3).await, alice.begin(3).await);
    alice.add(&begun, 0, b"a").await;
    server.clock.advance(3_599_999);
    assert_eq!(alice.state(&path).await.status, 200);
    server.clock.advance(1);
    assert_eq!(alice.state(&path).await.status, 404);
    assert_eq!(alice.state(&begun).await.status, 200);
}

#[tokio::test]
async fn a_blob_that_nobody_keeps_lives_so_long() {
    let server = limited(|limits| limits.blob_millis = 10_000).await;
    let person = server.join(1).await;
    let alice = Caller::new(&server, &person);
    let mut socket = person.connect(&server).await;
    let (gone, kept) = (alice.upload(b"gone").await, alice.upload(b"kept").await);
    socket.ask(Request::LetBlobsGo { blobs: vec![gone] }).await.unwrap();
    server.clock.advance(9_999);
    server.tend().await;
    assert_eq!(alice.fetch(gone).await.body, b"gone");
    server.clock.advance(1);
    server.tend().await;
    assert_eq!(alice.fetch(gone).await.status, 404, "blob_millis are over");
    assert!(!file_of(&server, gone).exists() && file_of(&server, kept).exists());
    assert_eq!(alice.fetch(kept).await.body, b"kept");
    assert_eq!(keep(&mut socket, &[gone, kept]).await, Ok(vec![gone]));
}
