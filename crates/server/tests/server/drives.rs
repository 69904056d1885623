//! Cloud drives, through the server: a real WebDAV server and a real store that speaks S3 on the other side.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use beseda_model::Code;
use beseda_server::Config;
use beseda_wire::Problem;
use beseda_wire::http::{
    AuthorizeDrive, DriveAccess, DrivePage, DriveProvider, ExchangeDrive, ListDrive, ReadDrive, RefreshDrive,
    WriteDrive,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use dav_server::DavHandler;
use dav_server::fakels::FakeLs;
use dav_server::localfs::LocalFs;
use hyper::service::service_fn;
use tokio::io::AsyncWriteExt as _;

use crate::people::Person;
#[cfg(feature = "s3")]
use crate::s3::bucket;
use crate::world::{Answer, Server};

/// A WebDAV server over a folder, which knows one person.
struct Dav {
    folder: tempfile::TempDir,
    address: String,
    full: Arc<AtomicBool>,
}

impl Dav {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/dav", listener.local_addr().unwrap());
        let files = LocalFs::new(folder.path(), false, false, false);
        let handler =
            DavHandler::builder().filesystem(files).locksystem(FakeLs::new()).strip_prefix("/dav").build_handler();
        let full = Arc::new(AtomicBool::new(false));
        let is_full = full.clone();
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (handler, full) = (handler.clone(), is_full.clone());
                let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let (handler, full) = (handler.clone(), full.clone());
                    async move {
                        let basic = format!("Basic {}", BASE64.encode(b"canary-user:canary-password"));
                        let is_known = request.headers().get("authorization").is_some_and(|value| value == &basic);
                        let is_refused = request.method() == "PUT" && full.load(Ordering::Relaxed);
                        if !is_known || is_refused {
                            let answer = hyper::Response::builder().status(if is_known { 507 } else { 401 });
                            return Ok::<_, Infallible>(answer.body(dav_server::body::Body::empty()).unwrap());
                        }
                        Ok(handler.handle(request).await)
                    }
                });
                tokio::spawn(async move {
                    let io = hyper_util::rt::TokioIo::new(stream);
                    drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await);
                });
            }
        });
        Self { folder, address, full }
    }

    fn access(&self, password: &str) -> DriveAccess {
        let (user, password) = ("canary-user".to_owned(), password.to_owned());
        DriveAccess::Webdav { address: self.address.clone(), user, password }
    }

    fn drive(&self) -> DriveAccess {
        self.access("canary-password")
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn here(config: &mut Config) {
    config.drives.allow = vec!["127.0.0.1/32".to_owned()];
}

async fn with_alice(change: impl FnOnce(&mut Config)) -> (Server, Person) {
    let server = Server::start_with(|config| {
        here(config);
        change(config);
    })
    .await;
    let alice = server.join(1).await;
    (server, alice)
}

pub(crate) async fn post(server: &Server, who: &Person, door: &str, body: &impl serde::Serialize) -> Answer {
    let bearer = format!("Bearer {}", who.token);
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    server.send("POST", &format!("/api/v1/drives/{door}"), &headers, &serde_json::to_vec(body).unwrap()).await
}

pub(crate) async fn list(
    server: &Server,
    who: &Person,
    drive: DriveAccess,
    path: &str,
    skip: u64,
) -> Result<DrivePage, Problem> {
    post(server, who, "list", &ListDrive { drive, path: path.to_owned(), skip }).await.json()
}

pub(crate) async fn read(server: &Server, who: &Person, drive: DriveAccess, path: &str, at: u64) -> Answer {
    post(server, who, "read", &ReadDrive { drive, path: path.to_owned(), at }).await
}

pub(crate) fn header(drive: DriveAccess, path: &str, replace: bool) -> String {
    let told = WriteDrive { drive, path: path.to_owned(), replace };
    BASE64URL_NOPAD.encode(&serde_json::to_vec(&told).unwrap())
}

pub(crate) async fn write(server: &Server, who: &Person, told: &str, bytes: &[u8]) -> Option<Code> {
    let bearer = format!("Bearer {}", who.token);
    let headers = [("authorization", bearer.as_str()), ("beseda-drive", told)];
    let answer = server.send("POST", "/api/v1/drives/write", &headers, bytes).await;
    (answer.status != 204).then(|| answer.json::<()>().unwrap_err().code)
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(31) >> 3).to_le_bytes()[0]).collect()
}

