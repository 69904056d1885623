use beseda_crypto::key_package;
use beseda_model::Timestamp;
use beseda_model::device_log::DeviceLog;

use super::{KeysError, oldest};
use crate::domain::{Actor, OverLimit};
use crate::port::{Store, StoreError, UnitOfWork, View};
use crate::usecase::device::verified_log;

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

/// Adds key packages. All of them or none. Blocks; it verifies them on this thread.
///
/// # Errors
/// When there are too many or too large ones, one was published before, or one can't be used to add this device.
pub fn publish_keys(store: &dyn Store, actor: Actor, cmd: PublishKeys) -> Result<(), KeysError> {
    let count = cmd.packages.len();
    let largest = cmd.packages.iter().chain(&cmd.last_resort).map(Vec::len).max().unwrap_or_default();
    let log = store.read_blocking(move |view| {
        OverLimit::check("key_package_bytes", view.limits().key_package_bytes, largest)?;
        has_room(view, actor, count)?;
        Ok::<_, KeysError>(verified_log(view, actor.account)?)
    })?;
    for package in &cmd.packages {
        check(package, false, actor, &log)?;
    }
    if let Some(package) = &cmd.last_resort {
        check(package, true, actor, &log)?;
    }
    store.write_blocking(move |uow| write(uow, actor, &cmd))
}

/// Whoever claims a package checks the same: one that does not pass would only make the device wait outside.
fn check(package: &[u8], is_last_resort: bool, actor: Actor, log: &DeviceLog) -> Result<(), KeysError> {
    let verified = key_package::verify_upload(package)?;
    let identity = verified.identity;
    let head = log.version();
    let own = (identity.account, identity.device) == (actor.account, actor.device)
        && log.device_at(head, actor.device) == Some(identity.signature_key)
        && log.is_root_until(head, identity.root);
    if !own {
        return Err(KeysError::NotOwn);
    }
    if verified.is_last_resort == is_last_resort { Ok(()) } else { Err(KeysError::WrongUse) }
}

fn has_room(view: &dyn View, actor: Actor, more: usize) -> Result<(), KeysError> {
    let present = view.keys().count(actor.device, Timestamp::default())?;
    let after = more.saturating_add(usize::try_from(present).unwrap_or(usize::MAX));
    Ok(OverLimit::check("key_packages_per_device", view.limits().key_packages_per_device, after)?)
}

fn write(uow: &mut dyn UnitOfWork, actor: Actor, cmd: &PublishKeys) -> Result<(), KeysError> {
    has_room(uow.view(), actor, cmd.packages.len())?;
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
