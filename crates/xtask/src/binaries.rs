//! Builds programs of this workspace.

use std::path::PathBuf;

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use crate::shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds and returns the folder that holds them. The whole workspace chooses the features, as it does for the tests, so
/// that running and testing share their dependencies.
pub(crate) fn build(profile: Profile, names: &[&str]) -> Result<PathBuf> {
    let mut args = vec!["build", "--workspace"];
    for name in names {
        args.extend(["--bin", name]);
    }
    if profile == Profile::Release {
        args.push("--release");
    }
    shell::exec(shell::cargo(&args))?;
    let metadata = MetadataCommand::new().current_dir(shell::root()).no_deps().exec()?;
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(metadata.target_directory.into_std_path_buf().join(folder))
}
