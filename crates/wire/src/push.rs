//! What the server sends unasked. A lost push costs time, never content: everything durable is also in log and sync.

use beseda_model::{ConversationId, DeviceId};
use serde::{Deserialize, Serialize};

use crate::Bytes;
use crate::state::{Change, Entry, Presence};

/// Something that the client did not ask for. One that this version does not know is [`Push::Unknown`], not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Push {
    /// A new entry. One that does not follow the last known one means a gap to fetch.
    Entry {
        /// Whose log.
        #[serde(rename = "in")]
        conversation: ConversationId,
        /// The entry.
        entry: Entry,
    },
    /// Bodies were removed from entries that the client may have.
    Blanked {
        /// Whose log.
        conversation: ConversationId,
        /// Which entries.
        seqs: Vec<u64>,
    },
    /// Something else is different.
    Change(Change),
    /// An ephemeral frame of another device.
    Whisper {
        /// Where.
        conversation: ConversationId,
        /// From which device, as the server knows it.
        device: DeviceId,
        /// Sealed by the sender.
        body: Bytes,
    },
    /// Somebody on the watched list came or went.
    Presence(Presence),
    /// A new device whose request this one opened has shown its key.
    LinkRevealed {
        /// The code.
        code: String,
        /// The new device's id.
        device: DeviceId,
        /// Its signature public key.
        signature_key: Bytes,
        /// Its nonce.
        nonce: Bytes,
    },
    /// More happened than the queue for this socket holds: pushes were dropped, sync again.
    Resync,
    /// The session has ended: the device was revoked or signed out elsewhere.
    SignedOut,
    /// The server is going away; come back after this time.
    Closing {
        /// Random, so that not all come back at once.
        reconnect_ms: u32,
    },
    /// A push that this version does not know, or can't read: to be ignored. Never sent.
    Unknown,
}
