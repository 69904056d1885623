//! The doors as they stand: each answers under its method, nothing else does, every answer carries the headers, and what
//! `docs/authorisation.md` says of a door is what happens there.

use beseda_model::{BlobId, Code, ConversationId, ConversationKind, GroupLinkId, Limits, ReportId, Role};
use beseda_wire::request::{Append, CommitBundle, Create, Hello, MakeGroupLink, Report, ReportReason, Request};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, FEATURE_LEVEL, Problem};

use crate::groups::{Client, policy};
use crate::mls::{message, say};
use crate::people::{Person, device};
use crate::push_service::subscription;
use crate::world::{Server, Socket};

/// What the document says of a door.
#[derive(Debug)]
pub(crate) struct Door {
    /// A request's name, or an HTTP route's.
    pub(crate) name: &'static str,
    pub(crate) size: &'static str,
    pub(crate) rates: Vec<&'static str>,
    pub(crate) who: &'static str,
}

fn table(heading: &str) -> Vec<Door> {
    let document = include_str!("../../../../docs/authorisation.md");
    let (_, rest) = document.split_once(heading).expect("the document has the table");
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let doors = rows.skip(2).map(|row| match cells(row)[..] {
        [name, size, rates, who] => {
            let rates = rates.split(", ").filter(|rate| !rate.is_empty()).collect();
            Door { name: name.trim_matches('`'), size, rates, who }
        }
        _ => panic!("not a row of four: {row}"),
    });
    doors.collect()
}

/// The doors of the socket.
pub(crate) fn socket_doors() -> Vec<Door> {
    table("## Requests on the socket")
}

/// One of each request, in the order of the document, as `own` asks it of `here`, of `other` or of oneself.
pub(crate) fn one_of_each(here: ConversationId, own: &Person, other: &Person) -> Vec<Request> {
    let account = other.account;
    let bytes = || Bytes(vec![1; 8]);
    let code = || "AAAA-AAAA".to_owned();
    let link = GroupLinkId::from_bytes([4; 16]);
    let people = [(own, Role::Owner), (other, Role::Owner)];
    let outline = |generation| Client::of(own).start(here, generation, &policy(ConversationKind::Direct, &people));
    let ((group_info, tree), (next_group_info, next_tree)) = (outline(0), outline(1));
    let foreign = Bytes(message(here, 1, b"words"));
    let bundle = CommitBundle { commit: foreign.clone(), group_info: bytes(), welcome: None };
    let requests = vec![
        Request::Hello(Hello { token: own.token.clone(), feature: FEATURE_LEVEL }),
        Request::Ping,
        say(here, 1, b"words"),
        Request::Propose { message: foreign },
        Request::Commit(bundle),
        Request::Log { conversation: here, from: 1, limit: 1 },
        Request::Sync { cursor: None, limit: 1 },
        Request::Mark { conversation: here, delivered: Some(1), read: None },
        Request::Whisper { conversation: here, body: bytes() },
        Request::Create(Create { conversation: here, kind: ConversationKind::Direct, group_info, tree, commit: None }),
        Request::Succeed(beseda_wire::request::Succeed { group_info: next_group_info, tree: next_tree, commit: None }),
        Request::GroupInfo { conversation: here },
        Request::Welcome { conversation: here },
        Request::WelcomeDone { conversation: here, seq: 1 },
        Request::ReportCommit { conversation: here, seq: 1 },
        Request::AnswerStranger { conversation: here, accept: true },
        Request::PublishKeys { packages: vec![bytes()], last_resort: None },
        Request::CountKeys,
        Request::ClaimKeys { account, devices: Vec::new() },
        Request::DeviceLog { account, from: 1 },
        Request::AppendDeviceLog { entry: DeviceLogEntry(bytes()) },
        Request::OpenLink { code: code(), nonce: bytes() },
        Request::ApproveLink { code: code(), entry: DeviceLogEntry(bytes()) },
        Request::RefuseLink { code: code() },
        Request::SignOut,
        Request::FindAccounts { username: "somebody".to_owned() },
        Request::Accounts { accounts: vec![account] },
        Request::SetUsername { username: None },
        Request::SetPassword { current: None, proof: None, new: "correct horse".to_owned() },
        Request::SetPhone { attempt: None },
        Request::SetProfile { body: bytes() },
        Request::Profiles { accounts: vec![account] },
        Request::SetPrivacy { privacy: Default::default() },
        Request::Block { account, blocked: false },
        Request::WatchPresence { accounts: vec![account] },
        Request::SetPushSubscription { subscription: Some(subscription("https://push.example.org/x")), muted: vec![] },
        Request::DeleteAccount { entries: Vec::new() },
        Request::Report(Report {
            report: ReportId::from_bytes([5; 16]),
            about: account,
            conversation: None,
            reason: ReportReason::Spam,
            note: String::new(),
            messages: Vec::new(),
        }),
        Request::SetPersonLink { token: Some(Bytes(vec![1; 32])) },
        Request::PersonByLink { token: bytes() },
        Request::MakeGroupLink(MakeGroupLink {
            link,
            conversation: here,
            token: Bytes(vec![1; 32]),
            body: bytes(),
            expires_at: None,
            uses: None,
        }),
        Request::GroupLinks { conversation: here },
        Request::RevokeGroupLink { conversation: here, link },
        Request::ShowGroupLink { token: bytes() },
        Request::AskToJoin { token: bytes(), proof: bytes() },
        Request::WithdrawAsk { conversation: here },
        Request::Asks { conversation: here },
        Request::AnswerAsk { conversation: here, account, accept: true },
        Request::KeepBlobs { blobs: vec![BlobId::from_bytes([7; 32])] },
        Request::LetBlobsGo { blobs: vec![BlobId::from_bytes([7; 32])] },
        Request::BlobUse,
    ];
    for (request, door) in requests.iter().zip(socket_doors()) {
        let named = serde_json::to_string(request).unwrap();
        assert!(named.contains(&format!("\"{}\"", door.name)), "{} is not {named}", door.name);
    }
    assert_eq!(requests.len(), socket_doors().len());
    requests
}

