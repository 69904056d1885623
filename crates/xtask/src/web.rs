//! Builds the web app: the engine as wasm, the JavaScript around it, and the pages. What is up to date is left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::binaries::Profile;
use crate::{shell, tools};

const TARGET: &str = "wasm32-unknown-unknown";

/// What the pages are made from, under `web/`.
const SOURCES: &[&str] =
    &["src", "public", "build", "index.html", "package-lock.json", "svelte.config.js", "vite.config.ts"];

/// Builds into `web/dist`.
pub(crate) fn build(profile: Profile) -> Result<()> {
    tools::ensure_web()?;
    engine(profile)?;
    packages()?;
    pages()
}

/// The engine, and the JavaScript around it, in `web/src/engine/wasm`.
fn engine(profile: Profile) -> Result<()> {
    let (name, folder) = match profile {
        Profile::Dev => ("wasm-dev", "wasm-dev"),
        Profile::Release => ("wasm", "wasm"),
    };
    // The library is an ordinary one natively, so that building the workspace links nothing of it.
    let package = ["rustc", "--package", "beseda-engine-wasm", "--lib", "--crate-type", "cdylib"];
    let mut args = package.to_vec();
    args.extend(["--target", TARGET, "--profile", name]);
    shell::exec(shell::cargo(&args))?;
    let built = target()?.join(TARGET).join(folder).join("beseda_engine_wasm.wasm");
    let output = shell::root().join("web/src/engine/wasm");
    let stamp = output.join("made-from");
    let made_from = format!("{name} {}", modified(&built)?);
    if fs::read_to_string(&stamp).is_ok_and(|known| known == made_from) {
        return Ok(());
    }
    bindgen(&built, &output)?;
    fs::write(&stamp, made_from).with_context(|| format!("{} can't be written", stamp.display()))
}

fn bindgen(built: &Path, output: &Path) -> Result<()> {
    let target = target()?.join("tools");
    let (target, built, output) = (text(&target)?, text(built)?, text(output)?);
    let manifest = ["run", "--quiet", "--locked", "--release", "--manifest-path", "tools/bindgen/Cargo.toml"];
    let mut args = manifest.to_vec();
    args.extend(["--target-dir", target, "--", built, output]);
    shell::exec(shell::cargo(&args))
}

/// What npm installs, if it is not what the lock file says.
fn packages() -> Result<()> {
    let web = shell::root().join("web");
    let installed = web.join("node_modules/.package-lock.json");
    if installed.is_file() && modified(&installed)? >= modified(&web.join("package-lock.json"))? {
        return Ok(());
    }
    shell::exec(npm(&["ci", "--no-audit", "--no-fund"]))
}

fn pages() -> Result<()> {
    let web = shell::root().join("web");
    let built = modified(&web.join("dist/index.html")).unwrap_or_default();
    let mut newest = 0;
    for source in SOURCES.iter().map(|source| web.join(source)).filter(|source| source.exists()) {
        newest = newest.max(newest_in(&source)?);
    }
    if built > newest {
        return Ok(());
    }
    shell::exec(npm(&["run", "--silent", "build"]))
}

/// npm, in `web/`.
pub(crate) fn npm(args: &[&str]) -> Command {
    let mut command = shell::command("npm", args);
    command.current_dir(shell::root().join("web")).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

/// When the newest file in it was changed; of a folder, when something in it was added or removed, too.
fn newest_in(path: &Path) -> Result<u64> {
    let mut newest = modified(path)?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(newest_in(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// Milliseconds since 1970.
fn modified(path: &Path) -> Result<u64> {
    let at = fs::metadata(path).and_then(|file| file.modified()).with_context(|| format!("no {}", path.display()))?;
    let since = at.duration_since(SystemTime::UNIX_EPOCH).context("a file from before 1970")?;
    Ok(u64::try_from(since.as_millis())?)
}

fn target() -> Result<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(shell::root()).no_deps().exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("the name of {} is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The version of wasm-bindgen that a manifest pins.
    fn pinned(manifest: &str, table: &[&str], name: &str) -> String {
        let text = fs::read_to_string(shell::root().join(manifest)).unwrap();
        let mut value: toml::Value = toml::from_str(&text).unwrap();
        for key in table {
            value = value.get(*key).unwrap().clone();
        }
        value.get(name).and_then(toml::Value::as_str).unwrap().to_owned()
    }

    #[test]
    fn both_sides_of_the_border_are_of_one_version() {
        let engine = pinned("Cargo.toml", &["workspace", "dependencies"], "wasm-bindgen");
        let tool = pinned("tools/bindgen/Cargo.toml", &["dependencies"], "wasm-bindgen-cli-support");
        assert!(engine.starts_with('='), "{engine} leaves room for another version");
        assert_eq!(engine, tool);
    }

    #[test]
    fn a_change_deep_inside_makes_a_folder_newer() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("c"), "x").unwrap();
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
        fs::File::options().write(true).open(deep.join("c")).unwrap().set_modified(later).unwrap();
        assert_eq!(newest_in(folder.path()).unwrap(), modified(&deep.join("c")).unwrap());
    }
}
