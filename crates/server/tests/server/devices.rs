//! Devices: tokens, approval by another device, revocation, sign-out.

use beseda_model::device_log::DeviceLogOp;
use beseda_model::{Code, ConversationKind};
use beseda_wire::http::{LinkReveal, LinkStarted, LinkState, PollLink, StartLink};
use beseda_wire::request::{Hello, Reply, Request, ServerFrame};
use beseda_wire::{Bytes, Encoding, Push};
use sha2::{Digest as _, Sha256};

use crate::mls::say;
use crate::people::{device, key_of};
use crate::world::{Server, Socket};

#[tokio::test]
async fn a_wrong_token_is_refused_and_the_socket_closed() {
    let server = Server::start().await;
    for encoding in [Encoding::Cbor, Encoding::Json] {
        let mut socket = Socket::open(&server, encoding).await;
        assert_eq!(socket.hello("not a token").await.unwrap_err().code, Code::Unauthorized);
        assert_eq!(socket.end().await.1, Some(1008));
    }
}

#[tokio::test]
async fn hello_comes_first_and_once() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut early = Socket::open(&server, Encoding::Json).await;
    assert_eq!(early.ask(Request::Ping).await.unwrap_err().code, Code::OutOfOrder);
    assert_eq!(early.end().await.1, Some(1008));

    let mut twice = alice.connect(&server).await;
    let again = Request::Hello(Hello { token: alice.token.clone(), feature: 1 });
    assert_eq!(twice.ask(again).await.unwrap_err().code, Code::OutOfOrder);
    assert_eq!(twice.ask(Request::Ping).await.unwrap(), Reply::Done, "it goes on");

    let mut old = Socket::open(&server, Encoding::Cbor).await;
    let ancient = Request::Hello(Hello { token: alice.token.clone(), feature: 0 });
    assert_eq!(old.ask(ancient).await.unwrap_err().code, Code::UpdateRequired);
}

#[tokio::test]
async fn who_signs_out_is_out() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut socket = alice.connect(&server).await;
    socket.ask(Request::SignOut).await.unwrap();
    let (frames, code) = socket.end().await;
    assert_eq!((frames, code), (vec![ServerFrame::Push(Push::SignedOut)], Some(1008)));
    let mut again = Socket::open(&server, Encoding::Cbor).await;
    assert_eq!(again.hello(&alice.token).await.unwrap_err().code, Code::Unauthorized);
}

#[tokio::test]
async fn a_revoked_device_is_disconnected_at_once() {
    let server = Server::start().await;
    let (mut alice, bob) = (server.join(1).await, server.join(2).await);
    let lost = device(9);
    let token = alice.recover(&server, lost).await;
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_lost = Socket::open(&server, Encoding::Cbor).await;
    at_lost.hello(&token).await.unwrap();
    let mut at_alice = alice.connect(&server).await;

    let entry = alice.by_device(DeviceLogOp::Remove { device: lost });
    at_alice.ask(Request::AppendDeviceLog { entry }).await.unwrap();
    let (frames, code) = at_lost.end().await;
    assert!(frames.contains(&ServerFrame::Push(Push::SignedOut)), "{frames:?}");
    assert_eq!(code, Some(1008));

    let mut again = Socket::open(&server, Encoding::Cbor).await;
    assert_eq!(again.hello(&token).await.unwrap_err().code, Code::DeviceRevoked);
    assert!(at_alice.ask(say(here, 1, b"still here")).await.is_ok(), "the others stay");
}

#[tokio::test]
async fn a_new_device_is_approved_by_an_old_one() {
    let server = Server::start().await;
    let mut alice = server.join(1).await;
    let mut at_alice = alice.connect(&server).await;
    let new = device(9);
    let signature_key = key_of(new).verifying_key().to_bytes();
    let nonce = [5; 32];
    let commitment =
        Sha256::new().chain_update(new.as_bytes()).chain_update(signature_key).chain_update(nonce).finalize();
    let started: LinkStarted =
        server.post("/api/v1/links", &StartLink { commitment: commitment.to_vec().into() }).await.unwrap();
    let path = format!("/api/v1/links/{}/poll", started.code);
    let poll = async |reveal: Option<LinkReveal>| {
        let body = PollLink { secret: started.secret.clone(), reveal };
        server.post::<LinkState>(&path, &body).await.unwrap()
    };
    assert_eq!(poll(None).await, LinkState::Waiting);
    let foreign = PollLink { secret: "guessed".to_owned(), reveal: None };
    assert_eq!(server.post::<LinkState>(&path, &foreign).await.unwrap_err().code, Code::NotFound);

    let typed = started.code.to_lowercase().replace('-', " ");
    let own_nonce = Bytes(vec![6; 32]);
    match at_alice.ask(Request::OpenLink { code: typed, nonce: own_nonce.clone() }).await.unwrap() {
        Reply::Link { commitment: told } => assert_eq!(told.0, commitment.to_vec()),
        other => panic!("expected the commitment, there came {other:?}"),
    }
    let opened = LinkState::Opened { account: alice.account, root: alice.root.fingerprint(), nonce: own_nonce };
    assert_eq!(poll(None).await, opened);
    let reveal = LinkReveal { device: new, signature_key: signature_key.to_vec().into(), nonce: nonce.to_vec().into() };
    assert_eq!(poll(Some(reveal)).await, LinkState::Comparing);
    match at_alice.push().await {
        Push::LinkRevealed { device, signature_key: shown, .. } => {
            assert_eq!((device, shown.0), (new, signature_key.to_vec()));
        }
        other => panic!("expected the key, there came {other:?}"),
    }
    let entry = alice.by_device(DeviceLogOp::Add { device: new, signature_key });
    at_alice.ask(Request::ApproveLink { code: started.code.clone(), entry }).await.unwrap();
    let LinkState::Approved { session, device_log, root } = poll(None).await else { panic!("it was approved") };
    assert_eq!((session.device, device_log.len()), (new, 2));
    assert_eq!(root.0, alice.root.public());
    let mut at_new = Socket::open(&server, Encoding::Cbor).await;
    at_new.hello(&session.token).await.unwrap();
}

#[tokio::test]
async fn a_refused_device_stays_out_and_a_code_expires() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut at_alice = alice.connect(&server).await;
    let start = async || -> LinkStarted {
        server.post("/api/v1/links", &StartLink { commitment: vec![1; 32].into() }).await.unwrap()
    };
    let open = |code: &str| Request::OpenLink { code: code.to_owned(), nonce: vec![6; 32].into() };
    let refused = start().await;
    at_alice.ask(open(&refused.code)).await.unwrap();
    at_alice.ask(Request::RefuseLink { code: refused.code.clone() }).await.unwrap();
    let path = format!("/api/v1/links/{}/poll", refused.code);
    let body = PollLink { secret: refused.secret, reveal: None };
    assert_eq!(server.post::<LinkState>(&path, &body).await.unwrap(), LinkState::Refused);

    let late = start().await;
    server.clock.advance(beseda_model::LIMITS.link_millis - 1);
    at_alice.ask(open(&late.code)).await.unwrap();
    let later = start().await;
    server.clock.advance(beseda_model::LIMITS.link_millis);
    assert_eq!(at_alice.ask(open(&later.code)).await.unwrap_err().code, Code::NotFound);
}
