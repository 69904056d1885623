//! Bars that tell a state: connection, warnings, what a conversation waits for, hints.

use beseda_engine::api::view::{Body, ConnectionState, Readiness};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::safe;
use crate::text::{self, Label, Sentence, capital};
use crate::tui::flow::flow_text;
use crate::tui::model::{Focus, Model};
use crate::tui::update::matching;

/// Commands that are shown while one is being typed.
const COMMANDS_SHOWN: usize = 6;

pub(super) fn top(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    let theme = model.theme;
    let (mark, state, style) = match model.connection {
        ConnectionState::Online => ("●", Label::Online, theme.good()),
        ConnectionState::Syncing => ("◐", Label::Syncing, theme.accent()),
        ConnectionState::Connecting => ("○", Label::Connecting, theme.faint()),
        ConnectionState::Offline => ("○", Label::Offline, theme.bad()),
        ConnectionState::SignedOut => ("○", Label::SignedOut, theme.bad()),
    };
    let state = format!("{mark} {} ", model.label(state));
    let mut left = vec![Span::styled(" Beseda", theme.strong())];
    if let Some(me) = &model.me {
        let name = match &me.username {
            Some(username) => format!("@{}", safe::line(username)),
            None => safe::line(&me.profile.name),
        };
        let server = me.server.split_once("://").map_or(me.server.as_str(), |(_, host)| host);
        left.push(Span::styled(format!("  {name}"), theme.plain()));
        left.push(Span::styled(format!("  {}", safe::line(server)), theme.faint()));
    }
    let room = usize::from(area.width).saturating_sub(safe::width(&state));
    let left_width: usize = left.iter().map(Span::width).sum();
    if left_width > room {
        left.truncate(2);
    }
    let left_width: usize = left.iter().map(Span::width).sum();
    left.push(Span::raw(" ".repeat(room.saturating_sub(left_width))));
    left.push(Span::styled(state, style));
    frame.render_widget(Paragraph::new(Line::from(left)), area);
}

/// What the connection's bar says; none while there is nothing to say.
pub(super) fn connection(model: &Model) -> Option<String> {
    match model.connection {
        ConnectionState::Online | ConnectionState::Syncing => None,
        ConnectionState::SignedOut => Some(model.label(Label::SignedOutHere).to_owned()),
        // The first attempt is not a failure yet.
        ConnectionState::Connecting => model.link.trouble.map(|trouble| {
            format!("{}: {}", capital(model.label(Label::Connecting)), text::trouble(model.lang, trouble))
        }),
        ConnectionState::Offline => {
            let mut parts = vec![match model.link.trouble {
                Some(trouble) => {
                    format!("{}: {}", capital(model.label(Label::Offline)), text::trouble(model.lang, trouble))
                }
                None => capital(model.label(Label::Offline)),
            }];
            if let Some(at) = model.link.wake_at {
                let seconds = at.millis_since(model.now).div_ceil(1000);
                if seconds > 0 {
                    parts.push(model.say(&Sentence::NextTry { seconds }));
                }
            }
            parts.push(model.label(Label::RetryKeys).to_owned());
            Some(parts.join(" · "))
        }
    }
}

pub(super) fn connection_bar(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    if let Some(said) = connection(model) {
        bar(frame, &said, area, model.theme.bar());
    }
}

pub(super) fn warnings_bar(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    let named = |account| (model.name(account), model.is_me(account));
    let Some(latest) = model.warnings.last() else { return };
    let said = text::warning(model.lang, &latest.kind, &named).what;
    let said = match model.warnings.len() {
        1 => said,
        n => format!("{}: {said}", model.say(&Sentence::Warnings(n))),
    };
    let keys = model.label(Label::WarningKeys);
    let room = usize::from(area.width).saturating_sub(safe::width(keys) + 6);
    bar(frame, &format!("⚠ {} · {keys}", safe::fit(&said, room)), area, model.theme.warning());
}

