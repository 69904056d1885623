//! What arrives, applied to the rows that are shown.
//!
//! Whatever is applied here is kept with its place in the log, so that the result does not depend on the order of arrival
//! (a message may come after its edit, where it had to be repaired), and coming twice does no harm.

mod event;
mod info;
mod message;
mod repair;
mod system;

use beseda_model::{ConversationId, MessageId, Timestamp};
use beseda_wire::content::{Authored, Content, MessageRef, Repair};
use beseda_wire::state::EntryClass;

pub use system::apply_system;

pub use info::group_state;

pub(crate) use event::MAX_TARGETS;
pub(crate) use message::reread;
pub(crate) use system::log_forked;

use super::access::Here;
use super::message_row::{self, Hidden, Kind, Known, NewRow, State};
use super::rules::Broken;
use super::{column, live, once, own, own_event, profile};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::{Failure, Healing, Unreadable};
use crate::log::arrival::{Arrival, ArrivalMeta};
use crate::store::StoreError;

/// Applies a decrypted message. State requests and repair requests have been seen by the core already.
///
/// # Errors
/// When the database fails.
pub fn apply_content(step: &mut Step<'_>, arrival: &Arrival, authored: Authored) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    if arrival.own {
        own_event::settle(step, arrival.conversation, arrival.message_id)?;
    }
    let item = authored.item();
    let broken = apply(step, here, arrival, &authored.content, &item)?;
    if let Some(rule) = broken {
        system::broken(step, arrival.conversation, arrival.seq, arrival.at, arrival.sender_account, rule)?;
    }
    Ok(())
}

/// Applies one content; a rule that it breaks is returned, and nothing was changed then.
fn apply(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    content: &Content,
    item: &[u8],
) -> Result<Option<Broken>, StoreError> {
    match content {
        Content::Message(body) => message::apply(step, here, arrival, body, item),
        Content::Unsupported(body) => message::unsupported(step, here, arrival, body, item),
        Content::Edit(edit) => event::edit(step, here, arrival, edit),
        Content::Delete(delete) => event::delete(step, arrival, delete),
        Content::Reaction(reaction) => event::reaction(step, arrival, reaction),
        Content::Pin(pin) => event::pin(step, arrival, pin),
        Content::Opened(opened) => {
            once::opened(step, arrival.conversation, opened.target, arrival.sender_account).map(|()| None)
        }
        Content::LiveEnd(end) => live::ended(step, arrival.conversation, end.target, arrival.sender_account),
        Content::InfoChange(change) => info::change(step, arrival, change),
        Content::GroupState(state) => info::told(step, here, arrival, state),
        Content::ProfileKey(key) => profile::learn_key(step, arrival.sender_account, &key.key, arrival.at),
        Content::Repair(Repair::Answer(answer)) => repair::answer(step, here, arrival, answer),
        Content::Own(sync) => own::arrived(step, here, arrival, sync),
        Content::StateRequest | Content::Repair(Repair::Request(_)) => Ok(None),
    }
}

/// Keeps a place for an entry that can't be read.
///
/// # Errors
/// When the database fails.
pub fn apply_unreadable(
    step: &mut Step<'_>,
    meta: &ArrivalMeta,
    why: Unreadable,
    healing: Healing,
) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    let author = meta.sender.map(|(account, _)| account);
    let id = meta.message_id.map_or_else(
        || message_row::derived_id(&[b"entry", meta.conversation.as_bytes(), &meta.seq.to_be_bytes()]),
        |id| *id.as_bytes(),
    );
    let known = match author {
        Some(author) => {
            let target = MessageRef { author, id: MessageId::from_bytes(id) };
            Known::find(step.tx, meta.conversation, target)?
        }
        None => Known::find_nameless(step.tx, meta.conversation, &id)?,
    };
    if let Some(known) = known {
        if known.kind == Kind::Unreadable {
            set_unreadable(step, meta.conversation, known.row, why, healing)?;
        }
        return Ok(());
    }
    let counted = meta.class == EntryClass::Counted;
    let row = NewRow {
        // What was not for reading is shown only if people should know that it is lost.
        hidden: if counted || matches!(why, Unreadable::Forged | Unreadable::RemovedByServer) {
            Hidden::No
        } else {
            Hidden::NotForReading
        },
        author,
        own: author == Some(here.account),
        counted,
        unreadable: Some((why, healing)),
        ..NewRow::new(meta.conversation, meta.seq, Kind::Unreadable, id, meta.at)
    }
    .write(step.tx, None)?;
    event::explain_blank(step, meta.conversation, meta.seq, row)?;
    shown(step, meta.conversation);
    Ok(())
}

