//! Windows over the screen.

mod about;
mod choose;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

use crate::safe;
use crate::text::{self, CommandHelp, Label, Sentence};
use crate::tui::editor::Editor;
use crate::tui::flow::flow_text;
use crate::tui::model::{Model, Overlay, short_id};
use crate::tui::update::COMMANDS;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model) {
    let Some(overlay) = model.overlays.last() else { return };
    match overlay {
        Overlay::Help { scroll } => help(frame, model, *scroll),
        Overlay::Search(search) => choose::search(frame, model, search),
        Overlay::Find(find) => choose::find(frame, model, find),
        Overlay::Info { conversation, scroll } => about::conversation(frame, model, *conversation, *scroll),
        Overlay::Details { info } => about::message(frame, model, info.as_deref()),
        Overlay::Warnings { marked } => warnings(frame, model, *marked),
        Overlay::Devices { devices, marked, code } => choose::devices(frame, model, devices, *marked, code),
        Overlay::Approve { device, comparison, .. } => approve(frame, model, &device.to_string(), comparison),
        Overlay::Verify { account, number } => about::safety(frame, model, *account, number.as_deref()),
        Overlay::Forward(forwarding) => choose::forward(frame, model, forwarding),
        Overlay::React { marked, typed, .. } => choose::react(frame, model, *marked, typed),
        Overlay::Phrase { words } => {
            let window = window(frame, model, Label::PhraseTitle, (70, 20), Some(Label::PhraseKeys));
            let lines = phrase_lines(model, words.as_deref(), usize::from(window.width));
            frame.render_widget(Paragraph::new(lines), window);
        }
        Overlay::Me { marked } => about::me(frame, model, *marked),
        Overlay::Command(line) => choose::command(frame, model, line),
        Overlay::Confirm { question, .. } => {
            let lines = flow_text(question, model.theme.plain(), 50);
            let height = u16::try_from(lines.len()).unwrap_or(4) + 4;
            let window = window(frame, model, Label::Question, (56, height), Some(Label::ConfirmKeys));
            frame.render_widget(Paragraph::new(lines), window);
        }
    }
}

