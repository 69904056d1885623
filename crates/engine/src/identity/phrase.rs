//! The recovery phrase: 24 words that are the account's root key, the only way back when all devices are lost.

use beseda_crypto::root::RootKey;
use beseda_model::Rng;
use bip39::{Language, Mnemonic};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::store::{StoreError, commands, meta};

/// How many words a phrase has.
pub const WORDS: u8 = 24;

/// How many words a person is asked for to show that the phrase was written down.
pub const QUESTIONS: usize = 2;

/// From this length on the beginning of a word stands for the word: no two words of the list begin with the same four.
const PREFIX: usize = 4;

/// The phrase of an account that was made here, until it is confirmed.
const KEPT: &str = "identity.phrase";

/// Why a text is not a recovery phrase. None of these says a word of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhraseError {
    /// Too few or too many words.
    #[error("a recovery phrase has 24 words, but these are {found}")]
    WordCount {
        /// How many there are.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word {position} is not one of the words that phrases are made of")]
    UnknownWord {
        /// Its place, from 1 on.
        position: usize,
    },
    /// Each word could be right, but not all of them in this order.
    #[error("the words do not fit together: one of them is another word, or their order is wrong")]
    Checksum,
}

/// 32 bytes of chance and their 24 words (BIP-39, English). Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Phrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phrase(…)")
    }
}

impl Phrase {
    /// A new phrase.
    pub fn generate(rng: &mut dyn Rng) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill(entropy.as_mut());
        Self(entropy)
    }

    /// Reads a phrase as people type it: in any case, with any space, line breaks, commas or numbers between the words,
    /// and words cut down to four letters or more.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        let text = Zeroizing::new(text.to_lowercase());
        let typed: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.chars().all(|c| c.is_ascii_digit()))
            .collect();
        if typed.len() != usize::from(WORDS) {
            return Err(PhraseError::WordCount { found: typed.len() });
        }
        let mut words = Zeroizing::new(String::with_capacity(256));
        for (at, word) in typed.iter().enumerate() {
            let word = known_word(word).ok_or(PhraseError::UnknownWord { position: at.saturating_add(1) })?;
            words.push_str(word);
            words.push(' ');
        }
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words).map_err(|error| match error {
            bip39::Error::UnknownWord(at) => PhraseError::UnknownWord { position: at.saturating_add(1) },
            _ => PhraseError::Checksum,
        })?;
        let (bytes, length) = mnemonic.to_entropy_array();
        let bytes = Zeroizing::new(bytes);
        let entropy = bytes.first_chunk::<32>().filter(|_| length == 32).ok_or(PhraseError::Checksum)?;
        Ok(Self(Zeroizing::new(*entropy)))
    }

    /// The 24 words, with a space between them.
    pub fn words(&self) -> Zeroizing<String> {
        let mnemonic = self.mnemonic();
        let mut text = Zeroizing::new(String::with_capacity(256));
        for word in mnemonic.words() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// The word at a place, from 1 on.
    pub fn word(&self, position: u8) -> Option<&'static str> {
        self.mnemonic().words().nth(usize::from(position.checked_sub(1)?))
    }

    /// Whether a person typed the word at a place, from 1 on.
    pub fn is_word(&self, position: u8, typed: &str) -> bool {
        let typed = Zeroizing::new(typed.trim().to_lowercase());
        self.word(position).is_some_and(|word| known_word(&typed) == Some(word))
    }

    /// The root key that the phrase is.
    pub fn root_key(&self) -> RootKey {
        RootKey::from_entropy(&self.0)
    }

    fn mnemonic(&self) -> Mnemonic {
        Mnemonic::from_entropy_in(Language::English, self.0.as_slice()).expect("32 bytes are a phrase of 24 words")
    }
}

fn known_word(typed: &str) -> Option<&'static str> {
    let list = Language::English.word_list();
    match list.binary_search(&typed) {
        Ok(at) => list.get(at).copied(),
        Err(at) => {
            let mut candidates = list.iter().skip(at).take_while(|word| word.starts_with(typed));
            let word = candidates.next().filter(|_| typed.len() >= PREFIX)?;
            if candidates.next().is_none() { Some(*word) } else { None }
        }
    }
}

/// In the profile and in the state of a way in, as bytes.
impl Serialize for Phrase {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_slice())
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: [u8; 32] = serde_bytes::deserialize(deserializer)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

