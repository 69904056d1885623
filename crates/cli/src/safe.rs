//! Text from others, made safe for a terminal: nothing in it moves the cursor, changes colours or turns text around.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// More combining marks than any writing system puts on one letter.
const MOST_MARKS: usize = 6;

/// Text of several lines: line ends and tabs (as spaces) stay.
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for cluster in raw.replace("\r\n", "\n").graphemes(true) {
        let marks = cluster.chars().count().saturating_sub(1);
        let joined = cluster.contains('\u{200d}');
        let most = if marks > MOST_MARKS && !joined { MOST_MARKS + 1 } else { usize::MAX };
        for c in cluster.chars().take(most) {
            match c {
                '\n' => out.push('\n'),
                '\t' => out.push_str("    "),
                // Zero-width characters that join no letters only hide things.
                '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
                _ if c.is_control() || is_direction(c) || is_invisible(c) => out.push('\u{fffd}'),
                _ => out.push(c),
            }
        }
    }
    out
}

/// Text for one line: names, titles, previews.
pub fn line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for word in text(raw).split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Marks that set, override or isolate the direction of text.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Line and paragraph separators, interlinear marks, tags outside flags, private planes' noise.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e001f}' | '\u{206a}'..='\u{206f}')
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to `columns` with an ellipsis if it is longer. Characters are never cut apart.
pub fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let wide = cluster.width();
        if used + wide + 1 > columns {
            break;
        }
        used += wide;
        out.push_str(cluster);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The text cut or filled with spaces to exactly `columns`.
pub fn fill(text: &str, columns: usize) -> String {
    let mut out = fit(text, columns);
    let missing = columns.saturating_sub(out.width());
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_commanded() {
        assert_eq!(text("a\u{1b}[2Jb\u{7}\u{9b}m"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}m");
        assert_eq!(text("one\r\ntwo\rthree"), "one\ntwo\u{fffd}three");
    }

    #[test]
    fn direction_is_not_turned() {
        assert_eq!(text("gpj.\u{202e}exe"), "gpj.\u{fffd}exe");
        assert_eq!(text("\u{2067}x\u{2069}"), "\u{fffd}x\u{fffd}");
        assert_eq!(text("שלום"), "שלום");
    }

    #[test]
    fn families_stay_together_and_towers_are_cut() {
        let family = "👩\u{200d}👩\u{200d}👧\u{200d}👦";
        assert_eq!(text(family), family);
        let tower = format!("e{}", "\u{301}".repeat(50));
        assert_eq!(text(&tower).chars().count(), 7);
        assert_eq!(text("é"), "é");
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(line("  a\n\nb\t c "), "a b c");
    }

    #[test]
    fn cutting_minds_wide_characters() {
        assert_eq!(fit("日本語テキスト", 7), "日本語…");
        assert_eq!(fit("日本語", 6), "日本語");
        assert_eq!(fit("привет", 4), "при…");
        assert_eq!(fill("日", 4), "日  ");
        assert_eq!(fit("x", 0), "");
    }
}
