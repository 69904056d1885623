use beseda_model::{ConversationId, GroupLinkId, Timestamp};

use super::{GroupLinkError, adder};
use crate::domain::{Actor, GroupLink, OverLimit, TokenHash};
use crate::port::UnitOfWork;

/// A new link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeGroupLink {
    /// Its id, made by the maker.
    pub id: GroupLinkId,
    /// Into which group.
    pub conversation: ConversationId,
    /// The hash of its token, which the maker keeps.
    pub token: TokenHash,
    /// For those who have the token.
    pub body: Vec<u8>,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// How many may come in by it.
    pub uses: Option<u32>,
    /// When.
    pub at: Timestamp,
}

/// Makes a link to a group. Made again after a lost answer, it is the same.
///
/// # Errors
/// When the actor may not add people, or there are too many links.
pub fn make_group_link(uow: &mut dyn UnitOfWork, actor: Actor, cmd: MakeGroupLink) -> Result<(), GroupLinkError> {
    adder(uow.view(), actor, cmd.conversation)?;
    OverLimit::check("group_link_bytes", uow.limits().group_link_bytes, cmd.body.len())?;
    if let Some(known) = uow.group_links().find_by_id(cmd.id)? {
        let same = (known.by, known.conversation, known.token) == (actor.account, cmd.conversation, cmd.token);
        return if same { Ok(()) } else { Err(GroupLinkError::Taken) };
    }
    if uow.group_links().find(&cmd.token)?.is_some() {
        return Err(GroupLinkError::Taken);
    }
    let after = uow.group_links().list(cmd.conversation)?.len().saturating_add(1);
    OverLimit::check("group_links", uow.limits().group_links, after)?;
    uow.group_links_mut().insert(&GroupLink {
        id: cmd.id,
        conversation: cmd.conversation,
        by: actor.account,
        token: cmd.token,
        body: cmd.body,
        created_at: cmd.at,
        expires_at: cmd.expires_at,
        left: cmd.uses,
    })?;
    Ok(())
}
