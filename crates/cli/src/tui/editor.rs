//! A field in which a person types.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text with a cursor, which stands between user-perceived characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    cursor: usize,
}

impl Editor {
    /// A field that holds `text`, with the cursor at its end.
    pub fn with(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text before the cursor.
    pub fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// Empties the field and answers what was in it.
    pub fn take(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Puts text in at the cursor. Control characters of a pasted text are left out; tabs become spaces.
    pub fn insert(&mut self, text: &str) {
        let clean: String = text
            .replace("\r\n", "\n")
            .chars()
            .map(|c| match c {
                '\r' => '\n',
                '\t' => ' ',
                c => c,
            })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
    }

    /// Replaces the last `count` bytes before the cursor.
    pub fn replace_before(&mut self, count: usize, text: &str) {
        let from = self.cursor.saturating_sub(count);
        if self.text.is_char_boundary(from) {
            self.text.replace_range(from..self.cursor, text);
            self.cursor = from + text.len();
        }
    }

    fn left_of_cursor(&self) -> usize {
        self.before().grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn right_of_cursor(&self) -> usize {
        self.cursor + self.after().graphemes(true).next().map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let mut words = self.before().split_word_bound_indices().rev();
        words.find(|(_, word)| !word.trim().is_empty()).map_or(0, |(at, _)| at)
    }

    fn word_right(&self) -> usize {
        let mut words = self.after().split_word_bound_indices();
        words
            .find(|(_, word)| !word.trim().is_empty())
            .map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }

    fn line_start(&self) -> usize {
        self.before().rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.after().find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }

    /// Deletes the character before the cursor.
    pub fn backspace(&mut self) {
        self.cut(self.left_of_cursor()..self.cursor);
    }

    /// Deletes the character after the cursor.
    pub fn delete(&mut self) {
        self.cut(self.cursor..self.right_of_cursor());
    }

    /// Deletes the word before the cursor.
    pub fn delete_word(&mut self) {
        self.cut(self.word_left()..self.cursor);
    }

    /// Deletes from the line's start to the cursor.
    pub fn delete_to_start(&mut self) {
        self.cut(self.line_start()..self.cursor);
    }

    /// Deletes from the cursor to the line's end.
    pub fn delete_to_end(&mut self) {
        self.cut(self.cursor..self.line_end());
    }

    fn cut(&mut self, range: Range<usize>) {
        self.cursor = range.start;
        self.text.replace_range(range, "");
    }

    /// Moves the cursor.
    pub fn go(&mut self, to: Go) {
        self.cursor = match to {
            Go::Left => self.left_of_cursor(),
            Go::Right => self.right_of_cursor(),
            Go::WordLeft => self.word_left(),
            Go::WordRight => self.word_right(),
            Go::Home => self.line_start(),
            Go::End => self.line_end(),
        };
    }

    /// Moves one row up or down, where rows are `columns` wide. Answers whether there was such a row.
    pub fn go_row(&mut self, down: bool, columns: usize) -> bool {
        let rows = self.rows(columns);
        let (row, column) = self.position(columns);
        let target = if down { row.checked_add(1) } else { row.checked_sub(1) };
        let Some(range) = target.and_then(|row| rows.get(row)) else { return false };
        let text = self.text.get(range.clone()).unwrap_or_default();
        let mut cursor = range.start;
        let mut used = 0;
        for cluster in text.graphemes(true) {
            used += cluster.width();
            if used > column {
                break;
            }
            cursor += cluster.len();
        }
        self.cursor = cursor;
        true
    }

    /// The rows as they are shown in `columns`: byte ranges without line ends.
    pub fn rows(&self, columns: usize) -> Vec<Range<usize>> {
        let columns = columns.max(1);
        let mut rows = Vec::new();
        let mut start = 0;
        for line in self.text.split('\n') {
            let (mut from, mut used, mut space) = (start, 0, None);
            for (at, cluster) in line.grapheme_indices(true) {
                let at = start + at;
                let wide = cluster.width();
                // The cursor needs a column of its own behind the last character; a space may hang over the edge.
                if used + wide >= columns && at > from && cluster != " " {
                    let cut = space.filter(|cut| *cut > from).unwrap_or(at);
                    rows.push(from..cut);
                    from = cut;
                    used = self.text.get(from..at).unwrap_or_default().width();
                    space = None;
                }
                used += wide;
                if cluster == " " {
                    space = Some(at + 1);
                }
            }
            rows.push(from..start + line.len());
            start += line.len() + 1;
        }
        rows
    }

    /// Row and column of the cursor in rows of `columns`.
    pub fn position(&self, columns: usize) -> (usize, usize) {
        let rows = self.rows(columns);
        let row = rows.iter().rposition(|range| range.start <= self.cursor).unwrap_or(0);
        let start = rows.get(row).map_or(0, |range| range.start);
        (row, self.text.get(start..self.cursor).unwrap_or_default().width())
    }
}

/// Where to move the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_moves_by_what_people_see() {
        let mut editor = Editor::with("x👩\u{200d}👧é");
        editor.go(Go::Left);
        editor.go(Go::Left);
        assert_eq!(editor.before(), "x");
        editor.delete();
        assert_eq!(editor.text(), "xé");
        editor.go(Go::End);
        editor.backspace();
        assert_eq!(editor.text(), "x");
    }

    #[test]
    fn words_are_deleted_whole() {
        let mut editor = Editor::with("привет, как дела");
        editor.delete_word();
        assert_eq!(editor.text(), "привет, как ");
        editor.go(Go::WordLeft);
        editor.delete_to_end();
        assert_eq!(editor.text(), "привет, ");
        editor.delete_to_start();
        assert!(editor.is_empty());
    }

    #[test]
    fn rows_break_at_spaces_and_keep_every_byte() {
        let editor = Editor::with("one two three\n\nдлинноеслово x");
        let rows = editor.rows(8);
        let shown: Vec<&str> = rows.iter().map(|r| editor.text.get(r.clone()).unwrap()).collect();
        assert_eq!(shown, ["one two ", "three", "", "длинное", "слово x"]);
        assert_eq!(editor.position(8), (4, 7));
    }

    #[test]
    fn up_and_down_keep_the_column() {
        let mut editor = Editor::with("abcdef\nxy\n日本語");
        assert!(editor.go_row(false, 40));
        assert_eq!(editor.before(), "abcdef\nxy");
        assert!(editor.go_row(false, 40));
        assert_eq!(editor.before(), "ab");
        assert!(!editor.go_row(false, 40));
        assert!(editor.go_row(true, 40) && editor.go_row(true, 40));
        assert_eq!(editor.before(), "abcdef\nxy\n日");
        assert!(!editor.go_row(true, 40));
    }

    #[test]
    fn what_is_pasted_commands_nothing() {
        let mut editor = Editor::default();
        editor.insert("a\u{1b}[31mb\r\nc\td");
        assert_eq!(editor.text(), "a[31mb\nc d");
    }
}
