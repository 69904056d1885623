//! The long tests, which `test` leaves out: they are marked `#[ignore = "soak"]`.

use anyhow::Result;

use crate::{shell, tools};

pub(crate) fn run(args: &[String]) -> Result<()> {
    tools::ensure_quick()?;
    let mut command =
        shell::cargo(&["nextest", "run", "--workspace", "--profile", "soak", "--run-ignored", "ignored-only"]);
    // What fails in the first minute is told then, not after hours.
    command.arg("--no-capture").args(args);
    // Assertions stay; only our own crates are built again, and run several times as fast.
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "2");
    shell::exec(command)
}
