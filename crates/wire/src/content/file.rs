//! Files that belong to a message or to somebody: they lie on the server as blobs, and who is told their key can read
//! them.

use beseda_model::BlobId;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::Bytes;

/// The key of one file, and of no other: its chunks are told apart by their place alone.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bytes", into = "Bytes")]
pub struct FileKey(pub [u8; 32]);

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKey(…)")
    }
}

impl TryFrom<Bytes> for FileKey {
    type Error = &'static str;

    fn try_from(bytes: Bytes) -> Result<Self, Self::Error> {
        bytes.0.as_slice().try_into().map(Self).map_err(|_| "a file's key has 32 bytes")
    }
}

impl From<FileKey> for Bytes {
    fn from(key: FileKey) -> Self {
        key.0.as_slice().into()
    }
}

/// All that is needed to have a file: what it is called on the server, and the key that opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FileRef {
    /// SHA-256 of the sealed bytes.
    #[serde(rename = "b")]
    pub blob: BlobId,
    /// What opens them.
    #[serde(rename = "k")]
    #[cfg_attr(feature = "ts", ts(as = "String"))]
    pub key: FileKey,
    /// Bytes of the file itself.
    #[serde(rename = "s")]
    pub size: u64,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file.
    #[serde(rename = "f")]
    pub file: FileRef,
    /// What its sender calls it: to be shown, never to be used as a path.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its media type, as far as its sender knows.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// How it is shown.
    #[serde(rename = "m", default, skip_serializing_if = "Media::is_file")]
    pub media: Media,
    /// A picture of a few bytes (ThumbHash), shown until the file is here.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Bytes>,
    /// A picture that stands for it: what a film begins with, the cover of a record.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<FileRef>,
    /// How a text begins, if it is one: some lines, for whoever has not opened it.
    #[serde(rename = "x", default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

/// How a file is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "k", rename_all = "snake_case", from = "Read")]
pub enum Media {
    /// By its name, to be saved. So is what this version does not know.
    #[default]
    File,
    /// As a picture.
    Photo {
        /// Pixels, after it was turned the right way up.
        #[serde(rename = "w")]
        width: u32,
        /// See `width`.
        #[serde(rename = "h")]
        height: u32,
    },
    /// As a film.
    Video {
        /// Pixels, as it is shown.
        #[serde(rename = "w")]
        width: u32,
        /// See `width`.
        #[serde(rename = "h")]
        height: u32,
        /// How long it is.
        #[serde(rename = "d")]
        millis: u64,
        /// Whether it is shown in a circle: somebody speaks to the camera.
        #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
        round: bool,
    },
    /// As music or other sound.
    Audio {
        /// How long it is.
        #[serde(rename = "d")]
        millis: u64,
        /// What the piece is called.
        #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// By whom it is.
        #[serde(rename = "a", default, skip_serializing_if = "String::is_empty")]
        artist: String,
    },
    /// As a spoken message.
    Voice {
        /// How long it is.
        #[serde(rename = "d")]
        millis: u64,
        /// How loud it is in the course of time, from 0 to 255: at most 128 steps.
        #[serde(rename = "w", default)]
        #[cfg_attr(feature = "ts", ts(as = "String"))]
        wave: Bytes,
    },
    /// As a sticker: without a bubble, alone in its message.
    Sticker {
        /// Pixels.
        #[serde(rename = "w")]
        width: u32,
        /// See `width`.
        #[serde(rename = "h")]
        height: u32,
        /// What it stands for; empty if that was no emoji.
        #[serde(rename = "j", default)]
        emoji: String,
        /// The file of its pack.
        #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
        pack: Option<FileRef>,
    },
}

impl Media {
    /// Whether it is only a file.
    pub fn is_file(&self) -> bool {
        *self == Self::File
    }
}

/// Media as they are read: what a newer version adds must not cost the message.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Known(Known),
    Unknown(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
enum Known {
    File,
    Photo {
        #[serde(rename = "w")]
        width: u32,
        #[serde(rename = "h")]
        height: u32,
    },
    Video {
        #[serde(rename = "w")]
        width: u32,
        #[serde(rename = "h")]
        height: u32,
        #[serde(rename = "d")]
        millis: u64,
        #[serde(rename = "r", default)]
        round: bool,
    },
    Audio {
        #[serde(rename = "d")]
        millis: u64,
        #[serde(rename = "t", default)]
        title: String,
        #[serde(rename = "a", default)]
        artist: String,
    },
    Voice {
        #[serde(rename = "d")]
        millis: u64,
        #[serde(rename = "w", default)]
        wave: Bytes,
    },
    Sticker {
        #[serde(rename = "w")]
        width: u32,
        #[serde(rename = "h")]
        height: u32,
        #[serde(rename = "j", default)]
        emoji: String,
        #[serde(rename = "p", default)]
        pack: Option<FileRef>,
    },
}

impl From<Read> for Media {
    fn from(read: Read) -> Self {
        match read {
            Read::Known(Known::File) | Read::Unknown(IgnoredAny) => Self::File,
            Read::Known(Known::Photo { width, height }) => Self::Photo { width, height },
            Read::Known(Known::Video { width, height, millis, round }) => Self::Video { width, height, millis, round },
            Read::Known(Known::Audio { millis, title, artist }) => Self::Audio { millis, title, artist },
            Read::Known(Known::Voice { millis, wave }) => Self::Voice { millis, wave },
            Read::Known(Known::Sticker { width, height, emoji, pack }) => Self::Sticker { width, height, emoji, pack },
        }
    }
}
