//! Windows that tell everything about something.

use beseda_engine::api::view::{MembersView, MessageInfo};
use beseda_model::{AccountId, ConversationId, ConversationKind, Role};
use beseda_wire::state::Audience;
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::window;
use crate::safe;
use crate::text::{Label, Sentence};
use crate::tui::flow::flow_text;
use crate::tui::model::Model;
use crate::tui::rows;
use crate::tui::update::{SETTINGS, Setting};

pub(super) fn conversation(frame: &mut Frame<'_>, model: &Model, id: ConversationId, scroll: usize) {
    let area = window(frame, model, Label::Info, (76, 34), Some(Label::HintOverlay));
    let Some(conversation) = model.conversation(id) else { return };
    let theme = model.theme;
    let width = usize::from(area.width);
    let kind = match conversation.kind {
        ConversationKind::Direct => Label::DirectKind,
        ConversationKind::Group => Label::GroupKind,
        ConversationKind::Notes => Label::NotesKind,
    };
    let mut lines = vec![
        Line::styled(model.title(conversation), theme.strong()),
        Line::styled(format!("{} · {}", model.label(kind), model.label(Label::Encrypted)), theme.faint()),
    ];
    if !conversation.description.is_empty() {
        lines.extend(flow_text(&safe::text(&conversation.description), theme.plain(), width));
    }
    let timer = conversation.timer.map_or_else(|| model.label(Label::Off).to_owned(), |t| rows::timer_text(model, t));
    lines.push(Line::raw(format!("{}: {timer}", model.label(Label::Timer))));
    if let Some(person) = conversation.peer.and_then(|peer| model.people.get(&peer)) {
        lines.push(Line::default());
        if let Some(username) = &person.username {
            lines.push(Line::raw(format!("@{}", safe::line(username))));
        }
        if !person.bio.is_empty() {
            lines.extend(flow_text(&safe::text(&person.bio), theme.plain(), width));
        }
        if !person.status.is_empty() {
            lines.push(Line::raw(model.say(&Sentence::Status(&safe::line(&person.status)))));
        }
        let mark = if person.identity_changed {
            (Label::IdentityChanged, theme.bad())
        } else if person.verified {
            (Label::Verified, theme.good())
        } else {
            (Label::NotVerified, theme.faint())
        };
        lines.push(Line::styled(format!("{}: {}", model.label(Label::Verify), model.label(mark.0)), mark.1));
    }
    if let Some(members) = model.open.as_ref().filter(|o| o.conversation == id).and_then(|o| o.members.as_ref()) {
        member_lines(model, members, conversation.kind, &mut lines);
    }
    let last = lines.len().saturating_sub(usize::from(area.height));
    let lines: Vec<Line<'static>> = lines.into_iter().skip(scroll.min(last)).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

pub(in crate::tui) const fn role(role: Role) -> Label {
    match role {
        Role::Owner => Label::Owner,
        Role::Admin => Label::Admin,
        Role::Member => Label::Member,
    }
}

fn member_lines(model: &Model, members: &MembersView, kind: ConversationKind, lines: &mut Vec<Line<'static>>) {
    let theme = model.theme;
    lines.push(Line::default());
    let heading = format!("{} ({})", model.label(Label::Members), members.members.len());
    lines.push(Line::styled(heading, theme.strong()));
    for member in &members.members {
        let mut notes = Vec::new();
        if kind == ConversationKind::Group {
            notes.push(model.label(role(member.role)).to_owned());
        }
        if member.devices == 0 {
            notes.push(model.label(Label::WaitingForKeys).to_owned());
        } else {
            notes.push(model.say(&Sentence::Devices(member.devices)));
        }
        if member.who.verified {
            notes.push(format!("✓ {}", model.label(Label::Verified)));
        }
        if member.who.identity_changed {
            notes.push(format!("⚠ {}", model.label(Label::IdentityChanged)));
        }
        if member.who.online == Some(true) {
            notes.push(model.label(Label::Online2).to_owned());
        }
        let username = member.who.username.as_ref().map_or_else(String::new, |n| format!(" @{}", safe::line(n)));
        let name = if model.is_me(member.who.account) {
            model.label(Label::You).to_owned()
        } else {
            safe::line(&member.who.name)
        };
        lines.push(Line::from(vec![
            Span::raw(format!("  {name}")),
            Span::styled(format!("{username}  {}", notes.join(" · ")), theme.faint()),
        ]));
    }
    if kind != ConversationKind::Group {
        return;
    }
    lines.push(Line::default());
    lines.push(Line::styled(model.label(Label::Permissions), theme.strong()));
    let permissions = &members.permissions;
    for (label, lowest) in [
        (Label::MaySend, permissions.send),
        (Label::MayAdd, permissions.add_members),
        (Label::MayRemove, permissions.remove_members),
        (Label::MayEditInfo, permissions.edit_info),
        (Label::MayPin, permissions.pin),
        (Label::MayDeleteOthers, permissions.delete_others),
        (Label::MayChangeRoles, permissions.change_roles),
        (Label::MayChangePermissions, permissions.change_permissions),
    ] {
        lines.push(Line::from(vec![
            Span::raw(format!("  {}", safe::fill(model.label(label), 38))),
            Span::styled(model.label(role(lowest)), theme.faint()),
        ]));
    }
}

pub(super) fn message(frame: &mut Frame<'_>, model: &Model, info: Option<&MessageInfo>) {
    let area = window(frame, model, Label::MessageDetails, (70, 22), Some(Label::HintOverlay));
    let Some(info) = info else {
        frame.render_widget(Paragraph::new(model.label(Label::Loading)), area);
        return;
    };
    let theme = model.theme;
    let width = usize::from(area.width);
    let names = |accounts: &[AccountId]| {
        let names: Vec<String> = accounts.iter().map(|account| model.name(*account)).collect();
        if names.is_empty() { model.label(Label::Nobody).to_owned() } else { names.join(", ") }
    };
    let author =
        if info.message.own { model.label(Label::You).to_owned() } else { safe::line(&info.message.author_name) };
    let epoch = model.say(&Sentence::Epoch { generation: info.generation, epoch: info.epoch });
    let mut lines = Vec::new();
    let mut facts = vec![(Label::Author, author), (Label::SentAt, model.moment(info.message.at).date_and_clock())];
    // Of the other's message in a direct conversation there is nobody else to tell of.
    let is_direct = model.opened().is_some_and(|conversation| conversation.kind == ConversationKind::Direct);
    if info.message.own || !is_direct {
        for (label, accounts) in [(Label::DeliveredTo, &info.delivered_to), (Label::ReadBy, &info.read_by)] {
            // In a group of two there is nobody else to tell of, either.
            if info.message.own || !accounts.is_empty() {
                facts.push((label, names(accounts)));
            }
        }
    }
    if !info.opened_by.is_empty() {
        facts.push((Label::OpenedBy, names(&info.opened_by)));
    }
    facts.push((Label::Generation, format!("{} · {epoch}", model.label(Label::Encrypted))));
    for (label, value) in facts {
        lines.push(Line::styled(model.label(label), theme.faint()));
        lines.extend(flow_text(&format!("  {value}"), theme.plain(), width));
    }
    if !info.history.is_empty() {
        lines.push(Line::styled(model.label(Label::FormerTexts), theme.faint()));
        for former in &info.history {
            lines.extend(flow_text(&format!("  {}", safe::line(former)), theme.plain(), width));
        }
    }
    frame.render_widget(Paragraph::new(lines), area);
}

pub(super) fn safety(frame: &mut Frame<'_>, model: &Model, account: AccountId, number: Option<&str>) {
    let area = window(frame, model, Label::Verify, (70, 14), Some(Label::VerifyKeys));
    let theme = model.theme;
    let width = usize::from(area.width);
    let mut lines = vec![Line::styled(model.say(&Sentence::SafetyWith(&model.name(account))), theme.strong())];
    lines.push(Line::default());
    match number {
        Some(number) => {
            let groups: Vec<&str> = number.split_whitespace().collect();
            for row in groups.chunks(6) {
                lines.push(Line::styled(format!("  {}", safe::line(&row.join("  "))), theme.strong()));
            }
        }
        None => lines.push(Line::styled(model.label(Label::Loading), theme.faint())),
    }
    lines.push(Line::default());
    if let Some(person) = model.people.get(&account) {
        let (label, style) = if person.verified {
            (Label::Verified, theme.good())
        } else if person.identity_changed {
            (Label::IdentityChanged, theme.bad())
        } else {
            (Label::NotVerified, theme.faint())
        };
        lines.push(Line::styled(model.label(label), style));
        lines.push(Line::default());
    }
    lines.extend(flow_text(model.label(Label::VerifyHint), theme.plain(), width));
    frame.render_widget(Paragraph::new(lines), area);
}

pub(super) fn me(frame: &mut Frame<'_>, model: &Model, marked: usize) {
    let area = window(frame, model, Label::Me, (76, 18), Some(Label::MeKeys));
    let Some(me) = &model.me else { return };
    let theme = model.theme;
    let width = usize::from(area.width);
    let mut names = vec![Span::styled(safe::line(&me.profile.name), theme.strong())];
    if let Some(username) = &me.username {
        let gap = if me.profile.name.is_empty() { "" } else { "  " };
        names.push(Span::styled(format!("{gap}@{}", safe::line(username)), theme.plain()));
    }
    let mut lines = vec![Line::from(names)];
    if !me.profile.bio.is_empty() {
        lines.extend(flow_text(&safe::text(&me.profile.bio), theme.plain(), width));
    }
    if !me.profile.status.is_empty() {
        lines.push(Line::raw(model.say(&Sentence::Status(&safe::line(&me.profile.status)))));
    }
    lines.push(Line::styled(safe::fit(&format!("{} · {}", me.account, safe::line(&me.server)), width), theme.faint()));
    lines.extend(flow_text(model.label(Label::MeHint), theme.faint(), width));
    lines.push(Line::default());
    lines.push(Line::styled(model.label(Label::Privacy), theme.strong()));
    let circle = |audience| match audience {
        Audience::Everyone => Label::Everyone,
        Audience::Contacts => Label::Contacts,
        Audience::Nobody => Label::NobodyAtAll,
    };
    let yes = |on| if on { Label::Yes } else { Label::No };
    for (index, setting) in SETTINGS.into_iter().enumerate() {
        let (name, value) = match setting {
            Setting::Requests => (Label::WhoMayWrite, circle(me.privacy.requests)),
            Setting::GroupAdds => (Label::WhoMayAdd, circle(me.privacy.group_adds)),
            Setting::Presence => (Label::WhoSeesPresence, circle(me.privacy.presence)),
            Setting::ReadMarks => (Label::ShowsReadMarks, yes(me.privacy.read_marks)),
            Setting::Searchable => (Label::IsSearchable, yes(me.privacy.searchable)),
        };
        let line = format!(" {} {}", safe::fill(model.label(name), 46), model.label(value));
        let style = if index == marked { theme.chosen() } else { theme.plain() };
        lines.push(Line::styled(safe::fill(&line, width), style));
    }
    frame.render_widget(Paragraph::new(lines), area);
}