fn bar(frame: &mut Frame<'_>, said: &str, area: Rect, style: ratatui::style::Style) {
    let said = format!(" {}", safe::fill(said, usize::from(area.width).saturating_sub(1)));
    frame.render_widget(Paragraph::new(Line::styled(said, style)), area);
}

/// What the open conversation waits for, in lines.
pub(super) fn notice(model: &Model, width: usize) -> Option<Vec<Line<'static>>> {
    let lines = notice_lines(model, width.saturating_sub(2))?;
    let indented = |mut line: Line<'static>| {
        line.spans.insert(0, Span::raw(" "));
        line
    };
    Some(lines.into_iter().map(indented).collect())
}

fn notice_lines(model: &Model, width: usize) -> Option<Vec<Line<'static>>> {
    let conversation = model.opened()?;
    let theme = model.theme;
    if let Some(typed) = model.open.as_ref().map(|open| open.composer.text()).filter(|text| text.starts_with('/')) {
        let line = |known| super::overlay::command_line(model, known, width);
        let mut lines: Vec<_> = matching(typed).take(COMMANDS_SHOWN).map(line).collect();
        if matching(typed).count() > COMMANDS_SHOWN {
            lines.push(Line::styled(model.label(Label::MoreCommands), theme.faint()));
        }
        if !lines.is_empty() {
            return Some(lines);
        }
    }
    let said = match conversation.readiness {
        Readiness::Ready => return None,
        Readiness::RequestReceived => {
            let name = conversation.peer.map_or_else(|| model.title(conversation), |peer| model.name(peer));
            let mut lines = flow_text(&model.say(&Sentence::RequestFrom(&name)), theme.strong(), width);
            lines.extend(flow_text(model.label(Label::RequestKeys), theme.accent(), width));
            return Some(lines);
        }
        Readiness::RequestSent => Label::RequestSent,
        Readiness::Joining => Label::Joining,
        Readiness::Left => Label::Left,
        Readiness::UpdateRequired => Label::UpdateRequired,
        Readiness::Forked => Label::Forked,
        Readiness::Broken => Label::Broken,
        Readiness::PeerGone => Label::PeerGone,
        Readiness::PeerDeleted => Label::PeerDeleted,
    };
    let style = match conversation.readiness {
        Readiness::Forked | Readiness::Broken => theme.bad(),
        _ => theme.faint(),
    };
    Some(flow_text(model.label(said), style, width))
}

/// Whether files go with the chosen message.
fn has_files(model: &Model) -> bool {
    let chosen = model.open.as_ref().and_then(|open| open.chosen_message());
    chosen.is_some_and(|message| matches!(&message.body, Body::Text { attachments, .. } if !attachments.is_empty()))
}

pub(super) fn hint(frame: &mut Frame<'_>, model: &Model, area: Rect) {
    let (said, style) = match &model.toast {
        Some(toast) => (toast.text.clone(), if toast.bad { model.theme.bad() } else { model.theme.good() }),
        None => {
            let label = match (model.overlays.last(), model.focus) {
                (Some(_), _) => Label::HintOverlay,
                (None, Focus::List) => Label::HintList,
                (None, Focus::Composer) => Label::HintComposer,
                (None, Focus::Messages) if has_files(model) => Label::HintFiles,
                (None, Focus::Messages) => Label::HintMessages,
            };
            (model.label(label).to_owned(), model.theme.faint())
        }
    };
    let said = safe::line(&said);
    let width = usize::from(area.width).saturating_sub(2);
    if model.toast.is_none() || safe::width(&said) <= width {
        frame.render_widget(Paragraph::new(Line::styled(format!(" {}", safe::fit(&said, width + 1)), style)), area);
        return;
    }
    // An answer that needs more lines covers what is above: half of a reason is none.
    let lines = flow_text(&said, style, width);
    let rows = u16::try_from(lines.len()).unwrap_or(1).min(area.bottom());
    let place = Rect::new(area.x, area.bottom() - rows, area.width, rows);
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines), Rect::new(place.x + 1, place.y, place.width.saturating_sub(1), rows));
}
