//! The list of conversations.

use beseda_engine::api::view::{Body, ConversationView, Delivery, Enclosed, MessageView, Readiness};
use beseda_engine::timeline::markup::covered;
use beseda_model::ConversationKind;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::safe;
use crate::text::{self, Label, Sentence};
use crate::tui::flow::flow_text;
use crate::tui::model::{Focus, Model};

/// Rows of one conversation.
const ROWS: usize = 2;

pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    if area.height == 0 {
        return;
    }
    let width = usize::from(area.width);
    let focused = model.focus == Focus::List && model.overlays.is_empty();
    let heading = if model.archive { Label::Archive } else { Label::Conversations };
    let style = if focused { model.theme.accent() } else { model.theme.strong() };
    let mut lines = vec![Line::styled(format!(" {}", model.label(heading)), style)];
    let listed: Vec<&ConversationView> = model.listed().collect();
    if listed.is_empty() {
        lines.push(Line::default());
        for label in [Label::NoConversations, Label::NoConversationsHint] {
            let said = flow_text(model.label(label), model.theme.faint(), width.saturating_sub(2));
            lines.extend(said.into_iter().map(|mut line| {
                line.spans.insert(0, Span::raw(" "));
                line
            }));
        }
    }
    let room = (usize::from(area.height).saturating_sub(1) / ROWS).max(1);
    let marked = listed.iter().position(|conversation| Some(conversation.conversation) == model.marked).unwrap_or(0);
    let first = marked.saturating_sub(room.saturating_sub(1));
    for (index, conversation) in listed.iter().enumerate().skip(first).take(room) {
        let chosen = index == marked && Some(conversation.conversation) == model.marked;
        lines.extend(entry(model, conversation, chosen, focused, width));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn entry(
    model: &Model,
    conversation: &ConversationView,
    chosen: bool,
    focused: bool,
    width: usize,
) -> [Line<'static>; 2] {
    let theme = model.theme;
    let open = model.open.as_ref().is_some_and(|open| open.conversation == conversation.conversation);
    let mark = match (chosen, open) {
        (true, _) => Span::styled("▌", theme.accent()),
        (false, true) => Span::styled("│", theme.accent()),
        (false, false) => Span::raw(" "),
    };
    let time = model.short_time(conversation.at);
    let mut badges = String::new();
    if conversation.own.pinned.is_some() {
        badges.push('★');
    }
    if conversation.own.muted_until.is_some_and(|until| until > model.now) {
        badges.push('⊘');
    }
    if !badges.is_empty() {
        badges.insert(0, ' ');
    }
    let kind = match conversation.kind {
        ConversationKind::Group => "# ",
        ConversationKind::Direct | ConversationKind::Notes => "",
    };
    let title = format!("{kind}{}", model.title(conversation));
    let room = width.saturating_sub(2 + safe::width(&time) + safe::width(&badges) + 1);
    let name_style = if conversation.unread > 0 || conversation.own.unread { theme.strong() } else { theme.plain() };
    let name_style = if chosen && focused { theme.chosen() } else { name_style };
    let first = Line::from(vec![
        mark.clone(),
        Span::styled(safe::fit(&title, room), name_style),
        Span::raw(" ".repeat(room.saturating_sub(safe::width(&title)))),
        Span::styled(badges, theme.faint()),
        Span::styled(format!(" {time}"), theme.faint()),
    ]);

    let mut counters = Vec::new();
    if conversation.failed > 0 {
        counters.push(Span::styled(format!(" ✗{}", conversation.failed), theme.bad()));
    }
    if conversation.mentions > 0 {
        counters.push(Span::styled(" @", theme.accent()));
    }
    if conversation.unread > 0 {
        counters.push(Span::styled(format!(" {}", conversation.unread), theme.accent()));
    } else if conversation.own.unread {
        counters.push(Span::styled(" ●", theme.accent()));
    }
    let counted: usize = counters.iter().map(Span::width).sum();
    let room = width.saturating_sub(3 + counted);
    let (preview, style) = preview(model, conversation);
    let preview = safe::fit(&preview, room);
    let gap = room.saturating_sub(safe::width(&preview));
    let mut second = vec![mark, Span::raw(" "), Span::styled(preview, style), Span::raw(" ".repeat(gap))];
    second.extend(counters);
    [first, Line::from(second)]
}

fn preview(model: &Model, conversation: &ConversationView) -> (String, ratatui::style::Style) {
    let theme = model.theme;
    if !conversation.typing.is_empty() {
        let names: Vec<String> = conversation.typing.iter().map(|account| model.name(*account)).collect();
        return (model.say(&Sentence::Typing(&names)), theme.good());
    }
    if conversation.readiness == Readiness::RequestReceived {
        return (model.label(Label::RequestReceived).to_owned(), theme.accent());
    }
    let open = model.open.as_ref().is_some_and(|open| open.conversation == conversation.conversation);
    if !conversation.draft.is_empty() && !open {
        return (format!("{} {}", model.label(Label::DraftMark), safe::line(&conversation.draft)), theme.bad());
    }
    let Some(last) = &conversation.last else { return (String::new(), theme.faint()) };
    (said(model, conversation, last), theme.faint())
}

/// The last message in one line.
fn said(model: &Model, conversation: &ConversationView, message: &MessageView) -> String {
    let body = match &message.body {
        Body::Text { text, entities, attachments, place, contacts, .. } => {
            let enclosed = Enclosed::of(place.as_ref(), contacts);
            let text = text::told(model.lang, &covered(text, entities), enclosed.as_ref());
            text::brief(model.lang, &text, attachments)
        }
        Body::Once { kind, state, .. } => text::once(model.lang, *kind, *state, message.own),
        Body::Deleted { .. } => model.label(Label::MessageDeleted).to_owned(),
        Body::System { event } => {
            let named = |account| (model.name(account), model.is_me(account));
            return safe::line(&text::event(model.lang, message.message.author, event, &named));
        }
        Body::Unsupported { kind } => model.say(&Sentence::Unsupported(&safe::line(kind))),
        Body::Unreadable { why, healing } => format!("⚠ {}", text::unreadable(model.lang, *why, *healing).what),
    };
    let body = match &message.delivery {
        Some(Delivery::Queued | Delivery::Sending) => format!("… {body}"),
        Some(Delivery::Failed { .. }) => format!("✗ {body}"),
        _ => body,
    };
    match (message.own, conversation.kind) {
        (true, ConversationKind::Direct | ConversationKind::Group) => {
            format!("{}: {body}", model.label(Label::You))
        }
        (false, ConversationKind::Group) => format!("{}: {body}", safe::line(&message.author_name)),
        _ => body,
    }
}
