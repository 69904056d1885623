//! The approval of a new device by an old one. The new device fixes its key by a commitment before it learns the old
//! one's nonce, so that neither side nor the server can choose the comparison code.

use beseda_model::{AccountId, DeviceId, LinkId, Timestamp};

use super::{Actor, TokenHash};

/// A request for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The hash of the code that the person types.
    pub code: TokenHash,
    /// The hash of the secret by which the new device follows the request.
    pub secret: TokenHash,
    /// SHA-256 over device id, signature key and nonce.
    pub commitment: [u8; 32],
    /// Until when it is valid.
    pub expires_at: Timestamp,
    /// How far it is.
    pub progress: LinkProgress,
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkProgress {
    /// Nobody has taken it up.
    Waiting,
    /// An old device has.
    Opened {
        /// Which one.
        by: Actor,
        /// Its nonce.
        nonce: [u8; 32],
    },
    /// The new device has shown its key.
    Revealed {
        /// Who opened it.
        by: Actor,
        /// Its nonce.
        nonce: [u8; 32],
        /// What was shown.
        reveal: Reveal,
    },
    /// Approved: the device is in the account's log.
    Approved {
        /// Of which account.
        account: AccountId,
        /// Which device.
        device: DeviceId,
    },
    /// Turned down.
    Refused,
}

/// What a commitment was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// The new device.
    pub device: DeviceId,
    /// Its signature public key.
    pub signature_key: [u8; 32],
    /// Its nonce.
    pub nonce: [u8; 32],
}
