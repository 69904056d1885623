//! Repair of messages: a device that could not decrypt one asks for it in the group; its author's devices send it again,
//! within narrow limits; and where nobody can, that is said for good.

use beseda_model::{ConversationId, DeviceId, MessageId, Timestamp};
use beseda_wire::content::{Authored, Content, Repair, RepairAnswer, RepairRequest};
use beseda_wire::state::EntryClass;
use rusqlite::OptionalExtension;

use crate::Step;
use crate::log::arrival::Arrival;
use crate::log::made_at;
use crate::outbox::{self, EnqueueOptions};
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::store::{StoreError, members};
use crate::timeline;

/// Messages older than this are not sent again.
const WITHIN: u64 = 30 * 86_400_000;

/// An unanswered request is repeated after this long, once.
const AGAIN_AFTER: u64 = 86_400_000;

const TRIES: i64 = 2;

/// Message ids in one request.
const AT_ONCE: i64 = 50;

/// A message could not be decrypted here: its author will be asked.
pub(crate) fn ask_for(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    seq: u64,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO asks (conversation, message, seq, asked_at, tries) VALUES (?1, ?2, ?3, 0, 0)",
        )?
        .execute((conversation.as_bytes(), message.as_bytes(), seq.cast_signed()))?;
    Ok(())
}

/// Asks, asks again, and gives up.
pub(crate) fn act(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    let before = step.now.as_millis().saturating_sub(AGAIN_AFTER).cast_signed();
    let due: Vec<(Vec<u8>, i64)> = step
        .tx
        .prepare_cached(
            "SELECT message, tries FROM asks WHERE conversation = ?1 AND (tries = 0 OR asked_at <= ?2) LIMIT ?3",
        )?
        .query_map((row.id.as_bytes(), before, AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut ids = Vec::new();
    for (message, tries) in due {
        let message = MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("asks"))?;
        if tries >= TRIES || step.now.millis_since(made_at(message)) > WITHIN {
            forget(step, row.id, message)?;
            timeline::unrecoverable(step, row.id, message)?;
            continue;
        }
        step.tx
            .prepare_cached(
                "UPDATE asks SET tries = tries + 1, asked_at = ?3 WHERE conversation = ?1 AND message = ?2",
            )?
            .execute((row.id.as_bytes(), message.as_bytes(), step.now.as_millis().cast_signed()))?;
        ids.push(message);
    }
    step.place(row.id).ask_at = next_ask(step, row.id)?;
    if ids.is_empty() {
        return Ok(());
    }
    send(step, row.id, Repair::Request(RepairRequest { ids }))
}

/// When there is something to ask again for, or to give up.
fn next_ask(step: &Step<'_>, conversation: ConversationId) -> Result<Option<Timestamp>, StoreError> {
    let first: Option<i64> = step
        .tx
        .prepare_cached("SELECT min(asked_at) FROM asks WHERE conversation = ?1")?
        .query_row([conversation.as_bytes()], |row| row.get(0))?;
    Ok(first.map(|at| Timestamp::from_millis(at.cast_unsigned()).plus_millis(AGAIN_AFTER)))
}

fn send(step: &mut Step<'_>, conversation: ConversationId, repair: Repair) -> Result<(), StoreError> {
    let authored = Authored { at: step.now, content: Content::Repair(repair) };
    let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
    outbox::enqueue(step, conversation, &authored, options)?;
    Ok(())
}

fn forget(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("DELETE FROM asks WHERE conversation = ?1 AND message = ?2")?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    Ok(())
}

/// Nobody will answer any more what was asked here about entries before `before`.
pub(crate) fn give_up(step: &mut Step<'_>, conversation: ConversationId, before: u64) -> Result<(), StoreError> {
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let asked: Vec<Vec<u8>> = step
        .tx
        .prepare_cached("SELECT message FROM asks WHERE conversation = ?1 AND seq < ?2")?
        .query_map((conversation.as_bytes(), before), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for message in asked {
        let message = MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("asks"))?;
        forget(step, conversation, message)?;
        timeline::unrecoverable(step, conversation, message)?;
    }
    Ok(())
}

/// Somebody asks. Only own messages that are still there are sent again, only to somebody who belonged here when they
/// were sent, only twice, and only for a month.
pub(crate) fn requested(
    step: &mut Step<'_>,
    row: &Conversation,
    arrival: &Arrival,
    ids: &[MessageId],
) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    let Some(since) = members::since(step.tx, row.id, arrival.sender_account)? else { return Ok(()) };
    for id in ids.iter().take(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
        if step.now.millis_since(made_at(*id)) > WITHIN {
            continue;
        }
        let Some(seq) = sent_at(step, row.id, me.device, *id)? else { continue };
        if seq < since || !may_answer(step, row.id, arrival.sender_device, *id)? {
            continue;
        }
        let may_have = timeline::once::may_be_told_again(step.tx, row.id, *id, arrival.sender_account)?;
        let content = if may_have { timeline::own_content(step.tx, row.id, *id)? } else { None };
        let answer = RepairAnswer { device: arrival.sender_device, id: *id, content: content.map(Into::into) };
        send(step, row.id, Repair::Answer(answer))?;
    }
    Ok(())
}

/// Where a message of this very device stands in the log.
fn sent_at(
    step: &Step<'_>,
    conversation: ConversationId,
    device: DeviceId,
    message: MessageId,
) -> Result<Option<u64>, StoreError> {
    let seq: Option<i64> = step
        .tx
        .prepare_cached("SELECT seq FROM received WHERE conversation = ?1 AND device = ?2 AND message = ?3")?
        .query_row((conversation.as_bytes(), device.as_bytes(), message.as_bytes()), |row| row.get(0))
        .optional()?;
    Ok(seq.map(i64::cast_unsigned))
}

fn may_answer(
    step: &mut Step<'_>,
    conversation: ConversationId,
    device: DeviceId,
    message: MessageId,
) -> Result<bool, StoreError> {
    let count: i64 = step
        .tx
        .prepare_cached(
            "INSERT INTO repairs (conversation, device, message, count) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
        )?
        .query_row((conversation.as_bytes(), device.as_bytes(), message.as_bytes()), |row| row.get(0))?;
    Ok(count <= TRIES)
}

/// An answer for this device has come.
pub(crate) fn answered(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    is_there: bool,
) -> Result<(), StoreError> {
    forget(step, conversation, message)?;
    if is_there { Ok(()) } else { timeline::unrecoverable(step, conversation, message) }
}
