//! One step of the engine: a transaction, the present moment, and what is to happen once the transaction is durable.

use beseda_model::{Rng, Timestamp};
use rusqlite::Transaction;

use crate::api::event::{Effect, Notice};

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
}

impl std::fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'a> Step<'a> {
    /// A step in `tx`.
    pub fn new(tx: &'a Transaction<'a>, now: Timestamp, rng: &'a mut dyn Rng) -> Self {
        Self { tx, now, rng, effects: Vec::new() }
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

    /// The effects, in order.
    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }
}
