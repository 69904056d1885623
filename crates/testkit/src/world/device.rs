//! A device in a world: a real engine on a database file, with a plug that can be pulled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use beseda_engine::api::file::FileNumber;
use beseda_engine::{Effect, Engine, Event, Notice};
use beseda_model::Timestamp;
use rusqlite::Connection;

use super::Ending;
use crate::backend::SocketId;
use crate::chance::SeededRng;

/// Which device of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey(pub usize);

/// A device.
#[derive(Debug)]
pub struct Device {
    /// What its owner calls it.
    pub name: String,
    /// Whether the network reaches it.
    pub online: bool,
    /// Everything that the engine said has changed, since it was last looked at.
    pub notices: Vec<Notice>,
    /// The sealed files that it keeps. They outlive the program.
    pub files: BTreeMap<FileNumber, Vec<u8>>,
    /// Transfers whose answers are waited for.
    pub(super) transfers: BTreeSet<u64>,
    pub(super) socket: Option<SocketId>,
    pub(super) wish: u64,
    pub(super) life: u64,
    pub(super) endings: BTreeMap<u64, Ending>,
    engine: Option<Engine>,
    folder: tempfile::TempDir,
    seed: u64,
}

impl Device {
    pub(super) fn new(name: &str, seed: u64, now: Timestamp) -> (Self, Vec<Effect>) {
        let folder = crate::memory_folder();
        let mut device = Self {
            name: name.to_owned(),
            online: true,
            notices: Vec::new(),
            files: BTreeMap::new(),
            transfers: BTreeSet::new(),
            socket: None,
            wish: 0,
            life: 0,
            endings: BTreeMap::new(),
            engine: None,
            folder,
            seed,
        };
        let effects = device.start(now);
        (device, effects)
    }

    /// Where its database is.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("profile.db")
    }

    /// The engine, to read views from.
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("a device runs except in the middle of a restart")
    }

    /// Ends the program without warning and starts it again; returns what it wants first.
    pub(super) fn start(&mut self, now: Timestamp) -> Vec<Effect> {
        drop(self.engine.take());
        self.life += 1;
        self.socket = None;
        self.transfers.clear();
        let rng = SeededRng::fork(self.seed, &format!("{}/{}", self.name, self.life));
        let connection = Connection::open(self.database()).expect("a temporary file opens");
        let (engine, effects) = Engine::open(connection, Box::new(rng), now).expect("its own database opens");
        self.engine = Some(engine);
        effects
    }

    /// Runs `change` on the closed database, as somebody who restores a backup or damages a row would.
    pub(super) fn stop(&mut self) {
        drop(self.engine.take());
        self.socket = None;
    }

    pub(super) fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        self.engine.as_mut().map(|engine| engine.handle(now, event)).unwrap_or_default()
    }

    /// Forgets what is only in memory, so that the next step has to find everything in the database.
    pub(super) fn forget(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.forget();
        }
    }
}
