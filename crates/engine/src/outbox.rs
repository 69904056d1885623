//! What waits to be sent. A row holds the content until it is sealed under the present epoch, then the exact bytes that
//! are sent, and goes when the log shows them.

mod send;

use beseda_crypto::chain;
use beseda_model::{Code, ConversationId, MessageId, Timestamp};
use beseda_wire::content::Authored;
use beseda_wire::state::{Entry, EntryClass};
use beseda_wire::{Bytes, Problem};
use rusqlite::{Connection, OptionalExtension};

use crate::api::failure::Failure;
use crate::api::file::FileNumber;
use crate::api::reason::Reason;
use crate::session::reply::AFTER_FAILURE;
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::store::{StoreError, entries};
use crate::{Step, identity, log, timeline};

pub(crate) use send::send;

const SEALED: i64 = 1;
const FAILED: i64 = 2;
/// The server has answered; the log has not shown it yet.
const ACCEPTED: i64 = 3;

/// A request that the server could not carry out is repeated this often.
const ATTEMPTS: u32 = 8;

/// How a message is to be sent.
#[derive(Debug, Clone, Default)]
pub struct EnqueueOptions {
    /// How it counts.
    pub class: EntryClass,
    /// From when on the server may drop the body; rounded up to a full hour.
    pub expires_at: Option<Timestamp>,
    /// Entries whose bodies it blanks.
    pub blank: Vec<u64>,
    /// Its id, if one was chosen already.
    pub message_id: Option<MessageId>,
}

/// How many things wait to be exchanged with the server, in one conversation or in all: messages and silent content,
/// changes of groups, marks; and the other way round conversations that are not caught up or not joined yet. In all, also
/// what lets others add this device. What has failed for good does not wait.
///
/// # Errors
/// When the database fails.
pub fn pending(conn: &Connection, conversation: Option<ConversationId>) -> Result<u64, StoreError> {
    let only = conversation.map(|id| id.as_bytes().to_vec());
    let count: i64 = conn
        .prepare_cached(
            "SELECT (SELECT count(*) FROM outbox WHERE state < ?2 AND (?1 IS NULL OR conversation = ?1)) \
             + (SELECT count(*) FROM intents WHERE ?1 IS NULL OR conversation = ?1) \
             + (SELECT count(*) FROM conversations \
                WHERE known = 1 AND member = 1 AND (?1 IS NULL OR conversation = ?1) \
                AND (standing = 0 OR (standing = 1 AND (applied < last_seq \
                     OR applied > max(delivered_sent, delivered) OR (read_wanted > read AND request_from = x'')))))",
        )?
        .query_row((only, FAILED), |row| row.get(0))?;
    let of_account = if conversation.is_none() { identity::pending(conn)? } else { 0 };
    Ok(count.unsigned_abs() + of_account)
}

/// Puts a message into the outbox; it leaves as soon as the conversation allows.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    step: &mut Step<'_>,
    conversation: ConversationId,
    authored: &Authored,
    options: EnqueueOptions,
) -> Result<MessageId, StoreError> {
    let message = options.message_id.unwrap_or_else(|| MessageId::new(step.now, step.rng));
    step.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO outbox (conversation, message, class, expires_at, blank, content, state) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
        )?
        .execute((
            conversation.as_bytes(),
            message.as_bytes(),
            i64::from(options.class == EntryClass::Silent),
            options.expires_at.map_or(0, |at| at.round_up_to_hour().as_millis().cast_signed()),
            beseda_wire::codec::encode_cbor(&options.blank),
            authored.encode(),
        ))?;
    step.touch(conversation);
    Ok(message)
}

