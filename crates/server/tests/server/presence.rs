//! Coming and going, as far as both sides show it.

use beseda_model::ConversationKind;
use beseda_wire::Push;
use beseda_wire::request::{Reply, Request};
use beseda_wire::state::{Audience, Presence, PrivacySettings};

use crate::people::Person;
use crate::world::{Server, Socket};

async fn watch(socket: &mut Socket, whom: &Person) -> Vec<Presence> {
    match socket.ask(Request::WatchPresence { accounts: vec![whom.account] }).await.unwrap() {
        Reply::Presence { accounts } => accounts,
        other => panic!("expected presence, there came {other:?}"),
    }
}

async fn presence(socket: &mut Socket) -> Presence {
    loop {
        if let Push::Presence(presence) = socket.push().await {
            return presence;
        }
    }
}

async fn show_to(socket: &mut Socket, audience: Audience) {
    let privacy = PrivacySettings { presence: audience, ..Default::default() };
    socket.ask(Request::SetPrivacy { privacy }).await.unwrap();
}

#[tokio::test]
async fn who_watches_sees_a_contact_come_and_go() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect(&server).await;
    let away = Presence { account: bob.account, online: false, last_seen: None };
    assert_eq!(watch(&mut at_alice, &bob).await, [away]);

    let at_bob = bob.connect(&server).await;
    assert_eq!(presence(&mut at_alice).await, Presence { account: bob.account, online: true, last_seen: None });
    server.clock.advance(5_000);
    drop(at_bob);
    let left = presence(&mut at_alice).await;
    assert_eq!((left.online, left.last_seen.map(|at| at.as_millis())), (false, Some(1_800_000_005_000)));
    server.settle().await;
    assert_eq!(watch(&mut at_alice, &bob).await, [left], "the store remembers");
}

#[tokio::test]
async fn one_sees_only_what_one_shows() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    assert_eq!(watch(&mut at_alice, &bob).await, [], "they are strangers");
    show_to(&mut at_bob, Audience::Everyone).await;
    assert_eq!(watch(&mut at_alice, &bob).await, [], "alice shows herself to contacts only");
    show_to(&mut at_alice, Audience::Everyone).await;
    let seen = Presence { account: bob.account, online: true, last_seen: None };
    assert_eq!(presence(&mut at_alice).await, seen);
    show_to(&mut at_bob, Audience::Nobody).await;
    // It may have been told twice, once for the settings of each.
    let then = loop {
        match presence(&mut at_alice).await {
            again if again == seen => {}
            other => break other,
        }
    };
    assert_eq!(then, Presence { online: false, ..seen });
}
