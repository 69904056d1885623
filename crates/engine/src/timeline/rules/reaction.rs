//! Reactions: one of each emoji per person.

use beseda_model::AccountId;

/// Most different emoji that are shown under one message.
pub const MAX_EMOJI: usize = 20;

/// What one person last said about one emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The emoji.
    pub emoji: String,
    /// Who.
    pub account: AccountId,
    /// At which place of the log.
    pub seq: u64,
    /// Set, or taken back.
    pub on: bool,
}

/// Whether what was said at `seq` replaces what was said at `present`.
pub const fn replaces(present: u64, seq: u64) -> bool {
    seq > present
}

/// The emoji that are shown, most frequent first, each with its people in the order in which they set it. Of more than
/// [`MAX_EMOJI`] the first ones that were set stay.
pub fn shown(mut marks: Vec<Mark>) -> Vec<(String, Vec<AccountId>)> {
    marks.retain(|mark| mark.on);
    marks.sort_by(|a, b| (a.seq, &a.emoji, a.account).cmp(&(b.seq, &b.emoji, b.account)));
    let mut groups: Vec<(String, Vec<AccountId>)> = Vec::new();
    for mark in marks {
        if let Some((_, accounts)) = groups.iter_mut().find(|(emoji, _)| *emoji == mark.emoji) {
            accounts.push(mark.account);
        } else if groups.len() < MAX_EMOJI {
            groups.push((mark.emoji, vec![mark.account]));
        }
    }
    groups.sort_by_key(|(_, accounts)| std::cmp::Reverse(accounts.len()));
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn keep(marks: &[Mark]) -> Vec<Mark> {
        let mut kept: BTreeMap<(String, AccountId), Mark> = BTreeMap::new();
        for mark in marks {
            let key = (mark.emoji.clone(), mark.account);
            if kept.get(&key).is_none_or(|present| replaces(present.seq, mark.seq)) {
                kept.insert(key, mark.clone());
            }
        }
        kept.into_values().collect()
    }

    fn marks() -> impl Strategy<Value = Vec<Mark>> {
        let mark = (0_u8..30, 0_u8..4, any::<bool>());
        proptest::collection::vec(mark, 0..80).prop_map(|marks| {
            let mark = |(seq, (emoji, account, on)): (u64, (u8, u8, bool))| Mark {
                emoji: format!("e{emoji}"),
                account: AccountId::from_bytes([account; 16]),
                seq,
                on,
            };
            (1..).zip(marks).map(mark).collect()
        })
    }

    proptest! {
        #[test]
        fn order_and_repetition_make_no_difference(
            (once, again) in marks().prop_flat_map(|marks| {
                let doubled: Vec<_> = marks.iter().chain(&marks).cloned().collect();
                (Just(marks), Just(doubled).prop_shuffle())
            }),
        ) {
            let shown_once = shown(keep(&once));
            prop_assert!(shown_once.len() <= MAX_EMOJI);
            prop_assert_eq!(shown_once, shown(keep(&again)));
        }
    }

    #[test]
    fn the_first_twenty_emoji_stay_and_the_most_frequent_come_first() {
        let mark = |n: u64, account: u8| Mark {
            emoji: format!("e{n}"),
            account: AccountId::from_bytes([account; 16]),
            seq: n,
            on: true,
        };
        let mut all: Vec<_> = (1..=25).map(|n| mark(n, 1)).collect();
        all.push(Mark { seq: 99, ..mark(7, 2) });
        let shown = shown(all);
        assert_eq!(shown.len(), MAX_EMOJI);
        assert_eq!((shown[0].0.as_str(), shown[0].1.len(), shown[1].0.as_str()), ("e7", 2, "e1"));
    }
}
