//! A server in a temporary folder, and clients that speak to it over TCP.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beseda_app::port::BlobStore;
use beseda_model::{Clock, Rng, Timestamp};
use beseda_server::tls::Machine;
use beseda_server::{Config, Outside, Running, Site};
use beseda_wire::request::{ClientFrame, Hello, Reply, Request, ServerFrame};
use beseda_wire::{Encoding, FEATURE_LEVEL, Problem, Push, SUBPROTOCOL_CBOR, SUBPROTOCOL_JSON};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};

/// After this long a test is not slow but stuck.
const STUCK: Duration = Duration::from_secs(60);

/// A clock that a test sets.
#[derive(Debug, Default)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn advance(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets it forward or back.
    pub(crate) fn jump(&self, millis: i64) {
        let now = self.0.load(Ordering::SeqCst);
        self.0.store(now.saturating_add_signed(millis), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Chance that repeats.
struct TestRng(u64);

impl Rng for TestRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.0 += 1;
            let block = Sha256::digest(self.0.to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// A machine that is called `nas` and can be carried elsewhere.
#[derive(Debug)]
pub(crate) struct TestMachine(Mutex<Vec<IpAddr>>);

impl TestMachine {
    pub(crate) fn move_to(&self, addresses: &[&str]) {
        *self.0.lock().unwrap() = addresses.iter().map(|address| address.parse().unwrap()).collect();
    }
}

impl Machine for TestMachine {
    fn name(&self) -> Option<String> {
        Some("nas".to_owned())
    }

    fn addresses(&self) -> Vec<IpAddr> {
        self.0.lock().unwrap().clone()
    }
}

/// A server that runs in its own folder.
pub(crate) struct Server {
    running: Option<Running>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) machine: Arc<TestMachine>,
    config: Config,
    site: Site,
    files: Option<Arc<dyn BlobStore>>,
    folder: TempDir,
}

impl Deref for Server {
    type Target = Running;

    fn deref(&self) -> &Running {
        self.running.as_ref().expect("it runs until it is shut down")
    }
}

impl Server {
    /// With settings under which tests are quick.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With other settings than these.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::serving(Site::embedded(), change).await
    }

    /// With this web app.
    pub(crate) async fn serving(site: Site, change: impl FnOnce(&mut Config)) -> Self {
        Self::storing(None, site, change).await
    }

    /// With these files in the place of its own.
    pub(crate) async fn storing(
        files: Option<Arc<dyn BlobStore>>,
        site: Site,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data_dir: folder.path().join("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            pow_bits: 2,
            ..Config::default()
        };
        let limits = &mut config.limits;
        for roomy in [
            &mut limits.sign_ups,
            &mut limits.sign_ins,
            &mut limits.anonymous_requests,
            &mut limits.page_requests,
            &mut limits.requests,
        ] {
            *roomy = 1_000_000;
        }
        // Tests move time by hours.
        limits.idle_millis = u64::from(u32::MAX);
        change(&mut config);
        let clock = Arc::new(TestClock(AtomicU64::new(1_800_000_000_000)));
        let machine = Arc::new(TestMachine(Mutex::default()));
        machine.move_to(&["127.0.0.1", "192.168.1.5"]);
        let outside = outside(&clock, &machine, site, files.clone(), 0);
        let running = Some(run(&config, outside).await);
        Self { running, clock, machine, config, site, files, folder }
    }

    /// Starts it on another data directory, after it was stopped.
    pub(crate) async fn move_to(&mut self, data_dir: std::path::PathBuf) {
        self.config.data_dir = data_dir;
        self.running = Some(run(&self.config, self.outside()).await);
    }

    /// Stops it and starts it again on the same folder.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(run(&self.config, self.outside()).await);
    }

    /// Stops it and starts it again with other settings.
    pub(crate) async fn reconfigure(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
        self.restart().await;
    }

    /// Starts it, after it was stopped, if it does.
    pub(crate) async fn try_start(&mut self) -> Result<(), beseda_server::StartError> {
        self.running = Some(beseda_server::start_with(self.config.clone(), self.outside()).await?);
        Ok(())
    }

    fn outside(&self) -> Outside {
        outside(&self.clock, &self.machine, self.site, self.files.clone(), 1 << 32)
    }

    /// Its data directory.
    pub(crate) fn data_dir(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Where tests may put things.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it, until all that was written is in the database file; the folder stays until it is dropped.
    pub(crate) async fn stop(&mut self) -> bool {
        let all_gone = self.running.take().expect("it runs").shutdown().await;
        // The last of its tasks may let go of the database a moment after it has stopped.
        while self.data_dir().join("beseda.db-wal").exists() {
            tokio::task::yield_now().await;
        }
        all_gone
    }

    /// Posts JSON and reads the answer as such.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Problem> {
        let body = serde_json::to_vec(body).unwrap();
        self.send("POST", path, &[("content-type", "application/json")], &body).await.json()
    }

    /// Gets JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.send("GET", path, &[], &[]).await.json()
    }

    /// Any request.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let exchange = async {
            let mut stream = TcpStream::connect(self.addr()).await.unwrap();
            let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
            head.push_str(&format!("content-length: {}\r\n", body.len()));
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            // A server that refuses by the head alone may have closed before it has read this.
            drop(stream.write_all(body).await);
            let mut answer = Vec::new();
            drop(stream.read_to_end(&mut answer).await);
            Answer::parse(&answer)
        };
        tokio::time::timeout(STUCK, exchange).await.expect("the server answers")
    }
}

