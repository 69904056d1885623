//! What commits, departures and time bring about.

use beseda_model::{AccountId, ConversationId, Timestamp};

use super::{lapse, put};
use crate::domain::{Ask, AskState};
use crate::port::{StoreError, UnitOfWork, View};

/// How long the outcome of a request is kept for the asker, and a refusal for the group.
const KEPT_MILLIS: u64 = 30 * 86_400_000;

/// Whether the account has asked to be added there: then it need not allow it by its settings as well.
pub(crate) fn is_invited(view: &dyn View, id: ConversationId, account: AccountId) -> Result<bool, StoreError> {
    Ok(view.group_links().ask(id, account)?.is_some_and(|ask| ask.state.is_open()))
}

/// The account has become a member: its request is at its end, and the link has one use less.
pub(crate) fn came(uow: &mut dyn UnitOfWork, id: ConversationId, account: AccountId) -> Result<(), StoreError> {
    let Some(ask) = uow.group_links().ask(id, account)?.filter(|ask| ask.state.is_open()) else { return Ok(()) };
    let link = uow.group_links().find_by_id(ask.link)?;
    put(uow, &Ask { state: AskState::Joined, ..ask })?;
    let Some(link) = link else { return Ok(()) };
    match link.left {
        None => Ok(()),
        Some(left) if left > 1 => uow.group_links_mut().set_left(link.id, left.saturating_sub(1)),
        Some(_) => {
            uow.group_links_mut().delete(link.id)?;
            lapse(uow, &link)
        }
    }
}

/// The account is no longer a member: its links are void.
pub(crate) fn went(uow: &mut dyn UnitOfWork, id: ConversationId, account: AccountId) -> Result<(), StoreError> {
    for link in uow.group_links().list(id)? {
        if link.by == account {
            uow.group_links_mut().delete(link.id)?;
            lapse(uow, &link)?;
        }
    }
    Ok(())
}

/// The account is another person now, or nobody: what it has asked for is forgotten.
pub(crate) fn forget_account(uow: &mut dyn UnitOfWork, account: AccountId) -> Result<(), StoreError> {
    for ask in uow.group_links().asks_of(account)? {
        uow.group_links_mut().delete_ask(ask.conversation, account)?;
        super::tell_adders(uow, ask.conversation)?;
    }
    Ok(())
}

/// Links that have expired, requests that a device has left lying, answers that are old.
pub(crate) fn tend(uow: &mut dyn UnitOfWork, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let mut count = 0_u32;
    for link in uow.group_links_mut().expired(now, limit)? {
        uow.group_links_mut().delete(link.id)?;
        lapse(uow, &link)?;
        count = count.saturating_add(1);
    }
    for ask in uow.group_links_mut().abandoned(now, limit)? {
        put(uow, &Ask { state: AskState::Waiting, ..ask })?;
        count = count.saturating_add(1);
    }
    let before = Timestamp::from_millis(now.as_millis().saturating_sub(KEPT_MILLIS));
    Ok(count.saturating_add(uow.group_links_mut().delete_answered(before, limit)?))
}
