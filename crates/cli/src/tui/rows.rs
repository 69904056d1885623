//! A timeline as lines: each message becomes a block of them.

mod styled;

use beseda_engine::api::file::{AttachmentView, FileState};
use beseda_engine::api::view::{Body, Delivery, MessageView, ReplyView};
use beseda_model::AccountId;
use beseda_wire::content::{TimedFrom, Timer};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::flow::{Run, flow, flow_text};
use super::gallery::Place;
use super::model::{Bottom, Model, Opened};
use crate::safe;
use crate::text::{self, Label, Sentence};

/// Messages of one author closer together than this share a heading.
const TOGETHER_MS: u64 = 10 * 60_000;
/// With so many rows there is room for an empty line between authors.
const AIRY: u16 = 36;
/// Columns on the left: the mark of the chosen message.
pub(super) const GUTTER: usize = 2;
/// Columns on the right: time and delivery.
const MARGIN: usize = 10;

/// Lines that belong to one row.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) row: i64,
    pub(super) lines: Vec<Line<'static>>,
    /// Where among them pictures stand.
    pub(super) places: Vec<Place>,
}

/// The loaded part of the timeline in lines of `width` columns.
pub(super) fn blocks(model: &Model, open: &Opened, width: usize) -> Vec<Block> {
    let mut before: Option<&MessageView> = None;
    let mut divided = false;
    let mut blocks = Vec::with_capacity(open.messages.len());
    for message in &open.messages {
        let mut lines = Vec::new();
        let new_day = before.is_none_or(|before| !model.moment(before.at).same_day(&model.moment(message.at)));
        if new_day {
            lines.push(divider(&day(model, message), width, model.theme.faint()));
        }
        let is_new = open.unread_after.is_some_and(|read| !message.own && message.seq.is_some_and(|seq| seq > read));
        let divide = is_new && !divided;
        if divide {
            divided = true;
            lines.push(divider(model.label(Label::NewMessages), width, model.theme.accent()));
        }
        let starts = new_day || divide || before.is_none_or(|before| !belongs_together(before, message));
        let airy = model.size.1 >= AIRY;
        if airy && starts && !new_day && !divide {
            lines.push(Line::default());
        }
        let places = Painter { model, open, width }.message(message, starts, &mut lines);
        before = Some(message);
        blocks.push(Block { row: message.row, lines, places });
    }
    blocks
}

fn belongs_together(before: &MessageView, message: &MessageView) -> bool {
    match (is_event(before), is_event(message)) {
        (true, true) => true,
        (false, false) => {
            before.message.author == message.message.author && message.at.millis_since(before.at) < TOGETHER_MS
        }
        _ => false,
    }
}

/// Whether a row tells of something that happened, and is nobody's message.
pub(super) const fn is_event(message: &MessageView) -> bool {
    matches!(message.body, Body::System { .. })
}

fn day(model: &Model, message: &MessageView) -> String {
    let moment = model.moment(message.at);
    let today = model.moment(model.now);
    let yesterday =
        model.moment(beseda_model::Timestamp::from_millis(model.now.as_millis().saturating_sub(86_400_000)));
    if moment.same_day(&today) {
        model.label(Label::Today).to_owned()
    } else if moment.same_day(&yesterday) {
        model.label(Label::Yesterday).to_owned()
    } else {
        model.lang.day(&moment)
    }
}

fn divider(text: &str, width: usize, style: Style) -> Line<'static> {
    let text = format!(" {} ", safe::fit(text, width.saturating_sub(4)));
    let dashes = width.saturating_sub(safe::width(&text));
    let left = dashes / 2;
    Line::styled(format!("{}{text}{}", "─".repeat(left), "─".repeat(dashes - left)), style)
}

struct Painter<'a> {
    model: &'a Model,
    open: &'a Opened,
    width: usize,
}

