//! The limits that only real groups reach: as much as they say is taken, one more is not.

use beseda_model::{AccountId, Code, ConversationId, ConversationKind, Fingerprint, LIMITS, Role, RosterEntry};
use beseda_wire::Problem;
use beseda_wire::request::{Reply, Request};

use crate::groups::{Addition, Change, Client, changed, policy};
use crate::limits::{limited, refused};
use crate::people::{Person, device};
use crate::world::{Server, Socket};

use ConversationKind::{Direct, Group, Notes};

fn id(number: u8) -> ConversationId {
    ConversationId::from_bytes([0xc0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 1, number])
}

/// Somebody who begins conversations.
struct Founder<'a> {
    person: &'a Person,
    client: Client,
    socket: Socket,
}

impl<'a> Founder<'a> {
    async fn new(server: &Server, person: &'a Person) -> Self {
        Self { person, client: Client::of(person), socket: person.connect(server).await }
    }

    /// Begins a conversation with these people, of whose devices these are in it.
    async fn create(
        &mut self,
        number: u8,
        kind: ConversationKind,
        others: &[&Person],
        devices: Vec<Addition>,
    ) -> Result<Reply, Problem> {
        let role = if kind == Group { Role::Member } else { Role::Owner };
        let others = others.iter().map(|person| (*person, role));
        let roster: Vec<_> = [(self.person, Role::Owner)].into_iter().chain(others).collect();
        let request = self.client.create(id(number), &policy(kind, &roster), devices);
        self.socket.ask(request).await
    }
}

async fn people<const N: usize>(server: &Server) -> [Person; N] {
    let mut people = Vec::new();
    for number in 1..=u8::try_from(N).unwrap() {
        let person = server.join(number).await;
        server.open_door(&person).await;
        people.push(person);
    }
    people.try_into().unwrap_or_else(|_| panic!("as many as were asked for"))
}

#[tokio::test]
async fn conversations_made_in_a_day() {
    let server = limited(|limits| limits.creates = 2).await;
    let [alice] = people(&server).await;
    let mut alice = Founder::new(&server, &alice).await;
    alice.create(1, Group, &[], Vec::new()).await.unwrap();
    alice.create(2, Notes, &[], Vec::new()).await.unwrap();
    let spent = alice.create(3, Group, &[], Vec::new()).await;
    assert!(spent.as_ref().unwrap_err().retry_after_ms.is_some());
    refused(spent, Code::RateLimited, "creates");
    server.clock.advance(86_400_000);
    alice.create(3, Group, &[], Vec::new()).await.unwrap();
}

#[tokio::test]
async fn strangers_asked_in_a_day() {
    let server = limited(|limits| limits.stranger_requests = 2).await;
    let [alice, bob, carol, dave] = people(&server).await;
    let mut alice = Founder::new(&server, &alice).await;
    alice.create(1, Direct, &[&bob], Vec::new()).await.unwrap();
    alice.create(2, Direct, &[&carol], Vec::new()).await.unwrap();
    refused(alice.create(3, Direct, &[&dave], Vec::new()).await, Code::RateLimited, "stranger_requests");
    alice.create(3, Group, &[&dave], Vec::new()).await.unwrap();
}

#[tokio::test]
async fn conversations_of_an_account() {
    let server = limited(|limits| limits.conversations_per_account = 2).await;
    let [alice, bob] = people(&server).await;
    let mut at_alice = Founder::new(&server, &alice).await;
    at_alice.create(1, Group, &[&bob], Vec::new()).await.unwrap();
    at_alice.create(2, Group, &[], Vec::new()).await.unwrap();
    refused(at_alice.create(3, Group, &[], Vec::new()).await, Code::TooLarge, "conversations_per_account");
    let mut at_bob = Founder::new(&server, &bob).await;
    at_bob.create(4, Notes, &[], Vec::new()).await.unwrap();
    // Neither is somebody brought in who has no room, nor written to.
    refused(at_bob.create(5, Direct, &[&alice], Vec::new()).await, Code::TooLarge, "conversations_per_account");
}

