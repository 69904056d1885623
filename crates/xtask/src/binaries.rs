//! Builds programs of this workspace.

use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::MetadataCommand;

use crate::shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds and returns the folder that holds them. The whole workspace chooses the features, as it does for the tests, so
/// that running and testing share their dependencies. The web app is inside the server if it was built.
pub(crate) fn build(profile: Profile, names: &[&str]) -> Result<PathBuf> {
    let mut args = vec!["build", "--workspace"];
    for name in names {
        args.extend(["--bin", name]);
    }
    args.extend(features(&shell::root()));
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

fn features(root: &Path) -> &'static [&'static str] {
    if root.join("web/dist/index.html").is_file() { &["--features", "beseda-server/web"] } else { &[] }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_web_app_is_built_in_where_there_is_one() {
        let root = tempfile::tempdir().unwrap();
        assert!(features(root.path()).is_empty());
        fs::create_dir_all(root.path().join("web/dist")).unwrap();
        assert!(features(root.path()).is_empty(), "a build that was cut short");
        fs::write(root.path().join("web/dist/index.html"), "").unwrap();
        assert_eq!(features(root.path()), ["--features", "beseda-server/web"]);
    }
}