impl Painter<'_> {
    /// Adds a message's lines; answers where among all of them pictures stand.
    fn message(&self, message: &MessageView, starts: bool, lines: &mut Vec<Line<'static>>) -> Vec<Place> {
        if let Body::System { event } = &message.body {
            let named = |account: AccountId| (self.model.name(account), self.model.is_me(account));
            let said = text::event(self.model.lang, message.message.author, event, &named);
            let said = format!("· {said} · {}", self.model.moment(message.at).clock());
            let inner = flow_text(&safe::line(&said), self.model.theme.faint(), self.inner());
            lines.extend(inner.into_iter().map(|line| self.in_gutter(line, message.row)));
            return Vec::new();
        }
        if starts {
            let name = if message.own {
                Span::styled(self.model.label(Label::You), self.model.theme.own())
            } else {
                let name = match self.model.people.get(&message.message.author) {
                    Some(_) => self.model.name(message.message.author),
                    None => safe::line(&message.author_name),
                };
                Span::styled(safe::fit(&name, self.inner()), self.model.theme.author(message.message.author))
            };
            lines.push(self.in_gutter(Line::from(name), message.row));
        }
        let mut body = Vec::new();
        if let Some(forward) = &message.forward {
            let said = if forward.name.is_empty() {
                self.model.label(Label::Forwarded).to_owned()
            } else {
                self.model.say(&Sentence::ForwardedFrom(&safe::line(&forward.name)))
            };
            let said = format!("{said} · {}", self.model.long_time(forward.at));
            body.push(Line::styled(safe::fit(&said, self.text_width()), self.model.theme.faint()));
        }
        if let Some(reply) = &message.reply {
            body.push(self.reply(reply));
        }
        let before = lines.len() + body.len();
        let mut places = Vec::new();
        body.extend(self.body(message, &mut places));
        if let Some(first) = body.first_mut() {
            self.put_margin(first, message);
        }
        body.extend(self.extras(message));
        lines.extend(body.into_iter().map(|line| self.in_gutter(line, message.row)));
        places.into_iter().map(|place| (place.line + before, place)).map(|(line, place)| place.at(line)).collect()
    }

    /// Leaves room for an attachment's picture, if it can be shown.
    fn picture(
        &self,
        attachment: &AttachmentView,
        is_alone: bool,
        lines: &mut Vec<Line<'static>>,
        places: &mut Vec<Place>,
    ) {
        let (model, height) = (self.model, self.model.size.1);
        if let Some(place) = model.gallery.place(&model.files, attachment, is_alone, self.text_width(), height) {
            let line = lines.len();
            lines.resize(line + usize::from(place.size.height), Line::default());
            places.push(place.at(line));
        }
    }

    fn inner(&self) -> usize {
        self.width.saturating_sub(GUTTER).max(1)
    }

    fn text_width(&self) -> usize {
        self.inner().saturating_sub(MARGIN).max(8)
    }

    fn in_gutter(&self, line: Line<'static>, row: i64) -> Line<'static> {
        let chosen = self.open.chosen == Some(row);
        let mark = if chosen { Span::styled("▌ ", self.model.theme.accent()) } else { Span::raw("  ") };
        let mut spans = vec![mark];
        spans.extend(line.spans.into_iter().map(|span| span.patch_style(line.style)));
        Line::from(spans)
    }

    fn reply(&self, reply: &ReplyView) -> Line<'static> {
        let said = match &reply.text {
            Some(text) => {
                let author = reply.message.author;
                let is_known = self.model.is_me(author) || self.model.people.contains_key(&author);
                let name = if is_known { self.model.name(author) } else { safe::line(&reply.author_name) };
                let text = text::told(self.model.lang, text, reply.enclosed.as_ref());
                format!("{name}: {}", text::gist(self.model.lang, &text, reply.attachment.as_ref()))
            }
            None => self.model.label(Label::ReplyMissing).to_owned(),
        };
        Line::styled(format!("┃ {}", safe::fit(&said, self.text_width().saturating_sub(2))), self.model.theme.faint())
    }

    fn body(&self, message: &MessageView, places: &mut Vec<Place>) -> Vec<Line<'static>> {
        let theme = self.model.theme;
        let width = self.text_width();
        let quiet = theme.faint().add_modifier(Modifier::ITALIC);
        match &message.body {
            Body::Text { text, entities, attachments, place, contacts, preview } => {
                let mut lines = Vec::new();
                for said in text::enclosed(self.model.lang, place.as_ref(), contacts) {
                    lines.extend(flow(&[(said, theme.link())], width, &(String::new(), Style::new())));
                }
                for (said, attachment) in text::attachments(self.model.lang, attachments).into_iter().zip(attachments) {
                    let at = self.model.files.get(&attachment.file);
                    let mut runs: Vec<Run> = vec![(said, theme.link())];
                    if let Some(state) = at.and_then(|at| text::file_state(self.model.lang, at)) {
                        let style =
                            if matches!(at, Some(FileState::Failed { .. })) { theme.bad() } else { theme.faint() };
                        runs.push((format!(" · {state}"), style));
                    }
                    lines.extend(flow(&runs, width, &(String::new(), Style::new())));
                    self.picture(attachment, attachments.len() == 1, &mut lines, places);
                }
                if !text.is_empty() || lines.is_empty() {
                    let revealed = self.open.revealed.contains(&message.row);
                    let written = styled::lines(text, entities, theme, revealed);
                    lines.extend(written.into_iter().flat_map(|(indent, runs)| flow(&runs, width, &indent)));
                }
                if let Some(page) = preview {
                    lines.extend(flow_text(&text::page(page), theme.faint(), width));
                    if let Some(image) = &page.image {
                        self.picture(image, false, &mut lines, places);
                    }
                }
                lines
            }
            Body::Once { kind, state, file, .. } => {
                let mut runs: Vec<Run> = vec![(text::once(self.model.lang, *kind, *state, message.own), theme.link())];
                if file.is_some() {
                    runs.push((format!(" · {}", self.model.label(Label::OnceHow)), theme.faint()));
                }
                flow(&runs, width, &(String::new(), Style::new()))
            }
            Body::Deleted { by } if *by == message.message.author => {
                flow_text(self.model.label(Label::MessageDeleted), quiet, width)
            }
            Body::Deleted { by } => {
                flow_text(&self.model.say(&Sentence::DeletedBy(&self.model.name(*by))), quiet, width)
            }
            Body::Unsupported { kind } => {
                flow_text(&self.model.say(&Sentence::Unsupported(&safe::line(kind))), quiet, width)
            }
            Body::Unreadable { why, healing } => {
                let words = text::unreadable(self.model.lang, *why, *healing);
                let runs: [Run; 2] = [("⚠ ".to_owned(), theme.bad()), (words.to_string(), quiet)];
                flow(&runs, width, &(String::new(), Style::new()))
            }
            Body::System { .. } => Vec::new(),
        }
    }

    /// Time and delivery at the right end of the first line.
    fn put_margin(&self, line: &mut Line<'static>, message: &MessageView) {
        let time = self.model.moment(message.at).clock();
        let (mark, style) = match &message.delivery {
            Some(delivery) => self.delivery(delivery),
            None => ("", self.model.theme.plain()),
        };
        let used = line.width() + safe::width(&time) + 3;
        let gap = self.inner().saturating_sub(used);
        // The style of the text must not run into the margin.
        let style_of_text = std::mem::take(&mut line.style);
        for span in &mut line.spans {
            *span = std::mem::take(span).patch_style(style_of_text);
        }
        line.push_span(Span::raw(" ".repeat(gap)));
        line.push_span(Span::styled(time, self.model.theme.faint()));
        line.push_span(Span::styled(format!(" {mark:<2}"), style));
    }

    fn delivery(&self, delivery: &Delivery) -> (&'static str, Style) {
        let theme = self.model.theme;
        match delivery {
            Delivery::Queued => ("…", theme.faint()),
            Delivery::Sending => ("↑", theme.faint()),
            Delivery::Sent => ("✓", theme.faint()),
            Delivery::Delivered => ("✓✓", theme.faint()),
            Delivery::Read => ("◉", theme.accent()),
            Delivery::Failed { .. } => ("✗", theme.bad()),
        }
    }

    /// What stands under a message: edits, pins, timers, reactions, failures.
    fn extras(&self, message: &MessageView) -> Vec<Line<'static>> {
        let theme = self.model.theme;
        let mut lines = Vec::new();
        let mut notes = Vec::new();
        if message.edited_at.is_some() {
            notes.push(self.model.label(Label::Edited).to_owned());
        }
        if message.pinned {
            notes.push(format!("⚑ {}", self.model.label(Label::Pinned)));
        }
        if let Some(at) = message.disappears_at {
            notes.push(format!("◔ {}", self.model.say(&Sentence::DisappearsAt(&self.model.long_time(at)))));
        } else if let Some(timer) = message.timer {
            notes.push(format!("◔ {}", timer_text(self.model, timer)));
        }
        if !notes.is_empty() {
            lines.extend(flow_text(&notes.join(" · "), theme.faint(), self.inner()));
        }
        if !message.reactions.is_empty() {
            let runs: Vec<Run> = message
                .reactions
                .iter()
                .flat_map(|reaction| {
                    let style = if reaction.mine { theme.accent() } else { theme.plain() };
                    let said = format!("{} {}", safe::fit(&safe::line(&reaction.emoji), 8), reaction.accounts.len());
                    [(said, style), ("  ".to_owned(), theme.plain())]
                })
                .collect();
            lines.extend(flow(&runs, self.inner(), &(String::new(), Style::new())));
        }
        if let Some(Delivery::Failed { why }) = &message.delivery {
            let words = text::failure(self.model.lang, why);
            let said = self.model.say(&Sentence::NotSentTodo { what: &words.what, todo: &words.todo });
            let said = format!("{} · {}", said.trim_end(), self.model.label(Label::FailedKeys));
            lines.extend(flow_text(&said, theme.bad(), self.inner()));
        }
        lines
    }
}

