//! A store that speaks S3 on a port of this machine, with one bucket in a folder. It fails, waits and comes late when a
//! test wants it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;

pub(crate) const NAME: &str = "our-bucket";
pub(crate) const KEY: &str = "its-key";
pub(crate) const SECRET: &str = "canary-of-its-secret";

/// See the module's description.
pub(crate) struct Bucket {
    folder: TempDir,
    addr: SocketAddr,
    mood: Arc<Mood>,
    /// Its threads, which others may use, too; there until it is dropped.
    pub(crate) runtime: Option<Runtime>,
}

/// What it does with requests.
struct Mood {
    /// Requests that are carried out before all fail.
    room: AtomicU64,
    /// Whether what is put waits, and how much does.
    holds: watch::Sender<bool>,
    held: watch::Sender<u64>,
    /// What was to be erased and is not yet, if that is so.
    late: Mutex<Option<Vec<String>>>,
}

impl Bucket {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mood = Arc::new(Mood {
            room: AtomicU64::new(u64::MAX),
            holds: watch::Sender::new(false),
            held: watch::Sender::new(0),
            late: Mutex::new(None),
        });
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, builder.build(), mood.clone()));
        Self { folder, addr, mood, runtime: Some(runtime) }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Carries out so many requests more, and answers 503 to all after them.
    pub(crate) fn fail_after(&self, requests: u64) {
        self.mood.room.store(requests, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.fail_after(u64::MAX);
    }

    /// Lets what is put wait from now on, or not any more.
    pub(crate) fn hold(&self, holds: bool) {
        self.mood.held.send_replace(0);
        self.mood.holds.send_replace(holds);
    }

    /// Returns when something waits.
    pub(crate) async fn has_held(&self) {
        self.mood.held.subscribe().wait_for(|held| *held > 0).await.unwrap();
    }

    /// From now on answers 503 to who wants to erase, and erases later.
    pub(crate) fn be_late(&self) {
        *self.mood.late.lock().unwrap() = Some(Vec::new());
    }

    /// Erases now what was to be erased, and is late no more. Tells how much that was.
    pub(crate) fn catch_up(&self) -> usize {
        let late = self.mood.late.lock().unwrap().take().unwrap_or_default();
        for path in &late {
            drop(std::fs::remove_file(self.folder.path().join(path.trim_start_matches('/'))));
        }
        late.len()
    }

    /// The files of all objects.
    pub(crate) fn objects(&self) -> Vec<PathBuf> {
        let (mut folders, mut found) = (vec![self.folder.path().join(NAME)], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
        found
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: std::net::TcpListener, service: S3Service, mood: Arc<Mood>) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (service, mood) = (service.clone(), mood.clone());
        let answering = service_fn(move |request: Request<Incoming>| {
            let (service, mood) = (service.clone(), mood.clone());
            async move { Ok::<_, Infallible>(answer(&service, &mood, request).await) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answering);
        drop(Handle::current().spawn(async move { drop(connection.await) }));
    }
}

async fn answer(service: &S3Service, mood: &Mood, request: Request<Incoming>) -> Response<s3s::Body> {
    let fails = |room: u64| (room < u64::MAX).then(|| room.saturating_sub(1));
    let room = mood.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).unwrap_or(u64::MAX);
    if room == 0 {
        return refusal(StatusCode::SERVICE_UNAVAILABLE);
    }
    if request.method() == Method::DELETE
        && let Some(late) = mood.late.lock().unwrap().as_mut()
    {
        late.push(request.uri().path().to_owned());
        return refusal(StatusCode::SERVICE_UNAVAILABLE);
    }
    if request.method() == Method::PUT && *mood.holds.borrow() {
        mood.held.send_modify(|held| *held += 1);
        mood.holds.subscribe().wait_for(|holds| !holds).await.unwrap();
    }
    // The one that does the work would make a folder of any bucket that it is told.
    if !request.uri().path().starts_with(&format!("/{NAME}")) {
        return refusal(StatusCode::NOT_FOUND);
    }
    match service.call(request.map(s3s::Body::from)).await {
        Ok(answer) => answer,
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn refusal(status: StatusCode) -> Response<s3s::Body> {
    Response::builder().status(status).body(s3s::Body::empty()).unwrap()
}
