//! The spell checker. It comes as a ready binary from PyPI, which is quicker than building it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::{folder, is_stamped, system, write_stamp};
use crate::shell;

const NAME: &str = "typos";
const VERSION: &str = "1.52.0";

/// The installed binary, if the pinned version was installed.
pub(crate) fn binary() -> Option<PathBuf> {
    let folder = folder();
    let binary = home(&folder).join("bin").join(NAME);
    (is_stamped(&folder, NAME, VERSION) && binary.is_file()).then_some(binary)
}

pub(super) fn ensure() -> Result<()> {
    if binary().is_some() {
        return Ok(());
    }
    let folder = folder();
    let home = home(&folder);
    install(&home).with_context(|| format!("{NAME} {VERSION} was not installed from PyPI"))?;
    let printed = shell::probe(home.join("bin").join(NAME), &["--version"]).unwrap_or_default();
    if !printed.contains(VERSION) {
        return Err(anyhow!("{NAME} was installed, but does not run as version {VERSION}"));
    }
    write_stamp(&folder, NAME, VERSION)
}

fn home(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}-{VERSION}"))
}

/// With the system's pip, else in a virtual environment of its own, for which Debian wants another package.
fn install(home: &Path) -> Result<()> {
    if shell::probe("python3", &["-m", "pip", "--version"]).is_some() {
        return with_pip(home);
    }
    in_environment(home).or_else(|_| {
        system::package("python3-venv", "Python with venv, which installs the spell checker,")?;
        in_environment(home)
    })
}

fn with_pip(home: &Path) -> Result<()> {
    let home = utf8(home)?;
    pip("python3", &["--upgrade", "--target", home])
}

fn in_environment(home: &Path) -> Result<()> {
    shell::exec(shell::command("python3", &["-m", "venv", "--clear", utf8(home)?]))?;
    pip(utf8(&home.join("bin/python3"))?, &[])
}

fn pip(python: &str, options: &[&str]) -> Result<()> {
    let requirement = format!("{NAME}=={VERSION}");
    let mut args = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    args.extend(options);
    args.push(&requirement);
    shell::exec(shell::command(python, &args))
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("the tool folder's name is not UTF-8")
}
