//! What a device tells its person of, while they look elsewhere.

use beseda_model::{ConversationId, Timestamp};
use beseda_wire::content::Media;
use serde::{Deserialize, Serialize};

/// How much of a message is shown outside the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NotificationLevel {
    /// Nothing is told, and nobody wakes this device.
    Off,
    /// That there is something new.
    Hidden,
    /// From whom.
    Name,
    /// From whom, and what.
    #[default]
    Full,
}

/// A part of each day, by the clock of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct QuietHours {
    /// The minute of the day with which they begin.
    pub from: u16,
    /// The minute of the day with which they end; may be the next day's.
    pub to: u16,
}

impl QuietHours {
    /// Minutes of a day.
    pub const DAY: u16 = 24 * 60;

    /// Whether they hold at this minute of the day. From and to the same minute is the whole day.
    pub const fn hold(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

/// What this device tells its person of. Each device has its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct NotificationSettings {
    /// How much is shown.
    pub level: NotificationLevel,
    /// Whether it is heard, too.
    pub sound: bool,
    /// When it is not, all the same.
    pub quiet: Option<QuietHours>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self { level: NotificationLevel::default(), sound: true, quiet: None }
    }
}

/// What is to be told of: all that is unread and was not muted, as it stands now. What a device shows beyond that was
/// read elsewhere and is to be taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct News {
    /// The conversation with the latest message first.
    pub notifications: Vec<Notification>,
    /// Unread messages in all that are not muted, for a badge.
    pub unread: u64,
    /// Whether what comes now is heard.
    pub sound: bool,
}

/// What is new in one conversation. What is not to be shown is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Notification {
    /// Which.
    pub conversation: ConversationId,
    /// Its title; for a direct one the other's name.
    pub title: Option<String>,
    /// Who wrote last, in a group.
    pub author: Option<String>,
    /// The beginning of what was written last; none if it is no text or not to be shown.
    pub text: Option<String>,
    /// What the first of its files is shown as, if there are any and they may be told of.
    pub media: Option<Media>,
    /// What goes with it else, if it may be told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub enclosed: Option<super::view::Enclosed>,
    /// Unread messages there.
    pub count: u64,
    /// The last one's place: another one is news.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Whether it is heard.
    pub sound: bool,
}
