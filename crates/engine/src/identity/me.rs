//! This device: its key, and whether it is signed in.

use beseda_crypto::device_key::DeviceKey;
use beseda_model::{DeviceId, Fingerprint};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Step;
use crate::api::event::Notice;
use crate::store::accounts::Account;
use crate::store::me::Me;
use crate::store::{StoreError, meta};

/// Set while a person has signed out here and the server does not know yet.
const LEAVING: &str = "identity.leaving";

/// A device's id and the seed of its signature key. Wiped from memory when dropped.
#[derive(Clone)]
pub(super) struct NewDevice {
    pub(super) device: DeviceId,
    pub(super) seed: Zeroizing<[u8; 32]>,
}

impl NewDevice {
    pub(super) fn make(step: &mut Step<'_>) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        step.rng.fill(seed.as_mut());
        Self { device: DeviceId::new(step.now, step.rng), seed }
    }

    pub(super) fn key(&self) -> DeviceKey {
        DeviceKey::from_seed(&self.seed)
    }
}

impl Serialize for NewDevice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.device, serde_bytes::Bytes::new(self.seed.as_slice())).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NewDevice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (device, seed) = <(DeviceId, serde_bytes::ByteArray<32>)>::deserialize(deserializer)?;
        Ok(Self { device, seed: Zeroizing::new(seed.into_array()) })
    }
}

/// The account's root key as it is pinned here.
pub(super) fn root(conn: &Connection, me: &Me) -> Result<Fingerprint, StoreError> {
    Ok(Account::load(conn, me.account)?.root.unwrap_or(me.root))
}

/// Whether a person uses this device: signed in, and not on the way out.
///
/// # Errors
/// When the database fails.
pub fn is_signed_in(conn: &Connection) -> Result<bool, StoreError> {
    Ok(Me::find(conn)?.is_some_and(|me| !me.signed_out) && !is_leaving(conn)?)
}

/// Whether a person has signed out here while the server has still to be told.
///
/// # Errors
/// When the database fails.
pub fn is_leaving(conn: &Connection) -> Result<bool, StoreError> {
    Ok(meta::get(conn, LEAVING)?.unwrap_or(false))
}

pub(super) fn leave(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::put(step.tx, LEAVING, &true)?;
    step.notice(Notice::SignedOut);
    step.notice(Notice::Me);
    Ok(())
}

/// The session is over, whoever ended it. History stays; the core sees it and closes the connection.
pub(super) fn end(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, LEAVING)?;
    if let Some(mut me) = Me::find(step.tx)?.filter(|me| !me.signed_out) {
        me.signed_out = true;
        me.token.clear();
        me.save(step.tx)?;
        step.notice(Notice::SignedOut);
        step.notice(Notice::Me);
    }
    Ok(())
}
