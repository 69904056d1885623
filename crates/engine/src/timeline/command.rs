//! What people want of messages: checked, shown at once, and put into the outbox.

pub(crate) mod folder;
mod keep;
mod said;

pub(crate) use said::send_sticker;

use beseda_model::{Action, ConversationId, MessageId};
use beseda_wire::content::{Authored, Content, Delete, Edit, InfoChange, MessageRef, OwnSync, Pin, Reaction, Timer};
use beseda_wire::state::EntryClass;

use super::access::Here;
use super::rules::{emoji, info, timer};
use super::{infos, live, once, own, own_event, profile};
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::identity;
use crate::outbox::{self, EnqueueOptions};
use crate::store::conversations::Conversation;

type Done = Result<Outcome, Failure>;

/// Carries out commands about content; none if it is not one.
pub fn on_command(step: &mut Step<'_>, command: &Command) -> Option<Done> {
    Some(match command {
        Command::Send { conversation, draft } => said::send(step, *conversation, draft),
        Command::Edit { conversation, target, text, entities } => {
            said::edit(step, *conversation, Edit { target: *target, text: text.clone(), entities: entities.clone() })
        }
        Command::Delete { conversation, targets, for_all: true } => delete(step, *conversation, targets),
        Command::Delete { conversation, targets, for_all: false } => delete_for_me(step, *conversation, targets),
        Command::React { conversation, target, emoji, on } => react(step, *conversation, *target, emoji, *on),
        Command::Pin { conversation, target, on } => pin(step, *conversation, *target, *on),
        Command::Forward { from, messages, to, with_author } => said::forward(step, *from, messages, to, *with_author),
        Command::Retry { conversation, message } => said::retry(step, *conversation, *message),
        Command::Discard { conversation, message } => said::discard(step, *conversation, *message),
        Command::SetInfo { conversation, title, description, timer } => {
            let change =
                InfoChange { title: title.clone(), description: description.clone(), timer: *timer, picture: None };
            set_info(step, *conversation, change)
        }
        Command::OpenOnce { conversation, target } => once::open(step, *conversation, *target),
        Command::CloseOnce { conversation, target } => once::close(step, *conversation, *target),
        Command::TellPlace { place } => {
            said::check_place(place, step.now).and_then(|place| live::tell(step, place.spot))
        }
        Command::StopPlace { conversation, message } => live::stop(step, *conversation, *message),
        Command::SaveDraft { conversation, text } => keep::draft(step, *conversation, text),
        Command::MarkRead { conversation, .. } => keep::mark_read(step, *conversation),
        Command::Keep { conversation, state } => keep::keep(step, *conversation, state),
        Command::MakeFolder { name } => folder::make(step, name),
        Command::RenameFolder { folder, name } => folder::rename(step, *folder, name),
        Command::MoveFolder { folder, to } => folder::relocate(step, *folder, *to),
        Command::DeleteFolder { folder } => folder::delete(step, *folder),
        Command::Verify { account, verified } => keep::verify(step, *account, *verified),
        Command::Nickname { account, name } => keep::nickname(step, *account, name),
        Command::SetProfile { profile } => keep::set_profile(step, profile),
        _ => return None,
    })
}

/// The conversation, if this person may do something there now.
fn allowed(step: &Step<'_>, conversation: ConversationId, action: Action) -> Result<(Here, Conversation), Failure> {
    let here = Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    if !identity::is_signed_in(step.tx)? {
        return Err(Failure::NotSignedIn);
    }
    let place = Conversation::find(step.tx, conversation)?.ok_or(Failure::NotFound)?;
    place.check(here.account, action)?;
    if place.is_deserted(step.tx)? {
        return Err(Failure::NotReady { reason: Reason::PeerGone });
    }
    Ok((here, place))
}

/// Sends something about messages: it is shown at once.
fn enqueue_event(
    step: &mut Step<'_>,
    conversation: ConversationId,
    content: Content,
    blank: Vec<u64>,
) -> Result<MessageId, Failure> {
    let authored = Authored { at: step.now, content };
    if authored.item().len() > beseda_wire::content::MAX_CONTENT {
        return Err(Failure::invalid(Field::Text, Reason::TooLong));
    }
    profile::tell_key_if_due(step, conversation)?;
    let options = EnqueueOptions { class: EntryClass::Silent, blank, ..EnqueueOptions::default() };
    let message = outbox::enqueue(step, conversation, &authored, options)?;
    own_event::keep(step, conversation, message, &authored)?;
    Ok(message)
}

