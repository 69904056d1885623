//! What becomes of a message by edits and deletions.

use std::collections::BTreeMap;

use beseda_model::AccountId;

/// All that is known of a message: a set that only grows, whatever comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate<V> {
    /// Its author.
    pub author: AccountId,
    versions: BTreeMap<u64, V>,
    deletion: Option<Deletion>,
}

/// A deletion for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deletion {
    /// Its place in the log.
    pub seq: u64,
    /// Who deleted.
    pub by: AccountId,
}

impl<V> Fate<V> {
    /// Nothing is known yet.
    pub const fn new(author: AccountId) -> Self {
        Self { author, versions: BTreeMap::new(), deletion: None }
    }

    /// The original is known.
    pub fn original(&mut self, version: V) {
        self.versions.entry(0).or_insert(version);
    }

    /// An edit at `seq`; false if `by` is not the author, and nothing is changed.
    pub fn edit(&mut self, by: AccountId, seq: u64, version: V) -> bool {
        if by == self.author {
            self.versions.entry(seq).or_insert(version);
        }
        by == self.author
    }

    /// A deletion; false if it is by another than the author and the right to that was not there.
    pub fn delete(&mut self, deletion: Deletion, may_delete_others: bool) -> bool {
        let valid = deletion.by == self.author || may_delete_others;
        if valid {
            self.deletion = Some(self.deletion.map_or(deletion, |known| known.min(deletion)));
        }
        valid
    }

    /// Who deleted it, if somebody did: the first of them.
    pub const fn deleted(&self) -> Option<Deletion> {
        self.deletion
    }

    /// What is shown and at which place it was said: the last version, none before the original is known or after a
    /// deletion.
    pub fn shown(&self) -> Option<(u64, &V)> {
        if self.deletion.is_some() || !self.versions.contains_key(&0) {
            return None;
        }
        self.versions.last_key_value().map(|(seq, version)| (*seq, version))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AUTHOR: AccountId = AccountId::from_bytes([1; 16]);

    #[derive(Debug, Clone)]
    enum Event {
        Original,
        Edit(AccountId),
        Delete(AccountId, bool),
    }

    fn apply(fate: &mut Fate<u64>, seq: u64, event: &Event) {
        match event {
            Event::Original => fate.original(0),
            Event::Edit(by) => {
                fate.edit(*by, seq, seq);
            }
            Event::Delete(by, may) => {
                fate.delete(Deletion { seq, by: *by }, *may);
            }
        }
    }

    fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
        let by = (1_u8..4).prop_map(|n| AccountId::from_bytes([n; 16]));
        let event = prop_oneof![
            1 => Just(Event::Original),
            4 => by.clone().prop_map(Event::Edit),
            1 => (by, any::<bool>()).prop_map(|(by, may)| Event::Delete(by, may)),
        ];
        proptest::collection::vec(event, 0..8).prop_map(|events| (1..).zip(events).collect())
    }

    proptest! {
        #[test]
        fn order_and_repetition_make_no_difference(
            (once, again) in events().prop_flat_map(|events| {
                let doubled: Vec<_> = events.iter().chain(&events).cloned().collect();
                (Just(events), Just(doubled).prop_shuffle())
            }),
        ) {
            let (mut ordered, mut shuffled) = (Fate::new(AUTHOR), Fate::new(AUTHOR));
            once.iter().for_each(|(seq, event)| apply(&mut ordered, *seq, event));
            again.iter().for_each(|(seq, event)| apply(&mut shuffled, *seq, event));
            prop_assert_eq!(ordered, shuffled);
        }
    }

    #[test]
    fn the_last_edit_of_the_author_counts_and_none_after_a_deletion() {
        let other = AccountId::from_bytes([2; 16]);
        let mut fate = Fate::new(AUTHOR);
        assert!(fate.edit(AUTHOR, 5, "second"));
        assert_eq!(fate.shown(), None);
        fate.original("first");
        assert_eq!(fate.shown(), Some((5, &"second")));
        assert!(!fate.edit(other, 9, "forged"));
        assert!(fate.edit(AUTHOR, 3, "late"));
        assert_eq!(fate.shown(), Some((5, &"second")));
        assert!(!fate.delete(Deletion { seq: 7, by: other }, false));
        assert!(fate.delete(Deletion { seq: 8, by: other }, true));
        assert!(fate.edit(AUTHOR, 10, "after"));
        assert_eq!((fate.shown(), fate.deleted()), (None, Some(Deletion { seq: 8, by: other })));
    }
}
