//! Identifiers: newtypes over UUIDv7 (RFC 9562), so that ids made later sort later and database indexes grow at one end;
//! and digests, which name what they are made of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Rng, Timestamp};

/// The text or bytes given are not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected a UUID")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new identifier; the caller supplies time and chance.
            pub fn new(now: Timestamp, rng: &mut dyn Rng) -> Self {
                let mut random = [0u8; 10];
                rng.fill(&mut random);
                Self(uuid::Builder::from_unix_timestamp_millis(now.as_millis(), &random).into_uuid())
            }

            /// The identifier with exactly these bytes, as it came from storage or the wire.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes, in network order.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| IdError)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id!(
    /// A person on one server.
    AccountId
);
id!(
    /// One installation that belongs to an account: a leaf in its conversations' MLS trees.
    DeviceId
);
id!(
    /// A conversation, of whatever kind; stable across generations.
    ConversationId
);
id!(
    /// A message, made by its sender: the idempotency key from end to end.
    MessageId
);
id!(
    /// A command of a person, made by whoever first passes it on: one that is given again under the same key is not
    /// carried out again.
    CommandKey
);
id!(
    /// A right to sign up, where the operator asks for one.
    InviteId
);
id!(
    /// A pending approval of a new device by one of its owner's other devices.
    LinkId
);

id!(
    /// A link by which people ask to join a group.
    GroupLinkId
);
id!(
    /// What somebody has reported to the operator.
    ReportId
);
id!(
    /// A folder of a person's own for their list of conversations.
    FolderId
);
id!(
    /// A pack of stickers, through all of its versions.
    PackId
);

/// Bytes of a fixed number that name something: hexadecimal in text, as they are in bytes.
macro_rules! digest {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        pub struct $name([u8; $length]);

        impl $name {
            /// The one with exactly these bytes.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| IdError)?;
                Self::try_from(bytes.as_slice())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!(stringify!($length), " bytes, in text as hexadecimal digits"))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }

                    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<$name, E> {
                        $name::try_from(bytes).map_err(E::custom)
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Visitor)
                } else {
                    deserializer.deserialize_bytes(Visitor)
                }
            }
        }
    };
}

digest!(
    /// SHA-256 over a root public key: who an account is, as far as cryptography can tell.
    Fingerprint,
    32
);
digest!(
    /// SHA-256 over a blob's bytes, which are encrypted already: its name, and the right to have it. Nobody guesses it, as
    /// every blob is encrypted under a key of its own; so it is in no log.
    BlobId,
    32
);
digest!(
    /// An upload that is under way: 128 random bits.
    UploadId,
    16
);

impl UploadId {
    /// A new one, out of chance.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlobId(…)")
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);
    impl Rng for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
            self.0 += 1;
        }
    }

    #[test]
    fn later_ids_sort_later() {
        let mut rng = Counting(200);
        let first = MessageId::new(Timestamp::from_millis(1_000), &mut rng);
        rng.0 = 0;
        let second = MessageId::new(Timestamp::from_millis(1_001), &mut rng);
        assert!(first < second);
    }

    #[test]
    fn an_id_survives_text_and_bytes() {
        let id = AccountId::new(Timestamp::from_millis(1_700_000_000_000), &mut Counting(7));
        assert_eq!(id.to_string().parse::<AccountId>(), Ok(id));
        assert_eq!(AccountId::try_from(id.as_bytes().as_slice()), Ok(id));
        assert_eq!("7".parse::<AccountId>(), Err(IdError));
        assert_eq!(AccountId::try_from([0u8; 15].as_slice()), Err(IdError));
    }
    #[test]
    fn a_digest_survives_text_and_is_in_no_log() {
        let blob = BlobId::from_bytes([0xab; 32]);
        assert_eq!(blob.to_string(), "ab".repeat(32));
        assert_eq!(blob.to_string().to_uppercase().parse(), Ok(blob));
        for wrong in ["", "ab", &"ab".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(wrong.parse::<BlobId>(), Err(IdError), "{wrong}");
        }
        assert!(!format!("{blob:?}").contains("ab"));
        let upload = UploadId::random(&mut Counting(9));
        assert_eq!(upload.to_string().parse(), Ok(upload));
    }
}
