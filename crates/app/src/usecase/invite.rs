//! Invitations, made by whoever runs the server.

use beseda_model::{InviteId, Timestamp};

use crate::domain::TokenHash;
use crate::port::{Invite, StoreError, UnitOfWork, View};

/// An invitation to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateInvite {
    /// Its id.
    pub id: InviteId,
    /// The hash of its secret.
    pub secret: TokenHash,
    /// How many sign-ups it allows.
    pub uses: u32,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub at: Timestamp,
}

/// Makes an invitation.
///
/// # Errors
/// When the store fails.
pub fn create_invite(uow: &mut dyn UnitOfWork, cmd: CreateInvite) -> Result<(), StoreError> {
    uow.tickets_mut().insert_invite(&Invite {
        id: cmd.id,
        secret: cmd.secret,
        left: cmd.uses,
        expires_at: cmd.expires_at,
        created_at: cmd.at,
    })
}

/// All invitations, newest first.
///
/// # Errors
/// When the store fails.
pub fn list_invites(view: &dyn View) -> Result<Vec<Invite>, StoreError> {
    view.tickets().invites(1_000)
}

/// Takes an invitation back; tells whether there was one.
///
/// # Errors
/// When the store fails.
pub fn revoke_invite(uow: &mut dyn UnitOfWork, id: InviteId) -> Result<bool, StoreError> {
    uow.tickets_mut().delete_invite(id)
}
