//! Messages and what is done to them.

use beseda_model::{AccountId, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Attachment, ContactCard, MessageRef, Place};
use crate::lenient;

/// Something to read or to look at: text with formatting, files, a place, people's cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The text without markup.
    #[serde(rename = "x")]
    pub text: String,
    /// Formatting, ascending by start.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// Files that go with it, in the order in which they are shown.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The message that it answers.
    #[serde(rename = "re", default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageRef>,
    /// Where it was first said.
    #[serde(rename = "fw", default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Forward>,
    /// When it disappears.
    #[serde(rename = "tm", default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// Whether its one photo, film or voice message can be looked at once. Such a message is written in version 2, so that
    /// who does not know the flag shows nothing rather than a picture that stays.
    #[serde(rename = "vo", default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// A place on the map.
    #[serde(rename = "pl", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// People's cards.
    #[serde(rename = "ct", default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactCard>,
    /// What its sender saw of a page that the text links to.
    #[serde(rename = "lp", default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::preview")]
    pub preview: Option<LinkPreview>,
}

/// What a page says of itself, as the sender's server has seen it. Recipients ask nobody for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkPreview {
    /// The page's address, as it stands in the text.
    #[serde(rename = "u")]
    pub url: String,
    /// What it is called.
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is about.
    #[serde(rename = "d", default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The site that it belongs to.
    #[serde(rename = "s", default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// A picture of it, which the sender's device has made anew.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Attachment>,
}

/// A run of text with one style. Runs may nest and overlap; positions outside the text are cut off by the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Entity {
    /// First character, counted in Unicode scalar values.
    #[serde(rename = "s")]
    pub start: u32,
    /// How many.
    #[serde(rename = "n")]
    pub len: u32,
    /// Which style.
    #[serde(rename = "k")]
    pub style: Style,
}

/// A style of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case", from = "Read")]
pub enum Style {
    /// Strong.
    Bold,
    /// Emphasised.
    Italic,
    /// Struck through.
    Strike,
    /// Code within a line.
    Code,
    /// A block of code.
    Block {
        /// The programming language, if named.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
    },
    /// A quotation.
    Quote,
    /// Hidden until asked for.
    Spoiler,
    /// A link under other words.
    Link {
        /// The address.
        url: String,
    },
    /// A person.
    Mention {
        /// Who.
        account: AccountId,
    },
    /// A style that this version does not know: shown as plain text.
    Unknown,
}

/// A style as it is read: whatever is not known, with data of its own or without, must not cost the message.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Known(Known),
    Unknown(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    Bold,
    Italic,
    Strike,
    Code,
    Block {
        #[serde(default)]
        language: String,
    },
    Quote,
    Spoiler,
    Link {
        url: String,
    },
    Mention {
        account: AccountId,
    },
}

impl From<Read> for Style {
    fn from(read: Read) -> Self {
        match read {
            Read::Known(Known::Bold) => Self::Bold,
            Read::Known(Known::Italic) => Self::Italic,
            Read::Known(Known::Strike) => Self::Strike,
            Read::Known(Known::Code) => Self::Code,
            Read::Known(Known::Block { language }) => Self::Block { language },
            Read::Known(Known::Quote) => Self::Quote,
            Read::Known(Known::Spoiler) => Self::Spoiler,
            Read::Known(Known::Link { url }) => Self::Link { url },
            Read::Known(Known::Mention { account }) => Self::Mention { account },
            Read::Unknown(IgnoredAny) => Self::Unknown,
        }
    }
}

/// Where a forwarded message was first said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Forward {
    /// Its author, if the forwarder gives the name away.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub author: Option<AccountId>,
    /// The author's name as the forwarder saw it.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it was written.
    #[serde(rename = "t")]
    pub at: Timestamp,
}

/// From when on a timer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TimedFrom {
    /// From sending.
    Sent,
    /// On each device from reading; the server drops the body 30 days after sending and the timer's length.
    Read,
}

/// A message's or a conversation's timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Timer {
    /// How long, in seconds.
    #[serde(rename = "s")]
    pub seconds: u32,
    /// From when on.
    #[serde(rename = "f")]
    pub from: TimedFrom,
}

/// Replaces the text of one's own message. The edit with the highest place in the log wins; none counts after a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Which message.
    #[serde(rename = "m")]
    pub target: MessageRef,
    /// The new text.
    #[serde(rename = "x")]
    pub text: String,
    /// Its formatting.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
}

/// Deletes messages for everyone: one's own, or others' with the permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// Which messages.
    #[serde(rename = "m")]
    pub targets: Vec<MessageRef>,
    /// Their places in the log, in the same order, zero where not known: so that who finds an empty entry there knows
    /// that a person, not the server, took its body away.
    #[serde(rename = "q", default, skip_serializing_if = "Vec::is_empty")]
    pub seqs: Vec<u64>,
}

/// Sets or takes back one reaction of the sender. One of each emoji per person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// To which message.
    #[serde(rename = "m")]
    pub target: MessageRef,
    /// One emoji.
    #[serde(rename = "j")]
    pub emoji: String,
    /// Set, or taken back.
    #[serde(rename = "on")]
    pub on: bool,
}

/// Pins or unpins a message for all members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Which message.
    #[serde(rename = "m")]
    pub target: MessageRef,
    /// Pinned, or not any more.
    #[serde(rename = "on")]
    pub on: bool,
}

/// The sender has opened a message that can be looked at once: told before it is shown, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Which message; never one's own.
    #[serde(rename = "m")]
    pub target: MessageRef,
}
