//! How far something is, on one line that people see at a terminal and scripts never do.

use std::io::{IsTerminal, Write, stderr};

/// A line on standard error that is written over again and again. It goes when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    is_seen: bool,
    shown: String,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_seen: stderr().is_terminal(), shown: String::new() }
    }

    /// Shows this, if it is something else than before.
    pub(super) fn show(&mut self, said: &str) {
        if self.is_seen && self.shown != said {
            said.clone_into(&mut self.shown);
            write(&format!("\r{said}\x1b[K"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.shown.is_empty() {
            write("\r\x1b[K");
        }
    }
}

/// A terminal that is gone is no reason to stop.
fn write(text: &str) {
    let mut err = stderr().lock();
    drop(err.write_all(text.as_bytes()).and_then(|()| err.flush()));
}
