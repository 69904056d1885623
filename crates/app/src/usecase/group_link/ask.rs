use beseda_model::{ConversationId, Timestamp};

use super::{GroupLinkError, put, tell_adders, usable};
use crate::domain::{Actor, Ask, AskState, OverLimit, TokenHash};
use crate::port::{Budget, UnitOfWork};

/// Most bytes of a proof: a signature and what it is over.
const PROOF_BYTES: u64 = 256;

/// Somebody wants to join by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskToJoin {
    /// The hash of the link's token.
    pub token: TokenHash,
    /// That the asker has the link's key.
    pub proof: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// Asks to join; tells which group it is. Whoever asks again by the same link still waits; who was turned down by one is
/// not asked about again.
///
/// # Errors
/// When the link can't be used, the asker is a member or was turned down, or too many wait.
pub fn ask_to_join(uow: &mut dyn UnitOfWork, actor: Actor, cmd: AskToJoin) -> Result<ConversationId, GroupLinkError> {
    let link = usable(uow.view(), &cmd.token, cmd.at)?;
    let id = link.conversation;
    OverLimit::check("proof", PROOF_BYTES, cmd.proof.len())?;
    let member = uow.conversations().member(id, actor.account)?;
    if member.is_some_and(|member| member.until_seq.is_none()) {
        return Err(GroupLinkError::Member { conversation: id });
    }
    let known = uow.group_links().ask(id, actor.account)?;
    match known.as_ref().map(|ask| ask.state) {
        Some(AskState::Declined) if known.as_ref().is_some_and(|ask| ask.link == link.id) => {
            return Err(GroupLinkError::Declined);
        }
        Some(AskState::Waiting | AskState::Taken { .. }) => return Ok(id),
        _ => {}
    }
    let waiting = usize::try_from(uow.group_links().count_asks(id)?).unwrap_or(usize::MAX);
    OverLimit::check("asks_waiting", uow.limits().asks_waiting, waiting.saturating_add(1))?;
    let allowed = uow.limits().asks;
    if !uow.budgets_mut().spend(Budget::Asks, actor.account.as_bytes(), cmd.at, allowed)? {
        return Err(GroupLinkError::BudgetSpent);
    }
    put(
        uow,
        &Ask {
            conversation: id,
            account: actor.account,
            link: link.id,
            proof: cmd.proof,
            at: cmd.at,
            state: AskState::Waiting,
        },
    )?;
    Ok(id)
}

/// Takes one's own request back. There may be none.
///
/// # Errors
/// When the store fails.
pub fn withdraw_ask(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    conversation: ConversationId,
) -> Result<(), GroupLinkError> {
    let ask = uow.group_links().ask(conversation, actor.account)?;
    // That somebody was turned down is remembered.
    if ask.is_some_and(|ask| ask.state != AskState::Declined) {
        uow.group_links_mut().delete_ask(conversation, actor.account)?;
        tell_adders(uow, conversation)?;
    }
    Ok(())
}
