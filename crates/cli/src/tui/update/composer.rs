//! Keys in the text that is being written.

use beseda_engine::api::command::{Command, Draft};
use beseda_engine::timeline::markup::{self, Formatted};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{COMMANDS, command, control, has, messages, slash, toast};
use crate::text::Label;
use crate::tui::draw::areas;
use crate::tui::editor::{Editor, Go};
use crate::tui::input::{Action, Tag};
use crate::tui::model::{Completion, Focus, Model, Opened, Purpose, Said};

/// Others are told at most so often that this person is typing.
const TYPING_MS: u64 = 3_000;

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    let alt = has(key, KeyModifiers::ALT);
    let Some(open) = &mut model.open else {
        model.focus = Focus::List;
        return Vec::new();
    };
    if key.code != KeyCode::Tab {
        open.completion = None;
    }
    let newline = has(key, KeyModifiers::SHIFT) || alt;
    match key.code {
        KeyCode::Enter if newline => return insert(model, "\n"),
        KeyCode::Enter => return send(model, false),
        KeyCode::Esc => {
            if open.purpose == Purpose::New {
                return messages::choose(model, 0);
            }
            if matches!(open.purpose, Purpose::Edit { .. }) {
                open.composer = Editor::default();
            }
            open.purpose = Purpose::New;
        }
        KeyCode::Tab => return tab(model),
        KeyCode::BackTab => model.focus = Focus::List,
        KeyCode::Up => return up_or_down(model, false),
        KeyCode::Down => return up_or_down(model, true),
        _ if control(key) == Some('j') => return insert(model, "\n"),
        _ => {
            let before = open.composer.text().len();
            if edit_key(&mut open.composer, key) && open.composer.text().len() != before {
                return typing(model).into_iter().collect();
            }
        }
    }
    Vec::new()
}

/// The keys that every field understands. Answers whether it was one.
pub(super) fn edit_key(editor: &mut Editor, key: KeyEvent) -> bool {
    let (ctrl, alt) = (has(key, KeyModifiers::CONTROL), has(key, KeyModifiers::ALT));
    match key.code {
        KeyCode::Char(c) if !ctrl && !alt => editor.insert(c.encode_utf8(&mut [0; 4])),
        KeyCode::Backspace if ctrl || alt => editor.delete_word(),
        KeyCode::Backspace => editor.backspace(),
        KeyCode::Delete => editor.delete(),
        KeyCode::Left if ctrl || alt => editor.go(Go::WordLeft),
        KeyCode::Right if ctrl || alt => editor.go(Go::WordRight),
        KeyCode::Left => editor.go(Go::Left),
        KeyCode::Right => editor.go(Go::Right),
        KeyCode::Home => editor.go(Go::Home),
        KeyCode::End => editor.go(Go::End),
        _ => match control(key) {
            Some('a') => editor.go(Go::Home),
            Some('e') => editor.go(Go::End),
            Some('w') => editor.delete_word(),
            Some('u') => editor.delete_to_start(),
            Some('k') => editor.delete_to_end(),
            _ => return false,
        },
    }
    true
}

pub(super) fn insert(model: &mut Model, text: &str) -> Vec<Action> {
    if let Some(open) = &mut model.open {
        open.composer.insert(text);
    }
    typing(model).into_iter().collect()
}

fn typing(model: &mut Model) -> Option<Action> {
    let now = model.now;
    let open = model.open.as_mut()?;
    let said = !open.composer.is_empty() && !open.composer.text().starts_with('/');
    let recent = open.typing_told.is_some_and(|told| now.millis_since(told) < TYPING_MS);
    if !said || recent || matches!(open.purpose, Purpose::Edit { .. }) {
        return None;
    }
    open.typing_told = Some(now);
    Some(command(Tag::Quiet, Command::Typing { conversation: open.conversation, typing: true }))
}

fn up_or_down(model: &mut Model, down: bool) -> Vec<Action> {
    let columns = areas(model).map_or(80, |areas| usize::from(areas.composer.width.saturating_sub(2)));
    let Some(open) = &mut model.open else { return Vec::new() };
    if !open.composer.go_row(down, columns) && !down && open.composer.is_empty() {
        return messages::choose(model, 0);
    }
    Vec::new()
}

