use std::sync::Arc;

use beseda_model::{AccountId, ConversationId, DeviceId, Timestamp};

use crate::domain::Sleeper;
use crate::port::{StoreError, View};

/// A counted entry that was added to a log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which log.
    pub conversation: ConversationId,
    /// The members at this entry.
    pub members: Arc<[AccountId]>,
    /// The device that sent it.
    pub by: DeviceId,
}

/// The devices that are to be woken for an entry, if they have no connection: those of the other members who do not
/// block its sender, where the conversation is not muted.
///
/// # Errors
/// When the store fails.
pub fn whom_to_wake(view: &dyn View, entry: &Entry, now: Timestamp) -> Result<Vec<Sleeper>, StoreError> {
    let Some(sender) = view.devices().find(entry.by)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for member in entry.members.iter().filter(|member| **member != sender.account) {
        let sleepers = view.wake().sleepers(*member, Some(entry.conversation), now)?;
        if !sleepers.is_empty() && !view.accounts().blocks(*member, sender.account)? {
            found.extend(sleepers);
        }
    }
    Ok(found)
}

/// The account's devices that may take away what they show of what was read on another one.
///
/// # Errors
/// When the store fails.
pub fn who_reads_elsewhere(view: &dyn View, account: AccountId, now: Timestamp) -> Result<Vec<Sleeper>, StoreError> {
    let mut sleepers = view.wake().sleepers(account, None, now)?;
    sleepers.retain(|sleeper| sleeper.subscription.quietly);
    Ok(sleepers)
}
