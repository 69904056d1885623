//! Stickers, and the packs in which people keep and pass them on.

use beseda_model::{AccountId, PackId};
use serde::{Deserialize, Serialize};

use super::FileRef;

/// One picture of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticker {
    /// The picture.
    #[serde(rename = "f")]
    pub file: FileRef,
    /// Its media type.
    #[serde(rename = "t")]
    pub media_type: String,
    /// Pixels.
    #[serde(rename = "w")]
    pub width: u32,
    /// See `width`.
    #[serde(rename = "h")]
    pub height: u32,
    /// Emoji that it stands for, the fittest first.
    #[serde(rename = "j", default, skip_serializing_if = "Vec::is_empty")]
    pub emojis: Vec<String>,
}

/// What somebody asks for a pack. Nothing is made of it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// In the smallest units of the currency.
    #[serde(rename = "a")]
    pub amount: u64,
    /// The currency's code after ISO 4217.
    #[serde(rename = "c")]
    pub currency: String,
}

/// What a pack says of itself: the content of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickerPack {
    /// The pack, whatever becomes of it: a later version replaces the one that somebody has.
    #[serde(rename = "i")]
    pub id: PackId,
    /// What it is called.
    #[serde(rename = "t")]
    pub title: String,
    /// Who made it, in their words.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Whose it is said to be; nothing proves it.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What others may do with it.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// What it costs.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Which of its stickers stands for it.
    #[serde(rename = "c", default)]
    pub cover: u32,
    /// Its stickers, in their order.
    #[serde(rename = "s", default)]
    pub stickers: Vec<Sticker>,
}

/// A sticker that somebody keeps outside its pack, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSticker {
    /// It.
    #[serde(rename = "s")]
    pub sticker: Sticker,
    /// Its pack's file, if known.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<FileRef>,
}

/// How one's own devices have a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackState {
    /// What it says of itself.
    pub pack: StickerPack,
    /// Whether this person has made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// Its file, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRef>,
    /// Whether its key stands in its address, where servers see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
}