/// Completes a mention or a command; without one, goes to the list.
fn tab(model: &mut Model) -> Vec<Action> {
    let Some(open) = &model.open else { return Vec::new() };
    let (stem, index, replaced) = match &open.completion {
        Some(completion) => (completion.stem.clone(), completion.index + 1, completion.len),
        None => {
            let Some(stem) = stem(open) else {
                model.focus = Focus::List;
                return Vec::new();
            };
            let len = stem.len();
            (stem, 0, len)
        }
    };
    let candidates = candidates(model, &stem);
    let Some(chosen) = index.checked_rem(candidates.len()).and_then(|at| candidates.get(at)) else { return Vec::new() };
    let put = format!("{chosen} ");
    if let Some(open) = &mut model.open {
        open.composer.replace_before(replaced, &put);
        open.completion = Some(Completion { stem, index, len: put.len() });
    }
    Vec::new()
}

/// The beginning of a mention or command before the cursor.
fn stem(open: &Opened) -> Option<String> {
    let before = open.composer.before();
    if before.starts_with('/') && !before.contains(char::is_whitespace) {
        return Some(before.to_owned());
    }
    let word = before.rsplit(char::is_whitespace).next()?;
    word.starts_with('@').then(|| word.to_owned())
}

fn candidates(model: &Model, stem: &str) -> Vec<String> {
    if stem.starts_with('/') {
        let fits = COMMANDS.iter().map(|(name, _, _)| format!("/{name}")).filter(|name| name.starts_with(stem));
        return fits.collect();
    }
    let wanted = stem.trim_start_matches('@').to_lowercase();
    let members = model.open.as_ref().and_then(|open| open.members.as_ref());
    let inside = members.into_iter().flat_map(|members| members.members.iter().map(|member| &member.who));
    let mut names: Vec<String> = Vec::new();
    for person in inside.chain(model.people.values()) {
        let Some(username) = &person.username else { continue };
        let fits = username.to_lowercase().starts_with(&wanted) || person.name.to_lowercase().starts_with(&wanted);
        let mention = format!("@{username}");
        if fits && !model.is_me(person.account) && !names.contains(&mention) {
            names.push(mention);
        }
    }
    names
}

pub(super) fn send(model: &mut Model, silent: bool) -> Vec<Action> {
    let Some(open) = &mut model.open else { return Vec::new() };
    let is_slash = open.composer.text().starts_with('/') && !open.composer.text().starts_with("//");
    if is_slash {
        let line = open.composer.take();
        if let Some(actions) = slash::run(model, &line) {
            return actions;
        }
        // What was not understood may be a message that was not meant as a command.
        if let Some(open) = &mut model.open {
            open.composer = Editor::with(line);
        }
        return Vec::new();
    }
    if open.composer.text().trim().is_empty() {
        toast(model, model.label(Label::NothingToSend), true);
        return Vec::new();
    }
    let mut markup = open.composer.take();
    if markup.starts_with("//") {
        // Two slashes say a text that begins with one.
        markup.remove(0);
    }
    say(model, &markup, silent)
}

pub(super) fn say(model: &mut Model, markup: &str, silent: bool) -> Vec<Action> {
    let Formatted { text, entities } = markup::parse(markup, model);
    let Some(open) = &mut model.open else { return Vec::new() };
    let conversation = open.conversation;
    open.typing_told = None;
    let purpose = std::mem::take(&mut open.purpose);
    let said = Tag::Say(model.said.keep(Said { conversation, purpose, markup: markup.to_owned() }));
    match purpose {
        Purpose::Edit { target, .. } => {
            vec![command(said, Command::Edit { conversation, target, text, entities })]
        }
        Purpose::New | Purpose::Reply { .. } => {
            open.bottom = None;
            open.unread_after = None;
            let reply_to = match purpose {
                Purpose::Reply { target, .. } => Some(target),
                _ => None,
            };
            let more_after = open.more_after;
            let draft = Draft { text, entities, reply_to, silent, ..Draft::default() };
            let mut actions = vec![command(said, Command::Send { conversation, draft })];
            if let Some(row) = model.conversations.iter_mut().find(|row| row.conversation == conversation)
                && !row.draft.is_empty()
            {
                row.draft.clear();
                actions.push(command(Tag::Quiet, Command::SaveDraft { conversation, text: String::new() }));
            }
            if more_after {
                actions.extend(messages::end(model));
            }
            actions
        }
    }
}

/// Gives back what could not be said, so that it can be mended and said again.
pub(super) fn give_back(model: &mut Model, said: Said) -> Option<Action> {
    match &mut model.open {
        Some(open) if open.conversation == said.conversation && open.composer.is_empty() => {
            open.composer = Editor::with(said.markup);
            open.purpose = said.purpose;
            None
        }
        // Something else is being written there, or another conversation is open: it is at least not lost.
        Some(open) if open.conversation == said.conversation => {
            open.composer.insert(&format!("\n{}", said.markup));
            None
        }
        _ => Some(command(Tag::Quiet, Command::SaveDraft { conversation: said.conversation, text: said.markup })),
    }
}
