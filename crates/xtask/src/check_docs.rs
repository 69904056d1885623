//! Documents may not point at what does not exist: relative links in Markdown, and the tests that SECURITY.md names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{shell, source};

/// Where the tests stand that SECURITY.md's tables name as the proof of a defence.
const PROOFS: &str = "crates";

pub(crate) fn run() -> Result<()> {
    check(&shell::root())
}

fn check(root: &Path) -> Result<()> {
    let mut wrong = Vec::new();
    let documents = documents(root)?;
    for document in &documents {
        let name = document.strip_prefix(root).unwrap_or(document).display();
        let folder = document.parent().unwrap_or(root);
        for link in links(&source::read(document)?) {
            if !folder.join(&link).exists() {
                wrong.push(format!("{name} links to {link}, which does not exist"));
            }
        }
    }
    let security = root.join("SECURITY.md");
    if security.is_file() {
        let tests = test_names(&root.join(PROOFS))?;
        for proof in proofs(&source::read(&security)?) {
            let exists = if proof.contains('/') { root.join(&proof).is_file() } else { tests.contains(&proof) };
            if !exists {
                wrong.push(format!("SECURITY.md names the test {proof}, which is not in {PROOFS}"));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n    "));
    }
    println!("    the links of {} documents lead somewhere", documents.len());
    Ok(())
}

/// The Markdown files at the root and below `docs`.
fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = source::files_with_extension(&root.join("docs"), "md")?;
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The targets of `[…](target)` that are files, without their fragments.
fn links(markdown: &str) -> Vec<String> {
    let targets = markdown.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets
        .filter_map(|target| target.split('#').next())
        .filter(|file| !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:"))
        .map(str::to_owned)
        .collect()
}

/// What stands in backticks in the last column of the tables whose last column is headed "Test": names of tests, and
/// the files that they are in.
fn proofs(markdown: &str) -> Vec<String> {
    let mut proofs = Vec::new();
    let mut in_table = false;
    for line in markdown.lines() {
        let last = line.trim().strip_suffix('|').and_then(|row| row.rsplit('|').next()).map(str::trim);
        match last {
            None => in_table = false,
            Some("Test") => in_table = true,
            Some(cell) if in_table => proofs.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned)),
            Some(_) => {}
        }
    }
    proofs
}

/// The functions in the files of `folder`.
fn test_names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in source::rust_files(folder)? {
        let code = source::code_only(&source::read(&file)?);
        let tokens = source::tokens(&code);
        names.extend(tokens.windows(2).filter(|pair| pair[0] == "fn").map(|pair| pair[1].to_owned()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_count() {
        let found = links("[a](b.md) [c](https://x.y/z) [d](#e) [f](docs/g.md#h) [i](mailto:j)");
        assert_eq!(found, ["b.md", "docs/g.md"]);
    }

    #[test]
    fn proofs_are_read_from_the_last_column_only() {
        let table = "| Move | Defence | Test |\n| --- | --- | --- |\n| a `b` | `c` | `d_e`, `f` |\n| g | h | **no** |\n\n\
                     | Other | Column |\n| x | `y` |\n";
        assert_eq!(proofs(table), ["d_e", "f"]);
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("docs/adr/1.md", "[up](../../README.md)");
        let error = check(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "docs/adr/1.md links to ../../README.md, which does not exist");
        write("README.md", "");
        check(folder.path()).unwrap();

        write("SECURITY.md", "| Move | Test |\n| --- | --- |\n| lies | `a_lie_is_seen` |\n");
        let error = check(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "SECURITY.md names the test a_lie_is_seen, which is not in crates");
        write("crates/testkit/tests/malicious_server.rs", "#[test]\nfn a_lie_is_seen() {}");
        check(folder.path()).unwrap();

        write("SECURITY.md", "| Move | Test |\n| --- | --- |\n| lies | `crates/testkit/tests/lies.rs` |\n");
        assert!(check(folder.path()).is_err());
        write("crates/testkit/tests/lies.rs", "");
        check(folder.path()).unwrap();
    }
}
