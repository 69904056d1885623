//! Keys in windows.

use beseda_engine::api::command::Command;
use beseda_engine::api::view::{ConversationView, SearchQuery};
use beseda_wire::state::{Audience, PrivacySettings};
use crossterm::event::{KeyCode, KeyEvent};

use super::{command, composer, control, latin, messages, open, slash, yes_or_no};
use crate::text::{Label, Sentence};
use crate::tui::editor::{Editor, Go};
use crate::tui::input::{Action, Query, Tag};
use crate::tui::model::{Find, Forwarding, Model, Overlay, REACTIONS, Search};

/// Hits that are asked for.
const HITS: u32 = 50;

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    if key.code == KeyCode::Esc {
        model.overlays.pop();
        return Vec::new();
    }
    let Some(overlay) = model.overlays.pop() else { return Vec::new() };
    match overlay {
        Overlay::Help { scroll } => {
            let scroll = scrolled(scroll, key);
            model.overlays.push(Overlay::Help { scroll });
            Vec::new()
        }
        Overlay::Info { conversation, scroll } => {
            model.overlays.push(Overlay::Info { conversation, scroll: scrolled(scroll, key) });
            Vec::new()
        }
        Overlay::Details { .. } => {
            if key.code != KeyCode::Enter {
                model.overlays.push(overlay);
            }
            Vec::new()
        }
        Overlay::Search(search) => search_key(model, search, key),
        Overlay::Find(find) => find_key(model, find, key),
        Overlay::Warnings { marked } => warnings_key(model, marked, key),
        Overlay::Devices { .. } => devices_key(model, overlay, key),
        Overlay::Approve { .. } => approve_key(model, overlay, key),
        Overlay::Verify { account, number } => {
            let verified = match key.code {
                KeyCode::Char(c) if latin(c) == 'v' => Some(true),
                KeyCode::Char(c) if latin(c) == 'u' => Some(false),
                _ => None,
            };
            let known = number.is_some();
            model.overlays.push(Overlay::Verify { account, number });
            match verified {
                // What is not on the screen was not compared.
                Some(verified) if known => vec![command(Tag::Quiet, Command::Verify { account, verified })],
                _ => Vec::new(),
            }
        }
        Overlay::Forward(forwarding) => forward_key(model, forwarding, key),
        Overlay::React { .. } => react_key(model, overlay, key),
        Overlay::Phrase { words } => {
            if key.code == KeyCode::Enter {
                return if words.is_some() { vec![Action::ConfirmPhrase] } else { Vec::new() };
            }
            model.overlays.push(Overlay::Phrase { words });
            Vec::new()
        }
        Overlay::Confirm { question, then } => match answer(key) {
            Some(true) => vec![*then],
            Some(false) => Vec::new(),
            None => {
                model.overlays.push(Overlay::Confirm { question, then });
                Vec::new()
            }
        },
        Overlay::Me { marked } => me_key(model, marked, key),
        Overlay::Command(line) => command_key(model, line, key),
    }
}

pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Action> {
    let line = text.lines().next().unwrap_or_default();
    match model.overlays.last_mut() {
        Some(Overlay::Search(search)) => {
            search.words.insert(line);
            let search = search.clone();
            model.overlays.pop();
            return open_search(model, search);
        }
        Some(Overlay::Find(find)) => find.name.insert(line),
        Some(Overlay::Command(typed)) => typed.insert(line),
        Some(Overlay::Devices { code, .. }) => code.insert(line),
        Some(Overlay::Forward(forwarding)) => forwarding.filter.insert(line),
        Some(Overlay::React { typed, .. }) => typed.insert(line),
        _ => {}
    }
    Vec::new()
}

const fn scrolled(scroll: usize, key: KeyEvent) -> usize {
    match key.code {
        KeyCode::Up | KeyCode::Char('k') => scroll.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => scroll.saturating_add(1),
        KeyCode::PageUp => scroll.saturating_sub(15),
        KeyCode::PageDown | KeyCode::Char(' ') => scroll.saturating_add(15),
        KeyCode::Home => 0,
        _ => scroll,
    }
}

fn answer(key: KeyEvent) -> Option<bool> {
    let KeyCode::Char(c) = key.code else { return None };
    yes_or_no(c)
}

/// Where the mark goes in a list of `count`.
fn marked_after(marked: usize, count: usize, key: KeyEvent) -> Option<usize> {
    let last = count.saturating_sub(1);
    match key.code {
        KeyCode::Up => Some(marked.saturating_sub(1)),
        KeyCode::Down => Some((marked + 1).min(last)),
        KeyCode::PageUp => Some(marked.saturating_sub(8)),
        KeyCode::PageDown => Some((marked + 8).min(last)),
        _ => None,
    }
}

/// Shows the search window; asks at once if there are words.
pub(super) fn open_search(model: &mut Model, mut search: Search) -> Vec<Action> {
    search.answered = false;
    search.marked = 0;
    let text = search.words.text().trim().to_owned();
    let conversation = if search.here { model.open.as_ref().map(|open| open.conversation) } else { None };
    if text.is_empty() {
        search.hits.clear();
    }
    model.overlays.push(Overlay::Search(search));
    if text.is_empty() {
        return Vec::new();
    }
    vec![Action::Load(Query::Search(SearchQuery { text, conversation, limit: HITS, ..SearchQuery::default() }))]
}

