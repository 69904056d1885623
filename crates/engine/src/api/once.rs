//! Messages that can be looked at once, as people see them.

use serde::{Deserialize, Serialize};

/// What can be looked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OnceKind {
    /// A photo.
    Photo,
    /// A film.
    Video,
    /// A film in a circle.
    Round,
    /// A spoken message.
    Voice,
}

/// How far a message is that can be looked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OnceState {
    /// Not opened; of one's own: not by all others.
    Closed,
    /// Shown on this device at this moment.
    Open,
    /// It was opened; of one's own: by all others. Nothing of it is left.
    Opened,
    /// Nobody has opened it in time. Nothing of it is left.
    Lapsed,
}
