//! The authenticated data of messages and commits: small, because every message pays for it.

use beseda_model::commit::CitedLog;
use beseda_model::{AccountId, MessageId};

use crate::tls::{Malformed, Reader};

/// The authenticated data is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AadError {
    /// The bytes break off, go on too long, or cite accounts out of order.
    #[error("the authenticated data is malformed")]
    Malformed,
    /// Written by a newer program, or meant for another kind of message.
    #[error("the authenticated data has form {0}, which is not expected here")]
    Form(u8),
}

impl From<Malformed> for AadError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// A point in a conversation's log: the number of an entry and the beginning of the chain's hash there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ChainPoint {
    /// The sequence number of the last entry that the sender knew; 0 before the first.
    pub n: u64,
    /// The first bytes of `h(n)`.
    pub hash: [u8; 16],
}

/// A point in a device log: its version and the beginning of the hash of that entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DeviceLogPoint {
    /// The version.
    pub version: u32,
    /// The first bytes of the entry's hash.
    pub hash: [u8; 8],
}

/// The authenticated data of an application message or a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageAad {
    /// The message.
    pub message: MessageId,
    /// Which send of this device it is, over all conversations; tells a restored or copied profile.
    pub send_no: u64,
    /// The sender's view of the log.
    pub chain: ChainPoint,
    /// The head of the sender's own device log.
    pub device_log: DeviceLogPoint,
}

impl MessageAad {
    /// Length in bytes.
    pub const LEN: usize = 61;

    const FORM: u8 = 1;

    /// The bytes.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        self.write(Self::FORM, &mut bytes);
        bytes
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// When they are not the authenticated data of a message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AadError> {
        let mut reader = Reader::new(bytes);
        let aad = Self::read(Self::FORM, &mut reader)?;
        reader.finish()?;
        Ok(aad)
    }

    fn write(self, form: u8, bytes: &mut Vec<u8>) {
        bytes.push(form);
        bytes.extend_from_slice(self.message.as_bytes());
        bytes.extend_from_slice(&self.send_no.to_be_bytes());
        bytes.extend_from_slice(&self.chain.n.to_be_bytes());
        bytes.extend_from_slice(&self.chain.hash);
        bytes.extend_from_slice(&self.device_log.version.to_be_bytes());
        bytes.extend_from_slice(&self.device_log.hash);
    }

    fn read(form: u8, reader: &mut Reader<'_>) -> Result<Self, AadError> {
        let found = reader.u8()?;
        if found != form {
            return Err(AadError::Form(found));
        }
        Ok(Self {
            message: MessageId::from_bytes(reader.array()?),
            send_no: reader.u64()?,
            chain: ChainPoint { n: reader.u64()?, hash: reader.array()? },
            device_log: DeviceLogPoint { version: reader.u32()?, hash: reader.array()? },
        })
    }
}

/// The authenticated data of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommitAad {
    /// What every message says.
    pub message: MessageAad,
    /// The versions of device logs that the commit relies on, ascending by account, one per account.
    cited: Vec<CitedLog>,
}

impl CommitAad {
    const FORM: u8 = 2;

    /// Sorts what is cited; of several versions for one account the highest stays.
    pub fn new(message: MessageAad, mut cited: Vec<CitedLog>) -> Self {
        cited.sort_by_key(|log| (log.account, std::cmp::Reverse(log.version)));
        cited.dedup_by_key(|log| log.account);
        Self { message, cited }
    }

    /// The versions of device logs that the commit relies on, ascending by account, one per account.
    pub fn cited(&self) -> &[CitedLog] {
        &self.cited
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MessageAad::LEN.saturating_add(self.cited.len().saturating_mul(20)));
        self.message.write(Self::FORM, &mut bytes);
        for log in &self.cited {
            bytes.extend_from_slice(log.account.as_bytes());
            bytes.extend_from_slice(&log.version.to_be_bytes());
        }
        bytes
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// When they are not the authenticated data of a commit.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AadError> {
        let mut reader = Reader::new(bytes);
        let message = MessageAad::read(Self::FORM, &mut reader)?;
        let mut cited: Vec<CitedLog> = Vec::new();
        while !reader.is_empty() {
            let log = CitedLog { account: AccountId::from_bytes(reader.array()?), version: reader.u32()? };
            if cited.last().is_some_and(|last| last.account >= log.account) {
                return Err(AadError::Malformed);
            }
            cited.push(log);
        }
        Ok(Self { message, cited })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn message_aad()(
            message: [u8; 16], send_no: u64, n: u64, hash: [u8; 16], version: u32, log_hash: [u8; 8],
        ) -> MessageAad {
            MessageAad {
                message: MessageId::from_bytes(message),
                send_no,
                chain: ChainPoint { n, hash },
                device_log: DeviceLogPoint { version, hash: log_hash },
            }
        }
    }

    prop_compose! {
        fn commit_aad()(
            message in message_aad(),
            cited in proptest::collection::vec((any::<[u8; 16]>(), any::<u32>()), 0..5),
        ) -> CommitAad {
            let cited = cited.into_iter().map(|(account, version)| CitedLog {
                account: AccountId::from_bytes(account),
                version,
            });
            CommitAad::new(message, cited.collect())
        }
    }

    proptest! {
        #[test]
        fn both_forms_survive_and_are_not_confused(message in message_aad(), commit in commit_aad()) {
            prop_assert_eq!(message.to_bytes().len(), MessageAad::LEN);
            prop_assert_eq!(MessageAad::from_bytes(&message.to_bytes()), Ok(message));
            prop_assert_eq!(CommitAad::from_bytes(&commit.to_bytes()), Ok(commit.clone()));
            prop_assert_eq!(CommitAad::from_bytes(&message.to_bytes()), Err(AadError::Form(1)));
            prop_assert_eq!(MessageAad::from_bytes(&commit.to_bytes()), Err(AadError::Form(2)));
        }

        #[test]
        fn any_bytes_are_read_without_panic_and_have_one_meaning(
            form in 0u8..4,
            tail in proptest::collection::vec(any::<u8>(), 0..160),
        ) {
            let mut bytes = vec![form];
            bytes.extend(tail);
            if let Ok(aad) = MessageAad::from_bytes(&bytes) {
                prop_assert_eq!(aad.to_bytes(), bytes.clone());
            }
            if let Ok(aad) = CommitAad::from_bytes(&bytes) {
                prop_assert_eq!(aad.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn of_two_versions_for_one_account_the_higher_is_cited() {
        let message = MessageAad {
            message: MessageId::from_bytes([1; 16]),
            send_no: 1,
            chain: ChainPoint::default(),
            device_log: DeviceLogPoint::default(),
        };
        let account = AccountId::from_bytes([2; 16]);
        let aad = CommitAad::new(message, vec![CitedLog { account, version: 3 }, CitedLog { account, version: 5 }]);
        assert_eq!(aad.cited(), [CitedLog { account, version: 5 }]);
    }
}
