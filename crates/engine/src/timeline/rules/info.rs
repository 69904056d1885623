//! Title, description, picture and timer of a conversation, and what those who join are told of them.

use beseda_wire::content::{FileRef, GroupState, InfoChange, MessageRef, Timer};
use serde::{Deserialize, Serialize};

/// Most characters of a title.
pub const MAX_TITLE: usize = 128;

/// Most characters of a description.
pub const MAX_DESCRIPTION: usize = 2_000;

/// Most pinned messages that are told.
pub const MAX_PINS: usize = 100;

/// A value and the entry that set it; zero if none did that this device has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Field<T> {
    seq: u64,
    value: T,
}

impl<T> Field<T> {
    fn set(&mut self, seq: u64, value: T) -> bool {
        let newer = seq > self.seq;
        if newer {
            *self = Self { seq, value };
        }
        newer
    }
}

/// How far a told state is to be believed; a later one is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// Any member.
    Member,
    /// A member who might change these things anyway.
    Permitted,
    /// A device of one's own.
    Own,
}

/// What somebody told, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    witness: Witness,
    /// The entry that told it.
    at: u64,
    state: GroupState,
}

/// What is known of a conversation's information.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Whether this device has seen every change since the beginning.
    complete: bool,
    title: Field<String>,
    description: Field<String>,
    timer: Field<Option<Timer>>,
    #[serde(default)]
    picture: Field<Option<FileRef>>,
    told: Option<Told>,
}

/// What a change or a told state made different.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// The title.
    pub title: bool,
    /// The description.
    pub description: bool,
    /// The timer.
    pub timer: bool,
    /// The picture.
    pub picture: bool,
}

/// What becomes of a told state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It is believed; pinned messages are to be taken over from it.
    Believed,
    /// It says what is known, or something older, or better is known.
    Nothing,
    /// It contradicts what this device has seen itself.
    False,
}

impl Info {
    /// The information of a conversation that this device has made.
    pub fn made_here(title: &str) -> Self {
        Self { complete: true, title: Field { seq: 0, value: title.to_owned() }, ..Self::default() }
    }

    /// Whether title, description and timer are known here.
    pub const fn is_known(&self) -> bool {
        self.complete || self.told.is_some()
    }

    /// The title.
    pub fn title(&self) -> &str {
        match &self.told {
            Some(told) if self.title.seq == 0 => &told.state.title,
            _ => &self.title.value,
        }
    }

    /// The description.
    pub fn description(&self) -> &str {
        match &self.told {
            Some(told) if self.description.seq == 0 => &told.state.description,
            _ => &self.description.value,
        }
    }

    /// The timer for messages from now on.
    pub fn timer(&self) -> Option<Timer> {
        match &self.told {
            Some(told) if self.timer.seq == 0 => told.state.timer,
            _ => self.timer.value,
        }
    }

    /// The picture.
    pub fn picture(&self) -> Option<&FileRef> {
        match &self.told {
            Some(told) if self.picture.seq == 0 => told.state.picture.as_ref(),
            _ => self.picture.value.as_ref(),
        }
    }

    /// A change by somebody who might make it, at `seq`.
    pub fn change(&mut self, seq: u64, change: &InfoChange) -> Changed {
        let mut changed = Changed::default();
        if let Some(title) = &change.title {
            changed.title = self.title.set(seq, title.clone());
        }
        if let Some(description) = &change.description {
            changed.description = self.description.set(seq, description.clone());
        }
        if let Some(timer) = change.timer {
            changed.timer = self.timer.set(seq, timer);
        }
        if let Some(picture) = &change.picture {
            changed.picture = self.picture.set(seq, picture.clone());
        }
        changed
    }

    /// A state told by a member in the entry `at`. It stands in for what this device could not see; what it has seen
    /// itself stays.
    pub fn tell(&mut self, witness: Witness, at: u64, state: &GroupState) -> Telling {
        if state.seq >= at || !is_sound(state.title.as_str(), state.description.as_str(), state.pins.len()) {
            return Telling::False;
        }
        if self.complete {
            // Changes after the entry that it takes into account are none of its business.
            let last = self.title.seq.max(self.description.seq).max(self.timer.seq).max(self.picture.seq);
            let same = (self.title(), self.description(), self.timer(), self.picture())
                == (state.title.as_str(), state.description.as_str(), state.timer, state.picture.as_ref());
            return if last <= state.seq && !same { Telling::False } else { Telling::Nothing };
        }
        let rank = |told: &Told| (told.witness, told.state.seq, std::cmp::Reverse(told.at));
        let told = Told { witness, at, state: state.clone() };
        if self.told.as_ref().is_none_or(|known| rank(&told) > rank(known)) {
            self.told = Some(told);
            Telling::Believed
        } else {
            Telling::Nothing
        }
    }

