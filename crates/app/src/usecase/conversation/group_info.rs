use beseda_model::{ConversationId, Timestamp};

use super::ConversationError;
use super::settle::present;
use crate::domain::{Actor, Lease};
use crate::port::UnitOfWork;

/// How long one device may take to join before the next one may try.
const LEASE_MILLIS: u64 = 5_000;
/// When to try again while somebody's wish to leave waits to be carried out.
pub(super) const RETRY_MILLIS: u64 = 1_000;

/// What an external join needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinInfo {
    /// As posted with the last commit.
    pub group_info: Vec<u8>,
    /// The present ratchet tree.
    pub tree: Vec<u8>,
    /// The log's last entry.
    pub last_seq: u64,
    /// The hash chain's value there.
    pub chain: [u8; 32],
    /// The wishes to leave that nobody is left to carry out: the way in is a successor, not an external commit.
    pub proposals: Vec<Vec<u8>>,
}

/// Gives a member's device what it needs to join, and reserves the right to for a few seconds.
///
/// # Errors
/// When another device is joining, or somebody's leaving must be carried out before and there is who can.
pub fn group_info(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    at: Timestamp,
) -> Result<JoinInfo, ConversationError> {
    let conversation = present(uow, actor, id)?;
    let state = uow.groups().state(id)?.ok_or(ConversationError::NotFound)?;
    if !state.proposals.is_empty() && !is_deserted(uow, id)? {
        return Err(ConversationError::JoinLater { retry_after_ms: RETRY_MILLIS });
    }
    wait_for_others(uow, actor, id, at)?;
    let until = at.plus_millis(LEASE_MILLIS);
    uow.conversations_mut().set_lease(id, Some(Lease { device: actor.device, until }))?;
    Ok(JoinInfo {
        group_info: state.group_info,
        tree: state.ratchet_tree,
        last_seq: conversation.last_seq,
        chain: conversation.chain,
        proposals: state.proposals,
    })
}

/// Whether no device is in the group that could commit anything: all of them are gone, or their people are.
pub(super) fn is_deserted(uow: &dyn UnitOfWork, id: ConversationId) -> Result<bool, ConversationError> {
    Ok(uow.conversations().leaves(id)?.iter().all(|leaf| leaf.due))
}

/// Refuses the actor while another device has the right to join.
pub(super) fn wait_for_others(
    uow: &dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    at: Timestamp,
) -> Result<(), ConversationError> {
    let Some(lease) = uow.conversations().lease(id)? else { return Ok(()) };
    let left = lease.until.millis_since(at);
    // A clock that jumped back must not lock everybody out.
    if lease.device == actor.device || left == 0 || left > LEASE_MILLIS {
        return Ok(());
    }
    Err(ConversationError::JoinLater { retry_after_ms: left })
}
