//! The shared kernel: identifiers, time, chance, roles, policies, limits and error codes.
//!
//! It knows no I/O, no database, no wire format and no asynchronous code; everything in it is plain data and pure
//! functions, so that server and client decide alike. What needs cryptography is one crate up, in `beseda-crypto`.

mod code;
pub mod commit;
mod decision;
pub mod device_log;
mod id;
mod limits;
mod policy;
mod time;
mod username;

pub use code::Code;
pub use decision::{Action, Denied, decide};
pub use id::{
    AccountId, BlobId, CommandKey, ConversationId, DeviceId, Fingerprint, FolderId, GroupLinkId, IdError, InviteId,
    LinkId, MessageId, PackId, ReportId, UploadId,
};
pub use limits::{LIMITS, Limit, Limits, Unit};
pub use policy::{ConversationKind, POLICY_FORMAT, Permissions, Policy, Role, RosterEntry};
pub use time::{Clock, Rng, Timestamp};
pub use username::{Username, UsernameError};
