//! Judging commits outside the writer.

use std::collections::BTreeMap;

use beseda_crypto::aad::CommitAad;
use beseda_crypto::header;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_model::commit::{CommitEffect, PolicyFact};
use beseda_model::device_log::DeviceLog;
use beseda_model::{AccountId, MessageId, Policy};

use super::{Bundle, ConversationError, PostedWelcome};
use crate::domain::{Actor, Leaf};
use crate::port::{StoreError, View};
use crate::usecase::device::verified_log;

/// Device logs that something is judged by.
pub(super) type Logs = BTreeMap<AccountId, DeviceLog>;

/// A commit that was found valid, with all that follows from it.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    /// The bytes of the commit.
    pub(super) commit: Vec<u8>,
    /// What it changes.
    pub(super) effect: CommitEffect,
    /// The sender's id for it.
    pub(super) message: MessageId,
    /// Which send of the device it is.
    pub(super) send_no: u64,
    /// The epoch that it leads to.
    pub(super) epoch: u64,
    /// For the devices that it adds.
    pub(super) welcome: Option<PostedWelcome>,
    /// The group after it.
    pub(super) group: Group,
}

/// A group's public state and its leaves.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) state: GroupState,
    pub(super) leaves: Vec<Leaf>,
}

impl Group {
    pub(super) fn of(live: &LiveGroup, state: GroupState) -> Result<Self, ConversationError> {
        let leaves = live.leaves().map_err(|_| StoreError::Corrupt { table: "groups", column: "tree" })?;
        let leaves = leaves
            .into_iter()
            .map(|leaf| Leaf {
                index: leaf.index,
                account: leaf.identity.account,
                device: leaf.identity.device,
                due: false,
            })
            .collect();
        Ok(Self { state, leaves })
    }
}

/// Judges a commit of the actor and applies it to the group in memory.
pub(super) fn judge(live: LiveGroup, actor: Actor, bundle: &Bundle, logs: &Logs) -> Result<Judged, ConversationError> {
    let checked = live.check_commit(&bundle.commit, &bundle.group_info, logs)?;
    let committer = checked.effect.committer;
    if (committer.account, committer.device) != (actor.account, actor.device) {
        return Err(ConversationError::NotByPoster);
    }
    let (effect, epoch) = (checked.effect.clone(), checked.epoch);
    let (message, send_no) = (checked.aad.message.message, checked.aad.message.send_no);
    if i64::try_from(send_no).is_err() {
        return Err(ConversationError::Malformed);
    }
    let (live, state) = live.apply(checked)?;
    let welcome = bundle.welcome.clone().map(|welcome| PostedWelcome {
        devices: welcome
            .devices
            .into_iter()
            .filter(|device| !effect.external_join && effect.devices_added.iter().any(|leaf| leaf.device == *device))
            .collect(),
        ..welcome
    });
    let group = Group::of(&live, state)?;
    Ok(Judged { commit: bundle.commit.clone(), effect, message, send_no, epoch, welcome, group })
}

/// Accounts whose device logs a commit cites.
pub(super) fn cited(commit: &[u8]) -> Result<Vec<AccountId>, ConversationError> {
    let header = header::peek(commit).map_err(|_| ConversationError::Malformed)?;
    let aad = CommitAad::from_bytes(header.aad).map_err(|_| ConversationError::Malformed)?;
    Ok(aad.cited().iter().map(|log| log.account).collect())
}

/// The verified device logs of these accounts, without those that do not exist.
pub(super) fn logs(view: &dyn View, accounts: &[AccountId]) -> Result<Logs, ConversationError> {
    let mut logs = Logs::new();
    for account in accounts {
        if !logs.contains_key(account) && view.accounts().find(*account)?.is_some() {
            logs.insert(*account, verified_log(view, *account)?);
        }
    }
    Ok(logs)
}

/// The policy of a group that was loaded.
pub(super) fn policy(live: &LiveGroup) -> Result<Policy, ConversationError> {
    match live.policy() {
        PolicyFact::Known(policy) => Ok(policy),
        PolicyFact::Unknown { .. } | PolicyFact::Malformed | PolicyFact::Absent => Err(ConversationError::Malformed),
    }
}
