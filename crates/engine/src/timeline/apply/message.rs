//! Messages: from content to a row.

use beseda_model::{ConversationId, MessageId, Timestamp};
use beseda_wire::content::{Attachment, Authored, Content, Entity, Message, MessageRef, Style, TimedFrom, Unsupported};
use beseda_wire::state::EntryClass;

use super::event::refresh;
use super::shown;
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::{Healing, Unreadable};
use crate::files;
use crate::log::arrival::Arrival;
use crate::stickers;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::message_row::{self, Hidden, Kind, Known, NewRow, State};
use crate::timeline::rules::{self, Broken, attachment, contact, place, text, timer};
use crate::timeline::{column, enclosed, live, once, own, presence};

/// Something to read.
pub(super) fn apply(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    message: &Message,
    item: &[u8],
) -> Result<Option<Broken>, StoreError> {
    let Some(slot) = Slot::find(step, arrival)? else { return Ok(None) };
    let accepted = text::accept(&message.text, &message.entities).and_then(|entities| {
        let attachments = attachment::accept(&message.attachments)?;
        let once = message.once.then(|| rules::once::accept(&attachments)).transpose()?;
        Ok((entities, attachments, contact::accept(&message.contacts)?, once))
    });
    let (entities, attachments, contacts, once) = match accepted {
        Ok(accepted) => accepted,
        Err(broken) => {
            let lost = (Unreadable::Malformed, Healing::NotNeeded);
            NewRow { unreadable: Some(lost), ..row(here, arrival, Kind::Unreadable) }.write(step.tx, slot.0)?;
            shown(step, arrival.conversation);
            return Ok(Some(broken));
        }
    };
    let expires_at = message.timer.filter(|timer| timer.seconds > 0).and_then(|running| {
        // One has read what one has written.
        let read_at = (arrival.sender_account == here.account).then_some(arrival.at);
        timer::expiry(running, arrival.at, read_at)
    });
    let disappeared = expires_at.is_some_and(|at| at <= step.now);
    if let Some((kind, attachment)) = once {
        let message = rules::once::shell(message);
        let new = NewRow {
            expires_at,
            message: Some(&message),
            content: item,
            once: Some(kind),
            ..row(here, arrival, Kind::Text)
        };
        return finish(step, here, arrival, &new, slot, disappeared, Some(&attachment));
    }
    let message = &Message { place: message.place.as_ref().map(place::accept), contacts, ..message.clone() };
    let new = NewRow {
        mentions_me: mentions(&entities, here, arrival),
        expires_at,
        message: Some(message),
        entities: &entities,
        attachments: &attachments,
        content: item,
        ..row(here, arrival, Kind::Text)
    };
    finish(step, here, arrival, &new, slot, disappeared, None)
}

/// Something that a newer version shows.
pub(super) fn unsupported(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    content: &Unsupported,
    item: &[u8],
) -> Result<Option<Broken>, StoreError> {
    let Some(place) = Slot::find(step, arrival)? else { return Ok(None) };
    let label: String = content.kind.chars().take(64).collect();
    let new = NewRow {
        hidden: if content.visible { Hidden::No } else { Hidden::NotForReading },
        label: &label,
        content: item,
        ..row(here, arrival, Kind::Unsupported)
    };
    finish(step, here, arrival, &new, place, false, None)
}

fn finish(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    new: &NewRow<'_>,
    place: Slot,
    disappeared: bool,
    once: Option<&Attachment>,
) -> Result<Option<Broken>, StoreError> {
    let row = new.write(step.tx, place.0)?;
    let files = files::attach(step, arrival.conversation, row, new.attachments)?;
    let preview = match new.message {
        Some(message) => files::previews::attach(step, row, message, new.entities)?,
        None => None,
    };
    if let Some(message) = new.message {
        enclosed::put(step.tx, row, message)?;
        if let Some(until) = message.place.as_ref().and_then(|place| live::until(place, arrival.at)) {
            let target = MessageRef { author: arrival.sender_account, id: arrival.message_id };
            live::begin(step, arrival.conversation, target, row, (arrival.at, until), false)?;
        }
    }
    let target = target(arrival);
    if let Some(attachment) = once {
        once::came(step, arrival.conversation, target, row, attachment)?;
    }
    if new.own {
        // Another device of this account has brought them there: for all of them, they are let go when nobody needs them.
        files::kept_for_account(step.tx, row)?;
    }
    if disappeared {
        message_row::hide(step.tx, row, Hidden::Disappeared)?;
    } else if own::is_cleared(step.tx, arrival.conversation, target, arrival.seq)? {
        message_row::hide(step.tx, row, Hidden::ForMe)?;
    } else {
        refresh(step, arrival.conversation, target)?;
        if arrival.live {
            files::command::fetch_automatic(step, &files)?;
            if let Some(picture) = &preview {
                files::previews::fetch(step, picture)?;
            }
        }
        let from_others = arrival.sender_account != here.account;
        if !from_others {
            stickers::used(step, new.attachments)?;
        }
        if from_others && arrival.class == EntryClass::Counted && new.hidden == Hidden::No {
            let muted = own::heard(step, arrival.conversation)?;
            if arrival.live && !muted && place.0.is_none() {
                step.notice(Notice::Incoming { conversation: arrival.conversation, row });
            }
        }
    }
    presence::typed(step, arrival.conversation, arrival.sender_account)?;
    shown(step, arrival.conversation);
    Ok(None)
}

