//! What time alone brings about.

use beseda_model::Timestamp;

use crate::Event;
use crate::domain::PhoneWait;
use crate::port::{StoreError, UnitOfWork};
use crate::usecase::{group_link, report};

/// Most rows of one kind that one run touches, so that nobody waits long behind it.
const BATCH: u32 = 500;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expired {
    /// Bodies that were dropped.
    pub bodies: u32,
    /// Link requests, links to groups, reports, usernames, tickets, invitations, wake-up tokens, phone codes, key packages and
    /// budgets that were forgotten.
    pub others: u32,
}

/// Drops what has expired, a limited number at a time; run it again at once while `bodies` is not zero.
///
/// # Errors
/// When the store fails.
pub fn expire_due(uow: &mut dyn UnitOfWork, now: Timestamp) -> Result<Expired, StoreError> {
    let mut expired = Expired::default();
    for (conversation, seqs) in uow.log_mut().expire_due(now, BATCH)? {
        expired.bodies = expired.bodies.saturating_add(u32::try_from(seqs.len()).unwrap_or(u32::MAX));
        let members: Vec<_> =
            uow.conversations().members(conversation)?.into_iter().map(|member| member.account).collect();
        uow.emit(Event::Blanked { conversation, members: members.into(), seqs });
    }
    let oldest = now.as_millis().saturating_sub(uow.limits().key_package_age_millis);
    for count in [
        group_link::tend(uow, now, BATCH)?,
        report::tend(uow, now)?,
        uow.accounts_mut().release_usernames(now)?,
        uow.links_mut().delete_expired(now)?,
        uow.tickets_mut().delete_expired(now)?,
        uow.budgets_mut().delete_old(now)?,
        uow.wake_mut().delete_expired(now)?,
        uow.phones_mut().delete_expired(now, PhoneWait::forgotten_before(now))?,
        uow.keys_mut().delete_old(Timestamp::from_millis(oldest), BATCH)?,
    ] {
        expired.others = expired.others.saturating_add(count);
    }
    Ok(expired)
}
