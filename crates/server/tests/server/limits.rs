//! Every published limit at its edge: as much as it says is taken, one more is not.

use beseda_app::domain::Request as Pending;
use beseda_model::{Code, ConversationKind, LIMITS, Limits};
use beseda_wire::http::{Challenge, SignIn, SignInTicket, Wake, Woken};
use beseda_wire::request::{ClientFrame, Reply, Request, ServerFrame};
use beseda_wire::{Bytes, Encoding, Problem};

use crate::mls::{say, say_bytes};
use crate::push_service::subscription;
use crate::world::{Came, Server, Socket};

const HERE: &str = include_str!("limits.rs");
const GROUPS: &str = include_str!("limits_of_groups.rs");
const LINKS: &str = include_str!("limits_of_links.rs");
const DELETION: &str = include_str!("../../../testkit/tests/deletion.rs");
const JOINING: &str = include_str!("joining.rs");
const DEVICES: &str = include_str!("devices.rs");
const BLOBS: &str = include_str!("limits_of_blobs.rs");
const PAGES: &str = include_str!("pages.rs");
const PREVIEWS: &str = include_str!("previews.rs");
const GIFS: &str = include_str!("gifs.rs");
const WAKING: &str = include_str!("waking.rs");
const PHONES: &str = include_str!("phones.rs");
const DRIVES: &str = include_str!("drives.rs");
const OUTBOX: &str = include_str!("../../src/ws/outbox.rs");

