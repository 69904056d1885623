//! Our reading of MLS headers against OpenMLS's.

use beseda_crypto::header::{self, HeaderError, Kind, Wire};
use openmls::framing::{ContentType, MlsMessageBodyIn, MlsMessageIn, ProtocolMessage};
use tls_codec::Deserialize as _;

/// Whatever OpenMLS takes for a message of a group, we read alike; of private messages the other way round too.
pub(crate) fn differs_not(input: &[u8]) {
    let ours = header::peek(input);
    let theirs = MlsMessageIn::tls_deserialize_exact(input).ok().and_then(|message| match message.extract() {
        MlsMessageBodyIn::PublicMessage(message) => Some(ProtocolMessage::from(message)),
        MlsMessageBodyIn::PrivateMessage(message) => Some(ProtocolMessage::from(message)),
        _ => None,
    });
    match (ours, theirs) {
        (Ok(ours), Some(theirs)) => {
            assert_eq!(ours.group_id, theirs.group_id().as_slice());
            assert_eq!(ours.epoch, theirs.epoch().as_u64());
            let kind = match theirs.content_type() {
                ContentType::Application => Kind::Application,
                ContentType::Proposal => Kind::Proposal,
                ContentType::Commit => Kind::Commit,
            };
            assert_eq!(ours.kind, kind);
            assert_eq!(ours.wire == Wire::Private, matches!(theirs, ProtocolMessage::PrivateMessage(_)));
        }
        (Ok(ours), None) => assert_eq!(ours.wire, Wire::Public, "OpenMLS refuses a private message that we read"),
        // An application message in the clear: we refuse it as early as here.
        (Err(HeaderError::ContentType), Some(theirs)) => assert_eq!(theirs.content_type(), ContentType::Application),
        (Err(error), Some(_)) => panic!("OpenMLS reads what we refuse: {error}"),
        (Err(_), None) => {}
    }
}
