//! GroupInfos: whose key one was signed with, and the parts that OpenMLS keeps to itself.

use openmls::ciphersuite::signable::Verifiable as _;
use openmls::ciphersuite::signature::OpenMlsSignaturePublicKey;
use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn};
use openmls_rust_crypto::RustCrypto;
use tls_codec::Deserialize as _;

use crate::suite;
use crate::tls::{Malformed, Reader};

/// Whether a framed GroupInfo was signed with the private half of `key`. Which leaf it names as its signer is not looked
/// at: a key belongs to one device.
pub fn is_signed_by(bytes: &[u8], key: &[u8; 32], crypto: &RustCrypto) -> bool {
    let Ok(message) = MlsMessageIn::tls_deserialize_exact(bytes) else { return false };
    let MlsMessageBodyIn::GroupInfo(info) = message.extract() else { return false };
    verify(info, key, crypto)
}

pub(crate) fn verify(info: VerifiableGroupInfo, key: &[u8; 32], crypto: &RustCrypto) -> bool {
    OpenMlsSignaturePublicKey::new(key.to_vec().into(), suite::CIPHERSUITE.signature_algorithm())
        .is_ok_and(|key| info.verify(crypto, &key).is_ok())
}

const MLS_1_0: u16 = 1;
const GROUP_INFO: u16 = 4;

/// What is read from a framed GroupInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline<'a> {
    pub(crate) confirmation_tag: &'a [u8],
    pub(crate) signer: u32,
}

/// Reads a framed GroupInfo (RFC 9420, section 12.4.3) to its last byte.
pub(crate) fn outline(bytes: &[u8]) -> Result<Outline<'_>, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.u16()? != MLS_1_0 || reader.u16()? != GROUP_INFO {
        return Err(Malformed);
    }
    let _version = reader.u16()?;
    let _ciphersuite = reader.u16()?;
    let _group_id = reader.vector()?;
    let _epoch = reader.u64()?;
    let _tree_hash = reader.vector()?;
    let _confirmed_transcript_hash = reader.vector()?;
    let _context_extensions = reader.vector()?;
    let _extensions = reader.vector()?;
    let confirmation_tag = reader.vector()?;
    let signer = reader.u32()?;
    let _signature = reader.vector()?;
    reader.finish()?;
    Ok(Outline { confirmation_tag, signer })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = vec![0, 1, 0, 4, 0, 1, 0, 1];
            bytes.extend(tail);
            let _ = outline(&bytes);
        }
    }
}
