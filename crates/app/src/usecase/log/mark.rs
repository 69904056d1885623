use beseda_model::ConversationId;

use super::LogError;
use crate::Event;
use crate::domain::{Actor, Member};
use crate::port::UnitOfWork;

/// New marks of the actor's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub conversation: ConversationId,
    /// Received up to and with this entry.
    pub delivered: Option<u64>,
    /// Read up to and with this entry, and so received too.
    pub read: Option<u64>,
}

/// Moves marks forward; what would move them back, or beyond the log's end, is cut off there.
///
/// # Errors
/// When the actor's account is not a member.
pub fn mark(uow: &mut dyn UnitOfWork, actor: Actor, cmd: Mark) -> Result<(), LogError> {
    let id = cmd.conversation;
    let member = uow.conversations().member(id, actor.account)?.ok_or(LogError::NotAMember)?;
    if member.until_seq.is_some() {
        return Err(LogError::NotAMember);
    }
    let last_seq = uow.conversations().find(id)?.ok_or(LogError::NotAMember)?.last_seq;
    let read = cmd.read.unwrap_or(0).min(last_seq).max(member.read);
    let delivered = cmd.delivered.unwrap_or(0).min(last_seq).max(member.delivered).max(read);
    if (delivered, read) == (member.delivered, member.read) {
        return Ok(());
    }
    let read_count = if read == member.read { member.read_count } else { uow.log().count_at(id, read)? };
    uow.conversations_mut().set_marks(id, &Member { delivered, read, read_count, ..member })?;
    let read_shown = uow.accounts().find(actor.account)?.is_some_and(|account| account.privacy.read_marks);
    let members: Vec<_> = uow.conversations().members(id)?.into_iter().map(|member| member.account).collect();
    // The account's other devices count what is unread anew.
    uow.emit(Event::ConversationChanged { conversation: id, accounts: [actor.account].into() });
    uow.emit(Event::Marked {
        conversation: id,
        members: members.into(),
        account: actor.account,
        delivered,
        read,
        read_shown,
    });
    Ok(())
}
