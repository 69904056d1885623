//! Windows in which something is typed and chosen.

use beseda_engine::api::view::{Body, DeviceView, Enclosed};
use beseda_engine::timeline::markup::covered;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{command_line, field, marked_list, window};
use crate::safe;
use crate::text::{self, Label, Sentence};
use crate::tui::editor::Editor;
use crate::tui::model::{Find, Forwarding, Model, REACTIONS, Search, short_id};
use crate::tui::update::{matching, needs_conversation};

pub(super) fn search(frame: &mut Frame<'_>, model: &Model, search: &Search) {
    let area = window(frame, model, Label::Search, (100, 30), Some(Label::HintOverlay));
    field(frame, model, &search.words, Label::SearchHint, area);
    let place = if search.here { Label::SearchHere } else { Label::SearchEverywhere };
    let found = match (search.answered, search.hits.len()) {
        (true, 0) => model.label(Label::NothingFound).to_owned(),
        (true, n) => model.say(&Sentence::Found(n)),
        (false, _) => String::new(),
    };
    let note = format!("{} · {found}", model.label(place));
    let note_at = Rect::new(area.x, area.y + 1, area.width, 1);
    frame.render_widget(Paragraph::new(Line::styled(note, model.theme.faint())), note_at);
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    for (index, hit) in search.hits.iter().enumerate() {
        let title = model.conversation(hit.conversation).map(|c| model.title(c)).unwrap_or_default();
        let mark = if index == search.marked { "▌ " } else { "  " };
        let author =
            if hit.message.own { model.label(Label::You).to_owned() } else { safe::line(&hit.message.author_name) };
        let head = format!("{mark}{author} · {title} · {}", model.long_time(hit.message.at));
        lines.push(Line::styled(safe::fit(&head, width), model.theme.faint()));
        let style = if index == search.marked { model.theme.chosen() } else { model.theme.plain() };
        let mut spans = vec![Span::raw(mark)];
        if let Body::Text { text, entities, attachments, place, contacts, .. } = &hit.message.body {
            let mut room = width.saturating_sub(2);
            let enclosed = Enclosed::of(place.as_ref(), contacts);
            if !attachments.is_empty() || enclosed.is_some() {
                // What was found stands in the text: more of it than of what goes with it.
                let most = if text.is_empty() { room } else { room / 3 };
                let files = safe::fit(
                    &text::brief(model.lang, &text::told(model.lang, "", enclosed.as_ref()), attachments),
                    most,
                );
                room = room.saturating_sub(safe::width(&files) + 1);
                spans.push(Span::styled(format!("{files} "), style));
            }
            spans.extend(excerpt(&covered(text, entities), &hit.matches, room, style, model));
        }
        lines.push(Line::from(spans));
    }
    let room = usize::from(area.height.saturating_sub(3));
    let skip = (search.marked * 2 + 2).saturating_sub(room);
    let list = Rect::new(area.x, area.y + 3, area.width, area.height.saturating_sub(3));
    frame.render_widget(Paragraph::new(lines.into_iter().skip(skip).collect::<Vec<_>>()), list);
}

/// The part of a text around its first match, with all matches marked.
fn excerpt(
    text: &str,
    matches: &[(u32, u32)],
    columns: usize,
    style: ratatui::style::Style,
    model: &Model,
) -> Vec<Span<'static>> {
    let index = |value: u32| usize::try_from(value).unwrap_or(usize::MAX);
    let first = matches.first().map_or(0, |(start, _)| index(*start));
    let skip = first.saturating_sub(columns / 3);
    let mut spans = Vec::new();
    let mut used = 0;
    if skip > 0 {
        spans.push(Span::styled("…", style));
        used += 1;
    }
    for (at, character) in text.chars().enumerate().skip(skip) {
        let shown = if character == '\n' { " ".to_owned() } else { safe::text(&character.to_string()) };
        used += safe::width(&shown);
        if used > columns {
            break;
        }
        let found = matches.iter().any(|(start, len)| (index(*start)..index(*start) + index(*len)).contains(&at));
        spans.push(Span::styled(shown, if found { style.patch(model.theme.found()) } else { style }));
    }
    spans
}

