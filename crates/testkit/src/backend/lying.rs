//! A server that lies: the real one, with somebody between it and its clients who reads, changes, drops, keeps back and
//! makes up whatever passes.

use std::collections::BTreeMap;

use beseda_engine::api::event::Transfer;
use beseda_model::{DeviceId, Timestamp};
use beseda_server::local::Answered;
use beseda_wire::{ClientFrame, Encoding, Push, Reply, Request, ServerFrame};

use super::{Backend, RealServer, SocketId};

/// What the liar makes of something that the server says to a device. The request is there if it is the answer to one.
type Tell = dyn FnMut(DeviceId, Option<&Request>, ServerFrame) -> Vec<Said>;

/// What the liar makes of a device's request; none keeps it from the server, which answers by [`LyingServer::whisper`] or
/// not at all.
type Hear = dyn FnMut(DeviceId, ClientFrame) -> Option<ClientFrame>;

/// Something that goes to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A frame.
    Frame(Box<ServerFrame>),
    /// Any bytes.
    Bytes(Vec<u8>),
}

impl From<ServerFrame> for Said {
    fn from(frame: ServerFrame) -> Self {
        Self::Frame(Box::new(frame))
    }
}

impl Said {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Frame(frame) => Encoding::Cbor.encode(&*frame),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// What is known of a socket.
#[derive(Debug, Default)]
struct Line {
    device: Option<DeviceId>,
    asked: BTreeMap<u32, Request>,
}

/// See the module's description. It is honest until it is told to lie.
pub struct LyingServer {
    /// The real one.
    pub real: RealServer,
    tell: Option<Box<Tell>>,
    hear: Option<Box<Hear>>,
    lines: BTreeMap<SocketId, Line>,
    unsaid: Vec<(DeviceId, Said)>,
}

impl std::fmt::Debug for LyingServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LyingServer").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl LyingServer {
    /// A real server behind a liar.
    pub fn new(real: RealServer) -> Self {
        Self { real, tell: None, hear: None, lines: BTreeMap::new(), unsaid: Vec::new() }
    }

    /// From now on everything that is said passes through `tell`.
    pub fn tell(&mut self, tell: impl FnMut(DeviceId, Option<&Request>, ServerFrame) -> Vec<Said> + 'static) {
        self.tell = Some(Box::new(tell));
    }

    /// From now on all requests pass through `hear`.
    pub fn hear(&mut self, hear: impl FnMut(DeviceId, ClientFrame) -> Option<ClientFrame> + 'static) {
        self.hear = Some(Box::new(hear));
    }

    /// The truth, from now on.
    pub fn be_honest(&mut self) {
        self.tell = None;
        self.hear = None;
    }

    /// Says something to a device out of the blue, as soon as it listens.
    pub fn whisper(&mut self, device: DeviceId, said: impl Into<Said>) {
        self.unsaid.push((device, said.into()));
    }

    /// Pushes something to a device.
    pub fn push(&mut self, device: DeviceId, push: Push) {
        self.whisper(device, ServerFrame::Push(push));
    }

    fn said(&mut self, socket: SocketId, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let line = self.lines.entry(socket).or_default();
        let Ok(frame) = Encoding::Cbor.decode::<ServerFrame>(&bytes) else { return vec![bytes] };
        let request = match &frame {
            ServerFrame::Ok { id, re } => {
                if let Reply::Hello { device, .. } = re {
                    line.device = Some(*device);
                }
                line.asked.remove(id)
            }
            ServerFrame::Err { id, .. } => line.asked.remove(id),
            ServerFrame::Push(_) => None,
        };
        match (line.device, &mut self.tell) {
            (Some(device), Some(tell)) => {
                tell(device, request.as_ref(), frame).into_iter().map(Said::into_bytes).collect()
            }
            _ => vec![bytes],
        }
    }
}

impl Backend for LyingServer {
    fn http(&mut self, now: Timestamp, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
        self.real.http(now, method, path, body)
    }

    fn transfer(&mut self, now: Timestamp, transfer: &Transfer, body: &[u8]) -> Answered {
        self.real.transfer(now, transfer, body)
    }

    fn open(&mut self, now: Timestamp, socket: SocketId) {
        self.lines.insert(socket, Line::default());
        self.real.open(now, socket);
    }

    fn receive(&mut self, now: Timestamp, socket: SocketId, frame: &[u8]) {
        let line = self.lines.entry(socket).or_default();
        let Ok(asked) = Encoding::Cbor.decode::<ClientFrame>(frame) else {
            return self.real.receive(now, socket, frame);
        };
        line.asked.insert(asked.id, asked.request.clone());
        let passed = match (line.device, &mut self.hear) {
            (Some(device), Some(hear)) => hear(device, asked),
            _ => Some(asked),
        };
        if let Some(passed) = passed {
            self.real.receive(now, socket, &Encoding::Cbor.encode(&passed));
        }
    }

    fn close(&mut self, now: Timestamp, socket: SocketId) {
        self.lines.remove(&socket);
        self.real.close(now, socket);
    }

    fn poll(&mut self, now: Timestamp) -> Vec<(SocketId, Option<Vec<u8>>)> {
        let mut all = Vec::new();
        for (socket, bytes) in self.real.poll(now) {
            match bytes {
                Some(bytes) => all.extend(self.said(socket, bytes).into_iter().map(|bytes| (socket, Some(bytes)))),
                None => {
                    self.lines.remove(&socket);
                    all.push((socket, None));
                }
            }
        }
        let lines = &self.lines;
        let socket_of = |device| lines.iter().rev().find(|(_, line)| line.device == Some(device)).map(|(id, _)| *id);
        for (device, said) in std::mem::take(&mut self.unsaid) {
            match socket_of(device) {
                Some(socket) => all.push((socket, Some(said.into_bytes()))),
                None => self.unsaid.push((device, said)),
            }
        }
        all
    }
}
