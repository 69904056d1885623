//! Moving a world forward.

use std::collections::BTreeMap;

use beseda_engine::api::event::HttpResponse;
use beseda_engine::{Command, Effect, Event};
use beseda_model::{Clock, CommandKey, Timestamp};
use beseda_wire::ServerFrame;

use super::{Device, DeviceKey, Ending, Ends, Happening, SERVER, World};
use crate::backend::{Backend, RealServer, SocketId, is_push};
use crate::chance::SeededRng;
use crate::clock::FakeClock;
use crate::network::{Agenda, Conditions};

impl<B: Backend> World<B> {
    /// A world with nobody in it.
    pub fn new(seed: u64, clock: FakeClock, server: B) -> Self {
        Self {
            server,
            clock,
            conditions: Conditions::CALM,
            rng: SeededRng::fork(seed, "driver"),
            network: SeededRng::fork(seed, "network"),
            seed,
            reload: true,
            agenda: Agenda::default(),
            devices: Vec::new(),
            sockets: BTreeMap::new(),
            wires: BTreeMap::new(),
            next_socket: 0,
            next_command: 0,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new device that nobody uses yet.
    pub fn device(&mut self, name: &str) -> DeviceKey {
        let key = DeviceKey(self.devices.len());
        let (device, effects) = Device::new(name, self.seed ^ key.0 as u64, self.now());
        self.devices.push(device);
        self.carry_out(key, effects);
        key
    }

    /// The device.
    pub fn at(&self, key: DeviceKey) -> &Device {
        &self.devices[key.0]
    }

    /// Opens a socket on which the test itself speaks: whatever it likes, and without the network between.
    pub fn wire(&mut self) -> SocketId {
        self.next_socket += 1;
        let socket = SocketId(self.next_socket);
        self.wires.insert(socket, Vec::new());
        self.server.open(self.now(), socket);
        socket
    }

    /// Hands the server a frame on such a socket, and returns what has come there since the last time.
    pub fn tell(&mut self, socket: SocketId, frame: &[u8]) -> Vec<ServerFrame> {
        self.server.receive(self.now(), socket, frame);
        self.pump();
        self.wires.get_mut(&socket).map(std::mem::take).unwrap_or_default()
    }

    /// The device, to change what it remembers for the test.
    pub fn at_mut(&mut self, key: DeviceKey) -> &mut Device {
        &mut self.devices[key.0]
    }

    /// All devices, in the order of their making.
    pub fn keys(&self) -> Vec<DeviceKey> {
        (0..self.devices.len()).map(DeviceKey).collect()
    }

    /// Gives a command and does not wait.
    pub fn command(&mut self, key: DeviceKey, command: Command) -> u64 {
        self.give(key, None, command)
    }

    /// Gives a command that may be given again, and does not wait.
    pub fn give(&mut self, key: DeviceKey, again: Option<CommandKey>, command: Command) -> u64 {
        self.next_command += 1;
        let id = self.next_command;
        self.feed(key, Event::Command { id, key: again, command });
        id
    }

    /// How a command ended, if it has.
    pub fn ending(&self, key: DeviceKey, id: u64) -> Option<&Ending> {
        self.at(key).endings.get(&id)
    }

    /// Gives a command and lets time pass until it has ended; half an hour at most.
    pub fn ask(&mut self, key: DeviceKey, command: Command) -> Ending {
        let id = self.command(key, command);
        self.run_until(1_800_000, |world| world.ending(key, id).is_some());
        self.ending(key, id).cloned().unwrap_or_else(|| panic!("{} never answered a command", self.at(key).name))
    }

    /// Pulls the plug of a device, or puts it back.
    pub fn set_online(&mut self, key: DeviceKey, online: bool) {
        self.at_mut(key).online = online;
        if online {
            self.feed(key, Event::Nudge);
        } else {
            self.cut(key);
        }
    }

    /// Ends a device's program without warning and starts it again.
    pub fn restart(&mut self, key: DeviceKey) {
        self.cut_silently(key);
        let now = self.now();
        let effects = self.at_mut(key).start(now);
        self.carry_out(key, effects);
    }

    /// Stops a device, changes its files, and starts it again.
    pub fn tamper(&mut self, key: DeviceKey, change: impl FnOnce(&std::path::Path)) {
        self.cut_silently(key);
        self.at_mut(key).stop();
        change(&self.at(key).database());
        let now = self.now();
        let effects = self.at_mut(key).start(now);
        self.carry_out(key, effects);
    }

    /// Lets time pass.
    pub fn run_for(&mut self, millis: u64) {
        self.run_until(millis, |_| false);
    }

    /// Lets time pass until `done`, at most `millis`; tells whether it came to be.
    pub fn run_until(&mut self, millis: u64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now().plus_millis(millis);
        loop {
            if done(self) {
                return true;
            }
            match self.agenda.next_at() {
                Some(at) if at <= end => {
                    let (at, happening) = self.agenda.take().expect("it was there a moment ago");
                    // A test may have set the clock forward past what was planned.
                    self.clock.set(at.max(self.now()));
                    self.happen(happening);
                    self.pump();
                }
                _ => {
                    self.clock.set(end);
                    return done(self);
                }
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        let now = self.now();
        match happening {
            Happening::Wake { device, wish } => {
                if self.at(device).wish == wish {
                    self.feed(device, Event::Tick);
                }
            }
            Happening::Dial { device, socket } => {
                let delay = self.delay();
                if self.at(device).socket != Some(socket) {
                    return;
                }
                if self.at(device).online {
                    self.sockets.insert(socket, Ends { device, to_server: now, to_device: now, severed: false });
                    self.server.open(now, socket);
                    self.agenda.plan(now.plus_millis(delay), Happening::Up { device, socket });
                } else {
                    self.agenda.plan(now.plus_millis(delay), Happening::Gone { device, socket });
                }
            }
            Happening::Up { device, socket } => {
                if self.at(device).socket == Some(socket) {
                    self.feed(device, Event::Connected);
                }
            }
            Happening::ToServer { socket, frame } => {
                if self.sockets.contains_key(&socket) {
                    self.server.receive(now, socket, &frame);
                }
            }
            Happening::ToDevice { device, socket, frame } => {
                if self.at(device).socket == Some(socket) {
                    self.feed(device, Event::Frame(frame));
                }
            }
            Happening::Gone { device, socket } => {
                if self.at(device).socket == Some(socket) {
                    self.at_mut(device).socket = None;
                    self.feed(device, Event::Disconnected);
                }
            }
            Happening::Hangup { socket } => {
                if self.sockets.remove(&socket).is_some() {
                    self.server.close(now, socket);
                }
            }
            Happening::Ask { device, life, id, method, path, body } => {
                let lost = !self.at(device).online || self.network.once_in(self.conditions.lose_http_one_in);
                let mut response = None;
                if !lost {
                    let answer = self.server.http(now, method, &path, body.as_deref());
                    // The server has done it; that the answer is lost is another chance.
                    response = Some(answer).filter(|_| !self.network.once_in(self.conditions.lose_http_one_in));
                }
                let at = now.plus_millis(self.delay());
                self.agenda.plan(at, Happening::Answer { device, life, id, response });
            }
            Happening::Move { device, life, id, transfer } => self.transfer(device, life, id, &transfer),
            Happening::Moved { device, life, id, part, answer } => self.moved(device, life, id, part, answer),
            Happening::Answer { device, life, id, response } => {
                if self.at(device).life == life {
                    let response = response.map(|(status, body)| HttpResponse { status, body });
                    self.feed(device, Event::Http { id, response });
                }
            }
        }
    }

    /// Gives an event to a device's engine and carries out what it wants.
    pub(super) fn feed(&mut self, key: DeviceKey, event: Event) {
        let now = self.now();
        let reload = self.reload;
        let device = self.at_mut(key);
        let effects = device.handle(now, event);
        if reload {
            device.forget();
        }
        self.carry_out(key, effects);
    }

    pub(super) fn carry_out(&mut self, key: DeviceKey, effects: Vec<Effect>) {
        let now = self.now();
        for effect in effects {
            match effect {
                Effect::Connect { .. } => {
                    self.cut_silently(key);
                    self.next_socket += 1;
                    let socket = SocketId(self.next_socket);
                    self.at_mut(key).socket = Some(socket);
                    let at = now.plus_millis(self.delay());
                    self.agenda.plan(at, Happening::Dial { device: key, socket });
                }
                Effect::Disconnect => self.cut_silently(key),
                Effect::Send(frame) => self.send(key, frame),
                Effect::Http { id, method, url, body, .. } => {
                    let path = url.strip_prefix(SERVER).unwrap_or(&url).to_owned();
                    let life = self.at(key).life;
                    let at = now.plus_millis(self.delay());
                    self.agenda.plan(at, Happening::Ask { device: key, life, id, method, path, body });
                }
                Effect::Transfer { id, transfer } => {
                    let life = self.at(key).life;
                    self.at_mut(key).transfers.insert(id);
                    let at = now.plus_millis(self.delay());
                    self.agenda.plan(at, Happening::Move { device: key, life, id, transfer });
                }
                Effect::StopTransfer { id } => {
                    self.at_mut(key).transfers.remove(&id);
                }
                Effect::File(deed) => self.file_deed(key, deed),
                Effect::WakeAt(at) => {
                    let device = self.at_mut(key);
                    device.wish += 1;
                    let wish = device.wish;
                    self.agenda.plan(at.max(now), Happening::Wake { device: key, wish });
                }
                Effect::Done { id, result } => {
                    self.at_mut(key).endings.insert(id, result);
                }
                Effect::Notice(notice) => self.at_mut(key).notices.push(notice),
            }
        }
    }

    fn send(&mut self, key: DeviceKey, frame: Vec<u8>) {
        let Some(socket) = self.at(key).socket else { return };
        if self.network.once_in(self.conditions.cut_one_in) {
            return self.sever(key, socket);
        }
        let arrival = self.now().plus_millis(self.delay());
        let Some(ends) = self.sockets.get_mut(&socket).filter(|ends| !ends.severed) else { return };
        ends.to_server = ends.to_server.max(arrival);
        self.agenda.plan(ends.to_server, Happening::ToServer { socket, frame });
    }

    /// Puts what the server says on the wire.
    fn pump(&mut self) {
        let now = self.now();
        for (socket, frame) in self.server.poll(now) {
            if let Some(heard) = self.wires.get_mut(&socket) {
                let frame = frame.and_then(|frame| beseda_wire::Encoding::Cbor.decode(&frame).ok());
                heard.extend(frame);
                continue;
            }
            let Some(Ends { device, to_device, severed, .. }) = self.sockets.get(&socket).copied() else { continue };
            let Some(frame) = frame else {
                self.sockets.remove(&socket);
                // A server that closes is heard to the end: the close does not overtake what was said before.
                let at = now.plus_millis(self.delay()).max(to_device);
                self.agenda.plan(at, Happening::Gone { device, socket });
                continue;
            };
            if severed {
                continue;
            }
            if self.network.once_in(self.conditions.cut_one_in) {
                self.sever(device, socket);
                continue;
            }
            let mut copies = 1;
            let mut late = false;
            if is_push(&frame) {
                if self.network.once_in(self.conditions.drop_push_one_in) {
                    continue;
                }
                copies += u64::from(self.network.once_in(self.conditions.double_push_one_in));
                late = self.network.once_in(self.conditions.delay_push_one_in);
            }
            for _ in 0..copies {
                let delay = self.delay();
                let Some(ends) = self.sockets.get_mut(&socket) else { break };
                let at = now.plus_millis(delay).max(ends.to_device);
                // What is held back does not hold back what follows.
                let at = if late { at.plus_millis(delay.saturating_mul(3)) } else { at };
                if !late {
                    ends.to_device = at;
                }
                self.agenda.plan(at, Happening::ToDevice { device, socket, frame: frame.clone() });
            }
        }
    }

    /// Cuts a device's socket; both ends learn of it after a while.
    fn cut(&mut self, key: DeviceKey) {
        if let Some(socket) = self.at(key).socket {
            self.sever(key, socket);
        }
    }

    /// Cuts a socket of a device, perhaps one that the device has given up already.
    fn sever(&mut self, key: DeviceKey, socket: SocketId) {
        if let Some(ends) = self.sockets.get_mut(&socket) {
            ends.severed = true;
        }
        let (near, far) = (self.delay(), self.delay());
        let now = self.now();
        self.agenda.plan(now.plus_millis(near), Happening::Gone { device: key, socket });
        self.agenda.plan(now.plus_millis(far), Happening::Hangup { socket });
    }

    /// The device knows that its socket is gone; the server will.
    fn cut_silently(&mut self, key: DeviceKey) {
        if let Some(socket) = self.at_mut(key).socket.take() {
            let at = self.now().plus_millis(self.delay());
            self.agenda.plan(at, Happening::Hangup { socket });
        }
    }

    pub(super) fn delay(&mut self) -> u64 {
        self.conditions.delay(&mut self.network)
    }
}

impl World<RealServer> {
    /// Stops the server, lets `change` work on its files, and starts it again; devices learn of it when their sockets break.
    pub fn restart_server(&mut self, change: impl FnOnce(&std::path::Path)) {
        self.server.restart(change);
        for (socket, Ends { device, .. }) in std::mem::take(&mut self.sockets) {
            let at = self.now().plus_millis(self.delay());
            self.agenda.plan(at, Happening::Gone { device, socket });
        }
    }
}
