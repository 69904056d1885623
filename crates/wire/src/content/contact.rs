//! People's cards.

use serde::{Deserialize, Serialize};

/// How a person can be reached, as far as whoever sends the card tells it. In files it is a vCard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ContactCard {
    /// The name.
    #[serde(rename = "n")]
    pub name: String,
    /// The organisation.
    #[serde(rename = "o", default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    pub organisation: String,
    /// Phone numbers.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<String>>"))]
    pub phones: Vec<String>,
    /// E-mail addresses.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<String>>"))]
    pub emails: Vec<String>,
    /// The link to a person of a Beseda server, with their key's fingerprint.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
    pub link: String,
}
