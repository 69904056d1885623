//! What comes from the engine.

use beseda_engine::Notice;
use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{Anchor, ConnectionState, ConversationView, Readiness, TimelinePage};
use beseda_model::{AccountId, Code, ConversationId};

use super::{MOST_ROWS, command, composer, files, load_all, open, reload_page, slash, toast, toast_failure};
use crate::text::{self, Label, Sentence, capital};
use crate::tui::draw::areas;
use crate::tui::input::{Action, Data, Purpose, Query, Tag, Unresolved};
use crate::tui::model::{Model, Overlay};
use crate::tui::rows;
use crate::tui::welcome::{Stage, Way};

pub(super) fn notice(model: &mut Model, notice: Notice) -> Vec<Action> {
    match notice {
        Notice::Connection(state) => {
            model.connection = state;
            // What was asked for ended with the former connection.
            model.watched.clear();
            watch_presence(model).into_iter().collect()
        }
        Notice::Me => {
            let mut actions = vec![Action::Load(Query::Me)];
            if model.overlays.iter().any(|overlay| matches!(overlay, Overlay::Devices { .. })) {
                actions.push(Action::Load(Query::Devices));
            }
            actions
        }
        Notice::Conversation(id) => {
            let mut actions = vec![Action::Load(Query::Conversations)];
            if is_open(model, id) {
                actions.push(Action::Load(Query::Members(id)));
            }
            actions
        }
        Notice::Timeline(id) => {
            let mut actions = vec![Action::Load(Query::Conversations)];
            if is_open(model, id) {
                actions.extend(reload_page(model));
            }
            actions
        }
        Notice::Incoming { conversation, .. } => {
            let seen = model.attentive && is_open(model, conversation);
            if seen { Vec::new() } else { vec![Action::Bell] }
        }
        Notice::Account(account) => vec![Action::Load(Query::Person(account)), Action::Load(Query::Conversations)],
        Notice::Typing { conversation, account, typing } => {
            if let Some(row) = model.conversations.iter_mut().find(|row| row.conversation == conversation) {
                row.typing.retain(|other| *other != account);
                if typing {
                    row.typing.push(account);
                }
            }
            Vec::new()
        }
        Notice::LinkCode { link, device, comparison } => {
            model.overlays.retain(|overlay| !matches!(overlay, Overlay::Devices { .. } | Overlay::Approve { .. }));
            model.overlays.push(Overlay::Approve { link, device, comparison });
            Vec::new()
        }
        Notice::LinkProgress { link, comparison } => {
            if let Some(welcome) = &mut model.welcome {
                welcome.stage = Stage::Link { code: link, comparison };
            }
            Vec::new()
        }
        Notice::Warning => vec![Action::Load(Query::Warnings)],
        Notice::File(file) => files::moved(model, file),
        Notice::SignedOut => vec![Action::Load(Query::Me)],
        _ => load_all(model),
    }
}

fn is_open(model: &Model, id: ConversationId) -> bool {
    model.open.as_ref().is_some_and(|open| open.conversation == id)
}

pub(super) fn data(model: &mut Model, data: Data) -> Vec<Action> {
    match data {
        Data::Me(me) => model.me = me.map(|me| *me),
        Data::Conversations(conversations) => return listed(model, conversations),
        Data::Page { conversation, anchor, page } => {
            if is_open(model, conversation) {
                put_page(model, anchor, page);
                return files::states(model).into_iter().collect();
            }
        }
        Data::Members(conversation, members) => {
            if let Some(open) = model.open.as_mut().filter(|open| open.conversation == conversation) {
                for member in &members.members {
                    model.people.insert(member.who.account, member.who.clone());
                }
                open.members = Some(members);
            }
        }
        Data::People(people) => model.people.extend(people.into_iter().map(|person| (person.account, person))),
        Data::Warnings(warnings) => model.warnings = warnings,
        Data::Devices(list) => {
            for overlay in &mut model.overlays {
                if let Overlay::Devices { devices, marked, .. } = overlay {
                    *marked = (*marked).min(list.len().saturating_sub(1));
                    devices.clone_from(&list);
                }
            }
        }
        Data::Hits(words, hits) => {
            // An answer to words that were changed meanwhile is no answer.
            if let Some(Overlay::Search(search)) = model.overlays.last_mut()
                && search.words.text().trim() == words
            {
                search.hits = hits;
                search.marked = 0;
                search.answered = true;
            }
        }
        Data::Details(info) => {
            if let Some(Overlay::Details { info: shown }) = model.overlays.last_mut() {
                *shown = Some(info);
            }
        }
        Data::Safety(account, number) => {
            if let Some(Overlay::Verify { account: shown, number: at }) = model.overlays.last_mut()
                && *shown == account
            {
                *at = number;
            }
        }
        Data::Phrase(phrase) => {
            if let Some(Overlay::Phrase { words }) = model.overlays.last_mut() {
                *words = phrase;
            }
        }
        Data::Files(views) => return files::known(model, views),
    }
    Vec::new()
}