/// Where each limit is tried at its value and one beyond: the source, and the test in it.
const TRIED: &[(&str, &str, &str)] = &[
    ("frame_bytes", HERE, "a_frame"),
    ("http_body_bytes", HERE, "a_body_over_http"),
    ("message_bytes", HERE, "payloads_on_the_socket"),
    ("request_bytes", HERE, "what_a_stranger_asks"),
    ("commit_bytes", HERE, "payloads_on_the_socket"),
    ("ephemeral_bytes", HERE, "payloads_on_the_socket"),
    ("profile_bytes", HERE, "payloads_on_the_socket"),
    ("key_package_bytes", HERE, "key_packages"),
    ("key_packages_per_device", HERE, "key_packages"),
    ("key_package_claims", HERE, "key_packages"),
    ("devices_per_account", HERE, "devices_of_an_account"),
    ("devices_per_conversation", GROUPS, "devices_of_a_conversation"),
    ("members_per_conversation", GROUPS, "members_of_a_conversation"),
    ("conversations_per_account", GROUPS, "conversations_of_an_account"),
    ("page_entries", HERE, "pages"),
    ("page_bytes", HERE, "pages"),
    ("sync_changes", HERE, "pages"),
    ("hello_bytes", HERE, "payloads_on_the_socket"),
    ("cursor_bytes", HERE, "payloads_on_the_socket"),
    ("lookup_accounts", HERE, "payloads_on_the_socket"),
    ("watched_accounts", HERE, "payloads_on_the_socket"),
    ("push_endpoint_bytes", HERE, "payloads_on_the_socket"),
    ("push_muted", WAKING, "mutes_hold_on_the_server_and_end_when_they_are_taken_back"),
    ("wake_requests", WAKING, "more_requests_than_agreed_are_not_looked_at"),
    ("wakes", HERE, "rates_of_an_address"),
    ("requests", HERE, "rates_of_an_account"),
    ("sends", HERE, "rates_of_an_account"),
    ("lookups", HERE, "rates_of_an_account"),
    ("creates", GROUPS, "conversations_made_in_a_day"),
    ("stranger_requests", GROUPS, "strangers_asked_in_a_day"),
    ("joins", GROUPS, "joins_of_a_device"),
    ("group_links", LINKS, "links_of_a_group"),
    ("group_link_bytes", LINKS, "links_of_a_group"),
    ("asks_waiting", LINKS, "who_waits_in_a_group"),
    ("asks", LINKS, "groups_asked_in_a_day"),
    ("reports", LINKS, "reports_in_a_day"),
    ("report_bytes", LINKS, "reports_in_a_day"),
    ("blob_bytes", BLOBS, "the_largest_blob"),
    ("blob_quota_bytes", BLOBS, "as_much_as_an_account_may_keep"),
    ("uploaded_bytes", BLOBS, "as_much_as_may_be_announced_in_a_day"),
    ("uploads", BLOBS, "unfinished_uploads"),
    ("blobs_at_once", BLOBS, "blobs_in_one_request"),
    ("blob_requests", BLOBS, "requests_for_blobs"),
    ("session_requests", BLOBS, "requests_for_blobs"),
    ("upload_millis", BLOBS, "an_upload_lives_so_long_after_its_last_byte"),
    ("blob_millis", BLOBS, "a_blob_that_nobody_keeps_lives_so_long"),
    ("drive_requests", DRIVES, "limits_of_drives"),
    ("drives_at_once", DRIVES, "limits_of_drives"),
    ("drive_entries", DRIVES, "limits_of_drives"),
    ("drive_path_bytes", DRIVES, "limits_of_drives"),
    ("drive_millis", DRIVES, "limits_of_drives"),
    ("previews", PREVIEWS, "rates_of_previews"),
    ("previews_at_once", PREVIEWS, "previews_made_at_once"),
    ("preview_page_bytes", PREVIEWS, "sizes_of_pages_and_pictures"),
    ("preview_picture_bytes", PREVIEWS, "sizes_of_pages_and_pictures"),
    ("gif_searches", GIFS, "rates_and_sizes_of_what_is_looked_at"),
    ("web_pictures", GIFS, "rates_and_sizes_of_what_is_looked_at"),
    ("web_pictures_at_once", GIFS, "pictures_fetched_at_once"),
    ("web_picture_bytes", GIFS, "rates_and_sizes_of_what_is_looked_at"),
    ("fetches", PREVIEWS, "rates_of_previews"),
    ("fetches_at_once", PREVIEWS, "previews_made_at_once"),
    ("fetch_millis", PREVIEWS, "a_site_that_does_not_answer"),
    ("sign_ups", HERE, "rates_of_an_address"),
    ("sign_ins", HERE, "rates_of_an_address"),
    ("anonymous_requests", HERE, "rates_of_an_address"),
    ("page_requests", PAGES, "many_files_may_be_asked_for_but_not_without_end"),
    ("sockets_per_device", HERE, "sockets_of_a_device"),
    ("pending_sockets", HERE, "sockets_that_say_nothing"),
    ("hello_millis", HERE, "a_late_hello"),
    ("idle_millis", HERE, "a_silent_session"),
    ("queue_frames", OUTBOX, "as_many_frames_as_the_limit_wait_and_one_more_means_resync"),
    ("queue_bytes", OUTBOX, "as_many_bytes_as_the_limit_wait_and_one_more_means_resync"),
    ("key_package_age_millis", HERE, "key_packages"),
    ("link_millis", DEVICES, "a_refused_device_stays_out_and_a_code_expires"),
    ("phone_codes_per_number", PHONES, "a_number_gets_so_many_codes_a_day"),
    ("phone_codes_per_address", PHONES, "a_network_gets_so_many_codes_a_day"),
    ("phone_codes", PHONES, "the_server_sends_so_many_codes_a_day"),
    ("phone_tries", PHONES, "a_code_is_dead_after_five_wrong_ones_also_over_a_restart"),
    ("phone_code_millis", PHONES, "a_code_expires"),
    ("phone_quiet_millis", PHONES, "the_number_alone_resets_only_what_nobody_uses"),
    ("username_quarantine_millis", DELETION, "the_name_of_a_deleted_account_is_nobodys_for_a_while"),
    ("password_min", JOINING, "names_are_taken_once_and_passwords_have_bounds"),
    ("password_bytes", JOINING, "names_are_taken_once_and_passwords_have_bounds"),
];

#[test]
fn every_published_limit_is_tried() {
    let table = LIMITS.table();
    let names: Vec<_> = table.iter().map(|limit| limit.name).collect();
    assert_eq!(TRIED.iter().map(|(name, _, _)| *name).collect::<Vec<_>>(), names);
    for (limit, source, test) in TRIED {
        let (_, rest) = source.split_once(&format!("fn {test}()")).expect(test);
        let body = rest.lines().take_while(|line| line.trim() != "#[test]" && line.trim() != "#[tokio::test]");
        assert!(body.into_iter().any(|line| line.contains(limit)), "{test} does not speak of {limit}");
    }
}

pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Problem>, code: Code, limit: &str) {
    let why = result.expect_err(limit);
    assert_eq!((why.code, why.data.and_then(|data| data.limit).as_deref()), (code, Some(limit)));
}

fn size(limit: u64) -> usize {
    usize::try_from(limit).unwrap()
}

pub(crate) async fn limited(change: impl FnOnce(&mut Limits)) -> Server {
    Server::start_with(|config| change(&mut config.limits)).await
}

#[tokio::test]
async fn a_frame() {
    let server = limited(|limits| limits.frame_bytes = 100_000).await;
    let alice = server.join(1).await;
    let mut socket = alice.connect_with(&server, Encoding::Json).await;
    let padded = |length: usize| {
        let mut bytes = Encoding::Json.encode(&ClientFrame { id: 77, request: Request::Ping });
        bytes.resize(length, b' ');
        bytes
    };
    socket.send_bytes(padded(100_000)).await;
    assert_eq!(socket.answer(77).await.unwrap(), Reply::Done);
    socket.send_bytes(padded(100_001)).await;
    match socket.next().await {
        Came::Frame(ServerFrame::Err { id: 0, why }) => refused::<()>(Err(why), Code::TooLarge, "frame_bytes"),
        other => panic!("expected a refusal, there came {other:?}"),
    }
    assert_eq!(socket.end().await.1, Some(1009));
}

#[tokio::test]
async fn a_body_over_http() {
    let server = limited(|limits| limits.http_body_bytes = 10_000).await;
    let json = [("content-type", "application/json")];
    let mut body = b"{}".to_vec();
    body.resize(10_000, b' ');
    let taken = server.send("POST", "/api/v1/accounts", &json, &body).await.json::<()>();
    assert_eq!(taken.unwrap_err().code, Code::BadRequest, "it is read, and found wanting");
    body.push(b' ');
    let answer = server.send("POST", "/api/v1/accounts", &json, &body).await;
    assert_eq!(answer.status, 413);
    refused(answer.json::<()>(), Code::TooLarge, "http_body_bytes");
}

#[tokio::test]
async fn payloads_on_the_socket() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut socket = alice.connect(&server).await;
    let message = size(LIMITS.message_bytes);
    socket.ask(say_bytes(here, 1, message)).await.unwrap();
    refused(socket.ask(say_bytes(here, 2, message + 1)).await, Code::TooLarge, "message_bytes");

    let bytes = |length: usize| Bytes(vec![1; length]);
    let whisper = |length| Request::Whisper { conversation: here, body: bytes(length) };
    socket.ask(whisper(size(LIMITS.ephemeral_bytes))).await.unwrap();
    refused(socket.ask(whisper(size(LIMITS.ephemeral_bytes) + 1)).await, Code::TooLarge, "ephemeral_bytes");

    let profile = |length| Request::SetProfile { body: bytes(length) };
    socket.ask(profile(size(LIMITS.profile_bytes))).await.unwrap();
    refused(socket.ask(profile(size(LIMITS.profile_bytes) + 1)).await, Code::TooLarge, "profile_bytes");

    let commit = |length: usize| {
        let (commit, group_info) = (bytes(length / 2), bytes(length - length / 2));
        Request::Commit(beseda_wire::request::CommitBundle { commit, group_info, welcome: None })
    };
    let judged = socket.ask(commit(size(LIMITS.commit_bytes))).await.unwrap_err();
    assert_eq!(judged.code, Code::BadRequest, "it is looked at, and is no commit");
    refused(socket.ask(commit(size(LIMITS.commit_bytes) + 1)).await, Code::TooLarge, "commit_bytes");

    let sync = |length| Request::Sync { cursor: Some(bytes(length)), limit: 1 };
    let judged = socket.ask(sync(size(LIMITS.cursor_bytes))).await.unwrap_err();
    assert_eq!(judged.code, Code::BadRequest, "it is looked at, and is no cursor");
    refused(socket.ask(sync(size(LIMITS.cursor_bytes) + 1)).await, Code::TooLarge, "cursor_bytes");

    let accounts = |count: u64| vec![bob.account; size(count)];
    socket.ask(Request::Accounts { accounts: accounts(LIMITS.lookup_accounts) }).await.unwrap();
    let more = Request::Accounts { accounts: accounts(LIMITS.lookup_accounts + 1) };
    refused(socket.ask(more).await, Code::TooLarge, "lookup_accounts");
    let more = Request::Profiles { accounts: accounts(LIMITS.lookup_accounts + 1) };
    refused(socket.ask(more).await, Code::TooLarge, "lookup_accounts");
    socket.ask(Request::WatchPresence { accounts: accounts(LIMITS.watched_accounts) }).await.unwrap();
    let more = Request::WatchPresence { accounts: accounts(LIMITS.watched_accounts + 1) };
    refused(socket.ask(more).await, Code::TooLarge, "watched_accounts");

    let wake_at = |length: usize| {
        let start = "https://push.example.org/";
        let endpoint = format!("{start}{}", "x".repeat(length - start.len()));
        Request::SetPushSubscription { subscription: Some(subscription(&endpoint)), muted: Vec::new() }
    };
    socket.ask(wake_at(size(LIMITS.push_endpoint_bytes))).await.unwrap();
    refused(socket.ask(wake_at(size(LIMITS.push_endpoint_bytes) + 1)).await, Code::TooLarge, "push_endpoint_bytes");

    let mut stranger = Socket::open(&server, Encoding::Cbor).await;
    let longest = stranger.hello(&"x".repeat(size(LIMITS.hello_bytes))).await;
    assert_eq!(longest.unwrap_err().code, Code::Unauthorized, "it is looked up, and unknown");
    let mut stranger = Socket::open(&server, Encoding::Cbor).await;
    refused(stranger.hello(&"x".repeat(size(LIMITS.hello_bytes) + 1)).await, Code::TooLarge, "hello_bytes");
}