/// The requests behind the doors that suit.
pub(crate) fn behind(
    suits: impl Fn(&Door) -> bool,
    here: ConversationId,
    own: &Person,
    other: &Person,
) -> Vec<(Door, Request)> {
    socket_doors().into_iter().zip(one_of_each(here, own, other)).filter(|(door, _)| suits(door)).collect()
}

fn limit_of(why: &Problem) -> Option<&str> {
    why.data.as_ref()?.limit.as_deref()
}

/// A server, two people on it and a conversation that is not theirs.
async fn strangers(change: impl FnOnce(&mut Limits)) -> (Server, Person, Person, ConversationId) {
    let server = Server::start_with(|config| change(&mut config.limits)).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (carol, dave) = (server.join(3).await, server.join(4).await);
    let here = server.converse(ConversationKind::Direct, &[&carol, &dave]);
    (server, alice, bob, here)
}

#[tokio::test]
async fn every_door_for_members_is_closed_to_strangers() {
    let (server, alice, bob, here) = strangers(|_| {}).await;
    let mut socket = alice.connect(&server).await;
    let for_members = |door: &Door| door.who.starts_with("a member") && door.name != "create";
    let closed = behind(for_members, here, &alice, &bob);
    assert_eq!(closed.len(), 16);
    for (door, request) in closed {
        let why = socket.ask(request).await.expect_err(door.name);
        assert_eq!((why.code, door.name), (Code::NotAMember, door.name), "{why:?}");
    }
    // Nobody learns that the id is in use.
    let (_, create) = behind(|door| door.name == "create", here, &alice, &bob).remove(0);
    assert_eq!(socket.ask(create).await.unwrap_err().code, Code::BadRequest);
}

#[tokio::test]
async fn no_door_but_hello_opens_without_a_session() {
    let (server, alice, bob, here) = strangers(|_| {}).await;
    for (door, request) in behind(|door| door.who != "whoever brings a session token", here, &alice, &bob) {
        let mut socket = Socket::open(&server, beseda_wire::Encoding::Cbor).await;
        let why = socket.ask(request).await.expect_err(door.name);
        assert_eq!((why.code, door.name), (Code::OutOfOrder, door.name));
        assert_eq!(socket.end().await.1, Some(1008));
    }
}

