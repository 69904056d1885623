//! What the tests need beside cargo: found if it is there, installed if it can be, asked for in one sentence if not.
//!
//! Pinned tools live in one folder, `$BESEDA_TOOLS` or `~/.cache/beseda/tools`, which CI may cache. Each tool and version
//! has a home of its own there, so that checkouts with other pins do not take turns installing; a stamp in it says that
//! it was installed whole, so that a second run asks nobody.

mod from_source;
mod system;
mod typos;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::shell;

const DENY: Pinned = Pinned { name: "cargo-deny", version: "0.20.2" };
const MACHETE: Pinned = Pinned { name: "cargo-machete", version: "0.9.2" };
const NEXTEST: Pinned = Pinned { name: "cargo-nextest", version: "0.9.143" };
const TYPOS: Pinned = Pinned { name: "typos", version: "1.52.0" };

/// A tool of which one version only is accepted.
#[derive(Debug)]
struct Pinned {
    name: &'static str,
    version: &'static str,
}

impl Pinned {
    fn home(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}-{}", self.name, self.version))
    }

    fn binary(&self, folder: &Path) -> PathBuf {
        self.home(folder).join("bin").join(self.name)
    }

    fn stamp(&self, folder: &Path) -> PathBuf {
        self.home(folder).join("complete")
    }

    fn is_installed(&self, folder: &Path) -> bool {
        self.stamp(folder).is_file() && self.binary(folder).is_file()
    }

    /// Installs with `install`, which is given the tool's home, unless the tool is there; believes nothing that does not
    /// say the pinned version.
    fn ensure(&self, folder: &Path, install: impl FnOnce(&Self, &Path) -> Result<()>) -> Result<()> {
        if self.is_installed(folder) {
            return Ok(());
        }
        let Self { name, version } = self;
        if !self.runs(folder) {
            let home = self.home(folder);
            println!("    {name} {version} is installed once, into {}; this may take minutes", home.display());
            install(self, &home).with_context(|| format!("{name} {version} was not installed"))?;
            if !self.runs(folder) {
                bail!("{name} was installed into {}, but does not run as version {version}", home.display());
            }
        }
        let stamp = self.stamp(folder);
        fs::write(&stamp, version).with_context(|| format!("{} can't be written", stamp.display()))
    }

    fn runs(&self, folder: &Path) -> bool {
        let printed = shell::probe(self.binary(folder), &["--version"]);
        printed.is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}

/// The spell checker, if it is installed.
pub(crate) fn typos_binary() -> Option<PathBuf> {
    let folder = folder();
    TYPOS.is_installed(&folder).then(|| TYPOS.binary(&folder))
}

/// What the quick loop can't do without.
pub(crate) fn ensure_quick() -> Result<()> {
    all(&[system::compilers, system::wasm_target, nextest])
}

/// What building the web app needs beside cargo.
pub(crate) fn ensure_web() -> Result<()> {
    all(&[system::compilers, system::wasm_target, system::node])
}

/// What the full run needs. Every tool is tried, so that one run names all that is missing.
pub(crate) fn ensure_all() -> Result<()> {
    all(&[
        system::compilers,
        system::components,
        system::wasm_target,
        system::certutil,
        system::chromium,
        system::node,
        nextest,
        || DENY.ensure(&folder(), from_source::install),
        || MACHETE.ensure(&folder(), from_source::install),
        || TYPOS.ensure(&folder(), typos::install),
    ])
}

/// Any machine may bring its own nextest, if it knows all that `.config/nextest.toml` says.
fn nextest() -> Result<()> {
    let found = shell::probe("cargo-nextest", &["--version"]);
    if found.as_deref().is_some_and(from_source::is_recent_nextest) {
        return Ok(());
    }
    NEXTEST.ensure(&folder(), from_source::install)
}

fn all(tools: &[fn() -> Result<()>]) -> Result<()> {
    let failures: Vec<String> =
        tools.iter().filter_map(|ensure| ensure().err()).map(|error| format!("{error:#}")).collect();
    if failures.is_empty() { Ok(()) } else { Err(anyhow!(failures.join("\n    "))) }
}

/// The folder that holds our tools. It need not exist.
pub(crate) fn folder() -> PathBuf {
    if let Some(folder) = env::var_os("BESEDA_TOOLS").filter(|value| !value.is_empty()) {
        return PathBuf::from(folder);
    }
    let cache = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()).map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_else(|| OsString::from("."))).join(".cache"),
        PathBuf::from,
    );
    cache.join("beseda/tools")
}

/// `PATH` with our tools first.
pub(crate) fn path_variable() -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let folder = folder();
    let ours = [DENY, MACHETE, NEXTEST].map(|tool| tool.home(&folder).join("bin"));
    env::join_paths(ours.into_iter().chain(env::split_paths(&inherited))).unwrap_or(inherited)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: Pinned = Pinned { name: "tool", version: "1.2.3" };

    /// Installs a program that says it is `version`.
    #[cfg(unix)]
    fn install_script(home: &Path, version: &str) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;

        fs::create_dir_all(home.join("bin"))?;
        let binary = home.join("bin/tool");
        fs::write(&binary, format!("#!/bin/sh\necho tool {version}\n"))?;
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755))?;
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_tool_is_installed_once() {
        let folder = tempfile::tempdir().unwrap();
        TOOL.ensure(folder.path(), |_, home| install_script(home, "1.2.3")).unwrap();
        assert!(TOOL.is_installed(folder.path()));
        TOOL.ensure(folder.path(), |_, _| Err(anyhow!("a second time"))).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn another_version_is_not_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let error = TOOL.ensure(folder.path(), |_, home| install_script(home, "1.2.4")).unwrap_err().to_string();
        assert!(error.contains("does not run as version 1.2.3"), "{error}");
        assert!(!TOOL.is_installed(folder.path()));
    }

    #[test]
    fn a_failed_install_names_the_tool() {
        let folder = tempfile::tempdir().unwrap();
        let error = TOOL.ensure(folder.path(), |_, _| Err(anyhow!("no network"))).unwrap_err();
        assert_eq!(format!("{error:#}"), "tool 1.2.3 was not installed: no network");
        assert!(!TOOL.is_installed(folder.path()));
    }

    #[test]
    fn every_missing_tool_is_named() {
        let error =
            all(&[|| Err(anyhow!("no clang")), || Ok(()), || Err(anyhow!("no typos"))]).unwrap_err().to_string();
        assert!(error.contains("no clang") && error.contains("no typos"), "{error}");
    }
}