fn search_key(model: &mut Model, mut search: Search, key: KeyEvent) -> Vec<Action> {
    if let Some(marked) = marked_after(search.marked, search.hits.len(), key) {
        search.marked = marked;
        model.overlays.push(Overlay::Search(search));
        return Vec::new();
    }
    if control(key) == Some('t') {
        search.here = !search.here && model.open.is_some();
        return open_search(model, search);
    }
    if key.code == KeyCode::Enter {
        let Some(hit) = search.hits.get(search.marked) else {
            model.overlays.push(Overlay::Search(search));
            return Vec::new();
        };
        let (conversation, row) = (hit.conversation, hit.message.row);
        let mut actions = Vec::new();
        if model.open.as_ref().is_none_or(|open| open.conversation != conversation) {
            actions.extend(open(model, conversation));
        }
        actions.extend(messages::jump(model, row));
        return actions;
    }
    let before = search.words.text().to_owned();
    composer::edit_key(&mut search.words, key);
    if search.words.text() == before {
        model.overlays.push(Overlay::Search(search));
        return Vec::new();
    }
    open_search(model, search)
}

fn find_key(model: &mut Model, mut find: Find, key: KeyEvent) -> Vec<Action> {
    let count = find.found.as_ref().map_or(0, Vec::len);
    if let Some(marked) = marked_after(find.marked, count, key) {
        find.marked = marked;
    } else if key.code == KeyCode::Enter {
        let name = find.name.text().trim().trim_start_matches('@').to_owned();
        if let Some(card) = find.found.as_ref().and_then(|found| found.get(find.marked)) {
            return vec![command(Tag::Open, Command::OpenDirect { account: card.account })];
        }
        if !name.is_empty() && !find.busy {
            find.busy = true;
            model.overlays.push(Overlay::Find(find));
            return vec![command(Tag::Find, Command::FindAccounts { username: name })];
        }
    } else if composer::edit_key(&mut find.name, key) {
        find.found = None;
        find.marked = 0;
    }
    model.overlays.push(Overlay::Find(find));
    Vec::new()
}

fn warnings_key(model: &mut Model, marked: usize, key: KeyEvent) -> Vec<Action> {
    let count = model.warnings.len();
    if count == 0 {
        return Vec::new();
    }
    if key.code == KeyCode::Enter {
        let seen = model.warnings.get(marked).map(|warning| warning.id);
        model.overlays.push(Overlay::Warnings { marked: marked.min(count.saturating_sub(2)) });
        return seen.map(|warning| command(Tag::Quiet, Command::AcknowledgeWarning { warning })).into_iter().collect();
    }
    let marked = marked_after(marked, count, key).unwrap_or(marked);
    model.overlays.push(Overlay::Warnings { marked });
    Vec::new()
}

fn devices_key(model: &mut Model, mut overlay: Overlay, key: KeyEvent) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut question = None;
    if let Overlay::Devices { devices, marked, code } = &mut overlay {
        if let Some(next) = marked_after(*marked, devices.len(), key) {
            *marked = next;
        } else if key.code == KeyCode::Enter && !code.text().trim().is_empty() {
            actions.push(command(Tag::Link, Command::OpenLink { code: code.text().trim().to_owned() }));
        } else if key.code == KeyCode::Delete && code.is_empty() {
            if let Some(device) = devices.get(*marked) {
                let name = format!("{} {}", device.name, crate::tui::model::short_id(&device.device.to_string()));
                let wish = if device.current {
                    (model.label(Label::SignOutQuestion).to_owned(), Command::SignOut)
                } else {
                    (
                        model.say(&Sentence::RemoveDeviceQuestion(&crate::safe::line(&name))),
                        Command::RemoveDevice { device: device.device },
                    )
                };
                question = Some(wish);
            }
        } else {
            composer::edit_key(code, key);
        }
    }
    model.overlays.push(overlay);
    if let Some((question, wish)) = question {
        let then = Box::new(command(Tag::Told, wish));
        model.overlays.push(Overlay::Confirm { question, then });
    }
    actions
}

fn approve_key(model: &mut Model, overlay: Overlay, key: KeyEvent) -> Vec<Action> {
    if let (Overlay::Approve { link, .. }, Some(yes)) = (&overlay, answer(key)) {
        let code = link.clone();
        match yes {
            true => return vec![command(Tag::Told, Command::ApproveLink { code })],
            false => return vec![command(Tag::Quiet, Command::RefuseLink { code })],
        }
    }
    model.overlays.push(overlay);
    Vec::new()
}

/// Something that the window about oneself changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Setting {
    Requests,
    GroupAdds,
    Presence,
    ReadMarks,
    Searchable,
}

