//! The sealed files of a profile: one for each number, in a folder of their own.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use beseda_engine::api::file::FileNumber;
use beseda_engine::files::chunks::{CHUNK, ChunkError, Opener, Sealed, Sealer};
use beseda_model::{BlobId, Rng};
use beseda_wire::content::FileRef;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::attach::names;
use crate::media::PrepareError;

/// Chunks that are sealed or opened at a time.
const CHUNKS: u32 = 16;
/// Bytes that are sealed at a time.
const PORTION: usize = CHUNKS as usize * 65_536;
const _: () = assert!(PORTION as u64 == 16 * CHUNK, "whole chunks");
/// Bytes that are opened at a time: each chunk has grown by its tag.
const SEALED_PORTION: usize = PORTION + CHUNKS as usize * 16;

/// Why a file could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not what was sealed, or changed while it was read.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// It is a photo from which what its camera has written into it can't be taken out.
    #[error("what is in the photo besides the picture can't be taken out")]
    NotBare,
}

impl From<PrepareError> for FileError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Io(error) => Self::Io(error),
            PrepareError::NotBare => Self::NotBare,
        }
    }
}

/// See the module's description. Its methods block.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// In this folder, which is made when the first file comes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, file: FileNumber) -> PathBuf {
        self.folder.join(file.to_string())
    }

    /// Seals what lies at `from`, and keeps it; `told` hears how many bytes are done.
    ///
    /// # Errors
    /// When it can't be read or kept, or changes meanwhile.
    pub fn seal(
        &self,
        file: FileNumber,
        from: &Path,
        rng: &mut dyn Rng,
        told: impl FnMut(u64),
    ) -> Result<Sealed, FileError> {
        let mut source = File::open(from)?;
        let size = source.metadata()?.len();
        self.seal_content(file, &mut source, size, rng, told)
    }

    /// The same with `size` bytes that `source` gives.
    ///
    /// # Errors
    /// When it can't be read or kept, or gives more or less than that.
    pub fn seal_content(
        &self,
        file: FileNumber,
        source: &mut impl io::Read,
        size: u64,
        rng: &mut dyn Rng,
        mut told: impl FnMut(u64),
    ) -> Result<Sealed, FileError> {
        let mut sealer = Sealer::new(size, rng)?;
        fs::create_dir_all(&self.folder)?;
        let mut target = File::create(self.path(file))?;
        let mut portion = vec![0; PORTION];
        let mut done = 0;
        loop {
            let read = fill(source, &mut portion)?;
            if read > 0 || done == 0 {
                target.write_all(&sealer.push(portion.get(..read).unwrap_or_default())?)?;
            }
            done += read as u64;
            told(done);
            if read < PORTION {
                break;
            }
        }
        target.sync_all()?;
        Ok(sealer.finish()?)
    }

    /// Opens a file and writes it into `folder`, where it appears when it is whole: under this name or, where something
    /// has it, with a number behind it. Answers its path; `told` hears how many bytes are done.
    ///
    /// # Errors
    /// When it is not here or not what was sent, or can't be written.
    pub fn save(
        &self,
        number: FileNumber,
        file: &FileRef,
        folder: &Path,
        name: &str,
        told: impl FnMut(u64),
    ) -> Result<PathBuf, FileError> {
        // A path leads out of the folder.
        let name = Path::new(name)
            .file_name()
            .and_then(OsStr::to_str)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        // Erased when anything fails.
        let mut part = new_part(folder)?;
        self.open(number, file, part.as_file_mut(), told)?;
        part.as_file().sync_all()?;
        for name in names(name) {
            let path = folder.join(name);
            part = match part.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => taken.file,
                Err(failed) => return Err(failed.error.into()),
            };
        }
        Err(io::Error::from(io::ErrorKind::AlreadyExists).into())
    }

    /// Opens a file; `told` hears how many bytes are done.
    ///
    /// # Errors
    /// When it is not here or not what was sent, or `target` does not take it.
    pub fn open(
        &self,
        number: FileNumber,
        file: &FileRef,
        target: &mut impl io::Write,
        mut told: impl FnMut(u64),
    ) -> Result<(), FileError> {
        let opener = Opener::new(file)?;
        let mut source = File::open(self.path(number))?;
        let mut portion = vec![0; SEALED_PORTION];
        let mut chunk = 0_u32;
        let mut done = 0;
        while chunk < opener.layout().chunks() {
            let read = fill(&mut source, &mut portion)?;
            let plain = opener.open(chunk, portion.get(..read).unwrap_or_default())?;
            if read == 0 {
                return Err(ChunkError::Length { chunk }.into());
            }
            target.write_all(&plain)?;
            done += plain.len() as u64;
            told(done);
            chunk = chunk.saturating_add(CHUNKS);
        }
        // Chunks that are whole say nothing of those that are missing after them.
        if done == opener.layout().size() { Ok(()) } else { Err(ChunkError::Size.into()) }
    }

    /// A part of a sealed file.
    ///
    /// # Errors
    /// When it is not there.
    pub fn read(&self, file: FileNumber, at: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut source = File::open(self.path(file))?;
        source.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        source.take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes to a place of a sealed file, unless it has fewer bytes than that; how many it has then.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, file: FileNumber, at: u64, bytes: &[u8]) -> io::Result<u64> {
        fs::create_dir_all(&self.folder)?;
        let mut target = OpenOptions::new().create(true).truncate(false).write(true).open(self.path(file))?;
        let present = target.metadata()?.len();
        if present < at {
            return Ok(present);
        }
        target.seek(SeekFrom::Start(at))?;
        target.write_all(bytes)?;
        let size = at.saturating_add(bytes.len() as u64);
        target.set_len(size)?;
        target.sync_data()?;
        Ok(size)
    }

    /// The digest of a sealed file; none if it can't be read.
    pub fn digest(&self, file: FileNumber) -> Option<BlobId> {
        let mut source = File::open(self.path(file)).ok()?;
        let mut hash = Sha256::new();
        let mut portion = vec![0; PORTION];
        loop {
            let read = fill(&mut source, &mut portion).ok()?;
            hash.update(portion.get(..read)?);
            if read < PORTION {
                break;
            }
        }
        Some(BlobId::from_bytes(hash.finalize().into()))
    }

    /// Erases a file, if it is there. What can't be erased now is once the program starts again.
    pub fn erase(&self, file: FileNumber) {
        drop(fs::remove_file(self.path(file)));
    }

    /// Erases all files but these.
    pub fn keep_only(&self, files: &[FileNumber]) {
        let kept: HashSet<&FileNumber> = files.iter().collect();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let Some(number) = number
                && !kept.contains(&number)
            {
                self.erase(number);
            }
        }
    }
}

/// Reads until the buffer is full or the file has ended.
fn fill(source: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file that is not whole yet. Once it has its name, it may be read by whoever may read what this person makes.
fn new_part(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".").suffix(".part").tempfile_in(folder)
}

#[cfg(test)]
mod tests;
