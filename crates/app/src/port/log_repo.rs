use beseda_model::{ConversationId, DeviceId, MessageId, Timestamp};

use super::StoreError;
use crate::domain::{Appended, Entry, EntryMeta, NewEntry};

/// Logs, for reading.
pub trait LogView {
    /// Entries from `from` up to and with `to`, at most `limit` and at most `bytes` of bodies, but at least one.
    fn page(&self, id: ConversationId, from: u64, to: u64, limit: u32, bytes: u64) -> Result<Vec<Entry>, StoreError>;
    /// One entry, without its body.
    fn entry(&self, id: ConversationId, seq: u64) -> Result<Option<EntryMeta>, StoreError>;
    /// Counted entries up to and with `seq`; zero for zero.
    fn count_at(&self, id: ConversationId, seq: u64) -> Result<u64, StoreError>;
    /// The hash chain's value at `seq`.
    fn chain_at(&self, id: ConversationId, seq: u64) -> Result<Option<[u8; 32]>, StoreError>;
    /// Where the device's message with this id stands, if it was stored.
    fn find_message(
        &self,
        id: ConversationId,
        device: DeviceId,
        message: MessageId,
    ) -> Result<Option<Appended>, StoreError>;
}

/// Logs, for writing.
pub trait LogRepo {
    /// Adds an entry at the end.
    fn append(&mut self, id: ConversationId, entry: &NewEntry) -> Result<Entry, StoreError>;
    /// Drops the bodies of these entries; tells of which there were any.
    fn blank(&mut self, id: ConversationId, seqs: &[u64]) -> Result<Vec<u64>, StoreError>;
    /// Drops at most `limit` bodies that have expired; tells which.
    fn expire_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<(ConversationId, Vec<u64>)>, StoreError>;
}
