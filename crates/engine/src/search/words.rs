//! Words: how text is cut, normalised and stemmed, for the index and for queries alike.
//!
//! A word is indexed twice: as it stands (NFKC, lower case, ё as е) and by its stem, so that both "соо" and "сообщениями"
//! find "сообщение". The script decides the language: a chat mixes them freely.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Longer words are cut: nobody looks for the end of a 200-letter one, and an index is no place for hostile sizes.
const MAX_LETTERS: usize = 40;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its first character in the text, counted in Unicode scalar values.
    pub start: u32,
    /// How many characters it has there.
    pub len: u32,
    /// Normalised.
    pub plain: String,
    /// Its stem; the normalised word itself for other scripts than Cyrillic and Latin.
    pub stem: String,
}

/// Cuts and stems; made once and used for many texts.
pub struct Words {
    russian: Stemmer,
    english: Stemmer,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words")
    }
}

impl Default for Words {
    fn default() -> Self {
        Self { russian: Stemmer::create(Algorithm::Russian), english: Stemmer::create(Algorithm::English) }
    }
}

impl Words {
    /// The words of a text, in order.
    pub fn of(&self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut start = 0u32;
        for piece in text.split_word_bounds() {
            let len = u32::try_from(piece.chars().count()).unwrap_or(u32::MAX);
            if piece.chars().any(char::is_alphanumeric) {
                let plain = normalise(piece);
                if !plain.is_empty() {
                    words.push(Word { start, len, stem: self.stem(&plain), plain });
                }
            }
            start = start.saturating_add(len);
        }
        words
    }

    /// The words of a file's name: as they stand, and the parts that are put together by signs, so that "report_2024.pdf" is
    /// found by "pdf" as well as by all of it. Their places mean nothing.
    pub fn of_name(&self, name: &str) -> Vec<Word> {
        // Some systems write "й" as two characters, of which the second is no letter.
        let name: String = name.nfc().collect();
        let parts: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let mut words = self.of(&name);
        words.extend(self.of(&parts));
        words
    }

    fn stem(&self, word: &str) -> String {
        match word.chars().next() {
            Some('а'..='я') => self.russian.stem(word).into_owned(),
            Some('a'..='z') => self.english.stem(word).into_owned(),
            _ => word.to_owned(),
        }
    }
}

/// One spelling for what people take as the same word.
fn normalise(word: &str) -> String {
    let folded = word.nfkc().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c });
    // What NFKC turns into spaces or signs would end the token in the index.
    folded.filter(|c| c.is_alphanumeric()).take(MAX_LETTERS).collect()
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The words; all must occur. Of the last one the beginning suffices, unless a space follows it.
    words: Vec<Word>,
    last_is_whole: bool,
}

impl Sought {
    /// Reads what was typed.
    pub fn parse(words: &Words, text: &str) -> Self {
        Self { words: words.of(text), last_is_whole: text.ends_with(char::is_whitespace) }
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words, each with whether its beginning suffices.
    pub fn terms(&self) -> impl Iterator<Item = (&Word, bool)> {
        let last = self.words.len();
        self.words.iter().enumerate().map(move |(at, word)| (word, at.saturating_add(1) == last && !self.last_is_whole))
    }

    /// The parts of `text` that match: start and length in characters, ascending.
    pub fn matches(&self, words: &Words, text: &str) -> Vec<(u32, u32)> {
        let hit = |found: &Word| self.terms().any(|term| is_found(term, found));
        words.of(text).iter().filter(|word| hit(word)).map(|word| (word.start, word.len)).collect()
    }

    /// Whether some of the words are in the name of a file.
    pub fn touches_name(&self, words: &Words, name: &str) -> bool {
        let found = words.of_name(name);
        self.terms().any(|term| found.iter().any(|word| is_found(term, word)))
    }

    /// Whether all of them are.
    pub fn fits_name(&self, words: &Words, name: &str) -> bool {
        let found = words.of_name(name);
        self.terms().all(|term| found.iter().any(|word| is_found(term, word)))
    }
}

fn is_found((word, is_beginning): (&Word, bool), found: &Word) -> bool {
    found.stem == word.stem || (is_beginning && found.plain.starts_with(&word.plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, sought: &str) -> Vec<String> {
        let words = Words::default();
        let chars: Vec<char> = text.chars().collect();
        let matches = Sought::parse(&words, sought).matches(&words, text);
        matches.iter().map(|(start, len)| chars.iter().skip(*start as usize).take(*len as usize).collect()).collect()
    }

    #[test]
    fn word_forms_find_each_other() {
        assert_eq!(found("Новые сообщения пришли.", "сообщение "), ["сообщения"]);
        assert_eq!(found("Она отправила письмо", "отправили "), ["отправила"]);
        assert_eq!(found("We were running late", "runs "), ["running"]);
        assert_eq!(found("Two messages", "message "), ["messages"]);
    }

    #[test]
    fn yo_case_and_width_make_no_difference() {
        assert_eq!(found("Ёлка", "елка "), ["Ёлка"]);
        assert_eq!(found("елка", "ЁЛКА "), ["елка"]);
        assert_eq!(found("ｆｕｌｌ width", "FULL "), ["ｆｕｌｌ"]);
    }

    #[test]
    fn the_last_word_may_be_a_beginning_and_only_the_last() {
        assert_eq!(found("договорённость о встрече", "догов"), ["договорённость"]);
        assert!(found("договорённость о встрече", "догов ").is_empty());
        assert_eq!(found("hello world", "hello wo"), ["hello", "world"]);
    }

    #[test]
    fn positions_are_in_the_original_text() {
        let words = Words::default();
        let text = "👋🏽 привет, ёжик!";
        let matches = Sought::parse(&words, "ежик").matches(&words, text);
        let (start, len) = matches[0];
        assert_eq!(text.chars().skip(start as usize).take(len as usize).collect::<String>(), "ёжик");
    }

    #[test]
    fn names_of_files_are_found_by_each_part_and_as_a_whole() {
        let words = Words::default();
        let fits = |name: &str, sought: &str| Sought::parse(&words, sought).fits_name(&words, name);
        let name = "Отчёт_за-июль2024.final.PDF";
        for sought in ["отчеты ", "июль", "final", "pdf", "отчет pdf", name, "Отчёт_за-июль2024.final.PDF "]
        {
            assert!(fits(name, sought), "{sought}");
        }
        assert!(!fits(name, "июнь") && !fits(name, "отчет docx"));
        assert!(Sought::parse(&words, "отчет docx").touches_name(&words, name));
        assert!(!Sought::parse(&words, "docx").touches_name(&words, name));
        assert!(fits("IMG_20240101_120000.jpg", "20240101"));
        assert!(fits("и\u{306}од.txt", "йод "), "in two characters");
        assert!(fits("дневники.txt", "дневник "), "in any form");
    }

    proptest::proptest! {
        #[test]
        fn any_word_of_any_text_is_found_in_it(text in "\\PC{0,60}") {
            let words = Words::default();
            for word in words.of(&text) {
                let sought = Sought { words: vec![word.clone()], last_is_whole: true };
                proptest::prop_assert!(sought.matches(&words, &text).contains(&(word.start, word.len)));
            }
        }
    }
}