async fn run(config: &Config, outside: Outside) -> Running {
    Box::pin(beseda_server::start_with(config.clone(), outside)).await.unwrap()
}

fn outside(
    clock: &Arc<TestClock>,
    machine: &Arc<TestMachine>,
    site: Site,
    files: Option<Arc<dyn BlobStore>>,
    seed: u64,
) -> Outside {
    Outside { clock: clock.clone(), rng: Box::new(TestRng(seed)), site, machine: machine.clone(), files }
}

/// What came back over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = bytes[end + 4..].to_vec();
        Self { status, head, body }
    }

    /// The body, or the problem that it describes.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if self.status == 200 {
            Ok(serde_json::from_slice(&self.body).unwrap())
        } else {
            assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
            Err(serde_json::from_slice(&self.body).unwrap())
        }
    }
}

/// What a WebSocket runs over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// A client's side of a WebSocket.
pub(crate) struct Socket {
    pub(crate) stream: WebSocketStream<Box<dyn Transport>>,
    pub(crate) encoding: Encoding,
    next_id: u32,
    pushes: VecDeque<Push>,
    /// That have overtaken the awaited one, by request.
    answers: HashMap<u32, Result<Reply, Problem>>,
}

/// What came over a socket.
#[derive(Debug)]
pub(crate) enum Came {
    Frame(ServerFrame),
    Closed(Option<u16>),
}

impl Socket {
    /// Opens one without saying hello.
    pub(crate) async fn open(server: &Server, encoding: Encoding) -> Self {
        Self::try_open(server, encoding).await.unwrap()
    }

    /// The same, if the server lets it.
    pub(crate) async fn try_open(server: &Server, encoding: Encoding) -> Result<Self, tungstenite::Error> {
        Self::dial(server.addr(), encoding).await
    }

    /// The same with whatever is at this address.
    pub(crate) async fn dial(addr: SocketAddr, encoding: Encoding) -> Result<Self, tungstenite::Error> {
        let tcp = TcpStream::connect(addr).await?;
        Self::over(tcp, &format!("ws://{addr}"), encoding).await
    }

    /// The same over a connection that exists.
    pub(crate) async fn over(
        stream: impl Transport + 'static,
        origin: &str,
        encoding: Encoding,
    ) -> Result<Self, tungstenite::Error> {
        let protocol = match encoding {
            Encoding::Cbor => SUBPROTOCOL_CBOR,
            Encoding::Json => SUBPROTOCOL_JSON,
        };
        let mut request = format!("{origin}/api/v1/socket").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        let (stream, response) =
            tokio_tungstenite::client_async(request, Box::new(stream) as Box<dyn Transport>).await?;
        assert_eq!(response.headers().get("sec-websocket-protocol").unwrap(), protocol);
        Ok(Self { stream, encoding, next_id: 0, pushes: VecDeque::new(), answers: HashMap::new() })
    }

