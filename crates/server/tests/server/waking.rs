//! Devices that have no connection are woken through push services, and look at what is new.

use beseda_model::{Clock as _, Code, ConversationId, ConversationKind, DeviceId};
use beseda_server::config::Push as Reach;
use beseda_wire::http::{ServerInfo, Wake, Woken};
use beseda_wire::request::{ClientFrame, Reply, Request, ServerFrame};
use beseda_wire::state::{Change, Muted, PushSubscription};
use beseda_wire::{FEATURE_LEVEL, Problem, Push};

use crate::mls::say;
use crate::people::{Person, device};
use crate::push_service::{Delivery, PushService, Subscriber, subscription, verify};
use crate::world::{Server, Socket};

/// Longer than a connection may be silent and still be taken for one.
const SILENT: u64 = 66_000;

async fn server() -> Server {
    Server::start_with(|config| config.push = Reach::Loopback).await
}

fn set(subscription: PushSubscription) -> Request {
    Request::SetPushSubscription { subscription: Some(subscription), muted: Vec::new() }
}

/// Subscribes over a connection that is then gone, as the watching device can tell.
async fn fall_asleep(server: &Server, watcher: &mut Socket, person: &Person, subscriber: &Subscriber) {
    let mut socket = person.connect(server).await;
    socket.ask(set(subscriber.subscription())).await.unwrap();
    watcher.ask(Request::WatchPresence { accounts: vec![person.account] }).await.unwrap();
    drop(socket);
    loop {
        match watcher.push().await {
            Push::Presence(presence) if presence.account == person.account && !presence.online => return,
            _ => {}
        }
    }
}

/// Alice is there, Bob is asleep.
struct Night {
    server: Server,
    service: PushService,
    here: ConversationId,
    alice: Socket,
    bob: Person,
    phone: Subscriber,
}

async fn night() -> Night {
    let (server, service) = (server().await, PushService::start());
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut alice = alice.connect(&server).await;
    let phone = Subscriber::at(&service, "phone");
    fall_asleep(&server, &mut alice, &bob, &phone).await;
    Night { server, service, here, alice, bob, phone }
}

impl Night {
    /// Time passes.
    async fn later(&self, millis: u64) {
        self.server.settle().await;
        self.server.clock.advance(millis);
        self.server.tend().await;
    }

    /// The next wake-up. Time goes on until it comes: how the one before has ended reaches the server a little later.
    async fn delivery(&mut self) -> Delivery {
        loop {
            if let Some(delivery) = self.service.posted() {
                return delivery;
            }
            self.later(1_000).await;
            tokio::task::yield_now().await;
        }
    }

    async fn look(&self, token: &str, requests: Vec<Request>) -> Result<Woken, Problem> {
        let requests = (1..).zip(requests).map(|(id, request)| ClientFrame { id, request }).collect();
        let body = Wake { token: token.to_owned(), feature: FEATURE_LEVEL, requests };
        self.server.post("/api/v1/wake", &body).await
    }

    fn is_subscribed(&self, device: DeviceId) -> bool {
        self.server.store().read_blocking(move |view| view.wake().subscription(device)).unwrap().is_some()
    }
}

