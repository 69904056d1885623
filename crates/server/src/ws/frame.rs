//! WebSocket frames (RFC 6455) as a server meets them: reading masked frames out of a stream of bytes without holding a
//! buffer while nothing is on the way, and writing whole unmasked frames that sessions share.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic,
        clippy::allow_attributes,
        reason = "a test that panics has failed, which is its job"
    )
)]

use beseda_wire::Encoding;
use bytes::Bytes;
use serde::Serialize;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const CONTROL: u8 = 0x08;
const CONTROL_BYTES: u64 = 125;
/// The longest header that a server writes: opcode, length marker, 64-bit length.
const HEADER_BYTES: usize = 10;

/// Why a connection closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseCode {
    /// Both sides are done.
    Normal = 1000,
    /// The other side broke the protocol of frames.
    Protocol = 1002,
    /// The other side broke the rules above it: no hello, nonsense, or its session is over.
    Policy = 1008,
    /// A frame is over the limit.
    TooBig = 1009,
    /// The server is restarting.
    Restart = 1012,
    /// The reader is too slow, or another socket took this one's place.
    TryLater = 1013,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    const fn read(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }
}

/// What the other side sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole text message.
    Text(Vec<u8>),
    /// A whole binary message.
    Binary(Vec<u8>),
    /// To be answered with the same bytes.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// The other side closes.
    Close,
}

/// Why the stream cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    /// Against RFC 6455.
    #[error("the peer broke the WebSocket protocol")]
    Protocol,
    /// A message over the limit was announced.
    #[error("a message over the limit")]
    TooLarge,
}

/// Reads frames out of the bytes as they come.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Bytes that are no whole frame yet.
    rest: Vec<u8>,
    /// How many of them were read already.
    read: usize,
    /// A message of which more frames are to come.
    parts: Vec<u8>,
    kind: Option<Opcode>,
    longest: u64,
}

struct Header {
    fin: bool,
    opcode: Opcode,
    mask: [u8; 4],
    start: usize,
    length: usize,
}

impl Reader {
    /// Takes messages up to `longest` bytes.
    pub(crate) const fn new(longest: u64) -> Self {
        Self { rest: Vec::new(), read: 0, parts: Vec::new(), kind: None, longest }
    }

