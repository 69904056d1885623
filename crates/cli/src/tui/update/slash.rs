//! Commands that begin with a slash.

use beseda_engine::api::command::{Command, ProfileDraft};
use beseda_engine::api::view::{ConversationView, MessageView};
use beseda_model::{ConversationId, Role, Timestamp};
use beseda_wire::content::{OwnState, TimedFrom, Timer};

use super::{command, composer, files, messages, open, quit, show, toast};
use crate::calendar::parse_duration;
use crate::text::{CommandHelp, Label, Sentence};
use crate::tui::editor::Editor;
use crate::tui::input::{Action, Intent, Purpose, Query, Tag};
use crate::tui::model::{Find, Forwarding, Model, Opened, Overlay, Search};

/// Name, usage and meaning of each command.
pub(in crate::tui) const COMMANDS: &[(&str, &str, CommandHelp)] = &[
    ("help", "", CommandHelp::Help),
    ("new", "@…", CommandHelp::New),
    ("group", "… @… @…", CommandHelp::Group),
    ("notes", "", CommandHelp::Notes),
    ("add", "@… @…", CommandHelp::Add),
    ("remove", "@…", CommandHelp::Remove),
    ("leave", "", CommandHelp::Leave),
    ("role", "@… admin|owner|member", CommandHelp::Role),
    ("transfer", "@…", CommandHelp::Transfer),
    ("title", "…", CommandHelp::Title),
    ("about", "…", CommandHelp::About),
    ("timer", "1d|1h read|off", CommandHelp::Timer),
    ("reply", "", CommandHelp::Reply),
    ("edit", "", CommandHelp::Edit),
    ("delete", "", CommandHelp::Delete),
    ("react", "👍", CommandHelp::React),
    ("pin", "", CommandHelp::Pin),
    ("forward", "", CommandHelp::Forward),
    ("search", "…", CommandHelp::Search),
    ("silent", "…", CommandHelp::Silent),
    ("file", "PATH", CommandHelp::File),
    ("original", "PATH", CommandHelp::Original),
    ("save", "", CommandHelp::Save),
    ("verify", "[@…]", CommandHelp::Verify),
    ("mute", "[8h]", CommandHelp::Mute),
    ("unmute", "", CommandHelp::Unmute),
    ("archive", "", CommandHelp::Archive),
    ("top", "", CommandHelp::Top),
    ("unread", "", CommandHelp::Unread),
    ("info", "", CommandHelp::Info),
    ("accept", "", CommandHelp::Accept),
    ("decline", "", CommandHelp::Decline),
    ("block", "[@…]", CommandHelp::Block),
    ("unblock", "[@…]", CommandHelp::Unblock),
    ("nick", "@… …", CommandHelp::Nick),
    ("name", "…", CommandHelp::Name),
    ("bio", "…", CommandHelp::Bio),
    ("status", "…", CommandHelp::Status),
    ("username", "[…]", CommandHelp::Username),
    ("me", "", CommandHelp::Me),
    ("devices", "", CommandHelp::Devices),
    ("link", "…", CommandHelp::Link),
    ("warnings", "", CommandHelp::Warnings),
    ("phrase", "", CommandHelp::Phrase),
    ("renew", "", CommandHelp::Renew),
    ("retry", "", CommandHelp::Retry),
    ("discard", "", CommandHelp::Discard),
    ("signout", "", CommandHelp::SignOut),
    ("quit", "", CommandHelp::Quit),
];

/// No end of muting: the last year that a date can be written for.
const FOR_EVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// The commands that a line may become: those whose names begin so, and once there is a space only the one meant.
pub(in crate::tui) fn matching(line: &str) -> impl Iterator<Item = &'static (&'static str, &'static str, CommandHelp)> {
    let line = line.strip_prefix('/').unwrap_or(line);
    let (name, is_whole) = line.split_once(char::is_whitespace).map_or((line, false), |(name, _)| (name, true));
    COMMANDS.iter().filter(move |(command, _, _)| if is_whole { *command == name } else { command.starts_with(name) })
}

