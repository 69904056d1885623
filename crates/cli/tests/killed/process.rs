//! The processes that are killed: this test binary again, with a role in its environment. What they have to tell they
//! say on their standard output, a line each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use beseda_model::ConversationId;

use super::talk::talk;
use super::upload::send_and_die;

const ROLE: &str = "BESEDA_TEST_ROLE";
const DIR: &str = "BESEDA_TEST_DIR";
const WHERE: &str = "BESEDA_TEST_WHERE";
const LIFE: &str = "BESEDA_TEST_LIFE";
/// Stands before what is told; the rest of the output is the test harness's.
const TOLD: &str = "told: ";

/// What a process does.
#[derive(Debug, Clone)]
pub(crate) enum Role {
    /// Serves.
    Server { dir: PathBuf, listen: SocketAddr },
    /// Talks without end in a conversation, on the profile in `dir`.
    Talker { dir: PathBuf, conversation: ConversationId },
    /// Sends a file to a conversation, on the profile in `dir`, and dies on the way.
    Sender { dir: PathBuf, conversation: ConversationId },
}

/// Something that a process told its parent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    /// It is at work.
    Ready,
    /// The engine has accepted this text: it must not be lost any more.
    Accepted(String),
    /// This text of somebody else was shown.
    Shown(String),
}

/// Tells the parent.
pub(crate) fn tell(told: &Told) {
    let mut out = std::io::stdout();
    let said = match told {
        Told::Ready => writeln!(out, "{TOLD}ready"),
        Told::Accepted(text) => writeln!(out, "{TOLD}accepted {text}"),
        Told::Shown(text) => writeln!(out, "{TOLD}shown {text}"),
    };
    said.unwrap();
}

fn heard(line: &str) -> Option<Told> {
    let (_, told) = line.split_once(TOLD)?;
    match told.split_once(' ') {
        None => Some(Told::Ready),
        Some(("accepted", text)) => Some(Told::Accepted(text.to_owned())),
        Some((_, text)) => Some(Told::Shown(text.to_owned())),
    }
}

/// A process at work. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts the `life`th process in a role; what it tells goes to `ears`.
    pub(crate) fn start(role: &Role, life: u32, ears: Sender<Told>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["process::role", "--exact", "--nocapture", "--test-threads=1"]).env(LIFE, life.to_string());
        let (name, dir, place) = match role {
            Role::Server { dir, listen } => ("serve", dir, listen.to_string()),
            Role::Talker { dir, conversation } => ("talk", dir, conversation.to_string()),
            Role::Sender { dir, conversation } => ("send", dir, conversation.to_string()),
        };
        command.env(ROLE, name).env(DIR, dir).env(WHERE, place).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reader = std::thread::spawn(move || {
            for told in lines.map_while(Result::ok).filter_map(|line| heard(&line)) {
                // Nobody listens when the test has failed.
                drop(ears.send(told));
            }
        });
        Self { child, reader: Some(reader) }
    }

    /// Waits until it has died by itself.
    pub(crate) fn ends(mut self) {
        assert!(!self.child.wait().unwrap().success(), "it dies");
    }

    /// SIGKILL, if it has not failed by itself. Everything that it told has been heard afterwards.
    pub(crate) fn kill(&mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None, "it ended by itself");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Not a test of its own: what the processes do.
#[test]
fn role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let of = |name: &str| std::env::var(name).unwrap();
    let dir = of(DIR);
    let dir = Path::new(&dir);
    match role.as_str() {
        "serve" => {
            beseda_testkit::served::serve_for_ever(dir, of(WHERE).parse().unwrap(), || tell(&Told::Ready));
        }
        "talk" => talk(dir, of(WHERE).parse().unwrap(), &of(LIFE)),
        "send" => send_and_die(dir, of(WHERE).parse().unwrap()),
        other => panic!("no such role: {other}"),
    }
}
