//! Secrets and answers, which never stand in the arguments: others on the machine can read those.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::trip::Trip;
use crate::text::{Label, Lang};
use crate::tui::LineEditor;

/// A secret from an environment variable, a terminal (not shown), or a line of standard input.
pub(super) fn secret(lang: Lang, variable: &str, prompt: Label) -> Result<String, Trip> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(value);
    }
    if io::stdin().is_terminal() {
        return hidden(lang.label(prompt));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    if line.is_empty() { Err(Trip::Usage(lang.label(Label::InputNeeded).to_owned())) } else { Ok(line) }
}

/// Whether somebody is there who can type another one.
pub(super) fn can_repeat(variable: &str) -> bool {
    std::env::var_os(variable).is_none() && io::stdin().is_terminal()
}

/// A secret that may be left out, typed twice at a terminal. Without a terminal only the environment gives one.
pub(super) fn optional_new_password(lang: Lang, variable: &str) -> Result<Option<String>, Trip> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(Some(value).filter(|value| !value.is_empty()));
    }
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let first = hidden(lang.label(Label::PromptPasswordOptional))?;
    if first.is_empty() {
        return Ok(None);
    }
    if hidden(lang.label(Label::PromptPasswordAgain))? != first {
        return Err(Trip::Usage(lang.label(Label::PasswordsDiffer).to_owned()));
    }
    Ok(Some(first))
}

/// A new password, typed twice at a terminal.
pub(super) fn new_password(lang: Lang, variable: &str) -> Result<String, Trip> {
    let first = secret(lang, variable, Label::PromptNewPassword)?;
    let typed = std::env::var_os(variable).is_none() && io::stdin().is_terminal();
    if typed && hidden(lang.label(Label::PromptPasswordAgain))? != first {
        return Err(Trip::Usage(lang.label(Label::PasswordsDiffer).to_owned()));
    }
    Ok(first)
}

/// Yes or no, from a terminal or a line of standard input.
pub(super) fn yes(lang: Lang, prompt: Label) -> Result<bool, Trip> {
    let mut err = io::stderr().lock();
    write!(err, "{}", lang.label(prompt))?;
    err.flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes" | "д" | "да"))
}

/// A text: the words given, else standard input to its end.
pub(super) fn text(words: &[String]) -> Result<String, Trip> {
    if !words.is_empty() {
        return Ok(words.join(" "));
    }
    let mut text = String::new();
    // More than any server takes, so that a wrong file does not fill the memory.
    io::stdin().lock().take(1 << 20).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Reads a line without showing it.
fn hidden(prompt: &str) -> Result<String, Trip> {
    let mut err = io::stderr().lock();
    // Before the prompt: what is typed as soon as it stands there is not shown, and its Enter is one.
    enable_raw_mode()?;
    let typed = write!(err, "{prompt}").and_then(|()| err.flush()).map_err(Trip::from).and_then(|()| typed_line());
    disable_raw_mode()?;
    writeln!(err)?;
    typed
}

fn typed_line() -> Result<String, Trip> {
    let mut line = LineEditor::default();
    loop {
        match read()? {
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(key) => match key.code {
                KeyCode::Enter => return Ok(line.take()),
                // An Enter from before the terminal was asked not to translate it.
                KeyCode::Char('j') if key.modifiers.contains(KeyModifiers::CONTROL) => return Ok(line.take()),
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    return Err(Trip::System(io::Error::from(io::ErrorKind::Interrupted).to_string()));
                }
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => drop(line.take()),
                KeyCode::Char(c) => line.insert(c.encode_utf8(&mut [0; 4])),
                KeyCode::Backspace => line.backspace(),
                _ => {}
            },
            Event::Paste(text) => line.insert(&text),
            _ => {}
        }
    }
}