#[tokio::test]
async fn every_door_counts_what_it_says() {
    let spend = |socket_door: &str, here, own: &Person, other: &Person| {
        behind(|door| door.name == socket_door, here, own, other).remove(0).1
    };
    let classes: [(&str, &str, fn(&mut Limits)); 4] = [
        ("requests", "ping", |limits| limits.requests = 1),
        ("sends", "append", |limits| limits.sends = 1),
        ("lookups", "find_accounts", |limits| limits.lookups = 1),
        ("sign_ins", "refuse_link", |limits| limits.sign_ins = 1),
    ];
    let mut counted = Vec::new();
    for (class, first, limit) in classes {
        let (server, alice, bob, here) = strangers(limit).await;
        let mut socket = alice.connect(&server).await;
        drop(socket.ask(spend(first, here, &alice, &bob)).await);
        for (door, request) in behind(|door| door.rates.contains(&class), here, &alice, &bob) {
            let why = socket.ask(request).await.expect_err(door.name);
            assert_eq!((why.code, limit_of(&why)), (Code::RateLimited, Some(class)), "{}", door.name);
            assert!(why.retry_after_ms.is_some(), "{}", door.name);
            counted.push(door.name);
        }
    }
    for door in socket_doors() {
        let times = counted.iter().filter(|name| **name == door.name).count();
        assert_eq!(times, door.rates.len(), "{door:?}");
        assert!(times > 0 || door.name == "hello", "the address pays for hello alone: {door:?}");
    }
}

/// The same request with a payload of this size.
fn enlarged(request: Request, size: usize) -> Request {
    let bytes = Bytes(vec![1; size]);
    let text = "x".repeat(size);
    match request {
        Request::Hello(hello) => Request::Hello(Hello { token: text, ..hello }),
        Request::Append(append) => Request::Append(Append { message: bytes, ..append }),
        Request::Propose { .. } => Request::Propose { message: bytes },
        Request::Commit(commit) => {
            Request::Commit(CommitBundle { commit: bytes, group_info: Bytes::default(), ..commit })
        }
        Request::Sync { limit, .. } => Request::Sync { cursor: Some(bytes), limit },
        Request::Whisper { conversation, .. } => Request::Whisper { conversation, body: bytes },
        Request::Create(create) => Request::Create(Create { group_info: bytes, tree: Bytes::default(), ..create }),
        Request::Succeed(succeed) => {
            Request::Succeed(beseda_wire::request::Succeed { group_info: bytes, tree: Bytes::default(), ..succeed })
        }
        Request::PublishKeys { .. } => Request::PublishKeys { packages: vec![bytes], last_resort: None },
        Request::Accounts { accounts } => Request::Accounts { accounts: vec![accounts[0]; size] },
        Request::Profiles { accounts } => Request::Profiles { accounts: vec![accounts[0]; size] },
        Request::WatchPresence { accounts } => Request::WatchPresence { accounts: vec![accounts[0]; size] },
        Request::SetPassword { .. } => Request::SetPassword { current: None, proof: None, new: text },
        Request::SetPushSubscription { .. } => {
            Request::SetPushSubscription { subscription: Some(subscription(&text)), muted: Vec::new() }
        }
        Request::SetProfile { .. } => Request::SetProfile { body: bytes },
        Request::Report(report) => Request::Report(Report { note: text, ..report }),
        Request::MakeGroupLink(link) => Request::MakeGroupLink(MakeGroupLink { body: bytes, ..link }),
        Request::KeepBlobs { blobs } => Request::KeepBlobs { blobs: vec![blobs[0]; size] },
        Request::LetBlobsGo { blobs } => Request::LetBlobsGo { blobs: vec![blobs[0]; size] },
        other => panic!("its size is the frame's: {other:?}"),
    }
}

#[tokio::test]
async fn every_door_with_a_size_of_its_own_measures_it() {
    let (server, alice, bob, here) = strangers(|_| {}).await;
    let table = beseda_model::LIMITS.table();
    let mut socket = alice.connect(&server).await;
    for (door, request) in behind(|door| door.size != "frame_bytes", here, &alice, &bob) {
        let limit = table.iter().find(|limit| limit.name == door.size).expect(door.size).value;
        let request = enlarged(request, usize::try_from(limit).unwrap() + 1);
        let why = match door.name {
            "hello" => Socket::open(&server, beseda_wire::Encoding::Cbor).await.ask(request).await,
            _ => socket.ask(request).await,
        };
        let why = why.expect_err(door.name);
        assert_eq!((why.code, limit_of(&why)), (Code::TooLarge, Some(door.size)), "{}", door.name);
    }
}

