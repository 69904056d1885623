//! OpenMLS's storage over the step's transaction. Values are CBOR: OpenMLS has untagged enums in what it keeps, which
//! compact formats can't read.
//!
//! It is write-back: a message rewrites all message secrets of its group, so what one step writes several times reaches
//! SQLite once, when the step is flushed just before its commit.

use std::cell::RefCell;
use std::collections::BTreeMap;

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

use crate::store::StoreError;

const V: u16 = CURRENT_VERSION;

/// Keys and values that are not in SQLite yet; no value means deleted.
pub(crate) type Overlay = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// See the module's description.
pub(crate) struct MlsStore<'a> {
    conn: &'a Connection,
    overlay: RefCell<Overlay>,
    failure: RefCell<Option<StoreError>>,
}

/// The store failed; what exactly, [`MlsStore::flush`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store of MLS groups failed")]
pub(crate) struct MlsStoreError;

impl<'a> MlsStore<'a> {
    pub(crate) const fn new(conn: &'a Connection) -> Self {
        Self { conn, overlay: RefCell::new(Overlay::new()), failure: RefCell::new(None) }
    }

    /// What was written since the last flush, to return to it with [`MlsStore::restore`].
    pub(crate) fn snapshot(&self) -> Overlay {
        self.overlay.borrow().clone()
    }

    /// Forgets what was written after the snapshot. Groups in memory that were touched since must be dropped.
    pub(crate) fn restore(&self, overlay: Overlay) {
        *self.overlay.borrow_mut() = overlay;
    }

    /// Writes everything to SQLite.
    ///
    /// # Errors
    /// When the database fails now, or did in the meantime.
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        if let Some(failure) = self.failure.borrow_mut().take() {
            return Err(failure);
        }
        for (key, value) in std::mem::take(&mut *self.overlay.borrow_mut()) {
            match value {
                Some(value) => self
                    .conn
                    .prepare_cached(
                        "INSERT INTO mls (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
                    )?
                    .execute((key, value))?,
                None => self.conn.prepare_cached("DELETE FROM mls WHERE key = ?1")?.execute([key])?,
            };
        }
        Ok(())
    }

    /// Nothing of what was not written yet is written any more.
    pub(crate) fn forget(&self) {
        self.overlay.borrow_mut().clear();
    }

    /// Takes back that a damaged value was met, where the caller can do without it; false if it was something else.
    pub(crate) fn forgive_damage(&self) -> bool {
        let mut failure = self.failure.borrow_mut();
        let is_damage = matches!(*failure, Some(StoreError::Damaged { .. }));
        if is_damage {
            *failure = None;
        }
        is_damage
    }

    fn fail(&self, error: impl Into<StoreError>) -> MlsStoreError {
        self.failure.borrow_mut().get_or_insert(error.into());
        MlsStoreError
    }

    fn put<T: Serialize + ?Sized>(&self, key: Vec<u8>, value: &T) -> Result<(), MlsStoreError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).map_err(|_| self.fail(StoreError::damaged("mls")))?;
        self.overlay.borrow_mut().insert(key, Some(bytes));
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, MlsStoreError> {
        let known = self.overlay.borrow().get(key).cloned();
        let bytes = match known {
            Some(value) => value,
            None => self.read(key).map_err(|error| self.fail(error))?,
        };
        bytes
            .map(|bytes| ciborium::from_reader(bytes.as_slice()).map_err(|_| self.fail(StoreError::damaged("mls"))))
            .transpose()
    }

    fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, rusqlite::Error> {
        self.conn.prepare_cached("SELECT value FROM mls WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
    }

    fn delete(&self, key: Vec<u8>) {
        self.overlay.borrow_mut().insert(key, None);
    }

    fn list(&self, key: &[u8]) -> Result<Vec<(ByteBuf, ByteBuf)>, MlsStoreError> {
        Ok(self.get(key)?.unwrap_or_default())
    }

    fn encode<T: Serialize + ?Sized>(&self, value: &T) -> Result<ByteBuf, MlsStoreError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).map_err(|_| self.fail(StoreError::damaged("mls")))?;
        Ok(ByteBuf::from(bytes))
    }

    fn decode<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, MlsStoreError> {
        ciborium::from_reader(bytes).map_err(|_| self.fail(StoreError::damaged("mls")))
    }
}

impl std::fmt::Debug for MlsStore<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MlsStore").finish_non_exhaustive()
    }
}

/// The key of a row: what it is, and of what.
fn key<K: Serialize + ?Sized>(label: &str, of: &K) -> Vec<u8> {
    let mut bytes = label.as_bytes().to_vec();
    bytes.push(b':');
    ciborium::into_writer(of, &mut bytes).expect("OpenMLS's keys are plain data, and memory does not fail");
    bytes
}