fn set_unreadable(
    step: &mut Step<'_>,
    conversation: ConversationId,
    row: i64,
    why: Unreadable,
    healing: Healing,
) -> Result<(), StoreError> {
    step.tx.prepare_cached("UPDATE messages SET unreadable = ?2, healing = ?3 WHERE row = ?1")?.execute((
        row,
        message_row::unreadable_column(why),
        message_row::healing_column(healing),
    ))?;
    shown(step, conversation);
    Ok(())
}

/// Nobody could send this message again: final.
///
/// # Errors
/// When the database fails.
pub fn unrecoverable(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<(), StoreError> {
    let lost: Vec<(i64, i64)> = step
        .tx
        .prepare_cached(
            "UPDATE messages SET healing = ?3 WHERE conversation = ?1 AND message = ?2 AND kind = 3 AND healing = ?4 \
             RETURNING row, seq",
        )?
        .query_map(
            (
                conversation.as_bytes(),
                message.as_bytes(),
                message_row::healing_column(Healing::Unrecoverable),
                message_row::healing_column(Healing::Asked),
            ),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    for (row, seq) in lost {
        event::explain_blank(step, conversation, seq.cast_unsigned(), row)?;
        shown(step, conversation);
    }
    Ok(())
}

/// The server has no bodies for these entries any more (deleted or expired). What this device has read it keeps until a
/// person's deletion or the message's own timer takes it.
///
/// # Errors
/// When the database fails.
pub fn blanked(step: &mut Step<'_>, conversation: ConversationId, seqs: &[u64]) -> Result<(), StoreError> {
    for seq in seqs {
        let lost: Vec<(i64, i64)> = step
            .tx
            .prepare_cached(
                "SELECT row, healing FROM messages WHERE conversation = ?1 AND seq = ?2 AND kind = 3 AND deleted_seq = 0",
            )?
            .query_map((conversation.as_bytes(), column::place(*seq)), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (row, healing) in lost {
            // Its author may still have it: what was asked for goes on being asked for.
            if message_row::healing(healing) != Healing::Asked {
                set_unreadable(step, conversation, row, Unreadable::RemovedByServer, Healing::NotNeeded)?;
            }
            event::explain_blank(step, conversation, *seq, row)?;
        }
    }
    Ok(())
}

/// An own message is on its way to the server.
///
/// # Errors
/// When the database fails.
pub fn sending(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<(), StoreError> {
    set_state(step, conversation, message, State::Sending, None)
}

/// An own message is durable in the log; its content comes (or came) by `apply_content` as well.
///
/// # Errors
/// When the database fails.
pub fn sent(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    seq: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    let target = MessageRef { author: here.account, id: message };
    if let Some(known) = Known::find(step.tx, conversation, target)? {
        message::settle(step, conversation, &known, seq, at)?;
    }
    Ok(())
}

/// An own message was refused for good.
///
/// # Errors
/// When the database fails.
pub fn failed(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    failure: &Failure,
) -> Result<(), StoreError> {
    set_state(step, conversation, message, State::Failed, Some(failure))?;
    own_event::fail(step, conversation, message, failure)
}

fn set_state(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: MessageId,
    state: State,
    failure: Option<&Failure>,
) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    let changed = step
        .tx
        .prepare_cached(
            "UPDATE messages SET state = ?4, failure = ?5 \
             WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND seq = 0",
        )?
        .execute((
            conversation.as_bytes(),
            here.account.as_bytes(),
            message.as_bytes(),
            state as i64,
            failure.map(column::encode).unwrap_or_default(),
        ))?;
    if changed > 0 {
        shown(step, conversation);
    }
    Ok(())
}

/// Rows of a conversation look different now.
pub(crate) fn shown(step: &mut Step<'_>, conversation: ConversationId) {
    step.notice(Notice::Timeline(conversation));
    step.notice(Notice::Conversation(conversation));
}
