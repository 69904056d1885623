//! The full-screen program at work: terminal and engine on one side, model, `update` and `draw` on the other.

mod perform;
mod terminal;

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, EventStream, MouseEventKind};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::draw::draw;
use super::input::{Action, Input};
use super::model::Model;
use super::theme::Theme;
use super::update::{load_all, update};
use super::welcome::Welcome;
use crate::calendar::Zone;
use crate::host::{Heard, Host};
use crate::pictures::{Means, Printer};
use crate::text::Lang;
use perform::Performer;
use terminal::Screen;

/// What the program starts with.
#[derive(Debug)]
pub struct Options {
    /// The language.
    pub lang: Lang,
    /// Whether new messages ring the bell.
    pub bell: bool,
    /// How pictures are shown.
    pub pictures: Means,
    /// The server that the first-run screen proposes.
    pub server: String,
    /// The device name that it proposes.
    pub device_name: String,
}

/// Runs until the person quits.
///
/// # Errors
/// When the terminal fails.
pub async fn run(host: Host, options: Options) -> std::io::Result<Host> {
    let mut screen = Screen::open()?;
    let size = screen.size()?;
    let mut model = Model::new(options.lang, Zone::local(), Theme::from_environment(), host.now(), size);
    // Before anything else reads from the terminal.
    model.gallery.printer = Printer::of_terminal(options.pictures);
    let mut notices = host.notices();
    let mut link = host.link();
    let me = host.read(|core, now| core.me(now)).await;
    match me {
        Ok(None) => model.welcome = Some(Welcome::new(options.server, options.device_name)),
        Ok(Some(me)) => model.me = Some(me),
        Err(_) => {}
    }
    if let Some(state) = host.look(|core| core.connection()).await {
        model.connection = state;
    }
    model.link = *link.borrow_and_update();
    let (inputs, mut arrivals) = mpsc::unbounded_channel();
    let mut performer = Performer::new(host, inputs, options.bell, model.gallery.printer.clone());
    let mut keys = EventStream::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut queue: VecDeque<Input> = VecDeque::new();
    let first = load_all(&model);
    performer.perform(first, &mut screen)?;
    let mut was_covered = false;
    'running: loop {
        let is_covered = !model.overlays.is_empty();
        if is_covered != was_covered && model.gallery.printer.as_ref().is_some_and(Printer::needs_redrawing) {
            screen.forget()?;
        }
        was_covered = is_covered;
        screen.draw(|frame| draw(frame, &model))?;
        let input = tokio::select! {
            key = keys.next() => match key {
                Some(event) => of_terminal(event?),
                None => break 'running,
            },
            Some(input) = arrivals.recv() => Some(input),
            heard = notices.next() => match heard {
                Some(heard) => Some(of_host(heard)),
                None => break 'running,
            },
            changed = link.changed() => changed.is_ok().then(|| Input::Link(*link.borrow_and_update())),
            _ = ticks.tick() => Some(Input::Tick(performer.host().now())),
        };
        queue.extend(input);
        // What has come together is shown together.
        while let Some(Some(event)) = keys.next().now_or_never() {
            queue.extend(of_terminal(event?));
        }
        while let Ok(input) = arrivals.try_recv() {
            queue.push_back(input);
        }
        while let Some(Some(heard)) = notices.next().now_or_never() {
            queue.push_back(of_host(heard));
        }
        let mut actions = Vec::new();
        while let Some(input) = queue.pop_front() {
            actions.extend(update(&mut model, input));
        }
        let quits = actions.iter().any(|action| matches!(action, Action::Quit));
        performer.perform(actions, &mut screen)?;
        if quits {
            break 'running;
        }
    }
    drop(screen);
    Ok(performer.finish().await)
}

fn of_host(heard: Heard) -> Input {
    match heard {
        Heard::Notice(notice) => Input::Notice(notice),
        Heard::Missed => Input::Missed,
    }
}

fn of_terminal(event: TerminalEvent) -> Option<Input> {
    match event {
        TerminalEvent::Key(key) => Some(Input::Key(key)),
        TerminalEvent::Paste(text) => Some(Input::Paste(text)),
        TerminalEvent::Resize(width, height) => Some(Input::Resize(width, height)),
        TerminalEvent::FocusGained => Some(Input::Attentive(true)),
        TerminalEvent::FocusLost => Some(Input::Attentive(false)),
        TerminalEvent::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollUp => Some(Input::Wheel(-3)),
            MouseEventKind::ScrollDown => Some(Input::Wheel(3)),
            _ => None,
        },
    }
}
