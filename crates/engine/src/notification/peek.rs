//! A look at what is new without a connection, on a copy of the profile that is thrown away afterwards.
//!
//! A device that was woken by a push has a token with which the server answers what only reads. A whole engine runs on a
//! copy of the database in memory, asks over HTTP what it would ask on its socket, and decrypts. Whatever else it wants
//! to say is not said, and nothing is written back: the profile's own engine processes everything again, and properly.

use beseda_model::{Rng, Timestamp};
use beseda_wire::http::{Wake, Woken};
use beseda_wire::request::{ClientFrame, Reply, Request, ServerFrame};
use beseda_wire::{Encoding, FEATURE_LEVEL};
use rusqlite::Connection;

use crate::api::notification::News;
use crate::view::View;
use crate::{Effect, Engine, Event, OpenError};

/// A service worker has seconds: what is not known after so many answers is told of without its text.
const ROUNDS: u32 = 8;
/// Requests in one round, as the server takes them.
const AT_ONCE: usize = 32;

/// A look under way.
#[derive(Debug)]
pub struct Peek {
    engine: Engine,
    token: String,
    /// Asked by the engine, not yet by us.
    wanted: Vec<ClientFrame>,
    hello: Option<u32>,
    rounds: u32,
    minute: u16,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Post this (JSON) to `/api/v1/wake` and bring the answer.
    Ask(Vec<u8>),
    /// That is all. If not everything could be read, what is missing is told of without its text.
    Done(News),
    /// Nothing can be said: nobody is signed in, the token is of no use, or the server can't be understood. All that is
    /// known is that there may be something new.
    Blind,
}

impl Peek {
    /// Looks with the token of a wake-up, in `copy`, at `now`, which on the wall is this minute of the day.
    ///
    /// # Errors
    /// When the copy can't be opened.
    pub fn open(
        copy: Connection,
        rng: Box<dyn Rng>,
        now: Timestamp,
        minute: u16,
        token: String,
    ) -> Result<(Self, Next), OpenError> {
        let (engine, effects) = Engine::open(copy, rng, now)?;
        let mut peek = Self { engine, token, wanted: Vec::new(), hello: None, rounds: 0, minute };
        peek.take(now, effects);
        let next = peek.next(now);
        Ok((peek, next))
    }

    /// What the server has answered; none if it could not be reached.
    pub fn answer(&mut self, now: Timestamp, status: u16, body: &[u8]) -> Next {
        let Some(woken) =
            Some(body).filter(|_| status == 200).and_then(|body| Encoding::Json.decode::<Woken>(body).ok())
        else {
            return if self.rounds > 1 { self.done(now) } else { Next::Blind };
        };
        self.token = woken.token;
        if let Some(id) = self.hello.take() {
            self.hear(now, &ServerFrame::Ok { id, re: without_send_no(woken.hello) });
        }
        for frame in &woken.answers {
            self.hear(now, frame);
        }
        self.next(now)
    }

    fn next(&mut self, now: Timestamp) -> Next {
        let is_new = self.hello.is_none() && self.rounds == 0;
        if is_new || (self.hello.is_none() && self.wanted.is_empty()) || self.rounds >= ROUNDS {
            return if is_new { Next::Blind } else { self.done(now) };
        }
        self.rounds = self.rounds.saturating_add(1);
        let rest = self.wanted.split_off(self.wanted.len().min(AT_ONCE));
        let requests = std::mem::replace(&mut self.wanted, rest);
        Next::Ask(Encoding::Json.encode(&Wake { token: self.token.clone(), feature: FEATURE_LEVEL, requests }))
    }

    fn done(&self, now: Timestamp) -> Next {
        let news = View::new(self.engine.reader(), now).and_then(|view| super::news(&view, self.minute));
        news.map_or(Next::Blind, Next::Done)
    }

    fn hear(&mut self, now: Timestamp, frame: &ServerFrame) {
        let effects = self.engine.handle(now, Event::Frame(Encoding::Cbor.encode(frame)));
        self.take(now, effects);
    }

    fn take(&mut self, now: Timestamp, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect { .. } if self.rounds == 0 => {
                    let effects = self.engine.handle(now, Event::Connected);
                    self.take(now, effects);
                }
                Effect::Send(bytes) => self.want(&bytes),
                _ => {}
            }
        }
    }

    fn want(&mut self, bytes: &[u8]) {
        let Ok(frame) = Encoding::Cbor.decode::<ClientFrame>(bytes) else { return };
        match frame.request {
            // The session's token stays here.
            Request::Hello(_) => self.hello = Some(frame.id),
            Request::Sync { .. }
            | Request::Log { .. }
            | Request::Welcome { .. }
            | Request::DeviceLog { .. }
            | Request::Accounts { .. }
            | Request::Profiles { .. } => self.wanted.push(frame),
            // Not said.
            _ => {}
        }
    }
}

/// The copy may be older than the profile: what was sent since is no sign of another copy.
fn without_send_no(hello: Reply) -> Reply {
    match hello {
        Reply::Hello { account, device, store_epoch, feature, now, .. } => {
            Reply::Hello { account, device, store_epoch, send_no: 0, feature, now }
        }
        other => other,
    }
}
