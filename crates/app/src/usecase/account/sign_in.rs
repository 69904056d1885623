use beseda_model::{AccountId, Fingerprint, Timestamp, Username};

use super::AccountError;
use crate::domain::{Actor, TokenHash};
use crate::port::{UnitOfWork, View};

/// How long a sign-in ticket is valid, in milliseconds.
const TICKET_MILLIS: u64 = 600_000;

/// What a password is verified against.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account.
    pub account: AccountId,
    /// Its present root key's fingerprint.
    pub root: Fingerprint,
    /// The password's hash, as a PHC string.
    pub password_hash: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Finds what the password of a username is verified against; none also if the account has no password. The shell then
/// verifies against a dummy, so that both take the same time.
///
/// # Errors
/// When the store fails.
pub fn credentials(view: &dyn View, username: &Username) -> Result<Option<Credentials>, AccountError> {
    let Some(row) = view.accounts().find_by_username(username)? else { return Ok(None) };
    let hash = view.accounts().password_hash(row.account)?;
    Ok(hash.map(|password_hash| Credentials { account: row.account, root: row.root, password_hash }))
}

/// What has to be shown before one's own password is changed: the present one, or the root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentPassword {
    /// Of the present password; none if there is none.
    pub hash: Option<String>,
    /// The fingerprint of the present root key.
    pub root: Fingerprint,
}

/// What one's own password is changed by.
///
/// # Errors
/// When the account is gone, or the store fails.
pub fn present_password(view: &dyn View, actor: Actor) -> Result<PresentPassword, AccountError> {
    let account = view.accounts().find(actor.account)?.ok_or(AccountError::NotFound)?;
    Ok(PresentPassword { hash: view.accounts().password_hash(actor.account)?, root: account.root })
}

/// A ticket for an identity reset, after the password was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueTicket {
    /// For which account.
    pub account: AccountId,
    /// The hash of the ticket.
    pub ticket: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// Stores a ticket, which is valid for ten minutes.
///
/// # Errors
/// When the store fails.
pub fn issue_ticket(uow: &mut dyn UnitOfWork, cmd: IssueTicket) -> Result<(), AccountError> {
    uow.tickets_mut().insert_ticket(&cmd.ticket, cmd.account, cmd.at.plus_millis(TICKET_MILLIS))?;
    Ok(())
}
