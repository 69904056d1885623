//! Whom somebody may write to or add.

use beseda_model::{AccountId, ConversationId};

use super::ConversationError;
use crate::domain::{Actor, Audience, OverLimit, PrivacySettings};
use crate::port::UnitOfWork;
use crate::usecase::group_link;

/// Whether `other` lets the actor do something that the setting speaks of. A block and a setting are not told apart.
pub(super) fn accepts(
    uow: &dyn UnitOfWork,
    actor: Actor,
    other: AccountId,
    setting: impl FnOnce(&PrivacySettings) -> Audience,
) -> Result<(), ConversationError> {
    let row = uow.accounts().find(other)?.ok_or(ConversationError::NotFound)?;
    let allowed = match setting(&row.privacy) {
        Audience::Everyone => true,
        Audience::Contacts => uow.conversations().are_contacts(actor.account, other)?,
        Audience::Nobody => false,
    };
    if allowed && !uow.accounts().blocks(other, actor.account)? { Ok(()) } else { Err(ConversationError::NotAccepted) }
}

/// Whether these accounts may be brought into a group by the actor: their settings allow it, or they have asked for it.
pub(super) fn may_add(
    uow: &dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<(), ConversationError> {
    for account in accounts.filter(|account| *account != actor.account) {
        if !group_link::is_invited(uow.view(), id, account)? {
            accepts(uow, actor, account, |privacy| privacy.group_adds)?;
        }
        has_room(uow, account, id)?;
    }
    Ok(())
}

/// Whether the account may belong to one more conversation.
pub(super) fn has_room(uow: &dyn UnitOfWork, account: AccountId, id: ConversationId) -> Result<(), ConversationError> {
    let conversations = uow.conversations().list_of(account)?;
    let after = conversations.iter().filter(|other| **other != id).count().saturating_add(1);
    Ok(OverLimit::check("conversations_per_account", uow.limits().conversations_per_account, after)?)
}
