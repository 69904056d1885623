//! What people say to each other reaches them, over pushes and over syncs.

use beseda_model::{Code, ConversationId, ConversationKind};
use beseda_wire::request::{Reply, Request};
use beseda_wire::state::{Change, Entry};
use beseda_wire::{Encoding, Push};

use crate::mls::{message, say};
use crate::people::{Person, device};
use crate::world::{Server, Socket};

fn entry(push: Push) -> Entry {
    match push {
        Push::Entry { entry, .. } => entry,
        other => panic!("expected an entry, there came {other:?}"),
    }
}

async fn seq(socket: &mut Socket, request: Request) -> u64 {
    match socket.ask(request).await.unwrap() {
        Reply::Appended { seq, .. } => seq,
        other => panic!("expected a place, there came {other:?}"),
    }
}

async fn log(socket: &mut Socket, conversation: ConversationId, from: u64) -> Vec<Entry> {
    match socket.ask(Request::Log { conversation, from, limit: 200 }).await.unwrap() {
        Reply::Log { entries, .. } => entries,
        other => panic!("expected a log, there came {other:?}"),
    }
}

#[tokio::test]
async fn what_alice_says_in_cbor_bob_reads_in_json() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    let mut at_bob = bob.connect_with(&server, Encoding::Json).await;

    assert_eq!(seq(&mut at_alice, say(here, 1, b"hello")).await, 1);
    let came = entry(at_bob.push().await);
    assert_eq!((came.seq, came.count), (1, 1));
    assert_eq!(came.body.unwrap().0, message(here, 1, b"hello"));

    assert_eq!(seq(&mut at_bob, say(here, 1, b"and back")).await, 2);
    assert_eq!(entry(at_alice.push().await).body.unwrap().0, message(here, 1, b"and back"));
    assert!(at_alice.pushes().await.is_empty() && at_bob.pushes().await.is_empty(), "nobody hears themselves");
}

#[tokio::test]
async fn the_same_message_again_gets_the_same_place() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    assert_eq!(seq(&mut at_alice, say(here, 1, b"once")).await, 1);
    assert_eq!(seq(&mut at_alice, say(here, 2, b"more")).await, 2);
    assert_eq!(seq(&mut at_alice, say(here, 1, b"once")).await, 1);
    assert_eq!(log(&mut at_alice, here, 1).await.len(), 2);
}

