//! Where somebody stands decides what they are told: removed or left, blocked, still a stranger.

use beseda_model::{Code, ConversationId, ConversationKind, Role};
use beseda_wire::Bytes;
use beseda_wire::request::{Reply, Request};

use crate::doors::behind;
use crate::groups::{Change, Client, changed, policy};
use crate::people::Person;
use crate::world::{Server, Socket};

const HERE: ConversationId = ConversationId::from_bytes([0xc0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 7]);

/// People in a group of which the first is the owner; all their devices are in it.
async fn group(server: &Server, people: &[&Person]) -> Vec<(Client, Socket)> {
    let roles = [Role::Owner].into_iter().chain(std::iter::repeat(Role::Member));
    let roster: Vec<_> = people.iter().copied().zip(roles).collect();
    let mut seats = Vec::new();
    for person in people {
        server.open_door(person).await;
        seats.push((Client::of(person), person.connect(server).await));
    }
    let additions = seats[1..].iter().map(|(client, _)| client.addition()).collect();
    let (founder, socket) = &mut seats[0];
    let request = founder.create(HERE, &policy(ConversationKind::Group, &roster), additions);
    socket.ask(request).await.unwrap();
    founder.merge();
    for (client, socket) in &mut seats[1..] {
        client.enter(socket, HERE).await;
    }
    seats
}

/// Everything that is for members is closed, but the log up to and with the entry that ended the membership.
async fn is_outside(person: &Person, other: &Person, socket: &mut Socket, until: u64) {
    let for_members = |door: &crate::doors::Door| door.who.starts_with("a member") && door.name != "create";
    for (door, request) in behind(for_members, HERE, person, other) {
        match (door.name, socket.ask(request).await) {
            ("log", Ok(Reply::Log { last_seq, .. })) => assert_eq!(last_seq, until),
            ("log", other) => panic!("the log is readable up to the end of the membership, not {other:?}"),
            (name, answer) => assert_eq!(answer.expect_err(name).code, Code::NotAMember, "{name}"),
        }
    }
}

#[tokio::test]
async fn whoever_was_removed_or_has_left_reads_up_to_that_and_does_nothing_more() {
    let server = Server::start().await;
    let (alice, bob, carol) = (server.join(1).await, server.join(2).await, server.join(3).await);
    let mut seats = group(&server, &[&alice, &bob, &carol]).await;
    let [(owner, at_owner), (removed, at_removed), (leaver, at_leaver)] = &mut seats[..] else { panic!("three") };

    let people = [(&alice, Role::Owner), (&bob, Role::Member), (&carol, Role::Member)];
    let before = policy(ConversationKind::Group, &people);
    let without = changed(&before, |policy| policy.roster.retain(|entry| entry.account != bob.account));
    let change = Change { remove: vec![bob.device], policy: Some(without), ..Change::default() };
    let Request::Commit(bundle) = owner.commit(change) else { panic!("it is a commit") };
    let Reply::Appended { seq, .. } = at_owner.ask(Request::Commit(bundle.clone())).await.unwrap() else {
        panic!("it is a place in the log")
    };
    owner.merge();
    at_owner.ask(owner.say("we are two", Vec::new())).await.unwrap();
    is_outside(&bob, &alice, at_removed, seq).await;
    // What was ready to be sent before the removal is not accepted either.
    let late = at_removed.ask(removed.say("I am still here", Vec::new())).await.unwrap_err();
    assert_eq!(late.code, Code::NotAMember);

    leaver.follow(&bundle.commit.0);
    let Reply::Appended { seq, .. } = at_leaver.ask(leaver.leave()).await.unwrap() else {
        panic!("it is a place in the log")
    };
    is_outside(&carol, &alice, at_leaver, seq).await;
}

#[tokio::test]
async fn whoever_is_blocked_is_not_accepted_anywhere() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let old = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    server.open_door(&bob).await;
    bob.connect(&server).await.ask(Request::Block { account: alice.account, blocked: true }).await.unwrap();
    let mut socket = alice.connect(&server).await;
    let refused = |door: &crate::doors::Door| ["append", "whisper", "claim_keys"].contains(&door.name);
    for (door, request) in behind(refused, old, &alice, &bob) {
        assert_eq!(socket.ask(request).await.expect_err(door.name).code, Code::NotAccepted, "{}", door.name);
    }
    let both = [(&alice, Role::Owner), (&bob, Role::Member)];
    let group = Client::of(&alice).create(HERE, &policy(ConversationKind::Group, &both), Vec::new());
    assert_eq!(socket.ask(group).await.unwrap_err().code, Code::NotAccepted);
    let alone = policy(ConversationKind::Group, &both[..1]);
    let entry = policy(ConversationKind::Group, &both[1..]).roster.remove(0);
    let change = Change {
        policy: Some(changed(&alone, |policy| policy.roster.push(entry))),
        cite: vec![Client::of(&bob).cited()],
        ..Change::default()
    };
    let by_the_first_commit = Client::of(&alice).create_with(HERE, &alone, change);
    assert_eq!(socket.ask(by_the_first_commit).await.unwrap_err().code, Code::NotAccepted);

    let carol = server.join(3).await;
    carol.connect(&server).await.ask(Request::Block { account: alice.account, blocked: true }).await.unwrap();
    let both = [(&alice, Role::Owner), (&carol, Role::Owner)];
    let direct = Client::of(&alice).create(HERE, &policy(ConversationKind::Direct, &both), Vec::new());
    assert_eq!(socket.ask(direct).await.unwrap_err().code, Code::NotAccepted);
}

#[tokio::test]
async fn a_stranger_says_one_thing_and_waits() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let mut client = Client::of(&alice);
    let both = [(&alice, Role::Owner), (&bob, Role::Owner)];
    let additions = vec![Client::of(&bob).addition()];
    at_alice.ask(client.create(HERE, &policy(ConversationKind::Direct, &both), additions)).await.unwrap();
    client.merge();
    at_alice.ask(client.say("may I?", Vec::new())).await.unwrap();
    let again = at_alice.ask(client.say("please", Vec::new())).await.unwrap_err();
    assert_eq!(again.code, Code::RequestPending);
    let whisper = Request::Whisper { conversation: HERE, body: Bytes(vec![1]) };
    assert_eq!(at_alice.ask(whisper.clone()).await.unwrap_err().code, Code::NotAccepted);
    at_bob.ask(Request::AnswerStranger { conversation: HERE, accept: true }).await.unwrap();
    at_alice.ask(client.say("thank you", Vec::new())).await.unwrap();
    at_alice.ask(whisper).await.unwrap();
}