#[tokio::test]
async fn a_wake_up_says_nothing_and_lets_its_device_see_what_is_new() {
    let mut night = night().await;
    let info: ServerInfo = night.server.get("/api/v1/server").await.unwrap();
    night.alice.ask(say(night.here, 1, b"are you awake?")).await.unwrap();
    let delivery = night.service.next().await;
    assert_eq!(delivery.path, "/phone");
    for (name, value) in [("content-encoding", "aes128gcm"), ("ttl", "604800"), ("topic", "wake"), ("urgency", "high")]
    {
        assert_eq!(delivery.headers.get(name).map(String::as_str), Some(value), "{name}");
    }
    let claims = verify(&delivery, &format!("http://{}", night.service.addr), &info.push_key);
    assert_eq!(claims["sub"], "mailto:operator@beseda.example");
    let ends = claims["exp"].as_u64().unwrap() - 1_800_000_000;
    assert!((1..=86_400).contains(&ends), "{claims}");

    let token = night.phone.token(&delivery);
    let asked = vec![
        Request::Sync { cursor: None, limit: 100 },
        Request::Log { conversation: night.here, from: 1, limit: 10 },
        Request::Mark { conversation: night.here, delivered: Some(1), read: None },
    ];
    let woken = night.look(&token, asked).await.unwrap();
    assert!(matches!(&woken.hello, Reply::Hello { device, .. } if *device == night.bob.device), "{woken:?}");
    let [ServerFrame::Ok { id: 1, re: sync }, ServerFrame::Ok { id: 2, re: log }, ServerFrame::Err { id: 3, why }] =
        &woken.answers[..]
    else {
        panic!("{:?}", woken.answers)
    };
    let Reply::Sync { changes, .. } = sync else { panic!("{sync:?}") };
    assert!(changes.iter().any(|change| matches!(change, Change::Conversation(state) if state.last_seq == 1)));
    let Reply::Log { entries, .. } = log else { panic!("{log:?}") };
    assert!(String::from_utf8_lossy(entries[0].body.as_deref().unwrap()).contains("are you awake?"));
    assert_eq!(why.code, Code::Forbidden, "a look changes nothing");

    assert_eq!(night.look(&token, Vec::new()).await.unwrap_err().code, Code::Unauthorized, "it is good once");
    let again = night.look(&woken.token, Vec::new()).await.unwrap();
    night.server.clock.advance(300_001);
    assert_eq!(night.look(&again.token, Vec::new()).await.unwrap_err().code, Code::Unauthorized, "for five minutes");
    let seen = night.alice.pushes().await;
    assert!(!seen.iter().any(|push| matches!(push, Push::Presence(_))), "nobody sees Bob online: {seen:?}");
}

#[tokio::test]
async fn all_wake_ups_look_alike_to_the_push_service() {
    let mut night = night().await;
    let mut seen = Vec::new();
    for (number, text) in [(1, &b"hi"[..]), (2, &[b'x'; 5_000][..])] {
        night.alice.ask(say(night.here, number, text)).await.unwrap();
        let delivery = night.delivery().await;
        let text = night.phone.open(&delivery.body);
        seen.push((delivery, text));
    }
    let [(first, one), (second, two)] = &seen[..] else { panic!("two") };
    assert_eq!((first.body.len(), one.len()), (second.body.len(), two.len()));
    assert_ne!(one, two);
    for (name, value) in &first.headers {
        if name != "authorization" {
            assert_eq!(second.headers.get(name), Some(value), "{name}");
        }
    }
}

#[tokio::test]
async fn messages_in_a_row_are_one_wake_up_and_each_token_sees_them_all() {
    let mut night = night().await;
    night.alice.ask(say(night.here, 1, b"one")).await.unwrap();
    let first = night.service.next().await;
    for number in 2..6 {
        night.alice.ask(say(night.here, number, b"more")).await.unwrap();
    }
    let second = night.delivery().await;
    night.later(SILENT).await;
    night.later(SILENT).await;
    assert!(night.service.posted().is_none(), "five messages, two wake-ups");
    for delivery in [first, second] {
        let token = night.phone.token(&delivery);
        let log = Request::Log { conversation: night.here, from: 1, limit: 10 };
        let woken = night.look(&token, vec![log]).await.unwrap();
        let [ServerFrame::Ok { re: Reply::Log { entries, .. }, .. }] = &woken.answers[..] else { panic!("a page") };
        assert_eq!(entries.len(), 5);
    }
}

