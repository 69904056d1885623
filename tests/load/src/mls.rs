//! Made-up messages with a true outside: what the server reads of an MLS PrivateMessage is valid, the rest is chance.

use beseda_crypto::aad::{ChainPoint, DeviceLogPoint, MessageAad};
use beseda_crypto::group_id::GroupId;
use beseda_model::{ConversationId, MessageId, Rng};

use crate::clock::Chance;

/// Bytes of a content in the smallest padding class, which a text of up to 120 characters fits.
pub(crate) const CONTENT: usize = 192;

/// What a PrivateMessage adds inside its ciphertext: two lengths, an Ed25519 signature and the tag of AES-GCM.
const SEALED: usize = CONTENT + 2 + 64 + 2 + 16;

/// Leaf, generation and reuse guard, with their tag.
const SENDER_DATA: usize = 28;

/// Where `send_no` stands behind the message id in the authenticated data.
const SEND_NO: usize = 16;

/// An application message of one epoch.
pub(crate) fn private_message(conversation: ConversationId, epoch: u64, message: MessageId, send_no: u64) -> Vec<u8> {
    let aad = MessageAad {
        message,
        send_no,
        chain: ChainPoint::default(),
        device_log: DeviceLogPoint { version: 1, hash: [0; 8] },
    };
    let mut bytes = vec![0, 1, 0, 2];
    vector(&mut bytes, &GroupId { conversation, generation: 0 }.to_bytes());
    bytes.extend(epoch.to_be_bytes());
    bytes.push(1);
    vector(&mut bytes, &aad.to_bytes());
    let mut sealed = [0; SENDER_DATA + SEALED];
    Chance::new(send_no).fill(&mut sealed);
    vector(&mut bytes, &sealed[..SENDER_DATA]);
    vector(&mut bytes, &sealed[SENDER_DATA..]);
    bytes
}

/// A message that is made once and changed in place for each send: the generator must not cost more than it measures.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    message_at: usize,
}

impl Template {
    /// Finds the message's id in bytes that hold it exactly once.
    pub(crate) fn new(bytes: Vec<u8>, message: MessageId) -> Self {
        let message_at = bytes
            .windows(16)
            .position(|window| window == message.as_bytes())
            .expect("the id stands in the authenticated data");
        Self { bytes, message_at }
    }

    /// The same message under another id and number.
    pub(crate) fn stamp(&mut self, message: MessageId, send_no: u64) {
        let at = self.message_at;
        self.bytes[at..at + 16].copy_from_slice(message.as_bytes());
        self.bytes[at + SEND_NO..at + SEND_NO + 8].copy_from_slice(&send_no.to_be_bytes());
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

/// Appends bytes behind their length in the variable form of RFC 9420, section 2.1.2.
fn vector(bytes: &mut Vec<u8>, content: &[u8]) {
    let len = u16::try_from(content.len()).expect("nothing here is long");
    if len < 64 {
        bytes.extend(len.to_be_bytes().get(1));
    } else {
        bytes.extend((len | 0x4000).to_be_bytes());
    }
    bytes.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use beseda_crypto::header::{Kind, Wire, peek};

    use super::*;

    #[test]
    fn the_outside_is_what_the_server_expects() {
        let conversation = ConversationId::from_bytes([7; 16]);
        let message = MessageId::from_bytes([9; 16]);
        let mut template = Template::new(private_message(conversation, 3, message, 1), message);
        let other = MessageId::from_bytes([8; 16]);
        template.stamp(other, 77);
        let header = peek(template.bytes()).expect("a private message");
        assert_eq!((header.kind, header.wire, header.epoch), (Kind::Application, Wire::Private, 3));
        assert_eq!(GroupId::from_bytes(header.group_id), Ok(GroupId { conversation, generation: 0 }));
        let aad = MessageAad::from_bytes(header.aad).expect("authenticated data");
        assert_eq!((aad.message, aad.send_no), (other, 77));
    }
}
