use beseda_crypto::aad::MessageAad;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_model::{ConversationId, DeviceId, Timestamp};

use super::ConversationError;
use super::settle::{members, present};
use crate::Event;
use crate::domain::{Actor, Appended, EntryClass, Member, NewEntry, OverLimit};
use crate::port::{Store, UnitOfWork};

const ATTEMPTS: u32 = 4;

struct Judged {
    id: ConversationId,
    from: (u32, u64),
    roster_version: u64,
    aad: MessageAad,
    state: GroupState,
    body: Vec<u8>,
}

/// The actor's account leaves: it is cut off at once, and the removal of its leaves is due. Blocks; it judges on this
/// thread.
///
/// # Errors
/// When it is not a wish to leave, or the account may not leave now.
pub fn propose(store: &dyn Store, actor: Actor, message: &[u8], at: Timestamp) -> Result<Appended, ConversationError> {
    for _ in 0..ATTEMPTS {
        let judged = judge(store, actor, message)?;
        match store.write_blocking(move |uow| write(uow, actor, &judged, at)) {
            Err(ConversationError::Raced) => {}
            outcome => return outcome,
        }
    }
    Err(ConversationError::Raced)
}

fn judge(store: &dyn Store, actor: Actor, message: &[u8]) -> Result<Judged, ConversationError> {
    let header = header::peek(message).map_err(|_| ConversationError::Malformed)?;
    let group = GroupId::from_bytes(header.group_id).map_err(|_| ConversationError::Malformed)?;
    let (id, size) = (group.conversation, message.len());
    let given = (group.generation, header.epoch);
    let (from, roster_version, state) = store.read_blocking(move |view| {
        OverLimit::check("message_bytes", view.limits().message_bytes, size)?;
        let member = view.conversations().member(id, actor.account)?;
        if member.is_none_or(|member| member.until_seq.is_some()) {
            return Err(ConversationError::NotAMember);
        }
        let now = view.conversations().find(id)?.ok_or(ConversationError::NotAMember)?;
        let state = view.groups().state(id)?.ok_or(ConversationError::NotFound)?;
        Ok(((now.generation, now.epoch), now.roster_version, state))
    })?;
    if given != from {
        return Err(ConversationError::StaleEpoch { generation: from.0, epoch: from.1 });
    }
    let live = LiveGroup::load(&state)?;
    let checked = live.check_proposal(message)?;
    let leaver = checked.leaf.identity;
    if (leaver.account, leaver.device) != (actor.account, actor.device) {
        return Err(ConversationError::NotByPoster);
    }
    let aad = checked.aad;
    if i64::try_from(aad.send_no).is_err() {
        return Err(ConversationError::Malformed);
    }
    let (_, state) = live.apply_proposal(checked)?;
    Ok(Judged { id, from, roster_version, aad, state, body: message.to_vec() })
}

fn write(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    judged: &Judged,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    let id = judged.id;
    let now = present(uow, actor, id)?;
    if (now.generation, now.epoch) != judged.from {
        return Err(ConversationError::StaleEpoch { generation: now.generation, epoch: now.epoch });
    }
    if now.roster_version != judged.roster_version {
        return Err(ConversationError::Raced);
    }
    let entry = uow.log_mut().append(
        id,
        &NewEntry {
            by: actor.device,
            message: Some(judged.aad.message),
            send_no: Some(judged.aad.send_no),
            class: EntryClass::Handshake,
            at,
            body: judged.body.clone(),
            expires_at: None,
        },
    )?;
    let seq = entry.seq;
    let everybody = members(uow, id)?;
    uow.emit(Event::Appended {
        conversation: id,
        members: everybody.clone().into(),
        entry: entry.into(),
        by: actor.device,
    });
    let member = uow.conversations().member(id, actor.account)?.ok_or(ConversationError::NotAMember)?;
    uow.conversations_mut().put_member(id, &Member { until_seq: Some(seq), ..member })?;
    let own: Vec<DeviceId> = uow
        .conversations()
        .leaves(id)?
        .into_iter()
        .filter(|leaf| leaf.account == actor.account)
        .map(|leaf| leaf.device)
        .collect();
    uow.conversations_mut().mark_due(&own, Some(id))?;
    uow.groups_mut().put_state(id, &judged.state)?;
    uow.emit(Event::ConversationChanged { conversation: id, accounts: everybody.into() });
    Ok(Appended { seq, at })
}
