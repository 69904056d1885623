//! What each input changes, and what is to be done then. Pure: no input or output happens here.

mod composer;
mod data;
mod files;
mod list;
mod messages;
mod overlay;
mod slash;
mod welcome;

use beseda_engine::api::command::Command;
use beseda_engine::api::view::{Anchor, Readiness};
use beseda_model::ConversationId;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub(super) use overlay::{SETTINGS, Setting};
pub(super) use slash::{COMMANDS, matching, needs_conversation};
pub(crate) use welcome::server_address;

use super::input::{Action, Input, Query, Tag};
use super::model::{Find, Focus, Model, Opened, Overlay, Search, Toast};
use crate::text::{self, Lang};

/// How long a short answer is shown.
const TOAST_MS: u64 = 6_000;
/// Rows that are read at once.
const PAGE: u32 = 100;
/// Rows that are kept.
const MOST_ROWS: usize = 600;

/// Takes an input.
pub fn update(model: &mut Model, input: Input) -> Vec<Action> {
    let mut actions = match input {
        Input::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Input::Key(key) => keyed(model, key),
        Input::Paste(text) => pasted(model, &text),
        Input::Wheel(rows) => messages::scroll(model, isize::from(rows)),
        Input::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Input::Attentive(attentive) => {
            model.attentive = attentive;
            Vec::new()
        }
        Input::Tick(now) => {
            model.now = now;
            if model.toast.as_ref().is_some_and(|toast| toast.until <= now) {
                model.toast = None;
            }
            Vec::new()
        }
        Input::Notice(notice) => data::notice(model, notice),
        Input::Missed => load_all(model),
        Input::Link(link) => {
            model.link = link;
            Vec::new()
        }
        Input::Data(data) => data::data(model, data),
        Input::Done(tag, result) => data::done(model, tag, result),
        Input::Resolved(purpose, result) => data::resolved(model, purpose, result),
        Input::Sealing { name, done, total } => {
            files::sealing(model, &name, done, total);
            Vec::new()
        }
        Input::Sealed { conversation, reply_to, result } => files::sealed(model, conversation, reply_to, result),
        Input::Taken(result) => {
            files::taken(model, result);
            Vec::new()
        }
        Input::Drawn { file, size, picture } => {
            model.gallery.drawn(file, size, picture);
            Vec::new()
        }
    };
    actions.extend(messages::mark_read(model));
    actions.extend(messages::look_at_pictures(model));
    actions
}

/// Everything that the screen needs at its start.
pub(super) fn load_all(model: &Model) -> Vec<Action> {
    let mut actions: Vec<Action> =
        [Query::Me, Query::People, Query::Conversations, Query::Warnings].into_iter().map(Action::Load).collect();
    actions.extend(reload_page(model));
    actions
}

/// Reads the open timeline again, where it stands.
fn reload_page(model: &Model) -> Option<Action> {
    let open = model.open.as_ref()?;
    let (anchor, limit) = if open.more_after {
        let middle = open.messages.get(open.messages.len() / 2)?;
        (Anchor::Around(middle.row), open.messages.len())
    } else {
        (Anchor::End, open.messages.len() + 20)
    };
    let limit = u32::try_from(limit.min(MOST_ROWS)).unwrap_or(PAGE).max(PAGE);
    Some(Action::Load(Query::Page { conversation: open.conversation, anchor, limit }))
}

fn command(tag: Tag, command: Command) -> Action {
    Action::Do { tag, command }
}

fn toast(model: &mut Model, text: impl Into<String>, bad: bool) {
    model.toast = Some(Toast { text: text.into(), bad, until: model.now.plus_millis(TOAST_MS) });
}

fn toast_failure(model: &mut Model, failure: &beseda_engine::api::failure::Failure) {
    let words = text::failure(model.lang, failure).to_string();
    toast(model, words, true);
}

fn pasted(model: &mut Model, text: &str) -> Vec<Action> {
    if model.overlays.last().is_some() {
        return overlay::pasted(model, text);
    }
    if let Some(welcome) = &mut model.welcome {
        welcome::pasted(welcome, text);
        return Vec::new();
    }
    if model.open.is_some() {
        model.focus = Focus::Composer;
        return composer::insert(model, text);
    }
    Vec::new()
}

fn keyed(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    if let Some(actions) = anywhere(model, key) {
        return actions;
    }
    if !model.overlays.is_empty() {
        return overlay::key(model, key);
    }
    if model.welcome.is_some() {
        return welcome::key(model, key);
    }
    if let Some(actions) = on_main_screen(model, key) {
        return actions;
    }
    match model.focus {
        Focus::List => list::key(model, key),
        Focus::Composer => composer::key(model, key),
        Focus::Messages => messages::key(model, key),
    }
}

fn has(key: KeyEvent, modifier: KeyModifiers) -> bool {
    key.modifiers.contains(modifier)
}