    /// Entries after `seq` are gone; what they changed counts as changed at `seq`, before everything that comes now.
    pub fn rewind(&mut self, seq: u64) {
        self.title.seq = self.title.seq.min(seq);
        self.description.seq = self.description.seq.min(seq);
        self.timer.seq = self.timer.seq.min(seq);
        self.picture.seq = self.picture.seq.min(seq);
        if let Some(told) = &mut self.told {
            told.at = told.at.min(seq);
            told.state.seq = told.state.seq.min(seq);
        }
    }

    /// What to tell those who join, as of `seq`; none if it is not known here.
    pub fn state(&self, seq: u64, pins: Vec<MessageRef>) -> Option<GroupState> {
        self.is_known().then(|| GroupState {
            seq,
            title: self.title().to_owned(),
            description: self.description().to_owned(),
            timer: self.timer(),
            picture: self.picture().cloned(),
            pins,
            keys: Vec::new(),
        })
    }
}

/// Whether title, description and pins are of a size that is taken.
pub fn is_sound(title: &str, description: &str, pins: usize) -> bool {
    title.chars().count() <= MAX_TITLE && description.chars().count() <= MAX_DESCRIPTION && pins <= MAX_PINS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Event {
        Change(InfoChange),
        Tell(Witness, GroupState),
    }

    fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
        let words = || prop::option::of("[abc]");
        let change = (words(), words())
            .prop_map(|(title, description)| Event::Change(InfoChange { title, description, ..InfoChange::default() }));
        let witness = prop_oneof![Just(Witness::Member), Just(Witness::Permitted), Just(Witness::Own)];
        let tell = (witness, 0_u64..9, "[xyz]")
            .prop_map(|(witness, seq, title)| Event::Tell(witness, GroupState { seq, title, ..GroupState::default() }));
        proptest::collection::vec(prop_oneof![change, tell], 0..9).prop_map(|events| (1..).zip(events).collect())
    }

    fn apply(info: &mut Info, events: &[(u64, Event)]) {
        for (seq, event) in events {
            match event {
                Event::Change(change) => {
                    info.change(*seq, change);
                }
                Event::Tell(witness, state) => {
                    info.tell(*witness, *seq, state);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn order_and_repetition_make_no_difference(
            (once, again) in events().prop_flat_map(|events| {
                let doubled: Vec<_> = events.iter().chain(&events).cloned().collect();
                (Just(events), Just(doubled).prop_shuffle())
            }),
        ) {
            let (mut ordered, mut shuffled) = (Info::default(), Info::default());
            apply(&mut ordered, &once);
            apply(&mut shuffled, &again);
            prop_assert_eq!(ordered, shuffled);
        }
    }

    fn state(seq: u64, title: &str) -> GroupState {
        GroupState { seq, title: title.to_owned(), ..GroupState::default() }
    }

    fn title(title: &str) -> InfoChange {
        InfoChange { title: Some(title.to_owned()), ..InfoChange::default() }
    }

    #[test]
    fn what_was_seen_counts_more_than_what_was_told() {
        let mut info = Info::default();
        assert!(!info.is_known());
        assert_eq!(info.tell(Witness::Member, 5, &state(4, "lie")), Telling::Believed);
        assert_eq!(info.tell(Witness::Own, 6, &state(3, "told")), Telling::Believed);
        assert_eq!(info.tell(Witness::Member, 7, &state(6, "lie")), Telling::Nothing);
        assert_eq!(info.title(), "told");
        assert!(info.change(8, &title("seen")).title);
        assert_eq!(info.tell(Witness::Own, 10, &state(9, "told later")), Telling::Believed);
        assert_eq!(info.title(), "seen");
    }

    #[test]
    fn who_was_there_from_the_beginning_knows_a_lie() {
        let mut info = Info::made_here("ours");
        assert_eq!(info.tell(Witness::Member, 3, &state(2, "ours")), Telling::Nothing);
        assert_eq!(info.tell(Witness::Member, 4, &state(3, "theirs")), Telling::False);
        info.change(6, &title("new"));
        assert_eq!(info.tell(Witness::Permitted, 7, &state(5, "ours")), Telling::Nothing);
        assert_eq!(info.tell(Witness::Permitted, 9, &state(8, "ours")), Telling::False);
        assert_eq!(info.tell(Witness::Permitted, 9, &state(9, "new")), Telling::False);
        assert_eq!(info.title(), "new");
    }
}
