//! What identity wants of the connection.

use beseda_model::{AccountId, DeviceId};
use beseda_wire::Request;

/// Requests to be sent in this order as soon as the step is durable.
pub type Asks = Vec<Ask>;

/// A request and what its answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The request.
    pub request: Request,
    /// Returns with the answer.
    pub purpose: Purpose,
}

/// What an answer is for. Kept in memory beside the request's id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// A command that ends with the answer.
    Command {
        /// The command's id.
        id: u64,
    },
    /// More of somebody's device log.
    DeviceLog {
        /// Whose.
        account: AccountId,
        /// From which version on.
        from: u32,
    },
    /// A new device's request was taken up.
    OpenLink {
        /// The command's id.
        id: u64,
        /// The request's code.
        code: String,
    },
    /// A new device was approved or turned down.
    EndLink {
        /// The command's id.
        id: u64,
        /// The request's code.
        code: String,
    },
    /// A device is to leave the account.
    RemoveDevice {
        /// The command that wants it, if one still waits.
        id: Option<u64>,
        /// Which device.
        device: DeviceId,
    },
    /// How many key packages are left.
    CountKeys,
    /// Key packages were published.
    PublishKeys {
        /// Their references.
        references: Vec<Vec<u8>>,
    },
    /// Who is there.
    Presence {
        /// The command that wants it, if one still waits.
        id: Option<u64>,
    },
}
