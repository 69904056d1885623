//! The first-run screen.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::overlay::{phrase_lines, spaced};
use crate::safe;
use crate::text::Label;
use crate::tui::flow::flow_text;
use crate::tui::model::Model;
use crate::tui::welcome::{Stage, Way, Welcome};

/// Columns of the fields' names.
const NAMES: u16 = 26;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, welcome: &Welcome) {
    let area = frame.area();
    if area.width < 30 || area.height < 8 {
        frame.render_widget(Paragraph::new(model.label(Label::TooSmall)), area);
        return;
    }
    let theme = model.theme;
    let width = area.width.saturating_sub(4).min(76);
    let inner = Rect::new((area.width - width) / 2, 1, width, area.height - 2);
    let columns = usize::from(width);
    let mut lines = vec![Line::styled(model.label(Label::Welcome), theme.strong()), Line::default()];
    let mut cursor = None;
    let keys = match &welcome.stage {
        Stage::Choose => {
            lines.extend(flow_text(model.label(Label::WelcomeText), theme.plain(), columns));
            lines.push(Line::default());
            for way in Way::ALL {
                let (name, explanation) = way.labels();
                let chosen = way == welcome.way;
                let mark = if chosen { "▌ " } else { "  " };
                let style = if chosen { theme.chosen() } else { theme.strong() };
                lines
                    .push(Line::from(vec![Span::styled(mark, theme.accent()), Span::styled(model.label(name), style)]));
                lines.push(Line::styled(format!("    {}", model.label(explanation)), theme.faint()));
                lines.push(Line::default());
            }
            Label::ChooseKeys
        }
        Stage::Fill => {
            lines.push(Line::styled(model.label(welcome.way.labels().0), theme.accent()));
            lines.push(Line::default());
            if welcome.way == Way::Reset {
                lines.extend(flow_text(model.label(Label::ResetWarning), theme.bad(), columns));
                lines.push(Line::default());
            }
            let room = columns.saturating_sub(usize::from(NAMES) + 1);
            for (index, field) in welcome.way.fields().iter().enumerate() {
                let editor = welcome.form.field(*field);
                let hidden =
                    |text: &str| if field.is_secret() { "•".repeat(text.chars().count()) } else { text.to_owned() };
                let focused = index == welcome.field;
                let name_style = if focused { theme.accent() } else { theme.faint() };
                let name = safe::fill(model.label(field.label()), usize::from(NAMES) - 1);
                let rows = editor.rows(room.max(1));
                let (row, column) = editor.position(room.max(1));
                let top = lines.len();
                for (line, range) in rows.iter().enumerate() {
                    let text = hidden(editor.text().get(range.clone()).unwrap_or_default());
                    let head = if line == 0 { name.clone() } else { " ".repeat(usize::from(NAMES) - 1) };
                    let body = if focused { theme.plain() } else { theme.faint() };
                    lines.push(Line::from(vec![
                        Span::styled(format!("{head} "), name_style),
                        Span::styled(if text.is_empty() { "·".repeat(room.min(24)) } else { text }, body),
                    ]));
                }
                if focused {
                    let small = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
                    cursor = Some((NAMES.saturating_add(small(column)), small(top + row)));
                }
                lines.push(Line::default());
            }
            Label::FormKeys
        }
        Stage::Wait => {
            lines.extend(flow_text(model.label(Label::Working), theme.plain(), columns));
            Label::WorkingKeys
        }
        Stage::Link { code, comparison } => {
            match comparison {
                None => {
                    lines.extend(flow_text(model.label(Label::LinkShowCode), theme.plain(), columns));
                    lines.push(Line::default());
                    lines.push(Line::styled(format!("    {}", safe::line(code)), theme.strong()));
                }
                Some(digits) => {
                    lines.extend(flow_text(model.label(Label::LinkCompare), theme.plain(), columns));
                    lines.push(Line::default());
                    lines.push(Line::styled(format!("    {}", spaced(digits)), theme.strong()));
                }
            }
            Label::WorkingKeys
        }
        Stage::Phrase { words } => {
            lines.push(Line::styled(model.label(Label::PhraseTitle), theme.accent()));
            lines.push(Line::default());
            lines.extend(phrase_lines(model, Some(words), columns));
            Label::PhraseKeys
        }
    };
    if let Some(problem) = &welcome.problem {
        lines.push(Line::default());
        lines.extend(flow_text(problem, theme.bad(), columns));
    }
    frame.render_widget(Paragraph::new(lines), inner);
    let bottom = Rect::new(0, area.height - 1, area.width, 1);
    let keys = safe::fit(model.label(keys), usize::from(area.width).saturating_sub(1));
    frame.render_widget(Paragraph::new(Line::styled(format!(" {keys}"), theme.faint())), bottom);
    if let Some((x, y)) = cursor {
        let place = Position::new(inner.x.saturating_add(x), inner.y.saturating_add(y));
        if place.x < inner.right() && place.y < inner.bottom() {
            frame.set_cursor_position(place);
        }
    }
}
