//! Phone numbers: a code shows who receives what is sent to one, and nothing tells whether somebody has it.

use beseda_app::port::Sms;
use beseda_model::device_log::DeviceLogOp;
use beseda_model::{Code, LIMITS};
use beseda_server::Config;
use beseda_server::admin::{self, Answer as Told, Request as Admin};
use beseda_server::config::SmsCarrier;
use beseda_wire::http::{
    CheckPhoneCode, PhoneCodeSent, PhoneHolder, PhoneOffer, PhoneVerified, Registration, RequestPhoneCode,
    ResetIdentity, ServerInfo, Session, SignUp,
};
use beseda_wire::request::{Reply, Request};
use beseda_wire::state::Change;
use beseda_wire::{Encoding, Problem, Push};

use crate::limits::refused;
use crate::people::{Person, stranger};
use crate::world::{Server, Socket};

const PHONE: &str = "+7 912 345-67-89";
const OTHER: &str = "+7 912 345-67-88";
/// The longest cool-down.
const HOUR: u64 = 3_600_000;

/// A server that takes numbers and keeps what it sends.
pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(|config| {
        config.phone = PhoneOffer::Optional;
        config.sms = SmsCarrier::Outbox;
        change(config);
    })
    .await
}

/// The secret of an attempt.
pub(crate) fn attempt(number: u8) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&[number; 32])
}

async fn ask(server: &Server, phone: &str, secret: u8) -> Result<PhoneCodeSent, Problem> {
    let body = RequestPhoneCode {
        phone: phone.to_owned(),
        region: None,
        language: Some("en".to_owned()),
        attempt: attempt(secret),
    };
    server.post("/api/v1/phone-codes", &body).await
}

async fn check(server: &Server, secret: u8, code: &str) -> Result<PhoneVerified, Problem> {
    let body = CheckPhoneCode { attempt: attempt(secret), code: code.to_owned() };
    server.post("/api/v1/phone-codes/check", &body).await
}

/// What was sent, the newest first. Messages go out beside the answer: those that are expected are waited for.
async fn sent(server: &Server, count: usize) -> Vec<(String, String)> {
    loop {
        let Told::Sms { messages } = admin::ask(&server.data_dir(), &Admin::Sms).await.unwrap() else {
            panic!("the outbox is there");
        };
        if messages.len() >= count {
            return messages.into_iter().map(|sms| (sms.to, sms.text)).collect();
        }
        tokio::task::yield_now().await;
    }
}

fn code_in(text: &str) -> String {
    text.chars().take_while(char::is_ascii_digit).collect()
}

/// The newest code, of so many.
pub(crate) async fn newest(server: &Server, count: usize) -> String {
    let (_, text) = sent(server, count).await.remove(0);
    code_in(&text)
}

/// Shows that a number is one's own.
async fn verify(server: &Server, phone: &str, secret: u8, count: usize) -> PhoneVerified {
    ask(server, phone, secret).await.unwrap();
    let code = newest(server, count).await;
    check(server, secret, &code).await.unwrap()
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    if code == "000000" { "111111".to_owned() } else { "000000".to_owned() }
}

