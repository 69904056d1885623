//! The long tests, which `test` leaves out: they are marked `#[ignore = "soak"]`.

use anyhow::Result;

use crate::{shell, tools};

pub(crate) fn run(args: &[String]) -> Result<()> {
    tools::ensure_quick()?;
    let mut command =
        shell::cargo(&["nextest", "run", "--workspace", "--profile", "soak", "--run-ignored", "ignored-only"]);
    command.args(args);
    shell::exec(command)
}
