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
    session_of(view, Actor { account: row.account, device: row.device })
}

/// What is to be known of a device that has shown who it is.
///
/// # Errors
/// When its account does not exist any more.
pub fn session_of(view: &dyn View, actor: Actor) -> Result<Session, SessionError> {
    let account = view.accounts().find(actor.account)?.ok_or(SessionError::Unknown)?;
    Ok(Session {
        actor,
        send_no: view.devices().send_no(actor.device)?,
        store_epoch: view.store_epoch(),
        privacy: account.privacy,
    })
}
