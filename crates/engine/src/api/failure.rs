//! Why something did not work, in a form that a user interface can put into words and act upon.

use beseda_model::Code;
use serde::{Deserialize, Serialize};

use super::reason::{Field, Reason};

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// The server refused.
    #[error("the server refused: {code}")]
    Refused {
        /// Its code.
        code: Code,
        /// Its sentence for developers.
        detail: String,
        /// When to try again.
        retry_after_ms: Option<u64>,
    },
    /// The code is another one.
    #[error("the code is wrong")]
    WrongCode {
        /// How often one may try again.
        tries_left: u32,
    },
    /// The code has expired, was tried too often, or was used: ask for a new one.
    #[error("the code has expired")]
    CodeExpired,
    /// The server can't be reached; the command was not carried out.
    #[error("the server can't be reached")]
    Unreachable,
    /// Nobody is signed in on this profile.
    #[error("sign up or sign in first")]
    NotSignedIn,
    /// Somebody is signed in already.
    #[error("this profile is already in use")]
    AlreadySignedIn,
    /// There is no such conversation, message, account or device here.
    #[error("not found")]
    NotFound,
    /// The role or the kind of the conversation does not allow it.
    #[error("not allowed: {reason}")]
    NotAllowed {
        /// Which rule.
        reason: Reason,
    },
    /// What was given is not acceptable.
    #[error("{what:?}: {reason}")]
    Invalid {
        /// The field.
        what: Field,
        /// What is wrong with it.
        reason: Reason,
    },
    /// The conversation can't be written to at present.
    #[error("the conversation is not ready: {reason}")]
    NotReady {
        /// What it waits for.
        reason: Reason,
    },
    /// The link belongs to another server.
    #[error("the link belongs to another server")]
    OtherServer {
        /// Its address.
        server: String,
    },
    /// The link was taken back, is used up or has expired.
    #[error("the link does not work any more")]
    LinkEnded,
    /// The store failed; nothing was changed.
    #[error("the local database failed")]
    Store,
}

impl Failure {
    /// An [`Failure::Invalid`].
    pub fn invalid(what: Field, reason: impl Into<Reason>) -> Self {
        Self::Invalid { what, reason: reason.into() }
    }
}

/// Why an entry of the log can't be shown. It stands in the timeline in place of the message, with its healing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreadable {
    /// It was sent before this device joined.
    BeforeJoin,
    /// The key was used before or is gone.
    KeyGone,
    /// It does not belong to an epoch that this device knows.
    UnknownEpoch,
    /// The bytes are damaged or forged.
    Damaged,
    /// Its content is not what any version writes.
    Malformed,
    /// The server deleted the body without a valid deletion by a person.
    RemovedByServer,
    /// It does not fit its place in the log, or its claims contradict what was agreed.
    Forged,
    /// Its timer ran out before it reached this device.
    Expired,
}

/// How far the healing of an unreadable entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Healing {
    /// Its author has been or will be asked.
    Asked,
    /// Nobody can help any more: final.
    Unrecoverable,
    /// There is nothing to ask for.
    NotNeeded,
}
