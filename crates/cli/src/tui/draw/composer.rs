//! The text that is being written.

use beseda_engine::api::view::{Body, ConversationView, Enclosed, Readiness};
use beseda_engine::timeline::markup::covered;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::safe;
use crate::text::{self, Label, Sentence};
use crate::tui::model::{Focus, Model, Opened, Purpose};

/// Columns of the prompt.
pub(super) const PROMPT: u16 = 2;

/// Whether something can be written there.
pub(super) const fn is_writable(conversation: &ConversationView) -> bool {
    match conversation.readiness {
        Readiness::Ready
        | Readiness::Joining
        | Readiness::RequestSent
        | Readiness::RequestReceived
        | Readiness::Forked
        | Readiness::Broken => true,
        Readiness::Left | Readiness::UpdateRequired | Readiness::PeerGone | Readiness::PeerDeleted => false,
    }
}

pub(super) fn purpose(frame: &mut Frame<'_>, model: &Model, open: &Opened, area: Rect) {
    if area.height == 0 {
        return;
    }
    let theme = model.theme;
    let said = match open.purpose {
        Purpose::New => String::new(),
        Purpose::Reply { row, .. } => match open.message(row) {
            Some(message) => {
                let text = match &message.body {
                    Body::Text { text, entities, attachments, place, contacts, .. } => {
                        let enclosed = Enclosed::of(place.as_ref(), contacts);
                        let text = text::told(model.lang, &covered(text, entities), enclosed.as_ref());
                        text::brief(model.lang, &text, attachments)
                    }
                    Body::Once { kind, state, .. } => text::once(model.lang, *kind, *state, message.own),
                    _ => String::new(),
                };
                format!(" {}: {text} ", model.say(&Sentence::ReplyTo(&model.name(message.message.author))))
            }
            None => format!(" {} ", model.label(Label::ComposerReply)),
        },
        Purpose::Edit { row, .. } => {
            // Its text is in the composer; what goes with it stays as it is.
            let files = match open.message(row).map(|message| &message.body) {
                Some(Body::Text { attachments, .. }) if !attachments.is_empty() => {
                    format!(": {}", text::brief(model.lang, "", attachments))
                }
                _ => String::new(),
            };
            format!(" {}{files} ", model.label(Label::ComposerEdit))
        }
    };
    let width = usize::from(area.width);
    let said = safe::fit(&said, width.saturating_sub(6));
    let rest = width.saturating_sub(2 + safe::width(&said));
    let style = if model.focus == Focus::Composer { theme.accent() } else { theme.faint() };
    let line = Line::from(vec![
        Span::styled("──", style),
        Span::styled(said, theme.strong()),
        Span::styled("─".repeat(rest), style),
    ]);
    frame.render_widget(Paragraph::new(line), area);
}

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, open: &Opened, area: Rect) {
    if area.height == 0 || area.width <= PROMPT {
        return;
    }
    let theme = model.theme;
    let focused = model.focus == Focus::Composer && model.overlays.is_empty();
    let columns = usize::from(area.width - PROMPT);
    let prompt = Span::styled("> ", if focused { theme.accent() } else { theme.faint() });
    if open.composer.is_empty() {
        let hint = safe::fit(model.label(Label::ComposerHint), columns);
        let line = Line::from(vec![prompt, Span::styled(hint, theme.faint())]);
        frame.render_widget(Paragraph::new(line), area);
    } else {
        let rows = open.composer.rows(columns);
        let (cursor_row, _) = open.composer.position(columns);
        let first = first_row(cursor_row, usize::from(area.height));
        let lines: Vec<Line<'_>> = rows
            .iter()
            .enumerate()
            .skip(first)
            .take(usize::from(area.height))
            .map(|(index, range)| {
                let text = open.composer.text().get(range.clone()).unwrap_or_default();
                let prompt = if index == 0 { prompt.clone() } else { Span::raw("  ") };
                Line::from(vec![prompt, Span::raw(text)])
            })
            .collect();
        frame.render_widget(Paragraph::new(lines), area);
    }
    if focused {
        let (row, column) = open.composer.position(columns);
        let row = row.saturating_sub(first_row(row, usize::from(area.height)));
        let small = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(PROMPT).saturating_add(small(column)).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position::new(x, area.y.saturating_add(small(row))));
    }
}

const fn first_row(cursor: usize, height: usize) -> usize {
    (cursor + 1).saturating_sub(height)
}
