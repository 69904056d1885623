//! What must be known between the steps of joining a server. It is in the database, so that an engine that was closed in
//! between neither makes a second account nor leaves a device behind that nobody owns.

use beseda_model::{AccountId, Fingerprint, Timestamp, Username};
use beseda_wire::Bytes;
use beseda_wire::http::Proof;
use beseda_wire::state::DeviceLogEntry;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::identity::me::NewDevice;
use crate::identity::phone::Verified;
use crate::identity::phrase::Phrase;
use crate::store::{StoreError, meta};

const JOIN: &str = "identity.join";

/// A way into an account, and how far it is.
#[derive(Serialize, Deserialize)]
pub(super) struct Join {
    /// Who waits for the end; none after the engine was opened again.
    pub(super) command: Option<u64>,
    pub(super) server: String,
    pub(super) device_name: String,
    pub(super) device: NewDevice,
    /// Made here, or typed; none for an approval by another device.
    pub(super) phrase: Option<Phrase>,
    pub(super) way: Way,
    pub(super) stage: Stage,
    /// The request whose answer is awaited.
    pub(super) http: Option<u64>,
    /// When the stage's request is made, or made again.
    pub(super) at: Option<Timestamp>,
    /// Whether the server has ever answered: an address where nobody is tells so at once.
    pub(super) reached: bool,
    /// How often in a row the server could not be reached.
    pub(super) failures: u8,
    /// How often what was posted did not come to a good end.
    pub(super) rounds: u8,
}

/// By what right.
#[derive(Serialize, Deserialize)]
pub(super) enum Way {
    /// A new account.
    SignUp {
        account: AccountId,
        username: Option<Username>,
        password: Option<String>,
        invite: Option<String>,
        /// The number that it gets.
        #[serde(default)]
        phone: Option<Verified>,
        /// The account may be there already: an answer was lost.
        posted: bool,
        /// The server said that something is taken; it could be this very account.
        taken: bool,
    },
    /// The recovery phrase.
    Recover,
    /// Approval by another device of the account.
    Link { nonce: Bytes },
    /// The password, for a new identity.
    Reset {
        username: Username,
        password: String,
        /// The identity may be reset already: an answer was lost.
        posted: bool,
    },
    /// The account's phone number, for a new identity.
    PhoneReset {
        account: AccountId,
        phone: Verified,
        /// See `Reset`.
        posted: bool,
    },
}

/// What is asked for next.
#[derive(Serialize, Deserialize)]
pub(super) enum Stage {
    /// How accounts are made there.
    Server,
    /// A challenge for the sign-up: work, and something for the new device's key to sign.
    Challenge,
    /// Nothing: it is being worked at.
    Solving { challenge: Bytes, bits: u8, next: u64 },
    /// A new account.
    Creating { proof: Proof },
    /// The account that the phrase belongs to.
    Finding,
    /// A challenge for the new device's key, and then the device in it.
    Adding(Adding),
    /// A code for another device.
    Starting,
    /// How far the approval is.
    Following(Following),
    /// A ticket for the password.
    SigningIn,
    /// A new identity.
    Resetting { account: AccountId, ticket: String },
}

/// An entry that adds this device by the phrase, and the log that it follows.
#[derive(Serialize, Deserialize)]
pub(super) struct Adding {
    pub(super) account: AccountId,
    pub(super) first_root: [u8; 32],
    pub(super) log: Vec<DeviceLogEntry>,
    pub(super) entry: DeviceLogEntry,
    /// The answer to the challenge, once it is here.
    pub(super) proof: Option<Proof>,
}

/// A request for approval.
#[derive(Serialize, Deserialize)]
pub(super) struct Following {
    pub(super) code: String,
    pub(super) secret: String,
    /// When this device gives up if the server is silent, by its own clock.
    pub(super) until: Timestamp,
    /// Who has taken it up.
    pub(super) peer: Option<Peer>,
    /// Milliseconds between two polls.
    pub(super) pause: u64,
}

/// What the new device learned of the old one.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Peer {
    pub(super) account: AccountId,
    pub(super) root: Fingerprint,
    pub(super) nonce: Bytes,
}

impl Join {
    /// A way that nothing was done about yet.
    pub(super) const fn new(
        server: String,
        device_name: String,
        device: NewDevice,
        phrase: Option<Phrase>,
        way: Way,
        stage: Stage,
    ) -> Self {
        Self {
            command: None,
            server,
            device_name,
            device,
            phrase,
            way,
            stage,
            http: None,
            at: None,
            reached: false,
            failures: 0,
            rounds: 0,
        }
    }

    /// The same attempt once more, with the same keys: an answer was lost, and it may have succeeded.
    pub(super) fn again(self, device_name: String, way: Way, stage: Stage) -> Self {
        Self { device_name, way, stage, reached: false, failures: 0, rounds: 0, ..self }
    }

    pub(super) fn load(conn: &Connection) -> Result<Option<Self>, StoreError> {
        meta::get(conn, JOIN)
    }

    pub(super) fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        meta::put(conn, JOIN, self)
    }

    pub(super) fn forget(conn: &Connection) -> Result<(), StoreError> {
        meta::remove(conn, JOIN)
    }

    /// Whether a lost answer may have done what was asked for, so that what was made here must be kept.
    pub(super) const fn may_have_happened(&self) -> bool {
        matches!(
            self.way,
            Way::SignUp { posted: true, .. } | Way::Reset { posted: true, .. } | Way::PhoneReset { posted: true, .. }
        )
    }
}
