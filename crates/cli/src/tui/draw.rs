//! The picture of a model. Pure: the same model gives the same picture.

mod areas;
mod bars;
mod composer;
mod list;
mod overlay;
mod timeline;
mod welcome;

use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

pub(super) use areas::areas;

use super::model::Model;
use crate::text::Label;

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, model: &Model) {
    if let Some(welcome) = &model.welcome {
        welcome::draw(frame, model, welcome);
        overlay::draw(frame, model);
        return;
    }
    let Some(areas) = areas(model) else {
        frame.render_widget(Paragraph::new(model.label(Label::TooSmall)), frame.area());
        return;
    };
    bars::top(frame, model, areas.top);
    if areas.connection.height > 0 {
        bars::connection_bar(frame, model, areas.connection);
    }
    if areas.warnings.height > 0 {
        bars::warnings_bar(frame, model, areas.warnings);
    }
    list::draw(frame, model, areas.list);
    if areas.divider.height > 0 {
        let line = Line::styled("│", model.theme.faint());
        frame.render_widget(Paragraph::new(vec![line; usize::from(areas.divider.height)]), areas.divider);
    }
    match (&model.open, model.opened()) {
        (Some(open), Some(conversation)) => {
            timeline::title(frame, model, conversation, areas.title);
            timeline::messages(frame, model, open, areas.messages);
            timeline::typing(frame, model, conversation, areas.typing);
            if let Some(lines) = bars::notice(model, usize::from(areas.notice.width)) {
                frame.render_widget(Paragraph::new(lines), areas.notice);
            }
            composer::purpose(frame, model, open, areas.purpose);
            composer::draw(frame, model, open, areas.composer);
        }
        _ if areas.messages.height > 0 => timeline::nothing_open(frame, model, areas.messages),
        _ => {}
    }
    bars::hint(frame, model, areas.hint);
    overlay::draw(frame, model);
}
