//! Looks for inputs that break a promise. It starts from the committed corpora and puts what it finds beside the build,
//! so that a run changes nothing in the repository unless it is told to keep.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Where cargo-fuzz builds and where new inputs are collected.
const WORK: &str = "target/fuzz";

const FOLDER: &str = "tests/fuzz";

/// Longer inputs find nothing that these do not, and are slower.
const MAX_BYTES: &str = "-max_len=4096";

pub(crate) fn run(target: Option<&str>, seconds: u64, keep: bool) -> Result<()> {
    ensure_tools(shell::probe("cargo", &["+nightly", "--version"]), shell::probe("cargo-fuzz", &["--version"]))?;
    for target in chosen(&targets()?, target)? {
        discover(&target, seconds)?;
        if keep {
            merge(&target)?;
        }
    }
    Ok(())
}

fn ensure_tools(nightly: Option<String>, cargo_fuzz: Option<String>) -> Result<()> {
    let mut missing = Vec::new();
    if nightly.is_none() {
        missing.push("the nightly compiler: `rustup toolchain install nightly --profile minimal`");
    }
    if cargo_fuzz.is_none() {
        missing.push("cargo-fuzz: `cargo install cargo-fuzz`");
    }
    if !missing.is_empty() {
        bail!(
            "fuzzing needs {}\n    (`cargo xtask test` runs the committed inputs without them)",
            missing.join("\n    and ")
        );
    }
    Ok(())
}

/// The targets' names, sorted.
fn targets() -> Result<Vec<String>> {
    let folder = shell::root().join(FOLDER).join("fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{} can't be listed", folder.display()))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn chosen(all: &[String], wanted: Option<&str>) -> Result<Vec<String>> {
    match wanted {
        None => Ok(all.to_vec()),
        Some(name) if all.iter().any(|target| target == name) => Ok(vec![name.to_owned()]),
        Some(name) => bail!("there is no target {name}; there are {}", all.join(", ")),
    }
}

fn discover(target: &str, seconds: u64) -> Result<()> {
    let found = format!("{WORK}/corpus/{target}");
    let folder = shell::root().join(&found);
    fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let time = format!("-max_total_time={seconds}");
    let limits = ["-rss_limit_mb=2048", "-timeout=10", MAX_BYTES, "-print_final_stats=1"];
    fuzz(target, &[&found, &committed(target)], &[&[time.as_str()], &limits[..]].concat()).with_context(|| {
        format!(
            "{target} found an input, in {FOLDER}/artifacts/{target}: mend it, then add the input to {}",
            committed(target)
        )
    })
}

/// Adds what reaches new code to the committed corpus. Nothing is removed: what is there may be the proof of a mend.
fn merge(target: &str) -> Result<()> {
    fuzz(
        target,
        &[&committed(target), &format!("{WORK}/corpus/{target}")],
        &["-set_cover_merge=1", "-use_counters=0", MAX_BYTES],
    )
}

fn committed(target: &str) -> String {
    format!("{FOLDER}/corpus/{target}")
}

fn fuzz(target: &str, corpora: &[&str], flags: &[&str]) -> Result<()> {
    let mut args = vec!["+nightly", "fuzz", "run", "--fuzz-dir", FOLDER, "--target-dir", WORK, target];
    args.extend(corpora);
    args.push("--");
    args.extend(flags);
    shell::exec(shell::cargo(&args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_named() {
        let error = ensure_tools(None, None).unwrap_err().to_string();
        assert!(
            error.contains("rustup toolchain install nightly") && error.contains("cargo install cargo-fuzz"),
            "{error}"
        );
        let error = ensure_tools(Some("cargo 1".to_owned()), None).unwrap_err().to_string();
        assert!(!error.contains("rustup") && error.contains("cargo-fuzz"), "{error}");
        ensure_tools(Some("cargo 1".to_owned()), Some("cargo-fuzz 0".to_owned())).unwrap();
    }

    #[test]
    fn one_target_or_all_are_chosen() {
        let all = targets().unwrap();
        assert!(all.len() > 5 && all.iter().all(|name| !name.contains('.')), "{all:?}");
        assert_eq!(chosen(&all, None).unwrap(), all);
        assert_eq!(chosen(&all, Some("markup")).unwrap(), ["markup"]);
        assert!(chosen(&all, Some("nothing")).unwrap_err().to_string().contains("markup"));
    }
}
