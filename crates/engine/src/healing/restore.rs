//! Going back in time: a server that was restored from a backup, and a profile that is a copy of one that went on.

use beseda_crypto::chain;
use beseda_crypto::group_id::GroupId;
use beseda_model::{AccountId, Code, ConversationId, DeviceId, MessageId};
use beseda_wire::content::{Authored, Content};
use beseda_wire::state::{Entry, EntryClass};
use beseda_wire::{Bytes, Problem, Request};

use crate::Step;
use crate::api::event::{Effect, Notice};
use crate::api::view::WarningKind;
use crate::mls::group;
use crate::outbox::{self, EnqueueOptions};
use crate::session::{Asked, Phase, changes, connection, people};
use crate::store::conversations::{Conversation, Standing};
use crate::store::intents::{self, Intent};
use crate::store::me::{self, Me};
use crate::store::pending::Pending;
use crate::store::{StoreError, entries, meta, warnings};
use crate::{conversation, desk, identity, timeline};

const STORE_EPOCH: &str = "store_epoch";

/// Entries compared at a time.
const PAGE: u64 = 200;

/// The server has said who this is and where it stands.
pub(crate) fn greeted(
    step: &mut Step<'_>,
    account: AccountId,
    device: DeviceId,
    store_epoch: &Bytes,
    send_no: u64,
) -> Result<(), StoreError> {
    let own = Me::get(step.tx)?;
    if (own.account, own.device) != (account, device) {
        step.effect(Effect::Disconnect);
        return connection::lose(step, None);
    }
    let (standing, asks) = identity::on_hello(step, send_no, me::send_no(step.tx)?)?;
    match standing {
        identity::Standing::Current => {}
        identity::Standing::Leaving => {
            // Nothing but the farewell is said any more.
            step.memory.session.phase = Phase::Up;
            return desk::send(step, asks);
        }
        identity::Standing::Retired => return connection::stop(step),
    }
    let known: Option<Bytes> = meta::get(step.tx, STORE_EPOCH)?;
    if known.as_ref() != Some(store_epoch) {
        meta::put(step.tx, STORE_EPOCH, store_epoch)?;
        if known.is_some() {
            step.tx.execute("UPDATE conversations SET verify = 1, reread = 0 WHERE applied > 0", ())?;
            meta::remove(step.tx, changes::CURSOR)?;
            warnings::add(step, None, &WarningKind::ServerRestored)?;
        }
    }
    step.memory.session.phase = Phase::Up;
    desk::send(step, asks)?;
    desk::up(step)?;
    people::resume(step)?;
    changes::sync(step)
}

/// The cursor is of no use: everything is asked for anew.
pub(crate) fn forget_cursor(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, changes::CURSOR)?;
    step.tx.execute("UPDATE conversations SET verify = 1, reread = 0 WHERE applied > 0", ())?;
    changes::sync(step)
}

/// This profile is a copy of one that went on: its keys were used elsewhere, so this device must not use them again. It
/// keeps its history, and the person signs in again as a new device.
pub(crate) fn retire(step: &mut Step<'_>) -> Result<(), StoreError> {
    warnings::add(step, None, &WarningKind::ProfileCopied)?;
    connection::signed_out(step)
}

/// The server has told its row of a conversation: one that ends before what was processed here has gone back.
pub(crate) fn compare(step: &mut Step<'_>, row: &Conversation, last_seq: u64) -> Result<(), StoreError> {
    if row.member && row.applied > last_seq && row.applied > 0 && row.verify {
        let mut row = row.clone();
        row.last_seq = last_seq;
        row.save(step.tx)?;
    }
    Ok(())
}

/// Asks for the server's entries up to `to`, to compare them.
pub(crate) fn ask(step: &mut Step<'_>, row: &Conversation, to: u64) -> Result<(), StoreError> {
    let from = to.saturating_sub(PAGE - 1).max(floor(step, row.id)?.saturating_add(1));
    ask_from(step, row.id, from);
    Ok(())
}

fn ask_from(step: &mut Step<'_>, id: ConversationId, from: u64) {
    let place = step.place(id);
    if !place.log {
        place.log = true;
        let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
        step.ask(Request::Log { conversation: id, from, limit }, Asked::Verify { conversation: id, from });
    }
}

