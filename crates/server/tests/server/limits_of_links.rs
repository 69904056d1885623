//! The limits of links to groups, of requests by them and of reports: as much as they say is taken, one more is not.

use beseda_app::domain::TokenHash;
use beseda_model::{Code, ConversationId, ConversationKind, GroupLinkId, LIMITS, ReportId};
use beseda_wire::Bytes;
use beseda_wire::request::{MakeGroupLink, Reply, Report, ReportReason, Request};

use crate::limits::{limited, refused};
use crate::world::Server;

fn link(conversation: ConversationId, number: u8, size: u64) -> Request {
    Request::MakeGroupLink(MakeGroupLink {
        link: GroupLinkId::from_bytes([number; 16]),
        conversation,
        token: Bytes(TokenHash::of(&[number]).as_bytes().to_vec()),
        body: Bytes(vec![1; usize::try_from(size).unwrap()]),
        expires_at: None,
        uses: None,
    })
}

fn ask(number: u8) -> Request {
    Request::AskToJoin { token: Bytes(vec![number]), proof: Bytes(vec![2; 8]) }
}

fn place(number: u8) -> ConversationId {
    ConversationId::from_bytes([0xc0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 2, number])
}

/// A group of Alice's with a link whose token is this number.
async fn with_link(server: &Server, number: u8, alice: &crate::people::Person) -> ConversationId {
    server.converse_as(place(number), ConversationKind::Group, &[alice]);
    alice.connect(server).await.ask(link(place(number), number, 8)).await.unwrap();
    place(number)
}

#[tokio::test]
async fn links_of_a_group() {
    let server = limited(|limits| limits.group_links = 2).await;
    let alice = server.join(1).await;
    let here = server.converse(ConversationKind::Group, &[&alice]);
    let mut socket = alice.connect(&server).await;
    let most = LIMITS.group_link_bytes;
    refused(socket.ask(link(here, 1, most + 1)).await, Code::TooLarge, "group_link_bytes");
    socket.ask(link(here, 1, most)).await.unwrap();
    socket.ask(link(here, 2, 8)).await.unwrap();
    socket.ask(link(here, 2, 8)).await.expect("the same again after a lost answer");
    refused(socket.ask(link(here, 3, 8)).await, Code::TooLarge, "group_links");
    let gone = Request::RevokeGroupLink { conversation: here, link: GroupLinkId::from_bytes([1; 16]) };
    socket.ask(gone).await.unwrap();
    socket.ask(link(here, 3, 8)).await.unwrap();
    let Reply::GroupLinks { links } = socket.ask(Request::GroupLinks { conversation: here }).await.unwrap() else {
        panic!("links")
    };
    assert_eq!(links.len(), 2);
}

#[tokio::test]
async fn who_waits_in_a_group() {
    let server = limited(|limits| limits.asks_waiting = 1).await;
    let (alice, bob, carol) = (server.join(1).await, server.join(2).await, server.join(3).await);
    let here = with_link(&server, 1, &alice).await;
    let mut at_bob = bob.connect(&server).await;
    assert_eq!(at_bob.ask(ask(1)).await.unwrap(), Reply::Asked { conversation: here });
    assert_eq!(at_bob.ask(ask(1)).await.unwrap(), Reply::Asked { conversation: here }, "they wait already");
    refused(carol.connect(&server).await.ask(ask(1)).await, Code::TooLarge, "asks_waiting");
    at_bob.ask(Request::WithdrawAsk { conversation: here }).await.unwrap();
    carol.connect(&server).await.ask(ask(1)).await.unwrap();
}

#[tokio::test]
async fn groups_asked_in_a_day() {
    let server = limited(|limits| limits.asks = 2).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    for number in 1..=3 {
        with_link(&server, number, &alice).await;
    }
    let mut socket = bob.connect(&server).await;
    for number in 1..=2 {
        socket.ask(ask(number)).await.unwrap();
    }
    refused(socket.ask(ask(3)).await, Code::RateLimited, "asks");
}

#[tokio::test]
async fn reports_in_a_day() {
    let server = limited(|limits| limits.reports = 2).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let mut socket = alice.connect(&server).await;
    let report = |number: u8, note: String| {
        Request::Report(Report {
            report: ReportId::from_bytes([number; 16]),
            about: bob.account,
            conversation: None,
            reason: ReportReason::Abuse,
            note,
            messages: Vec::new(),
        })
    };
    let long = "x".repeat(usize::try_from(LIMITS.report_bytes).unwrap() + 1);
    refused(socket.ask(report(1, long)).await, Code::TooLarge, "report_bytes");
    for number in [1, 2, 2] {
        socket.ask(report(number, "again".to_owned())).await.expect("the same again is the same");
    }
    refused(socket.ask(report(3, String::new())).await, Code::RateLimited, "reports");
}
