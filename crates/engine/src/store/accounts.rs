//! Accounts and their pinned device logs.

use beseda_model::Timestamp;

/// A moment from its column.
pub fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis.cast_unsigned())
}
