use beseda_model::ConversationId;

use super::ConversationError;
use super::settle::present;
use crate::domain::{Actor, EntryClass};
use crate::port::UnitOfWork;

/// Notes that the actor's account can't process the commit at `seq`.
///
/// # Errors
/// When the account is not a member, or there is no handshake of the present generation at `seq`.
pub fn report_commit(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    seq: u64,
) -> Result<(), ConversationError> {
    let conversation = present(uow, actor, id)?;
    let entry = uow.log().entry(id, seq)?.ok_or(ConversationError::NotFound)?;
    if seq < conversation.generation_seq || entry.class != EntryClass::Handshake {
        return Err(ConversationError::NotFound);
    }
    uow.conversations_mut().add_report(id, actor.account, seq)?;
    Ok(())
}
