//! A person at a terminal: the program on a profile of its own.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use beseda_testkit::served::Served;
use serde_json::Value;

use crate::documentation;

/// A profile and how the program is called on it.
#[derive(Debug)]
pub(crate) struct Terminal {
    home: tempfile::TempDir,
    environment: Vec<(String, OsString)>,
}

impl Terminal {
    /// An empty profile.
    pub(crate) fn new(server: &Served) -> Self {
        let environment = vec![("BESEDA_SERVER".to_owned(), server.url().into())];
        Self { home: beseda_testkit::memory_folder(), environment }
    }

    /// A profile with a new account.
    pub(crate) fn signed_up(server: &Served, username: &str) -> Self {
        let terminal = Self::new(server);
        let made = terminal.done(&["sign-up", "--username", username]);
        assert_eq!(made[0]["phrase"].as_str().expect("a phrase is shown").split(' ').count(), 24);
        terminal
    }

    /// The same with an environment variable more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// What a command that must succeed prints for people.
    pub(crate) fn printed(&self, args: &[&str]) -> String {
        let output = self.bare_command(args).output().expect("the program runs");
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    fn command(&self, args: &[&str]) -> Command {
        self.bare_command(&[&["--json"], args].concat())
    }

    fn bare_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beseda-cli"));
        let kept = ["PATH", "SystemRoot"].map(|name| (name, std::env::var_os(name)));
        command.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.arg("--home").arg(self.home()).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    fn run(&self, args: &[&str]) -> (i32, Vec<Value>) {
        let output = self.command(args).output().expect("the program runs");
        let lines = String::from_utf8(output.stdout).expect("it prints UTF-8");
        let lines = lines.lines().map(documented).collect();
        (output.status.code().expect("nobody kills it"), lines)
    }

    /// The profile's folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.home.path().join("profile")
    }

    /// Runs a command that must succeed; answers what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> Vec<Value> {
        let (code, lines) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {lines:#?}");
        lines
    }

    /// Runs a command that must fail; answers its exit code and its error.
    pub(crate) fn refused(&self, args: &[&str]) -> (i32, Value) {
        let (code, mut lines) = self.run(args);
        assert_ne!(code, 0, "{args:?}: {lines:#?}");
        let error = lines.pop().expect("a failure is told");
        assert_eq!((&error["type"], &error["exit"]), (&"error".into(), &code.into()));
        (code, error)
    }

    /// Begins a command that goes on for a while.
    pub(crate) fn begin(&self, args: &[&str]) -> Going {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().expect("the program runs");
        let lines = BufReader::new(child.stdout.take().expect("its output is read here"));
        Going { child, lines }
    }
}

/// A line of output, which is an object as `docs/cli.md` describes it.
fn documented(line: &str) -> Value {
    let object = serde_json::from_str(line).expect("each line is an object");
    documentation::check(&object);
    object
}

/// A command under way. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Going {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Going {
    /// Reads until a line suits.
    pub(crate) fn until(mut self, suits: impl Fn(&Value) -> bool) -> (Value, Self) {
        loop {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).expect("it prints UTF-8"), 0, "it ended before the line came");
            let line = documented(&line);
            if suits(&line) {
                return (line, self);
            }
        }
    }

    /// Types an answer, and waits for a good end.
    pub(crate) fn answer(mut self, text: &str) {
        writeln!(self.child.stdin.take().expect("it is asked once"), "{text}").expect("it reads the answer");
        assert_eq!(self.end(), 0);
    }

    /// Waits for the end; answers the exit code.
    pub(crate) fn end(mut self) -> i32 {
        self.child.wait().expect("it ends").code().expect("nobody kills it")
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
