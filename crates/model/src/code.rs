//! Stable machine codes of errors. The same on HTTP, on the socket and in the scripts of the terminal client; what a
//! person reads is made from the code by whoever shows it.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// Why a request was refused. A code is added only when a consumer acts upon it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
            /// A code that this version does not know: shown as a general failure.
            #[serde(other, rename = "UNKNOWN")]
            Unknown,
        }

        impl Code {
            /// All codes that this version can send.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown => "UNKNOWN",
                }
            }
        }
    };
}

codes! {
    /// The bytes are not what this place expects: not decodable, a missing field, a wrong type.
    BadRequest = "BAD_REQUEST",
    /// Well-formed, but over one of the published limits; `data.limit` names it.
    TooLarge = "TOO_LARGE",
    /// Too many requests of this kind; `retry_after_ms` says when to come back.
    RateLimited = "RATE_LIMITED",
    /// The server has more work than it can take; `retry_after_ms` says when to come back.
    Overloaded = "OVERLOADED",
    /// The token is unknown, expired or revoked: sign in again.
    Unauthorized = "UNAUTHORIZED",
    /// This device was revoked by its owner.
    DeviceRevoked = "DEVICE_REVOKED",
    /// The name or password is wrong; which of them is not said.
    WrongCredentials = "WRONG_CREDENTIALS",
    /// The role or relation does not allow it.
    Forbidden = "FORBIDDEN",
    /// There is no such thing, or it is not visible to the asker.
    NotFound = "NOT_FOUND",
    /// Somebody else has it: a username.
    Taken = "TAKEN",
    /// The asker is not, or no longer, a member of the conversation.
    NotAMember = "NOT_A_MEMBER",
    /// The epoch or generation has moved on: process the newer entries, then redo.
    StaleEpoch = "STALE_EPOCH",
    /// A removal is due and must be committed before anything is sent.
    CommitDue = "COMMIT_DUE",
    /// Another device is joining: try again after `retry_after_ms`.
    JoinLater = "JOIN_LATER",
    /// The commit or proposal breaks the group's policy or the protocol; `detail` says how.
    InvalidCommit = "INVALID_COMMIT",
    /// The device-log entry does not follow from the log.
    InvalidDeviceLog = "INVALID_DEVICE_LOG",
    /// The key package is unusable or was used before.
    KeyPackageUsed = "KEY_PACKAGE_USED",
    /// A direct conversation of these two people exists already; `data.conversation` is its id.
    AlreadyExists = "ALREADY_EXISTS",
    /// The recipient does not take messages from the sender (privacy setting or block: not told apart).
    NotAccepted = "NOT_ACCEPTED",
    /// A message request is pending and holds one text until it is accepted.
    RequestPending = "REQUEST_PENDING",
    /// This is not a phone number that can get a text message.
    InvalidPhone = "INVALID_PHONE",
    /// The server sends no text messages to that country.
    PhoneNotServed = "PHONE_NOT_SERVED",
    /// The code is another one; `data.tries_left` says how often one may try again.
    WrongDigits = "WRONG_CODE",
    /// The code has expired, was tried too often or was used: ask for a new one.
    DigitsExpired = "CODE_EXPIRED",
    /// There is no room left for it among what the account keeps; `data.limit_value` says how much there is in all.
    QuotaExceeded = "QUOTA_EXCEEDED",
    /// The upload goes on at another byte; `data.offset` says at which.
    WrongOffset = "WRONG_OFFSET",
    /// What arrived is not what was announced: send it again.
    WrongChecksum = "WRONG_CHECKSUM",
    /// The server's own disk is full. What it has taken before is safe.
    StorageFull = "STORAGE_FULL",
    /// A cloud drive does not answer, or the server may not go there.
    DriveUnreachable = "DRIVE_UNREACHABLE",
    /// A cloud drive's provider does not know the token any more: it is over, or was taken back.
    DriveExpired = "DRIVE_EXPIRED",
    /// Sign-up needs a proof of work, an invitation, a phone number, or is closed; `detail` says which.
    SignUpRefused = "SIGN_UP_REFUSED",
    /// The server was restored: the cursor belongs to another store epoch.
    StoreEpochChanged = "STORE_EPOCH_CHANGED",
    /// The first frame must be `hello`, or it came twice.
    OutOfOrder = "OUT_OF_ORDER",
    /// The device has sent more than this profile remembers: it is a copy and must retire.
    ProfileCopied = "PROFILE_COPIED",
    /// The program is too old for this.
    UpdateRequired = "UPDATE_REQUIRED",
    /// The server failed; nothing was changed. The log has an entry under `data.request`.
    Internal = "INTERNAL",
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
