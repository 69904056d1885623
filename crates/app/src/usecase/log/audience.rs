use beseda_model::{AccountId, ConversationId, ConversationKind};

use super::LogError;
use crate::domain::Actor;
use crate::port::View;

/// The accounts that an ephemeral frame of the actor goes to: the present members, the actor's own account included.
///
/// # Errors
/// When the actor is not a member, or blocked in a direct conversation, or waits there to be accepted.
pub fn audience(view: &dyn View, actor: Actor, id: ConversationId) -> Result<Vec<AccountId>, LogError> {
    let conversation = view.conversations().find(id)?.ok_or(LogError::NotAMember)?;
    let members: Vec<_> = view.conversations().members(id)?.into_iter().map(|member| member.account).collect();
    if members.binary_search(&actor.account).is_err() {
        return Err(LogError::NotAMember);
    }
    if conversation.kind == ConversationKind::Direct {
        if conversation.request.is_some() {
            return Err(LogError::NotAccepted);
        }
        for other in members.iter().filter(|other| **other != actor.account) {
            let accounts = view.accounts();
            if accounts.blocks(*other, actor.account)? || accounts.blocks(actor.account, *other)? {
                return Err(LogError::NotAccepted);
            }
        }
    }
    Ok(members)
}
