//! Turning frames into bytes and back. Decoding is for hostile input: bounded depth, no panic, whole input consumed.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How deep a frame may nest; more is refused.
const MAX_DEPTH: usize = 32;

/// One of the two encodings of the same types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// RFC 8949, in binary WebSocket messages.
    Cbor,
    /// RFC 8259, in text WebSocket messages.
    Json,
}

/// The bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not well-formed, or not of the expected shape.
    #[error("not a valid frame")]
    Malformed,
    /// Nested deeper than any frame of this protocol.
    #[error("nested too deeply")]
    TooDeep,
    /// Something follows the frame.
    #[error("bytes after the end of the frame")]
    Trailing,
}

impl Encoding {
    /// Encodes `value`.
    pub fn encode<T: Serialize>(self, value: &T) -> Vec<u8> {
        match self {
            Self::Cbor => encode_cbor(value),
            Self::Json => serde_json::to_vec(value).expect("wire types have string keys and finite numbers"),
        }
    }

    /// Encodes `value` behind what `bytes` holds already.
    pub fn encode_into<T: Serialize>(self, value: &T, bytes: &mut Vec<u8>) {
        match self {
            Self::Cbor => ciborium::into_writer(value, bytes).expect("writing to memory does not fail"),
            Self::Json => {
                serde_json::to_writer(bytes, value).expect("wire types have string keys and finite numbers");
            }
        }
    }

    /// Decodes exactly one value.
    ///
    /// # Errors
    /// When the bytes are not one whole value of that type.
    pub fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, DecodeError> {
        match self {
            Self::Cbor => decode_cbor(bytes),
            // serde_json limits depth to 128 by itself and refuses trailing characters.
            Self::Json => serde_json::from_slice(bytes).map_err(|_| DecodeError::Malformed),
        }
    }
}

/// Encodes as CBOR.
pub fn encode_cbor<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    ciborium::into_writer(value, &mut bytes).expect("writing to memory does not fail");
    bytes
}

/// Decodes exactly one CBOR item.
///
/// # Errors
/// When the bytes are not one whole item of that type.
pub fn decode_cbor<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut rest = bytes;
    let value = decode_cbor_prefix(&mut rest)?;
    if rest.is_empty() { Ok(value) } else { Err(DecodeError::Trailing) }
}

/// Decodes one CBOR item and moves `bytes` behind it.
///
/// # Errors
/// When no item of that type stands at the beginning.
pub fn decode_cbor_prefix<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, DecodeError> {
    ciborium::de::from_reader_with_recursion_limit(&mut *bytes, MAX_DEPTH).map_err(|error| match error {
        ciborium::de::Error::RecursionLimitExceeded => DecodeError::TooDeep,
        ciborium::de::Error::Io(_) | ciborium::de::Error::Syntax(_) | ciborium::de::Error::Semantic(..) => {
            DecodeError::Malformed
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientFrame;

    #[test]
    fn a_cbor_bomb_is_refused_without_building_it() {
        // An array that claims 2^62 elements, and one that nests ten thousand times.
        let huge = [0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(decode_cbor::<Vec<u8>>(&huge), Err(DecodeError::Malformed));
        assert!(decode_cbor::<ciborium::Value>(&[0x81; 10_000]).is_err());
        assert!(decode_cbor::<ClientFrame>(&[0x81; 10_000]).is_err());
        let long = [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(decode_cbor::<crate::Bytes>(&long).is_err());
    }

    #[test]
    fn nothing_may_follow_a_frame() {
        assert_eq!(decode_cbor::<u8>(&[1, 2]), Err(DecodeError::Trailing));
        assert!(Encoding::Json.decode::<u8>(b"1 2").is_err());
    }
}
