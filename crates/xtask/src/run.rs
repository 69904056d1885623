//! Builds the server and the terminal client, and becomes the server.

use anyhow::Result;

use crate::binaries::{self, Profile};
use crate::shell;

pub(crate) fn run(release: bool, server_args: &[String]) -> Result<()> {
    let profile = if release { Profile::Release } else { Profile::Dev };
    let folder = binaries::build(profile, &["beseda", "beseda-cli"])?;
    println!("    The terminal client is {}", folder.join("beseda-cli").display());
    shell::replace_with(shell::interactive(&folder.join("beseda"), server_args))
}