fn listed(model: &mut Model, conversations: Vec<ConversationView>) -> Vec<Action> {
    // Who has not chosen anything yet stands at the top, also when something new comes there.
    let is_at_top = model.open.is_none() && model.marked == model.first_listed();
    model.conversations = conversations;
    if is_at_top {
        model.marked = model.first_listed();
    }
    let known = |model: &Model, id: Option<ConversationId>| id.is_some_and(|id| model.conversation(id).is_some());
    if !known(model, model.marked) {
        model.marked = model.first_listed();
    }
    if model.open.is_some() && model.opened().is_none() {
        model.open = None;
        model.focus = crate::tui::model::Focus::List;
    }
    let mut actions: Vec<Action> = watch_presence(model).into_iter().collect();
    if let Some(id) = model.wanted.filter(|id| model.conversation(*id).is_some()) {
        model.wanted = None;
        actions.extend(open(model, id));
    }
    actions
}

/// Asks for the presence of those with whom there is a direct conversation. Who has not accepted yet shows none, so their
/// answer is a reason to ask again.
fn watch_presence(model: &mut Model) -> Option<Action> {
    if model.connection != ConnectionState::Online {
        return None;
    }
    let peers: Vec<AccountId> =
        model.conversations.iter().filter(|row| row.readiness == Readiness::Ready).filter_map(|row| row.peer).collect();
    if peers == model.watched {
        return None;
    }
    // The order follows the newest message; only other people are a reason to ask again.
    let is_same = peers.len() == model.watched.len() && peers.iter().all(|peer| model.watched.contains(peer));
    model.watched.clone_from(&peers);
    (!is_same).then(|| command(Tag::Quiet, Command::WatchPresence { accounts: peers }))
}

fn put_page(model: &mut Model, anchor: Anchor, page: TimelinePage) {
    let Some(open) = &mut model.open else { return };
    open.loading = false;
    let TimelinePage { messages, more_before, more_after } = page;
    match anchor {
        Anchor::Before(_) => {
            let mut joined = messages;
            joined.retain(|message| open.message(message.row).is_none());
            joined.append(&mut open.messages);
            open.messages = joined;
            open.more_before = more_before;
            if open.messages.len() > MOST_ROWS {
                open.messages.truncate(MOST_ROWS);
                open.more_after = true;
            }
        }
        Anchor::After(_) => {
            let fresh: Vec<_> = messages.into_iter().filter(|message| open.message(message.row).is_none()).collect();
            open.messages.extend(fresh);
            open.more_after = more_after;
            let over = open.messages.len().saturating_sub(MOST_ROWS);
            if over > 0 {
                open.messages.drain(..over);
                open.more_before = true;
            }
        }
        Anchor::End | Anchor::Around(_) | Anchor::FirstUnread | Anchor::Since(_) => {
            open.messages = messages;
            open.more_before = more_before;
            open.more_after = more_after;
        }
    }
    if open.bottom.is_some_and(|bottom| open.message(bottom.row).is_none()) {
        open.bottom = None;
    }
    match anchor {
        Anchor::FirstUnread => show_first_unread(model),
        Anchor::Around(row) if open.chosen == Some(row) => show_row(model, row),
        _ => {
            if open.chosen.is_some_and(|row| open.message(row).is_none()) {
                open.chosen = None;
                if model.focus == crate::tui::model::Focus::Messages {
                    model.focus = crate::tui::model::Focus::Composer;
                }
            }
        }
    }
}

fn show_first_unread(model: &mut Model) {
    let Some(open) = &model.open else { return };
    let Some(read) = open.unread_after else { return };
    let first = open.messages.iter().find(|message| !message.own && message.seq.is_some_and(|seq| seq > read));
    if let Some(row) = first.map(|message| message.row) {
        place(model, row, 0);
    }
}

fn show_row(model: &mut Model, row: i64) {
    place(model, row, 3);
}

/// Puts a row `above` lines below the window's top.
fn place(model: &mut Model, row: i64, above: usize) {
    let Some(open) = &model.open else { return };
    let Some(area) = areas(model).map(|areas| areas.messages) else { return };
    let blocks = rows::blocks(model, open, usize::from(area.width));
    let Some(span) = rows::span(&blocks, row) else { return };
    let end = span.start.saturating_sub(above) + usize::from(area.height);
    let bottom = rows::bottom_at(&blocks, end);
    if let Some(open) = &mut model.open {
        open.bottom = bottom;
    }
}

