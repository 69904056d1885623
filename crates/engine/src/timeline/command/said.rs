//! Messages: sending, editing, forwarding, trying again.

use beseda_model::{Action, ConversationId, MessageId};
use beseda_wire::content::{
    Authored, Content, Edit, Entity, Forward, LinkPreview, MAX_CONTENT, Message, MessageRef, Timer,
};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};

use super::{Done, allowed, check_timer, enqueue_event, timer_of};
use crate::Step;
use crate::api::command::{Draft, LinkPreviewDraft, Outcome};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::files;
use crate::outbox::{self, EnqueueOptions};
use crate::search::{index, words::Words};
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::apply::shown;
use crate::timeline::message_row::{self, Kind, NewRow, State, TABLE};
use crate::timeline::rules::{Broken, preview, text, timer};
use crate::timeline::{column, own, own_event, profile};

/// Most messages and places of one forwarding.
const MAX_FORWARDS: usize = 100;

/// A message that is here.
pub(super) struct Said {
    row: i64,
    pub(super) seq: u64,
    /// Whether there is something to be seen of it.
    pub(super) is_shown: bool,
    pub(super) kind: Kind,
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
        type Raw = (i64, i64, i64, i64, String, Vec<u8>, Vec<u8>, u32, i64, i64, i64);
        let raw: Option<Raw> = conn
            .prepare_cached(
                "SELECT seq, kind, hidden, deleted_seq, text, entities, forward, timer_seconds, timer_from, at, \
                 row FROM messages WHERE conversation = ?1 AND author = ?2 AND message = ?3",
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
                ))
            })
            .optional()?;
        let Some((seq, kind, hidden, deleted, text, entities, forward, seconds, from, at, row)) = raw else {
            return Ok(None);
        };
        Ok(Some(Self {
            row,
            seq: seq.cast_unsigned(),
            is_shown: hidden == 0 && deleted == 0,
            kind: Kind::from_column(kind),
            text,
            entities: column::decode_if(&entities, TABLE)?.unwrap_or_default(),
            forward: column::decode_if(&forward, TABLE)?,
            timer: column::timer(seconds, from),
            at,
        }))
    }

    fn is_text(&self) -> bool {
        self.is_shown && self.kind == Kind::Text
    }
}

pub(super) fn send(step: &mut Step<'_>, conversation: ConversationId, draft: &Draft) -> Done {
    allowed(step, conversation, Action::Send)?;
    check_timer(draft.timer)?;
    let timer = match draft.timer {
        Some(timer) => Some(timer),
        None => timer_of(step, conversation)?,
    };
    let attachments = files::command::take(step, &draft.attachments)?;
    let message = Message {
        text: draft.text.clone(),
        entities: check_text(&draft.text, &draft.entities, !attachments.is_empty())?,
        attachments,
        reply_to: draft.reply_to,
        forward: None,
        timer,
        preview: draft.preview.as_ref().map(|seen| take_preview(step, seen)).transpose()?,
    };
    let id = say(step, conversation, message, draft.silent)?;
    // For the others, what was typed ends with the message: what is typed next has to be told, however soon that is.
    step.place(conversation).typing_at = None;
    own::set_removed(step, conversation, false)?;
    super::keep::forget_draft(step, conversation)?;
    Ok(Outcome::Queued { message: id })
}

/// A page that is shown with a message; what may not be shown of it is left out where the message is written down.
fn take_preview(step: &Step<'_>, draft: &LinkPreviewDraft) -> Result<LinkPreview, Failure> {
    let image = files::command::take(step, draft.image.as_slice())?.pop();
    let LinkPreviewDraft { url, title, description, site, .. } = draft.clone();
    Ok(LinkPreview { url, title, description, site, image })
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
    let preview = message.preview.as_ref().and_then(|seen| preview::accept(seen, &message.text, &message.entities));
    let authored = Authored { at: step.now, content: Content::Message(Message { preview, ..message }) };
    let item = authored.item();
    if item.len() > MAX_CONTENT {
        return Err(Failure::invalid(Field::Text, Reason::TooLong));
    }
    profile::tell_key_if_due(step, conversation)?;
    let Content::Message(message) = &authored.content else { return Err(Failure::Store) };
    let id = outbox::enqueue(step, conversation, &authored, options(step, message, silent, None))?;
    let row = NewRow {
        author: Some(here.account),
        own: true,
        counted: !silent,
        state: State::Queued,
        message: Some(message),
        entities: &message.entities,
        attachments: &message.attachments,
        content: &item,
        ..NewRow::new(conversation, 0, Kind::Text, *id.as_bytes(), step.now)
    }
    .write(step.tx, None)?;
    for attached in files::attach(step, conversation, row, &message.attachments)? {
        files::command::send(step, &attached)?;
    }
    if let Some(picture) = files::previews::attach(step, row, message, &message.entities)? {
        files::command::send(step, &picture)?;
    }
    index::put(step.tx, &Words::default(), row, conversation, here.account, &message.text)?;
    shown(step, conversation);
    Ok(id)
}

fn options(step: &Step<'_>, message: &Message, silent: bool, id: Option<MessageId>) -> EnqueueOptions {
    EnqueueOptions {
        class: if silent { EntryClass::Silent } else { EntryClass::Counted },
        expires_at: message.timer.map(|running| timer::server_expiry(running, step.now)),
        message_id: id,
        ..EnqueueOptions::default()
    }
}

pub(super) fn edit(step: &mut Step<'_>, conversation: ConversationId, edit: Edit) -> Done {
    let (here, _) = allowed(step, conversation, Action::Send)?;
    if edit.target.author != here.account {
        return Err(Failure::NotAllowed { reason: Reason::AuthorOnly });
    }
    let said = Said::find(step.tx, conversation, edit.target)?.filter(Said::is_text).ok_or(Failure::NotFound)?;
    let has_files = !files::attachments(step.tx, said.row)?.is_empty();
    let entities = check_text(&edit.text, &edit.entities, has_files)?;
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
                preview: files::previews::find(step.tx, original.row)?.map(|(seen, _)| seen),
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
        for attached in files::attachments(step.tx, said.row)? {
            files::command::send(step, &attached)?;
        }
        if let Some(picture) = files::previews::picture(step.tx, said.row)? {
            files::command::send(step, &picture)?;
        }
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