async fn goes_there_and_comes_back(server: &Server, alice: &Person, drive: DriveAccess) {
    let bytes = content(9_000_000);
    assert_eq!(write(server, alice, &header(drive.clone(), "a b/фото.jpg", false), &bytes).await, None);
    assert_eq!(write(server, alice, &header(drive.clone(), "пусто", false), b"").await, None);
    let page = list(server, alice, drive.clone(), "", 0).await.unwrap();
    let mut seen: Vec<_> = page.entries.iter().map(|entry| (entry.name.as_str(), entry.folder)).collect();
    seen.sort_unstable();
    assert_eq!((seen, page.more), (vec![("a b", true), ("пусто", false)], false));
    let page = list(server, alice, drive.clone(), "a b", 0).await.unwrap();
    let [photo] = page.entries.as_slice() else { panic!("one file") };
    assert_eq!((photo.name.as_str(), photo.size, photo.folder), ("фото.jpg", 9_000_000, false));
    assert!(photo.modified.is_some());
    assert!(read(server, alice, drive.clone(), "a b/фото.jpg", 0).await.body == bytes);
    assert!(read(server, alice, drive.clone(), "a b/фото.jpg", 8_999_990).await.body == bytes[8_999_990..]);
    assert_eq!(read(server, alice, drive.clone(), "пусто", 0).await.body, b"");
    let twice = write(server, alice, &header(drive.clone(), "a b/фото.jpg", false), b"new").await;
    assert_eq!(twice, Some(Code::AlreadyExists));
    assert_eq!(write(server, alice, &header(drive.clone(), "a b/фото.jpg", true), b"new").await, None);
    assert_eq!(read(server, alice, drive.clone(), "a b/фото.jpg", 0).await.body, b"new");
    let missing = read(server, alice, drive.clone(), "nothing", 0).await;
    assert_eq!(missing.json::<()>().unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn slow_files_go_to_a_webdav_server_and_come_back() {
    let (dav, (server, alice)) = (Dav::start().await, with_alice(|_| ()).await);
    std::fs::create_dir(dav.path("a b")).unwrap();
    goes_there_and_comes_back(&server, &alice, dav.drive()).await;
    assert_eq!((dav.names(), names(&dav.path("a b"))), (vec!["a b".into(), "пусто".into()], vec!["фото.jpg".into()]));
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn slow_files_go_to_an_object_store_and_come_back() {
    let (bucket, (server, alice)) = (bucket::Bucket::start(), with_alice(|_| ()).await);
    let text = str::to_owned;
    let (address, region, name) = (bucket.endpoint(), text("us-east-1"), text(bucket::NAME));
    let (key, secret) = (text(bucket::KEY), text(bucket::SECRET));
    goes_there_and_comes_back(&server, &alice, DriveAccess::S3 { address, region, bucket: name, key, secret }).await;
}

#[tokio::test]
async fn what_a_drive_refuses_is_told_as_such() {
    let (dav, (server, alice)) = (Dav::start().await, with_alice(|_| ()).await);
    let refused = list(&server, &alice, dav.access("wrong"), "", 0).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    assert_eq!(list(&server, &alice, dav.drive(), "nowhere", 0).await.unwrap_err().code, Code::NotFound);
    assert_eq!(list(&server, &alice, dav.drive(), "../..", 0).await.unwrap_err().code, Code::BadRequest);
    dav.full.store(true, Ordering::Relaxed);
    assert_eq!(write(&server, &alice, &header(dav.drive(), "a", false), b"x").await, Some(Code::QuotaExceeded));
    assert_eq!(write(&server, &alice, "nonsense", b"x").await, Some(Code::BadRequest));
    assert_eq!(dav.names(), Vec::<String>::new());
}

#[tokio::test]
async fn the_operators_network_is_out_of_reach_unless_it_is_allowed() {
    let dav = Dav::start().await;
    let server = Server::start().await;
    let alice = server.join(1).await;
    let inside = list(&server, &alice, dav.drive(), "", 0).await.unwrap_err();
    let nobody =
        DriveAccess::Webdav { address: "http://127.0.0.1:1".into(), user: String::new(), password: String::new() };
    let nothing = list(&server, &alice, nobody, "", 0).await.unwrap_err();
    assert_eq!(inside.code, Code::DriveUnreachable);
    assert_eq!((inside.code, inside.detail), (nothing.code, nothing.detail), "what is there is not to be told apart");
    let off = Server::start_with(|config| config.drives.enabled = false).await;
    let bob = off.join(1).await;
    assert_eq!(list(&off, &bob, dav.drive(), "", 0).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_file_that_does_not_come_whole_is_not_there() {
    let (dav, (server, alice)) = (Dav::start().await, with_alice(|_| ()).await);
    let mut stream = tokio::net::TcpStream::connect(server.addr()).await.unwrap();
    let told = header(dav.drive(), "half", false);
    let head = format!(
        "POST /api/v1/drives/write HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nbeseda-drive: {told}\r\ncontent-length: 1000000\r\n\r\n",
        alice.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&content(300_000)).await.unwrap();
    // It is under way under another name.
    while dav.names().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(dav.names().iter().all(|name| name.starts_with(".beseda-")));
    drop(stream);
    while !dav.names().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(write(&server, &alice, &header(dav.drive(), "half", false), b"whole").await, None);
}

#[tokio::test]
async fn limits_of_drives() {
    let dav = Dav::start().await;
    // drive_entries
    let (server, alice) = with_alice(|config| config.limits.drive_entries = 3).await;
    for at in 0..3 {
        std::fs::write(dav.path(&format!("{at}")), b"").unwrap();
    }
    let page = list(&server, &alice, dav.drive(), "", 0).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (3, false));
    std::fs::write(dav.path("3"), b"").unwrap();
    let page = list(&server, &alice, dav.drive(), "", 0).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (3, true));
    let page = list(&server, &alice, dav.drive(), "", 3).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (1, false));

    // drive_path_bytes
    let (server, alice) = with_alice(|config| config.limits.drive_path_bytes = 10).await;
    assert_eq!(list(&server, &alice, dav.drive(), "0123456789", 0).await.unwrap_err().code, Code::NotFound);
    let long = list(&server, &alice, dav.drive(), "0123456789a", 0).await;
    crate::limits::refused(long, Code::TooLarge, "drive_path_bytes");

    // drive_requests
    let (server, alice) = with_alice(|config| config.limits.drive_requests = 2).await;
    for _ in 0..2 {
        list(&server, &alice, dav.drive(), "", 0).await.unwrap();
    }
    crate::limits::refused(list(&server, &alice, dav.drive(), "", 0).await, Code::RateLimited, "drive_requests");

    // drives_at_once, at a drive that never answers, and drive_millis, which ends that
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let mute = DriveAccess::Webdav { address, user: String::new(), password: String::new() };
    let (server, alice) = with_alice(|config| config.limits.drives_at_once = 1).await;
    let first = list(&server, &alice, mute.clone(), "", 0);
    tokio::pin!(first);
    let accepted = tokio::select! {
        _ = &mut first => panic!("nobody answers"),
        accepted = silent.accept() => accepted.unwrap(),
    };
    crate::limits::refused(list(&server, &alice, dav.drive(), "", 0).await, Code::RateLimited, "drives_at_once");
    drop((accepted, silent));
    assert_eq!(first.await.unwrap_err().code, Code::DriveUnreachable);
    list(&server, &alice, dav.drive(), "", 0).await.unwrap();

    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let mute = DriveAccess::Webdav { address, user: String::new(), password: String::new() };
    let (server, alice) = with_alice(|config| config.limits.drive_millis = 50).await;
    assert_eq!(list(&server, &alice, mute, "", 0).await.unwrap_err().code, Code::DriveUnreachable);
}

#[tokio::test]
async fn nothing_of_a_drive_reaches_the_log() {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let log = crate::canary::Log::default();
    let writer = log.clone();
    // As the program sets it up, with all that libraries say by the crate `log`. For this process alone.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(beseda_server::telemetry::filter("trace").unwrap())
        .with_ansi(false)
        .with_writer(move || writer.clone());
    subscriber.finish().try_init().ok();

    let change = |config: &mut Config| {
        let google = &mut config.drives.google;
        (google.client_id, google.client_secret) =
            ("canary-client".to_owned().into(), "canary-secret".to_owned().into());
        google.at = "http://127.0.0.1:1025".to_owned();
    };
    let (dav, (server, alice)) = (Dav::start().await, with_alice(change).await);
    assert_eq!(write(&server, &alice, &header(dav.drive(), "canary-file", false), b"canary-content").await, None);
    assert_eq!(read(&server, &alice, dav.drive(), "canary-file", 0).await.body, b"canary-content");
    list(&server, &alice, dav.drive(), "", 0).await.unwrap();
    list(&server, &alice, dav.access("canary-wrong"), "canary-folder", 0).await.unwrap_err();
    let text = || "canary-secret".to_owned();
    let (address, region, bucket) = ("http://127.0.0.1:1025/canary-address".to_owned(), text(), text());
    let s3 = DriveAccess::S3 { address, region, bucket, key: text(), secret: text() };
    list(&server, &alice, s3, "canary-folder", 0).await.unwrap_err();
    let provider = DriveProvider::Google;
    let cloud = DriveAccess::Cloud { provider, token: text() };
    list(&server, &alice, cloud, "canary-folder", 0).await.unwrap_err();
    let back = "https://canary.example/drive-connected".to_owned();
    let body = AuthorizeDrive { provider, state: text(), challenge: text(), back: back.clone() };
    assert_eq!(post(&server, &alice, "authorize", &body).await.status, 200);
    let body = ExchangeDrive { provider, code: text(), verifier: text(), back };
    assert_eq!(post(&server, &alice, "exchange", &body).await.status, 502);
    let body = RefreshDrive { provider, token: text() };
    assert_eq!(post(&server, &alice, "refresh", &body).await.status, 502);

    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("op=\"write_drive\"") && log.contains("op=\"list_drive\""), "the log is this server's");
    // The test's own WebDAV server says what it likes.
    let said = log.lines().find(|line| line.contains("canary") && !line.contains("dav_server"));
    assert_eq!(said, None);
    let (_, port) = dav.address.trim_end_matches("/dav").rsplit_once(':').unwrap();
    let where_it_is = format!("127.0.0.1:{port}");
    assert_eq!(log.lines().find(|line| line.contains(&where_it_is) && !line.contains("dav_server")), None);
}
