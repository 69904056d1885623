//! Blobs in the folder `blobs` of the data directory: `uploads/` holds those that are on their way, under their upload's
//! id, and 256 folders the others, each under its id in the folder of its first two digits.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Take, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use beseda_app::domain::Blob;
use beseda_app::port::{BlobReader, BlobStore, StoreError};
use beseda_model::{BlobId, UploadId};
use sha2::{Digest as _, Sha256};

use crate::io::translate;

/// Bytes that are hashed at a time.
const PART: usize = 262_144;

/// See the module's description.
#[derive(Debug)]
pub struct FsBlobs {
    root: PathBuf,
    uploads: PathBuf,
    /// Uploads whose names may not be durable.
    fresh: Mutex<HashSet<UploadId>>,
}

impl FsBlobs {
    /// Blobs in this data directory, which is ours alone while its database is open.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let root = data_dir.join("blobs");
        let uploads = root.join("uploads");
        make_folder(&root, data_dir)?;
        make_folder(&uploads, &root)?;
        // What a process began that was killed.
        sync_folder(&uploads)?;
        Ok(Self { root, uploads, fresh: Mutex::default() })
    }

    /// The bytes of an upload, which are durable then, and how many there are.
    #[cfg(feature = "s3")]
    pub(super) fn open_upload(&self, upload: UploadId) -> Result<(File, u64), StoreError> {
        let file = OpenOptions::new().read(true).write(true).open(self.upload(upload));
        let file = file.map_err(|error| translate(&error))?;
        file.sync_all().map_err(|error| translate(&error))?;
        let size = file.metadata().map_err(|error| translate(&error))?.len();
        Ok((file, size))
    }

    fn fresh(&self) -> MutexGuard<'_, HashSet<UploadId>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn upload(&self, upload: UploadId) -> PathBuf {
        self.uploads.join(upload.to_string())
    }

    fn shard(&self, beginning: u8) -> PathBuf {
        self.root.join(format!("{beginning:02x}"))
    }

    fn blob(&self, blob: BlobId) -> PathBuf {
        let [beginning, ..] = blob.as_bytes();
        self.shard(*beginning).join(blob.to_string())
    }
}

impl BlobStore for FsBlobs {
    fn create(&self, upload: UploadId) -> Result<(), StoreError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(self.upload(upload)).map_err(|error| translate(&error))?;
        self.fresh().insert(upload);
        Ok(())
    }

    fn size(&self, upload: UploadId) -> Result<Option<u64>, StoreError> {
        Ok(there(fs::metadata(self.upload(upload)))?.map(|file| file.len()))
    }

    fn append(&self, upload: UploadId, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let open = there(OpenOptions::new().write(true).open(self.upload(upload)))?;
        let Some(mut file) = open else { return Err(StoreError::Conflict) };
        let end = file.seek(SeekFrom::End(0)).map_err(|error| translate(&error))?;
        if end != at {
            return Err(StoreError::Conflict);
        }
        file.write_all(bytes).map_err(|error| translate(&error))
    }

    fn cut(&self, upload: UploadId, size: u64) -> Result<(), StoreError> {
        let file = OpenOptions::new().write(true).open(self.upload(upload)).map_err(|error| translate(&error))?;
        let length = file.metadata().map_err(|error| translate(&error))?.len();
        file.set_len(size.min(length)).map_err(|error| translate(&error))
    }

    fn sync(&self, upload: UploadId) -> Result<(), StoreError> {
        let file = OpenOptions::new().write(true).open(self.upload(upload)).map_err(|error| translate(&error))?;
        file.sync_data().map_err(|error| translate(&error))?;
        if self.fresh().contains(&upload) {
            sync_folder(&self.uploads)?;
            self.fresh().remove(&upload);
        }
        Ok(())
    }

    fn digest(&self, upload: UploadId) -> Result<BlobId, StoreError> {
        let mut file = File::open(self.upload(upload)).map_err(|error| translate(&error))?;
        let (mut hash, mut part) = (Sha256::new(), vec![0; PART]);
        loop {
            match file.read(&mut part) {
                Ok(0) => return Ok(BlobId::from_bytes(hash.finalize().into())),
                Ok(read) => hash.update(part.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(translate(&error)),
            }
        }
    }

    fn place(&self, upload: UploadId, blob: BlobId) -> Result<(), StoreError> {
        let (from, to) = (self.upload(upload), self.blob(blob));
        let [beginning, ..] = blob.as_bytes();
        let shard = self.shard(*beginning);
        if let Some(file) = there(OpenOptions::new().write(true).open(&from))? {
            file.sync_all().map_err(|error| translate(&error))?;
        }
        make_folder(&shard, &self.root)?;
        match fs::hard_link(&from, &to) {
            Err(error) if !to.exists() => match error.kind() {
                // A file system without links: the upload itself becomes the blob.
                ErrorKind::Unsupported | ErrorKind::PermissionDenied => fs::rename(&from, &to),
                _ => Err(error),
            },
            _ => Ok(()),
        }
        .map_err(|error| translate(&error))?;
        sync_folder(&shard)
    }

    fn discard(&self, upload: UploadId) -> Result<(), StoreError> {
        self.fresh().remove(&upload);
        there(fs::remove_file(self.upload(upload))).map(drop)
    }

    fn read(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Box<dyn BlobReader>>, StoreError> {
        let Some(mut file) = there(File::open(self.blob(blob)))? else { return Ok(None) };
        file.seek(SeekFrom::Start(at)).map_err(|error| translate(&error))?;
        Ok(Some(Box::new(FileReader(file.take(most)))))
    }

    fn remove(&self, blobs: &[BlobId]) -> Result<(), StoreError> {
        blobs.iter().try_for_each(|blob| there(fs::remove_file(self.blob(*blob))).map(drop))
    }

    fn uploads(&self) -> Result<Vec<UploadId>, StoreError> {
        Ok(names(&self.uploads)?.into_iter().map(|(id, _)| id).collect())
    }

    fn blobs(&self, beginning: u8) -> Result<Vec<Blob>, StoreError> {
        Ok(names(&self.shard(beginning))?.into_iter().map(|(id, size)| Blob { id, size }).collect())
    }
}

/// Reads a part of a file.
struct FileReader(Take<File>);

impl BlobReader for FileReader {
    fn next(&mut self, most: usize) -> Result<Vec<u8>, StoreError> {
        let there = usize::try_from(self.0.limit()).unwrap_or(usize::MAX).min(most);
        let mut bytes = Vec::with_capacity(there);
        self.0.by_ref().take(most as u64).read_to_end(&mut bytes).map_err(|error| translate(&error))?;
        Ok(bytes)
    }
}

/// What a folder holds under names that are ids, with its size. Anything else in it is not ours.
fn names<T: FromStr + ToString>(folder: &Path) -> Result<Vec<(T, u64)>, StoreError> {
    let Some(entries) = there(fs::read_dir(folder))? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| translate(&error))?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.parse::<T>().ok().filter(|id| id.to_string() == name));
        // What is erased at this moment is passed over.
        if let (Some(id), Some(file)) = (id, there(entry.metadata())?) {
            found.push((id, file.len()));
        }
    }
    Ok(found)
}

/// Makes a folder that only we may enter, unless it is there; durable afterwards.
fn make_folder(folder: &Path, parent: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => sync_folder(parent),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(translate(&error)),
    }
}

/// Makes durable which files a folder has.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| translate(&error))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// None for what is not there.
fn there<T>(result: io::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(translate(&error)),
    }
}
