//! Bad input by example: each has its own code, and everything else stays as it was.

use beseda_model::{Code, ConversationId, ConversationKind, Role};
use beseda_wire::request::{Reply, Request};

use crate::groups::{Change, Client, policy};
use crate::people::Person;
use crate::world::{Server, Socket};

const HERE: ConversationId = ConversationId::from_bytes([0xc0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 8]);

async fn log(socket: &mut Socket, conversation: ConversationId) -> Vec<beseda_wire::state::Entry> {
    match socket.ask(Request::Log { conversation, from: 1, limit: 200 }).await.unwrap() {
        Reply::Log { entries, .. } => entries,
        other => panic!("expected a log, there came {other:?}"),
    }
}

/// A group of two with both devices in it.
async fn pair(server: &Server, alice: &Person, bob: &Person) -> [(Client, Socket); 2] {
    server.open_door(bob).await;
    let (mut at_alice, mut at_bob) = (alice.connect(server).await, bob.connect(server).await);
    let (mut one, mut other) = (Client::of(alice), Client::of(bob));
    let both = [(alice, Role::Owner), (bob, Role::Member)];
    let request = one.create(HERE, &policy(ConversationKind::Group, &both), vec![other.addition()]);
    at_alice.ask(request).await.unwrap();
    one.merge();
    other.enter(&mut at_bob, HERE).await;
    [(one, at_alice), (other, at_bob)]
}

#[tokio::test]
async fn a_second_commit_for_an_epoch_is_told_where_the_group_is() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let [(mut one, mut at_alice), (mut other, mut at_bob)] = pair(&server, &alice, &bob).await;
    let Request::Commit(winner) = one.commit(Change::default()) else { panic!("it is a commit") };
    let loser = other.commit(Change::default());
    at_alice.ask(Request::Commit(winner.clone())).await.unwrap();
    let before = log(&mut at_alice, HERE).await;
    let stale = at_bob.ask(loser.clone()).await.unwrap_err();
    let told = stale.data.unwrap();
    assert_eq!((stale.code, told.generation, told.epoch), (Code::StaleEpoch, Some(0), Some(2)));
    // Nor is a message of the old epoch taken, or the same commit at a second try.
    assert_eq!(at_bob.ask(loser).await.unwrap_err().code, Code::StaleEpoch);
    assert_eq!(at_bob.ask(other.say("late", Vec::new())).await.unwrap_err().code, Code::StaleEpoch);
    assert_eq!(log(&mut at_alice, HERE).await, before);
    // Who processes the winner goes on.
    other.follow(&winner.commit.0);
    at_bob.ask(other.commit(Change::default())).await.unwrap();
}

#[tokio::test]
async fn the_same_commit_again_gets_the_same_place() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let [(mut one, mut at_alice), (mut other, mut at_bob)] = pair(&server, &alice, &bob).await;
    let Request::Commit(commit) = one.commit(Change::default()) else { panic!("it is a commit") };
    // The second is sent while the first is judged.
    let (first, second) = (Request::Commit(commit.clone()), Request::Commit(commit.clone()));
    let (first, second) = (at_alice.send(first).await, at_alice.send(second).await);
    let told = at_alice.answer(first).await.unwrap();
    assert_eq!(at_alice.answer(second).await.unwrap(), told);
    other.follow(&commit.commit.0);
    at_bob.ask(other.commit(Change::default())).await.unwrap();
    assert_eq!(at_alice.ask(Request::Commit(commit)).await.unwrap(), told, "later, too");
    assert_eq!(log(&mut at_alice, HERE).await.len(), 4);
}

#[tokio::test]
async fn a_key_package_that_was_published_before_takes_none_of_the_others_with_it() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let stock: Vec<_> = (0..20).map(|_| alice.key_package()).collect();
    let publish = |packages| Request::PublishKeys { packages, last_resort: None };
    at_alice.ask(publish(stock.clone())).await.unwrap();
    let claim = Request::ClaimKeys { account: alice.account, devices: Vec::new() };
    let claimed = match at_bob.ask(claim).await.unwrap() {
        Reply::Keys { packages, .. } => packages[0].package.clone(),
        other => panic!("expected a key package, there came {other:?}"),
    };
    let waiting = stock.into_iter().find(|package| *package != claimed).unwrap();
    let fresh = alice.key_package();
    for again in [claimed, waiting] {
        let why = at_alice.ask(publish(vec![fresh.clone(), again])).await.unwrap_err();
        assert_eq!(why.code, Code::KeyPackageUsed);
    }
    match at_alice.ask(Request::CountKeys).await.unwrap() {
        Reply::Keys { count, .. } => assert_eq!(count, 19),
        other => panic!("expected a count, there came {other:?}"),
    }
    at_alice.ask(publish(vec![fresh])).await.unwrap();
}

/// The server's clock is set wrong and right again: what was promised holds, and nobody is locked out.
#[tokio::test]
async fn a_clock_that_jumps_locks_nobody_out() {
    const YEAR: i64 = 365 * 86_400_000;
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let [(mut one, _), (mut other, _)] = pair(&server, &alice, &bob).await;
    for jump in [YEAR, -2 * YEAR, YEAR] {
        server.clock.jump(jump);
        // Sockets that seem to have been silent for a year may be closed; sessions stay.
        server.tend().await;
        let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
        let before = log(&mut at_alice, HERE).await.len();
        at_alice.ask(one.say("one", Vec::new())).await.unwrap();
        at_bob.ask(other.say("other", Vec::new())).await.unwrap();
        let given = at_alice.ask(Request::GroupInfo { conversation: HERE }).await.unwrap();
        let entries = log(&mut at_bob, HERE).await;
        assert_eq!(entries.len(), before + 2);
        assert!(entries.iter().zip(1..).all(|(entry, seq)| entry.seq == seq && entry.body.is_some()));
        // A device that comes in by itself is not held up by leases and budgets of another time.
        at_alice.ask(one.join(&given)).await.unwrap();
        let joined = log(&mut at_bob, HERE).await.pop().unwrap().body.unwrap();
        other.follow(&joined.0);
    }
}