#[tokio::test]
async fn what_a_stranger_asks() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let request = Pending { from: alice.account, texts: 0, silent: 0 };
    let pending: Result<(), beseda_app::port::StoreError> =
        server.store().write_blocking(move |uow| uow.conversations_mut().set_request(here, Some(request)));
    pending.unwrap();
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let most = size(LIMITS.request_bytes);
    refused(at_alice.ask(say_bytes(here, 1, most + 1)).await, Code::TooLarge, "request_bytes");
    at_alice.ask(say_bytes(here, 1, most)).await.unwrap();
    assert_eq!(at_alice.ask(say(here, 2, b"and")).await.unwrap_err().code, Code::RequestPending);
    at_bob.ask(Request::AnswerStranger { conversation: here, accept: true }).await.unwrap();
    at_alice.ask(say_bytes(here, 3, most + 1)).await.unwrap();
}

#[tokio::test]
async fn key_packages() {
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let (mut at_alice, mut at_bob) = (alice.connect(&server).await, bob.connect(&server).await);
    let publish = |packages| Request::PublishKeys { packages, last_resort: None };
    let largest = size(LIMITS.key_package_bytes);
    let not_one = at_alice.ask(publish(vec![Bytes(vec![0; largest])])).await.unwrap_err();
    assert_eq!(not_one.code, Code::KeyPackageUsed, "it was looked at");
    let larger = publish(vec![Bytes(vec![0; largest + 1])]);
    refused(at_alice.ask(larger).await, Code::TooLarge, "key_package_bytes");

    let rest: Vec<_> = (0..LIMITS.key_packages_per_device).map(|_| alice.key_package()).collect();
    at_alice.ask(publish(rest)).await.unwrap();
    let one_more = publish(vec![alice.key_package()]);
    refused(at_alice.ask(one_more).await, Code::TooLarge, "key_packages_per_device");

    let claim = Request::ClaimKeys { account: alice.account, devices: Vec::new() };
    for _ in 0..LIMITS.key_package_claims {
        assert!(
            matches!(at_bob.ask(claim.clone()).await.unwrap(), Reply::Keys { packages, .. } if packages.len() == 1)
        );
    }
    let spent = at_bob.ask(claim.clone()).await.unwrap_err();
    assert!(spent.code == Code::RateLimited && spent.retry_after_ms.is_some(), "{spent:?}");

    server.clock.advance(LIMITS.key_package_age_millis);
    let count = |reply| match reply {
        Reply::Keys { count, .. } => u64::from(count),
        other => panic!("expected a count, there came {other:?}"),
    };
    let left = LIMITS.key_packages_per_device - LIMITS.key_package_claims;
    assert_eq!(count(at_alice.ask(Request::CountKeys).await.unwrap()), left);
    server.clock.advance(1);
    assert_eq!(count(at_alice.ask(Request::CountKeys).await.unwrap()), 0);
}