pub(super) fn done(model: &mut Model, tag: Tag, result: Result<Outcome, Failure>) -> Vec<Action> {
    match (tag, result) {
        (Tag::Join, Ok(outcome)) => joined(model, outcome),
        (Tag::Join, Err(failure)) => {
            let words = text::failure(model.lang, &failure);
            if let Some(welcome) = &mut model.welcome {
                welcome.stage = Stage::Fill;
                welcome.problem = Some(match (&failure, model.link.trouble) {
                    (Failure::Unreachable, Some(trouble)) => {
                        format!("{}. {}", capital(text::trouble(model.lang, trouble)), words.todo)
                    }
                    (Failure::Refused { code: Code::NotFound, .. }, _) if welcome.way == Way::Recover => {
                        model.lang.label(Label::PhraseUnknown).to_owned()
                    }
                    _ => words.to_string(),
                });
            }
            Vec::new()
        }
        (Tag::Find, Ok(Outcome::Accounts { accounts })) => {
            if let Some(Overlay::Find(find)) = model.overlays.last_mut() {
                find.found = Some(accounts);
                find.marked = 0;
                find.busy = false;
            }
            Vec::new()
        }
        (Tag::Open, Ok(Outcome::Conversation { conversation })) => {
            if model.conversation(conversation).is_some() {
                return open(model, conversation);
            }
            model.wanted = Some(conversation);
            vec![Action::Load(Query::Conversations)]
        }
        (Tag::Say(number), Ok(_)) => {
            model.said.take(number);
            Vec::new()
        }
        (Tag::Say(number), Err(failure)) => {
            toast_failure(model, &failure);
            let said = model.said.take(number);
            said.and_then(|said| composer::give_back(model, said)).into_iter().collect()
        }
        (Tag::Told, Ok(_)) => {
            toast(model, model.label(Label::Done), false);
            Vec::new()
        }
        (Tag::Link, Err(Failure::Refused { code: Code::NotFound, .. })) => {
            toast(model, model.label(Label::CodeUnknown), true);
            Vec::new()
        }
        (_, Ok(_)) => Vec::new(),
        (tag, Err(failure)) => {
            if let (Tag::Find, Some(Overlay::Find(find))) = (tag, model.overlays.last_mut()) {
                find.busy = false;
            }
            toast_failure(model, &failure);
            Vec::new()
        }
    }
}

fn joined(model: &mut Model, outcome: Outcome) -> Vec<Action> {
    if let Outcome::SignedUp { phrase, .. } = outcome {
        if let Some(welcome) = &mut model.welcome {
            welcome.stage = Stage::Phrase { words: phrase };
        }
        return vec![Action::Load(Query::Me)];
    }
    model.welcome = None;
    load_all(model)
}

pub(super) fn resolved(model: &mut Model, purpose: Purpose, result: Result<Vec<AccountId>, Unresolved>) -> Vec<Action> {
    let accounts = match result {
        Ok(accounts) => accounts,
        Err(Unresolved::Nobody(name)) => {
            let said = model.say(&Sentence::NoSuchPerson(&crate::safe::line(&name)));
            toast(model, said, true);
            return Vec::new();
        }
        Err(Unresolved::Failed(failure)) => {
            toast_failure(model, &failure);
            return Vec::new();
        }
    };
    let first = accounts.first().copied();
    let wish = match (purpose, first) {
        (Purpose::Group { title }, _) => {
            return vec![command(Tag::Open, Command::CreateGroup { title, members: accounts })];
        }
        (_, None) => return Vec::new(),
        (Purpose::Open, Some(account)) => return vec![command(Tag::Open, Command::OpenDirect { account })],
        (Purpose::Verify, Some(account)) => return slash::verify(model, account),
        (Purpose::Add(conversation), _) => Command::AddMembers { conversation, accounts },
        (Purpose::Remove(conversation), Some(account)) => Command::RemoveMember { conversation, account },
        (Purpose::Role(conversation, role), Some(account)) => Command::SetRole { conversation, account, role },
        (Purpose::Transfer(conversation), Some(account)) => Command::TransferOwnership { conversation, account },
        (Purpose::Block(blocked), Some(account)) => Command::Block { account, blocked },
        (Purpose::Nickname(name), Some(account)) => Command::Nickname { account, name },
    };
    vec![command(Tag::Told, wish)]
}
