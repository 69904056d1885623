//! Who this profile belongs to.

use beseda_model::{AccountId, DeviceId, Fingerprint};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{StoreError, meta};

const ME: &str = "me";
const SEND_NO: &str = "send_no";

/// The account and device of this profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// The root key's fingerprint.
    pub root: Fingerprint,
    /// `http(s)://host[:port]`.
    pub server: String,
    /// What this device is called.
    pub device_name: String,
    /// Whether this device was signed out or revoked.
    pub signed_out: bool,
    /// The session token.
    pub(crate) token: String,
    /// The seed of the device's signature key.
    pub(crate) seed: [u8; 32],
}

impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Me").field("account", &self.account).field("device", &self.device).finish_non_exhaustive()
    }
}

impl Me {
    /// Who this profile belongs to, once it does.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub fn find(conn: &Connection) -> Result<Option<Self>, StoreError> {
        meta::get(conn, ME)
    }

    /// The same, where the profile is known to belong to somebody.
    ///
    /// # Errors
    /// When it does not, or the database fails.
    pub fn get(conn: &Connection) -> Result<Self, StoreError> {
        Self::find(conn)?.ok_or(StoreError::damaged("meta"))
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        meta::put(conn, ME, self)
    }
}

/// The highest send number that was used.
///
/// # Errors
/// When the database fails.
pub fn send_no(conn: &Connection) -> Result<u64, StoreError> {
    Ok(meta::get(conn, SEND_NO)?.unwrap_or(0))
}

/// Takes the next send number.
///
/// # Errors
/// When the database fails.
pub(crate) fn next_send_no(conn: &Connection) -> Result<u64, StoreError> {
    let next = send_no(conn)?.saturating_add(1);
    meta::put(conn, SEND_NO, &next)?;
    Ok(next)
}
