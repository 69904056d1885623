//! Messages with a true outside: what the server reads of an MLS PrivateMessage is valid, the rest is opaque.

use beseda_crypto::aad::{ChainPoint, DeviceLogPoint, MessageAad};
use beseda_crypto::group_id::GroupId;
use beseda_model::{ConversationId, MessageId};
use beseda_wire::request::{Append, Request};

/// An application message of generation and epoch zero that holds `text`.
pub(crate) fn message(conversation: ConversationId, number: u64, text: &[u8]) -> Vec<u8> {
    let mut id = [0x11; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    let aad = MessageAad {
        message: MessageId::from_bytes(id),
        send_no: number,
        chain: ChainPoint::default(),
        device_log: DeviceLogPoint { version: 1, hash: [0; 8] },
    };
    let mut bytes = vec![0, 1, 0, 2];
    vector(&mut bytes, &GroupId { conversation, generation: 0 }.to_bytes());
    bytes.extend(0u64.to_be_bytes());
    bytes.push(1);
    vector(&mut bytes, &aad.to_bytes());
    vector(&mut bytes, &[7; 28]);
    vector(&mut bytes, text);
    bytes
}

/// A request that sends `text`.
pub(crate) fn say(conversation: ConversationId, number: u64, text: &[u8]) -> Request {
    Request::Append(Append {
        message: message(conversation, number, text).into(),
        class: Default::default(),
        expires_at: None,
        blank: Vec::new(),
    })
}

/// A request whose message has exactly this many bytes.
pub(crate) fn say_bytes(conversation: ConversationId, number: u64, length: usize) -> Request {
    let nearly = length - 200;
    let rest = length - (message(conversation, number, &vec![0; nearly]).len() - nearly);
    let request = say(conversation, number, &vec![9; rest]);
    match &request {
        Request::Append(append) => assert_eq!(append.message.len(), length),
        _ => unreachable!("it is an append"),
    }
    request
}

/// A vector with the length that MLS writes (RFC 9420, section 2.1.2).
fn vector(bytes: &mut Vec<u8>, content: &[u8]) {
    match content.len() {
        short @ 0..64 => bytes.push(u8::try_from(short).unwrap()),
        medium @ 64..16_384 => bytes.extend((u16::try_from(medium).unwrap() | 0x4000).to_be_bytes()),
        long => bytes.extend((u32::try_from(long).unwrap() | 0x8000_0000).to_be_bytes()),
    }
    bytes.extend(content);
}