/// What each HTTP route says to who brings well-formed nonsense instead of what it asks for.
const REFUSED: &[(&str, &str, Code)] = &[
    ("/api/v1/accounts", "sign_up", Code::SignUpRefused),
    ("/api/v1/devices", "add_device", Code::Unauthorized),
    ("/api/v1/sessions", "sign_in", Code::WrongCredentials),
    ("/api/v1/identity-resets", "reset_identity", Code::Unauthorized),
    ("/api/v1/phone-codes/check", "check_phone_code", Code::DigitsExpired),
    ("/api/v1/links/AAAA-AAAA/poll", "poll_link", Code::NotFound),
    ("/api/v1/wake", "wake", Code::Unauthorized),
];

#[tokio::test]
async fn every_http_door_that_asks_for_something_refuses_without_it() {
    use beseda_wire::http::{AddDevice, CheckPhoneCode, PollLink, Proof, ResetIdentity, SignIn, Wake};
    let server = crate::phones::start(|_| {}).await;
    let (stranger, sign_up) = crate::people::stranger(1);
    let (mut somebody, _) = crate::people::stranger(2);
    let entry = somebody.add_by_root(device(77));
    let root = Bytes(stranger.root.public().to_vec());
    let json = |body: serde_json::Result<Vec<u8>>| body.unwrap();
    let body = |door: &str| match door {
        "sign_up" => json(serde_json::to_vec(&sign_up)),
        "add_device" => json(serde_json::to_vec(&AddDevice {
            account: stranger.account,
            entry: entry.clone(),
            proof: Proof { challenge: vec![0; 24].into(), nonce: 0, signature: vec![0; 64].into() },
        })),
        "sign_in" => json(serde_json::to_vec(&SignIn {
            username: "nobody".parse().unwrap(),
            password: "correct horse".to_owned(),
        })),
        "reset_identity" => json(serde_json::to_vec(&ResetIdentity {
            ticket: "guessed".to_owned(),
            root: root.clone(),
            entry: entry.clone(),
        })),
        "check_phone_code" => {
            let guessed = CheckPhoneCode { attempt: crate::phones::attempt(9), code: "012345".to_owned() };
            json(serde_json::to_vec(&guessed))
        }
        "poll_link" => json(serde_json::to_vec(&PollLink { secret: "guessed".to_owned(), reveal: None })),
        "wake" => json(serde_json::to_vec(&Wake { token: "guessed".to_owned(), feature: 1, requests: Vec::new() })),
        other => panic!("nothing is known of {other}"),
    };
    let asking: Vec<_> = table("## Routes over HTTP")
        .into_iter()
        .filter(|door| !door.who.starts_with("anyone") && !door.who.starts_with("a session"))
        .filter(|door| !door.name.contains("/socket"))
        .collect();
    assert_eq!(asking.len(), REFUSED.len(), "{asking:?}");
    for (path, door, code) in REFUSED {
        let answer = server.send("POST", path, &[("content-type", "application/json")], &body(door)).await;
        assert_eq!(answer.json::<()>().unwrap_err().code, *code, "{door}");
    }
    let nobody: Result<(), Problem> = server.get("/api/v1/socket").await;
    assert_eq!(nobody.unwrap_err().code, Code::BadRequest, "the socket asks for a handshake, then for the token");
}

/// A path with something in the place of what it leaves open.
fn filled(path: &str) -> String {
    let digest = "0".repeat(64);
    path.replace("{fingerprint}", &digest)
        .replace("{blob}", &digest)
        .replace("{upload}", &"0".repeat(32))
        .replace("{code}", "AAAA-AAAA")
        .replace("{*path}", "")
}

#[tokio::test]
async fn every_http_door_for_sessions_is_closed_without_one() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let doors: Vec<_> =
        table("## Routes over HTTP").into_iter().filter(|door| door.who.starts_with("a session")).collect();
    assert_eq!(doors.len(), 14);
    let wrong = [
        None,
        Some("Bearer guessed".to_owned()),
        Some("Bearer".to_owned()),
        Some(format!("Basic {}", alice.token)),
        Some(alice.token.clone()),
    ];
    for door in doors {
        let (method, path) = door.name.split_once(' ').unwrap();
        for authorization in &wrong {
            let headers: Vec<_> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
            let answer = server.send(method, &filled(path), &headers, &[]).await;
            assert_eq!(answer.status, 401, "{} with {authorization:?}", door.name);
            assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
        }
    }
}