/// They, as they are listed.
pub(in crate::tui) const SETTINGS: [Setting; 5] =
    [Setting::Requests, Setting::GroupAdds, Setting::Presence, Setting::ReadMarks, Setting::Searchable];

impl Setting {
    fn change(self, privacy: &mut PrivacySettings, forward: bool) {
        match self {
            Self::Requests => privacy.requests = turned(privacy.requests, forward),
            Self::GroupAdds => privacy.group_adds = turned(privacy.group_adds, forward),
            Self::Presence => privacy.presence = turned(privacy.presence, forward),
            Self::ReadMarks => privacy.read_marks = !privacy.read_marks,
            Self::Searchable => privacy.searchable = !privacy.searchable,
        }
    }
}

const fn turned(audience: Audience, forward: bool) -> Audience {
    match (audience, forward) {
        (Audience::Everyone, true) | (Audience::Nobody, false) => Audience::Contacts,
        (Audience::Contacts, true) | (Audience::Everyone, false) => Audience::Nobody,
        (Audience::Nobody, true) | (Audience::Contacts, false) => Audience::Everyone,
    }
}

fn me_key(model: &mut Model, marked: usize, key: KeyEvent) -> Vec<Action> {
    let marked = marked_after(marked, SETTINGS.len(), key).unwrap_or(marked);
    model.overlays.push(Overlay::Me { marked });
    let forward = match key.code {
        KeyCode::Right | KeyCode::Enter | KeyCode::Char(' ') => true,
        KeyCode::Left => false,
        _ => return Vec::new(),
    };
    let (Some(me), Some(setting)) = (&model.me, SETTINGS.get(marked)) else { return Vec::new() };
    let mut privacy = me.privacy;
    setting.change(&mut privacy, forward);
    vec![command(Tag::Quiet, Command::SetPrivacy { privacy })]
}

fn command_key(model: &mut Model, mut line: Editor, key: KeyEvent) -> Vec<Action> {
    match key.code {
        KeyCode::Enter => {
            if let Some(actions) = slash::run(model, line.text()) {
                return actions;
            }
        }
        KeyCode::Tab => {
            let first = slash::matching(line.text()).next();
            if let Some((name, _, _)) = first {
                line = Editor::with(format!("/{name} "));
            }
        }
        _ => drop(composer::edit_key(&mut line, key)),
    }
    if !line.is_empty() {
        model.overlays.push(Overlay::Command(line));
    }
    Vec::new()
}

impl Model {
    /// Conversations to which something can be forwarded, narrowed by what was typed.
    pub(in crate::tui) fn forward_targets(&self, forwarding: &Forwarding) -> Vec<&ConversationView> {
        let wanted = forwarding.filter.text().trim().to_lowercase();
        let fits = |conversation: &&ConversationView| self.title(conversation).to_lowercase().contains(&wanted);
        self.conversations.iter().filter(fits).collect()
    }
}

fn forward_key(model: &mut Model, mut forwarding: Forwarding, key: KeyEvent) -> Vec<Action> {
    let targets: Vec<_> = model.forward_targets(&forwarding).iter().map(|c| c.conversation).collect();
    if let Some(marked) = marked_after(forwarding.marked, targets.len(), key) {
        forwarding.marked = marked;
    } else if control(key) == Some('a') {
        forwarding.with_author = !forwarding.with_author;
    } else if key.code == KeyCode::Enter {
        if let Some(to) = targets.get(forwarding.marked) {
            let Forwarding { from, messages, with_author, .. } = forwarding;
            return vec![command(Tag::Told, Command::Forward { from, messages, to: vec![*to], with_author })];
        }
    } else if composer::edit_key(&mut forwarding.filter, key) {
        forwarding.marked = 0;
    }
    model.overlays.push(Overlay::Forward(forwarding));
    Vec::new()
}

fn react_key(model: &mut Model, mut overlay: Overlay, key: KeyEvent) -> Vec<Action> {
    if let Overlay::React { target, marked, typed } = &mut overlay {
        match key.code {
            KeyCode::Left if typed.is_empty() => *marked = marked.saturating_sub(1),
            KeyCode::Right if typed.is_empty() => *marked = (*marked + 1).min(REACTIONS.len() - 1),
            KeyCode::Enter => {
                let typed = typed.text().trim();
                let emoji = if typed.is_empty() { REACTIONS.get(*marked).copied().unwrap_or_default() } else { typed };
                let open = model.open.as_ref();
                let message = open.and_then(|open| open.messages.iter().find(|m| m.message == *target));
                return match (open, message) {
                    (Some(open), Some(message)) => vec![slash::react(open.conversation, message, emoji)],
                    _ => Vec::new(),
                };
            }
            KeyCode::Char(c) if c.is_ascii_digit() && typed.is_empty() => {
                let index = usize::try_from(c.to_digit(10).unwrap_or(0)).unwrap_or(0);
                *marked = index.saturating_sub(1).min(REACTIONS.len() - 1);
            }
            _ => {
                composer::edit_key(typed, key);
                typed.go(Go::End);
            }
        }
    }
    model.overlays.push(overlay);
    Vec::new()
}