#[tokio::test]
async fn a_connection_from_which_nothing_is_heard_does_not_keep_a_device_asleep() {
    let mut night = night().await;
    let mut socket = night.bob.connect(&night.server).await;
    socket.ask(Request::Ping).await.unwrap();
    night.alice.ask(say(night.here, 1, b"hello?")).await.unwrap();
    night.later(SILENT).await;
    night.service.next().await;
    // The next one he hears of by himself.
    night.alice.ask(say(night.here, 2, b"hello!")).await.unwrap();
    night.later(1).await;
    socket.ask(Request::Ping).await.unwrap();
    for _ in 0..3 {
        night.later(SILENT).await;
    }
    assert!(night.service.posted().is_none());
}

#[tokio::test]
async fn what_was_read_on_another_device_is_told_to_those_that_show_it() {
    let mut night = night().await;
    let laptop = night.bob.recover(&night.server, device(77)).await;
    let mut at_laptop = Socket::open(&night.server, beseda_wire::Encoding::Cbor).await;
    at_laptop.hello(&laptop).await.unwrap();
    night.alice.ask(say(night.here, 1, b"news")).await.unwrap();
    assert_eq!(night.service.next().await.headers["urgency"], "high");
    at_laptop.ask(Request::Mark { conversation: night.here, delivered: None, read: Some(1) }).await.unwrap();
    let told = night.delivery().await;
    assert_eq!((&*told.headers["urgency"], &*told.headers["ttl"]), ("low", "3600"));
    assert_eq!(told.path, "/phone");
}

#[tokio::test]
async fn a_service_that_asks_to_come_back_later_is_asked_again_then() {
    let mut night = night().await;
    night.service.answer("503 Unavailable\r\nretry-after: 30");
    night.alice.ask(say(night.here, 1, b"news")).await.unwrap();
    night.service.next().await;
    let before = night.server.clock.now();
    let again = night.delivery().await;
    assert!(night.server.clock.now().millis_since(before) >= 30_000);
    night.phone.token(&again);
}