/// Ctrl with a letter, also where the keyboard is switched to Russian.
fn control(key: KeyEvent) -> Option<char> {
    let KeyCode::Char(c) = key.code else { return None };
    if !has(key, KeyModifiers::CONTROL) || has(key, KeyModifiers::ALT) {
        return None;
    }
    Some(latin(c.to_lowercase().next().unwrap_or(c)))
}

/// The letter on the same key of a Latin keyboard.
fn latin(c: char) -> char {
    const RUSSIAN: &str = "йцукенгшщзфывапролдячсмить";
    const LATIN: &str = "qwertyuiopasdfghjklzxcvbnm";
    match RUSSIAN.chars().position(|russian| russian == c) {
        Some(at) => LATIN.chars().nth(at).unwrap_or(c),
        None => c,
    }
}

/// What a key says to a question. In Russian the word counts before the place of the key: «н» is «нет», although it lies
/// where the y is.
const fn yes_or_no(c: char) -> Option<bool> {
    match c {
        'y' | 'Y' | 'д' | 'Д' => Some(true),
        'n' | 'N' | 'н' | 'Н' | 'т' | 'Т' => Some(false),
        _ => None,
    }
}

fn anywhere(model: &mut Model, key: KeyEvent) -> Option<Vec<Action>> {
    match control(key)? {
        'q' | 'c' => Some(quit(model)),
        'l' => {
            model.lang = match model.lang {
                Lang::En => Lang::Ru,
                Lang::Ru => Lang::En,
            };
            Some(Vec::new())
        }
        'r' if model.welcome.is_none() => Some(vec![Action::Nudge]),
        _ => None,
    }
}

fn quit(model: &mut Model) -> Vec<Action> {
    let mut actions: Vec<Action> = save_draft(model).into_iter().collect();
    actions.push(Action::Quit);
    actions
}

fn on_main_screen(model: &mut Model, key: KeyEvent) -> Option<Vec<Action>> {
    match key.code {
        KeyCode::F(1) => Some(show(model, Overlay::Help { scroll: 0 })),
        KeyCode::F(2) => Some(slash::info(model)),
        KeyCode::F(3) => Some(show(model, Overlay::Search(Search::default()))),
        KeyCode::F(4) => Some(show(model, Overlay::Me { marked: 0 })),
        KeyCode::F(8) => Some(show(model, Overlay::Warnings { marked: 0 })),
        KeyCode::F(9) => Some(slash::devices(model)),
        KeyCode::PageUp => Some(messages::page(model, false)),
        KeyCode::PageDown => Some(messages::page(model, true)),
        KeyCode::Up if has(key, KeyModifiers::ALT) => Some(list::neighbour(model, false)),
        KeyCode::Down if has(key, KeyModifiers::ALT) => Some(list::neighbour(model, true)),
        _ => match control(key)? {
            'n' => Some(show(model, Overlay::Find(Find::default()))),
            'f' => {
                let here = model.open.is_some();
                Some(show(model, Overlay::Search(Search { here, ..Search::default() })))
            }
            'y' if is_request(model) => Some(slash::answer(model, true)),
            'd' if is_request(model) => Some(slash::answer(model, false)),
            _ => None,
        },
    }
}

fn is_request(model: &Model) -> bool {
    model.opened().is_some_and(|conversation| conversation.readiness == Readiness::RequestReceived)
}

fn show(model: &mut Model, overlay: Overlay) -> Vec<Action> {
    model.overlays.push(overlay);
    Vec::new()
}

/// Shows a conversation on the right.
fn open(model: &mut Model, id: ConversationId) -> Vec<Action> {
    let mut actions: Vec<Action> = save_draft(model).into_iter().collect();
    let Some(conversation) = model.conversation(id) else { return actions };
    let unread = conversation.unread > 0;
    let opened = Opened::new(conversation);
    let archived = conversation.own.archived;
    model.open = Some(opened);
    model.archive = archived;
    model.marked = Some(id);
    model.focus = Focus::Composer;
    let anchor = if unread { Anchor::FirstUnread } else { Anchor::End };
    actions.push(Action::Load(Query::Page { conversation: id, anchor, limit: PAGE }));
    actions.push(Action::Load(Query::Members(id)));
    actions
}

/// Keeps what was typed in the open conversation, if it is not what is kept already.
fn save_draft(model: &mut Model) -> Option<Action> {
    let open = model.open.as_ref()?;
    let kept = model.conversation(open.conversation).map_or("", |conversation| conversation.draft.as_str());
    let is_draft = matches!(open.purpose, super::model::Purpose::New) && !open.composer.text().starts_with('/');
    let text = if is_draft { open.composer.text().to_owned() } else { String::new() };
    if text == kept {
        return None;
    }
    let conversation = open.conversation;
    if let Some(row) = model.conversations.iter_mut().find(|row| row.conversation == conversation) {
        row.draft.clone_from(&text);
    }
    Some(command(Tag::Quiet, Command::SaveDraft { conversation, text }))
}

#[cfg(test)]
mod tests;
