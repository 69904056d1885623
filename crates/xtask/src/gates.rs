//! The steps that `check` and `test` are made of. Each says what to do when it fails.
//!
//! Native steps take the whole workspace: building single packages would choose other features and build
//! everything again.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use crate::binaries::{self, Profile};
use crate::steps::{Outcome, Steps, Stopwatch};
use crate::{check_arch, check_docs, check_ports, generate, mutants, shell, tools, web};

/// The crates that must also build for the browser.
const WASM_CRATES: [&str; 5] = ["beseda-model", "beseda-wire", "beseda-crypto", "beseda-engine", "beseda-engine-wasm"];

/// How long the advisory database may take to arrive before it counts as out of reach.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn tools(steps: &mut Steps) {
    steps.step("tools", "install what is named above by hand, or start this again with a network.", || {
        passed(tools::ensure_all())
    });
}

pub(crate) fn quick_tools(steps: &mut Steps) {
    steps.step("tools", "run `cargo xtask setup`.", || passed(tools::ensure_quick()));
}

pub(crate) fn format(steps: &mut Steps) {
    steps.step("format", "run `cargo fmt --all`.", || cargo(&["fmt", "--all", "--check"]));
}

pub(crate) fn clippy(steps: &mut Steps) {
    steps.step("clippy", "mend what it names; silence only with #[expect(…, reason)].", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
    });
}

pub(crate) fn clippy_wasm(steps: &mut Steps) {
    steps.step("clippy for wasm32", "these crates also run in a browser: mend what it names.", || {
        let mut args = vec!["clippy", "--lib", "--target", "wasm32-unknown-unknown"];
        for name in WASM_CRATES {
            args.extend(["-p", name]);
        }
        args.extend(["--", "-D", "warnings"]);
        cargo(&args)
    });
}

pub(crate) fn documentation(steps: &mut Steps) {
    steps.step("documentation", "mend the doc comments that it names.", || {
        let mut command = shell::cargo(&["doc", "--workspace", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-Dwarnings");
        passed(shell::exec(command))
    });
}

pub(crate) fn quick_tests(steps: &mut Steps) {
    steps.step("quick tests", "run one alone with `cargo nextest run --workspace <part of its name>`.", || {
        cargo(&["nextest", "run", "--workspace", "--profile", "quick"])
    });
}

pub(crate) fn tests(steps: &mut Steps) {
    steps.step("tests", "run one alone with `cargo nextest run --workspace <part of its name>`.", || {
        cargo(&["nextest", "run", "--workspace", "--profile", "ci"])
    });
}

pub(crate) fn doc_tests(steps: &mut Steps) {
    steps.step("doc tests", "mend the example that it names.", || cargo(&["test", "--workspace", "--doc"]));
}

pub(crate) fn dependencies(steps: &mut Steps) {
    steps.step("licences, bans, sources", "deny.toml says what is allowed and why.", || {
        cargo(&["deny", "--workspace", "check", "bans", "licenses", "sources"])
    });
    steps.step("advisories", "update the crate that it names, or give a reason in deny.toml.", advisories);
    steps.step("unused dependencies", "remove them from the manifest that it names.", || cargo(&["machete"]));
}

/// The database lives on GitHub, which a machine without a network can't reach: that is said, not hidden.
fn advisories() -> Result<Outcome> {
    let mut fetch = shell::cargo(&["deny", "fetch", "db"]);
    fetch.stdout(Stdio::null()).stderr(Stdio::null());
    if finishes_well(fetch, FETCH_LIMIT)? {
        cargo(&["deny", "--workspace", "check", "advisories"])
    } else {
        Ok(Outcome::Skipped("unreachable".to_owned()))
    }
}

fn finishes_well(mut command: Command, limit: Duration) -> Result<bool> {
    let line = shell::display(&command);
    let clock = Stopwatch::start();
    let mut child = command.spawn().with_context(|| format!("`{line}` could not be started"))?;
    while clock.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        thread::sleep(Duration::from_millis(50));
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

pub(crate) fn spelling_if_installed(steps: &mut Steps) {
    if tools::typos_binary().is_some() {
        spelling(steps);
    } else {
        steps.step("spelling", "-", || Ok(Outcome::Skipped("typos is not installed: `cargo xtask setup`".to_owned())));
    }
}

pub(crate) fn spelling(steps: &mut Steps) {
    steps.step("spelling", "mend the word, or add it to typos.toml if it is right.", || {
        let binary = tools::typos_binary().ok_or_else(|| anyhow!("typos is not installed"))?;
        let binary = binary.to_str().context("the tool folder's name is not UTF-8")?;
        passed(shell::exec(shell::command(binary, &["--force-exclude"])))
    });
}

pub(crate) fn architecture(steps: &mut Steps) {
    steps.step("check-arch", "ARCHITECTURE.md says who may depend on whom.", || passed(check_arch::run()));
}

pub(crate) fn ports(steps: &mut Steps) {
    steps.step("check-ports", "write the conformance test that is missing.", check_ports::run);
}

pub(crate) fn mutants(steps: &mut Steps) {
    steps.step("mutants", "a seeded bug went unnoticed: sharpen the simulation.", mutants::run);
}

pub(crate) fn links(steps: &mut Steps) {
    steps.step("check-docs", "mend the document, or write the test that it names.", || passed(check_docs::run()));
}

pub(crate) fn generated_documents(steps: &mut Steps) {
    steps.step("generated documents", "run `cargo xtask gen` and commit what changed.", || passed(generate::check()));
}

pub(crate) fn web(steps: &mut Steps) {
    steps.step("web app", "mend what it names, or build it alone with `cargo xtask web`.", || {
        passed(web::build(Profile::Dev))
    });
    for (name, script) in [("web types", "check"), ("web lints", "lint"), ("web tests", "test")] {
        steps.step(name, "run it alone with npm in web/.", || {
            passed(shell::exec(web::npm(&["run", "--silent", script])))
        });
    }
    steps.step("browser", "run one alone with `npx playwright test <part of its name>` in web/.", || {
        let server = binaries::build(Profile::Dev, &["beseda", "dav-folder"])?.join("beseda");
        let mut stories = web::npm(&["run", "--silent", "e2e"]);
        stories.env("BESEDA_SERVER", server);
        passed(shell::exec(stories))
    });
}

fn cargo(args: &[&str]) -> Result<Outcome> {
    passed(shell::exec(shell::cargo(args)))
}

fn passed(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_ended() {
        let clock = Stopwatch::start();
        assert!(!finishes_well(shell::command("sleep", &["60"]), Duration::from_millis(100)).unwrap());
        assert!(clock.elapsed() < Duration::from_secs(30));
        assert!(finishes_well(shell::command("true", &[]), Duration::from_secs(30)).unwrap());
        assert!(!finishes_well(shell::command("false", &[]), Duration::from_secs(30)).unwrap());
    }
}
