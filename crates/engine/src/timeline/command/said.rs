//! Messages: sending, editing, forwarding, trying again.

use beseda_model::{Action, ConversationId, ConversationKind, MessageId, Timestamp};
use beseda_wire::content::{
    Attachment, Authored, ContactCard, Content, Edit, Entity, Forward, LinkPreview, MAX_CONTENT, Message, MessageRef,
    Place, Spot, Timer,
};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};

use super::{Done, allowed, check_timer, enqueue_event, timer_of};
use crate::Step;
use crate::api::command::{Draft, LinkPreviewDraft, Outcome};
use crate::api::failure::Failure;
use crate::api::place::PlaceDraft;
use crate::api::reason::{Field, Reason};
use crate::files;
use crate::outbox::{self, EnqueueOptions};
use crate::search::{index, words::Words};
use crate::stickers;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::apply::shown;
use crate::timeline::message_row::{self, Kind, NewRow, State, TABLE};
use crate::timeline::rules::{self, Broken, contact, place, preview, text, timer};
use crate::timeline::{column, enclosed, live, once, own, own_event, profile};

/// Most messages and places of one forwarding.
const MAX_FORWARDS: usize = 100;

/// A message that is here.
pub(super) struct Said {
    row: i64,
    pub(super) seq: u64,
    /// Whether there is something to be seen of it.
    pub(super) is_shown: bool,
    pub(super) kind: Kind,
    once: i64,
    text: String,
    entities: Vec<Entity>,
    forward: Option<Forward>,
    timer: Option<Timer>,
    at: i64,
}

impl Said {
    pub(super) fn find(
        conn: &Connection,
        conversation: ConversationId,
        target: MessageRef,
    ) -> Result<Option<Self>, StoreError> {
        type Raw = (i64, i64, i64, i64, String, Vec<u8>, Vec<u8>, u32, i64, i64, i64, i64);
        let raw: Option<Raw> = conn
            .prepare_cached(
                "SELECT seq, kind, hidden, deleted_seq, text, entities, forward, timer_seconds, timer_from, at, \
                 row, once FROM messages WHERE conversation = ?1 AND author = ?2 AND message = ?3",
            )?
            .query_row((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()), |row| {
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
                    row.get(10)?,
                    row.get(11)?,
                ))
            })
            .optional()?;
        let Some((seq, kind, hidden, deleted, text, entities, forward, seconds, from, at, row, once)) = raw else {
            return Ok(None);
        };
        Ok(Some(Self {
            row,
            seq: seq.cast_unsigned(),
            is_shown: hidden == 0 && deleted == 0,
            kind: Kind::from_column(kind),
            once,
            text,
            entities: column::decode_if(&entities, TABLE)?.unwrap_or_default(),
            forward: column::decode_if(&forward, TABLE)?,
            timer: column::timer(seconds, from),
            at,
        }))
    }

    fn is_text(&self) -> bool {
        self.is_shown && once::is_ordinary(self.kind, self.once)
    }
}

pub(super) fn send(step: &mut Step<'_>, conversation: ConversationId, draft: &Draft) -> Done {
    let (_, there) = allowed(step, conversation, Action::Send)?;
    check_timer(draft.timer)?;
    let timer = match draft.timer {
        Some(timer) => Some(timer),
        None => timer_of(step, conversation)?,
    };
    let mut attachments = files::command::take(step, &draft.attachments)?;
    if draft.once {
        attachments = vec![only_once(step, &there, draft, &attachments)?];
    }
    let (place, contacts) =
        (draft.place.as_ref().map(|place| check_place(place, step.now)).transpose()?, check_contacts(&draft.contacts)?);
    let message = Message {
        text: draft.text.clone(),
        entities: check_text(
            &draft.text,
            &draft.entities,
            !attachments.is_empty() || place.is_some() || !contacts.is_empty(),
        )?,
        attachments,
        reply_to: draft.reply_to,
        forward: None,
        timer,
        preview: draft.preview.as_ref().map(|seen| take_preview(step, seen)).transpose()?,
        once: draft.once,
        place,
        contacts,
    };
    let id = say(step, conversation, message, draft.silent)?;
    said(step, conversation)?;
    super::keep::forget_draft(step, conversation)?;
    Ok(Outcome::Queued { message: id })
}

