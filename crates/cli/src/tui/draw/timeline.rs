//! The open conversation: title, messages, who is typing.

use beseda_engine::api::view::ConversationView;
use beseda_model::ConversationKind;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::safe;
use crate::text::{Label, Sentence};
use crate::tui::flow::flow_text;
use crate::tui::gallery::Place;
use crate::tui::model::{Model, Opened};
use crate::tui::rows;

pub(super) fn nothing_open(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    let width = usize::from(area.width).saturating_sub(4);
    let lines = flow_text(model.label(Label::NothingOpen), model.theme.faint(), width);
    let top = area.height / 3;
    let inner = Rect::new(area.x + 2, area.y + top, area.width.saturating_sub(4), area.height.saturating_sub(top));
    frame.render_widget(Paragraph::new(lines), inner);
}

pub(super) fn title(frame: &mut Frame<'_>, model: &Model, conversation: &ConversationView, area: Rect) {
    let theme = model.theme;
    let mut notes: Vec<(String, ratatui::style::Style)> = Vec::new();
    match conversation.kind {
        ConversationKind::Direct => {
            if let Some(person) = conversation.peer.and_then(|peer| model.people.get(&peer)) {
                if person.identity_changed {
                    notes.push((format!("⚠ {}", model.label(Label::IdentityChanged)), theme.bad()));
                } else if person.verified {
                    notes.push((format!("✓ {}", model.label(Label::Verified)), theme.good()));
                }
                if person.blocked {
                    notes.push((model.label(Label::Blocked).to_owned(), theme.bad()));
                }
                match (person.online, person.last_seen) {
                    (Some(true), _) => notes.push((model.label(Label::Online2).to_owned(), theme.good())),
                    (_, Some(at)) => {
                        notes.push((model.say(&Sentence::LastSeen(&model.long_time(at))), theme.faint()));
                    }
                    _ => {}
                }
            }
        }
        ConversationKind::Group => {
            if let Some(members) = model.open.as_ref().and_then(|open| open.members.as_ref()) {
                notes.push((model.say(&Sentence::Members(members.members.len())), theme.faint()));
            }
        }
        ConversationKind::Notes => {}
    }
    if let Some(timer) = conversation.timer {
        notes.push((format!("◔ {}", rows::timer_text(model, timer)), theme.faint()));
    }
    let width = usize::from(area.width);
    let mut spans =
        vec![Span::styled(format!(" {}", safe::fit(&model.title(conversation), width / 2)), theme.strong())];
    let mut used = spans.iter().map(Span::width).sum::<usize>();
    for (note, style) in notes {
        let note = safe::fit(&note, width.saturating_sub(used + 4));
        used += safe::width(&note) + 3;
        if used < width {
            spans.push(Span::styled(" · ", theme.faint()));
            spans.push(Span::styled(note, style));
        }
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

pub(super) fn messages(frame: &mut Frame<'_>, model: &Model, open: &Opened, area: Rect) {
    if area.height == 0 {
        return;
    }
    if open.messages.is_empty() {
        let label = if open.loading { Label::Loading } else { Label::NoMessages };
        let line = Line::styled(format!("  {}", model.label(label)), model.theme.faint());
        frame.render_widget(Paragraph::new(line), area);
        return;
    }
    let blocks = rows::blocks(model, open, usize::from(area.width));
    let height = usize::from(area.height);
    let window = rows::window(&blocks, open.bottom, height);
    let places = rows::places(&blocks);
    let lines: Vec<Line<'static>> =
        blocks.into_iter().flat_map(|block| block.lines).skip(window.start).take(window.len()).collect();
    // A short conversation stands at the bottom, beside the text that is being written.
    let missing = area.height.saturating_sub(u16::try_from(lines.len()).unwrap_or(u16::MAX));
    let shown = Rect::new(area.x, area.y + missing, area.width, area.height - missing);
    frame.render_widget(Paragraph::new(lines), shown);
    pictures(frame, model, shown, &places, window.start);
    if open.bottom.is_some() || open.more_after {
        let mark = model.label(Label::NewerBelow);
        let wide = u16::try_from(safe::width(mark)).unwrap_or(0);
        if wide < area.width {
            let place = Rect::new(area.right() - wide, area.bottom() - 1, wide, 1);
            frame.render_widget(Paragraph::new(Line::styled(mark, model.theme.bar())), place);
        }
    }
}

/// Draws the pictures over the lines that were left for them. `first` is the line at which `area` begins.
fn pictures(frame: &mut Frame<'_>, model: &Model, area: Rect, places: &[(usize, Place)], first: usize) {
    // Terminals that show pixels show them over what lies on them.
    let is_covered = !model.overlays.is_empty() && model.gallery.printer.as_ref().is_some_and(|p| !p.is_text());
    if is_covered {
        return;
    }
    let gutter = u16::try_from(rows::GUTTER).unwrap_or(0).min(area.width);
    let inner = Rect { x: area.x + gutter, width: area.width - gutter, ..area };
    for (line, place) in places {
        let top = i64::try_from(*line).unwrap_or(i64::MAX).saturating_sub(i64::try_from(first).unwrap_or(i64::MAX));
        if let (Some(picture), Ok(top)) = (model.gallery.picture(place), i16::try_from(top)) {
            picture.draw(inner, top, frame.buffer_mut());
        }
    }
}

pub(super) fn typing(frame: &mut Frame<'_>, model: &Model, conversation: &ConversationView, area: Rect) {
    if area.height == 0 {
        return;
    }
    let names: Vec<String> = conversation.typing.iter().map(|account| model.name(*account)).collect();
    let said = safe::fit(&model.say(&Sentence::Typing(&names)), usize::from(area.width).saturating_sub(2));
    frame.render_widget(Paragraph::new(Line::styled(format!("  {said}"), model.theme.good())), area);
}
