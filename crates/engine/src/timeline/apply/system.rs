//! Rows that tell what happened.

use beseda_model::{AccountId, ConversationId, MessageId, Timestamp};
use beseda_wire::content::MessageRef;

use super::shown;
use crate::Step;
use crate::api::view::SystemEvent;
use crate::store::StoreError;
use crate::timeline::access::Here;
use crate::timeline::message_row::{self, Kind, Known, NewRow};
use crate::timeline::rules::Broken;
use crate::timeline::{column, profile};

/// A broken rule of one person is shown once in this time.
const SHOWN_EVERY_MILLIS: u64 = 86_400_000;

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
    if let SystemEvent::Added { .. } = event {
        profile::members_added(step, conversation, actor)?;
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

/// Counts a broken rule, and shows it if people should know and were not told of the same lately.
pub(crate) fn broken(
    step: &mut Step<'_>,
    conversation: ConversationId,
    seq: u64,
    at: Timestamp,
    account: AccountId,
    rule: Broken,
) -> Result<(), StoreError> {
    let before = column::millis(at).saturating_sub(i64::try_from(SHOWN_EVERY_MILLIS).unwrap_or(i64::MAX));
    let shown_at: i64 = step
        .tx
        .prepare_cached(
            "INSERT INTO broken_rules (conversation, account, rule, count, shown_at) VALUES (?1, ?2, ?3, 1, ?4) \
             ON CONFLICT DO UPDATE SET count = count + 1, \
             shown_at = CASE WHEN shown_at <= ?5 THEN ?4 ELSE shown_at END RETURNING shown_at",
        )?
        .query_row((conversation.as_bytes(), account.as_bytes(), rule.name(), column::millis(at), before), |row| {
            row.get(0)
        })?;
    tracing::debug!(%conversation, %account, seq, rule = rule.name(), "Content broke a rule and was not followed");
    if rule.is_shown() && shown_at == column::millis(at) {
        let event = SystemEvent::RuleBroken { reason: rule.name().to_owned() };
        apply_system(step, conversation, seq, at, account, event)?;
    }
    Ok(())
}