#[tokio::test]
async fn a_subscription_that_has_ended_is_forgotten() {
    for status in ["410 Gone", "404 Not Found"] {
        let mut night = night().await;
        night.service.answer(status);
        assert!(night.is_subscribed(night.bob.device));
        night.alice.ask(say(night.here, 1, b"news")).await.unwrap();
        night.service.next().await;
        while night.is_subscribed(night.bob.device) {
            night.later(0).await;
        }
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere_and_a_long_answer_is_not_read() {
    let mut night = night().await;
    let mut elsewhere = PushService::start();
    night.service.answer(&format!("307 Elsewhere\r\nlocation: http://{}/secret", elsewhere.addr));
    night.service.answer_with("201 Created", &vec![b'x'; 16 << 20]);
    for number in 1..4 {
        night.alice.ask(say(night.here, number, b"news")).await.unwrap();
        assert_eq!(night.delivery().await.path, "/phone");
    }
    assert!(elsewhere.posted().is_none());
}

#[tokio::test]
async fn a_service_that_never_answers_delays_nobody_else() {
    let mut night = night().await;
    let mut other = PushService::start();
    let carol = night.server.join(3).await;
    let alice = night.server.join(4).await;
    let there = ConversationId::from_bytes([0xc1; 16]);
    night.server.converse_as(there, ConversationKind::Direct, &[&alice, &carol]);
    let mut alice = alice.connect(&night.server).await;
    let tablet = Subscriber::at(&other, "tablet");
    fall_asleep(&night.server, &mut alice, &carol, &tablet).await;
    night.service.say_nothing();
    night.alice.ask(say(night.here, 1, b"into the void")).await.unwrap();
    night.service.next().await;
    alice.ask(say(there, 2, b"news")).await.unwrap();
    tablet.token(&other.next().await);
}

#[tokio::test]
async fn endpoints_that_only_the_server_can_reach_are_refused_at_the_door() {
    let server = Server::start().await;
    let mut alice = server.join(1).await.connect(&server).await;
    for endpoint in [
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://0x7f000001/x",
        "https://push.example.org:22/x",
        "https://me:secret@push.example.org/x",
        "http://push.example.org/x",
        "file:///etc/passwd",
        "",
    ] {
        let why = alice.ask(set(subscription(endpoint))).await.expect_err(endpoint);
        assert_eq!(why.code, Code::BadRequest, "{endpoint}");
    }
    let good = subscription("https://push.example.org/x");
    for bad in [
        PushSubscription { p256dh: vec![4; 65].into(), ..good.clone() },
        PushSubscription { p256dh: vec![4; 64].into(), ..good.clone() },
        PushSubscription { auth: vec![1; 15].into(), ..good.clone() },
    ] {
        assert_eq!(alice.ask(set(bad)).await.unwrap_err().code, Code::BadRequest);
    }
    alice.ask(set(good)).await.unwrap();
}

/// What gets past the door, because the name tells nothing, is stopped when the name is resolved.
#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_followed() {
    let service = PushService::start();
    let server = Server::start().await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut alice = alice.connect(&server).await;
    let mut phone = Subscriber::at(&service, "phone");
    phone.move_to(format!("https://localhost:{}/phone", service.addr.port()));
    fall_asleep(&server, &mut alice, &bob, &phone).await;
    alice.ask(say(here, 1, b"news")).await.unwrap();
    for _ in 0..8 {
        server.settle().await;
        server.clock.advance(900_000);
        server.tend().await;
    }
    assert_eq!(service.connections(), 0);
}

#[tokio::test]
async fn mutes_hold_on_the_server_and_end_when_they_are_taken_back() {
    let mut night = night().await;
    let mut socket = night.bob.connect(&night.server).await;
    let muted = vec![Muted { conversation: night.here, until: None }];
    let subscription = Some(night.phone.subscription());
    socket.ask(Request::SetPushSubscription { subscription, muted }).await.unwrap();
    let asked = night.alice.ask(say(night.here, 1, b"quiet")).await;
    asked.unwrap();
    night.later(2 * SILENT).await;
    socket.ask(set(night.phone.subscription())).await.unwrap();
    assert!(night.service.posted().is_none());
    night.alice.ask(say(night.here, 2, b"loud")).await.unwrap();
    night.later(SILENT).await;
    night.service.next().await;

    let table = beseda_model::LIMITS.table();
    let most = table.iter().find(|limit| limit.name == "push_muted").unwrap().value;
    let muted = |count: u64| -> Vec<Muted> {
        (0..count)
            .map(|number| {
                let mut id = [0xc5; 16];
                id[8..].copy_from_slice(&number.to_be_bytes());
                Muted { conversation: ConversationId::from_bytes(id), until: None }
            })
            .collect()
    };
    let with = |muted| Request::SetPushSubscription { subscription: Some(night.phone.subscription()), muted };
    socket.ask(with(muted(most))).await.unwrap();
    assert_eq!(socket.ask(with(muted(most + 1))).await.unwrap_err().code, Code::TooLarge);
}

#[tokio::test]
async fn a_device_that_signs_out_or_is_removed_is_not_woken_any_more() {
    let mut night = night().await;
    night.alice.ask(say(night.here, 1, b"news")).await.unwrap();
    let token = night.phone.token(&night.service.next().await);
    let mut socket = night.bob.connect(&night.server).await;
    socket.ask(Request::SignOut).await.unwrap();
    assert!(!night.is_subscribed(night.bob.device));
    assert_eq!(night.look(&token, Vec::new()).await.unwrap_err().code, Code::Unauthorized);

    let laptop = night.bob.recover(&night.server, device(77)).await;
    let mut socket = Socket::open(&night.server, beseda_wire::Encoding::Cbor).await;
    socket.hello(&laptop).await.unwrap();
    socket.ask(set(night.phone.subscription())).await.unwrap();
    assert!(night.is_subscribed(device(77)));
    let tablet = night.bob.recover(&night.server, device(78)).await;
    let mut at_tablet = Socket::open(&night.server, beseda_wire::Encoding::Cbor).await;
    at_tablet.hello(&tablet).await.unwrap();
    let entry = night.bob.by_root(beseda_model::device_log::DeviceLogOp::Remove { device: device(77) });
    at_tablet.ask(Request::AppendDeviceLog { entry }).await.unwrap();
    assert!(!night.is_subscribed(device(77)));
}

#[tokio::test]
async fn more_requests_than_agreed_are_not_looked_at() {
    let mut night = night().await;
    night.alice.ask(say(night.here, 1, b"news")).await.unwrap();
    let token = night.phone.token(&night.service.next().await);
    let most = usize::try_from(beseda_model::LIMITS.wake_requests).unwrap();
    let asks = |count: usize| vec![Request::Sync { cursor: None, limit: 1 }; count];
    let why = night.look(&token, asks(most + 1)).await.unwrap_err();
    assert_eq!(why.code, Code::TooLarge);
    let woken = night.look(&token, asks(most)).await.unwrap();
    assert_eq!(woken.answers.len(), most, "the token was not spent");
}

#[tokio::test]
async fn the_key_by_which_services_know_the_server_outlives_it() {
    let mut server = server().await;
    let key = async |server: &Server| server.get::<ServerInfo>("/api/v1/server").await.unwrap().push_key;
    let before = key(&server).await;
    assert_eq!(before.len(), 65);
    server.restart().await;
    assert_eq!(key(&server).await, before);
    let off = Server::start_with(|config| config.push = Reach::Off).await;
    assert!(key(&off).await.is_empty());
    let mut alice = off.join(1).await.connect(&off).await;
    let why = alice.ask(set(subscription("https://push.example.org/x"))).await.unwrap_err();
    assert_eq!(why.code, Code::BadRequest);
    alice.ask(Request::SetPushSubscription { subscription: None, muted: Vec::new() }).await.unwrap();
}

#[tokio::test]
async fn only_others_who_want_to_hear_of_it_are_woken() {
    let (server, mut service) = (server().await, PushService::start());
    let (mut alice, bob, carol) = (server.join(1).await, server.join(2).await, server.join(3).await);
    let tablet = alice.recover(&server, device(77)).await;
    let here = server.converse(ConversationKind::Group, &[&alice, &bob, &carol]);
    let subscribe = async |token: &str, name: &str, block: bool| {
        let mut socket = Socket::open(&server, beseda_wire::Encoding::Cbor).await;
        socket.hello(token).await.unwrap();
        socket.ask(set(Subscriber::at(&service, name).subscription())).await.unwrap();
        if block {
            socket.ask(Request::Block { account: alice.account, blocked: true }).await.unwrap();
        }
    };
    subscribe(&tablet, "own-tablet", false).await;
    subscribe(&carol.token, "blocks", true).await;
    subscribe(&bob.token, "bob", false).await;
    let mut socket = alice.connect(&server).await;
    socket.ask(set(Subscriber::at(&service, "own").subscription())).await.unwrap();
    let silent = match say(here, 1, b"an edit") {
        Request::Append(append) => {
            Request::Append(beseda_wire::request::Append { class: beseda_wire::state::EntryClass::Silent, ..append })
        }
        other => panic!("{other:?}"),
    };
    let mut woken = Vec::new();
    for request in [silent, say(here, 2, b"to whom it concerns")] {
        socket.ask(request).await.unwrap();
        for _ in 0..4 {
            server.settle().await;
            server.clock.advance(SILENT);
            server.tend().await;
        }
        server.settle().await;
        woken.extend(std::iter::from_fn(|| service.posted()).map(|delivery| delivery.path));
    }
    if woken.is_empty() {
        woken.push(service.next().await.path);
    }
    assert_eq!(woken, ["/bob"]);
}