/// The first entry whose chain value this device has; zero if it knows the log from its start.
fn floor(step: &Step<'_>, id: ConversationId) -> Result<u64, StoreError> {
    let first: Option<i64> = step
        .tx
        .prepare_cached("SELECT min(seq) FROM entries WHERE conversation = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    let first = first.map_or(0, i64::cast_unsigned);
    Ok(if first == 1 { 0 } else { first })
}

/// Finds the last entry that server and device agree on.
pub(crate) fn verify(
    step: &mut Step<'_>,
    id: ConversationId,
    from: u64,
    found: &[Entry],
    last_seq: u64,
) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let floor = floor(step, id)?;
    let before = from.saturating_sub(1);
    let start = match before {
        0 => Some(chain::start(id)),
        _ => entries::find(step.tx, id, before)?.map(|(hash, _)| hash),
    };
    if last_seq < floor || start.is_none() {
        // The server has forgotten how this device came in.
        row.last_seq = last_seq;
        return rewind(step, row, None);
    }
    let mut hash = start.unwrap_or_default();
    let mut common = before;
    for entry in found.iter().take_while(|entry| entry.seq <= row.applied) {
        let body = match (&entry.body, &entry.body_hash) {
            (Some(body), _) => chain::body_hash(&body.0),
            (None, Some(hash)) => hash.0.as_slice().try_into().unwrap_or_default(),
            (None, None) => break,
        };
        hash = chain::next(&hash, entry.seq, &body);
        if entries::find(step.tx, id, entry.seq)?.map(|(known, _)| known) != Some(hash) {
            break;
        }
        common = entry.seq;
    }
    let differs = found.iter().any(|entry| entry.seq > common && entry.seq <= row.applied);
    if common == before && before > floor && (differs || last_seq < before) {
        // Nothing of this page agrees: look further back.
        return ask(step, &row, before.min(last_seq));
    }
    if !differs && !found.is_empty() && common < row.applied.min(last_seq) {
        // All of this page agrees, and there is more.
        ask_from(step, id, common.saturating_add(1));
        return Ok(());
    }
    if row.reread > 0 && common < row.applied && last_seq >= row.applied {
        return reread(step, row, common, last_seq);
    }
    row.last_seq = last_seq;
    if common < row.applied {
        return rewind(step, row, Some(common));
    }
    row.verify = false;
    row.reread = 0;
    settle(step, &row)
}

/// The server has shown this device another log than the one that it shows now, and people have looked at that: the log is
/// read again from where both agree. The group stays as it is; what was understood stands, and what was kept back comes.
fn reread(step: &mut Step<'_>, mut row: Conversation, common: u64, last_seq: u64) -> Result<(), StoreError> {
    row.chain = match common {
        0 => Some(chain::start(row.id)),
        _ => entries::find(step.tx, row.id, common)?.map(|(hash, _)| hash),
    };
    entries::unchain(step.tx, row.id, common)?;
    row.last_seq = last_seq;
    row.reread = last_seq;
    row.applied = common;
    row.verify = false;
    settle(step, &row)
}

/// Goes back to the common head, or to before this device came in: what this account said later is said again under the
/// same ids, in a new generation, as the old one's keys were used for what the server has forgotten.
fn rewind(step: &mut Step<'_>, mut row: Conversation, common: Option<u64>) -> Result<(), StoreError> {
    let own = Me::get(step.tx)?;
    let at = common.unwrap_or(0);
    let later: Vec<Vec<u8>> = step
        .tx
        .prepare_cached(
            "SELECT message FROM received WHERE conversation = ?1 AND device = ?2 AND seq > ?3 ORDER BY seq",
        )?
        .query_map((row.id.as_bytes(), own.device.as_bytes(), at.cast_signed()), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    row.chain = match common {
        Some(0) => Some(chain::start(row.id)),
        Some(seq) => entries::find(step.tx, row.id, seq)?.map(|(hash, _)| hash),
        None => None,
    };
    entries::truncate(step.tx, row.id, at)?;
    row.applied = at;
    row.verify = false;
    row.reread = 0;
    if let Some(generation) = row.mls_generation.take() {
        group::delete(step, GroupId { conversation: row.id, generation })?;
    }
    Pending::delete(step.tx, row.id)?;
    row.standing = if row.chain.is_some() { Standing::Broken } else { Standing::Joining };
    row.delivered_sent = row.delivered_sent.min(at);
    row.delivered = row.delivered.min(at);
    row.read = row.read.min(at);
    row.save(step.tx)?;
    outbox::rewound(step, &row)?;
    timeline::rewound(step, row.id, at)?;
    for message in later {
        let message = MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged("received"))?;
        say_again(step, row.id, message)?;
    }
    if row.standing == Standing::Broken && row.member && intents::first(step.tx, row.id)?.is_none() {
        intents::insert(step.tx, row.id, &Intent::Renew)?;
    }
    step.notice(Notice::Conversation(row.id));
    step.notice(Notice::Timeline(row.id));
    settle(step, &row)
}

fn settle(step: &mut Step<'_>, row: &Conversation) -> Result<(), StoreError> {
    row.save(step.tx)?;
    step.touch(row.id);
    Ok(())
}

/// Says an own message again that was in the log and is not any more, under its id.
pub(crate) fn say_again(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
) -> Result<(), StoreError> {
    let Some(content) = timeline::own_content(step.tx, conversation, message)? else { return Ok(()) };
    let Ok(authored) = Authored::decode(&content) else { return Ok(()) };
    let class = match &authored.content {
        Content::Message(_) => EntryClass::Counted,
        _ => EntryClass::Silent,
    };
    let options = EnqueueOptions { class, message_id: Some(message), ..EnqueueOptions::default() };
    outbox::enqueue(step, conversation, &authored, options)?;
    Ok(())
}

/// The server does not know the conversation any more, or not this member.
pub(crate) fn not_there(step: &mut Step<'_>, id: ConversationId, why: &Problem) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    if matches!(why.code, Code::NotFound | Code::NotAMember | Code::Forbidden) {
        row.verify = false;
        row.member = false;
        conversation::advance::leave(step, &mut row)?;
        return settle(step, &row);
    }
    let pause = why.retry_after_ms.unwrap_or(crate::session::reply::AFTER_FAILURE);
    let now = step.now;
    step.place(id).hold_until = now.plus_millis(pause);
    Ok(())
}
