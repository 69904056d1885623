//! Places on the map.

use beseda_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::MessageRef;

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
    /// Until then its sender tells where they are, in ephemeral frames. Readers take eight hours at most.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The sender tells no more where they are, although a message has promised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEnd {
    /// Which message; one's own.
    #[serde(rename = "m")]
    pub target: MessageRef,
}
