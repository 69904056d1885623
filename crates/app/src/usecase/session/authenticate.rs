use super::SessionError;
use crate::domain::{Actor, PrivacySettings, StoreEpoch, TokenHash};
use crate::port::View;

/// What a connection needs to know of its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who it is.
    pub actor: Actor,
    /// The highest send number accepted from the device.
    pub send_no: u64,
    /// The store's epoch.
    pub store_epoch: StoreEpoch,
    /// The account's privacy settings.
    pub privacy: PrivacySettings,
}

/// Finds the session of a token.
///
/// # Errors
/// When there is none, or its device was revoked.
pub fn authenticate(view: &dyn View, token: &TokenHash) -> Result<Session, SessionError> {
    let row = view.devices().session(token)?.ok_or(SessionError::Unknown)?;
    if row.revoked {
        return Err(SessionError::Revoked);
    }
    let account = view.accounts().find(row.account)?.ok_or(SessionError::Unknown)?;
    Ok(Session {
        actor: Actor { account: row.account, device: row.device },
        send_no: view.devices().send_no(row.device)?,
        store_epoch: view.store_epoch(),
        privacy: account.privacy,
    })
}
