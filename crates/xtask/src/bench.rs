//! Measures the server with the load generator, which starts the server that is built beside it.

use anyhow::Result;

use crate::binaries::{self, Profile};
use crate::shell;

pub(crate) fn run(args: &[String]) -> Result<()> {
    let folder = binaries::build(Profile::Release, &["beseda", "beseda-load"])?;
    shell::replace_with(shell::interactive(&folder.join("beseda-load"), args))
}
