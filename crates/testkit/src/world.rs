//! A world: one server, any number of devices, the network between them, all in virtual time under one seed.

mod device;
mod files;
mod run;

use std::collections::BTreeMap;

use beseda_engine::api::command::Outcome;
use beseda_engine::api::event::{Part, Transfer};
use beseda_engine::api::failure::Failure;
use beseda_model::Timestamp;
use beseda_server::local::Answered;
use beseda_wire::ServerFrame;

pub use device::{Device, DeviceKey};

use crate::backend::SocketId;
use crate::chance::SeededRng;
use crate::clock::FakeClock;
use crate::network::{Agenda, Conditions};

/// The address under which devices know the server; it is never dialled for real.
pub const SERVER: &str = "http://beseda.test";

/// How a command ended, once it has.
pub type Ending = Result<Outcome, Failure>;

/// Something that will happen.
#[derive(Debug)]
enum Happening {
    /// A moment that an engine asked for.
    Wake { device: DeviceKey, wish: u64 },
    /// A dial reaches the server.
    Dial { device: DeviceKey, socket: SocketId },
    /// The device learns that its socket is open.
    Up { device: DeviceKey, socket: SocketId },
    /// A frame reaches the server.
    ToServer { socket: SocketId, frame: Vec<u8> },
    /// A frame reaches a device.
    ToDevice { device: DeviceKey, socket: SocketId, frame: Vec<u8> },
    /// The device learns that its socket is gone.
    Gone { device: DeviceKey, socket: SocketId },
    /// The server learns that the device is gone.
    Hangup { socket: SocketId },
    /// An HTTP request reaches the server.
    Ask { device: DeviceKey, life: u64, id: u64, method: &'static str, path: String, body: Option<Vec<u8>> },
    /// An HTTP answer, or the knowledge that there is none, reaches a device.
    Answer { device: DeviceKey, life: u64, id: u64, response: Option<(u16, Vec<u8>)> },
    /// A part of a file reaches the server, or is asked for there.
    Move { device: DeviceKey, life: u64, id: u64, transfer: Transfer },
    /// What the server has to say of that reaches a device.
    Moved { device: DeviceKey, life: u64, id: u64, part: Part, answer: Option<Answered> },
}

/// The two ends of a socket, and the earliest arrivals that keep its order.
#[derive(Debug, Clone, Copy)]
struct Ends {
    device: DeviceKey,
    to_server: Timestamp,
    to_device: Timestamp,
    /// Whether the network has cut it: nothing more arrives, though neither end may know yet. A stream loses its tail, never its middle.
    severed: bool,
}

/// The world.
#[derive(Debug)]
pub struct World<B> {
    /// The server.
    pub server: B,
    /// The time for everybody.
    pub clock: FakeClock,
    /// What the network does.
    pub conditions: Conditions,
    /// Chance for whoever drives the world.
    pub rng: SeededRng,
    /// Whether engines forget after each step what is only in memory.
    pub reload: bool,
    network: SeededRng,
    seed: u64,
    agenda: Agenda<Happening>,
    devices: Vec<Device>,
    sockets: BTreeMap<SocketId, Ends>,
    /// Sockets on which the test itself speaks, and what has come there.
    wires: BTreeMap<SocketId, Vec<ServerFrame>>,
    next_socket: u64,
    next_command: u64,
}