#[tokio::test]
async fn devices_of_an_account() {
    let server = Server::start().await;
    let mut alice = server.join(1).await;
    for number in 1..LIMITS.devices_per_account {
        alice.recover(&server, crate::people::device(100 + u8::try_from(number).unwrap())).await;
    }
    let entry = alice.add_by_root(crate::people::device(99));
    let proof = server.proof(&entry).await;
    let body = beseda_wire::http::AddDevice { account: alice.account, entry, proof };
    let more = server.post::<beseda_wire::http::Session>("/api/v1/devices", &body).await;
    refused(more, Code::TooLarge, "devices_per_account");
}

#[tokio::test]
async fn pages() {
    let server = limited(|limits| {
        limits.page_bytes = 10_000;
        limits.page_entries = 5;
        limits.sync_changes = 2;
    })
    .await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut socket = alice.connect(&server).await;
    for number in 1..=6 {
        socket.ask(say(here, number, b"short")).await.unwrap();
    }
    for number in 7..=10 {
        socket.ask(say_bytes(here, number, 5_000)).await.unwrap();
    }
    socket.ask(say_bytes(here, 11, 30_000)).await.unwrap();
    let page = async |socket: &mut Socket, from: u64| match socket
        .ask(Request::Log { conversation: here, from, limit: u32::MAX })
        .await
        .unwrap()
    {
        Reply::Log { entries, .. } => entries.len(),
        other => panic!("expected a page, there came {other:?}"),
    };
    assert_eq!(page(&mut socket, 1).await, 5, "as many entries as the limit");
    assert_eq!(page(&mut socket, 7).await, 2, "as many bytes as the limit, exactly");
    assert_eq!(page(&mut socket, 11).await, 1, "one that is larger comes alone");
    match socket.ask(Request::Sync { cursor: None, limit: u32::MAX }).await.unwrap() {
        Reply::Sync { changes, more, .. } => assert_eq!((changes.len(), more), (2, true)),
        other => panic!("expected changes, there came {other:?}"),
    }
}

#[tokio::test]
async fn rates_of_an_account() {
    let server = limited(|limits| (limits.requests, limits.sends, limits.lookups) = (20, 3, 2)).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut socket = alice.connect(&server).await;
    for number in 1..=3 {
        socket.ask(say(here, number, b"x")).await.unwrap();
    }
    refused(socket.ask(say(here, 4, b"x")).await, Code::RateLimited, "sends");
    let find = Request::FindAccounts { username: "bob".to_owned() };
    for _ in 0..2 {
        socket.ask(find.clone()).await.unwrap();
    }
    refused(socket.ask(find).await, Code::RateLimited, "lookups");
    // Seven requests were counted, the refused ones too.
    for _ in 0..13 {
        socket.ask(Request::Ping).await.unwrap();
    }
    let late = socket.ask(Request::Ping).await.unwrap_err();
    let wait = late.retry_after_ms.unwrap();
    refused::<()>(Err(late), Code::RateLimited, "requests");
    server.clock.advance(wait);
    socket.ask(Request::Ping).await.unwrap();
    let mut at_bob = bob.connect(&server).await;
    at_bob.ask(Request::Ping).await.unwrap();
}

