//! The folder in which a person's client keeps everything.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Why a profile can't be used. The texts name folders, which the person chose: they are shown, not logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The system names no home folder.
    #[error("no home folder is known: choose a profile folder with --home")]
    NoHome,
    /// A second program uses it.
    #[error("the profile {path} is in use by another beseda-cli (process {holder})")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other program's process number, as it wrote it.
        holder: String,
    },
    /// The folder or a file in it can't be made, opened or locked.
    #[error("the profile folder {path} can't be used: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ProfileError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// A profile folder that this process alone uses, until the value is dropped.
#[derive(Debug)]
pub struct Profile {
    dir: PathBuf,
    _lock: File,
}

impl Profile {
    /// Opens the folder, makes it if need be, and locks it. Only its owner can read what is made in it.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub fn open(dir: &Path) -> Result<Self, ProfileError> {
        make_private_dir(dir).map_err(ProfileError::io(dir))?;
        let path = dir.join("lock");
        let mut lock = private_file(&path).map_err(ProfileError::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it is a courtesy; without it the message is still right.
                drop((&mut lock).take(20).read_to_string(&mut holder));
                let holder = holder.trim();
                let holder = if holder.is_empty() { "?" } else { holder };
                return Err(ProfileError::Locked { path: dir.to_owned(), holder: holder.to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(ProfileError::Io { path, source }),
        }
        let note = || -> io::Result<()> {
            lock.set_len(0)?;
            lock.seek(SeekFrom::Start(0))?;
            writeln!(lock, "{}", std::process::id())
        };
        let mut note = note;
        note().map_err(ProfileError::io(&path))?;
        Ok(Self { dir: dir.to_owned(), _lock: lock })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of sealed files, which is made when the first one comes.
    pub fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    /// The path of the database, which exists from now on and is readable by its owner only.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub fn database(&self) -> Result<PathBuf, ProfileError> {
        let path = self.dir.join("profile.db");
        private_file(&path).map_err(ProfileError::io(&path))?;
        Ok(path)
    }
}

/// Where a profile lives if nobody says otherwise: `$XDG_DATA_HOME/beseda`, else `~/.local/share/beseda`.
///
/// # Errors
/// When neither is known.
pub fn default_dir() -> Result<PathBuf, ProfileError> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    from("XDG_DATA_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("beseda"))
        .ok_or(ProfileError::NoHome)
}

#[cfg(unix)]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if fs::metadata(dir).is_ok_and(|there| !there.is_dir()) {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        // A file that was there before may have been copied with a looser mode.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_told_who_has_the_profile() {
        let dir = tempfile::tempdir().unwrap();
        let first = Profile::open(dir.path()).unwrap();
        let Err(ProfileError::Locked { holder, .. }) = Profile::open(dir.path()) else { panic!("not refused") };
        assert_eq!(holder, std::process::id().to_string());
        drop(first);
        assert!(Profile::open(dir.path()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("alice");
        let profile = Profile::open(&dir).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&profile.database().unwrap()), 0o600);
    }
}
