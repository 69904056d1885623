//! Where things are on the screen.

use ratatui::layout::Rect;

use crate::tui::model::{Focus, Model};

/// Below this there is no room for a list beside a conversation.
const TWO_PANES: u16 = 60;
/// Below this nothing fits.
const LEAST: (u16, u16) = (30, 8);
/// Most rows of text that is being written.
const COMPOSER_ROWS: u16 = 6;

/// The parts of the main screen. Those that are not shown are empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Areas {
    pub(in crate::tui) top: Rect,
    pub(in crate::tui) connection: Rect,
    pub(in crate::tui) warnings: Rect,
    pub(in crate::tui) list: Rect,
    pub(in crate::tui) divider: Rect,
    pub(in crate::tui) title: Rect,
    pub(in crate::tui) messages: Rect,
    pub(in crate::tui) typing: Rect,
    pub(in crate::tui) notice: Rect,
    pub(in crate::tui) purpose: Rect,
    pub(in crate::tui) composer: Rect,
    pub(in crate::tui) hint: Rect,
}

/// The parts, or none if the window is too small.
pub(in crate::tui) fn areas(model: &Model) -> Option<Areas> {
    let (width, height) = model.size;
    if width < LEAST.0 || height < LEAST.1 {
        return None;
    }
    let mut areas =
        Areas { top: Rect::new(0, 0, width, 1), hint: Rect::new(0, height - 1, width, 1), ..Areas::default() };
    let mut top = 1;
    if super::bars::connection(model).is_some() {
        areas.connection = Rect::new(0, top, width, 1);
        top += 1;
    }
    if !model.warnings.is_empty() {
        areas.warnings = Rect::new(0, top, width, 1);
        top += 1;
    }
    let rows = (height - 1).saturating_sub(top);
    let mut pane = Rect::new(0, top, width, rows);
    if width >= TWO_PANES {
        let list = (width / 3).clamp(24, 38);
        areas.list = Rect::new(0, top, list, rows);
        areas.divider = Rect::new(list, top, 1, rows);
        pane = Rect::new(list + 1, top, width - list - 1, rows);
    } else if model.focus == Focus::List || model.open.is_none() {
        areas.list = pane;
        return Some(areas);
    }
    split_pane(model, pane, &mut areas);
    Some(areas)
}

fn split_pane(model: &Model, pane: Rect, areas: &mut Areas) {
    let Some(open) = &model.open else {
        areas.messages = pane;
        return;
    };
    let conversation = model.opened();
    let mut bottom = pane.bottom();
    let mut from_bottom = |rows: u16| {
        let rows = rows.min(bottom.saturating_sub(pane.y + 2));
        bottom -= rows;
        Rect::new(pane.x, bottom, pane.width, rows)
    };
    let writable = conversation.is_some_and(super::composer::is_writable);
    if writable {
        let columns = usize::from(pane.width.saturating_sub(super::composer::PROMPT));
        let rows = u16::try_from(open.composer.rows(columns).len()).unwrap_or(u16::MAX);
        areas.composer = from_bottom(rows.clamp(1, COMPOSER_ROWS));
        areas.purpose = from_bottom(1);
    }
    if let Some(lines) = super::bars::notice(model, usize::from(pane.width)) {
        areas.notice = from_bottom(u16::try_from(lines.len()).unwrap_or(1));
    }
    if conversation.is_some_and(|conversation| !conversation.typing.is_empty()) {
        areas.typing = from_bottom(1);
    }
    areas.title = Rect::new(pane.x, pane.y, pane.width, 1);
    areas.messages = Rect::new(pane.x, pane.y + 1, pane.width, bottom.saturating_sub(pane.y + 1));
}