/// Carries a line out. None if it was not understood, which the person is told.
pub(super) fn run(model: &mut Model, line: &str) -> Option<Vec<Action>> {
    let line = line.trim().trim_start_matches('/');
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let Some((name, usage, which)) = COMMANDS.iter().find(|(command, _, _)| *command == name) else {
        toast(model, model.label(Label::UnknownCommand), true);
        return None;
    };
    let known = match which {
        CommandHelp::Help => Some(show(model, Overlay::Help { scroll: 0 })),
        CommandHelp::Notes => notes(model),
        CommandHelp::New if rest.is_empty() => Some(show(model, Overlay::Find(Find::default()))),
        CommandHelp::Search => {
            let search = Search { words: Editor::with(rest), here: model.open.is_some(), ..Search::default() };
            Some(super::overlay::open_search(model, search))
        }
        CommandHelp::Info => Some(info(model)),
        CommandHelp::Accept => Some(answer(model, true)),
        CommandHelp::Decline => Some(answer(model, false)),
        CommandHelp::Me => Some(show(model, Overlay::Me { marked: 0 })),
        CommandHelp::Devices => Some(devices(model)),
        CommandHelp::Warnings => Some(show(model, Overlay::Warnings { marked: 0 })),
        CommandHelp::Phrase => {
            model.overlays.push(Overlay::Phrase { words: None });
            Some(vec![Action::Load(Query::Phrase)])
        }
        CommandHelp::SignOut => {
            let question = model.label(Label::SignOutQuestion).to_owned();
            let then = Box::new(command(Tag::Told, Command::SignOut));
            Some(show(model, Overlay::Confirm { question, then }))
        }
        CommandHelp::Quit => Some(quit(model)),
        CommandHelp::Name | CommandHelp::Bio | CommandHelp::Status => profile(model, *which, rest),
        CommandHelp::Username if rest.is_empty() => {
            let question = model.label(Label::DropUsernameQuestion).to_owned();
            let then = Box::new(command(Tag::Told, Command::SetUsername { username: None }));
            Some(show(model, Overlay::Confirm { question, then }))
        }
        CommandHelp::Username => {
            let username = Some(rest.trim_start_matches('@').to_owned());
            Some(vec![command(Tag::Told, Command::SetUsername { username })])
        }
        CommandHelp::Link => {
            (!rest.is_empty()).then(|| vec![command(Tag::Link, Command::OpenLink { code: rest.to_owned() })])
        }
        CommandHelp::Reply
        | CommandHelp::Edit
        | CommandHelp::Delete
        | CommandHelp::React
        | CommandHelp::Pin
        | CommandHelp::Forward
        | CommandHelp::Save
        | CommandHelp::Retry
        | CommandHelp::Discard => about_messages(model, *which, rest),
        CommandHelp::File | CommandHelp::Original => files::send(model, rest, *which == CommandHelp::Original),
        CommandHelp::Silent => here(model).filter(|_| !rest.is_empty()).map(|_| composer::say(model, rest, true)),
        CommandHelp::Mute | CommandHelp::Unmute | CommandHelp::Archive | CommandHelp::Top | CommandHelp::Unread => {
            keep(model, *which, rest)
        }
        CommandHelp::New
        | CommandHelp::Group
        | CommandHelp::Add
        | CommandHelp::Remove
        | CommandHelp::Role
        | CommandHelp::Transfer
        | CommandHelp::Verify
        | CommandHelp::Block
        | CommandHelp::Unblock
        | CommandHelp::Nick => people(model, *which, rest),
        CommandHelp::Leave | CommandHelp::Title | CommandHelp::About | CommandHelp::Timer | CommandHelp::Renew => {
            conversation(model, *which, rest)
        }
    };
    if known.is_none() {
        let said = if needs_conversation(*which) && model.open.is_none() {
            model.label(Label::NothingOpen).to_owned()
        } else {
            model.say(&Sentence::Usage(format!("/{name} {usage}").trim_end()))
        };
        toast(model, said, true);
    }
    known
}

/// Whether a command is about the open conversation.
pub(in crate::tui) const fn needs_conversation(which: CommandHelp) -> bool {
    matches!(
        which,
        CommandHelp::Add
            | CommandHelp::Remove
            | CommandHelp::Leave
            | CommandHelp::Role
            | CommandHelp::Transfer
            | CommandHelp::Title
            | CommandHelp::About
            | CommandHelp::Timer
            | CommandHelp::Reply
            | CommandHelp::Edit
            | CommandHelp::Delete
            | CommandHelp::React
            | CommandHelp::Pin
            | CommandHelp::Forward
            | CommandHelp::Silent
            | CommandHelp::File
            | CommandHelp::Original
            | CommandHelp::Save
            | CommandHelp::Mute
            | CommandHelp::Unmute
            | CommandHelp::Archive
            | CommandHelp::Top
            | CommandHelp::Unread
            | CommandHelp::Info
            | CommandHelp::Accept
            | CommandHelp::Decline
            | CommandHelp::Renew
            | CommandHelp::Retry
            | CommandHelp::Discard
    )
}

fn here(model: &Model) -> Option<ConversationId> {
    model.open.as_ref().map(|open| open.conversation)
}

fn notes(model: &mut Model) -> Option<Vec<Action>> {
    let account = model.me.as_ref()?.account;
    let existing = model.conversations.iter().find(|c| c.kind == beseda_model::ConversationKind::Notes);
    match existing.map(|conversation| conversation.conversation) {
        Some(id) => Some(open(model, id)),
        None => Some(vec![command(Tag::Open, Command::OpenDirect { account })]),
    }
}

