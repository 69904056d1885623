//! Files, as people see them.

use beseda_model::{ConversationId, Timestamp};
use beseda_wire::Bytes;
use beseda_wire::content::{Media, MessageRef};
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// A file in this database: under it the host keeps its sealed bytes. No number is ever given twice.
pub type FileNumber = i64;

/// A file that is to go with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AttachmentDraft {
    /// Which.
    pub file: FileNumber,
    /// What it is called.
    pub name: String,
    /// Its media type.
    #[serde(default)]
    pub media_type: String,
    /// How it is shown.
    #[serde(default)]
    pub media: Media,
    /// A picture of a few bytes (ThumbHash).
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub preview: Option<Bytes>,
    /// A picture that stands for it, sealed as well: at most 512 KiB.
    #[serde(default)]
    pub cover: Option<FileNumber>,
    /// How a text begins: of more than 12 lines or 1,000 bytes, what is too much is cut off.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AttachmentView {
    /// Which.
    pub file: FileNumber,
    /// What it is called: no path, and nothing that could be taken for one.
    pub name: String,
    /// Its media type, as its sender told it.
    pub media_type: String,
    /// How it is shown.
    pub media: Media,
    /// A picture of a few bytes (ThumbHash).
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub preview: Option<Bytes>,
    /// A picture that stands for it: what a film begins with, the cover of a record, the first page of a document.
    pub cover: Option<FileNumber>,
    /// How a text begins, as its sender's device told; empty if it is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is fetched without anybody asking for it.
    pub automatic: bool,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FileState {
    /// On the server, as far as is known.
    Elsewhere,
    /// On its way.
    Moving {
        /// To the server, or from there.
        up: bool,
        /// Bytes that have arrived.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// Half-way, until the person lets it go on ([`super::command::Command::ResumeFile`]).
    Paused {
        /// See `Moving`.
        up: bool,
        /// See `Moving`.
        done: u64,
        /// See `Moving`.
        total: u64,
        /// It goes on by itself on a network that costs nothing by the byte: it is much, and nobody has agreed to what it
        /// costs on this one.
        costly: bool,
    },
    /// On this device.
    Here,
    /// It can't be had or sent.
    Failed {
        /// Why.
        why: Failure,
    },
}

/// A file and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FileView {
    /// Which.
    pub file: FileNumber,
    /// Bytes.
    pub size: u64,
    /// Where it is.
    pub at: FileState,
}

/// How much room files take on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FileUse {
    /// Bytes.
    pub used: u64,
    /// In so many files.
    pub count: u32,
    /// Bytes of those that can be fetched again: [`super::command::Command::ClearFiles`] erases them.
    pub clearable: u64,
    /// Bytes that may stay; none: as many as there is room for.
    pub allowed: Option<u64>,
}

/// The largest file of each kind that is fetched without anybody asking for it, in bytes; none of a kind where it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FetchLimits {
    /// Photos.
    pub photo: u64,
    /// Spoken messages.
    pub voice: u64,
    /// Videos.
    pub video: u64,
    /// Music.
    pub audio: u64,
    /// Files of other kinds.
    pub file: u64,
}

impl FetchLimits {
    /// Larger than any file, and a number that JavaScript has exactly.
    pub const ANY_SIZE: u64 = (1 << 53) - 1;

    /// On a network that costs nothing by the byte.
    const UNMETERED: Self = Self { photo: 16 * MB, voice: 16 * MB, video: 10 * MB, audio: 10 * MB, file: 3 * MB };
    /// On one that does: what is seen or heard in passing.
    const METERED: Self = Self { video: 0, audio: 0, file: 0, ..Self::UNMETERED };

    /// Whether a file of this kind and size is fetched. An empty one of a kind that is not fetched is not, either.
    pub const fn take(&self, media: &Media, size: u64) -> bool {
        let most = match media {
            Media::Photo { .. } => self.photo,
            Media::Voice { .. } => self.voice,
            Media::Video { .. } => self.video,
            Media::Audio { .. } => self.audio,
            Media::File => self.file,
            // Small, and nothing without it.
            Media::Sticker { .. } => crate::stickers::MAX_STICKER,
        };
        most > 0 && size <= most
    }
}

/// As sizes are shown to people.
const MB: u64 = 1_000_000;

/// How this device treats the network that it is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NetworkChoice {
    /// As the host has told ([`super::event::Event::Network`]).
    #[default]
    Automatic,
    /// As one that costs by the byte, whatever it is.
    Metered,
    /// As one that does not, whatever it is.
    Unmetered,
}

/// What this device fetches without anybody asking for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct FetchRules {
    /// On a network that costs nothing by the byte.
    pub unmetered: FetchLimits,
    /// On one that does.
    pub metered: FetchLimits,
    /// Which of the two this network is.
    pub network: NetworkChoice,
    /// Fetches as if every network cost by the byte.
    pub saver: bool,
    /// Much moves over a network that costs by the byte only once the person has agreed.
    pub ask: bool,
}

impl Default for FetchRules {
    fn default() -> Self {
        Self {
            unmetered: FetchLimits::UNMETERED,
            metered: FetchLimits::METERED,
            network: NetworkChoice::default(),
            saver: false,
            ask: true,
        }
    }
}

/// What is fetched without anybody asking for it, and on what kind of network this device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Fetching {
    /// The rules.
    pub rules: FetchRules,
    /// Whether the network counts as one that costs by the byte.
    pub metered: bool,
}

/// What it takes to move some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Estimate {
    /// Whether people are to be asked first: it is much, on a network that costs by the byte, and they want to be.
    pub costly: bool,
    /// How long it takes, going by what was moved on networks of this kind; none if that was nothing yet.
    pub millis: Option<u64>,
}

/// What kinds of shared media are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SharedKind {
    /// Photos and videos.
    Visual,
    /// Files of other kinds, and music.
    File,
    /// Spoken messages.
    Voice,
}

/// Something that was sent in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SharedView {
    /// The row of its message.
    pub row: i64,
    /// Its place among the message's attachments.
    pub place: u32,
    /// Where.
    pub conversation: ConversationId,
    /// Its message.
    pub message: MessageRef,
    /// Whose it is.
    pub author_name: String,
    /// When it was sent.
    pub at: Timestamp,
    /// It.
    pub attachment: AttachmentView,
}
