//! The id of an MLS group: the conversation and its generation.

use beseda_model::ConversationId;

/// The bytes are not the id of one of our groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a group: expected a conversation and a generation")]
pub struct GroupIdError;

/// One MLS group: a generation of a conversation. A conversation whose group broke, or whose server was restored, goes
/// on in the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its generation; the first is 0.
    pub generation: u32,
}

impl GroupId {
    /// Length of the id in bytes.
    pub const LEN: usize = 20;

    /// The id as MLS carries it.
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (conversation, generation) = bytes.split_at_mut(16);
        conversation.copy_from_slice(self.conversation.as_bytes());
        generation.copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    /// Reads the id that MLS carried.
    ///
    /// # Errors
    /// When the bytes are of another length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GroupIdError> {
        let (conversation, rest) = bytes.split_first_chunk::<16>().ok_or(GroupIdError)?;
        let generation = rest.try_into().map_err(|_| GroupIdError)?;
        Ok(Self { conversation: ConversationId::from_bytes(*conversation), generation: u32::from_be_bytes(generation) })
    }

    /// The id as OpenMLS wants it.
    pub fn to_mls(self) -> openmls::group::GroupId {
        openmls::group::GroupId::from_slice(&self.to_bytes())
    }
}

impl TryFrom<&openmls::group::GroupId> for GroupId {
    type Error = GroupIdError;

    fn try_from(id: &openmls::group::GroupId) -> Result<Self, GroupIdError> {
        Self::from_bytes(id.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_survives(conversation: [u8; 16], generation: u32) {
            let id = GroupId { conversation: ConversationId::from_bytes(conversation), generation };
            prop_assert_eq!(GroupId::from_bytes(&id.to_bytes()), Ok(id));
            prop_assert_eq!(GroupId::try_from(&id.to_mls()), Ok(id));
        }

        #[test]
        fn other_lengths_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(GroupId::from_bytes(&bytes).is_ok(), bytes.len() == GroupId::LEN);
        }
    }
}