/// A page that is shown with a message; what may not be shown of it is left out where the message is written down.
fn take_preview(step: &Step<'_>, draft: &LinkPreviewDraft) -> Result<LinkPreview, Failure> {
    let image = files::command::take(step, draft.image.as_slice())?.pop();
    let LinkPreviewDraft { url, title, description, site, .. } = draft.clone();
    Ok(LinkPreview { url, title, description, site, image })
}

pub(super) fn check_place(draft: &PlaceDraft, now: Timestamp) -> Result<Place, Failure> {
    let spot = Spot { latitude: draft.latitude.into(), longitude: draft.longitude.into(), accuracy: draft.accuracy };
    if !place::is_on_earth(&spot) {
        return Err(Failure::invalid(Field::Place, Reason::NotOnEarth));
    }
    if draft.name.chars().count() > place::MAX_NAME {
        return Err(Failure::invalid(Field::Place, Reason::AtMost { most: place::MAX_NAME as u64 }));
    }
    let (least, most) = live::SECONDS.into_inner();
    if draft.seconds.is_some_and(|seconds| !live::SECONDS.contains(&seconds)) {
        return Err(Failure::invalid(Field::Place, Reason::Between { least: least.into(), most: most.into() }));
    }
    let until = draft.seconds.map(|seconds| now.plus_millis(u64::from(seconds).saturating_mul(1_000)));
    Ok(place::accept(&Place { spot, name: draft.name.clone(), until }))
}

/// Cards as others will see them: of one that is sent nothing may be lost without a word.
fn check_contacts(cards: &[ContactCard]) -> Result<Vec<ContactCard>, Failure> {
    let accepted = contact::accept(cards).map_err(|_| Failure::invalid(Field::Contacts, Reason::TooMany))?;
    if accepted.len() < cards.len() {
        return Err(Failure::invalid(Field::Contacts, Reason::Empty));
    }
    for (given, kept) in cards.iter().zip(&accepted) {
        if given.name.chars().count() > contact::MAX_NAME || given.organisation.chars().count() > contact::MAX_NAME {
            return Err(Failure::invalid(Field::Name, Reason::AtMost { most: contact::MAX_NAME as u64 }));
        }
        let lost = [
            (Field::Phone, given.phones.len() > kept.phones.len()),
            (Field::Email, given.emails.len() > kept.emails.len()),
            (Field::Link, given.link.is_empty() != kept.link.is_empty()),
        ];
        if let Some((field, _)) = lost.into_iter().find(|(_, is_lost)| *is_lost) {
            return Err(Failure::invalid(field, Reason::NoContact));
        }
    }
    Ok(accepted)
}

/// Sends a sticker. What is being written in that conversation stays as it is.
pub(crate) fn send_sticker(
    step: &mut Step<'_>,
    conversation: ConversationId,
    attachment: Attachment,
    reply_to: Option<MessageRef>,
) -> Done {
    allowed(step, conversation, Action::Send)?;
    let timer = timer_of(step, conversation)?;
    let message = Message { attachments: vec![attachment], reply_to, timer, ..Message::default() };
    let id = say(step, conversation, message, false)?;
    said(step, conversation)?;
    Ok(Outcome::Queued { message: id })
}

fn said(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), Failure> {
    // For the others, what was typed ends with the message: what is typed next has to be told, however soon that is.
    step.place(conversation).typing_at = None;
    Ok(own::set_removed(step, conversation, false)?)
}

