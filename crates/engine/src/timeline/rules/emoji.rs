//! What may be a reaction.

use unicode_segmentation::UnicodeSegmentation;

const MAX_BYTES: usize = 64;

/// Whether a text is one emoji, as people see it: one cluster that is not a letter, a digit or a space.
pub fn is_emoji(text: &str) -> bool {
    let one = text.len() <= MAX_BYTES && text.graphemes(true).count() == 1;
    one && text.chars().any(is_pictograph)
}

/// Ranges in which Unicode has emoji. Wider than the emoji themselves, so that those of later versions are in it.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{20e3}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_of_any_making_is_a_reaction() {
        for emoji in ["👍", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇷🇺", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "☺", "⏰", "🫠"]
        {
            assert!(is_emoji(emoji), "{emoji}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in ["", "a", "👍👍", "1", " ", "👍 ", "ё", "\u{202e}", "<b>", "\n", "hi", &"👍\u{200d}".repeat(30)]
        {
            assert!(!is_emoji(text), "{text:?}");
        }
    }
}
