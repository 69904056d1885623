//! The approval of a new device by an old one.

mod approve;
mod open;
mod poll;
mod refuse;
mod start;

use beseda_model::Code;

pub use approve::{ApproveLink, approve_link};
pub use open::{OpenLink, open_link};
pub use poll::{LinkOutcome, PollLink, poll_link};
pub use refuse::refuse_link;
pub use start::{StartLink, start_link};

use crate::domain::{Link, LinkProgress, TokenHash};
use crate::port::{StoreError, View};
use crate::usecase::device::DeviceError;

/// Why something about a link request was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The code is unknown or expired, or it is not the asker's.
    #[error("the code is unknown or has expired")]
    NotFound,
    /// The code is in use: take another.
    #[error("the code is in use")]
    CodeTaken,
    /// Somebody has opened the request already, or it is at another step.
    #[error("the request is not at this step")]
    WrongStep,
    /// What was shown is not what was committed to.
    #[error("the shown key does not match the commitment")]
    CommitmentBroken,
    /// The entry adds another device than the one that asks.
    #[error("the entry does not add the device that asks")]
    OtherDevice,
    /// The device log refuses it.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LinkError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::CodeTaken => Code::Taken,
            Self::WrongStep => Code::OutOfOrder,
            Self::CommitmentBroken => Code::BadRequest,
            Self::OtherDevice => Code::InvalidDeviceLog,
            Self::Device(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// The hash under which a code is stored. People type it: case, spaces and hyphens do not count.
pub fn code_hash(code: &str) -> TokenHash {
    let folded: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|digit| digit.to_ascii_uppercase()).collect();
    TokenHash::of(folded.as_bytes())
}

fn find(view: &dyn View, code: &str, now: beseda_model::Timestamp) -> Result<Link, LinkError> {
    view.links().find(&code_hash(code))?.filter(|link| link.expires_at > now).ok_or(LinkError::NotFound)
}

/// The request, if it was opened by this device.
fn find_own(
    view: &dyn View,
    actor: crate::domain::Actor,
    code: &str,
    now: beseda_model::Timestamp,
) -> Result<Link, LinkError> {
    let link = find(view, code, now)?;
    match &link.progress {
        LinkProgress::Opened { by, .. } | LinkProgress::Revealed { by, .. } if *by == actor => Ok(link),
        LinkProgress::Waiting => Err(LinkError::WrongStep),
        _ => Err(LinkError::NotFound),
    }
}
