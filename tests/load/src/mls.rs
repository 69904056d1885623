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
    use beseda_crypto::credential::Credential;
    use beseda_crypto::header::{Kind, Wire, peek};
    use beseda_crypto::suite::{self, Provider};
    use beseda_model::{AccountId, ConversationKind, DeviceId, Fingerprint, Policy, Role, RosterEntry};
    use openmls::credentials::CredentialWithKey;
    use openmls::group::MlsGroup;
    use openmls_basic_credential::SignatureKeyPair;
    use openmls_rust_crypto::MemoryStorage;
    use tls_codec::Serialize;

    use super::*;

    #[test]
    fn a_made_up_message_is_as_long_as_a_real_one() {
        let signer = SignatureKeyPair::new(suite::CIPHERSUITE.signature_algorithm()).unwrap();
        let (account, root) = (AccountId::from_bytes([1; 16]), Fingerprint::from_bytes([2; 32]));
        let credential = CredentialWithKey {
            credential: Credential { account, device: DeviceId::from_bytes([3; 16]), root }.to_mls(),
            signature_key: signer.public().into(),
        };
        let policy = Policy::new(ConversationKind::Group, vec![RosterEntry { account, root, role: Role::Owner }]);
        let group = GroupId { conversation: ConversationId::from_bytes([4; 16]), generation: 0 };
        let provider = Provider::new(MemoryStorage::default());
        let config = suite::create_config(&policy);
        let mut real = MlsGroup::new_with_group_id(&provider, &signer, &config, group.to_mls(), credential).unwrap();
        let made_up = private_message(group.conversation, 0, MessageId::from_bytes([5; 16]), 1);
        real.set_aad(peek(&made_up).unwrap().aad.to_vec());
        let message = real.create_message(&provider, &signer, &[0; CONTENT]).unwrap();
        assert_eq!(made_up.len(), message.tls_serialize_detached().unwrap().len());
    }

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
