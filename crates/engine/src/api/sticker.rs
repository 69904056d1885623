//! Stickers and their packs, as people see them.

use beseda_model::{AccountId, PackId};
use beseda_wire::content::FileRef;
use serde::{Deserialize, Serialize};

use super::file::{AttachmentView, FileNumber};

/// A sticker of a pack that is being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StickerDraft {
    /// A file that was sealed on this device, or that belongs to the pack already: at most 512 KiB.
    pub file: FileNumber,
    /// `image/webp` or `image/png`.
    pub media_type: String,
    /// Pixels: at most 512.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// What it stands for: one to five emoji, the fittest first.
    pub emojis: Vec<String>,
}

/// A pack that is being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PackDraft {
    /// At most 64 characters.
    pub title: String,
    /// At most 64 characters; empty: the pack names nobody, not even by their account.
    #[serde(default)]
    pub author: String,
    /// At most 200 characters.
    #[serde(default)]
    pub licence: String,
    /// Which sticker stands for it.
    #[serde(default)]
    pub cover: u32,
    /// At most 120.
    pub stickers: Vec<StickerDraft>,
}

/// By what a pack is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum PackSource {
    /// A link of this server.
    Link {
        /// It.
        link: String,
    },
    /// What a message with one of its stickers says.
    File {
        /// It.
        file: FileRef,
    },
}

/// What this person has to do with a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PackKind {
    /// They have looked at it.
    Seen,
    /// They have it.
    Installed,
    /// They have made it.
    Own,
}

/// A sticker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StickerView {
    /// Its file.
    pub file: FileNumber,
    /// Its media type.
    pub media_type: String,
    /// Pixels.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// What it stands for, the fittest first; may be empty.
    pub emojis: Vec<String>,
}

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PackView {
    /// Which.
    pub pack: PackId,
    /// What this person has to do with it.
    pub kind: PackKind,
    /// What it is called.
    pub title: String,
    /// Who made it, in their words; may be empty.
    pub author: String,
    /// Whose it is said to be; nothing proves it.
    pub account: Option<AccountId>,
    /// What others may do with it; may be empty.
    pub licence: String,
    /// Which of its stickers stands for it.
    pub cover: u32,
    /// Its stickers.
    pub stickers: Vec<StickerView>,
    /// A link to it; none for an own one that has no file yet.
    pub link: Option<String>,
    /// Whether the server can read it by that link.
    pub public: bool,
    /// Whether all of it is where others can fetch it.
    pub ready: bool,
    /// Of one that was looked at: whether this person has another version, which it would replace.
    pub replaces: bool,
}

/// What is at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stickers {
    /// The packs, in their order.
    pub packs: Vec<PackView>,
    /// Favourites, the last added first.
    pub favourites: Vec<StickerView>,
    /// Used last, the latest first.
    pub recent: Vec<StickerView>,
    /// Moving pictures that are kept at hand, the last used first.
    pub gifs: Vec<AttachmentView>,
}
