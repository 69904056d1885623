//! The real server on a real port, for tests of programs that talk to it over the network.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use beseda_model::{LIMITS, Limits};
use beseda_server::config::{Push, SmsCarrier};
use beseda_server::{Config, admin};
use beseda_wire::http::PhoneOffer;
use tokio::sync::oneshot;

/// A server with a folder of its own, which goes with it.
#[derive(Debug)]
pub struct Served {
    folder: tempfile::TempDir,
    addr: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Served {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut served = Self { folder: crate::memory_folder(), addr: any, running: None };
        served.go_on();
        served
    }

    /// Its address for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The code that was sent last; waits until one was sent to this number, in E.164.
    pub fn code_for(&self, number: &str) -> String {
        let folder = self.folder.path().join("data");
        loop {
            let told = runtime().block_on(admin::ask(&folder, &admin::Request::Sms));
            let admin::Answer::Sms { messages } = told.expect("the server runs") else {
                panic!("it keeps what it sends")
            };
            if let Some(sms) = messages.iter().find(|sms| sms.to == number) {
                return sms.text.chars().filter(char::is_ascii_digit).take(6).collect();
            }
        }
    }

    /// Ends it; its data stay.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _: Result<(), ()> = stop.send(());
            thread.join().expect("the server ends without a panic");
        }
    }

    /// Starts it again after [`Served::stop`], on the same port with the same data.
    pub fn go_on(&mut self) {
        let config = config(self.folder.path().join("data"), self.addr);
        let (started, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime().block_on(async {
                let server = beseda_server::start(config).await.expect("the server starts");
                started.send(server.addr()).expect("somebody waits for the address");
                // The sender is dropped when the test ends: that ends the server, too.
                let _: Result<(), _> = stopped.await;
                server.shutdown().await;
            });
        });
        self.addr = address.recv().expect("the server has started");
        self.running = Some((stop, thread));
    }
}

/// Serves until the process is killed, for tests that do so: people may send as fast as they can. `ready` is called as
/// soon as connections are accepted.
pub fn serve_for_ever(data_dir: &Path, listen: SocketAddr, ready: impl FnOnce()) {
    let limits = Limits { requests: 1_000_000, sends: 1_000_000, ..LIMITS };
    let config = Config { limits, ..config(data_dir.to_owned(), listen) };
    runtime().block_on(async {
        let _running = beseda_server::start(config).await.expect("the server starts");
        ready();
        std::future::pending::<()>().await;
    });
}

fn config(data_dir: PathBuf, listen: SocketAddr) -> Config {
    let (phone, sms) = (PhoneOffer::Optional, SmsCarrier::Outbox);
    Config { data_dir, listen, pow_bits: 4, drain_ms: 200, push: Push::Off, phone, sms, ..Config::default() }
}

fn runtime() -> tokio::runtime::Runtime {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.expect("the system gives threads")
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _: Result<(), ()> = stop.send(());
            drop(thread.join());
        }
    }
}
