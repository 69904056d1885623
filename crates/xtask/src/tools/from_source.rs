//! Tools that cargo builds, with their own lock files.

use std::path::Path;

use anyhow::{Context, Result};

use super::Pinned;
use crate::shell;

pub(super) fn install(tool: &Pinned, home: &Path) -> Result<()> {
    let home = home.to_str().context("the tool folder's name is not UTF-8")?;
    let args = ["install", "--locked", "--quiet", "--force", "--root", home, "--version", tool.version, tool.name];
    let mut command = shell::cargo(&args);
    // Each runs for seconds, and with the optimisation that it chooses for itself it is built for minutes.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    shell::exec(command)
}

/// Whether what `cargo-nextest --version` prints is a version that we can use.
pub(super) fn is_recent_nextest(printed: &str) -> bool {
    version_of(printed).is_some_and(|version| version >= Version(0, 9, 100))
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
    fn nextest_may_be_newer_but_not_older() {
        assert!(is_recent_nextest("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143"));
        assert!(is_recent_nextest("cargo-nextest 0.9.100"));
        assert!(is_recent_nextest("cargo-nextest 0.10.0"));
        assert!(!is_recent_nextest("cargo-nextest 0.9.99"));
        assert!(!is_recent_nextest("error: no such command"));
    }
}