/// A timer in words.
pub(super) fn timer_text(model: &Model, timer: Timer) -> String {
    let time = model.lang.duration(u64::from(timer.seconds));
    match timer.from {
        TimedFrom::Sent => model.say(&Sentence::TimerFromSending(&time)),
        TimedFrom::Read => model.say(&Sentence::TimerFromReading(&time)),
    }
}

/// The lines of a window of `height`: where it starts and ends among all lines.
pub(super) fn window(blocks: &[Block], bottom: Option<Bottom>, height: usize) -> std::ops::Range<usize> {
    let total: usize = blocks.iter().map(|block| block.lines.len()).sum();
    let end = match bottom {
        None => total,
        Some(bottom) => span(blocks, bottom.row).map_or(total, |range| range.end.saturating_sub(bottom.hidden)),
    };
    let end = end.clamp(height.min(total), total);
    end.saturating_sub(height)..end
}

/// The lines of a row among all lines.
pub(super) fn span(blocks: &[Block], row: i64) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    for block in blocks {
        let end = start + block.lines.len();
        if block.row == row {
            return Some(start..end);
        }
        start = end;
    }
    None
}

/// The anchor that makes a window end before line `end`; none at the very end.
pub(super) fn bottom_at(blocks: &[Block], end: usize) -> Option<Bottom> {
    let mut start = 0;
    for block in blocks {
        let next = start + block.lines.len();
        if end <= next {
            let last = blocks.last().is_some_and(|last| last.row == block.row) && end == next;
            return (!last).then(|| Bottom { row: block.row, hidden: next - end });
        }
        start = next;
    }
    None
}

/// All places of pictures, each with the line among all at which it begins.
pub(super) fn places(blocks: &[Block]) -> Vec<(usize, Place)> {
    let mut start = 0;
    let mut places = Vec::new();
    for block in blocks {
        places.extend(block.places.iter().map(|place| (start + place.line, place.clone())));
        start += block.lines.len();
    }
    places
}

/// The places of pictures that can be seen, or soon could: those in the window, and as far above and below.
pub(super) fn near(blocks: &[Block], window: &std::ops::Range<usize>) -> Vec<Place> {
    let (first, last) = (window.start.saturating_sub(window.len()), window.end.saturating_add(window.len()));
    let is_near = |(line, place): &(usize, Place)| *line < last && line + usize::from(place.size.height) > first;
    places(blocks).into_iter().filter(is_near).map(|(_, place)| place).collect()
}
