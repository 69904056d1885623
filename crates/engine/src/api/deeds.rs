//! What a person may do here and now, decided in one place so that no user interface has to.

use serde::{Deserialize, Serialize};

/// What this person may do with a message at present. Deleting it for oneself is always possible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Deeds {
    /// Answer it.
    pub reply: bool,
    /// Set and take back reactions.
    pub react: bool,
    /// Change its text.
    pub edit: bool,
    /// Say it again elsewhere.
    pub forward: bool,
    /// Pin or unpin it.
    pub pin: bool,
    /// Delete it for everyone.
    pub delete_for_all: bool,
    /// Try to send it again, or give it up.
    pub retry: bool,
}
