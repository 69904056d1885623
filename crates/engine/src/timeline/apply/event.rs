//! What is done to messages: edits, deletions, reactions, pins. Each is kept beside the message, whether or not that is
//! here, and [`refresh`] computes from both what is shown.

use beseda_model::{Action, ConversationId, decide};
use beseda_wire::content::{Delete, Edit, Entity, MessageRef, Pin, Reaction};

use super::{shown, system};
use crate::Step;
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::SystemEvent;
use crate::log::arrival::Arrival;
use crate::search::{index, words::Words};
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::column;
use crate::timeline::message_row::{self, Kind, Known};
use crate::timeline::rules::{Broken, emoji, reaction, text};

/// Most messages that one deletion names.
pub(crate) const MAX_TARGETS: usize = 200;

/// Whether a deletion for all of this message has come.
fn is_deleted(step: &Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<bool, StoreError> {
    Ok(step
        .tx
        .prepare_cached("SELECT 1 FROM deletions WHERE conversation = ?1 AND author = ?2 AND message = ?3")?
        .exists((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?)
}

/// Whether nothing of a message is kept here any more.
fn is_gone(step: &Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<bool, StoreError> {
    let wiped = Known::find(step.tx, conversation, target)?.is_some_and(|known| known.hidden || known.deleted);
    Ok(wiped || is_deleted(step, conversation, target)?)
}

pub(super) fn edit(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    edit: &Edit,
) -> Result<Option<Broken>, StoreError> {
    if edit.target.author != arrival.sender_account {
        return Ok(Some(Broken::EditOfOthers));
    }
    let entities = match text::accept(&edit.text, &edit.entities) {
        Ok(entities) => entities,
        Err(broken) => return Ok(Some(broken)),
    };
    if is_gone(step, arrival.conversation, edit.target)? {
        return Ok(None);
    }
    step.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO edits (conversation, author, message, seq, at, text, entities) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            arrival.conversation.as_bytes(),
            edit.target.author.as_bytes(),
            edit.target.id.as_bytes(),
            column::place(arrival.seq),
            column::millis(arrival.at),
            &edit.text,
            column::encode(&entities),
        ))?;
    if super::message::mentions(&entities, here, arrival) {
        step.tx
            .prepare_cached(
                "UPDATE messages SET mentions_me = 1 WHERE conversation = ?1 AND author = ?2 AND message = ?3",
            )?
            .execute((arrival.conversation.as_bytes(), edit.target.author.as_bytes(), edit.target.id.as_bytes()))?;
    }
    refresh(step, arrival.conversation, edit.target)?;
    Ok(None)
}

pub(super) fn delete(step: &mut Step<'_>, arrival: &Arrival, delete: &Delete) -> Result<Option<Broken>, StoreError> {
    if delete.targets.len() > MAX_TARGETS {
        return Ok(Some(Broken::TooMany));
    }
    let others = delete.targets.iter().any(|target| target.author != arrival.sender_account);
    if others && !may(step, arrival, Action::DeleteOthers)? {
        return Ok(Some(Broken::DeleteOfOthers));
    }
    for (number, target) in delete.targets.iter().enumerate() {
        let place = delete.seqs.get(number).copied().filter(|place| *place < arrival.seq).unwrap_or(0);
        step.tx
            .prepare_cached(
                "INSERT INTO deletions (conversation, author, message, place, seq, deleted_by) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT DO UPDATE SET place = excluded.place, seq = excluded.seq, \
                 deleted_by = excluded.deleted_by WHERE excluded.seq < seq",
            )?
            .execute((
                arrival.conversation.as_bytes(),
                target.author.as_bytes(),
                target.id.as_bytes(),
                column::place(place),
                column::place(arrival.seq),
                arrival.sender_account.as_bytes(),
            ))?;
        refresh(step, arrival.conversation, *target)?;
        explain_blanks(step, arrival.conversation, place)?;
    }
    Ok(None)
}

fn explain_blanks(step: &mut Step<'_>, conversation: ConversationId, place: u64) -> Result<(), StoreError> {
    if place == 0 {
        return Ok(());
    }
    let rows: Vec<i64> = step
        .tx
        .prepare_cached(
            "SELECT row FROM messages WHERE conversation = ?1 AND seq = ?2 AND kind = 3 AND deleted_seq = 0",
        )?
        .query_map((conversation.as_bytes(), column::place(place)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    rows.into_iter().try_for_each(|row| explain_blank(step, conversation, place, row))
}

/// An entry whose body the server removed is shown as deleted, if a valid deletion named its place; so is a message that
/// nobody could send again, if the deletion was of it.
pub(super) fn explain_blank(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    row: i64,
) -> Result<(), StoreError> {
    let explained = step
        .tx
        .prepare_cached(
            "UPDATE messages SET (deleted_seq, deleted_by) = (SELECT seq, deleted_by FROM deletions AS found \
             WHERE conversation = ?1 AND place = ?2 AND (unreadable = ?4 OR found.message = messages.message) \
             ORDER BY seq LIMIT 1) \
             WHERE row = ?3 AND kind = 3 AND deleted_seq = 0 AND (unreadable = ?4 OR healing = ?5) \
             AND EXISTS (SELECT 1 FROM deletions AS found WHERE conversation = ?1 AND place = ?2 \
             AND (unreadable = ?4 OR found.message = messages.message))",
        )?
        .execute((
            conversation.as_bytes(),
            column::place(seq),
            row,
            message_row::unreadable_column(Unreadable::RemovedByServer),
            message_row::healing_column(Healing::Unrecoverable),
        ))?;
    if explained > 0 {
        shown(step, conversation);
    }
    Ok(())
}

pub(super) fn reaction(
    step: &mut Step<'_>,
    arrival: &Arrival,
    reaction: &Reaction,
) -> Result<Option<Broken>, StoreError> {
    if !emoji::is_emoji(&reaction.emoji) {
        return Ok(Some(Broken::NotAnEmoji));
    }
    let target = reaction.target;
    if is_gone(step, arrival.conversation, target)? {
        return Ok(None);
    }
    let present: Option<i64> = rusqlite::OptionalExtension::optional(
        step.tx
            .prepare_cached(
                "SELECT seq FROM reactions \
                 WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND account = ?4 AND emoji = ?5",
            )?
            .query_row(
                (
                    arrival.conversation.as_bytes(),
                    target.author.as_bytes(),
                    target.id.as_bytes(),
                    arrival.sender_account.as_bytes(),
                    &reaction.emoji,
                ),
                |row| row.get(0),
            ),
    )?;
    if present.is_some_and(|present| !reaction::replaces(present.cast_unsigned(), arrival.seq)) {
        return Ok(None);
    }
    step.tx
        .prepare_cached(
            "INSERT OR REPLACE INTO reactions (conversation, author, message, account, emoji, seq, is_on) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            arrival.conversation.as_bytes(),
            target.author.as_bytes(),
            target.id.as_bytes(),
            arrival.sender_account.as_bytes(),
            &reaction.emoji,
            column::place(arrival.seq),
            reaction.on,
        ))?;
    shown(step, arrival.conversation);
    Ok(None)
}

pub(super) fn pin(step: &mut Step<'_>, arrival: &Arrival, pin: &Pin) -> Result<Option<Broken>, StoreError> {
    if !may(step, arrival, Action::Pin)? {
        return Ok(Some(Broken::Pin));
    }
    if !is_gone(step, arrival.conversation, pin.target)? {
        step.tx
            .prepare_cached(
                "INSERT INTO pins (conversation, author, message, seq, is_on) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET seq = excluded.seq, is_on = excluded.is_on WHERE excluded.seq > seq",
            )?
            .execute((
                arrival.conversation.as_bytes(),
                pin.target.author.as_bytes(),
                pin.target.id.as_bytes(),
                column::place(arrival.seq),
                pin.on,
            ))?;
    }
    let event = SystemEvent::Pinned { target: pin.target, on: pin.on };
    system::system_row(
        step,
        arrival.conversation,
        arrival.seq,
        arrival.at,
        arrival.sender_account,
        *arrival.message_id.as_bytes(),
        &event,
    )?;
    Ok(None)
}

/// Whether the sender might do this when it was sent.
pub(super) fn may(step: &Step<'_>, arrival: &Arrival, action: Action) -> Result<bool, StoreError> {
    let Some(place) = Conversation::find(step.tx, arrival.conversation)? else { return Ok(false) };
    Ok(decide(place.kind, &arrival.permissions, arrival.sender_role, action).is_ok())
}

/// Computes what a message's row shows from everything that is known of the message.
pub(crate) fn refresh(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<(), StoreError> {
    let Some(known) = Known::find(step.tx, conversation, target)? else { return Ok(()) };
    let key = (conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes());
    let deletion: Option<(i64, Vec<u8>)> = rusqlite::OptionalExtension::optional(
        step.tx
            .prepare_cached(
                "SELECT seq, deleted_by FROM deletions WHERE conversation = ?1 AND author = ?2 AND message = ?3",
            )?
            .query_row(key, |row| Ok((row.get(0)?, row.get(1)?))),
    )?;
    if known.kind == Kind::System {
        return Ok(());
    }
    if let Some((seq, by)) = deletion {
        message_row::wipe(step.tx, known.row)?;
        step.tx
            .prepare_cached("UPDATE messages SET deleted_seq = ?2, deleted_by = ?3, expires_at = 0 WHERE row = ?1")?
            .execute((known.row, seq, by))?;
        shown(step, conversation);
        return Ok(());
    }
    // What was said with a picture that can be looked at once is neither changed nor found.
    if !known.ordinary || known.hidden {
        return Ok(());
    }
    let edit: Option<(i64, String, Vec<u8>)> = rusqlite::OptionalExtension::optional(
        step.tx
            .prepare_cached(
                "SELECT at, text, entities FROM edits WHERE conversation = ?1 AND author = ?2 AND message = ?3 \
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))),
    )?;
    if let Some((at, text, entities)) = edit {
        let none = column::decode::<Vec<Entity>>(&entities, "edits")?.is_empty();
        index::remove(step.tx, known.row)?;
        step.tx
            .prepare_cached("UPDATE messages SET edited_at = ?2, text = ?3, entities = ?4 WHERE row = ?1")?
            .execute((known.row, at, text, if none { Vec::new() } else { entities }))?;
    }
    let text: String =
        step.tx.prepare_cached("SELECT text FROM messages WHERE row = ?1")?.query_row([known.row], |row| row.get(0))?;
    index::put(step.tx, &Words::default(), known.row, conversation, target.author, &text)?;
    shown(step, conversation);
    Ok(())
}
