//! Reading what a newer server sends: what is unknown costs itself, never the frame around it.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::Push;
use crate::content::LinkPreview;
use crate::state::Change;

#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient<T> {
    Known(T),
    Unknown(IgnoredAny),
}

pub(crate) fn push<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Push, D::Error> {
    Lenient::deserialize(deserializer).map(|read| match read {
        Lenient::Known(push) => push,
        Lenient::Unknown(IgnoredAny) => Push::Unknown,
    })
}

/// A preview that a newer version writes otherwise must not cost the message.
pub(crate) fn preview<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LinkPreview>, D::Error> {
    Lenient::deserialize(deserializer).map(|read| match read {
        Lenient::Known(preview) => preview,
        Lenient::Unknown(IgnoredAny) => None,
    })
}

pub(crate) fn changes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Change>, D::Error> {
    let read = Vec::<Lenient<Change>>::deserialize(deserializer)?;
    let known = read.into_iter().filter_map(|change| match change {
        Lenient::Known(change) => Some(change),
        Lenient::Unknown(IgnoredAny) => None,
    });
    Ok(known.collect())
}
