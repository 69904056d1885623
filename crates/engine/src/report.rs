//! Telling the operator of somebody. The server can't read what was said: the reporter's device sends it the messages that
//! its person has chosen, and nothing else.

use beseda_model::ReportId;
use beseda_wire::Request;
use beseda_wire::content::MessageRef;
use beseda_wire::request::{Report, ReportedMessage};
use rusqlite::OptionalExtension;

use crate::api::command::Command;
use crate::api::event::Effect;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::StoreError;
use crate::store::me::Me;
use crate::timeline::column;
use crate::{Step, desk};

/// Most messages in one report.
const MESSAGES: usize = 50;
/// Most characters of what the reporter adds.
const NOTE: usize = 1_000;

/// Carries out a report; false if the command is another.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let Command::Report { about, conversation, messages, reason, note } = command else { return Ok(false) };
    let result = if Me::find(step.tx)?.is_none_or(|me| me.signed_out) {
        Err(Failure::NotSignedIn)
    } else if note.chars().count() > NOTE || messages.len() > MESSAGES {
        Err(Failure::invalid(Field::Report, Reason::TooLong))
    } else {
        let mut shown = Vec::new();
        for message in messages {
            shown.extend(said(step, conversation.as_ref(), message)?);
        }
        if shown.len() == messages.len() { Ok(shown) } else { Err(Failure::NotFound) }
    };
    match result {
        Ok(messages) => {
            let report = Report {
                report: ReportId::new(step.now, step.rng),
                about: *about,
                conversation: *conversation,
                reason: *reason,
                note: note.trim().to_owned(),
                messages,
            };
            desk::request(step, id, Request::Report(report));
        }
        Err(failure) => step.effect(Effect::Done { id, result: Err(failure) }),
    }
    Ok(true)
}

/// What was said, as it is shown here.
fn said(
    step: &Step<'_>,
    conversation: Option<&beseda_model::ConversationId>,
    message: &MessageRef,
) -> Result<Option<ReportedMessage>, StoreError> {
    let Some(conversation) = conversation else { return Ok(None) };
    let found: Option<(String, i64)> = step
        .tx
        .prepare_cached(
            "SELECT text, at FROM messages WHERE conversation = ?1 AND author = ?2 AND message = ?3 \
             AND kind = 0 AND hidden = 0 AND deleted_seq = 0",
        )?
        .query_row((conversation.as_bytes(), message.author.as_bytes(), message.id.as_bytes()), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.map(|(text, at)| ReportedMessage { author: message.author, id: message.id, at: column::moment(at), text }))
}