#[tokio::test]
async fn rates_of_an_address() {
    let server = limited(|limits| {
        (limits.sign_ups, limits.sign_ins, limits.anonymous_requests, limits.wakes) = (2, 3, 4, 2);
    })
    .await;
    let sign_up = async || server.post::<()>("/api/v1/accounts", &()).await.unwrap_err();
    for _ in 0..2 {
        assert_eq!(sign_up().await.code, Code::BadRequest);
    }
    refused::<()>(Err(sign_up().await), Code::RateLimited, "sign_ups");
    let challenge = async || server.post::<Challenge>("/api/v1/challenges", &()).await;
    for _ in 0..4 {
        challenge().await.unwrap();
    }
    refused(challenge().await, Code::RateLimited, "anonymous_requests");
    let answer = server.send("GET", "/healthz", &[], &[]).await;
    assert!(answer.status == 429 && answer.head.contains("retry-after: 15"), "{}", answer.head);
    let sign_in = async |name: &str| {
        let body = SignIn { username: name.parse().unwrap(), password: "wrong".to_owned() };
        server.post::<SignInTicket>("/api/v1/sessions", &body).await.unwrap_err()
    };
    for name in ["alice", "bob", "carol"] {
        assert_eq!(sign_in(name).await.code, Code::WrongCredentials);
    }
    refused::<()>(Err(sign_in("dave").await), Code::RateLimited, "sign_ins");
    let wake = async || {
        let body = Wake { token: "guessed".to_owned(), feature: 1, requests: Vec::new() };
        server.post::<Woken>("/api/v1/wake", &body).await.unwrap_err()
    };
    for _ in 0..2 {
        assert_eq!(wake().await.code, Code::Unauthorized);
    }
    refused::<()>(Err(wake().await), Code::RateLimited, "wakes");
}

#[tokio::test]
async fn a_name_is_not_guessed_from_many_networks() {
    let server = Server::start_with(|config| {
        config.limits.sign_ins = 3;
        config.trusted_proxy_header = Some("x-forwarded-for".to_owned());
    })
    .await;
    let body =
        serde_json::to_vec(&SignIn { username: "alice".parse().unwrap(), password: "wrong".to_owned() }).unwrap();
    let from = async |network: u8| {
        // Only the last address is the proxy's own word.
        let address = format!("203.0.113.9, 198.51.{network}.7");
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address.as_str())];
        server.send("POST", "/api/v1/sessions", &headers, &body).await.json::<()>()
    };
    for network in 0..3 {
        assert_eq!(from(network).await.unwrap_err().code, Code::WrongCredentials);
    }
    refused(from(3).await, Code::RateLimited, "sign_ins");
}

#[tokio::test]
async fn sockets_of_a_device() {
    let server = Server::start().await;
    let alice = server.join(1).await;
    let mut sockets = Vec::new();
    for _ in 0..LIMITS.sockets_per_device {
        sockets.push(alice.connect(&server).await);
    }
    for socket in &mut sockets {
        socket.ask(Request::Ping).await.unwrap();
    }
    let mut newest = alice.connect(&server).await;
    assert_eq!(sockets.remove(0).end().await.1, Some(1013), "the oldest makes room");
    newest.ask(Request::Ping).await.unwrap();
    sockets[0].ask(Request::Ping).await.unwrap();
}

#[tokio::test]
async fn sockets_that_say_nothing() {
    let server = limited(|limits| limits.pending_sockets = 3).await;
    let alice = server.join(1).await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(Socket::open(&server, Encoding::Cbor).await);
    }
    match Socket::try_open(&server, Encoding::Cbor).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => assert_eq!(response.status(), 429),
        other => panic!("expected a refusal, there came {:?}", other.map(|_| ())),
    }
    silent.pop().unwrap().hello(&alice.token).await.unwrap();
    Socket::open(&server, Encoding::Cbor).await;
}

#[tokio::test]
async fn a_late_hello() {
    let server = limited(|limits| limits.hello_millis = 50).await;
    let mut socket = Socket::open(&server, Encoding::Json).await;
    let (frames, code) = socket.end().await;
    assert_eq!(code, Some(1008));
    assert!(matches!(&frames[..], [ServerFrame::Err { id: 0, why }] if why.code == Code::OutOfOrder), "{frames:?}");
}

#[tokio::test]
async fn a_silent_session() {
    let server = limited(|limits| limits.idle_millis = 1_000).await;
    let alice = server.join(1).await;
    let mut socket = alice.connect(&server).await;
    server.clock.advance(1_000);
    server.tend().await;
    socket.ask(Request::Ping).await.unwrap();
    server.clock.advance(1_001);
    server.tend().await;
    assert_eq!(socket.end().await.1, Some(1000));
}
