use beseda_model::ConversationId;

use super::ConversationError;
use crate::domain::{Actor, WaitingWelcome};
use crate::port::{UnitOfWork, View};

/// The Welcome that waits for the actor's device.
///
/// # Errors
/// When there is none, or the account is no longer a member.
pub fn waiting_welcome(view: &dyn View, actor: Actor, id: ConversationId) -> Result<WaitingWelcome, ConversationError> {
    let member = view.conversations().member(id, actor.account)?;
    if member.is_none_or(|member| member.until_seq.is_some()) {
        return Err(ConversationError::NotAMember);
    }
    view.groups().welcome(id, actor.device)?.ok_or(ConversationError::NotFound)
}

/// Forgets the Welcome of the commit at `seq`. One that is no longer there is forgotten already.
///
/// # Errors
/// When the store fails.
pub fn welcome_done(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    seq: u64,
) -> Result<(), ConversationError> {
    if uow.conversations().find(id)?.is_some() {
        uow.groups_mut().delete_welcome(id, actor.device, seq)?;
    }
    Ok(())
}
