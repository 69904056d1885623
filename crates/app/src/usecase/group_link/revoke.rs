use beseda_model::{Action, ConversationId, GroupLinkId, Role, decide};

use super::{GroupLinkError, adder, lapse};
use crate::domain::Actor;
use crate::port::UnitOfWork;

/// Takes a link back; whoever waits by it is told. Its maker may, and whoever may remove people.
///
/// # Errors
/// When there is no such link, or it is somebody else's.
pub fn revoke_group_link(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    conversation: ConversationId,
    id: GroupLinkId,
) -> Result<(), GroupLinkError> {
    let (group, role) = adder(uow.view(), actor, conversation)?;
    let link = uow.group_links().find_by_id(id)?.filter(|link| link.conversation == conversation);
    let link = link.ok_or(GroupLinkError::NotFound)?;
    if link.by != actor.account {
        decide(group.kind, &group.policy.permissions, role, Action::Remove { target: Role::Member })?;
    }
    uow.group_links_mut().delete(id)?;
    lapse(uow, &link)?;
    Ok(())
}
