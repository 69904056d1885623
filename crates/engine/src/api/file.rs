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
    /// A picture that stands for it: what a film begins with, the cover of a record.
    pub cover: Option<FileNumber>,
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
    /// Half-way, until the person lets it go on.
    Paused {
        /// See `Moving`.
        up: bool,
        /// See `Moving`.
        done: u64,
        /// See `Moving`.
        total: u64,
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
    /// Bytes that may stay.
    pub allowed: u64,
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