impl StorageProvider<V> for MlsStore<'_> {
    type Error = MlsStoreError;

    fn write_mls_join_config<GroupId: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("config", group), value)
    }

    fn mls_group_join_config<GroupId: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("config", group))
    }

    fn delete_group_config<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("config", group));
        Ok(())
    }

    fn write_tree<GroupId: traits::GroupId<V>, T: traits::TreeSync<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("tree", group), value)
    }

    fn tree<GroupId: traits::GroupId<V>, T: traits::TreeSync<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("tree", group))
    }

    fn delete_tree<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("tree", group));
        Ok(())
    }

    fn write_interim_transcript_hash<GroupId: traits::GroupId<V>, T: traits::InterimTranscriptHash<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("interim", group), value)
    }

    fn interim_transcript_hash<GroupId: traits::GroupId<V>, T: traits::InterimTranscriptHash<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("interim", group))
    }

    fn delete_interim_transcript_hash<GroupId: traits::GroupId<V>>(
        &self,
        group: &GroupId,
    ) -> Result<(), MlsStoreError> {
        self.delete(key("interim", group));
        Ok(())
    }

    fn write_context<GroupId: traits::GroupId<V>, T: traits::GroupContext<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("context", group), value)
    }

    fn group_context<GroupId: traits::GroupId<V>, T: traits::GroupContext<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("context", group))
    }

    fn delete_context<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("context", group));
        Ok(())
    }

    fn write_confirmation_tag<GroupId: traits::GroupId<V>, T: traits::ConfirmationTag<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("tag", group), value)
    }

    fn confirmation_tag<GroupId: traits::GroupId<V>, T: traits::ConfirmationTag<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("tag", group))
    }

    fn delete_confirmation_tag<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("tag", group));
        Ok(())
    }

    fn write_group_state<T: traits::GroupState<V>, GroupId: traits::GroupId<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("state", group), value)
    }

    fn group_state<T: traits::GroupState<V>, GroupId: traits::GroupId<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("state", group))
    }

    fn delete_group_state<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("state", group));
        Ok(())
    }

    fn write_message_secrets<GroupId: traits::GroupId<V>, T: traits::MessageSecrets<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("secrets", group), value)
    }

    fn message_secrets<GroupId: traits::GroupId<V>, T: traits::MessageSecrets<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("secrets", group))
    }

    fn delete_message_secrets<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("secrets", group));
        Ok(())
    }

    fn write_resumption_psk_store<GroupId: traits::GroupId<V>, T: traits::ResumptionPskStore<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("resumption", group), value)
    }

    fn resumption_psk_store<GroupId: traits::GroupId<V>, T: traits::ResumptionPskStore<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("resumption", group))
    }

    fn delete_all_resumption_psk_secrets<GroupId: traits::GroupId<V>>(
        &self,
        group: &GroupId,
    ) -> Result<(), MlsStoreError> {
        self.delete(key("resumption", group));
        Ok(())
    }

    fn write_own_leaf_index<GroupId: traits::GroupId<V>, T: traits::LeafNodeIndex<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("leaf", group), value)
    }

    fn own_leaf_index<GroupId: traits::GroupId<V>, T: traits::LeafNodeIndex<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("leaf", group))
    }

    fn delete_own_leaf_index<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("leaf", group));
        Ok(())
    }

    fn write_group_epoch_secrets<GroupId: traits::GroupId<V>, T: traits::GroupEpochSecrets<V>>(
        &self,
        group: &GroupId,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("epoch", group), value)
    }

    fn group_epoch_secrets<GroupId: traits::GroupId<V>, T: traits::GroupEpochSecrets<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("epoch", group))
    }

    fn delete_group_epoch_secrets<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("epoch", group));
        Ok(())
    }

    fn append_own_leaf_node<GroupId: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &GroupId,
        leaf: &T,
    ) -> Result<(), MlsStoreError> {
        let key = key("own_leaves", group);
        let mut leaves = self.list(&key)?;
        leaves.push((ByteBuf::new(), self.encode(leaf)?));
        self.put(key, &leaves)
    }

    fn own_leaf_nodes<GroupId: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Vec<T>, MlsStoreError> {
        self.list(&key("own_leaves", group))?.iter().map(|(_, leaf)| self.decode(leaf)).collect()
    }

    fn delete_own_leaf_nodes<GroupId: traits::GroupId<V>>(&self, group: &GroupId) -> Result<(), MlsStoreError> {
        self.delete(key("own_leaves", group));
        Ok(())
    }

    fn queue_proposal<GroupId: traits::GroupId<V>, R: traits::ProposalRef<V>, T: traits::QueuedProposal<V>>(
        &self,
        group: &GroupId,
        reference: &R,
        proposal: &T,
    ) -> Result<(), MlsStoreError> {
        let key = key("proposals", group);
        let mut proposals = self.list(&key)?;
        let reference = self.encode(reference)?;
        proposals.retain(|(known, _)| *known != reference);
        proposals.push((reference, self.encode(proposal)?));
        self.put(key, &proposals)
    }

    fn queued_proposal_refs<GroupId: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Vec<R>, MlsStoreError> {
        self.list(&key("proposals", group))?.iter().map(|(reference, _)| self.decode(reference)).collect()
    }

    fn queued_proposals<GroupId: traits::GroupId<V>, R: traits::ProposalRef<V>, T: traits::QueuedProposal<V>>(
        &self,
        group: &GroupId,
    ) -> Result<Vec<(R, T)>, MlsStoreError> {
        let proposals = self.list(&key("proposals", group))?;
        proposals.iter().map(|(reference, proposal)| Ok((self.decode(reference)?, self.decode(proposal)?))).collect()
    }

    fn remove_proposal<GroupId: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &GroupId,
        reference: &R,
    ) -> Result<(), MlsStoreError> {
        let key = key("proposals", group);
        let mut proposals = self.list(&key)?;
        let reference = self.encode(reference)?;
        proposals.retain(|(known, _)| *known != reference);
        self.put(key, &proposals)
    }

    fn clear_proposal_queue<GroupId: traits::GroupId<V>, R: traits::ProposalRef<V>>(
        &self,
        group: &GroupId,
    ) -> Result<(), MlsStoreError> {
        self.delete(key("proposals", group));
        Ok(())
    }

    fn write_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &GroupId,
        epoch: &E,
        leaf: u32,
        pairs: &[T],
    ) -> Result<(), MlsStoreError> {
        self.put(key("epoch_pairs", &(group, epoch, leaf)), pairs)
    }

    fn encryption_epoch_key_pairs<GroupId: traits::GroupId<V>, E: traits::EpochKey<V>, T: traits::HpkeKeyPair<V>>(
        &self,
        group: &GroupId,
        epoch: &E,
        leaf: u32,
    ) -> Result<Vec<T>, MlsStoreError> {
        Ok(self.get(&key("epoch_pairs", &(group, epoch, leaf)))?.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<GroupId: traits::GroupId<V>, E: traits::EpochKey<V>>(
        &self,
        group: &GroupId,
        epoch: &E,
        leaf: u32,
    ) -> Result<(), MlsStoreError> {
        self.delete(key("epoch_pairs", &(group, epoch, leaf)));
        Ok(())
    }

    fn write_signature_key_pair<K: traits::SignaturePublicKey<V>, T: traits::SignatureKeyPair<V>>(
        &self,
        of: &K,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("signature", of), value)
    }

    fn signature_key_pair<K: traits::SignaturePublicKey<V>, T: traits::SignatureKeyPair<V>>(
        &self,
        of: &K,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("signature", of))
    }

    fn delete_signature_key_pair<K: traits::SignaturePublicKey<V>>(&self, of: &K) -> Result<(), MlsStoreError> {
        self.delete(key("signature", of));
        Ok(())
    }

    fn write_encryption_key_pair<K: traits::EncryptionKey<V>, T: traits::HpkeKeyPair<V>>(
        &self,
        of: &K,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("pair", of), value)
    }

    fn encryption_key_pair<T: traits::HpkeKeyPair<V>, K: traits::EncryptionKey<V>>(
        &self,
        of: &K,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("pair", of))
    }

    fn delete_encryption_key_pair<K: traits::EncryptionKey<V>>(&self, of: &K) -> Result<(), MlsStoreError> {
        self.delete(key("pair", of));
        Ok(())
    }

    fn write_key_package<K: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        of: &K,
        value: &T,
    ) -> Result<(), MlsStoreError> {
        self.put(key("package", of), value)
    }

    fn key_package<K: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        of: &K,
    ) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("package", of))
    }

    fn delete_key_package<K: traits::HashReference<V>>(&self, of: &K) -> Result<(), MlsStoreError> {
        self.delete(key("package", of));
        Ok(())
    }

    fn write_psk<K: traits::PskId<V>, T: traits::PskBundle<V>>(&self, of: &K, value: &T) -> Result<(), MlsStoreError> {
        self.put(key("psk", of), value)
    }

    fn psk<T: traits::PskBundle<V>, K: traits::PskId<V>>(&self, of: &K) -> Result<Option<T>, MlsStoreError> {
        self.get(&key("psk", of))
    }

    fn delete_psk<K: traits::PskId<V>>(&self, of: &K) -> Result<(), MlsStoreError> {
        self.delete(key("psk", of));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_before_and_after_a_flush_and_a_snapshot_takes_it_back() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        let store = MlsStore::new(&conn);
        store.put(b"a".to_vec(), "one").unwrap();
        store.flush().unwrap();
        let snapshot = store.snapshot();
        store.put(b"a".to_vec(), "two").unwrap();
        assert_eq!(store.get::<String>(b"a").unwrap().as_deref(), Some("two"));
        store.restore(snapshot);
        assert_eq!(store.get::<String>(b"a").unwrap().as_deref(), Some("one"));
        store.delete(b"a".to_vec());
        store.flush().unwrap();
        assert_eq!(store.get::<String>(b"a").unwrap(), None);
    }

    #[test]
    fn a_damaged_value_fails_the_step() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        conn.execute("INSERT INTO mls (key, value) VALUES (x'61', x'ff')", ()).unwrap();
        let store = MlsStore::new(&conn);
        assert_eq!(store.get::<String>(b"a"), Err(MlsStoreError));
        assert!(matches!(store.flush(), Err(StoreError::Damaged { table: "mls" })));
    }
}
