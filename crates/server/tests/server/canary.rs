//! Nothing that people write, are called or keep secret reaches the log, at any level.

use std::io::Write;
use std::sync::{Arc, Mutex};

use beseda_model::ConversationKind;
use beseda_server::config::TlsMode;
use beseda_wire::Encoding;
use beseda_wire::http::{CheckPhoneCode, PhoneCodeSent, PhoneVerified, RequestPhoneCode, SignIn, SignInTicket};
use beseda_wire::request::Request;

use crate::mls::say;
use crate::people::device;
use crate::world::{Server, Socket};

#[derive(Clone, Default)]
pub(crate) struct Log(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_canary_reaches_the_log() {
    let log = Log::default();
    let writer = log.clone();
    // For this process alone: nextest runs each test in its own. The subscriber stays until the end.
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).ok();

    let site = crate::previews::Site::start().await;
    let server = crate::phones::start(|config| site.allow(config)).await;
    let mut alice = server
        .join_as(1, |sign_up| {
            sign_up.username = Some("canaryname".parse().unwrap());
            sign_up.password = Some("canary-password".to_owned());
        })
        .await;
    let bob = server.join(2).await;
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let mut at_alice = alice.connect_with(&server, Encoding::Json).await;
    let mut at_bob = bob.connect(&server).await;
    at_alice.ask(say(here, 1, b"canary-text")).await.unwrap();
    at_bob.push().await;
    at_alice.ask(Request::Whisper { conversation: here, body: b"canary-whisper".to_vec().into() }).await.unwrap();
    at_alice.ask(Request::SetProfile { body: b"canary-profile".to_vec().into() }).await.unwrap();
    at_alice.ask(Request::FindAccounts { username: "canarysearch".to_owned() }).await.unwrap();
    let change = Request::SetPassword {
        current: Some("canary-guess".to_owned()),
        proof: None,
        new: "canary-new-password".to_owned(),
    };
    at_alice.ask(change).await.unwrap_err();
    let open = Request::OpenLink { code: "CANARY-CODE".to_owned(), nonce: vec![1; 32].into() };
    at_alice.ask(open).await.unwrap_err();
    at_bob.ask(Request::SetUsername { username: Some("canaryname".parse().unwrap()) }).await.unwrap_err();
    at_alice.send_bytes(b"{\"id\":1,\"do\":\"canary-frame\"}".to_vec()).await;
    let sign_in = SignIn { username: "canaryname".parse().unwrap(), password: "canary-wrong".to_owned() };
    server.post::<SignInTicket>("/api/v1/sessions", &sign_in).await.unwrap_err();
    let mut wrong = Socket::open(&server, Encoding::Cbor).await;
    wrong.hello("canary-token").await.unwrap_err();
    let phone = RequestPhoneCode {
        phone: "+7 912 345-67-89".to_owned(),
        region: None,
        language: None,
        attempt: crate::phones::attempt(1),
    };
    server.post::<PhoneCodeSent>("/api/v1/phone-codes", &phone).await.unwrap();
    let code = crate::phones::newest(&server, 1).await;
    for typed in ["canary-guess", code.as_str()] {
        let guess = CheckPhoneCode { attempt: crate::phones::attempt(1), code: typed.to_owned() };
        drop(server.post::<PhoneVerified>("/api/v1/phone-codes/check", &guess).await);
    }
    at_bob.ask(Request::SetPhone { attempt: Some(crate::phones::attempt(1)) }).await.unwrap();
    let caller = crate::blobs::Caller::new(&server, &alice);
    let blob = caller.upload(b"canary-file").await;
    assert_eq!(caller.fetch(blob).await.body, b"canary-file");
    crate::previews::ask(&server, &alice, &site.at("/canary-page")).await.unwrap_err();
    assert_eq!(site.asked(), ["/canary-page"]);
    at_bob.ask(Request::KeepBlobs { blobs: vec![blob] }).await.unwrap();
    let second = alice.recover(&server, device(9)).await;
    server.settle().await;
    let secured = Server::start_with(|config| config.tls = TlsMode::Local).await;
    secured.clock.advance(61 * 86_400_000);
    secured.tend().await;
    let key = std::fs::read_to_string(secured.data_dir().join("tls/ca-key.pem")).unwrap();

    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("op=\"append\"") && log.contains("op=\"sign_up\""), "the log is the one of this server");
    for secret in [alice.token.as_str(), bob.token.as_str(), second.as_str()] {
        assert!(!log.contains(secret), "a token is in the log");
    }
    assert!(log.contains("shows a new certificate"), "the key was used");
    for line in key.lines().filter(|line| !line.starts_with('-')) {
        assert!(!log.contains(line), "the authority's key is in the log");
    }
    assert!(log.contains("op=\"request_phone_code\"") && log.contains("op=\"set_phone\""));
    for secret in ["9123456789", "912 345", code.as_str(), crate::phones::attempt(1).as_str()] {
        assert!(!log.contains(secret), "a number, a code or an attempt is in the log");
    }
    assert!(log.contains("op=\"create_upload\"") && log.contains("op=\"blob\"") && log.contains("op=\"keep_blobs\""));
    assert!(!log.contains(&blob.to_string()), "the id of a blob is the right to it");
    let lower = log.to_lowercase();
    let line = lower.lines().find(|line| line.contains("canary") && !line.contains("no_canary"));
    assert_eq!(line, None);
}