/// The one attachment of a draft that can be looked at once, without what would show something of it beforehand.
fn only_once(
    step: &mut Step<'_>,
    place: &Conversation,
    draft: &Draft,
    attachments: &[Attachment],
) -> Result<Attachment, Failure> {
    // In one's notes there is nobody else who could open it.
    if place.kind == ConversationKind::Notes {
        return Err(Failure::NotAllowed { reason: Reason::Kind });
    }
    if draft.place.is_some() || !draft.contacts.is_empty() {
        return Err(Failure::invalid(Field::Files, Reason::OnceWhat));
    }
    let (_, attachment) =
        rules::once::accept(attachments).map_err(|_| Failure::invalid(Field::Files, Reason::OnceWhat))?;
    for cover in draft.attachments.iter().filter_map(|attachment| attachment.cover) {
        files::command::leave(step, cover)?;
    }
    Ok(attachment)
}

fn check_text(text: &str, entities: &[Entity], may_be_empty: bool) -> Result<Vec<Entity>, Failure> {
    if text.trim().is_empty() && !may_be_empty {
        return Err(Failure::invalid(Field::Text, Reason::Empty));
    }
    text::accept(text, entities).map_err(|broken| match broken {
        Broken::TooMuchFormatting => Failure::invalid(Field::Entities, Reason::TooMany),
        _ => Failure::invalid(Field::Text, Reason::AtMost { most: text::MAX_CHARS as u64 }),
    })
}

/// Shows a message and puts it into the outbox.
fn say(
    step: &mut Step<'_>,
    conversation: ConversationId,
    message: Message,
    silent: bool,
) -> Result<MessageId, Failure> {
    let here = Here::get(step.tx)?;
    // Only what others may see: no picture is brought to the server that nobody is shown.
    let preview = message.preview.as_ref().filter(|_| !message.once);
    let preview = preview.and_then(|seen| preview::accept(seen, &message.text, &message.entities));
    let authored = Authored { at: step.now, content: Content::Message(Message { preview, ..message }) };
    let item = authored.item();
    if item.len() > MAX_CONTENT {
        return Err(Failure::invalid(Field::Text, Reason::TooLong));
    }
    profile::tell_key_if_due(step, conversation)?;
    let Content::Message(message) = &authored.content else { return Err(Failure::Store) };
    let id = outbox::enqueue(step, conversation, &authored, options(step, message, silent, None))?;
    let once = message.once.then(|| rules::once::accept(&message.attachments)).transpose();
    let once = once.map_err(|_| Failure::invalid(Field::Files, Reason::OnceWhat))?;
    let shell = once.as_ref().map(|_| rules::once::shell(message));
    let seen = shell.as_ref().unwrap_or(message);
    let row = NewRow {
        author: Some(here.account),
        own: true,
        counted: !silent,
        state: State::Queued,
        message: Some(seen),
        entities: &seen.entities,
        attachments: &seen.attachments,
        content: &item,
        once: once.as_ref().map(|(kind, _)| *kind),
        ..NewRow::new(conversation, 0, Kind::Text, *id.as_bytes(), step.now)
    }
    .write(step.tx, None)?;
    match &once {
        Some((_, attachment)) => {
            files::attach_unseen(step, row, attachment)?;
        }
        None => {
            enclosed::put(step.tx, row, message)?;
            if let Some(until) = message.place.as_ref().and_then(|place| place.until) {
                let target = MessageRef { author: here.account, id };
                live::begin(step, conversation, target, row, (step.now, until), true)?;
            }
            files::attach(step, conversation, row, &message.attachments)?;
            index::put(step.tx, &Words::default(), row, conversation, here.account, &message.text)?;
        }
    }
    files::previews::attach(step, row, seen, &seen.entities)?;
    stickers::used(step, &message.attachments)?;
    files::command::send(step, row)?;
    shown(step, conversation);
    Ok(id)
}