fn delete(step: &mut Step<'_>, conversation: ConversationId, targets: &[MessageRef]) -> Done {
    let (here, place) = allowed(step, conversation, Action::Send)?;
    if targets.iter().any(|target| target.author != here.account) {
        place.check(here.account, Action::DeleteOthers)?;
    }
    check_count(targets)?;
    let mut there = Vec::new();
    let mut seqs = Vec::new();
    for target in targets {
        let Some(found) = said::Said::find(step.tx, conversation, *target)? else { return Err(Failure::NotFound) };
        // What did not leave this device needs no deletion elsewhere.
        if found.seq == 0 && said::withdraw(step, conversation, target.id)? {
            continue;
        }
        there.push(*target);
        seqs.push(found.seq);
    }
    if there.is_empty() {
        return Ok(Outcome::Done);
    }
    let blank = seqs.iter().copied().filter(|seq| *seq > 0).collect();
    let message = enqueue_event(step, conversation, Content::Delete(Delete { targets: there, seqs }), blank)?;
    Ok(Outcome::Queued { message })
}

fn delete_for_me(step: &mut Step<'_>, conversation: ConversationId, targets: &[MessageRef]) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    Conversation::find(step.tx, conversation)?.ok_or(Failure::NotFound)?;
    check_count(targets)?;
    let mut there = Vec::new();
    for target in targets {
        let Some(found) = said::Said::find(step.tx, conversation, *target)? else { return Err(Failure::NotFound) };
        if found.seq > 0 || !said::withdraw(step, conversation, target.id)? {
            there.push(*target);
        }
    }
    if !there.is_empty() {
        own::say(step, OwnSync::DeletedForMe { conversation, messages: there })?;
    }
    Ok(Outcome::Done)
}

fn check_count(targets: &[MessageRef]) -> Result<(), Failure> {
    if targets.is_empty() || targets.len() > super::apply::MAX_TARGETS {
        return Err(Failure::invalid(
            Field::Messages,
            Reason::Between { least: 1, most: super::apply::MAX_TARGETS as u64 },
        ));
    }
    Ok(())
}

fn react(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef, emoji: &str, on: bool) -> Done {
    allowed(step, conversation, Action::Send)?;
    if !emoji::is_emoji(emoji) {
        return Err(Failure::invalid(Field::Emoji, Reason::OneEmoji));
    }
    said::Said::find(step.tx, conversation, target)?.filter(|said| said.is_shown).ok_or(Failure::NotFound)?;
    let reaction = Reaction { target, emoji: emoji.to_owned(), on };
    let message = enqueue_event(step, conversation, Content::Reaction(reaction), Vec::new())?;
    Ok(Outcome::Queued { message })
}

fn pin(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef, on: bool) -> Done {
    allowed(step, conversation, Action::Pin)?;
    if on {
        said::Said::find(step.tx, conversation, target)?.filter(|said| said.is_shown).ok_or(Failure::NotFound)?;
    }
    let message = enqueue_event(step, conversation, Content::Pin(Pin { target, on }), Vec::new())?;
    Ok(Outcome::Queued { message })
}

/// Whether this person may say what a group is about.
pub(crate) fn may_set_info(step: &Step<'_>, conversation: ConversationId) -> Result<(), Failure> {
    let (_, place) = allowed(step, conversation, Action::EditInfo)?;
    if place.kind != beseda_model::ConversationKind::Group {
        return Err(Failure::NotAllowed { reason: Reason::GroupsOnly });
    }
    Ok(())
}

/// Says what a conversation is about.
pub(crate) fn set_info(step: &mut Step<'_>, conversation: ConversationId, change: InfoChange) -> Done {
    if change.title.is_some() || change.description.is_some() || change.picture.is_some() {
        may_set_info(step, conversation)?;
    } else {
        allowed(step, conversation, Action::EditInfo)?;
    }
    if change.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        return Err(Failure::invalid(Field::Title, Reason::Empty));
    }
    let title = change.title.as_deref().unwrap_or_default();
    if !info::is_sound(title, "", 0) {
        return Err(Failure::invalid(Field::Title, Reason::AtMost { most: info::MAX_TITLE as u64 }));
    }
    if !info::is_sound("", change.description.as_deref().unwrap_or_default(), 0) {
        return Err(Failure::invalid(Field::Description, Reason::AtMost { most: info::MAX_DESCRIPTION as u64 }));
    }
    check_timer(change.timer.flatten())?;
    if change == InfoChange::default() {
        return Ok(Outcome::Done);
    }
    let message = enqueue_event(step, conversation, Content::InfoChange(change), Vec::new())?;
    Ok(Outcome::Queued { message })
}

fn check_timer(timer: Option<Timer>) -> Result<(), Failure> {
    match timer {
        Some(timer) if timer.seconds == 0 || timer.seconds > timer::MAX_SECONDS => {
            Err(Failure::invalid(Field::Timer, Reason::Between { least: 1, most: timer::MAX_SECONDS.into() }))
        }
        _ => Ok(()),
    }
}

/// A conversation's timer for messages from now on, with what this person has set and is on its way.
fn timer_of(step: &Step<'_>, conversation: ConversationId) -> Result<Option<Timer>, Failure> {
    let mut timer = infos::load(step.tx, conversation)?.timer();
    for authored in own_event::open(step.tx, conversation)? {
        if let Content::InfoChange(InfoChange { timer: Some(changed), .. }) = authored.content {
            timer = changed;
        }
    }
    Ok(timer)
}
