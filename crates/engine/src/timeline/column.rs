//! Between columns and types.

use beseda_model::{AccountId, ConversationId, MessageId, Timestamp};
use beseda_wire::content::{MessageRef, TimedFrom, Timer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

/// A moment as a column; the far future stays in the future.
pub(crate) fn millis(at: Timestamp) -> i64 {
    i64::try_from(at.as_millis()).unwrap_or(i64::MAX)
}

/// A moment from a column.
pub(crate) fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis.cast_unsigned())
}

/// A moment from a column in which 0 is none.
pub(crate) fn moment_if(millis: i64) -> Option<Timestamp> {
    (millis != 0).then(|| moment(millis))
}

/// A place in a log as a column.
pub(crate) fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

pub(crate) fn account(bytes: &[u8], table: &'static str) -> Result<AccountId, StoreError> {
    AccountId::try_from(bytes).map_err(|_| StoreError::damaged(table))
}

pub(crate) fn conversation(bytes: &[u8], table: &'static str) -> Result<ConversationId, StoreError> {
    ConversationId::try_from(bytes).map_err(|_| StoreError::damaged(table))
}

pub(crate) fn message(bytes: &[u8], table: &'static str) -> Result<MessageId, StoreError> {
    MessageId::try_from(bytes).map_err(|_| StoreError::damaged(table))
}

/// Author and id from two columns; none if both are empty.
pub(crate) fn reference(author: &[u8], id: &[u8], table: &'static str) -> Result<Option<MessageRef>, StoreError> {
    if id.is_empty() {
        return Ok(None);
    }
    Ok(Some(MessageRef { author: account(author, table)?, id: message(id, table)? }))
}

/// A structured value as a column.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    beseda_wire::codec::encode_cbor(value)
}

/// A structured value from a column.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], table: &'static str) -> Result<T, StoreError> {
    beseda_wire::codec::decode_cbor(bytes).map_err(|_| StoreError::damaged(table))
}

/// A structured value from a column that may be empty.
pub(crate) fn decode_if<T: DeserializeOwned>(bytes: &[u8], table: &'static str) -> Result<Option<T>, StoreError> {
    if bytes.is_empty() { Ok(None) } else { decode(bytes, table).map(Some) }
}

/// Length and start of a timer as two columns.
pub(crate) fn timer_columns(timer: Option<Timer>) -> (u32, i64) {
    timer.map_or((0, 0), |timer| (timer.seconds, i64::from(timer.from == TimedFrom::Read)))
}

/// A timer from its two columns.
pub(crate) fn timer(seconds: u32, from: i64) -> Option<Timer> {
    let from = if from == 1 { TimedFrom::Read } else { TimedFrom::Sent };
    (seconds > 0).then_some(Timer { seconds, from })
}
