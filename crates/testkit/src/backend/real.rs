//! The real server behind a world: router, sessions, use cases and SQLite, on a runtime of its own that moves only when
//! asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use beseda_app::domain::TokenHash;
use beseda_app::port::{StoreError, View as StoreView};
use beseda_app::usecase::wake::issue_token;
use beseda_engine::api::event::Transfer;
use beseda_model::{Clock as _, DeviceId, Limits, Timestamp};
use beseda_server::config::Push;
use beseda_server::local::{Answered, LocalServer, LocalSocket};
use beseda_server::{Config, Outside};
use beseda_wire::{Encoding, Reply, ServerFrame};
use tokio::runtime::{Builder, Runtime};

use super::{Backend, SocketId, is_push};
use crate::chance::SeededRng;
use crate::clock::FakeClock;
use crate::world::SERVER;

/// See the module's description.
#[derive(Debug)]
pub struct RealServer {
    runtime: Runtime,
    server: Option<LocalServer>,
    sockets: BTreeMap<SocketId, LocalSocket>,
    folder: tempfile::TempDir,
    clock: FakeClock,
    /// Decides what comes first of an answer and a push.
    order: SeededRng,
    limits: Limits,
    push: Push,
    seed: u64,
    lives: u64,
}

const RUNS: &str = "it runs but for the middle of a restart";

impl RealServer {
    /// A fresh server with room for everything that happens within moments.
    pub fn new(seed: u64, clock: FakeClock) -> Self {
        Self::limited(seed, clock, Self::roomy())
    }

    /// A fresh server with these limits.
    pub fn limited(seed: u64, clock: FakeClock, limits: Limits) -> Self {
        let folder = crate::memory_folder();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs nothing special");
        let order = SeededRng::fork(seed, "order");
        let sockets = BTreeMap::new();
        let push = Push::Off;
        let mut server = Self { runtime, server: None, sockets, folder, clock, order, limits, push, seed, lives: 0 };
        server.start();
        server
    }

    /// Takes subscriptions at push services on this machine from now on.
    pub fn wake_devices(&mut self) {
        self.push = Push::Loopback;
        self.restart(|_| {});
    }

    /// Reads from its store.
    pub fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn StoreView) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.server.as_ref().expect(RUNS).store().read_blocking(work)
    }

    /// A wake-up's token for a device that has subscribed.
    pub fn wake_token(&self, device: DeviceId) -> String {
        let token = format!("token {}", self.clock.now().as_millis());
        let hash = TokenHash::of(token.as_bytes());
        let until = self.clock.now().plus_millis(3_600_000);
        let store = self.server.as_ref().expect(RUNS).store();
        let issued = store.write_blocking(move |uow| issue_token(uow, device, &hash, until));
        assert!(issued.expect("the store writes"), "the device has subscribed");
        token
    }

    /// Limits on rates are about time that hardly passes here; those on sizes and counts stay.
    pub const fn roomy() -> Limits {
        const MANY: u64 = 1_000_000_000;
        Limits {
            requests: MANY,
            sends: MANY,
            lookups: MANY,
            creates: MANY,
            stranger_requests: MANY,
            key_package_claims: MANY,
            joins: MANY,
            sign_ups: MANY,
            sign_ins: MANY,
            anonymous_requests: MANY,
            blob_requests: MANY,
            ..beseda_model::LIMITS
        }
    }

    /// Where its files are.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn start(&mut self) {
        self.lives += 1;
        let config = Config {
            data_dir: self.data_dir(),
            pow_bits: 1,
            limits: self.limits.clone(),
            push: self.push,
            ..Config::default()
        };
        let rng = SeededRng::fork(self.seed, &format!("server/{}", self.lives));
        let clock = std::sync::Arc::new(self.clock.clone());
        let outside = Outside { clock, rng: Box::new(rng), ..Outside::default() };
        let opened = self.runtime.block_on(LocalServer::open(config, outside));
        self.server = Some(opened.expect("a temporary folder can be used"));
    }

    /// Stops the server, lets `change` work on its files, and starts it again. All sockets are gone.
    pub fn restart(&mut self, change: impl FnOnce(&Path)) {
        self.sockets.clear();
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.close());
        }
        change(&self.data_dir());
        self.start();
    }

    /// Does what a running server does about once a minute.
    pub fn tend(&mut self) {
        self.runtime.block_on(self.server.as_ref().expect(RUNS).tend());
    }
}

impl Backend for RealServer {
    fn http(&mut self, _: Timestamp, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
        self.runtime.block_on(self.server.as_mut().expect(RUNS).http(method, path, body))
    }

    fn transfer(&mut self, _: Timestamp, transfer: &Transfer, body: &[u8]) -> Answered {
        let path = transfer.url.strip_prefix(SERVER).unwrap_or(&transfer.url);
        let server = self.server.as_mut().expect(RUNS);
        self.runtime.block_on(server.exchange(transfer.method, path, &transfer.headers, body))
    }

    fn open(&mut self, _: Timestamp, socket: SocketId) {
        self.sockets.insert(socket, self.server.as_ref().expect(RUNS).connect());
    }

    fn receive(&mut self, _: Timestamp, socket: SocketId, frame: &[u8]) {
        if let Some(open) = self.sockets.get_mut(&socket) {
            self.runtime.block_on(open.receive(frame));
        }
    }

    fn close(&mut self, _: Timestamp, socket: SocketId) {
        drop(self.sockets.remove(&socket));
        self.runtime.block_on(self.server.as_ref().expect(RUNS).settle());
    }

    fn poll(&mut self, _: Timestamp) -> Vec<(SocketId, Option<Vec<u8>>)> {
        let mut said = Vec::new();
        let mut gone = Vec::new();
        for (id, socket) in &mut self.sockets {
            let (mut frames, closed) = socket.drain();
            // They come from different threads; which was faster must not be left to the machine, or no seed would repeat.
            let pushes_first = !frames.iter().any(|frame| is_welcome(frame)) && self.order.once_in(2);
            frames.sort_by_key(|frame| is_push(frame) != pushes_first);
            said.extend(frames.into_iter().map(|frame| (*id, Some(frame))));
            if closed {
                said.push((*id, None));
                gone.push(*id);
            }
        }
        for id in gone {
            self.sockets.remove(&id);
        }
        said
    }
}

/// The answer to hello comes before any push.
fn is_welcome(frame: &[u8]) -> bool {
    matches!(Encoding::Cbor.decode(frame), Ok(ServerFrame::Ok { re: Reply::Hello { .. }, .. }))
}

#[cfg(test)]
mod tests {
    use beseda_model::Clock;

    use super::*;

    #[test]
    fn it_answers_and_survives_a_restart() {
        let clock = FakeClock::default();
        let mut server = RealServer::new(1, clock.clone());
        for _ in 0..2 {
            let (status, body) = server.http(clock.now(), "GET", "/api/v1/server", None);
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
            server.restart(|_| {});
        }
    }

    #[test]
    fn a_socket_without_hello_is_refused_and_closed() {
        let clock = FakeClock::default();
        let mut server = RealServer::new(1, clock.clone());
        server.open(clock.now(), SocketId(1));
        server.receive(clock.now(), SocketId(1), b"nonsense");
        let said = server.poll(clock.now());
        assert!(matches!(said.as_slice(), [(_, Some(_)), (_, None)]), "{said:?}");
    }
}
