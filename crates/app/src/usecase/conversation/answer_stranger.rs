use beseda_model::ConversationId;

use super::ConversationError;
use super::settle::{members, present};
use crate::Event;
use crate::domain::Actor;
use crate::port::UnitOfWork;

/// Accepts a stranger's request, or lets it rest: a stranger who is turned down is not told and can't write more.
///
/// # Errors
/// When there is no request, or it is the actor's own.
pub fn answer_stranger(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    accept: bool,
) -> Result<(), ConversationError> {
    let conversation = present(uow, actor, id)?;
    match conversation.request {
        Some(request) if request.from != actor.account => {}
        // Accepted already, perhaps from another device.
        None if accept => return Ok(()),
        _ => return Err(ConversationError::NotFound),
    }
    if accept {
        uow.conversations_mut().set_request(id, None)?;
        let accounts = members(uow, id)?;
        uow.emit(Event::ConversationChanged { conversation: id, accounts: accounts.into() });
    }
    Ok(())
}