/// Tries a failed message again; false if there is none.
///
/// # Errors
/// When the database fails.
pub fn retry(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<bool, StoreError> {
    let changed = step
        .tx
        .prepare_cached(
            "UPDATE outbox SET state = 0, failure = x'' WHERE conversation = ?1 AND message = ?2 AND state = 2",
        )?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    step.touch(conversation);
    Ok(changed > 0)
}

/// Gives up a message that is not on its way; false if there is none such.
///
/// # Errors
/// When the database fails.
pub fn discard(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<bool, StoreError> {
    let gone = step
        .tx
        .prepare_cached("DELETE FROM outbox WHERE conversation = ?1 AND message = ?2 AND state IN (0, 2)")?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    Ok(gone > 0)
}

/// Remembers a body that an own message was sealed to.
fn sealed_to(step: &Step<'_>, id: i64, body: &[u8]) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO seals (outbox, hash) VALUES (?1, ?2)")?
        .execute((id, chain::body_hash(body).as_slice()))?;
    Ok(())
}

/// Takes an entry that can't be read for what it is if it is, byte for byte, an own message that waits; tells whether.
pub(crate) fn recognise(
    step: &mut Step<'_>,
    conversation: ConversationId,
    entry: &Entry,
    hash: &[u8; 32],
) -> Result<bool, StoreError> {
    let message: Option<Vec<u8>> = step
        .tx
        .prepare_cached(
            "SELECT message FROM seals JOIN outbox ON outbox.id = seals.outbox WHERE hash = ?2 AND conversation = ?1",
        )?
        .query_row((conversation.as_bytes(), hash.as_slice()), |row| row.get(0))
        .optional()?;
    let Some(message) = message else { return Ok(false) };
    let message = MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("outbox"))?;
    came(step, conversation, message, entry.seq, entry.at)?;
    Ok(true)
}

/// An own message stands in the log, although its entry was not read.
pub(crate) fn came(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    seq: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    entries::receive(step.tx, conversation, me.device, message, seq)?;
    arrived(step, conversation, message, seq, at)
}

/// The content of a message that was sealed here to exactly the bytes with this hash.
pub(crate) fn sealed_here(
    step: &Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    hash: &[u8; 32],
) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>)> = step
        .tx
        .prepare_cached("SELECT sealed, content FROM outbox WHERE conversation = ?1 AND message = ?2")?
        .query_row((conversation.as_bytes(), message.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.filter(|(sealed, _)| chain::body_hash(sealed) == *hash).map(|(_, content)| content))
}

/// The log shows an own message: it needs no sending any more.
pub(crate) fn arrived(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    seq: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("DELETE FROM outbox WHERE conversation = ?1 AND message = ?2")?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    timeline::sent(step, conversation, message, seq, at)
}

/// What was sealed under another epoch than the present one, and is not in the log, is sealed again.
pub(crate) fn epoch_changed(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "UPDATE outbox SET state = 0, sealed = x'' \
             WHERE conversation = ?1 AND state IN (1, 3) AND (generation <> ?2 OR epoch <> ?3)",
        )?
        .execute((row.id.as_bytes(), row.mls_generation.map_or(-1, i64::from), row.mls_epoch.cast_signed()))?;
    step.touch(row.id);
    Ok(())
}

/// The server has gone back: its former answers count no more.
pub(crate) fn rewound(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    step.tx.prepare_cached("UPDATE outbox SET accepted = 0 WHERE conversation = ?1")?.execute([row.id.as_bytes()])?;
    epoch_changed(step, row)
}