async fn sign_up(server: &Server, number: u8, change: impl FnOnce(&mut SignUp)) -> Result<Session, Problem> {
    let (_, mut request) = stranger(number);
    change(&mut request);
    request.proof = Some(server.proof(&request.entry).await);
    server.post("/api/v1/accounts", &request).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> Code {
    result.unwrap_err().code
}

#[tokio::test]
async fn a_number_is_verified_and_becomes_an_accounts() {
    let server = start(|config| config.sms_host = Some("chat.example.org".to_owned())).await;
    let info: ServerInfo = server.get("/api/v1/server").await.unwrap();
    assert_eq!(info.phone, PhoneOffer::Optional);
    let answer = ask(&server, PHONE, 1).await.unwrap();
    let expected = PhoneCodeSent {
        phone: "+79123456789".to_owned(),
        digits: 6,
        resend_after_s: 30,
        expires_after_s: LIMITS.phone_code_millis / 1_000,
    };
    assert_eq!(answer, expected);
    let (to, text) = sent(&server, 1).await.remove(0);
    let sent_code = code_in(&text);
    assert_eq!((to.as_str(), sent_code.len()), ("+79123456789", 6));
    assert!(text.ends_with(&format!("\n\n@chat.example.org #{sent_code}")), "{text}");
    assert_eq!(code(check(&server, 2, &sent_code).await), Code::DigitsExpired, "the code goes with its attempt");
    let (head, tail) = sent_code.split_at(3);
    let spaced = format!("{head} {tail}");
    let verified = check(&server, 1, &spaced).await.unwrap();
    assert_eq!(verified.holder, None);
    assert_eq!(check(&server, 1, &sent_code).await.unwrap(), verified, "an answer may have been lost");

    let session = sign_up(&server, 1, |request| request.phone = Some(attempt(1))).await.unwrap();
    let mut socket = Socket::open(&server, Encoding::Cbor).await;
    socket.hello(&session.token).await.unwrap();
    assert!(has_phone(&mut socket).await);
    let again = sign_up(&server, 2, |request| request.phone = Some(attempt(1))).await;
    assert_eq!(code(again), Code::DigitsExpired, "it was good for one");
}

async fn has_phone(socket: &mut Socket) -> bool {
    let Reply::Sync { changes, .. } = socket.ask(Request::Sync { cursor: None, limit: 100 }).await.unwrap() else {
        panic!("changes");
    };
    let told = changes.iter().find_map(|change| match change {
        Change::Settings { phone, .. } => Some(*phone),
        _ => None,
    });
    told.expect("one's own settings")
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_somebody_has_the_number() {
    for registration in [Registration::Open, Registration::Invite, Registration::Closed] {
        let mut server = start(|_| {}).await;
        verify(&server, PHONE, 1, 1).await;
        sign_up(&server, 1, |request| request.phone = Some(attempt(1))).await.unwrap();
        server.reconfigure(|config| config.registration = registration).await;
        server.clock.advance(25 * HOUR);
        let (known, unknown) = (ask(&server, PHONE, 2).await.unwrap(), ask(&server, OTHER, 3).await.unwrap());
        assert_eq!(known, PhoneCodeSent { phone: known.phone.clone(), ..unknown.clone() });
        let bound = |why: Problem| (why.code, why.retry_after_ms, why.detail, why.data);
        let (known, unknown) = (ask(&server, PHONE, 4).await.unwrap_err(), ask(&server, OTHER, 5).await.unwrap_err());
        assert_eq!(bound(known), bound(unknown));
        let (known, unknown) = (check(&server, 2, "x").await.unwrap_err(), check(&server, 3, "x").await.unwrap_err());
        assert_eq!((known.code, known.clone()), (Code::WrongDigits, unknown));
        // Where nobody can sign up, a message to a stranger would only cost.
        let strangers_too = registration != Registration::Closed;
        let to: Vec<_> = sent(&server, 1 + usize::from(strangers_too)).await.into_iter().map(|(to, _)| to).collect();
        assert_eq!(to.contains(&"+79123456788".to_owned()), strangers_too);
        assert!(to.contains(&"+79123456789".to_owned()));
    }
}

#[tokio::test]
async fn the_cool_down_grows_is_told_in_seconds_and_survives_a_restart() {
    let mut server = start(|_| {}).await;
    for (secret, seconds) in (1_u8..).zip([30_u64, 60, 120, 300, 900, 3_600, 3_600]) {
        assert_eq!(ask(&server, PHONE, secret).await.unwrap().resend_after_s, seconds);
        server.clock.advance(seconds * 1_000 - 1);
        if secret == 3 {
            server.restart().await;
        }
        let early = ask(&server, PHONE, 100).await.unwrap_err();
        assert_eq!((early.code, early.retry_after_ms), (Code::RateLimited, Some(1)));
        server.clock.advance(1);
    }
    server.clock.advance(24 * HOUR);
    assert_eq!(ask(&server, PHONE, 99).await.unwrap().resend_after_s, 30, "after a day it begins anew");
}

#[tokio::test]
async fn a_lost_answer_sends_no_second_message() {
    let server = start(|_| {}).await;
    let first = ask(&server, PHONE, 1).await.unwrap();
    server.clock.advance(10_000);
    let again = ask(&server, PHONE, 1).await.unwrap();
    assert_eq!((again.resend_after_s, again.expires_after_s), (20, first.expires_after_s - 10));
    assert_eq!(code(ask(&server, OTHER, 1).await), Code::BadRequest, "an attempt is for one number");
    ask(&server, OTHER, 2).await.unwrap();
    assert_eq!(sent(&server, 2).await.len(), 2);
}

#[tokio::test]
async fn a_code_is_dead_after_five_wrong_ones_also_over_a_restart() {
    let mut server = start(|_| {}).await;
    ask(&server, PHONE, 1).await.unwrap();
    let right = newest(&server, 1).await;
    for left in (0..LIMITS.phone_tries).rev() {
        let why = check(&server, 1, &wrong(&right)).await.unwrap_err();
        assert_eq!(why.code, Code::WrongDigits);
        assert_eq!(why.data.unwrap().tries_left.map(u64::from), Some(left));
        if left == 2 {
            server.restart().await;
        }
    }
    assert_eq!(code(check(&server, 1, &right).await), Code::DigitsExpired, "even the right one comes too late");
    assert_eq!(code(check(&server, 1, &wrong(&right)).await), Code::DigitsExpired);
}

#[tokio::test]
async fn guessing_goes_on_over_no_more_codes_than_a_number_gets() {
    let server = start(|config| config.limits.phone_codes_per_number = 4).await;
    let mut guesses = 0;
    for secret in 1..=60 {
        if ask(&server, PHONE, secret).await.is_ok() {
            let right = newest(&server, 1).await;
            while code(check(&server, secret, &wrong(&right)).await) == Code::WrongDigits {
                guesses += 1;
            }
        }
        server.clock.advance(HOUR / 4);
    }
    assert_eq!(guesses, 4 * LIMITS.phone_tries, "fifteen hours of guessing");
}

#[tokio::test]
async fn a_number_gets_so_many_codes_a_day() {
    let mut server = start(|config| config.limits.phone_codes_per_number = 2).await;
    // In the first hour of a day, so that the day does not end meanwhile.
    server.clock.advance(24 * HOUR - 1_800_000_000_000 % (24 * HOUR));
    for secret in 1..=2 {
        ask(&server, PHONE, secret).await.unwrap();
        server.clock.advance(HOUR);
    }
    server.restart().await;
    refused(ask(&server, PHONE, 3).await, Code::RateLimited, "phone_codes_per_number");
    ask(&server, OTHER, 4).await.unwrap();
    server.clock.advance(24 * HOUR);
    ask(&server, PHONE, 5).await.unwrap();
}

#[tokio::test]
async fn a_network_gets_so_many_codes_a_day() {
    let server = start(|config| {
        config.limits.phone_codes_per_address = 2;
        config.trusted_proxy_header = Some("x-forwarded-for".to_owned());
    })
    .await;
    let from = async |address: &str, secret: u8| {
        let phone = format!("+791234567{secret:02}");
        let body = RequestPhoneCode { phone, region: None, language: None, attempt: attempt(secret) };
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
        let body = serde_json::to_vec(&body).unwrap();
        server.send("POST", "/api/v1/phone-codes", &headers, &body).await.json::<PhoneCodeSent>()
    };
    from("192.0.2.1", 1).await.unwrap();
    from("192.0.2.200", 2).await.unwrap();
    refused(from("192.0.2.3", 3).await, Code::RateLimited, "phone_codes_per_address");
    from("192.0.3.1", 3).await.unwrap();
}

#[tokio::test]
async fn the_server_sends_so_many_codes_a_day() {
    let server = start(|config| config.limits.phone_codes = 2).await;
    ask(&server, PHONE, 1).await.unwrap();
    ask(&server, OTHER, 2).await.unwrap();
    refused(ask(&server, "+447911123456", 3).await, Code::RateLimited, "phone_codes");
}

#[tokio::test]
async fn a_code_expires() {
    let server = start(|_| {}).await;
    ask(&server, PHONE, 1).await.unwrap();
    let right = newest(&server, 1).await;
    server.clock.advance(LIMITS.phone_code_millis - 1);
    assert_eq!(code(check(&server, 1, &wrong(&right)).await), Code::WrongDigits);
    server.clock.advance(1);
    assert_eq!(code(check(&server, 1, &right).await), Code::DigitsExpired, "after phone_code_millis");
    server.tend().await;
    assert_eq!(code(check(&server, 1, &right).await), Code::DigitsExpired);
}

#[tokio::test]
async fn a_clock_that_jumps_gives_no_code_a_second_life_and_locks_nobody_out() {
    let server = start(|_| {}).await;
    ask(&server, PHONE, 1).await.unwrap();
    let right = newest(&server, 1).await;
    let day = i64::try_from(24 * HOUR).unwrap();
    server.clock.jump(-day);
    assert_eq!(code(check(&server, 1, &right).await), Code::DigitsExpired);
    ask(&server, PHONE, 2).await.unwrap();
    server.clock.jump(2 * day);
    ask(&server, PHONE, 3).await.unwrap();
    let newest = newest(&server, 3).await;
    assert!(check(&server, 3, &newest).await.is_ok());
}

#[tokio::test]
async fn what_is_no_number_or_not_served_is_told_apart() {
    let server = start(|config| {
        config.phone_regions = "RU, KZ".to_owned();
        config.phone_region = Some("RU".to_owned());
    })
    .await;
    assert_eq!(code(ask(&server, "12345", 1).await), Code::InvalidPhone);
    assert_eq!(code(ask(&server, "+7 800 555-35-35", 1).await), Code::InvalidPhone, "it takes no messages");
    assert_eq!(code(ask(&server, "+44 7911 123456", 1).await), Code::PhoneNotServed);
    assert_eq!(ask(&server, "8 (912) 345-67-89", 1).await.unwrap().phone, "+79123456789");
    let body = RequestPhoneCode { phone: PHONE.to_owned(), region: None, language: None, attempt: "short".to_owned() };
    assert_eq!(code(server.post::<PhoneCodeSent>("/api/v1/phone-codes", &body).await), Code::BadRequest);
}

#[tokio::test]
async fn a_server_without_phones_sends_nothing_and_shows_no_outbox() {
    let server = Server::start().await;
    assert_eq!(code(ask(&server, PHONE, 1).await), Code::NotFound);
    assert_eq!(code(check(&server, 1, "012345").await), Code::NotFound);
    assert_eq!(server.send("GET", "/dev/sms", &[], &[]).await.status, 404);
    let told = admin::ask(&server.data_dir(), &Admin::Sms).await.unwrap();
    assert!(matches!(told, Told::Failed { .. }), "{told:?}");
    assert!(!server.data_dir().join("phone.key").exists());
}

#[tokio::test]
async fn the_outbox_shows_what_was_sent() {
    let server = start(|config| config.name = "<b>Chat</b>".to_owned()).await;
    ask(&server, PHONE, 1).await.unwrap();
    let code = newest(&server, 1).await;
    let page = server.send("GET", "/dev/sms", &[], &[]).await;
    let text = String::from_utf8(page.body).unwrap();
    assert!(page.head.contains("content-type: text/html"), "{}", page.head);
    assert!(text.contains("+79123456789") && text.contains(&code) && !text.contains("<b>"), "{text}");
}

#[tokio::test]
async fn where_a_number_is_needed_there_is_no_account_without_one() {
    let server = start(|config| config.phone = PhoneOffer::Required).await;
    let without = sign_up(&server, 1, |_| {}).await.unwrap_err();
    assert_eq!(without.code, Code::SignUpRefused);
    assert!(without.detail.contains("phone"), "{}", without.detail);
    assert_eq!(code(sign_up(&server, 1, |request| request.phone = Some(attempt(1))).await), Code::DigitsExpired);
    verify(&server, PHONE, 1, 1).await;
    let session = sign_up(&server, 1, |request| request.phone = Some(attempt(1))).await.unwrap();
    let mut socket = Socket::open(&server, Encoding::Cbor).await;
    socket.hello(&session.token).await.unwrap();
    assert_eq!(code(socket.ask(Request::SetPhone { attempt: None }).await), Code::Forbidden);
    assert!(has_phone(&mut socket).await);
}

/// Signs up with a number; what the account's socket hears besides its answers is told later.
async fn with_phone(server: &Server, number: u8, phone: &str, secret: u8, count: usize) -> (Person, Socket) {
    verify(server, phone, secret, count).await;
    let person = server.join_as(number, |request| request.phone = Some(attempt(secret))).await;
    // What was told of the sign-up itself comes before the socket.
    server.settle().await;
    let socket = person.connect(server).await;
    (person, socket)
}

fn told_of_phone(pushes: &[Push]) -> Vec<bool> {
    let settings = |push: &Push| match push {
        Push::Change(Change::Settings { phone, .. }) => Some(*phone),
        _ => None,
    };
    pushes.iter().filter_map(settings).collect()
}

#[tokio::test]
async fn who_gets_a_number_takes_it_along_and_leaves_the_account_alone() {
    let server = start(|_| {}).await;
    let (_, mut at_alice) = with_phone(&server, 1, PHONE, 1, 1).await;
    server.clock.advance(HOUR);
    let verified = verify(&server, PHONE, 2, 2).await;
    assert_eq!(verified.holder, Some(PhoneHolder { reset: None }), "she is there: nothing is told of her");
    let bob = sign_up(&server, 2, |request| request.phone = Some(attempt(2))).await.unwrap();
    server.settle().await;
    assert_eq!(told_of_phone(&at_alice.pushes().await), [false], "her devices learn of it");
    let mut at_bob = Socket::open(&server, Encoding::Cbor).await;
    at_bob.hello(&bob.token).await.unwrap();
    assert_eq!((has_phone(&mut at_alice).await, has_phone(&mut at_bob).await), (false, true));
    assert_eq!(at_alice.ask(Request::Ping).await.unwrap(), Reply::Done, "she stays who she is");
}

#[tokio::test]
async fn a_number_is_set_changed_and_removed() {
    let server = start(|_| {}).await;
    let alice = server.join(1).await;
    let mut socket = alice.connect(&server).await;
    assert_eq!(code(socket.ask(Request::SetPhone { attempt: Some(attempt(1)) }).await), Code::DigitsExpired);
    for (count, (phone, secret)) in (1..).zip([(PHONE, 1), (OTHER, 2)]) {
        verify(&server, phone, secret, count).await;
        socket.ask(Request::SetPhone { attempt: Some(attempt(secret)) }).await.unwrap();
        server.settle().await;
        assert_eq!(told_of_phone(&socket.pushes().await), [true]);
    }
    server.clock.advance(HOUR);
    assert_eq!(verify(&server, PHONE, 3, 3).await.holder, None, "the former number is free");
    socket.ask(Request::SetPhone { attempt: None }).await.unwrap();
    server.settle().await;
    assert_eq!(told_of_phone(&socket.pushes().await), [false]);
    server.clock.advance(HOUR);
    assert_eq!(verify(&server, OTHER, 4, 4).await.holder, None);
}

#[tokio::test]
async fn the_number_of_a_deleted_account_is_nobodys() {
    let server = start(|_| {}).await;
    let (mut alice, mut socket) = with_phone(&server, 1, PHONE, 1, 1).await;
    let entries = vec![alice.by_device(DeviceLogOp::Remove { device: alice.device })];
    socket.ask(Request::DeleteAccount { entries }).await.unwrap();
    server.clock.advance(25 * HOUR);
    assert_eq!(verify(&server, PHONE, 2, 2).await.holder, None);
    sign_up(&server, 2, |request| request.phone = Some(attempt(2))).await.unwrap();
}

#[tokio::test]
async fn the_number_alone_resets_only_what_nobody_uses() {
    let server = start(|_| {}).await;
    let (alice, socket) = with_phone(&server, 1, PHONE, 1, 1).await;
    let reset = |secret: u8| {
        let (mut new, _) = stranger(50 + secret);
        new.account = alice.account;
        new.log = beseda_model::device_log::DeviceLog::new(alice.account, new.root.public());
        let entry = new.add_by_root(new.device);
        ResetIdentity { ticket: attempt(secret), root: new.root.public().to_vec().into(), entry }
    };
    let try_reset = async |secret| server.post::<Session>("/api/v1/identity-resets", &reset(secret)).await;
    server.clock.advance(LIMITS.phone_quiet_millis);
    assert_eq!(verify(&server, PHONE, 2, 2).await.holder, Some(PhoneHolder { reset: None }), "she is connected");
    assert_eq!(code(try_reset(2).await), Code::Unauthorized);
    drop(socket);
    while server.store().read_blocking(last_seen(alice.account)).unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(check(&server, 2, "").await.unwrap().holder, Some(PhoneHolder { reset: None }), "she was here just now");
    assert_eq!(code(try_reset(2).await), Code::Unauthorized);
    server.clock.advance(LIMITS.phone_quiet_millis - 1);
    verify(&server, PHONE, 3, 3).await;
    assert_eq!(code(try_reset(3).await), Code::Unauthorized, "a moment before phone_quiet_millis have passed");
    server.clock.advance(1);
    let holder = check(&server, 3, "").await.unwrap().holder;
    assert_eq!(holder, Some(PhoneHolder { reset: Some(alice.account) }));
    let session = try_reset(3).await.unwrap();
    assert_eq!(session.account, alice.account);
    assert_eq!(code(try_reset(3).await), Code::Unauthorized, "it was good for one");
    let mut old = Socket::open(&server, Encoding::Cbor).await;
    assert_eq!(code(old.hello(&alice.token).await), Code::DeviceRevoked);
    let mut new = Socket::open(&server, Encoding::Cbor).await;
    new.hello(&session.token).await.unwrap();
    assert!(has_phone(&mut new).await, "the number is the account's, not the identity's");
}

fn last_seen(
    account: beseda_model::AccountId,
) -> impl FnOnce(
    &dyn beseda_app::port::View,
) -> Result<Option<beseda_model::Timestamp>, beseda_app::usecase::account::AccountError>
+ Send
+ 'static {
    move |view| beseda_app::usecase::account::last_seen(view, account)
}

#[tokio::test]
async fn the_database_holds_neither_numbers_nor_codes() {
    let mut server = start(|_| {}).await;
    with_phone(&server, 1, PHONE, 1, 1).await;
    ask(&server, OTHER, 2).await.unwrap();
    let code = newest(&server, 2).await;
    server.stop().await;
    for entry in std::fs::read_dir(server.data_dir()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        for secret in ["79123456789", "79123456788", "9123456", code.as_str()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in the data directory");
        }
    }
}

#[tokio::test]
async fn a_server_does_not_start_with_another_key_than_its_databases() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut server = start(|_| {}).await;
    with_phone(&server, 1, PHONE, 1, 1).await;
    let path = server.data_dir().join("phone.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let key = std::fs::read(&path).unwrap();
    server.stop().await;
    for broken in [None, Some(vec![0; 32]), Some(vec![0; 5])] {
        std::fs::remove_file(&path).unwrap_or_default();
        if let Some(bytes) = broken {
            std::fs::write(&path, bytes).unwrap();
        }
        let why = server.try_start().await.unwrap_err().to_string();
        assert!(why.contains("phone.key"), "{why}");
    }
    std::fs::write(&path, key).unwrap();
    server.try_start().await.unwrap();
    server.clock.advance(HOUR);
    assert!(verify(&server, PHONE, 2, 1).await.holder.is_some(), "the number is found again");
}

#[test]
fn debug_output_shows_neither_number_nor_code() {
    let sms = Sms { id: "1".into(), to: "+79123456789".into(), text: "012345".into(), code: "012345".into() };
    let shown =
        [format!("{sms:?}"), format!("{:?}", CheckPhoneCode { attempt: attempt(1), code: "012345".to_owned() })];
    for text in shown {
        assert!(!text.contains("9123456") && !text.contains("012345"), "{text}");
    }
}
