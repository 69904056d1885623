//! One step of the engine: a transaction, the present moment, and what is to happen once the transaction is durable.

use beseda_model::{Rng, Timestamp};
use rusqlite::Transaction;

use crate::api::command::Outcome;
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::memory::Memory;
use crate::mls::provider::Provider;
use crate::mls::storage::MlsStore;
use crate::store::StoreError;

/// The context of one step. Everything that changes the database goes through one; its effects leave the engine only
/// after its transaction was committed.
pub struct Step<'a> {
    /// The transaction.
    pub tx: &'a Transaction<'a>,
    /// The present moment.
    pub now: Timestamp,
    /// Chance.
    pub rng: &'a mut dyn Rng,
    effects: Vec<Effect>,
    pub(crate) mls: MlsStore<'a>,
    pub(crate) memory: Memory,
}

impl std::fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'a> Step<'a> {
    /// A step in `tx`, of an engine that remembers nothing but its database.
    pub fn new(tx: &'a Transaction<'a>, now: Timestamp, rng: &'a mut dyn Rng) -> Self {
        Self::with_memory(tx, now, rng, Memory::default())
    }

    pub(crate) fn with_memory(tx: &'a Transaction<'a>, now: Timestamp, rng: &'a mut dyn Rng, memory: Memory) -> Self {
        Self { tx, now, rng, effects: Vec::new(), mls: MlsStore::new(tx), memory }
    }

    /// Something for the host to do after the commit.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Something that is shown has changed; said once for each step.
    pub fn notice(&mut self, notice: Notice) {
        let effect = Effect::Notice(notice);
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    /// How commands have ended in this step.
    pub(crate) fn endings(&self) -> impl Iterator<Item = (u64, &Result<Outcome, Failure>)> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Done { id, result } => Some((*id, result)),
            _ => None,
        })
    }

    /// The effects, in order.
    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }

    /// What OpenMLS needs, for the time of one call.
    pub(crate) fn provider(&mut self) -> Provider<'_, 'a> {
        Provider::new(&self.memory.crypto, &mut *self.rng, &self.mls)
    }

    /// Everything is in the transaction now; what is left are effects and memory for the next step.
    pub(crate) fn finish(self) -> Result<(Vec<Effect>, Memory), StoreError> {
        self.mls.flush()?;
        Ok((self.effects, self.memory))
    }
}
