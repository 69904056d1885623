//! Places on the map.

use beseda_model::{ConversationId, MessageId, Timestamp};
use beseda_wire::content::Place;
use serde::{Deserialize, Serialize};

use crate::timeline::rules::place::is_on_earth;

/// A point on earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Point {
    /// Degrees north, in ten-millionths (1e-7); from -900 000 000 to 900 000 000.
    pub latitude: i32,
    /// Degrees east, in ten-millionths; from -1 800 000 000 to 1 800 000 000.
    pub longitude: i32,
}

/// A place as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PlaceView {
    /// Where; none if what its sender gave is nowhere on earth.
    pub point: Option<Point>,
    /// So many metres it may be off, if it was measured.
    pub accuracy: Option<u32>,
    /// What its sender calls it; may be empty.
    pub name: String,
    /// How it is told live; none of a place that stays as it is.
    pub live: Option<LivePlace>,
}

/// A place that is told live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LivePlace {
    /// Until then.
    pub until: Timestamp,
    /// When it was last told.
    pub told_at: Timestamp,
    /// Its sender has stopped before.
    pub ended: bool,
    /// It is this device that tells.
    pub here: bool,
}

/// Where this device tells live where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LiveShare {
    /// Whom.
    pub conversation: ConversationId,
    /// The message that has promised it.
    pub message: MessageId,
    /// Until then.
    pub until: Timestamp,
}

impl From<Place> for PlaceView {
    fn from(place: Place) -> Self {
        let point = match (i32::try_from(place.spot.latitude), i32::try_from(place.spot.longitude)) {
            (Ok(latitude), Ok(longitude)) if is_on_earth(&place.spot) => Some(Point { latitude, longitude }),
            _ => None,
        };
        Self { point, accuracy: place.spot.accuracy.filter(|_| point.is_some()), name: place.name, live: None }
    }
}

/// A place to be sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct PlaceDraft {
    /// As in [`Point`].
    pub latitude: i32,
    /// As in [`Point`].
    pub longitude: i32,
    /// So many metres it may be off, if it was measured.
    pub accuracy: Option<u32>,
    /// What it is called: 100 characters at most; may be empty.
    pub name: String,
    /// For so many seconds it is told live; none: it stays as it is. From a minute to eight hours.
    #[cfg_attr(feature = "ts", ts(optional = nullable))]
    pub seconds: Option<u32>,
}

/// Where somebody is goes into no log.
impl std::fmt::Debug for PlaceDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlaceDraft(…)")
    }
}
