//! Builds the server and the terminal client, and becomes the server.

use anyhow::Result;

use crate::shell;

pub(crate) fn run(release: bool, server_args: &[String]) -> Result<()> {
    let mut build = vec!["build", "--workspace", "--bin", "beseda", "--bin", "beseda-cli"];
    if release {
        build.push("--release");
    }
    shell::exec(shell::cargo(&build))?;

    let folder = shell::target_folder()?.join(if release { "release" } else { "debug" });
    println!("    The terminal client is {}", folder.join("beseda-cli").display());
    shell::replace_with(shell::interactive(&folder.join("beseda"), server_args))
}
