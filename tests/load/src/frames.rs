//! Requests encoded ahead, answers recognised by their first bytes.

use anyhow::{Result, bail};
use beseda_model::{Clock, ConversationId, MessageId};
use beseda_wire::codec::{decode_cbor, encode_cbor};
use beseda_wire::request::{Append, Hello};
use beseda_wire::state::EntryClass;
use beseda_wire::{ClientFrame, FEATURE_LEVEL, Push, Request, ServerFrame};

use crate::clock::{Chance, WallClock};
use crate::mls::{Template, private_message};
use crate::socket::frame;

/// The first id whose CBOR form has the full five bytes, so that ids can be changed in place.
pub(crate) const FIRST_ID: u32 = 0x0001_0000;

/// Where a request's id stands in its payload: behind the map, the key and the integer's head.
pub(crate) const ID_AT: usize = 5;

/// How an `ok` frame begins, up to its id.
const OK: &[u8] = b"\xa1\x62ok\xa2\x62id";

/// How an `entry` push begins.
pub(crate) const ENTRY: &[u8] = b"\xa1\x64push\xa1\x65entry";

/// What came in, as far as the hot paths want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The answer to a request.
    Ok,
    /// A new entry of a log.
    Entry,
    /// Some other push.
    Other,
}

/// Recognises a frame.
///
/// # Errors
/// When the server refused something, or lost something on the way.
pub(crate) fn see(payload: &[u8]) -> Result<Seen> {
    if payload.starts_with(OK) {
        return Ok(Seen::Ok);
    }
    if payload.starts_with(ENTRY) {
        return Ok(Seen::Entry);
    }
    match decode_cbor::<ServerFrame>(payload)? {
        ServerFrame::Ok { .. } => Ok(Seen::Ok),
        ServerFrame::Err { why, .. } => bail!("the server refused a request: {why}"),
        ServerFrame::Push(Push::Entry { .. }) => Ok(Seen::Entry),
        ServerFrame::Push(Push::Resync) => bail!("the server dropped pushes: the generator reads too slowly"),
        ServerFrame::Push(push @ (Push::SignedOut | Push::Closing { .. })) => bail!("the server ends it: {push:?}"),
        ServerFrame::Push(_) => Ok(Seen::Other),
    }
}

/// A request in its WebSocket frame.
pub(crate) fn request(id: u32, request: Request) -> Vec<u8> {
    frame(&encode_cbor(&ClientFrame { id, request }))
}

/// The first frame of a session.
pub(crate) fn hello(token: &str) -> Vec<u8> {
    request(1, Request::Hello(Hello { token: token.to_owned(), feature: FEATURE_LEVEL }))
}

/// A stream of messages by one device into one conversation.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    template: Template,
    id_at: usize,
    next_id: u32,
    send_no: u64,
    chance: Chance,
}

impl Messages {
    pub(crate) fn new(conversation: ConversationId, epoch: u64, seed: u64, send_no: u64) -> Self {
        let mut chance = Chance::new(seed);
        let message = MessageId::new(WallClock.now(), &mut chance);
        let body = private_message(conversation, epoch, message, send_no);
        let append = Append { message: body.into(), class: EntryClass::Counted, expires_at: None, blank: Vec::new() };
        let payload = encode_cbor(&ClientFrame { id: FIRST_ID, request: Request::Append(append) });
        let framed = frame(&payload);
        let id_at = framed.len() - payload.len() + ID_AT;
        Self { template: Template::new(framed, message), id_at, next_id: FIRST_ID, send_no, chance }
    }

    /// The next message in its WebSocket frame: a new id, the next number.
    pub(crate) fn next(&mut self) -> &[u8] {
        let message = MessageId::new(WallClock.now(), &mut self.chance);
        self.template.stamp(message, self.send_no);
        self.send_no += 1;
        let id = self.next_id.to_be_bytes();
        self.next_id = self.next_id.checked_add(1).unwrap_or(FIRST_ID);
        self.template.bytes_mut()[self.id_at..self.id_at + 4].copy_from_slice(&id);
        self.template.bytes()
    }
}

#[cfg(test)]
mod tests {
    use beseda_crypto::aad::MessageAad;
    use beseda_crypto::header::peek;
    use beseda_model::Timestamp;
    use beseda_wire::Reply;
    use beseda_wire::state::Entry;

    use super::*;

    #[test]
    fn messages_changed_in_place_stay_valid() {
        let conversation = ConversationId::from_bytes([1; 16]);
        let mut messages = Messages::new(conversation, 1, 1, 5);
        let mut ids = Vec::new();
        for n in 0..3u32 {
            let framed = messages.next();
            let decoded: ClientFrame = decode_cbor(&framed[8..]).expect("a client frame");
            assert_eq!(decoded.id, FIRST_ID + n);
            let Request::Append(append) = decoded.request else { panic!("not an append") };
            let aad = MessageAad::from_bytes(peek(&append.message).expect("a header").aad).expect("authenticated data");
            assert_eq!(aad.send_no, 5 + u64::from(n));
            ids.push(aad.message);
        }
        assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    }

    #[test]
    fn answers_are_known_by_their_first_bytes() {
        let ok = encode_cbor(&ServerFrame::Ok {
            id: FIRST_ID,
            re: Reply::Appended { seq: 1, at: Timestamp::from_millis(1) },
        });
        assert!(ok.starts_with(OK));
        assert_eq!(see(&ok).expect("known"), Seen::Ok);
        let entry = Entry {
            seq: 1,
            class: EntryClass::Counted,
            count: 1,
            at: Timestamp::from_millis(1),
            body: None,
            body_hash: None,
            expires_at: None,
        };
        let conversation = ConversationId::from_bytes([1; 16]);
        let push = encode_cbor(&ServerFrame::Push(Push::Entry { conversation, entry }));
        assert!(push.starts_with(ENTRY));
        assert_eq!(see(&push).expect("known"), Seen::Entry);
        assert!(see(&encode_cbor(&ServerFrame::Push(Push::Resync))).is_err());
    }
}
