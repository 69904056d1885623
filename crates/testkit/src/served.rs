//! The real server on a real port, for tests of programs that talk to it over the network.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use beseda_server::Config;
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

    /// Ends it; its data stay.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _: Result<(), ()> = stop.send(());
            thread.join().expect("the server ends without a panic");
        }
    }

    /// Starts it again after [`Served::stop`], on the same port with the same data.
    pub fn go_on(&mut self) {
        let config = Config {
            data_dir: self.folder.path().join("data"),
            listen: self.addr,
            pow_bits: 4,
            drain_ms: 200,
            ..Config::default()
        };
        let (started, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("the system gives threads").block_on(async {
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

impl Drop for Served {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _: Result<(), ()> = stop.send(());
            drop(thread.join());
        }
    }
}
