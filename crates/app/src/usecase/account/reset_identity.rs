use beseda_model::device_log::root_fingerprint;
use beseda_model::{ConversationKind, Timestamp};

use super::AccountError;
use super::sign_up::{begin_log, first_device};
use crate::domain::{Actor, TokenHash};
use crate::port::UnitOfWork;
use crate::usecase::device::{announce_log, end_device};
use crate::usecase::session::open_session;
use crate::usecase::{group_link, phone};
use crate::{Event, domain::Member};

/// Phrase and devices are lost: a new identity in the account's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetIdentity {
    /// The hash of the sign-in ticket, or of the attempt by which the account's phone number was verified.
    pub ticket: TokenHash,
    /// The new root public key.
    pub root_key: [u8; 32],
    /// The first entry of the new device log.
    pub entry: Vec<u8>,
    /// The hash of the new device's session token.
    pub token: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// Replaces root and device log, ends all sessions, and cuts the account off from its conversations. For everybody else
/// it is another person from now on.
///
/// # Errors
/// When the ticket is not valid, or the new log does not begin so.
pub fn reset_identity(uow: &mut dyn UnitOfWork, cmd: ResetIdentity) -> Result<Actor, AccountError> {
    let account = match uow.tickets().ticket(&cmd.ticket, cmd.at)? {
        Some(account) => account,
        None => phone::redeem_for_reset(uow, &cmd.ticket, cmd.at)?.ok_or(AccountError::TicketInvalid)?,
    };
    let device = first_device(account, cmd.root_key, &cmd.entry)?;
    let root = root_fingerprint(&cmd.root_key);
    if uow.accounts().find_by_root(root)?.is_some() || uow.devices().find(device.device)?.is_some() {
        return Err(AccountError::Exists);
    }
    let peers = uow.accounts().peers(account)?;
    for old in uow.devices().list(account)? {
        end_device(uow, old.device)?;
    }
    leave_everything(uow, account)?;
    group_link::forget_account(uow, account)?;
    uow.tickets_mut().delete_tickets_of(account)?;
    uow.accounts_mut().replace_identity(account, cmd.root_key, root, cmd.at)?;
    begin_log(uow, &device, &cmd.entry)?;
    open_session(uow, device.device, &cmd.token, cmd.at)?;
    announce_log(uow, account, peers)?;
    Ok(Actor { account, device: device.device })
}

/// Ends all memberships of the account.
pub(super) fn leave_everything(uow: &mut dyn UnitOfWork, account: beseda_model::AccountId) -> Result<(), AccountError> {
    for id in uow.conversations().list_of(account)? {
        let (Some(conversation), Some(member)) =
            (uow.conversations().find(id)?, uow.conversations().member(id, account)?)
        else {
            continue;
        };
        // A conversation that only this person could read is at its end, whoever comes after.
        let until = if conversation.kind == ConversationKind::Notes { 0 } else { conversation.last_seq };
        uow.conversations_mut().put_member(id, &Member { until_seq: Some(until), ..member })?;
        group_link::went(uow, id, account)?;
        let others: Vec<_> = uow.conversations().members(id)?.into_iter().map(|member| member.account).collect();
        uow.emit(Event::ConversationChanged { conversation: id, accounts: others.into() });
    }
    Ok(())
}
