//! Places on the map.

use serde::{Deserialize, Serialize};

/// A point on the map as its sender's device measured it, or as somebody chose it. Readers check the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Degrees north, in ten-millionths (1e-7).
    #[serde(rename = "la")]
    pub latitude: i64,
    /// Degrees east, in ten-millionths.
    #[serde(rename = "lo")]
    pub longitude: i64,
    /// So many metres it may be off, if it was measured.
    #[serde(rename = "ac", default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<u32>,
}

/// A place that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Where it is.
    #[serde(rename = "s")]
    pub spot: Spot,
    /// What its sender calls it.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}