/// Nothing that waits here will ever be sent.
pub(crate) fn fail_all(step: &mut Step<'_>, conversation: ConversationId, reason: Reason) -> Result<(), StoreError> {
    let waiting: Vec<Vec<u8>> = step
        .tx
        .prepare_cached("SELECT message FROM outbox WHERE conversation = ?1 AND state <> 2 ORDER BY id")?
        .query_map([conversation.as_bytes()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let failure = Failure::NotReady { reason };
    for message in waiting {
        let message = MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("outbox"))?;
        fail(step, conversation, message, &failure)?;
    }
    Ok(())
}

fn fail(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    failure: &Failure,
) -> Result<(), StoreError> {
    // What people did not write themselves is not theirs to retry.
    step.tx
        .prepare_cached("DELETE FROM outbox WHERE conversation = ?1 AND message = ?2 AND class = 1")?
        .execute((conversation.as_bytes(), message.as_bytes()))?;
    step.tx
        .prepare_cached("UPDATE outbox SET state = ?3, failure = ?4 WHERE conversation = ?1 AND message = ?2")?
        .execute((conversation.as_bytes(), message.as_bytes(), FAILED, beseda_wire::codec::encode_cbor(failure)))?;
    timeline::failed(step, conversation, message, failure)
}

/// A file can't be brought to the server: neither can the messages with it.
pub(crate) fn fail_with_file(step: &mut Step<'_>, file: FileNumber, failure: &Failure) -> Result<(), StoreError> {
    let waiting: Vec<(Vec<u8>, Vec<u8>)> = step
        .tx
        .prepare_cached(
            "SELECT m.conversation, m.message FROM message_files u JOIN messages m ON m.row = u.row \
             WHERE u.file = ?1 AND m.seq = 0 AND m.state = 0",
        )?
        .query_map([file], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (conversation, message) in waiting {
        let conversation = conversation.as_slice().try_into().map_err(|_| StoreError::damaged("messages"))?;
        let message = message.as_slice().try_into().map_err(|_| StoreError::damaged("messages"))?;
        fail(step, conversation, message, failure)?;
    }
    Ok(())
}

struct Row {
    message: MessageId,
    class: EntryClass,
    sealed: Vec<u8>,
    state: i64,
}

fn find(step: &Step<'_>, id: i64) -> Result<Option<Row>, StoreError> {
    let raw: Option<(Vec<u8>, i64, Vec<u8>, i64)> = step
        .tx
        .prepare_cached("SELECT message, class, sealed, state FROM outbox WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    raw.map(|(message, class, sealed, state)| {
        Ok(Row {
            message: MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("outbox"))?,
            class: if class == 0 { EntryClass::Counted } else { EntryClass::Silent },
            sealed,
            state,
        })
    })
    .transpose()
}

/// The server has taken a message.
pub(crate) fn appended(
    step: &mut Step<'_>,
    conversation: ConversationId,
    id: i64,
    seq: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let place = step.place(conversation);
    place.sending.remove(&id);
    place.failures = 0;
    step.touch(conversation);
    let Some(mut row) = Conversation::find(step.tx, conversation)? else { return Ok(()) };
    row.last_seq = row.last_seq.max(seq);
    row.save(step.tx)?;
    let Some(found) = find(step, id)?.filter(|found| found.state == SEALED) else { return Ok(()) };
    if seq <= row.applied {
        if !log::fork::denies(step, &row, seq, &seals(step, id)?)? {
            return came(step, conversation, found.message, seq, at);
        }
        let place = row.applied;
        queue_again(step, id)?;
        log::fork::show(step, &mut row, seq, place, at)?;
        return row.save(step.tx);
    }
    step.tx.prepare_cached("UPDATE outbox SET state = ?2, accepted = ?3 WHERE id = ?1")?.execute((
        id,
        ACCEPTED,
        seq.cast_signed(),
    ))?;
    if row.applied.saturating_add(1) == seq {
        // The answer says where these very bytes stand: no need to fetch them.
        let before = entries::find(step.tx, conversation, row.applied)?.map_or(row.count, |(_, count)| count);
        let count = before.saturating_add(u64::from(found.class == EntryClass::Counted));
        let body = Some(Bytes(found.sealed));
        let entry = Entry { seq, class: found.class, count, at, body, body_hash: None, expires_at: None };
        return log::run(step, conversation, &[entry]).map(drop);
    }
    Ok(())
}

/// The hashes of all that a message was sealed to.
fn seals(step: &Step<'_>, id: i64) -> Result<Vec<[u8; 32]>, StoreError> {
    step.tx
        .prepare_cached("SELECT hash FROM seals WHERE outbox = ?1")?
        .query_map([id], |row| row.get::<_, Vec<u8>>(0))?
        .map(|hash| hash?.try_into().map_err(|_| StoreError::damaged("seals")))
        .collect()
}

/// Whether a message of this id is here to be sent, or to be seen in the log.
pub(crate) fn holds(step: &Step<'_>, conversation: ConversationId, message: MessageId) -> Result<bool, StoreError> {
    Ok(step
        .tx
        .prepare_cached("SELECT 1 FROM outbox WHERE conversation = ?1 AND message = ?2 AND state <> 2")?
        .exists((conversation.as_bytes(), message.as_bytes()))?)
}

