//! The outside of an MLS message (RFC 9420, section 6), read without touching its cryptography: what the server needs
//! to place an entry. Nothing here is authenticated.

use crate::tls::{Malformed, Reader};

/// The bytes are not a framed MLS application message, proposal or commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The bytes break off or are not well-formed.
    #[error("the MLS message is malformed")]
    Malformed,
    /// Not version 1.0 of MLS.
    #[error("the MLS version is not supported")]
    Version,
    /// A Welcome, a GroupInfo, a key package or something unknown.
    #[error("the MLS wire format is not that of a message of a group")]
    WireFormat,
    /// A kind of content that RFC 9420 does not know, or an application message in the clear.
    #[error("the MLS content type is not allowed here")]
    ContentType,
    /// A kind of sender that RFC 9420 does not know.
    #[error("the MLS sender type is not known")]
    Sender,
}

impl From<Malformed> for HeaderError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// What a message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Content for members.
    Application,
    /// A change that somebody else has to commit.
    Proposal,
    /// A new epoch.
    Commit,
}

/// How a message is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Signed, readable by the server.
    Public,
    /// Signed and encrypted, sender hidden.
    Private,
}

/// Who claims to have sent a public message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicSender {
    /// The member at this leaf.
    Member(u32),
    /// A sender outside the group, by its place in the group's list of such senders.
    External(u32),
    /// Somebody who proposes to be added.
    NewMemberProposal,
    /// Somebody who adds a leaf of its own by an external commit.
    NewMemberCommit,
}

/// What can be told about a message from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// What it carries.
    pub kind: Kind,
    /// How it is framed.
    pub wire: Wire,
    /// The group.
    pub group_id: &'a [u8],
    /// The epoch that it was made in.
    pub epoch: u64,
    /// The authenticated data, as given.
    pub aad: &'a [u8],
    /// The sender, which only public messages show.
    pub sender: Option<PublicSender>,
}

impl Header<'_> {
    /// The sender's leaf, if the message shows it.
    pub const fn sender_leaf(&self) -> Option<u32> {
        match self.sender {
            Some(PublicSender::Member(leaf)) => Some(leaf),
            _ => None,
        }
    }
}

const MLS_1_0: u16 = 1;
const PUBLIC_MESSAGE: u16 = 1;
const PRIVATE_MESSAGE: u16 = 2;

/// Reads the header of a framed MLS message.
///
/// # Errors
/// When the bytes are not such a message. A private message is checked to its last byte; the body of a public one is not
/// looked at.
pub fn peek(bytes: &[u8]) -> Result<Header<'_>, HeaderError> {
    let mut reader = Reader::new(bytes);
    if reader.u16()? != MLS_1_0 {
        return Err(HeaderError::Version);
    }
    match reader.u16()? {
        PUBLIC_MESSAGE => public(reader),
        PRIVATE_MESSAGE => private(reader),
        _ => Err(HeaderError::WireFormat),
    }
}

fn private(mut reader: Reader<'_>) -> Result<Header<'_>, HeaderError> {
    let group_id = reader.vector()?;
    let epoch = reader.u64()?;
    let kind = kind(reader.u8()?)?;
    let aad = reader.vector()?;
    let _sender_data = reader.vector()?;
    let _ciphertext = reader.vector()?;
    reader.finish()?;
    Ok(Header { kind, wire: Wire::Private, group_id, epoch, aad, sender: None })
}

fn public(mut reader: Reader<'_>) -> Result<Header<'_>, HeaderError> {
    let group_id = reader.vector()?;
    let epoch = reader.u64()?;
    let sender = match reader.u8()? {
        1 => PublicSender::Member(reader.u32()?),
        2 => PublicSender::External(reader.u32()?),
        3 => PublicSender::NewMemberProposal,
        4 => PublicSender::NewMemberCommit,
        _ => return Err(HeaderError::Sender),
    };
    let aad = reader.vector()?;
    let kind = match kind(reader.u8()?)? {
        Kind::Application => return Err(HeaderError::ContentType),
        kind @ (Kind::Proposal | Kind::Commit) => kind,
    };
    if reader.is_empty() {
        return Err(HeaderError::Malformed);
    }
    Ok(Header { kind, wire: Wire::Public, group_id, epoch, aad, sender: Some(sender) })
}

const fn kind(content_type: u8) -> Result<Kind, HeaderError> {
    match content_type {
        1 => Ok(Kind::Application),
        2 => Ok(Kind::Proposal),
        3 => Ok(Kind::Commit),
        _ => Err(HeaderError::ContentType),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn private_message() -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 2, 2, 0xaa, 0xbb];
        bytes.extend(7u64.to_be_bytes());
        bytes.extend([1, 3, 1, 2, 3, 1, 9, 1, 9]);
        bytes
    }

    #[test]
    fn a_private_message_shows_group_epoch_and_authenticated_data() {
        let header = Header {
            kind: Kind::Application,
            wire: Wire::Private,
            group_id: &[0xaa, 0xbb],
            epoch: 7,
            aad: &[1, 2, 3],
            sender: None,
        };
        assert_eq!(peek(&private_message()), Ok(header));
    }

    #[test]
    fn nothing_may_follow_or_be_missing() {
        let message = private_message();
        for length in 0..message.len() {
            assert_eq!(peek(&message[..length]), Err(HeaderError::Malformed), "cut at {length}");
        }
        let mut longer = message;
        longer.push(0);
        assert_eq!(peek(&longer), Err(HeaderError::Malformed));
    }

    #[test]
    fn other_versions_and_formats_are_told_apart() {
        let mut message = private_message();
        message[1] = 2;
        assert_eq!(peek(&message), Err(HeaderError::Version));
        message[1] = 1;
        message[3] = 3;
        assert_eq!(peek(&message), Err(HeaderError::WireFormat));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = peek(&bytes);
        }

        #[test]
        fn any_tail_is_read_without_panic(
            wire in 1u8..=2,
            tail in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let mut bytes = vec![0, 1, 0, wire];
            bytes.extend(tail);
            let _ = peek(&bytes);
        }
    }
}
