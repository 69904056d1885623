use beseda_model::Timestamp;

use super::{KeysError, oldest};
use crate::domain::{Actor, OverLimit};
use crate::port::{StoreError, UnitOfWork, View};

/// New key packages of the actor's device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishKeys {
    /// One-time key packages.
    pub packages: Vec<Vec<u8>>,
    /// Replaces the last-resort one.
    pub last_resort: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

/// Adds key packages. All of them or none.
///
/// # Errors
/// When there are too many or too large ones, or one was published before.
pub fn publish_keys(uow: &mut dyn UnitOfWork, actor: Actor, cmd: PublishKeys) -> Result<(), KeysError> {
    let size = uow.limits().key_package_bytes;
    for package in cmd.packages.iter().chain(&cmd.last_resort) {
        OverLimit::check("key_package_bytes", size, package.len())?;
    }
    let present = uow.keys().count(actor.device, Timestamp::default())?;
    let after = cmd.packages.len().saturating_add(usize::try_from(present).unwrap_or(usize::MAX));
    OverLimit::check("key_packages_per_device", uow.limits().key_packages_per_device, after)?;
    for package in &cmd.packages {
        uow.keys_mut().insert(actor.device, package, cmd.at).map_err(|error| match error {
            StoreError::Conflict => KeysError::Used,
            other => other.into(),
        })?;
    }
    if let Some(package) = &cmd.last_resort {
        uow.keys_mut().set_last_resort(actor.device, package, cmd.at)?;
    }
    Ok(())
}

/// How many one-time packages of the actor's device can still be handed out.
///
/// # Errors
/// When the store fails.
pub fn count_keys(view: &dyn View, actor: Actor, now: Timestamp) -> Result<u32, KeysError> {
    Ok(view.keys().count(actor.device, oldest(view.limits(), now))?)
}