fn options(step: &Step<'_>, message: &Message, silent: bool, id: Option<MessageId>) -> EnqueueOptions {
    EnqueueOptions {
        class: if silent { EntryClass::Silent } else { EntryClass::Counted },
        expires_at: server_expiry(message, step.now),
        message_id: id,
        ..EnqueueOptions::default()
    }
}

/// From when on the server may drop the body: nobody opens later what can be looked at once.
fn server_expiry(message: &Message, now: Timestamp) -> Option<Timestamp> {
    let timed = message.timer.map(|running| timer::server_expiry(running, now));
    let lapses = message.once.then(|| rules::once::lapses_at(now).round_up_to_hour());
    timed.into_iter().chain(lapses).min()
}

pub(super) fn edit(step: &mut Step<'_>, conversation: ConversationId, edit: Edit) -> Done {
    let (here, _) = allowed(step, conversation, Action::Send)?;
    if edit.target.author != here.account {
        return Err(Failure::NotAllowed { reason: Reason::AuthorOnly });
    }
    let said = Said::find(step.tx, conversation, edit.target)?.filter(Said::is_text).ok_or(Failure::NotFound)?;
    let has_more = !files::attachments(step.tx, said.row)?.is_empty() || enclosed::is_there(step.tx, said.row)?;
    let entities = check_text(&edit.text, &edit.entities, has_more)?;
    let message = enqueue_event(step, conversation, Content::Edit(Edit { entities, ..edit }), Vec::new())?;
    Ok(Outcome::Queued { message })
}

pub(super) fn forward(
    step: &mut Step<'_>,
    from: ConversationId,
    messages: &[MessageRef],
    to: &[ConversationId],
    with_author: bool,
) -> Done {
    if messages.is_empty() || to.is_empty() || messages.len().saturating_mul(to.len()) > MAX_FORWARDS {
        return Err(Failure::invalid(Field::Messages, Reason::Between { least: 1, most: MAX_FORWARDS as u64 }));
    }
    Conversation::find(step.tx, from)?.ok_or(Failure::NotFound)?;
    let mut said = Vec::new();
    for target in messages {
        said.push((*target, Said::find(step.tx, from, *target)?.filter(Said::is_text).ok_or(Failure::NotFound)?));
    }
    for conversation in to {
        allowed(step, *conversation, Action::Send)?;
    }
    let mut last = None;
    for conversation in to {
        let timer = timer_of(step, *conversation)?;
        for (target, original) in &said {
            let message = Message {
                text: original.text.clone(),
                entities: original.entities.clone(),
                attachments: files::attachments(step.tx, original.row)?
                    .into_iter()
                    .map(|attached| attached.attachment)
                    .collect(),
                reply_to: None,
                forward: Some(origin(step.tx, *target, original, with_author)?),
                // What was to disappear disappears where it was forwarded to as well.
                timer: timer::stricter(timer, original.timer),
                // Whoever passes a place on does not promise to be there.
                place: enclosed::place(step.tx, original.row)?.map(|place| Place { until: None, ..place }),
                contacts: enclosed::contacts(step.tx, original.row)?,
                preview: files::previews::find(step.tx, original.row)?.map(|(seen, _)| seen),
                once: false,
            };
            last = Some(say(step, *conversation, message, false)?);
        }
    }
    last.map(|message| Outcome::Queued { message }).ok_or(Failure::NotFound)
}

/// Where a message was first said. The name is what its author tells everybody, never this person's nickname for them.
fn origin(conn: &Connection, target: MessageRef, original: &Said, with_author: bool) -> Result<Forward, StoreError> {
    let first = match &original.forward {
        Some(first) => first.clone(),
        None => Forward {
            author: Some(target.author),
            name: crate::view::public_name(conn, target.author)?,
            at: column::moment(original.at),
        },
    };
    Ok(if with_author { first } else { Forward { author: None, name: String::new(), at: first.at } })
}