pub(super) fn info(model: &mut Model) -> Vec<Action> {
    let Some(conversation) = here(model) else { return Vec::new() };
    model.overlays.push(Overlay::Info { conversation, scroll: 0 });
    vec![Action::Load(Query::Members(conversation))]
}

pub(super) fn devices(model: &mut Model) -> Vec<Action> {
    model.overlays.push(Overlay::Devices { devices: Vec::new(), marked: 0, code: Editor::default() });
    vec![Action::Load(Query::Devices)]
}

pub(super) fn answer(model: &mut Model, accept: bool) -> Vec<Action> {
    here(model)
        .map(|conversation| command(Tag::Quiet, Command::AnswerStranger { conversation, accept }))
        .into_iter()
        .collect()
}

fn profile(model: &Model, which: CommandHelp, rest: &str) -> Option<Vec<Action>> {
    let old = model.me.as_ref()?.profile.clone();
    let text = rest.to_owned();
    let profile = match which {
        CommandHelp::Name if rest.is_empty() => return None,
        CommandHelp::Name => ProfileDraft { name: text, ..old },
        CommandHelp::Bio => ProfileDraft { bio: text, ..old },
        _ => ProfileDraft { status: text, status_until: None, ..old },
    };
    Some(vec![command(Tag::Told, Command::SetProfile { profile })])
}

/// Splits into words with an @ (names) and the rest.
fn names_and_rest(rest: &str) -> (Vec<String>, String) {
    let (names, words): (Vec<&str>, Vec<&str>) = rest.split_whitespace().partition(|word| word.starts_with('@'));
    let names = names.into_iter().map(|name| name.trim_start_matches('@').to_owned()).collect();
    (names, words.join(" "))
}

fn people(model: &mut Model, which: CommandHelp, rest: &str) -> Option<Vec<Action>> {
    let (mut names, words) = names_and_rest(rest);
    let conversation = here(model);
    let peer = model.opened().and_then(|conversation| conversation.peer);
    // Where one person is meant, the @ may be left out.
    if names.is_empty() && matches!(which, CommandHelp::New | CommandHelp::Remove | CommandHelp::Transfer) {
        names.extend(words.split_whitespace().next().map(str::to_owned));
    }
    let one = |purpose| (names.len() == 1).then_some(purpose);
    let purpose = match which {
        CommandHelp::New => one(Purpose::Open),
        CommandHelp::Group => (!words.is_empty()).then(|| Purpose::Group { title: words.clone() }),
        CommandHelp::Add => (!names.is_empty()).then_some(()).and(conversation).map(Purpose::Add),
        CommandHelp::Remove => conversation.map(Purpose::Remove).and_then(one),
        CommandHelp::Transfer => conversation.map(Purpose::Transfer).and_then(one),
        CommandHelp::Role => {
            let role = match words.as_str() {
                "owner" | "владелец" => Some(Role::Owner),
                "admin" | "администратор" => Some(Role::Admin),
                "member" | "участник" => Some(Role::Member),
                _ => None,
            };
            conversation.zip(role).map(|(conversation, role)| Purpose::Role(conversation, role)).and_then(one)
        }
        CommandHelp::Nick => one(Purpose::Nickname(words)),
        CommandHelp::Block | CommandHelp::Unblock | CommandHelp::Verify if names.is_empty() => {
            return peer.map(|account| match which {
                CommandHelp::Verify => verify(model, account),
                _ => vec![command(Tag::Told, Command::Block { account, blocked: which == CommandHelp::Block })],
            });
        }
        CommandHelp::Block => one(Purpose::Block(true)),
        CommandHelp::Unblock => one(Purpose::Block(false)),
        _ => one(Purpose::Verify),
    };
    purpose.map(|purpose| vec![Action::Resolve { purpose, names }])
}

pub(super) fn verify(model: &mut Model, account: beseda_model::AccountId) -> Vec<Action> {
    model.overlays.push(Overlay::Verify { account, number: None });
    vec![Action::Load(Query::Safety(account))]
}

fn conversation(model: &mut Model, which: CommandHelp, rest: &str) -> Option<Vec<Action>> {
    let conversation = here(model)?;
    let set = |title, description, timer| Command::SetInfo { conversation, title, description, timer };
    let wish = match which {
        CommandHelp::Leave => {
            let question = model.label(Label::LeaveQuestion).to_owned();
            let then = Box::new(command(Tag::Quiet, Command::Leave { conversation }));
            return Some(show(model, Overlay::Confirm { question, then }));
        }
        CommandHelp::Renew => Command::RenewGroup { conversation },
        CommandHelp::Title if rest.is_empty() => return None,
        CommandHelp::Title => set(Some(rest.to_owned()), None, None),
        CommandHelp::About => set(None, Some(rest.to_owned()), None),
        _ => set(None, None, Some(parse_timer(rest)?)),
    };
    Some(vec![command(Tag::Quiet, wish)])
}

