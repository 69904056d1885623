//! Somebody at a terminal: the program in a pseudo-terminal, and what stands on its screen.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::story::Word;

const ROWS: NonZero<u16> = NonZero::new(24).expect("it is not zero");
const COLUMNS: NonZero<u16> = NonZero::new(80).expect("it is not zero");

/// What stands on a screen, and whether its program has ended.
type Screen = (String, bool);

#[derive(Debug, Default)]
struct Seen {
    screen: Mutex<Screen>,
    changed: Condvar,
}

impl Seen {
    fn now(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a text, or for the end of the program: answers what stands there then.
    fn wait_for(&self, wanted: Option<&str>) -> String {
        let shows = |text: &str| wanted.is_some_and(|wanted| text.contains(wanted));
        let still_waits = |(text, ended): &mut Screen| !shows(text) && !*ended;
        self.changed.wait_while(self.now(), still_waits).unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

/// A person, and the programs that they start one after the other.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    folder: PathBuf,
    child: Child,
    keyboard: ChildStdin,
    seen: Arc<Seen>,
    /// What is to be started when the present program has ended.
    then: VecDeque<String>,
}

impl Person {
    /// Starts a command as it stands.
    pub(crate) fn sit_down(name: &str, folder: &Path, command: &str) -> Self {
        let (child, keyboard, seen) = start(folder, command);
        Self { name: name.to_owned(), folder: folder.to_owned(), child, keyboard, seen, then: VecDeque::new() }
    }

    /// Starts a command when those before have ended.
    pub(crate) fn then(&mut self, command: &str) {
        self.then.push_back(command.to_owned());
    }

    /// Types, or waits to see.
    #[expect(clippy::print_stderr, reason = "a story that stands still is shown with where it does")]
    pub(crate) fn act(&mut self, what: &Word) {
        eprintln!("{}: {what:?}", self.name);
        match what {
            Word::Type(text) => {
                self.keyboard.write_all(&keys(text)).expect("the program reads its keyboard");
                self.keyboard.flush().expect("the program reads its keyboard");
            }
            Word::See(text) => self.see(text),
        }
    }

    /// Waits until the text stands on the screen, of this program or of the next one.
    fn see(&mut self, wanted: &str) {
        loop {
            let screen = self.seen.wait_for(Some(wanted));
            if screen.contains(wanted) {
                return;
            }
            assert!(self.next(&screen), "{} waits for “{wanted}”, but nothing runs:\n{screen}", self.name);
        }
    }

    /// Starts the next program when this one has ended well. Answers whether there is one.
    fn next(&mut self, last: &str) -> bool {
        assert!(self.child.wait().expect("it has ended").success(), "{}:\n{last}", self.name);
        let Some(command) = self.then.pop_front() else { return false };
        (self.child, self.keyboard, self.seen) = start(&self.folder, &command);
        true
    }

    /// Lets the present program end, then those that follow; answers what the last one shows.
    pub(crate) fn leave(mut self) -> String {
        loop {
            let last = self.seen.wait_for(None);
            if !self.next(&last) {
                return last;
            }
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `script` gives the command a terminal of its own.
fn start(folder: &Path, command: &str) -> (Child, ChildStdin, Arc<Seen>) {
    let mut child = Command::new("script")
        .args(["-qefc", &format!("stty rows {ROWS} cols {COLUMNS}; exec {command}"), "/dev/null"])
        .current_dir(folder)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("SHELL", "/bin/sh")])
        // This terminal does not say what it can do.
        .env("BESEDA_PICTURES", "blocks")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` is part of every Linux system (util-linux)");
    let keyboard = child.stdin.take().expect("its input is written here");
    let mut output = child.stdout.take().expect("its output is read here");
    let seen = Arc::new(Seen::default());
    let shown = Arc::clone(&seen);
    std::thread::spawn(move || {
        let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        let mut bytes = [0; 4096];
        loop {
            let read = output.read(&mut bytes).unwrap_or(0);
            screen.process(&bytes[..read]);
            *shown.now() = (screen.screen().contents(), read == 0);
            shown.changed.notify_all();
            if read == 0 {
                return;
            }
        }
    });
    (child, keyboard, seen)
}

/// The bytes that a terminal sends for a key, or for a text.
fn keys(text: &str) -> Vec<u8> {
    match text {
        "Enter" => b"\r".to_vec(),
        "Esc" => b"\x1b".to_vec(),
        "Tab" => b"\t".to_vec(),
        _ => match text.strip_prefix("Ctrl+").map(str::as_bytes) {
            Some([letter]) => vec![letter & 0x1f],
            _ => text.as_bytes().to_vec(),
        },
    }
}