pub(super) fn retry(step: &mut Step<'_>, conversation: ConversationId, id: MessageId) -> Done {
    let (here, _) = allowed(step, conversation, Action::Send)?;
    let (authored, counted) = match own_event::retry(step, conversation, id)? {
        Some(authored) => (authored, false),
        None => failed_message(step, here, conversation, id)?.ok_or(Failure::NotFound)?,
    };
    take_out(step, conversation, id)?;
    let options = match &authored.content {
        Content::Message(message) => options(step, message, !counted, Some(id)),
        Content::Delete(delete) => EnqueueOptions {
            class: EntryClass::Silent,
            blank: delete.seqs.iter().copied().filter(|seq| *seq > 0).collect(),
            message_id: Some(id),
            ..EnqueueOptions::default()
        },
        _ => EnqueueOptions { class: EntryClass::Silent, message_id: Some(id), ..EnqueueOptions::default() },
    };
    outbox::enqueue(step, conversation, &authored, options)?;
    Ok(Outcome::Queued { message: id })
}

/// The content of a message that could not be sent, and whether it counts; it is shown as queued again.
fn failed_message(
    step: &mut Step<'_>,
    here: Here,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<(Authored, bool)>, StoreError> {
    let found: Option<(Vec<u8>, bool)> = step
        .tx
        .prepare_cached(
            "UPDATE messages SET state = 0, failure = x'' \
             WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND state = 3 RETURNING content, counted",
        )?
        .query_row((conversation.as_bytes(), here.account.as_bytes(), id.as_bytes()), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((item, counted)) = found else { return Ok(None) };
    shown(step, conversation);
    let authored = Authored::decode(&item).map_err(|_| StoreError::damaged(TABLE))?;
    let target = MessageRef { author: here.account, id };
    if let Some(said) = Said::find(step.tx, conversation, target)? {
        files::command::send(step, said.row)?;
    }
    Ok(Some((authored, counted)))
}

pub(super) fn discard(step: &mut Step<'_>, conversation: ConversationId, id: MessageId) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    if withdraw(step, conversation, id)? {
        return Ok(Outcome::Done);
    }
    let target = MessageRef { author: Here::get(step.tx)?.account, id };
    Err(match Said::find(step.tx, conversation, target)? {
        Some(_) => Failure::NotAllowed { reason: Reason::UnderWay },
        None => Failure::NotFound,
    })
}

/// Takes something back that has not left this device; false if it may have.
pub(super) fn withdraw(step: &mut Step<'_>, conversation: ConversationId, id: MessageId) -> Result<bool, StoreError> {
    let here = Here::get(step.tx)?;
    let row: Option<(i64, i64)> = step
        .tx
        .prepare_cached(
            "SELECT row, state FROM messages \
             WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND seq = 0 AND state IN (0, 3)",
        )?
        .query_row((conversation.as_bytes(), here.account.as_bytes(), id.as_bytes()), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    // A failed one may have been taken out of the outbox already.
    let taken = take_out(step, conversation, id)?;
    if !taken && row.is_none_or(|(_, state)| state != State::Failed as i64) {
        return own_event::discard(step, conversation, id);
    }
    own_event::discard(step, conversation, id)?;
    if let Some((row, _)) = row {
        message_row::wipe(step.tx, row)?;
        step.tx.prepare_cached("DELETE FROM messages WHERE row = ?1")?.execute([row])?;
        shown(step, conversation);
    }
    Ok(true)
}

/// Takes out of the outbox what is not on its way.
fn take_out(step: &Step<'_>, conversation: ConversationId, id: MessageId) -> Result<bool, StoreError> {
    let gone = step
        .tx
        .prepare_cached("DELETE FROM outbox WHERE conversation = ?1 AND message = ?2 AND state IN (0, 2)")?
        .execute((conversation.as_bytes(), id.as_bytes()))?;
    Ok(gone > 0)
}
