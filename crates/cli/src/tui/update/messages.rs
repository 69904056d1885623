//! Moving through messages, and keys on a chosen one.

use beseda_engine::api::command::Command;
use beseda_engine::api::view::{Anchor, Body, Delivery, MessageView, Readiness};
use beseda_engine::timeline::markup;
use beseda_model::ConversationId;
use beseda_wire::content::MessageRef;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{PAGE, command, files, has, show, toast};
use crate::text::Label;
use crate::tui::draw::areas;
use crate::tui::editor::Editor;
use crate::tui::input::{Action, Intent, Query, Tag};
use crate::tui::model::{Focus, Forwarding, Model, Opened, Overlay, Purpose};
use crate::tui::rows;

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    if has(key, KeyModifiers::CONTROL) || has(key, KeyModifiers::ALT) {
        return Vec::new();
    }
    match key.code {
        KeyCode::Up => choose(model, -1),
        KeyCode::Down => choose(model, 1),
        KeyCode::Home => choose(model, isize::MIN),
        KeyCode::End => to_end(model),
        KeyCode::Esc => {
            leave(model);
            Vec::new()
        }
        KeyCode::Tab => {
            leave(model);
            model.focus = Focus::List;
            Vec::new()
        }
        KeyCode::Enter => follow_reply(model),
        KeyCode::Char('+' | '=') => react(model),
        KeyCode::Char('?') => show(model, Overlay::Help { scroll: 0 }),
        KeyCode::Char(c) => letter(model, c),
        KeyCode::Delete => on_chosen(model, delete_for_all),
        _ => Vec::new(),
    }
}

/// Back to writing.
fn leave(model: &mut Model) {
    if let Some(open) = &mut model.open {
        open.chosen = None;
    }
    model.focus = Focus::Composer;
}

fn letter(model: &mut Model, c: char) -> Vec<Action> {
    let upper = c.is_uppercase();
    let lower = latin_lower(c);
    match (lower, upper) {
        ('j', _) => choose(model, 1),
        ('k', _) => choose(model, -1),
        ('g', false) => choose(model, isize::MIN),
        ('g', true) => to_end(model),
        ('r', false) => on_chosen(model, reply),
        ('r', true) => on_chosen(model, |_, at, message| vec![failed(at, message, true)]),
        ('x', _) => on_chosen(model, |model, at, message| {
            let given_up = files::give_up(model, message);
            if given_up.is_empty() { vec![failed(at, message, false)] } else { given_up }
        }),
        ('e', _) => on_chosen(model, edit),
        ('d', false) => on_chosen(model, delete_for_all),
        ('d', true) => on_chosen(model, |_, at, message| {
            let targets = vec![message.message];
            vec![command(Tag::Quiet, Command::Delete { conversation: at, targets, for_all: false })]
        }),
        ('v', _) => on_chosen(model, |model, _, message| files::fetch(model, message)),
        ('o', _) => on_chosen(model, |model, _, message| files::take(model, message, Intent::Open)),
        ('w', _) => on_chosen(model, |model, _, message| files::take(model, message, Intent::Save)),
        ('p', _) => on_chosen(model, |_, at, message| vec![pin(at, message)]),
        ('f', _) => on_chosen(model, |model, at, message| {
            show(
                model,
                Overlay::Forward(Forwarding {
                    from: at,
                    messages: vec![message.message],
                    filter: Editor::default(),
                    marked: 0,
                    with_author: true,
                }),
            )
        }),
        ('i', _) => on_chosen(model, |model, at, message| {
            model.overlays.push(Overlay::Details { info: None });
            vec![Action::Load(Query::Details(at, message.row))]
        }),
        ('s', _) => {
            if let Some(open) = &mut model.open
                && let Some(row) = open.chosen
                && !open.revealed.remove(&row)
            {
                open.revealed.insert(row);
            }
            Vec::new()
        }
        ('y', _) => on_chosen(model, |model, _, message| match &message.body {
            Body::Text { text, .. } => {
                toast(model, model.label(Label::Copied), false);
                vec![Action::Copy(text.clone())]
            }
            _ => Vec::new(),
        }),
        _ => Vec::new(),
    }
}

fn latin_lower(c: char) -> char {
    super::latin(c.to_lowercase().next().unwrap_or(c))
}

pub(super) fn on_chosen(
    model: &mut Model,
    act: impl FnOnce(&mut Model, ConversationId, &MessageView) -> Vec<Action>,
) -> Vec<Action> {
    let Some((at, message)) =
        model.open.as_ref().and_then(|open| Some((open.conversation, open.chosen_message()?.clone())))
    else {
        toast(model, model.label(Label::NothingSelected), true);
        return Vec::new();
    };
    if matches!(message.body, Body::System { .. }) {
        return Vec::new();
    }
    act(model, at, &message)
}