#[tokio::test]
async fn pipelined_messages_are_stored_in_the_order_of_sending() {
    let server = Server::start_with(|config| config.limits.sends = 10_000).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    let mut ids = Vec::new();
    for number in 1..=500 {
        ids.push((number, at_alice.send(say(here, number, b"x")).await));
    }
    for (number, id) in ids {
        match at_alice.answer(id).await.unwrap() {
            Reply::Appended { seq, .. } => assert_eq!(seq, number),
            other => panic!("expected a place, there came {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_device_that_was_away_resumes_by_its_cursor() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    seq(&mut at_alice, say(here, 1, b"one")).await;

    let mut at_bob = bob.connect(&server).await;
    let (first, cursor) = sync(&mut at_bob, None).await;
    assert_eq!(last_seq(&first, here), Some(1));
    drop(at_bob);

    seq(&mut at_alice, say(here, 2, b"two")).await;
    seq(&mut at_alice, say(here, 3, b"three")).await;
    let mut at_bob = bob.connect(&server).await;
    let (missed, cursor) = sync(&mut at_bob, Some(cursor)).await;
    assert_eq!(last_seq(&missed, here), Some(3));
    assert_eq!(log(&mut at_bob, here, 2).await.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 3]);
    let (nothing, _) = sync(&mut at_bob, Some(cursor)).await;
    assert!(nothing.is_empty());
}

async fn sync(socket: &mut Socket, cursor: Option<beseda_wire::Bytes>) -> (Vec<Change>, beseda_wire::Bytes) {
    match socket.ask(Request::Sync { cursor, limit: 500 }).await.unwrap() {
        Reply::Sync { changes, cursor, more: false } => (changes, cursor),
        other => panic!("expected one page of changes, there came {other:?}"),
    }
}

fn last_seq(changes: &[Change], conversation: ConversationId) -> Option<u64> {
    changes.iter().find_map(|change| match change {
        Change::Conversation(state) if state.conversation == conversation => Some(state.last_seq),
        _ => None,
    })
}

#[tokio::test]
async fn a_slow_reader_is_told_to_sync_and_then_has_everything() {
    let server = Server::start_with(|config| {
        config.limits.sends = 100_000;
        config.limits.queue_frames = 4;
    })
    .await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_bob = bob.connect(&server).await;
    let (_, cursor) = sync(&mut at_bob, None).await;
    let mut at_alice = alice.connect(&server).await;
    // More than the kernel's buffers on both sides take, while bob does not read.
    let much = vec![b'x'; 60_000];
    for number in 1..=400 {
        seq(&mut at_alice, say(here, number, &much)).await;
    }
    server.settle().await;
    let mut pushed = 0;
    loop {
        match at_bob.push().await {
            Push::Entry { entry, .. } => {
                pushed += 1;
                assert_eq!(entry.seq, pushed, "until it is told otherwise, there is no gap");
            }
            Push::Resync => break,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(pushed < 400);
    let (missed, _) = sync(&mut at_bob, Some(cursor)).await;
    assert_eq!(last_seq(&missed, here), Some(400));
    let mut had = pushed;
    while had < 400 {
        for entry in log(&mut at_bob, here, had + 1).await {
            had += 1;
            assert_eq!(entry.seq, had);
        }
    }
    seq(&mut at_alice, say(here, 401, b"now")).await;
    assert_eq!(entry(at_bob.push().await).seq, 401, "pushes go on");
}

#[tokio::test]
async fn marks_and_whispers_reach_the_others() {
    let server = Server::start().await;
    let (mut alice, bob) = (server.join(1).await, server.join(2).await);
    let second = alice.recover(&server, device(9)).await;
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let mut at_second = Socket::open(&server, Encoding::Cbor).await;
    at_second.hello(&second).await.unwrap();
    seq(&mut at_alice, say(here, 1, b"one")).await;
    assert_eq!(entry(at_second.push().await).seq, 1, "one's other devices hear it too");
    entry(at_bob.push().await);

    at_bob.ask(Request::Mark { conversation: here, delivered: Some(1), read: Some(1) }).await.unwrap();
    let receipt = Change::Receipt { conversation: here, account: bob.account, delivered: 1, read: 1 };
    assert_eq!(at_alice.push().await, Push::Change(receipt));

    at_alice.ask(Request::Whisper { conversation: here, body: vec![1, 2].into() }).await.unwrap();
    let whisper = Push::Whisper { conversation: here, device: alice.device, body: vec![1, 2].into() };
    assert_eq!(next_whisper(&mut at_bob).await, whisper);
    assert_eq!(next_whisper(&mut at_second).await, whisper);
}

async fn next_whisper(socket: &mut Socket) -> Push {
    loop {
        if let whisper @ Push::Whisper { .. } = socket.push().await {
            return whisper;
        }
    }
}

#[tokio::test]
async fn who_hides_how_far_they_read_does_not_see_it_of_others() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    seq(&mut at_alice, say(here, 1, b"one")).await;
    let privacy = beseda_wire::state::PrivacySettings { read_marks: false, ..Default::default() };
    at_alice.ask(Request::SetPrivacy { privacy }).await.unwrap();
    server.settle().await;
    at_alice.pushes().await;
    at_bob.ask(Request::Mark { conversation: here, delivered: None, read: Some(1) }).await.unwrap();
    let hidden = Change::Receipt { conversation: here, account: bob.account, delivered: 1, read: 0 };
    assert_eq!(at_alice.push().await, Push::Change(hidden));
}

#[tokio::test]
async fn strangers_neither_read_nor_write() {
    let server = Server::start().await;
    let (alice, bob, eve) = (server.join(1).await, server.join(2).await, server.join(3).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_eve = eve.connect(&server).await;
    let code = |refused: Result<Reply, beseda_wire::Problem>| refused.map_err(|why| why.code);
    assert_eq!(code(at_eve.ask(say(here, 1, b"boo")).await), Err(Code::NotAMember));
    for request in [
        Request::Log { conversation: here, from: 1, limit: 1 },
        Request::Mark { conversation: here, delivered: Some(1), read: None },
        Request::Whisper { conversation: here, body: vec![1].into() },
        Request::GroupInfo { conversation: here },
        Request::Welcome { conversation: here },
        Request::ReportCommit { conversation: here, seq: 1 },
        Request::AnswerStranger { conversation: here, accept: true },
    ] {
        assert_eq!(code(at_eve.ask(request.clone()).await), Err(Code::NotAMember), "{request:?}");
    }
}

#[tokio::test]
async fn expired_bodies_go_and_everybody_is_told() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let hour = 3_600_000;
    let Request::Append(mut append) = say(here, 1, b"gone soon") else { unreachable!("it is an append") };
    append.expires_at = Some(beseda_model::Timestamp::from_millis(1_800_000_000_000 + 1));
    seq(&mut at_alice, Request::Append(append)).await;
    server.tend().await;
    assert!(log(&mut at_alice, here, 1).await[0].body.is_some(), "not before its time");
    server.clock.advance(hour);
    server.tend().await;
    let gone = log(&mut at_alice, here, 1).await.remove(0);
    assert!(gone.body.is_none() && gone.body_hash.is_some());
    entry(at_bob.push().await);
    assert_eq!(at_bob.push().await, Push::Blanked { conversation: here, seqs: vec![1] });
}

#[tokio::test]
async fn everything_said_is_there_after_a_restart() {
    let mut server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    seq(&mut at_alice, say(here, 1, b"kept")).await;
    server.restart().await;
    let mut at_bob: Socket = Person::connect(&bob, &server).await;
    assert_eq!(log(&mut at_bob, here, 1).await[0].body.clone().unwrap().0, message(here, 1, b"kept"));
}
