use beseda_model::{AccountId, InviteId, Timestamp};

use super::StoreError;
use crate::domain::TokenHash;

/// A right to sign up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// The hash of its secret.
    pub secret: TokenHash,
    /// How many sign-ups are left.
    pub left: u32,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Invitations and sign-in tickets, for reading.
pub trait TicketView {
    /// The invitation with this secret.
    fn invite(&self, secret: &TokenHash) -> Result<Option<Invite>, StoreError>;
    /// All invitations, newest first.
    fn invites(&self, limit: u32) -> Result<Vec<Invite>, StoreError>;
    /// The account that a valid sign-in ticket belongs to.
    fn ticket(&self, ticket: &TokenHash, now: Timestamp) -> Result<Option<AccountId>, StoreError>;
}

/// Invitations and sign-in tickets, for writing.
pub trait TicketRepo {
    /// Adds an invitation.
    fn insert_invite(&mut self, invite: &Invite) -> Result<(), StoreError>;
    /// Replaces how many sign-ups are left.
    fn set_invite_left(&mut self, id: InviteId, left: u32) -> Result<(), StoreError>;
    /// Forgets an invitation; tells whether there was one.
    fn delete_invite(&mut self, id: InviteId) -> Result<bool, StoreError>;
    /// Adds a ticket for one identity reset.
    fn insert_ticket(
        &mut self,
        ticket: &TokenHash,
        account: AccountId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Forgets all tickets of the account.
    fn delete_tickets_of(&mut self, account: AccountId) -> Result<(), StoreError>;
    /// Forgets tickets and invitations that expired before `now`; tells how many.
    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError>;
}