fn failed(at: ConversationId, message: &MessageView, again: bool) -> Action {
    let id = message.message.id;
    let wish = if again {
        Command::Retry { conversation: at, message: id }
    } else {
        Command::Discard { conversation: at, message: id }
    };
    command(Tag::Quiet, wish)
}

pub(super) fn pin(at: ConversationId, message: &MessageView) -> Action {
    command(Tag::Quiet, Command::Pin { conversation: at, target: message.message, on: !message.pinned })
}

pub(super) fn reply(model: &mut Model, _: ConversationId, message: &MessageView) -> Vec<Action> {
    write_for(model, Purpose::Reply { row: message.row, target: message.message }, None)
}

pub(super) fn edit(model: &mut Model, _: ConversationId, message: &MessageView) -> Vec<Action> {
    match &message.body {
        Body::Text { text, entities, .. } if message.own => {
            let source = markup::render(text, entities, model);
            write_for(model, Purpose::Edit { row: message.row, target: message.message }, Some(source))
        }
        _ => {
            toast(model, model.label(Label::NotYours), true);
            Vec::new()
        }
    }
}

fn write_for(model: &mut Model, purpose: Purpose, text: Option<String>) -> Vec<Action> {
    leave(model);
    if let Some(open) = &mut model.open {
        open.purpose = purpose;
        if let Some(text) = text {
            open.composer = Editor::with(text);
        }
    }
    Vec::new()
}

pub(super) fn delete_for_all(_: &mut Model, at: ConversationId, message: &MessageView) -> Vec<Action> {
    // At once and without a question: what was deleted by mistake is sent again more quickly than a question is answered.
    let targets = vec![message.message];
    vec![command(Tag::Quiet, Command::Delete { conversation: at, targets, for_all: true })]
}

fn react(model: &mut Model) -> Vec<Action> {
    on_chosen(model, |model, _, message| reaction_window(model, message.message))
}

pub(super) fn reaction_window(model: &mut Model, target: MessageRef) -> Vec<Action> {
    show(model, Overlay::React { target, marked: 0, typed: Editor::default() })
}

fn follow_reply(model: &mut Model) -> Vec<Action> {
    let Some(open) = &model.open else { return Vec::new() };
    let Some(row) = open.chosen_message().and_then(|message| message.reply.as_ref()?.row) else { return Vec::new() };
    jump(model, row)
}

/// Chooses a row, which is read first if it is not here.
pub(super) fn jump(model: &mut Model, row: i64) -> Vec<Action> {
    model.focus = Focus::Messages;
    let Some(open) = &mut model.open else { return Vec::new() };
    open.chosen = Some(row);
    if open.message(row).is_some() {
        keep_visible(model);
        return Vec::new();
    }
    open.loading = true;
    let conversation = open.conversation;
    vec![Action::Load(Query::Page { conversation, anchor: Anchor::Around(row), limit: PAGE })]
}

/// Moves the choice; the first time it is the last visible message.
pub(super) fn choose(model: &mut Model, by: isize) -> Vec<Action> {
    let Some(open) = &mut model.open else { return Vec::new() };
    // What happened is nobody's message: there is nothing to do with it.
    let rows: Vec<i64> = open.messages.iter().filter(|message| !rows::is_event(message)).map(|m| m.row).collect();
    let count = rows.len();
    let at = open.chosen.and_then(|row| rows.iter().position(|other| *other == row));
    let next = match at {
        None => {
            let last = open.bottom.and_then(|bottom| rows.iter().rposition(|row| *row <= bottom.row));
            last.unwrap_or_else(|| count.saturating_sub(1))
        }
        Some(at) if by > 0 && at + 1 >= count && !open.more_after => {
            leave(model);
            return Vec::new();
        }
        Some(at) => at.saturating_add_signed(by).min(count.saturating_sub(1)),
    };
    open.chosen = rows.get(next).copied();
    model.focus = if open.chosen.is_some() { Focus::Messages } else { Focus::Composer };
    keep_visible(model);
    let mut actions = Vec::new();
    if next < 5 {
        actions.extend(older(model));
    }
    if next + 5 > count {
        actions.extend(newer(model));
    }
    actions
}

fn to_end(model: &mut Model) -> Vec<Action> {
    let Some(open) = &mut model.open else { return Vec::new() };
    open.bottom = None;
    open.chosen = open.messages.last().map(|message| message.row);
    if !open.more_after {
        return Vec::new();
    }
    open.chosen = None;
    model.focus = Focus::Composer;
    vec![Action::Load(Query::Page { conversation: open.conversation, anchor: Anchor::End, limit: PAGE })]
}

