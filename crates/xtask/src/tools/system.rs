//! What comes from the system and from rustup: compilers for C, the wasm target, rustfmt and clippy.

use std::env;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::shell;

/// A C compiler builds SQLite for the server; clang builds it for wasm32.
pub(super) fn compilers() -> Result<()> {
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if shell::probe(&compiler, &["--version"]).is_none() {
        packages(&["build-essential"], "a C compiler")?;
    }
    if shell::probe("clang", &["--version"]).is_none() {
        packages(&["clang"], "clang, which builds SQLite for the browser,")?;
    }
    Ok(())
}

pub(super) fn components() -> Result<()> {
    for (component, program) in [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")] {
        if shell::probe(program, &["--version"]).is_none() {
            shell::exec(shell::command("rustup", &["component", "add", component]))
                .with_context(|| format!("the component {component} was not installed"))?;
        }
    }
    Ok(())
}

pub(super) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = shell::probe("rustc", &["--print", "sysroot"]).context("rustc does not run")?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    shell::exec(shell::command("rustup", &["target", "add", TARGET])).with_context(|| {
        format!("the target {TARGET} was not installed; without rustup, install its standard library yourself")
    })
}

/// It tells a browser of the tests to trust a server's own certificate authority.
pub(super) fn certutil() -> Result<()> {
    if shell::probe("sh", &["-c", "command -v certutil"]).is_none() {
        packages(&["libnss3-tools"], "certutil, which tells Chromium whom to trust,")?;
    }
    Ok(())
}

/// The browser that the tests of the web app drive, by the names under which `web/build/chromium.js` looks for it, with
/// letters and emoji to draw.
pub(super) fn chromium() -> Result<()> {
    const FIND: &str = "command -v chromium || command -v chromium-browser || command -v google-chrome";
    if env::var_os("BESEDA_CHROMIUM").is_none() && shell::probe("sh", &["-c", FIND]).is_none() {
        let names = ["chromium", "fonts-noto-core", "fonts-noto-color-emoji"];
        packages(&names, "Chromium, which tries the web app,")?;
    }
    light_chromium();
    Ok(())
}

/// The same browser without windows, which does most of it in two thirds of the time. Nothing needs it: where it can't be
/// had, that is said and the other one does all.
fn light_chromium() {
    const SHELL: &str = "chromium-headless-shell";
    let is_decided = env::var_os("BESEDA_CHROMIUM").is_some();
    if is_decided || shell::probe("sh", &["-c", &format!("command -v {SHELL}")]).is_some() {
        return;
    }
    if let Err(error) = packages(&[SHELL], "a Chromium without windows, with which the stories take less time,") {
        println!("    Without it, they take longer: {error:#}");
    }
}

/// Node builds the web app. What Debian packages is too old, so that it is asked for.
pub(super) fn node() -> Result<()> {
    let runs = |program: &str, least: (u32, u32)| {
        shell::probe(program, &["--version"]).and_then(|text| version(&text)).is_some_and(|found| found >= least)
    };
    if runs("node", (20, 19)) && runs("npm", (11, 0)) {
        return Ok(());
    }
    bail!(
        "Node 20.19 or newer with npm 11, which build the web app, are missing: please install them from \
         https://nodejs.org (`npm install --global npm@11` renews npm) and run this again."
    )
}

/// The first two numbers of `v20.19.1`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Installs Debian packages if we may, else asks for them.
pub(super) fn packages(names: &[&str], what_for: &str) -> Result<()> {
    let listed = names.join(" ");
    let is_debian = shell::probe("apt-get", &["--version"]).is_some();
    let is_root = shell::probe("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if !(is_debian && is_root) {
        bail!(
            "{what_for} is missing: please install it (on Debian: `sudo apt-get install {listed}`) and run this again."
        );
    }
    let apt = |args: &[&str]| {
        let mut command = shell::command("apt-get", args);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        shell::exec(command)
    };
    apt(&["update", "-qq"])
        .and_then(|()| apt(&[&["install", "-qq", "--yes", "--no-install-recommends"], names].concat()))
        .with_context(|| format!("{listed} ({what_for}) was not installed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("v20.19.1\n"), Some((20, 19)));
        assert!(version("11.0.0") >= Some((11, 0)) && version("9.9.9") < Some((11, 0)));
        assert_eq!(version("none"), None);
    }
}
