//! The carriers of text messages, and the conformance suite of their port.
#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beseda_app::port::conformance::sms::{awkward, delivers_what_it_is_given};
use beseda_app::port::{SmsError, SmsSender, SmsSending};
use beseda_infra::sms::http::{HttpSms, HttpSmsError, HttpSmsOptions};
use beseda_infra::sms::outbox::OutboxSms;

fn run(sending: SmsSending<'_>) -> Result<(), SmsError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(sending)
}

#[test]
fn the_outbox_delivers_what_it_is_given() {
    let outbox = OutboxSms::default();
    let arrived = || outbox.messages().into_iter().rev().map(|sms| (sms.to, sms.text)).collect();
    delivers_what_it_is_given(&outbox, run, arrived);
}

#[test]
fn the_outbox_keeps_the_last_hundred() {
    let outbox = OutboxSms::default();
    for number in 0..101 {
        run(outbox.send(&beseda_app::port::Sms { id: number.to_string(), ..awkward() })).unwrap();
    }
    let kept = outbox.messages();
    assert_eq!((kept.len(), kept[0].id.as_str(), kept[99].id.as_str()), (100, "100", "1"));
}

/// A service that remembers what it was asked and answers with one status.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let requests = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                requests.lock().unwrap().push(answer(stream.unwrap(), status));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads a whole request, and only then answers: it is remembered before the other side goes on.
fn answer(mut stream: TcpStream, status: &str) -> String {
    let mut request = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let length = stream.read(&mut chunk).unwrap();
        request.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let wanted =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() >= wanted.map_or(0, |length| length.parse().unwrap()) {
                write!(
                    stream,
                    "HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
                .unwrap();
                return text;
            }
        }
        assert!(length > 0, "a whole request");
    }
}

fn options(address: &str, kind: &str, body: &str) -> HttpSmsOptions {
    let headers = [("content-type", kind), ("authorization", "Bearer ${SMS_TOKEN}"), ("idempotency-key", "{id}")];
    HttpSmsOptions {
        url: format!("http://{address}/send?to={{to}}"),
        method: "POST".to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: body.to_owned(),
        timeout: Duration::from_secs(30),
    }
}

fn environment(name: &str) -> Option<String> {
    (name == "SMS_TOKEN").then(|| "secret".to_owned())
}

fn unquoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.extend(data_encoding::HEXUPPER.decode(&[*high, *low]).unwrap());
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_form_delivers_what_it_is_given() {
    let service = Service::start("201 Created");
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    let sender = HttpSms::new(&options(&service.address, kind, "To={to}&Body={text}"), environment).unwrap();
    let arrived = || {
        let body = |request: &String| request.split_once("\r\n\r\n").unwrap().1.to_owned();
        let parts = |request: &String| {
            let body = body(request);
            let (to, text) = body.strip_prefix("To=").unwrap().split_once("&Body=").unwrap();
            (unquoted(to), unquoted(text))
        };
        service.asked().iter().map(parts).collect()
    };
    delivers_what_it_is_given(&sender, run, arrived);
    let first = service.asked().remove(0);
    assert!(first.starts_with("POST /send?to=%2B79123456789 HTTP/1.1"), "{first}");
    assert!(first.contains("authorization: Bearer secret"), "{first}");
    assert!(first.contains("idempotency-key: 0f1e2d3c"), "{first}");
}

#[test]
fn json_delivers_what_it_is_given() {
    let service = Service::start("200 OK");
    let body = "{\"messages\":[{\"to\":\"{to}\",\"text\":\"{text}\"}]}";
    let sender = HttpSms::new(&options(&service.address, "application/json", body), environment).unwrap();
    let arrived = || {
        let parts = |request: &String| {
            let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
            let message = &body["messages"][0];
            (message["to"].as_str().unwrap().to_owned(), message["text"].as_str().unwrap().to_owned())
        };
        service.asked().iter().map(parts).collect()
    };
    delivers_what_it_is_given(&sender, run, arrived);
}

#[test]
fn what_a_service_says_is_told_apart_and_a_redirect_is_not_followed() {
    for (status, expected) in [
        ("204 No Content", Ok(())),
        ("302 Found", Err(SmsError::Refused { status: 302 })),
        ("400 Bad Request", Err(SmsError::Refused { status: 400 })),
        ("429 Too Many Requests", Err(SmsError::Failed { status: 429 })),
        ("503 Service Unavailable", Err(SmsError::Failed { status: 503 })),
    ] {
        let service = Service::start(status);
        let sender = HttpSms::new(&options(&service.address, "text/plain", "{text}"), environment).unwrap();
        assert_eq!(run(sender.send(&awkward())), expected, "{status}");
        assert_eq!(service.asked().len(), 1, "{status}");
        assert_eq!(
            expected.is_err_and(|error| error.is_passing()),
            status.starts_with(['4', '5']) && !status.starts_with("400")
        );
    }
}

#[test]
fn nobody_there_and_nobody_answering_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let sender = HttpSms::new(&options(&closed, "text/plain", "{text}"), environment).unwrap();
    assert_eq!(run(sender.send(&awkward())), Err(SmsError::Unreachable));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let soon = HttpSmsOptions { timeout: Duration::from_millis(100), ..options(&address, "text/plain", "{text}") };
    assert_eq!(run(HttpSms::new(&soon, environment).unwrap().send(&awkward())), Err(SmsError::TimedOut));
}

#[test]
fn a_service_that_cannot_be_used_is_told_before_the_first_message() {
    let good = options("127.0.0.1:1", "application/json", "{text}");
    let header = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    for (wrong, expected) in [
        (HttpSmsOptions { url: "ftp://example.org".into(), ..good.clone() }, HttpSmsError::Url),
        (HttpSmsOptions { url: "nowhere".into(), ..good.clone() }, HttpSmsError::Url),
        (HttpSmsOptions { method: "PO ST".into(), ..good.clone() }, HttpSmsError::Method),
        (HttpSmsOptions { headers: header("a b", ""), ..good.clone() }, HttpSmsError::Header("a b".into())),
        (HttpSmsOptions { headers: header("a", "x\ny"), ..good.clone() }, HttpSmsError::Header("a".into())),
    ] {
        assert_eq!(HttpSms::new(&wrong, environment).unwrap_err(), expected);
    }
    let error = HttpSms::new(&good, |_| None).unwrap_err().to_string();
    assert!(error.contains("headers.authorization") && error.contains("SMS_TOKEN"), "{error}");
}