/// An entry was processed. If an own message was to stand in its place and is still waited for, the server's answer was
/// not true: it is sent again once people have looked.
pub(crate) fn passed(step: &mut Step<'_>, row: &mut Conversation, entry: &Entry) -> Result<(), StoreError> {
    let promised: Option<i64> = step
        .tx
        .prepare_cached("SELECT id FROM outbox WHERE conversation = ?1 AND accepted = ?2 AND state <> 2")?
        .query_row((row.id.as_bytes(), entry.seq.cast_signed()), |row| row.get(0))
        .optional()?;
    let Some(id) = promised else { return Ok(()) };
    queue_again(step, id)?;
    log::fork::show(step, row, entry.seq, entry.seq, entry.at)
}

fn queue_again(step: &Step<'_>, id: i64) -> Result<(), StoreError> {
    step.tx.prepare_cached("UPDATE outbox SET state = 0, sealed = x'', accepted = 0 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The server has refused a message.
pub(crate) fn refused(
    step: &mut Step<'_>,
    conversation: ConversationId,
    id: i64,
    why: &Problem,
) -> Result<(), StoreError> {
    let now = step.now;
    let pause = why.retry_after_ms.unwrap_or(AFTER_FAILURE);
    let place = step.place(conversation);
    place.sending.remove(&id);
    step.touch(conversation);
    let Some(mut row) = Conversation::find(step.tx, conversation)? else { return Ok(()) };
    match why.code {
        Code::StaleEpoch => {
            stale(step, &mut row, why)?;
            return Ok(());
        }
        Code::CommitDue => {
            row.due = why.data.as_ref().map(|data| data.due.clone()).unwrap_or_default();
            row.save(step.tx)?;
            step.memory.session.sync_wanted = true;
            return Ok(());
        }
        Code::RateLimited | Code::Overloaded => {
            step.place(conversation).hold_until = now.plus_millis(pause);
            return Ok(());
        }
        Code::NotAMember => step.memory.session.sync_wanted = true,
        Code::Internal => {
            let place = step.place(conversation);
            place.failures = place.failures.saturating_add(1);
            if place.failures < ATTEMPTS {
                place.hold_until = now.plus_millis(pause);
                return Ok(());
            }
        }
        _ => {}
    }
    let Some(found) = find(step, id)? else { return Ok(()) };
    let failure = refusal(why);
    fail(step, conversation, found.message, &failure)
}

/// The server is further than this device: the log is fetched before anything is sent again.
pub(crate) fn stale(step: &mut Step<'_>, row: &mut Conversation, why: &Problem) -> Result<(), StoreError> {
    if let Some(data) = &why.data {
        let told = (data.generation.unwrap_or(row.generation), data.epoch.unwrap_or(row.epoch));
        if told > (row.generation, row.epoch) {
            (row.generation, row.epoch) = told;
            // At least one entry must be there that this device has not processed.
            row.last_seq = row.last_seq.max(row.applied.saturating_add(1));
            row.save(step.tx)?;
        }
    } else {
        step.memory.session.sync_wanted = true;
        step.place(row.id).hold_until = step.now.plus_millis(AFTER_FAILURE / 10);
    }
    Ok(())
}

/// A refusal as people get to know it.
pub(crate) fn refusal(why: &Problem) -> Failure {
    Failure::Refused { code: why.code, detail: why.detail.clone(), retry_after_ms: why.retry_after_ms }
}

/// Whether something of people's own waits in a conversation.
pub(crate) fn has_waiting(step: &Step<'_>, conversation: ConversationId) -> Result<bool, StoreError> {
    Ok(step
        .tx
        .prepare_cached("SELECT 1 FROM outbox WHERE conversation = ?1 AND state IN (0, 1) LIMIT 1")?
        .exists([conversation.as_bytes()])?)
}

/// Everything that waits in one conversation waits in another from now on.
pub(crate) fn move_to(step: &mut Step<'_>, from: ConversationId, to: ConversationId) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "UPDATE OR IGNORE outbox SET conversation = ?2, state = 0, sealed = x'' WHERE conversation = ?1",
        )?
        .execute((from.as_bytes(), to.as_bytes()))?;
    step.touch(to);
    Ok(())
}
