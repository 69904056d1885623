//! Writing down what a commit that was found valid brings about.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Timestamp};

use super::judge::{Group, Judged};
use super::{ConversationError, privacy};
use crate::Event;
use crate::domain::{
    Actor, Appended, Change, Conversation, Entry, EntryClass, Leaf, Member, NewEntry, OverLimit, WaitingWelcome,
};
use crate::port::{StoreError, UnitOfWork};
use crate::usecase::group_link;

/// The conversation, if the actor's device is current and its account a member.
pub(super) fn present(
    uow: &dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
) -> Result<Conversation, ConversationError> {
    let conversation = uow.conversations().find(id)?.ok_or(ConversationError::NotAMember)?;
    let member = uow.conversations().member(id, actor.account)?;
    if member.is_none_or(|member| member.until_seq.is_some()) {
        return Err(ConversationError::NotAMember);
    }
    let device = uow.devices().find(actor.device)?;
    if device.is_none_or(|device| device.removed || device.account != actor.account) {
        return Err(ConversationError::DeviceRevoked);
    }
    Ok(conversation)
}

/// Adds a handshake to the log and tells the present members.
pub(super) fn append_handshake(
    uow: &mut dyn UnitOfWork,
    id: ConversationId,
    actor: Actor,
    message: Option<&Judged>,
    body: &[u8],
    at: Timestamp,
) -> Result<Entry, ConversationError> {
    let entry = uow.log_mut().append(
        id,
        &NewEntry {
            by: actor.device,
            message: message.map(|judged| judged.message),
            send_no: message.map(|judged| judged.send_no),
            class: EntryClass::Handshake,
            at,
            body: body.to_vec(),
            expires_at: None,
        },
    )?;
    let members = members(uow, id)?;
    uow.emit(Event::Appended {
        conversation: id,
        members: members.into(),
        entry: entry.clone().into(),
        by: actor.device,
    });
    Ok(entry)
}

pub(super) fn members(uow: &dyn UnitOfWork, id: ConversationId) -> Result<Vec<AccountId>, StoreError> {
    Ok(uow.conversations().members(id)?.into_iter().map(|member| member.account).collect())
}

/// Writes a commit: its entry, the roster that follows, the group's new state and the Welcomes. The epoch was compared
/// and set before. Whoever it brings in must accept that, whether it is a commit of its own or the first of a generation.
pub(super) fn settle(
    uow: &mut dyn UnitOfWork,
    id: ConversationId,
    actor: Actor,
    judged: &Judged,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    may_come(uow, id, actor, judged)?;
    // New members may read the entry that brings them in, those who go the one that removes them.
    let count = uow.conversations().find(id)?.ok_or(ConversationError::NotFound)?.count;
    let seq = uow.conversations().find(id)?.ok_or(ConversationError::NotFound)?.last_seq.saturating_add(1);
    for entry in &judged.effect.joined {
        let member = Member::new(entry.account, entry.root, entry.role, seq, count);
        uow.conversations_mut().put_member(id, &member)?;
        group_link::came(uow, id, entry.account)?;
    }
    let entry = append_handshake(uow, id, actor, Some(judged), &judged.commit, at)?;
    let before = members(uow, id)?;
    for account in judged.effect.removed.iter().chain(&judged.effect.left) {
        change_member(uow, id, *account, |member| Member {
            until_seq: Some(member.until_seq.unwrap_or(seq)),
            ..member
        })?;
        group_link::went(uow, id, *account)?;
    }
    for change in &judged.effect.roles {
        change_member(uow, id, change.account, |member| Member { role: change.to, ..member })?;
    }
    for change in &judged.effect.roots {
        change_member(uow, id, change.account, |member| Member { root: change.to, ..member })?;
    }
    put_group(uow, id, &judged.group)?;
    if let Some(welcome) = &judged.welcome {
        let waiting = WaitingWelcome {
            message: welcome.message.clone(),
            tree: judged.group.state.ratchet_tree.clone(),
            seq,
            chain: entry.chain,
        };
        uow.groups_mut().put_welcome(id, &welcome.devices, &waiting)?;
        for device in &welcome.devices {
            announce_welcome(uow, id, *device, seq)?;
        }
    }
    uow.emit(Event::ConversationChanged { conversation: id, accounts: before.into() });
    Ok(Appended { seq, at })
}

/// Stores the group's state and leaves. A leaf whose device or account is gone by now is due at once.
pub(super) fn put_group(uow: &mut dyn UnitOfWork, id: ConversationId, group: &Group) -> Result<(), ConversationError> {
    let members = members(uow, id)?;
    let mut leaves = Vec::with_capacity(group.leaves.len());
    for leaf in &group.leaves {
        let device = uow.devices().find(leaf.device)?;
        let gone = device.is_none_or(|device| device.removed) || members.binary_search(&leaf.account).is_err();
        leaves.push(Leaf { due: gone, ..*leaf });
    }
    uow.groups_mut().put_state(id, &group.state)?;
    uow.conversations_mut().set_leaves(id, &leaves)?;
    Ok(())
}

fn may_come(uow: &dyn UnitOfWork, id: ConversationId, actor: Actor, judged: &Judged) -> Result<(), ConversationError> {
    let policy = &judged.effect.policy;
    OverLimit::check("members_per_conversation", uow.limits().members_per_conversation, policy.roster.len())?;
    OverLimit::check("devices_per_conversation", uow.limits().devices_per_conversation, judged.group.leaves.len())?;
    if policy.kind == ConversationKind::Group {
        privacy::may_add(uow, actor, id, judged.effect.joined.iter().map(|entry| entry.account))?;
    }
    Ok(())
}

fn change_member(
    uow: &mut dyn UnitOfWork,
    id: ConversationId,
    account: AccountId,
    change: impl FnOnce(Member) -> Member,
) -> Result<(), StoreError> {
    match uow.conversations().member(id, account)? {
        Some(member) => uow.conversations_mut().put_member(id, &change(member)),
        None => Ok(()),
    }
}

fn announce_welcome(
    uow: &mut dyn UnitOfWork,
    conversation: ConversationId,
    device: DeviceId,
    seq: u64,
) -> Result<(), StoreError> {
    if let Some(row) = uow.devices().find(device)? {
        uow.emit(Event::Changed {
            accounts: [row.account].into(),
            device: Some(device),
            change: Change::Welcome { conversation, seq },
        });
    }
    Ok(())
}
