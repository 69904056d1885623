use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::host::tls::client_config;

#[derive(Debug, Default)]
struct StoppedClock(AtomicU64);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A machine that is a function.
struct Scripted<F>(F);

impl<F: FnMut(Event) -> Vec<Effect> + Send + 'static> Machine for Scripted<F> {
    fn handle(&mut self, _: Timestamp, event: Event) -> Vec<Effect> {
        (self.0)(event)
    }
}

fn drive<F: FnMut(Event) -> Vec<Effect> + Send + 'static>(first: Vec<Effect>, script: F) -> Driver<Scripted<F>> {
    let clock = Arc::new(StoppedClock::default());
    let files = Files::new(std::env::temp_dir().join("beseda-driver-without-files"));
    Driver::start(Scripted(script), first, clock, client_config(None).unwrap(), files, Handle::current()).unwrap()
}

fn command() -> Command {
    Command::Verify { account: beseda_model::AccountId::from_bytes([1; 16]), verified: true }
}

#[tokio::test]
async fn a_command_ends_with_its_own_answer() {
    let driver = drive(Vec::new(), |event| match event {
        Event::Command { id, .. } => vec![Effect::Done { id, result: Err(Failure::NotFound) }],
        _ => Vec::new(),
    });
    assert_eq!(driver.command(command()).await, Err(Failure::NotFound));
}

#[tokio::test]
async fn frames_go_both_ways_and_the_end_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/api/v1/socket", listener.local_addr().unwrap());
    let (events, mut seen) = tokio_mpsc::unbounded_channel();
    let driver = drive(vec![Effect::Connect { url }], move |event| {
        let answer = match &event {
            Event::Connected => vec![Effect::Send(b"hello".to_vec())],
            _ => Vec::new(),
        };
        events.send(format!("{event:?}")).unwrap();
        answer
    });
    let (stream, _) = listener.accept().await.unwrap();
    let callback = |request: &_, mut response: tokio_tungstenite::tungstenite::handshake::server::Response| {
        let request: &tokio_tungstenite::tungstenite::handshake::server::Request = request;
        let asked = request.headers().get("Sec-WebSocket-Protocol").cloned().unwrap();
        assert_eq!(asked, "beseda.v1.cbor");
        response.headers_mut().insert("Sec-WebSocket-Protocol", asked);
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, callback).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Binary(b"hello".to_vec().into()));
    socket.send(Message::Binary(vec![7].into())).await.unwrap();
    socket.close(None).await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), "Connected");
    assert_eq!(seen.recv().await.unwrap(), "Frame([7])");
    assert_eq!(seen.recv().await.unwrap(), "Disconnected");
    assert_eq!(driver.link().borrow().trouble, Some(Trouble::Closed));
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let first = vec![
        Effect::Connect { url: format!("ws://{free}/") },
        Effect::Http { id: 3, method: "GET", url: format!("http://{free}/"), token: None, body: None },
    ];
    let (events, mut seen) = tokio_mpsc::unbounded_channel();
    let driver = drive(first, move |event| {
        events.send(format!("{event:?}")).unwrap();
        Vec::new()
    });
    let mut both = [seen.recv().await.unwrap(), seen.recv().await.unwrap()];
    both.sort();
    assert_eq!(both, ["Disconnected", "Http { id: 3, response: None }"]);
    assert_eq!(driver.link().borrow().trouble, Some(Trouble::NoAnswer));
}

#[tokio::test]
async fn a_request_that_fails_says_why() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let without_tls = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = without_tls.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = without_tls.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    for (url, trouble) in [
        (format!("http://{free}/"), Trouble::NoAnswer),
        ("http://no-such-host.invalid/".to_owned(), Trouble::NoSuchHost),
        (format!("https://{plain}/"), Trouble::NotAServer),
    ] {
        let (events, mut seen) = tokio_mpsc::unbounded_channel();
        let first = vec![Effect::Http { id: 1, method: "GET", url: url.clone(), token: None, body: None }];
        let driver = drive(first, move |event| {
            events.send(format!("{event:?}")).unwrap();
            Vec::new()
        });
        assert_eq!(seen.recv().await.unwrap(), "Http { id: 1, response: None }");
        assert_eq!(driver.link().borrow().trouble, Some(trouble), "{url}");
    }
}

#[tokio::test]
async fn a_wish_that_is_due_wakes_the_engine() {
    let (events, mut seen) = tokio_mpsc::unbounded_channel();
    let _driver = drive(vec![Effect::WakeAt(Timestamp::from_millis(0))], move |event| {
        events.send(format!("{event:?}")).unwrap();
        Vec::new()
    });
    assert_eq!(seen.recv().await.unwrap(), "Tick");
}

#[tokio::test]
async fn the_end_of_the_engine_is_a_failure_not_a_hang() {
    let driver = drive(Vec::new(), |_| Vec::new());
    driver.jobs.send(Job::Stop).unwrap();
    assert_eq!(driver.command(command()).await, Err(Failure::Store));
    assert_eq!(driver.look(|_| 1).await, None);
}