/// `off`, `1d`, `5m read`.
pub(crate) fn parse_timer(text: &str) -> Option<Option<Timer>> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    if matches!(first, "off" | "выкл") {
        return Some(None);
    }
    let from = match words.next() {
        None => TimedFrom::Sent,
        Some("read" | "прочтение") => TimedFrom::Read,
        Some(_) => return None,
    };
    parse_duration(first).filter(|seconds| *seconds > 0).map(|seconds| Some(Timer { seconds, from }))
}

fn keep(model: &mut Model, which: CommandHelp, rest: &str) -> Option<Vec<Action>> {
    let row = model.opened()?;
    let conversation = row.conversation;
    let old = row.own.clone();
    let state = match which {
        CommandHelp::Mute => {
            let until =
                if rest.is_empty() { FOR_EVER } else { model.now.plus_millis(u64::from(parse_duration(rest)?) * 1000) };
            OwnState { muted_until: Some(until), ..old }
        }
        CommandHelp::Unmute => OwnState { muted_until: None, ..old },
        CommandHelp::Archive => OwnState { archived: !old.archived, ..old },
        CommandHelp::Top => {
            let highest = model.conversations.iter().filter_map(|c: &ConversationView| c.own.pinned).max().unwrap_or(0);
            let pinned = if old.pinned.is_some() { None } else { Some(highest.saturating_add(1)) };
            OwnState { pinned, ..old }
        }
        _ => {
            // The mark would be gone at once while the conversation is on the screen.
            let mut actions: Vec<Action> = super::save_draft(model).into_iter().collect();
            model.open = None;
            model.focus = crate::tui::model::Focus::List;
            actions.push(command(Tag::Quiet, Command::Keep { conversation, state: OwnState { unread: true, ..old } }));
            return Some(actions);
        }
    };
    Some(vec![command(Tag::Quiet, Command::Keep { conversation, state })])
}

fn about_messages(model: &mut Model, which: CommandHelp, rest: &str) -> Option<Vec<Action>> {
    let open = model.open.as_ref()?;
    let at = open.conversation;
    if matches!(which, CommandHelp::Retry | CommandHelp::Discard) {
        let wish = |message: &MessageView| {
            let message = message.message.id;
            command(
                Tag::Quiet,
                match which {
                    CommandHelp::Retry => Command::Retry { conversation: at, message },
                    _ => Command::Discard { conversation: at, message },
                },
            )
        };
        return Some(messages::unsent(open).map(wish).collect());
    }
    let Some(message) = meant(open, which).cloned() else {
        toast(model, model.label(Label::NothingSelected), true);
        return Some(Vec::new());
    };
    Some(match which {
        CommandHelp::Reply => messages::reply(model, at, &message),
        CommandHelp::Edit => messages::edit(model, at, &message),
        CommandHelp::Delete => messages::delete_for_all(model, at, &message),
        CommandHelp::Pin => vec![messages::pin(at, &message)],
        CommandHelp::Save => files::take(model, &message, Intent::Save),
        CommandHelp::React if rest.is_empty() => messages::reaction_window(model, message.message),
        CommandHelp::React => vec![react(at, &message, rest)],
        _ => show(
            model,
            Overlay::Forward(Forwarding {
                from: at,
                messages: vec![message.message],
                filter: Editor::default(),
                marked: 0,
                with_author: true,
            }),
        ),
    })
}

/// Sets a reaction, or takes it back if this person has set it.
pub(super) fn react(at: ConversationId, message: &MessageView, emoji: &str) -> Action {
    let on = !message.reactions.iter().any(|reaction| reaction.emoji == emoji && reaction.mine);
    command(Tag::Quiet, Command::React { conversation: at, target: message.message, emoji: emoji.to_owned(), on })
}

/// The message that a command is about: the chosen one, else the last that suits.
fn meant(open: &Opened, which: CommandHelp) -> Option<&MessageView> {
    if let Some(chosen) = open.chosen_message() {
        return Some(chosen);
    }
    let texts = || open.messages.iter().rev().filter(|m| matches!(m.body, beseda_engine::api::view::Body::Text { .. }));
    match which {
        CommandHelp::Edit => texts().find(|message| message.own),
        CommandHelp::Save => texts().find(|message| !message.own && files::has_any(message)),
        CommandHelp::React | CommandHelp::Reply => texts().find(|message| !message.own),
        _ => None,
    }
}