/// Reads the newest page.
pub(super) fn end(model: &Model) -> Option<Action> {
    let conversation = model.open.as_ref()?.conversation;
    Some(Action::Load(Query::Page { conversation, anchor: Anchor::End, limit: PAGE }))
}

/// Lines and height of the part that shows messages.
fn geometry(model: &Model, open: &Opened) -> Option<(Vec<rows::Block>, usize)> {
    let area = areas(model)?.messages;
    Some((rows::blocks(model, open, usize::from(area.width)), usize::from(area.height)))
}

fn keep_visible(model: &mut Model) {
    let Some(open) = &model.open else { return };
    let Some((blocks, height)) = geometry(model, open) else { return };
    let Some(row) = open.chosen.and_then(|row| rows::span(&blocks, row)) else { return };
    let window = rows::window(&blocks, open.bottom, height);
    let end = if row.start < window.start {
        row.start + height
    } else if row.end > window.end {
        // A message that is taller than the window is shown from its beginning.
        row.end.min(row.start + height)
    } else {
        return;
    };
    let bottom = rows::bottom_at(&blocks, end);
    if let Some(open) = &mut model.open {
        open.bottom = bottom;
    }
}

pub(super) fn page(model: &mut Model, down: bool) -> Vec<Action> {
    let Some(height) = areas(model).map(|areas| areas.messages.height) else { return Vec::new() };
    let rows = isize::try_from(height.saturating_sub(2).max(1)).unwrap_or(1);
    scroll(model, if down { rows } else { -rows })
}

/// Moves the window by so many lines.
pub(super) fn scroll(model: &mut Model, rows: isize) -> Vec<Action> {
    let Some(open) = &model.open else { return Vec::new() };
    let Some((blocks, height)) = geometry(model, open) else { return Vec::new() };
    let total: usize = blocks.iter().map(|block| block.lines.len()).sum();
    let window = rows::window(&blocks, open.bottom, height);
    let end = window.end.saturating_add_signed(rows).clamp(height.min(total), total);
    let bottom = rows::bottom_at(&blocks, end);
    if let Some(open) = &mut model.open {
        open.bottom = bottom;
        open.chosen = None;
    }
    if model.focus == Focus::Messages {
        model.focus = Focus::Composer;
    }
    let mut actions = Vec::new();
    if end.saturating_sub(height) == 0 {
        actions.extend(older(model));
    }
    if end == total {
        actions.extend(newer(model));
    }
    actions
}

fn older(model: &mut Model) -> Option<Action> {
    let open = model.open.as_mut()?;
    let first = open.messages.first()?.row;
    if !open.more_before || open.loading {
        return None;
    }
    open.loading = true;
    Some(Action::Load(Query::Page { conversation: open.conversation, anchor: Anchor::Before(first), limit: PAGE }))
}

fn newer(model: &mut Model) -> Option<Action> {
    let open = model.open.as_mut()?;
    let last = open.messages.last()?.row;
    if !open.more_after || open.loading {
        return None;
    }
    open.loading = true;
    Some(Action::Load(Query::Page { conversation: open.conversation, anchor: Anchor::After(last), limit: PAGE }))
}

/// Tells that what is on the screen was read, if somebody looks at it.
pub(super) fn mark_read(model: &mut Model) -> Option<Action> {
    if !model.attentive || model.welcome.is_some() {
        return None;
    }
    if model.opened()?.readiness == Readiness::RequestReceived {
        return None;
    }
    let open = model.open.as_mut()?;
    let last_row = open.bottom.map(|bottom| bottom.row);
    let mut read = 0;
    for message in &open.messages {
        read = read.max(message.seq.unwrap_or(0));
        if Some(message.row) == last_row {
            break;
        }
    }
    if read <= open.read_told {
        return None;
    }
    open.read_told = read;
    Some(command(Tag::Quiet, Command::MarkRead { conversation: open.conversation, seq: read }))
}

/// Has those pictures drawn that can be seen, or soon could.
pub(super) fn look_at_pictures(model: &mut Model) -> Vec<Action> {
    if model.gallery.printer.is_none() || model.welcome.is_some() {
        return Vec::new();
    }
    let Some((blocks, height)) = model.open.as_ref().and_then(|open| geometry(model, open)) else { return Vec::new() };
    let bottom = model.open.as_ref().and_then(|open| open.bottom);
    let near = rows::near(&blocks, &rows::window(&blocks, bottom, height));
    model.gallery.look(&near).into_iter().map(|(file, size)| Action::Draw { file, size }).collect()
}

/// The messages here that were not sent.
pub(super) fn unsent(open: &Opened) -> impl Iterator<Item = &MessageView> {
    open.messages.iter().filter(|message| matches!(message.delivery, Some(Delivery::Failed { .. })))
}
