//! Tools that cargo builds: pinned, with their own lock files, into our folder.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{folder, is_stamped, write_stamp};
use crate::shell;

#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

const NEXTEST: Pinned = Pinned { name: "cargo-nextest", version: "0.9.143" };
/// The first version that knows all that `.config/nextest.toml` says; a machine may bring any newer one.
const NEXTEST_AT_LEAST: Version = Version(0, 9, 100);

pub(super) fn nextest() -> Result<()> {
    let installed = shell::probe("cargo-nextest", &["--version"]);
    if installed.as_deref().and_then(version_of).is_some_and(|version| version >= NEXTEST_AT_LEAST) {
        return Ok(());
    }
    ensure(&NEXTEST)
}

/// Accepts the pinned version only, from our folder only.
pub(super) fn ensure(tool: &Pinned) -> Result<()> {
    let folder = folder();
    let binary = folder.join("bin").join(tool.name);
    if is_stamped(&folder, tool.name, tool.version) && binary.is_file() {
        return Ok(());
    }
    if !is_version(&binary, tool) {
        install(tool, &folder)?;
        if !is_version(&binary, tool) {
            bail!("{} was installed, but {} does not run as version {}", tool.name, binary.display(), tool.version);
        }
    }
    write_stamp(&folder, tool.name, tool.version)
}

fn install(tool: &Pinned, folder: &Path) -> Result<()> {
    println!("    {} {} is built once, into {}; this takes minutes", tool.name, tool.version, folder.display());
    let folder = folder.to_str().context("the tool folder's name is not UTF-8")?;
    let args = ["install", "--locked", "--quiet", "--force", "--root", folder, "--version", tool.version, tool.name];
    shell::exec(shell::cargo(&args)).with_context(|| format!("{} {} was not installed", tool.name, tool.version))
}

fn is_version(binary: &Path, tool: &Pinned) -> bool {
    // cargo-machete prints its bare version, the others put their name before it.
    shell::probe(binary, &["--version"])
        .and_then(|output| version_of(&output))
        .is_some_and(|found| Some(found) == version_of(tool.version))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u64, u64, u64);

/// The first word of the form `1.2.3`.
fn version_of(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let mut parts = word.split('.').map(|part| part.parse::<u64>().ok());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => Some(Version(major, minor, patch)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_tools_print() {
        assert_eq!(version_of("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)"), Some(Version(0, 9, 143)));
        assert_eq!(version_of("0.9.2"), Some(Version(0, 9, 2)));
        assert_eq!(version_of("error: unknown option"), None);
        assert!(Version(0, 9, 99) < NEXTEST_AT_LEAST && Version(0, 10, 0) > NEXTEST_AT_LEAST);
    }

    #[test]
    fn a_missing_binary_is_not_the_pinned_version() {
        assert!(!is_version(Path::new("/nonexistent/cargo-deny"), &NEXTEST));
    }
}
