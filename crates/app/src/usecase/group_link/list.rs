use beseda_model::{ConversationId, Timestamp};

use super::{GroupLinkError, adder, is_group, may_add, usable};
use crate::domain::{Actor, Ask, GroupLink, TokenHash};
use crate::port::{StoreError, View};

/// An open request with what the link says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingAsk {
    /// The request.
    pub ask: Ask,
    /// The link's body; empty if the link is gone.
    pub body: Vec<u8>,
}

/// The group's links, for those who may add people.
///
/// # Errors
/// When the actor may not.
pub fn group_links(
    view: &dyn View,
    actor: Actor,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Vec<GroupLink>, GroupLinkError> {
    adder(view, actor, conversation)?;
    Ok(view.group_links().list(conversation)?.into_iter().filter(|link| link.is_valid(now)).collect())
}

/// What a link leads to, for whoever has it.
///
/// # Errors
/// When it can't be used.
pub fn show_group_link(view: &dyn View, token: &TokenHash, now: Timestamp) -> Result<GroupLink, GroupLinkError> {
    usable(view, token, now)
}

/// Open requests to join the group, for those who may add people.
///
/// # Errors
/// When the actor may not.
pub fn asks(view: &dyn View, actor: Actor, conversation: ConversationId) -> Result<Vec<WaitingAsk>, GroupLinkError> {
    adder(view, actor, conversation)?;
    let mut all = Vec::new();
    for ask in view.group_links().asks(conversation)? {
        let body = view.group_links().find_by_id(ask.link)?.map(|link| link.body).unwrap_or_default();
        all.push(WaitingAsk { ask, body });
    }
    Ok(all)
}

/// How many open requests there are that the account may answer.
///
/// # Errors
/// When the store fails.
pub fn waiting(view: &dyn View, actor: Actor, id: ConversationId) -> Result<u32, StoreError> {
    let count = view.group_links().count_asks(id)?;
    if count == 0 {
        return Ok(0);
    }
    let Some(conversation) = view.conversations().find(id)?.filter(|found| is_group(found.kind)) else { return Ok(0) };
    let member = view.conversations().member(id, actor.account)?.filter(|member| member.until_seq.is_none());
    let may = member.is_some_and(|member| may_add(&conversation, member.role).is_ok());
    Ok(if may { count } else { 0 })
}
