//! Starts processes in the workspace root.

use std::collections::VecDeque;
use std::env;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::tools;

/// The workspace root. `cargo run` names the manifest's folder; a copied binary falls back to where it was built.
pub(crate) fn root() -> PathBuf {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.ancestors().nth(2).map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// A command in the workspace root that can't ask anything: its standard input is closed.
pub(crate) fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_this_package) {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo, with the tools of our folder as its subcommands.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut cargo = command("cargo", args);
    cargo.env("PATH", tools::path_variable());
    cargo
}

/// `cargo run` tells a program which package it was built from. Handed on to an inner cargo, these variables make build
/// scripts that watch them run again, and with them everything that depends on them.
fn describes_this_package(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || ["CARGO_CRATE_NAME", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&name)
}

/// A program that talks to the person: it keeps our standard input.
pub(crate) fn interactive(program: &Path, args: &[String]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// Becomes the program, so that it gets Ctrl-C and every other signal itself.
#[cfg(unix)]
pub(crate) fn replace_with(mut command: Command) -> Result<()> {
    let line = display(&command);
    Err(std::os::unix::process::CommandExt::exec(&mut command))
        .with_context(|| format!("`{line}` could not be started"))
}

#[cfg(not(unix))]
pub(crate) fn replace_with(command: Command) -> Result<()> {
    exec(command)
}

/// Runs with the output shown; anything but success is an error that holds the command line. Where nobody watches, as in
/// CI, it holds the end of the output, too: the place where it was shown may be thousands of lines further up.
pub(crate) fn exec(mut command: Command) -> Result<()> {
    let line = display(&command);
    println!("    $ {line}");
    let (status, end) = if io::stdout().is_terminal() {
        (command.status().with_context(|| format!("`{line}` could not be started"))?, String::new())
    } else {
        watched(command).with_context(|| format!("`{line}` could not be started"))?
    };
    if !status.success() {
        bail!("`{line}` ended with {status}{end}");
    }
    Ok(())
}

/// How many lines of a failed command's output are repeated.
const REPEATED: usize = 60;

/// Shows the output while it comes, and returns the end of it.
fn watched(mut command: Command) -> Result<(ExitStatus, String)> {
    let (reader, writer) = io::pipe()?;
    let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // It holds the other end of the pipe, which would never close.
    drop(command);
    let mut end = VecDeque::new();
    for bytes in BufReader::new(reader).split(b'\n') {
        let text = String::from_utf8_lossy(&bytes?).into_owned();
        println!("{text}");
        if end.len() == REPEATED {
            end.pop_front();
        }
        end.push_back(text);
    }
    let end = end.into_iter().map(|text| format!("\n        {text}")).collect();
    Ok((child.wait()?, end))
}

/// Runs and returns the standard output; the error output is shown.
pub(crate) fn capture(mut command: Command) -> Result<Vec<u8>> {
    let line = display(&command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    Ok(output.stdout)
}

/// The standard output of a probe, or `None` if it can't be started or fails. Shows nothing.
pub(crate) fn probe(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(root()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn display(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        assert!(root().join("Cargo.toml").is_file());
        assert!(root().join("crates/xtask").is_dir());
    }

    #[test]
    fn a_failing_command_is_named() {
        let error = exec(command("sh", &["-c", "exit 3"])).unwrap_err().to_string();
        assert!(error.contains("sh -c exit 3") && error.contains('3'), "{error}");
        let error = exec(command("beseda-no-such-program", &[])).unwrap_err().to_string();
        assert!(error.contains("beseda-no-such-program"), "{error}");
    }

    #[test]
    fn the_end_of_what_was_said_is_kept() {
        let talk = format!("seq {}; echo wrong >&2; exit 3", REPEATED + 10);
        let (status, end) = watched(command("sh", &["-c", &talk])).unwrap();
        assert_eq!(status.code(), Some(3));
        let lines: Vec<&str> = end.split_whitespace().collect();
        assert_eq!((lines.len(), lines.first(), lines.last()), (REPEATED, Some(&"12"), Some(&"wrong")));
    }

    #[test]
    fn inner_builds_do_not_learn_which_package_started_them() {
        assert!(describes_this_package("CARGO_PKG_NAME"));
        assert!(describes_this_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_this_package("CARGO_TARGET_DIR"));
        assert!(!describes_this_package("CARGO_BUILD_JOBS"));
    }
}
