//! Stopping: everybody is let go, and nothing that was promised is lost.

use beseda_model::ConversationKind;
use beseda_wire::request::{Request, ServerFrame};
use beseda_wire::{Encoding, Push};

use crate::mls::say;
use crate::world::{Came, Server, Socket};

#[tokio::test]
async fn everybody_is_told_to_come_back_at_different_times() {
    let mut server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let mut silent = Socket::open(&server, Encoding::Json).await;
    let (all_gone, alice_end, bob_end, silent_end) =
        tokio::join!(server.stop(), at_alice.end(), at_bob.end(), silent.end());
    assert!(all_gone);
    let wait = |end: &(Vec<ServerFrame>, Option<u16>)| match end {
        (frames, Some(1012)) => match frames.last() {
            Some(ServerFrame::Push(Push::Closing { reconnect_ms })) => *reconnect_ms,
            other => panic!("expected to be told when to come back, there came {other:?}"),
        },
        other => panic!("expected a restart, there came {other:?}"),
    };
    let (one, other) = (wait(&alice_end), wait(&bob_end));
    assert!((1_000..10_000).contains(&one) && (1_000..10_000).contains(&other));
    assert_ne!(one, other);
    assert_eq!(silent_end.1, Some(1012));
}

#[tokio::test]
async fn what_was_answered_before_the_end_is_there_after_it() {
    let mut server = Server::start_with(|config| config.limits.sends = 10_000).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    for number in 1..=300 {
        at_alice.send(say(here, number, b"x")).await;
    }
    let reading = async {
        let mut answered = 0;
        loop {
            match at_alice.next().await {
                Came::Frame(ServerFrame::Ok { .. }) => answered += 1,
                Came::Frame(_) => {}
                Came::Closed(_) => return answered,
            }
        }
    };
    let (answered, ()) = tokio::join!(reading, server.restart());
    let mut at_bob = bob.connect(&server).await;
    let last_seq = match at_bob.ask(Request::Log { conversation: here, from: 1, limit: 1 }).await.unwrap() {
        beseda_wire::Reply::Log { last_seq, .. } => last_seq,
        other => panic!("expected a log, there came {other:?}"),
    };
    assert!(last_seq >= answered, "{last_seq} are stored, {answered} were answered");
}
