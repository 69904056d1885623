//! The terminal: taken over at the start, given back at the end, also when the program panics.

use std::io::{self, Stdout, Write, stdout};
use std::sync::Once;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use crate::pictures;

/// The screen, while this program has it.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

static GIVE_BACK_ON_PANIC: Once = Once::new();

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        GIVE_BACK_ON_PANIC.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // A picture from somebody that makes its decoder panic is not shown, and that is all.
                if pictures::is_decoding() {
                    return;
                }
                give_back();
                before(panic);
            }));
        });
        enable_raw_mode()?;
        let screen = Terminal::new(CrosstermBackend::new(stdout())).map(|terminal| Self { terminal });
        // From here on dropping gives everything back.
        let screen = screen.inspect_err(|_| give_back())?;
        execute!(
            stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange,
            // Terminals that know it tell Shift+Enter from Enter; others ignore it.
            PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
        )?;
        Ok(screen)
    }

    /// Has everything drawn anew: what the terminal shows may be something else than what was drawn last.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws in one go, so that terminals that can do so show no half pictures.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        execute!(stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(paint).map(|_| ());
        execute!(stdout(), EndSynchronizedUpdate)?;
        drawn
    }

    pub(super) fn bell(&mut self) -> io::Result<()> {
        raw(b"\x07")
    }

    /// Puts a text into the clipboard of terminals that allow it (OSC 52).
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        let encoded = data_encoding::BASE64.encode(text.as_bytes());
        raw(format!("\x1b]52;c;{encoded}\x07").as_bytes())
    }
}

fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = stdout();
    out.write_all(bytes)?;
    out.flush()
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    // Nothing can be done about a terminal that has gone.
    drop(execute!(
        stdout(),
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    ));
    drop(disable_raw_mode());
}