/// The phrase of an account that was made on this device, as long as nobody has confirmed it.
///
/// # Errors
/// When the database fails.
pub fn kept(conn: &Connection) -> Result<Option<Phrase>, StoreError> {
    meta::get(conn, KEPT)
}

pub(super) fn keep(conn: &Connection, phrase: &Phrase) -> Result<(), StoreError> {
    meta::put(conn, KEPT, phrase)
}

pub(super) fn forget(conn: &Connection) -> Result<(), StoreError> {
    commands::forget_phrases(conn)?;
    meta::remove(conn, KEPT)
}

/// Places in the phrase to ask a person for, ascending, from 1 on.
pub fn questions(rng: &mut dyn Rng) -> [u8; QUESTIONS] {
    let mut places: [u8; WORDS as usize] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(0).saturating_add(1));
    for at in 0..QUESTIONS {
        // The bias of a remainder does not matter here: the places are not secret.
        let mut chance = [0; 8];
        rng.fill(&mut chance);
        let left = places.len().saturating_sub(at);
        let step = usize::try_from(u64::from_be_bytes(chance) % left as u64).unwrap_or(0);
        places.swap(at, at.saturating_add(step));
    }
    let mut chosen: [u8; QUESTIONS] = std::array::from_fn(|at| places.get(at).copied().unwrap_or(1));
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Bytes(u64);
    impl beseda_model::Rng for Bytes {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = self.0.to_be_bytes()[0];
            }
        }
    }

    proptest! {
        #[test]
        fn a_phrase_survives_its_words(seed: u64) {
            let phrase = Phrase::generate(&mut Bytes(seed));
            let words = phrase.words();
            prop_assert_eq!(words.split(' ').count(), 24);
            prop_assert_eq!(phrase.word(1), words.split(' ').next());
            prop_assert_eq!(phrase.word(24), words.split(' ').next_back());
            prop_assert_eq!(Phrase::parse(&words).unwrap(), phrase);
        }

        #[test]
        fn it_is_read_as_people_type_it(seed: u64) {
            let phrase = Phrase::generate(&mut Bytes(seed));
            let messy: String = phrase
                .words()
                .split(' ')
                .enumerate()
                .map(|(at, word)| {
                    let short = word.get(..4).unwrap_or(word);
                    format!("{}. {}{}", at + 1, short.to_uppercase(), if at % 3 == 0 { ",\r\n\t" } else { "  " })
                })
                .collect();
            prop_assert_eq!(Phrase::parse(&messy).unwrap(), phrase);
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,300}") {
            let _ = Phrase::parse(&text);
        }

        #[test]
        fn questions_are_places_in_the_phrase(seed: u64) {
            let asked = questions(&mut Bytes(seed));
            prop_assert!(asked.is_sorted_by(|one, next| one < next));
            prop_assert!(asked.iter().all(|at| (1..=WORDS).contains(at)));
        }
    }

    #[test]
    fn the_wrong_word_is_named_by_its_place() {
        let phrase = Phrase::generate(&mut Bytes(1));
        let words = phrase.words();
        let mut parts: Vec<&str> = words.split(' ').collect();
        parts[6] = "beseda";
        assert_eq!(Phrase::parse(&parts.join(" ")), Err(PhraseError::UnknownWord { position: 7 }));
        parts.pop();
        assert_eq!(Phrase::parse(&parts.join(" ")), Err(PhraseError::WordCount { found: 23 }));
        assert_eq!(Phrase::parse(""), Err(PhraseError::WordCount { found: 0 }));
        // "zoo" 24 times: every word is known, the checksum does not hold.
        assert_eq!(Phrase::parse(&"zoo ".repeat(24)), Err(PhraseError::Checksum));
        // Three letters could be several words.
        let mut parts: Vec<&str> = words.split(' ').collect();
        parts[0] = "aba";
        assert_eq!(Phrase::parse(&parts.join(" ")), Err(PhraseError::UnknownWord { position: 1 }));
    }

    #[test]
    fn the_words_of_known_bytes_are_fixed() {
        let zeros = Phrase(Zeroizing::new([0; 32]));
        assert_eq!(*zeros.words(), format!("{}art", "abandon ".repeat(23)));
        assert!(!format!("{zeros:?}").contains("abandon"));
    }
}
