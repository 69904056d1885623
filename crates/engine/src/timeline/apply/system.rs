//! Rows that tell what happened.

use beseda_model::{AccountId, ConversationId, MessageId, Timestamp};
use beseda_wire::content::MessageRef;

use super::shown;
use crate::Step;
use crate::api::view::SystemEvent;
use crate::links::waiting;
use crate::store::StoreError;
use crate::timeline::access::Here;
use crate::timeline::message_row::{self, Kind, Known, NewRow};
use crate::timeline::rules::Broken;
use crate::timeline::{column, profile};

const DAY_MILLIS: u64 = 86_400_000;

/// Shows that something happened.
///
/// # Errors
/// When the database fails.
pub fn apply_system(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    at: Timestamp,
    actor: AccountId,
    event: SystemEvent,
) -> Result<(), StoreError> {
    match &event {
        SystemEvent::Added { accounts } => {
            profile::members_added(step, conversation, actor)?;
            for account in accounts {
                waiting::put_out(step.tx, conversation, *account, false)?;
            }
        }
        SystemEvent::Removed { account } => waiting::put_out(step.tx, conversation, *account, true)?,
        _ => {}
    }
    let encoded = column::encode(&event);
    let id = message_row::derived_id(&[b"system", conversation.as_bytes(), &seq.to_be_bytes(), &encoded]);
    system_row(step, conversation, seq, at, actor, id, &event)
}

/// Shows an event under an id of its own; the same id again changes nothing.
pub(crate) fn system_row(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    at: Timestamp,
    actor: AccountId,
    id: [u8; 16],
    event: &SystemEvent,
) -> Result<(), StoreError> {
    let target = MessageRef { author: actor, id: MessageId::from_bytes(id) };
    if Known::find(step.tx, conversation, target)?.is_some() {
        return Ok(());
    }
    let here = Here::get(step.tx)?;
    let encoded = column::encode(event);
    NewRow {
        author: Some(actor),
        own: actor == here.account,
        event: &encoded,
        ..NewRow::new(conversation, seq, Kind::System, id, at)
    }
    .write(step.tx, None)?;
    shown(step, conversation);
    Ok(())
}

/// Shows that somebody cites another log than this device has: once a day, as it may be in everything that they send.
pub(crate) fn log_forked(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    at: Timestamp,
    account: AccountId,
) -> Result<(), StoreError> {
    let day = at.as_millis().div_euclid(DAY_MILLIS).to_be_bytes();
    let id = message_row::derived_id(&[b"forked", conversation.as_bytes(), &day]);
    system_row(step, conversation, seq, at, account, id, &SystemEvent::LogForked)
}

/// Counts a broken rule, and shows it if people should know: once for each person, rule and day, at the first place.
pub(crate) fn broken(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    at: Timestamp,
    account: AccountId,
    rule: Broken,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT INTO broken_rules (conversation, account, rule, count) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT DO UPDATE SET count = count + 1",
        )?
        .execute((conversation.as_bytes(), account.as_bytes(), rule.name()))?;
    tracing::debug!(%conversation, %account, seq, "Content broke a rule and was not followed: {}", rule.name());
    if !rule.is_shown() {
        return Ok(());
    }
    let day = at.as_millis().div_euclid(DAY_MILLIS).to_be_bytes();
    let id = message_row::derived_id(&[b"broken", conversation.as_bytes(), rule.name().as_bytes(), &day]);
    let event = SystemEvent::RuleBroken { reason: rule.name().to_owned() };
    system_row(step, conversation, seq, at, account, id, &event)?;
    step.tx
        .prepare_cached(
            "UPDATE messages SET seq = ?4, pos = ?4, at = ?5 \
             WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND seq > ?4",
        )?
        .execute((conversation.as_bytes(), account.as_bytes(), id, column::place(seq), column::millis(at)))?;
    Ok(())
}