#[tokio::test]
async fn every_http_door_counts_and_measures_what_it_says() {
    let routes = table("## Routes over HTTP");
    let pages = routes.iter().filter(|door| door.rates == ["page_requests"]).count();
    assert_eq!(routes.len() - pages, described().len());
    let mut tried = 0;
    for (class, limit) in [
        ("anonymous_requests", (|limits| limits.anonymous_requests = 1) as fn(&mut Limits)),
        ("session_requests", |limits| limits.session_requests = 1),
        ("page_requests", |limits| limits.page_requests = 1),
        ("sign_ups", |limits| limits.sign_ups = 1),
        ("sign_ins", |limits| limits.sign_ins = 1),
        ("wakes", |limits| limits.wakes = 1),
    ] {
        for door in routes.iter().filter(|door| door.rates[0] == class) {
            let server = Server::start_with(|config| limit(&mut config.limits)).await;
            let (method, path) = door.name.split_once(' ').unwrap();
            let path = filled(path);
            let json = [("content-type", "application/json")];
            let ask = async |body: &[u8]| server.send(method, &path, &json, body).await;
            let first = ask(b"{}").await;
            assert_ne!(first.status, 429, "{}", door.name);
            let refused = ask(b"{}").await;
            tried += 1;
            if method == "HEAD" {
                assert_eq!(refused.status, 429, "{}", door.name);
                continue;
            }
            let why = refused.json::<()>().expect_err(door.name);
            assert_eq!((why.code, limit_of(&why)), (Code::RateLimited, Some(class)), "{}", door.name);
            if method == "POST" || method == "PATCH" {
                let server = Server::start_with(|config| config.limits.blob_bytes = 1_000).await;
                let much = match door.size {
                    "blob_bytes" => 1_000,
                    _ => usize::try_from(beseda_model::LIMITS.http_body_bytes).unwrap(),
                };
                let much = vec![b' '; much + 1];
                let why = server.send(method, &path, &json, &much).await.json::<()>().expect_err(door.name);
                assert_eq!((why.code, limit_of(&why)), (Code::TooLarge, Some(door.size)), "{}", door.name);
            }
        }
    }
    assert_eq!(tried, routes.len());
}

fn described() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&beseda_server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &serde_json::Value)| {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}
#[tokio::test]
async fn every_described_route_is_there_with_its_method_and_headers() {
    let server = crate::phones::start(|_| {}).await;
    let routes = described();
    assert_eq!(routes.len(), 33);
    for (path, method) in &routes {
        let real = filled(path);
        let answer = server.send(method, &real, &[], &[]).await;
        let nowhere = String::from_utf8_lossy(&answer.body).contains("nothing at this path");
        assert!(!nowhere && answer.status != 405, "{method} {path}: {answer:?}");
        for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff"] {
            assert!(answer.head.contains(header), "{method} {path}: {}", answer.head);
        }
        assert!(!answer.head.contains("access-control-allow"), "no other origin is let in");
        let has = |method: &str| routes.iter().any(|(known, other)| known == path && other == method);
        // Who may read may read the head alone.
        let other = ["GET", "POST", "DELETE"].into_iter().find(|method| !has(method)).unwrap();
        let refused = server.send(other, &real, &[("content-type", "application/json")], b"{}").await;
        assert_eq!(refused.json::<()>().unwrap_err().code, Code::BadRequest, "{other} {path}");
    }
    let nowhere = server.send("GET", "/api/v1/nothing", &[], &[]).await;
    assert_eq!((nowhere.status, nowhere.json::<()>().unwrap_err().code), (404, Code::NotFound));
}

#[tokio::test]
async fn the_server_says_that_it_lives_and_works() {
    let server = Server::start().await;
    assert_eq!(server.send("GET", "/healthz", &[], &[]).await.body, b"ok\n");
    assert_eq!(server.send("GET", "/readyz", &[], &[]).await.body, b"ready\n");
    let limits: serde_json::Value = server.get("/api/v1/limits").await.unwrap();
    assert_eq!(limits.as_array().unwrap().len(), beseda_model::LIMITS.table().len());
    let openapi: serde_json::Value = server.get("/api/v1/openapi.json").await.unwrap();
    assert_eq!(openapi, serde_json::from_str::<serde_json::Value>(&beseda_server::openapi()).unwrap());
}