#[tokio::test]
async fn joins_of_a_device() {
    let server = Server::start().await;
    let [mut alice] = people(&server).await;
    let (first, second) = (alice.device, device(50));
    let token = alice.recover(&server, second).await;
    let mut founder = Founder::new(&server, &alice).await;
    founder.create(1, Group, &[], Vec::new()).await.unwrap();
    let mut joiner = Client::on(&alice, second);
    let mut socket = Socket::open(&server, beseda_wire::Encoding::Cbor).await;
    socket.hello(&token).await.unwrap();
    let mut join = async || {
        let given = socket.ask(Request::GroupInfo { conversation: id(1) }).await.unwrap();
        socket.ask(joiner.join(&given)).await
    };
    for _ in 0..LIMITS.joins {
        join().await.unwrap();
    }
    refused(join().await, Code::RateLimited, "joins");
    server.clock.advance(86_400_000);
    join().await.unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn members_of_a_conversation() {
    let server = limited(|limits| limits.members_per_conversation = 3).await;
    let [alice, bob, carol, dave] = people(&server).await;
    let mut alice = Founder::new(&server, &alice).await;
    let full = [(alice.person, Role::Owner), (&bob, Role::Member), (&carol, Role::Member)];
    let full = policy(Group, &full);
    let entry =
        |person: &Person| RosterEntry { account: person.account, root: person.root.fingerprint(), role: Role::Member };
    let more = changed(&full, |policy| policy.roster.push(entry(&dave)));
    let adding = |policy| Change { policy: Some(policy), cite: vec![Client::of(&dave).cited()], ..Change::default() };

    alice.create(1, Group, &[&bob, &carol], Vec::new()).await.unwrap();
    let commit = alice.client.commit(adding(more.clone()));
    refused(alice.socket.ask(commit).await, Code::TooLarge, "members_per_conversation");
    let too_many = alice.create(2, Group, &[&bob, &carol, &dave], Vec::new()).await;
    refused(too_many, Code::TooLarge, "members_per_conversation");
    let first = alice.client.create_with(id(2), &full, adding(more));
    refused(alice.socket.ask(first).await, Code::TooLarge, "members_per_conversation");
}

/// The rules that all devices share know the published number, whatever the operator has set.
#[tokio::test]
async fn members_of_a_conversation_by_the_rules() {
    let server = Server::start().await;
    let [alice] = people(&server).await;
    let mut alice = Founder::new(&server, &alice).await;
    let with = |count: u64| {
        let mut policy = policy(Group, &[(alice.person, Role::Owner)]);
        let strangers = (1..count).map(|number| RosterEntry {
            account: AccountId::from_bytes(u128::from(number).to_be_bytes()),
            root: Fingerprint::from_bytes([7; 32]),
            role: Role::Member,
        });
        policy.roster.extend(strangers);
        policy.roster.sort_by_key(|entry| entry.account);
        policy
    };
    let (most, more) = (with(LIMITS.members_per_conversation), with(LIMITS.members_per_conversation + 1));
    let unknown = alice.socket.ask(alice.client.create(id(1), &most, Vec::new())).await.unwrap_err();
    assert_eq!(unknown.code, Code::InvalidCommit, "it is looked at, and nobody knows them");
    let too_many = alice.socket.ask(alice.client.create(id(1), &more, Vec::new())).await;
    refused(too_many, Code::TooLarge, "members_per_conversation");
}

#[tokio::test]
async fn devices_of_a_conversation() {
    let server = limited(|limits| limits.devices_per_conversation = 3).await;
    let [mut alice, bob, carol] = people(&server).await;
    let second = device(50);
    let token = alice.recover(&server, second).await;
    let mut alice = Founder::new(&server, &alice).await;
    let addition = |person: &Person| Client::of(person).addition();
    let others = || Client::on(alice.person, second).addition();
    let four = vec![addition(&bob), addition(&carol), others()];
    refused(alice.create(1, Group, &[&bob, &carol], four).await, Code::TooLarge, "devices_per_conversation");
    let three = vec![addition(&bob), addition(&carol)];
    alice.create(1, Group, &[&bob, &carol], three).await.unwrap();
    alice.client.merge();
    let commit = alice.client.commit(Change { add: vec![others()], ..Change::default() });
    refused(alice.socket.ask(commit).await, Code::TooLarge, "devices_per_conversation");

    let mut joiner = Client::on(alice.person, second);
    let mut socket = Socket::open(&server, beseda_wire::Encoding::Cbor).await;
    socket.hello(&token).await.unwrap();
    let given = socket.ask(Request::GroupInfo { conversation: id(1) }).await.unwrap();
    refused(socket.ask(joiner.join(&given)).await, Code::TooLarge, "devices_per_conversation");
}