fn row(here: Here, arrival: &Arrival, kind: Kind) -> NewRow<'static> {
    NewRow {
        author: Some(arrival.sender_account),
        own: arrival.sender_account == here.account,
        counted: arrival.class == EntryClass::Counted,
        generation: arrival.generation,
        epoch: arrival.epoch,
        state: State::Sent,
        ..NewRow::new(arrival.conversation, arrival.seq, kind, *arrival.message_id.as_bytes(), arrival.at)
    }
}

fn target(arrival: &Arrival) -> MessageRef {
    MessageRef { author: arrival.sender_account, id: arrival.message_id }
}

pub(super) fn mentions(entities: &[Entity], here: Here, arrival: &Arrival) -> bool {
    let me = |entity: &Entity| matches!(entity.style, Style::Mention { account } if account == here.account);
    arrival.sender_account != here.account && entities.iter().any(me)
}

/// The number of the row that a message takes the place of, if one stands for it.
#[derive(Debug, Clone, Copy)]
struct Slot(Option<i64>);

impl Slot {
    /// None if the message is here already.
    fn find(step: &mut Step<'_>, arrival: &Arrival) -> Result<Option<Self>, StoreError> {
        if let Some(known) = Known::find(step.tx, arrival.conversation, target(arrival))? {
            if known.kind == Kind::Unreadable && !known.deleted && !known.hidden {
                return Ok(Some(Self(Some(known.row))));
            }
            settle(step, arrival.conversation, &known, arrival.seq, arrival.at)?;
            return Ok(None);
        }
        let nameless = Known::find_nameless(step.tx, arrival.conversation, arrival.message_id.as_bytes())?;
        Ok(Some(Self(nameless.filter(|known| known.seq == arrival.seq).map(|known| known.row))))
    }
}

/// A message of which there is a row has its place in the log, or another one than before: a server that was restored
/// gave it a new one.
pub(super) fn settle(
    step: &mut Step<'_>,
    conversation: ConversationId,
    known: &Known,
    seq: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    if known.seq == seq {
        return Ok(());
    }
    let expires_at = known
        .timer
        .filter(|_| known.own && !known.hidden && !known.deleted)
        .and_then(|running| timer::expiry(running, at, (running.from == TimedFrom::Read).then_some(at)));
    step.tx
        .prepare_cached(
            "UPDATE messages SET seq = ?2, pos = ?2, at = ?3, state = 2, failure = x'', \
             expires_at = CASE WHEN expires_at = 0 THEN ?4 ELSE expires_at END WHERE row = ?1",
        )?
        .execute((known.row, column::place(seq), column::millis(at), expires_at.map_or(0, column::millis)))?;
    shown(step, conversation);
    Ok(())
}

/// Reads what a former version could not, now that this one can.
///
/// # Errors
/// When the database fails.
pub(crate) fn reread(step: &mut Step<'_>) -> Result<usize, StoreError> {
    type Raw = (i64, Vec<u8>, Vec<u8>, Vec<u8>, i64, bool, i64, u32, i64, Vec<u8>);
    let here = Here::get(step.tx)?;
    let kept: Vec<Raw> = step
        .tx
        .prepare_cached(
            "SELECT row, conversation, author, message, seq, counted, at, generation, epoch, content \
             FROM messages WHERE kind = 2 AND deleted_seq = 0 ORDER BY row",
        )?
        .query_map((), |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
                row.get(9)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let mut read = 0;
    for (row, conversation, author, id, seq, counted, at, generation, epoch, content) in kept {
        let Ok(authored) = Authored::decode(&content) else { continue };
        if matches!(authored.content, Content::Unsupported(_)) {
            continue;
        }
        let conversation = column::conversation(&conversation, message_row::TABLE)?;
        let sender_account = column::account(&author, message_row::TABLE)?;
        // Who might do what at that time is not known any more: the present answer has to do.
        let place = Conversation::find(step.tx, conversation)?;
        let role = place.as_ref().and_then(|place| place.role(sender_account));
        let arrival = Arrival {
            conversation,
            generation,
            epoch: epoch.cast_unsigned(),
            seq: seq.cast_unsigned(),
            class: if counted { EntryClass::Counted } else { EntryClass::Silent },
            at: column::moment(at),
            expires_at: None,
            sender_account,
            sender_device: here.device,
            message_id: MessageId::try_from(id.as_slice()).map_err(|_| StoreError::damaged(message_row::TABLE))?,
            own: false,
            sender_role: role.unwrap_or(beseda_model::Role::Member),
            permissions: place.map(|place| place.permissions()).unwrap_or_default(),
            live: false,
        };
        // The row makes way for what it becomes, and gives it its number.
        step.tx.prepare_cached("UPDATE messages SET kind = 3, hidden = 0 WHERE row = ?1")?.execute([row])?;
        super::apply(step, here, &arrival, &authored.content, &content)?;
        if !matches!(authored.content, Content::Message(_)) {
            step.tx.prepare_cached("DELETE FROM messages WHERE row = ?1 AND kind = 3")?.execute([row])?;
        }
        shown(step, conversation);
        read += 1;
    }
    Ok(read)
}
