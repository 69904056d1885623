//! Keys in the list of conversations.

use beseda_model::ConversationId;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{has, latin, open, show};
use crate::tui::editor::Editor;
use crate::tui::input::Action;
use crate::tui::model::{Focus, Model, Overlay};

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    if has(key, KeyModifiers::CONTROL) || has(key, KeyModifiers::ALT) {
        return Vec::new();
    }
    match key.code {
        KeyCode::Up => mark(model, -1),
        KeyCode::Down => mark(model, 1),
        KeyCode::Home => mark(model, isize::MIN),
        KeyCode::End => mark(model, isize::MAX),
        KeyCode::Enter | KeyCode::Right => match model.marked {
            Some(id) => open(model, id),
            None => Vec::new(),
        },
        KeyCode::Tab | KeyCode::Esc => {
            if model.open.is_some() {
                model.focus = Focus::Composer;
            }
            Vec::new()
        }
        KeyCode::Char('?') => show(model, Overlay::Help { scroll: 0 }),
        KeyCode::Char('/') => {
            if model.open.is_some() {
                model.focus = Focus::Composer;
                return super::composer::insert(model, "/");
            }
            show(model, Overlay::Command(Editor::with("/")))
        }
        KeyCode::Char(c) => match latin(c) {
            'j' => mark(model, 1),
            'k' => mark(model, -1),
            'a' => {
                model.archive = !model.archive;
                model.marked = model.first_listed();
                Vec::new()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn ids(model: &Model) -> Vec<ConversationId> {
    model.listed().map(|conversation| conversation.conversation).collect()
}

fn moved(ids: &[ConversationId], from: Option<ConversationId>, by: isize) -> Option<ConversationId> {
    let at = from.and_then(|from| ids.iter().position(|id| *id == from));
    let next = match at {
        None => 0,
        Some(at) => at.saturating_add_signed(by).min(ids.len().saturating_sub(1)),
    };
    ids.get(next).copied()
}

fn mark(model: &mut Model, by: isize) -> Vec<Action> {
    model.marked = moved(&ids(model), model.marked, by);
    Vec::new()
}

/// Opens the conversation above or below the open one.
pub(super) fn neighbour(model: &mut Model, down: bool) -> Vec<Action> {
    let from = model.open.as_ref().map(|open| open.conversation).or(model.marked);
    match moved(&ids(model), from, if down { 1 } else { -1 }) {
        Some(id) if Some(id) != from || model.open.is_none() => open(model, id),
        _ => Vec::new(),
    }
}
