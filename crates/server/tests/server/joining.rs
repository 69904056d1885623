//! Joining a server: what it asks for, and what it refuses.

use beseda_crypto::root::RootKey;
use beseda_model::{Code, LIMITS};
use beseda_server::Config;
use beseda_server::admin::{self, Answer, Request as Admin};
use beseda_wire::http::{
    AccountByRoot, Registration, ResetIdentity, ServerInfo, Session, SignIn, SignInTicket, SignUp,
};
use beseda_wire::request::{Reply, Request, RootProof};
use beseda_wire::{Encoding, Problem, Push};

use crate::people::{Person, stranger};
use crate::world::{Server, Socket};

async fn sign_up(server: &Server, sign_up: &SignUp) -> Result<Session, Problem> {
    server.post("/api/v1/accounts", sign_up).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> Code {
    result.expect_err("it is refused").code
}

#[tokio::test]
async fn an_open_server_takes_whoever_has_worked_once() {
    let server = Server::start().await;
    let info: ServerInfo = server.get("/api/v1/server").await.unwrap();
    assert_eq!((info.registration, info.password_required), (Registration::Open, false));

    let (person, mut request) = stranger(1);
    assert_eq!(code(sign_up(&server, &request).await), Code::SignUpRefused);
    request.proof = Some(server.proof(&request.entry).await);
    let session = sign_up(&server, &request).await.unwrap();
    assert_eq!((session.account, session.device), (person.account, person.device));

    let reused = sign_up(&server, &request).await.unwrap_err();
    assert_eq!(reused.code, Code::SignUpRefused);
    assert!(reused.detail.contains("used before"), "{}", reused.detail);
    let (_, mut second) = stranger(2);
    second.proof = request.proof.clone();
    let foreign = sign_up(&server, &second).await.unwrap_err();
    assert!(foreign.detail.contains("not signed by the key of the device"), "{}", foreign.detail);
    second.proof = Some(server.proof(&second.entry).await);
    server.clock.advance(600_001);
    assert_eq!(code(sign_up(&server, &second).await), Code::SignUpRefused, "the challenge has expired");
}

#[tokio::test]
async fn a_server_by_invitation_takes_the_invited() {
    let server = Server::start_with(|config| config.registration = Registration::Invite).await;
    let (_, mut request) = stranger(1);
    assert_eq!(code(sign_up(&server, &request).await), Code::SignUpRefused);
    request.invite = Some("guessed".to_owned());
    request.proof = Some(server.proof(&request.entry).await);
    assert_eq!(code(sign_up(&server, &request).await), Code::SignUpRefused);

    let Answer::Invite { secret, .. } = ask(&server, &Admin::Invite { uses: 1, days: Some(1) }).await else {
        panic!("an invitation is made");
    };
    request.invite = Some(secret.clone());
    request.proof = Some(server.proof(&request.entry).await);
    sign_up(&server, &request).await.unwrap();
    let (_, mut second) = stranger(2);
    second.invite = Some(secret);
    second.proof = Some(server.proof(&second.entry).await);
    assert_eq!(code(sign_up(&server, &second).await), Code::SignUpRefused, "it was for one");

    let Answer::Invite { secret, id } = ask(&server, &Admin::Invite { uses: 1, days: Some(1) }).await else {
        panic!("an invitation is made");
    };
    second.invite = Some(secret);
    second.proof = Some(server.proof(&second.entry).await);
    assert_eq!(ask(&server, &Admin::Revoke { id }).await, Answer::Done);
    assert_eq!(code(sign_up(&server, &second).await), Code::SignUpRefused, "it was taken back");
}

async fn ask(server: &Server, request: &Admin) -> Answer {
    admin::ask(&server.data_dir(), request).await.unwrap()
}

#[tokio::test]
async fn a_closed_server_takes_nobody() {
    let server = Server::start_with(|config| config.registration = Registration::Closed).await;
    let (_, mut request) = stranger(1);
    request.proof = Some(server.proof(&request.entry).await);
    assert_eq!(code(sign_up(&server, &request).await), Code::SignUpRefused);
}

#[tokio::test]
async fn names_are_taken_once_and_passwords_have_bounds() {
    let server = Server::start_with(|config: &mut Config| config.password_required = true).await;
    let (_, mut request) = stranger(1);
    request.proof = Some(server.proof(&request.entry).await);
    assert_eq!(code(sign_up(&server, &request).await), Code::BadRequest);
    request.username = Some("alice".parse().unwrap());
    let long = |characters: u64| Some("x".repeat(usize::try_from(characters).unwrap()));
    request.password = long(LIMITS.password_min - 1);
    assert_eq!(code(sign_up(&server, &request).await), Code::BadRequest);
    request.password = long(LIMITS.password_bytes + 1);
    assert_eq!(code(sign_up(&server, &request).await), Code::TooLarge);
    request.password = long(LIMITS.password_min);
    sign_up(&server, &request).await.unwrap();

    let (_, mut second) = stranger(2);
    second.username = request.username;
    second.password = long(LIMITS.password_bytes);
    second.proof = Some(server.proof(&second.entry).await);
    assert_eq!(code(sign_up(&server, &second).await), Code::Taken);
}

#[tokio::test]
async fn a_phrase_finds_its_account_and_admits_a_device() {
    let server = Server::start().await;
    let mut alice = server.join(1).await;
    let path = format!("/api/v1/accounts/by-root/{}", alice.root.fingerprint());
    let found: AccountByRoot = server.get(&path).await.unwrap();
    assert_eq!((found.account, found.device_log.len()), (alice.account, 1));
    assert_eq!(found.first_root.0, alice.root.public());

    let second = crate::people::device(9);
    let token = alice.recover(&server, second).await;
    let mut socket = Socket::open(&server, Encoding::Cbor).await;
    match socket.hello(&token).await.unwrap() {
        Reply::Hello { account, device, .. } => assert_eq!((account, device), (alice.account, second)),
        other => panic!("expected hello, there came {other:?}"),
    }
    let unknown: Result<AccountByRoot, _> = server.get(&format!("/api/v1/accounts/by-root/{}", "00".repeat(32))).await;
    assert_eq!(code(unknown), Code::NotFound);
    let nonsense: Result<AccountByRoot, _> = server.get("/api/v1/accounts/by-root/nonsense").await;
    assert_eq!(code(nonsense), Code::BadRequest);
}

async fn with_password(server: &Server, number: u8) -> Person {
    server
        .join_as(number, |sign_up| {
            sign_up.username = Some("alice".parse().unwrap());
            sign_up.password = Some("correct horse".to_owned());
        })
        .await
}

async fn sign_in(server: &Server, username: &str, password: &str) -> Result<SignInTicket, Problem> {
    let body = SignIn { username: username.parse().unwrap(), password: password.to_owned() };
    server.post("/api/v1/sessions", &body).await
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let server = Server::start().await;
    with_password(&server, 1).await;
    let wrong = sign_in(&server, "alice", "wrong horse").await.unwrap_err();
    let unknown = sign_in(&server, "nobody", "correct horse").await.unwrap_err();
    assert_eq!(wrong, unknown);
    assert_eq!(wrong.code, Code::WrongCredentials);
    assert!(sign_in(&server, "alice", "correct horse").await.is_ok());
}

#[tokio::test]
async fn a_password_allows_a_new_identity_which_ends_the_old_one() {
    let server = Server::start().await;
    let alice = with_password(&server, 1).await;
    let mut old = alice.connect(&server).await;
    let ticket = sign_in(&server, "alice", "correct horse").await.unwrap();
    assert_eq!((ticket.account, ticket.root), (alice.account, alice.root.fingerprint()));

    let (mut new, _) = stranger(7);
    new.account = alice.account;
    new.log = beseda_model::device_log::DeviceLog::new(alice.account, new.root.public());
    let entry = new.add_by_root(new.device);
    let reset = ResetIdentity { ticket: ticket.ticket, root: new.root.public().to_vec().into(), entry };
    let session: Session = server.post("/api/v1/identity-resets", &reset).await.unwrap();
    assert_eq!((session.account, session.device), (alice.account, new.device));

    let (before, _) = old.end().await;
    assert!(before.contains(&beseda_wire::request::ServerFrame::Push(Push::SignedOut)), "{before:?}");
    let again: Result<Session, _> = server.post("/api/v1/identity-resets", &reset).await;
    assert_eq!(code(again), Code::Unauthorized, "a ticket is good for one");
    let mut socket = Socket::open(&server, Encoding::Cbor).await;
    assert_eq!(code(socket.hello(&alice.token).await), Code::DeviceRevoked);
}

#[tokio::test]
async fn a_ticket_expires() {
    let server = Server::start().await;
    let alice = with_password(&server, 1).await;
    let ticket = sign_in(&server, "alice", "correct horse").await.unwrap();
    server.clock.advance(600_001);
    let (mut new, _) = stranger(7);
    new.log = beseda_model::device_log::DeviceLog::new(alice.account, new.root.public());
    new.account = alice.account;
    let entry = new.add_by_root(new.device);
    let reset = ResetIdentity { ticket: ticket.ticket, root: new.root.public().to_vec().into(), entry };
    assert_eq!(code(server.post::<Session>("/api/v1/identity-resets", &reset).await), Code::Unauthorized);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let server = Server::start().await;
    let alice = with_password(&server, 1).await;
    let mut socket = alice.connect(&server).await;
    let change = |current: Option<&str>, new: &str| Request::SetPassword {
        current: current.map(str::to_owned),
        proof: None,
        new: new.to_owned(),
    };
    assert_eq!(code(socket.ask(change(None, "battery staple")).await), Code::WrongCredentials);
    assert_eq!(code(socket.ask(change(Some("wrong horse"), "battery staple")).await), Code::WrongCredentials);
    assert_eq!(code(socket.ask(change(Some("correct horse"), "short")).await), Code::BadRequest);
    socket.ask(change(Some("correct horse"), "battery staple")).await.unwrap();
    assert_eq!(code(sign_in(&server, "alice", "correct horse").await), Code::WrongCredentials);
    assert!(sign_in(&server, "alice", "battery staple").await.is_ok());
}

#[tokio::test]
async fn who_has_forgotten_the_password_shows_the_root_key() {
    let server = Server::start().await;
    let alice = with_password(&server, 1).await;
    let mut socket = alice.connect(&server).await;
    let (mallory, _) = stranger(7);
    let shown = |by: &RootKey, signed: &str| RootProof {
        root: by.public().to_vec().into(),
        signature: by.sign_password(alice.account, alice.device, signed).to_vec().into(),
    };
    let change =
        |proof: RootProof| Request::SetPassword { current: None, proof: Some(proof), new: "battery staple".to_owned() };
    let (own, other) = (&alice.root, &mallory.root);
    let another_key = RootProof { root: own.public().to_vec().into(), ..shown(other, "battery staple") };
    let cut = RootProof { signature: vec![1; 63].into(), ..shown(own, "battery staple") };
    for wrong in [shown(other, "battery staple"), shown(own, "another one"), another_key, cut] {
        assert_eq!(code(socket.ask(change(wrong)).await), Code::WrongCredentials);
    }
    assert!(sign_in(&server, "alice", "correct horse").await.is_ok(), "nothing has changed");
    socket.ask(change(shown(own, "battery staple"))).await.unwrap();
    assert!(sign_in(&server, "alice", "battery staple").await.is_ok());
}

#[tokio::test]
async fn bodies_are_checked_before_anything_else() {
    let server = Server::start().await;
    let json = [("content-type", "application/json")];
    let post = async |headers: &[(&str, &str)], body: &[u8]| {
        server.send("POST", "/api/v1/accounts", headers, body).await.json::<Session>()
    };
    assert_eq!(code(post(&[], b"{}").await), Code::BadRequest, "not announced as JSON");
    assert_eq!(code(post(&json, b"{").await), Code::BadRequest);
    assert_eq!(code(post(&json, b"{}").await), Code::BadRequest);
    let quoting = post(&json, b"{\"account\":\"canary-text\"}").await.unwrap_err();
    assert!(!quoting.detail.contains("canary"), "what was typed is not repeated: {}", quoting.detail);
}
