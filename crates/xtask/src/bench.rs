//! Measures the server with the load generator.

use anyhow::Result;

use crate::shell;

pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut command = shell::cargo(&["run", "--release", "--package", "beseda-load", "--"]);
    command.args(args);
    shell::exec(command)
}
