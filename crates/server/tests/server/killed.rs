//! Death of the real program at any moment, while people send as fast as they can: what it has answered or pushed is there
//! when it is back, and nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use beseda_crypto::chain;
use beseda_model::{ConversationId, ConversationKind};
use beseda_wire::request::{ClientFrame, Hello, Reply, Request, ServerFrame};
use beseda_wire::{Encoding, FEATURE_LEVEL, Push};
use futures_util::SinkExt as _;
use tokio_tungstenite::tungstenite::Message;

use crate::mls::{message, say};
use crate::people::Person;
use crate::program::Program;
use crate::world::{Came, Server, Socket};

/// Messages of one person that may be without an answer.
const WINDOW: usize = 16;
/// Latest instant of a death after somebody could connect, and after the start, in microseconds.
const TALKING: u64 = 120_000;
const STARTING: u64 = 60_000;
/// The frame that says hello; messages have their numbers as ids.
const HELLO: u32 = u32::MAX;

/// Somebody who sends without end, and what they know.
struct Talker {
    person: Person,
    next: u64,
    /// Sent, perhaps stored: these are sent again.
    unanswered: BTreeSet<u64>,
    /// Where the server said that they are.
    answered: BTreeMap<u64, u64>,
    /// Entries of the other that were pushed.
    pushed: BTreeMap<u64, Vec<u8>>,
}

impl Talker {
    fn new(person: Person) -> Self {
        Self { person, next: 1, unanswered: BTreeSet::new(), answered: BTreeMap::new(), pushed: BTreeMap::new() }
    }

    fn text(&self, number: u64) -> Vec<u8> {
        format!("{} {number}", self.person.device).into_bytes()
    }

    /// Sends until the server is gone.
    async fn talk(&mut self, addr: SocketAddr, here: ConversationId) {
        let Ok(mut socket) = Socket::dial(addr, Encoding::Cbor).await else { return };
        let hello = Request::Hello(Hello { token: self.person.token.clone(), feature: FEATURE_LEVEL });
        let mut waiting: Vec<(u32, Request)> = vec![(HELLO, hello)];
        let again: Vec<_> = self.unanswered.iter().copied().collect();
        waiting.extend(again.into_iter().map(|number| self.request(here, number)));
        loop {
            for (id, request) in waiting.drain(..) {
                let frame = socket.encoding.encode(&ClientFrame { id, request });
                if socket.stream.send(Message::binary(frame)).await.is_err() {
                    return;
                }
            }
            match socket.next().await {
                Came::Frame(ServerFrame::Ok { id: HELLO, re: Reply::Hello { send_no, .. } }) => {
                    let known = self.answered.keys().next_back().copied().unwrap_or(0);
                    assert!(send_no >= known, "the server has forgotten that {known} was sent, not only {send_no}");
                }
                Came::Frame(ServerFrame::Ok { id, re: Reply::Appended { seq, .. } }) => {
                    assert!(self.unanswered.remove(&u64::from(id)), "{id} is answered twice");
                    self.answered.insert(u64::from(id), seq);
                }
                Came::Frame(ServerFrame::Push(Push::Entry { entry, .. })) => {
                    let body = entry.body.expect("nothing is deleted here").0;
                    let before = self.pushed.insert(entry.seq, body.clone());
                    assert!(before.is_none_or(|before| before == body), "another entry at {}", entry.seq);
                }
                Came::Frame(ServerFrame::Push(_)) => {}
                Came::Frame(other) => panic!("unexpected {other:?}"),
                Came::Closed(_) => return,
            }
            while self.unanswered.len() < WINDOW {
                waiting.push(self.request(here, self.next));
                self.unanswered.insert(self.next);
                self.next += 1;
            }
        }
    }

    fn request(&self, here: ConversationId, number: u64) -> (u32, Request) {
        (u32::try_from(number).unwrap(), say(here, number, &self.text(number)))
    }
}

#[tokio::test]
async fn slow_killed_a_hundred_times_the_program_loses_nothing_answered_and_doubles_nothing() {
    let mut server = Server::start().await;
    let people = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&people.0, &people.1]);
    server.stop().await;
    let (mut alice, mut bob) = (Talker::new(people.0), Talker::new(people.1));
    for death in 0..100 {
        // Nothing is waited for: the instant itself is what is drawn.
        let instant = |most| Duration::from_micros(draw() % most);
        let mut program = Program::start(&server.data_dir());
        if death % 5 == 4 {
            tokio::time::sleep(instant(STARTING)).await;
            program.kill();
            continue;
        }
        let addr = program.addr();
        let dies = async {
            tokio::time::sleep(instant(TALKING)).await;
            program.kill();
        };
        tokio::join!(alice.talk(addr, here), bob.talk(addr, here), dies);
    }
    server.move_to(server.data_dir()).await;
    check(&server, here, [&alice, &bob]);
    for talker in [alice, bob] {
        assert!(!talker.answered.is_empty() && !talker.pushed.is_empty(), "they talked");
    }
}

fn draw() -> u64 {
    use beseda_model::Rng as _;
    let mut bytes = [0; 8];
    beseda_server::OsRng.fill(&mut bytes);
    u64::from_be_bytes(bytes)
}

/// The log is dense and chained, holds each message once, and what anybody was told of it is true.
fn check(server: &Server, here: ConversationId, talkers: [&Talker; 2]) {
    let entries = server.store().read_blocking(move |view| view.log().page(here, 1, u64::MAX, u32::MAX, u64::MAX));
    let row = server.store().read_blocking(move |view| view.conversations().find(here)).unwrap().unwrap();
    let mut hash = chain::start(here);
    let mut log: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for (seq, entry) in (1..).zip(entries.unwrap()) {
        let body = entry.body.unwrap();
        hash = chain::next(&hash, seq, &chain::body_hash(&body));
        assert_eq!((entry.seq, entry.count, entry.chain), (seq, seq, hash));
        assert_eq!(log.insert(body, seq), None, "a message is there twice");
    }
    assert_eq!((row.last_seq, row.chain), (log.len() as u64, hash));
    for talker in talkers {
        for (number, seq) in &talker.answered {
            let body = message(here, *number, &talker.text(*number));
            assert_eq!(log.get(&body), Some(seq), "message {number} was answered");
        }
        for (seq, body) in &talker.pushed {
            assert_eq!(log.get(body), Some(seq), "entry {seq} was pushed");
        }
    }
}