    /// Adds bytes as they came.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The next whole message or control frame, if there is one. When there is none, no more memory is held than what
    /// has come of an unfinished frame.
    ///
    /// # Errors
    /// When the stream makes no sense from here on.
    pub(crate) fn next(&mut self) -> Result<Option<Incoming>, FrameError> {
        loop {
            let Some(header) = self.header()? else {
                self.forget_what_was_read();
                return Ok(None);
            };
            let end = header.start.saturating_add(header.length);
            let Some(payload) = self.rest.get(header.start..end) else {
                self.forget_what_was_read();
                return Ok(None);
            };
            let payload = unmasked(payload, header.mask);
            self.read = end;
            if let Some(incoming) = self.take(&header, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    fn take(&mut self, header: &Header, payload: Vec<u8>) -> Result<Option<Incoming>, FrameError> {
        let kind = match (header.opcode, self.kind) {
            (Opcode::Close, _) => return Ok(Some(Incoming::Close)),
            (Opcode::Ping, _) => return Ok(Some(Incoming::Ping(payload))),
            (Opcode::Pong, _) => return Ok(Some(Incoming::Pong)),
            (Opcode::Continuation, Some(kind)) => kind,
            (Opcode::Text | Opcode::Binary, None) => header.opcode,
            (Opcode::Continuation, None) | (Opcode::Text | Opcode::Binary, Some(_)) => {
                return Err(FrameError::Protocol);
            }
        };
        let message = if self.parts.is_empty() {
            payload
        } else {
            self.parts.extend_from_slice(&payload);
            std::mem::take(&mut self.parts)
        };
        if !header.fin {
            self.parts = message;
            self.kind = Some(kind);
            return Ok(None);
        }
        self.kind = None;
        Ok(Some(if kind == Opcode::Text { Incoming::Text(message) } else { Incoming::Binary(message) }))
    }

    fn header(&self) -> Result<Option<Header>, FrameError> {
        let Some(bytes) = self.rest.get(self.read..) else { return Ok(None) };
        let &[first, second, ref bytes @ ..] = bytes else { return Ok(None) };
        let opcode = Opcode::read(first & 0x0f).ok_or(FrameError::Protocol)?;
        let fin = first & FIN != 0;
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(FrameError::Protocol);
        }
        let (length, bytes) = match second & !MASKED {
            126 => match bytes.split_first_chunk::<2>() {
                Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest),
                None => return Ok(None),
            },
            127 => match bytes.split_first_chunk::<8>() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            short => (u64::from(short), bytes),
        };
        if first & CONTROL != 0 {
            if !fin || length > CONTROL_BYTES {
                return Err(FrameError::Protocol);
            }
        } else if length.saturating_add(self.parts.len() as u64) > self.longest {
            return Err(FrameError::TooLarge);
        }
        let Some((mask, payload)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let length = usize::try_from(length).map_err(|_| FrameError::TooLarge)?;
        let start = self.rest.len().saturating_sub(payload.len());
        Ok(Some(Header { fin, opcode, mask: *mask, start, length }))
    }

    fn forget_what_was_read(&mut self) {
        if self.read == self.rest.len() {
            self.rest = Vec::new();
        } else {
            drop(self.rest.drain(..self.read));
        }
        self.read = 0;
    }
}

fn unmasked(payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut bytes = payload.to_vec();
    let (blocks, rest) = bytes.as_chunks_mut::<4>();
    for block in blocks {
        *block = (u32::from_ne_bytes(*block) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    bytes
}

/// `value` as one whole frame: text in JSON, binary in CBOR.
pub(crate) fn message<T: Serialize>(encoding: Encoding, value: &T) -> Bytes {
    let opcode = match encoding {
        Encoding::Cbor => 0x2,
        Encoding::Json => 0x1,
    };
    let mut bytes = Vec::with_capacity(192);
    bytes.resize(HEADER_BYTES, 0);
    encoding.encode_into(value, &mut bytes);
    let (header, length) = header(opcode, bytes.len().saturating_sub(HEADER_BYTES));
    // The header is written just before the payload; what it leaves free in front is cut off.
    let start = HEADER_BYTES.saturating_sub(length);
    for (slot, byte) in bytes.iter_mut().skip(start).zip(header.iter().take(length)) {
        *slot = *byte;
    }
    Bytes::from(bytes).slice(start..)
}

/// The answer to a ping.
pub(crate) fn pong(payload: &[u8]) -> Bytes {
    control(0xa, payload)
}

/// The end.
pub(crate) fn close(code: CloseCode) -> Bytes {
    control(0x8, &(code as u16).to_be_bytes())
}

fn control(opcode: u8, payload: &[u8]) -> Bytes {
    let (header, length) = header(opcode, payload.len());
    header.iter().take(length).chain(payload).copied().collect()
}

fn header(opcode: u8, length: usize) -> ([u8; HEADER_BYTES], usize) {
    let mut header = [0; HEADER_BYTES];
    let (marker, extended): (u8, &[u8]) = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => (short, &[]),
        (_, Ok(medium)) => (126, &medium.to_be_bytes()),
        _ => (127, &(length as u64).to_be_bytes()),
    };
    for (slot, byte) in header.iter_mut().zip([FIN | opcode, marker].iter().chain(extended)) {
        *slot = *byte;
    }
    (header, extended.len().saturating_add(2))
}

/// What a whole frame of this server carries.
#[cfg(test)]
fn payload_of(frame: &Bytes) -> Bytes {
    let skipped = match frame.get(1) {
        Some(126) => 4,
        Some(127) => 10,
        _ => 2,
    };
    frame.slice(skipped.min(frame.len())..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let (header, length) = header(first & 0x0f, payload.len());
        let mut frame = header[..length].to_vec();
        frame[0] = first;
        frame[1] |= MASKED;
        frame.extend(mask);
        frame.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
        frame
    }

    fn read_all(reader: &mut Reader, bytes: &[u8]) -> Result<Vec<Incoming>, FrameError> {
        reader.feed(bytes);
        let mut all = Vec::new();
        while let Some(incoming) = reader.next()? {
            all.push(incoming);
        }
        Ok(all)
    }

    #[test]
    fn frames_are_read_in_whatever_pieces_they_come() {
        let mut stream = masked(0x82, b"one");
        stream.extend(masked(0x81, &[b'x'; 300]));
        stream.extend(masked(0x89, b"ping"));
        stream.extend(masked(0x82, &vec![7; 70_000]));
        let expected = vec![
            Incoming::Binary(b"one".to_vec()),
            Incoming::Text(vec![b'x'; 300]),
            Incoming::Ping(b"ping".to_vec()),
            Incoming::Binary(vec![7; 70_000]),
        ];
        for size in [1, 2, 3, 7, 1_000, stream.len()] {
            let mut reader = Reader::new(100_000);
            let mut read = Vec::new();
            for piece in stream.chunks(size) {
                read.extend(read_all(&mut reader, piece).expect("well-formed"));
            }
            assert_eq!(read, expected, "in pieces of {size}");
            assert_eq!(reader.rest.capacity(), 0, "nothing is held while nothing is on the way");
        }
    }

    #[test]
    fn fragments_become_one_message_with_control_frames_between() {
        let mut stream = masked(0x02, b"one ");
        stream.extend(masked(0x89, b"p"));
        stream.extend(masked(0x00, b"two "));
        stream.extend(masked(0x80, b"three"));
        let read = read_all(&mut Reader::new(13), &stream).expect("well-formed");
        assert_eq!(read, vec![Incoming::Ping(b"p".to_vec()), Incoming::Binary(b"one two three".to_vec())]);
    }

    #[test]
    fn a_message_may_have_exactly_the_longest_size() {
        let mut reader = Reader::new(1_000);
        assert_eq!(read_all(&mut reader, &masked(0x82, &[0; 1_000])).map(|all| all.len()), Ok(1));
        assert_eq!(read_all(&mut reader, &masked(0x82, &[0; 1_001])), Err(FrameError::TooLarge));
        let mut reader = Reader::new(1_000);
        assert_eq!(read_all(&mut reader, &masked(0x02, &[0; 999])).map(|all| all.len()), Ok(0));
        assert_eq!(read_all(&mut reader, &masked(0x80, &[0; 2])), Err(FrameError::TooLarge), "in fragments too");
    }

    #[test]
    fn a_size_is_refused_before_the_bytes_come() {
        let announced = [0x82, 0xff, 0, 0, 0, 0, 0, 0xa0, 0, 0];
        assert_eq!(read_all(&mut Reader::new(1_048_576), &announced), Err(FrameError::TooLarge));
        assert_eq!(
            read_all(&mut Reader::new(10), &[0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Err(FrameError::TooLarge)
        );
    }

    #[test]
    fn what_the_protocol_forbids_is_refused() {
        let unmasked = [0x82, 0x01, 0x00];
        let mut two_beginnings = masked(0x02, b"a");
        two_beginnings.extend(masked(0x82, b"b"));
        for (why, stream) in [
            ("unmasked", unmasked.to_vec()),
            ("reserved bit", masked(0xc2, b"a")),
            ("unknown opcode", masked(0x83, b"a")),
            ("long control frame", masked(0x89, &[0; 126])),
            ("fragmented control frame", masked(0x09, b"a")),
            ("continuation of nothing", masked(0x80, b"a")),
            ("message within a message", two_beginnings),
        ] {
            assert_eq!(read_all(&mut Reader::new(1_000), &stream), Err(FrameError::Protocol), "{why}");
        }
    }

    #[test]
    fn written_frames_have_the_shortest_header() {
        assert_eq!(message(Encoding::Cbor, &7u8), Bytes::from_static(&[0x82, 1, 7]));
        assert_eq!(message(Encoding::Json, &7u8), Bytes::from_static(&[0x81, 1, b'7']));
        for (length, header) in [(125, vec![125]), (126, vec![126, 0, 126]), (65_535, vec![126, 255, 255])] {
            let text = "x".repeat(length - 2);
            let frame = message(Encoding::Json, &text);
            assert_eq!(frame.get(1..=header.len()), Some(header.as_slice()));
            assert_eq!(payload_of(&frame).len(), length);
        }
        let frame = message(Encoding::Json, &"x".repeat(65_534));
        assert_eq!(frame.get(1..10), Some([127, 0, 0, 0, 0, 0, 1, 0, 0].as_slice()));
        assert_eq!(close(CloseCode::Restart), Bytes::from_static(&[0x88, 2, 0x03, 0xf4]));
        assert_eq!(pong(b"hi"), Bytes::from_static(&[0x8a, 2, b'h', b'i']));
    }
}