    /// Authenticates.
    pub(crate) async fn hello(&mut self, token: &str) -> Result<Reply, Problem> {
        self.ask(Request::Hello(Hello { token: token.to_owned(), feature: FEATURE_LEVEL })).await
    }

    /// Sends a request without waiting for its answer; its id.
    pub(crate) async fn send(&mut self, request: Request) -> u32 {
        self.next_id += 1;
        let bytes = self.encoding.encode(&ClientFrame { id: self.next_id, request });
        self.send_bytes(bytes).await;
        self.next_id
    }

    /// Sends a message of the socket's own kind.
    pub(crate) async fn send_bytes(&mut self, bytes: Vec<u8>) {
        let message = match self.encoding {
            Encoding::Cbor => Message::binary(bytes),
            Encoding::Json => Message::text(String::from_utf8(bytes).unwrap()),
        };
        self.stream.send(message).await.unwrap();
    }

    /// Asks and waits for the answer; pushes that come before are kept.
    pub(crate) async fn ask(&mut self, request: Request) -> Result<Reply, Problem> {
        let id = self.send(request).await;
        self.answer(id).await
    }

    /// Waits for the answer with this id. What comes before it is kept: pushes, and answers to other requests, which
    /// may overtake each other.
    pub(crate) async fn answer(&mut self, wanted: u32) -> Result<Reply, Problem> {
        loop {
            if let Some(answer) = self.answers.remove(&wanted) {
                return answer;
            }
            let (id, answer) = match self.next().await {
                Came::Frame(ServerFrame::Ok { id, re }) => (id, Ok(re)),
                Came::Frame(ServerFrame::Err { id, why }) => (id, Err(why)),
                Came::Frame(ServerFrame::Push(push)) => {
                    self.pushes.push_back(push);
                    continue;
                }
                other @ Came::Closed(_) => panic!("waiting for answer {wanted}, there came {other:?}"),
            };
            assert!(self.answers.insert(id, answer).is_none(), "request {id} is answered twice");
        }
    }

    /// The next push.
    pub(crate) async fn push(&mut self) -> Push {
        if let Some(push) = self.pushes.pop_front() {
            return push;
        }
        match self.next().await {
            Came::Frame(ServerFrame::Push(push)) => push,
            other => panic!("waiting for a push, there came {other:?}"),
        }
    }

    /// Pushes that have come, after everything before a ping was answered.
    pub(crate) async fn pushes(&mut self) -> Vec<Push> {
        self.ask(Request::Ping).await.unwrap();
        self.pushes.drain(..).collect()
    }

    /// Whatever comes next.
    pub(crate) async fn next(&mut self) -> Came {
        loop {
            let message = tokio::time::timeout(STUCK, self.stream.next()).await.expect("something comes");
            let (spoken, bytes) = match message {
                Some(Ok(Message::Binary(bytes))) => (Encoding::Cbor, bytes.to_vec()),
                Some(Ok(Message::Text(text))) => (Encoding::Json, text.as_bytes().to_vec()),
                Some(Ok(Message::Close(frame))) => {
                    return Came::Closed(frame.map(|CloseFrame { code, .. }| code.into()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                None | Some(Err(_)) => return Came::Closed(None),
            };
            assert_eq!(spoken, self.encoding);
            return Came::Frame(spoken.decode(&bytes).unwrap());
        }
    }

    /// Waits for the end; the close code, and what came before it.
    pub(crate) async fn end(&mut self) -> (Vec<ServerFrame>, Option<u16>) {
        let mut frames: Vec<ServerFrame> = self.pushes.drain(..).map(ServerFrame::Push).collect();
        loop {
            match self.next().await {
                Came::Frame(frame) => frames.push(frame),
                Came::Closed(code) => return (frames, code),
            }
        }
    }
}
