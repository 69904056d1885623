use crate::port::{StoreError, UnitOfWork};

/// The key by which push services know this server: `fresh`, if there is none yet. Subscriptions are bound to it, so it
/// stays with the store for good, and goes with it into its backups.
///
/// # Errors
/// When the store fails.
pub fn own_key(uow: &mut dyn UnitOfWork, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
    if let Some(key) = uow.wake().server_key()? {
        return Ok(key);
    }
    uow.wake_mut().set_server_key(&fresh)?;
    Ok(fresh)
}
