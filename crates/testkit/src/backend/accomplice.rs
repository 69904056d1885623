//! A server that helps a member: it takes messages as the real one does, and shows others what it would have refused.

use std::collections::BTreeMap;

use beseda_engine::api::event::Transfer;
use beseda_model::Timestamp;
use beseda_server::local::Answered;
use beseda_wire::state::{Entry, EntryClass};
use beseda_wire::{Encoding, Push, Reply, ServerFrame};

use super::{Backend, RealServer, SocketId};

/// See the module's description.
#[derive(Debug)]
pub struct Accomplice {
    real: RealServer,
    swaps: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Shown in the place of the next message that anybody is shown.
    next: Option<Vec<u8>>,
}

impl Accomplice {
    /// The real server, which does nothing wrong yet.
    pub const fn new(real: RealServer) -> Self {
        Self { real, swaps: BTreeMap::new(), next: None }
    }

    /// Whoever would be shown the one body is shown the other from now on.
    pub fn swap(&mut self, taken: &[u8], shown: &[u8]) {
        self.swaps.insert(taken.to_vec(), shown.to_vec());
    }

    /// Whoever would be shown the next message, whatever it is, is shown this.
    pub fn swap_next(&mut self, shown: &[u8]) {
        self.next = Some(shown.to_vec());
    }

    fn lie(&mut self, entry: &mut Entry) {
        if entry.class != EntryClass::Handshake
            && let Some(taken) = &entry.body
            && let Some(shown) = self.next.take()
        {
            self.swaps.insert(taken.0.clone(), shown);
        }
        if let Some(body) = &mut entry.body
            && let Some(shown) = self.swaps.get(&body.0)
        {
            body.0.clone_from(shown);
        }
    }

    fn say(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match Encoding::Cbor.decode(&bytes) {
            Ok(ServerFrame::Push(Push::Entry { conversation, mut entry })) => {
                self.lie(&mut entry);
                Encoding::Cbor.encode(&ServerFrame::Push(Push::Entry { conversation, entry }))
            }
            Ok(ServerFrame::Ok { id, re: Reply::Log { mut entries, last_seq } }) => {
                entries.iter_mut().for_each(|entry| self.lie(entry));
                Encoding::Cbor.encode(&ServerFrame::Ok { id, re: Reply::Log { entries, last_seq } })
            }
            _ => bytes,
        }
    }
}

impl Backend for Accomplice {
    fn http(&mut self, now: Timestamp, method: &str, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
        self.real.http(now, method, path, body)
    }

    fn transfer(&mut self, now: Timestamp, transfer: &Transfer, body: &[u8]) -> Answered {
        self.real.transfer(now, transfer, body)
    }

    fn open(&mut self, now: Timestamp, socket: SocketId) {
        self.real.open(now, socket);
    }

    fn receive(&mut self, now: Timestamp, socket: SocketId, frame: &[u8]) {
        self.real.receive(now, socket, frame);
    }

    fn close(&mut self, now: Timestamp, socket: SocketId) {
        self.real.close(now, socket);
    }

    fn poll(&mut self, now: Timestamp) -> Vec<(SocketId, Option<Vec<u8>>)> {
        let said = self.real.poll(now);
        said.into_iter().map(|(socket, frame)| (socket, frame.map(|bytes| self.say(bytes)))).collect()
    }
}