/// Draws an empty window in the middle and answers its inside.
fn window(frame: &mut Frame<'_>, model: &Model, title: Label, size: (u16, u16), keys: Option<Label>) -> Rect {
    let area = frame.area();
    let width = size.0.min(area.width.saturating_sub(2));
    let height = size.1.min(area.height.saturating_sub(2));
    let place = Rect::new((area.width - width) / 2, (area.height - height) / 2, width, height);
    // A wide character half under the window would swallow its frame.
    if let Some(left) = place.x.checked_sub(1) {
        for y in place.top()..place.bottom() {
            if let Some(cell) = frame.buffer_mut().cell_mut((left, y)).filter(|cell| safe::width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
    }
    frame.render_widget(Clear, place);
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(model.theme.accent())
        .title(Span::styled(format!(" {} ", model.label(title)), model.theme.strong()));
    if let Some(keys) = keys {
        let keys = safe::fit(model.label(keys), usize::from(width).saturating_sub(4));
        block = block.title_bottom(Span::styled(format!(" {keys} "), model.theme.faint()));
    }
    let inside = block.inner(place);
    frame.render_widget(block, place);
    Rect::new(inside.x + 1, inside.y, inside.width.saturating_sub(2), inside.height)
}

/// Draws a one-line field with its name and the cursor.
fn field(frame: &mut Frame<'_>, model: &Model, editor: &Editor, hint: Label, area: Rect) {
    let width = usize::from(area.width).saturating_sub(3);
    let line = if editor.is_empty() {
        Line::styled(format!("> {}", safe::fit(model.label(hint), width)), model.theme.faint())
    } else {
        Line::from(vec![Span::styled("> ", model.theme.accent()), Span::raw(tail(editor.before(), width))])
    };
    frame.render_widget(Paragraph::new(line), Rect::new(area.x, area.y, area.width, 1));
    let column = if editor.is_empty() { 0 } else { safe::width(&tail(editor.before(), width)) };
    let x = area.x.saturating_add(2).saturating_add(u16::try_from(column).unwrap_or(0));
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
}

/// The end of a text that fits.
fn tail(text: &str, columns: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut kept: Vec<&str> = Vec::new();
    let mut used = 0;
    for cluster in text.graphemes(true).rev() {
        used += safe::width(cluster);
        if used > columns {
            break;
        }
        kept.push(cluster);
    }
    kept.into_iter().rev().collect()
}

/// The lines of a list with one marked entry, scrolled so that it is seen.
fn marked_list(entries: Vec<Line<'static>>, marked: usize, style: Style, height: usize) -> Vec<Line<'static>> {
    let first = (marked + 1).saturating_sub(height.max(1));
    entries
        .into_iter()
        .enumerate()
        .skip(first)
        .take(height)
        .map(|(index, line)| if index == marked { line.patch_style(style) } else { line })
        .collect()
}

fn help(frame: &mut Frame<'_>, model: &Model, scroll: usize) {
    let area = window(frame, model, Label::Help, (90, 60), Some(Label::HintOverlay));
    let width = usize::from(area.width);
    let lines = help_lines(model, width);
    let last = lines.len().saturating_sub(usize::from(area.height));
    let lines: Vec<Line<'static>> = lines.into_iter().skip(scroll.min(last)).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// Everything that the help window says.
fn help_lines(model: &Model, width: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = vec![Line::styled(model.label(Label::Keys), theme.strong())];
    lines.extend(model.lang.keys().iter().map(|(keys, meaning)| pair(model, keys, meaning, width)));
    lines.push(Line::default());
    lines.push(Line::styled(model.label(Label::Commands), theme.strong()));
    lines.extend(COMMANDS.iter().map(|known| command_line(model, known, width)));
    lines.push(Line::default());
    lines.extend(flow_text(model.label(Label::Legend), theme.plain(), width));
    lines
}

/// Something to press or to type, and what it does.
fn pair(model: &Model, left: &str, right: &str, width: usize) -> Line<'static> {
    let head = format!("{} ", safe::fill(left, if width < 60 { 18 } else { 27 }));
    let room = width.saturating_sub(safe::width(&head));
    Line::from(vec![Span::styled(head, model.theme.accent()), Span::raw(safe::fit(right, room))])
}

/// A command, how it is written, and what it does.
pub(super) fn command_line(
    model: &Model,
    (command, usage, help): &(&str, &str, CommandHelp),
    width: usize,
) -> Line<'static> {
    pair(model, format!("/{command} {usage}").trim_end(), model.lang.command_help(*help), width)
}

fn warnings(frame: &mut Frame<'_>, model: &Model, marked: usize) {
    let area = window(frame, model, Label::Warnings, (76, 20), Some(Label::WarningsKeys));
    let width = usize::from(area.width);
    if model.warnings.is_empty() {
        frame.render_widget(Paragraph::new(model.label(Label::NoWarnings)), area);
        return;
    }
    let named = |account| (model.name(account), model.is_me(account));
    let mut lines = Vec::new();
    for (index, warning) in model.warnings.iter().enumerate() {
        let words = text::warning(model.lang, &warning.kind, &named);
        let place = warning.conversation.and_then(|id| model.conversation(id)).map(|c| model.title(c));
        let mut head = model.long_time(warning.at);
        if let Some(place) = place {
            head = format!("{head} · {place}");
        }
        let mark = if index == marked { "▌ " } else { "  " };
        lines.push(Line::styled(format!("{mark}{}", safe::fit(&head, width - 2)), model.theme.faint()));
        let style = if index == marked { model.theme.strong() } else { model.theme.plain() };
        for line in flow_text(&words.to_string(), style, width - 2) {
            let mut spans = vec![Span::raw(mark)];
            spans.extend(line.spans);
            lines.push(Line::from(spans));
        }
        lines.push(Line::default());
    }
    let before: usize = lines.iter().take_while(|line| !line.to_string().starts_with('▌')).count();
    let skip = if before + 4 > usize::from(area.height) { before } else { 0 };
    frame.render_widget(Paragraph::new(lines.into_iter().skip(skip).collect::<Vec<_>>()), area);
}

fn approve(frame: &mut Frame<'_>, model: &Model, device: &str, comparison: &str) {
    let area = window(frame, model, Label::ApproveTitle, (60, 9), Some(Label::ApproveKeys));
    let mut lines = vec![
        Line::raw(model.say(&Sentence::ApproveDevice(&short_id(device)))),
        Line::default(),
        Line::styled(format!("    {}", spaced(comparison)), model.theme.strong()),
        Line::default(),
    ];
    lines.extend(flow_text(model.label(Label::ApproveCompare), model.theme.plain(), usize::from(area.width)));
    frame.render_widget(Paragraph::new(lines), area);
}

/// Digits in groups of three, as people read them aloud.
pub(super) fn spaced(digits: &str) -> String {
    let digits: Vec<char> = safe::line(digits).chars().collect();
    digits.chunks(3).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The phrase, numbered, in columns.
pub(super) fn phrase_lines(model: &Model, words: Option<&str>, width: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let Some(words) = words else { return flow_text(model.label(Label::PhraseSaved), theme.plain(), width) };
    let mut lines = flow_text(model.label(Label::PhraseHint), theme.plain(), width);
    lines.push(Line::default());
    let words: Vec<&str> = words.split_whitespace().collect();
    let columns = if width >= 64 { 4 } else { 3 };
    let rows = words.len().div_ceil(columns);
    for row in 0..rows {
        let mut spans = Vec::new();
        for column in 0..columns {
            let index = column * rows + row;
            if let Some(word) = words.get(index) {
                spans.push(Span::styled(format!("{:>2} ", index + 1), theme.faint()));
                spans.push(Span::styled(safe::fill(&safe::line(word), 12), theme.strong()));
            }
        }
        lines.push(Line::from(spans));
    }
    lines.push(Line::default());
    lines.extend(flow_text(model.label(Label::PhraseSaved), theme.faint(), width));
    lines
}
