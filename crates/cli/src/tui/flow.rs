//! Styled text, broken into lines of a given width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A run of text in one style.
pub(super) type Run = (String, Style);

/// Breaks runs into lines of at most `columns`, at spaces where there are any. Line ends in the runs are kept. Each line
/// starts with `indent`, which counts.
pub(super) fn flow(runs: &[Run], columns: usize, indent: &Run) -> Vec<Line<'static>> {
    let inner = columns.saturating_sub(indent.0.width()).max(1);
    let mut lines = Vec::new();
    let mut line = Pending::default();
    for (text, style) in runs {
        for cluster in text.graphemes(true) {
            if cluster == "\n" {
                lines.push(line.finish(indent));
                continue;
            }
            let wide = cluster.width();
            if line.width + wide > inner && line.width > 0 {
                if cluster == " " {
                    // A space at the end of a line is the line's end.
                    lines.push(line.finish(indent));
                    continue;
                }
                let rest = line.split_at_space();
                lines.push(line.finish(indent));
                line = rest;
            }
            line.push(cluster, *style);
        }
    }
    lines.push(line.finish(indent));
    lines
}

/// A line that is being filled.
#[derive(Default)]
struct Pending {
    clusters: Vec<(String, Style)>,
    width: usize,
}

impl Pending {
    fn push(&mut self, cluster: &str, style: Style) {
        self.width += cluster.width();
        self.clusters.push((cluster.to_owned(), style));
    }

    /// Cuts off the last word, if there is a space before it.
    fn split_at_space(&mut self) -> Self {
        let Some(space) = self.clusters.iter().rposition(|(cluster, _)| cluster == " ") else { return Self::default() };
        let word = self.clusters.split_off(space + 1);
        self.clusters.truncate(space);
        let width = |clusters: &[(String, Style)]| clusters.iter().map(|(cluster, _)| cluster.width()).sum();
        self.width = width(&self.clusters);
        Self { width: width(&word), clusters: word }
    }

    fn finish(&mut self, indent: &Run) -> Line<'static> {
        let mut spans: Vec<Span<'static>> = Vec::new();
        if !indent.0.is_empty() {
            spans.push(Span::styled(indent.0.clone(), indent.1));
        }
        let mut run: Option<(String, Style)> = None;
        for (cluster, style) in self.clusters.drain(..) {
            match &mut run {
                Some((text, same)) if *same == style => text.push_str(&cluster),
                _ => {
                    spans.extend(run.take().map(|(text, style)| Span::styled(text, style)));
                    run = Some((cluster, style));
                }
            }
        }
        spans.extend(run.map(|(text, style)| Span::styled(text, style)));
        self.width = 0;
        Line::from(spans)
    }
}

/// Plain text in one style.
pub(super) fn flow_text(text: &str, style: Style, columns: usize) -> Vec<Line<'static>> {
    flow(&[(text.to_owned(), style)], columns, &(String::new(), Style::new()))
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    fn shown(text: &str, columns: usize) -> Vec<String> {
        flow_text(text, Style::new(), columns).iter().map(Line::to_string).collect()
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(shown("one two three", 8), ["one two", "three"]);
        assert_eq!(shown("one two three", 7), ["one two", "three"]);
        assert_eq!(shown("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(shown("", 5), [""]);
    }

    #[test]
    fn words_that_are_too_long_are_cut() {
        assert_eq!(shown("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(shown("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(shown("日本", 1), ["日", "本"]);
    }

    #[test]
    fn styles_stay_with_their_letters() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let lines = flow(&[("one ".into(), Style::new()), ("two three".into(), bold)], 9, &("> ".into(), Style::new()));
        assert_eq!(lines.iter().map(Line::to_string).collect::<Vec<_>>(), ["> one two", "> three"]);
        assert_eq!(lines[0].spans[2], Span::styled("two", bold));
        assert_eq!(lines[1].spans[1], Span::styled("three", bold));
    }
}