pub(super) fn find(frame: &mut Frame<'_>, model: &Model, find: &Find) {
    let area = window(frame, model, Label::NewConversation, (64, 16), Some(Label::NewConversationKeys));
    field(frame, model, &find.name, Label::NewConversationHint, area);
    let list = Rect::new(area.x, area.y + 2, area.width, area.height.saturating_sub(2));
    let entries: Vec<Line<'static>> = match (&find.found, find.busy) {
        (_, true) => vec![Line::styled(model.label(Label::Loading), model.theme.faint())],
        (None, false) => Vec::new(),
        (Some(found), false) if found.is_empty() => {
            vec![Line::styled(model.label(Label::NothingFound), model.theme.faint())]
        }
        (Some(found), false) => found
            .iter()
            .map(|card| {
                let username = card.username.as_ref().map_or_else(String::new, |name| format!("@{name}"));
                let known = model.people.get(&card.account).map(|person| safe::line(&person.name)).unwrap_or_default();
                let known = if known == username.trim_start_matches('@') { String::new() } else { known };
                let id = short_id(&card.account.to_string());
                Line::from(vec![
                    Span::styled(format!(" {username}"), model.theme.strong()),
                    Span::raw(format!("  {known}")),
                    Span::styled(format!("  {id}"), model.theme.faint()),
                ])
            })
            .collect(),
    };
    let lines = marked_list(entries, find.marked, model.theme.chosen(), usize::from(list.height));
    frame.render_widget(Paragraph::new(lines), list);
}

pub(super) fn command(frame: &mut Frame<'_>, model: &Model, line: &Editor) {
    let area = window(frame, model, Label::Commands, (76, 24), Some(Label::CommandKeys));
    field(frame, model, line, Label::ComposerHint, area);
    let list = Rect::new(area.x, area.y + 2, area.width, area.height.saturating_sub(2));
    let lines: Vec<Line<'static>> = matching(line.text())
        .filter(|(_, _, which)| !needs_conversation(*which))
        .map(|known| command_line(model, known, usize::from(list.width)))
        .collect();
    frame.render_widget(Paragraph::new(lines), list);
}

pub(super) fn devices(frame: &mut Frame<'_>, model: &Model, devices: &[DeviceView], marked: usize, code: &Editor) {
    let area = window(frame, model, Label::Devices, (70, 16), Some(Label::DevicesKeys));
    field(frame, model, code, Label::DevicesHint, area);
    let entries = devices
        .iter()
        .map(|device| {
            let name = safe::line(&device.name);
            let name = if name.is_empty() { model.label(Label::UnnamedDevice).to_owned() } else { name };
            let mut notes = vec![short_id(&device.device.to_string())];
            if let Some(at) = device.added_at {
                notes.push(model.say(&Sentence::AddedAt(&model.long_time(at))));
            }
            if device.current {
                notes.push(model.label(Label::ThisDevice).to_owned());
            }
            Line::from(vec![Span::raw(format!(" {name}  ")), Span::styled(notes.join(" · "), model.theme.faint())])
        })
        .collect();
    let list = Rect::new(area.x, area.y + 2, area.width, area.height.saturating_sub(2));
    let lines = marked_list(entries, marked, model.theme.chosen(), usize::from(list.height));
    frame.render_widget(Paragraph::new(lines), list);
}

pub(super) fn forward(frame: &mut Frame<'_>, model: &Model, forwarding: &Forwarding) {
    let area = window(frame, model, Label::ForwardTo, (76, 18), Some(Label::ForwardKeys));
    field(frame, model, &forwarding.filter, Label::ForwardHint, area);
    let entries = model
        .forward_targets(forwarding)
        .into_iter()
        .map(|conversation| Line::raw(format!(" {}", safe::fit(&model.title(conversation), 60))))
        .collect();
    let list = Rect::new(area.x, area.y + 2, area.width, area.height.saturating_sub(2));
    let lines = marked_list(entries, forwarding.marked, model.theme.chosen(), usize::from(list.height));
    frame.render_widget(Paragraph::new(lines), list);
    if !forwarding.with_author && list.height > 0 {
        let note = Line::styled(model.label(Label::Forwarded), model.theme.faint());
        frame.render_widget(Paragraph::new(note), Rect::new(area.x, area.y + 1, area.width, 1));
    }
}

pub(super) fn react(frame: &mut Frame<'_>, model: &Model, marked: usize, typed: &Editor) {
    let area = window(frame, model, Label::ReactTitle, (60, 6), Some(Label::ReactKeys));
    let spans: Vec<Span<'static>> = REACTIONS
        .iter()
        .enumerate()
        .map(|(index, emoji)| {
            let style = if index == marked && typed.is_empty() { model.theme.chosen() } else { model.theme.plain() };
            Span::styled(format!(" {emoji} "), style)
        })
        .collect();
    frame.render_widget(Paragraph::new(Line::from(spans)), Rect::new(area.x, area.y, area.width, 1));
    let input = Rect::new(area.x, area.y + 2, area.width, 1);
    field(frame, model, typed, Label::ReactHint, input);
}
