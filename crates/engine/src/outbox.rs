//! What waits to be sent.

use beseda_model::{ConversationId, MessageId, Timestamp};
use beseda_wire::content::Authored;
use beseda_wire::state::EntryClass;

use crate::Step;
use crate::store::StoreError;

/// How a message is to be sent.
#[derive(Debug, Clone, Default)]
pub struct EnqueueOptions {
    /// How it counts.
    pub class: EntryClass,
    /// From when on the server may drop the body; rounded up to a full hour.
    pub expires_at: Option<Timestamp>,
    /// Entries whose bodies it blanks.
    pub blank: Vec<u64>,
    /// Its id, if one was chosen already.
    pub message_id: Option<MessageId>,
}

/// Puts a message into the outbox; it leaves as soon as the conversation allows.
///
/// # Errors
/// When the database fails.
pub fn enqueue(
    step: &mut Step<'_>,
    conversation: ConversationId,
    authored: &Authored,
    options: EnqueueOptions,
) -> Result<MessageId, StoreError> {
    let message = options.message_id.unwrap_or_else(|| MessageId::new(step.now, step.rng));
    step.tx
        .prepare_cached(
            "INSERT INTO outbox (conversation, message, class, expires_at, blank, content, state) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
        )?
        .execute((
            conversation.as_bytes(),
            message.as_bytes(),
            i64::from(options.class == EntryClass::Silent),
            options.expires_at.map_or(0, |at| at.round_up_to_hour().as_millis().cast_signed()),
            beseda_wire::codec::encode_cbor(&options.blank),
            authored.encode(),
        ))?;
    Ok(message)
}
