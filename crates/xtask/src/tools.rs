//! What the tests need beside cargo: found if it is there, installed if it can be, asked for in one sentence if not.
//!
//! Tools are pinned and live in one folder, `$BESEDA_TOOLS` or `~/.cache/beseda/tools`, which CI may cache. A stamp per
//! tool and version says that it was installed whole, so that a second run asks nobody.

mod from_source;
mod system;
mod typos;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

pub(crate) use typos::binary as typos_binary;

const MACHETE: from_source::Pinned = from_source::Pinned { name: "cargo-machete", version: "0.9.2" };
const DENY: from_source::Pinned = from_source::Pinned { name: "cargo-deny", version: "0.20.2" };

/// What the quick loop can't do without.
pub(crate) fn ensure_quick() -> Result<()> {
    all(&[system::compilers, system::wasm_target, from_source::nextest])
}

/// What the full run needs. Every tool is tried, so that one run names all that is missing.
pub(crate) fn ensure_all() -> Result<()> {
    all(&[
        system::compilers,
        system::components,
        system::wasm_target,
        from_source::nextest,
        || from_source::ensure(&DENY),
        || from_source::ensure(&MACHETE),
        typos::ensure,
    ])
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
    let folders = std::iter::once(folder().join("bin")).chain(env::split_paths(&inherited));
    env::join_paths(folders).unwrap_or(inherited)
}

/// Whether `name` at `version` was installed whole into `folder`.
fn is_stamped(folder: &Path, name: &str, version: &str) -> bool {
    stamp(folder, name, version).is_file()
}

fn write_stamp(folder: &Path, name: &str, version: &str) -> Result<()> {
    let stamp = stamp(folder, name, version);
    let parent = stamp.parent().context("a stamp lies in a folder")?;
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(&stamp, version))
        .with_context(|| format!("{} can't be written", stamp.display()))
}

fn stamp(folder: &Path, name: &str, version: &str) -> PathBuf {
    folder.join("stamps").join(format!("{name}-{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_for_one_version_only() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_stamped(folder.path(), "cargo-deny", "0.20.2"));
        write_stamp(folder.path(), "cargo-deny", "0.20.2").unwrap();
        assert!(is_stamped(folder.path(), "cargo-deny", "0.20.2"));
        assert!(!is_stamped(folder.path(), "cargo-deny", "0.20.3"));
        assert!(!is_stamped(folder.path(), "cargo-machete", "0.20.2"));
    }

    #[test]
    fn every_missing_tool_is_named() {
        let error =
            all(&[|| Err(anyhow!("no clang")), || Ok(()), || Err(anyhow!("no typos"))]).unwrap_err().to_string();
        assert!(error.contains("no clang") && error.contains("no typos"), "{error}");
    }
}
