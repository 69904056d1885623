//! The spell checker. It comes as a ready binary from PyPI, which is quicker than building it.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Pinned, system};
use crate::shell;

/// With the system's pip, else in a virtual environment of its own, for which Debian wants another package.
pub(super) fn install(tool: &Pinned, home: &Path) -> Result<()> {
    if shell::probe("python3", &["-m", "pip", "--version"]).is_some() {
        return pip("python3", tool, &["--upgrade", "--target", utf8(home)?]);
    }
    in_environment(tool, home).or_else(|_| {
        system::packages(&["python3-venv"], "Python with venv, which installs the spell checker,")?;
        in_environment(tool, home)
    })
}

fn in_environment(tool: &Pinned, home: &Path) -> Result<()> {
    shell::exec(shell::command("python3", &["-m", "venv", "--clear", utf8(home)?]))?;
    pip(utf8(&home.join("bin/python3"))?, tool, &[])
}

fn pip(python: &str, tool: &Pinned, options: &[&str]) -> Result<()> {
    let requirement = format!("{}=={}", tool.name, tool.version);
    let mut args = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    args.extend(options);
    args.push(&requirement);
    let mut command = shell::command(python, &args);
    command.env("PIP_ROOT_USER_ACTION", "ignore");
    shell::exec(command)
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("the tool folder's name is not UTF-8")
}
