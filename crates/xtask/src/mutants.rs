//! Proves that the simulation can fail: seeds known bugs into a copy of the source and demands that tests catch each.
//!
//! A mutant is a file in `tests/mutants`: where, what is replaced by what, and which test has to notice. One that no
//! longer applies is an error, so the collection cannot rot unseen.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::shell;
use crate::steps::Outcome;

/// What nextest exits with when it ran tests and some failed.
const TESTS_FAILED: i32 = 100;

/// Storms in which a bug has to show itself.
const SEEDS: &str = "12";

/// One seeded bug.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    /// What the bug is, in a sentence.
    bug: String,
    /// The file, from the workspace root.
    file: String,
    /// Text that occurs in it exactly once.
    find: String,
    /// What stands there instead.
    replace: String,
    /// The test file in `crates/testkit/tests` that has to notice, without its extension.
    test: String,
    /// The tests in it that are run: a part of their names.
    only: String,
}

pub(crate) fn run() -> Result<Outcome> {
    let mutants = load(&shell::root().join("tests/mutants"))?;
    if mutants.is_empty() {
        return Ok(Outcome::Skipped("there are none in tests/mutants".to_owned()));
    }
    let copy = copy_of_the_source()?;
    let mut survivors = Vec::new();
    for (name, mutant) in &mutants {
        println!("    mutant {name}: {}", mutant.bug);
        let path = copy.path().join(&mutant.file);
        let original = fs::read_to_string(&path).with_context(|| format!("mutant {name}: {}", mutant.file))?;
        fs::write(&path, mutated(name, &original, mutant)?)?;
        let caught = is_caught(copy.path(), mutant).with_context(|| format!("mutant {name}"))?;
        fs::write(&path, original)?;
        println!("      {}", if caught { "caught" } else { "SURVIVED" });
        if !caught {
            survivors.push(name.clone());
        }
    }
    ensure!(survivors.is_empty(), "no test noticed: {}", survivors.join(", "));
    Ok(Outcome::Passed)
}

fn load(folder: &Path) -> Result<Vec<(String, Mutant)>> {
    let mut mutants = Vec::new();
    let Ok(files) = fs::read_dir(folder) else { return Ok(mutants) };
    for file in files {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path)?;
            mutants.push((name, toml::from_str(&text).with_context(|| path.display().to_string())?));
        }
    }
    mutants.sort_by(|(one, _), (next, _)| one.cmp(next));
    Ok(mutants)
}

fn mutated(name: &str, original: &str, mutant: &Mutant) -> Result<String> {
    match original.matches(&mutant.find).count() {
        1 => Ok(original.replacen(&mutant.find, &mutant.replace, 1)),
        count => bail!("mutant {name}: its text occurs {count} times in {}; bring it up to date", mutant.file),
    }
}

/// Whether a test fails. That it does not compile, or that there is none, is no proof of anything.
fn is_caught(tree: &Path, mutant: &Mutant) -> Result<bool> {
    let mut command = shell::cargo(&["nextest", "run", "--workspace", "--profile", "quick", "--ignore-default-filter"]);
    // One failure is enough.
    command.args(["--max-fail", "1:immediate", "--test", &mutant.test, &mutant.only]).current_dir(tree);
    // One after another, most of what is built is the same: where CI wants none of it, this still does.
    command.env("CARGO_INCREMENTAL", "1");
    // Dependencies are the same as ours, so their builds are shared. Cargo would take the copy's crates for our own as well,
    // and ours would be tested with a mutant's code in them, if they were not built by another profile.
    command.env("CARGO_TARGET_DIR", target_dir()).env("CARGO_PROFILE_DEV_DEBUG", "0").env("BESEDA_SEEDS", SEEDS);
    let output = command.output().context("nextest could not be started")?;
    match output.status.code() {
        Some(0) => Ok(false),
        Some(TESTS_FAILED) => Ok(true),
        _ => bail!("the tests did not run:\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shell::root().join("target"), PathBuf::from)
}

struct Copy(PathBuf);

impl Copy {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The files that git knows, as they are in the work tree. The copy keeps its place between runs, so that what was
/// compiled of it stays good.
fn copy_of_the_source() -> Result<Copy> {
    let place = target_dir().join("mutants");
    let _ = fs::remove_dir_all(&place);
    let listed = shell::capture(shell::command("git", &["ls-files", "-z"]))?;
    for name in String::from_utf8(listed)?.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (shell::root().join(name), place.join(name));
        if from.is_file() {
            fs::create_dir_all(to.parent().context("a file has a folder")?)?;
            fs::copy(&from, &to).with_context(|| name.to_owned())?;
        }
    }
    Ok(Copy(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(find: &str) -> Mutant {
        let [bug, file, replace, test, only] = ["", "", "x", "", ""].map(str::to_owned);
        Mutant { bug, file, find: find.to_owned(), replace, test, only }
    }

    #[test]
    fn a_mutant_applies_exactly_once_or_is_an_error() {
        assert_eq!(mutated("m", "a b c", &mutant("b")).unwrap(), "a x c");
        assert!(mutated("m", "a b b", &mutant("b")).is_err());
        assert!(mutated("m", "a c", &mutant("b")).is_err());
    }

    #[test]
    fn every_committed_mutant_still_applies() {
        for (name, mutant) in load(&shell::root().join("tests/mutants")).unwrap() {
            let file = fs::read_to_string(shell::root().join(&mutant.file)).unwrap();
            mutated(&name, &file, &mutant).unwrap();
        }
    }
}
