//! What the file system says, in the words of the ports.

use std::io::{Error, ErrorKind};

use beseda_app::port::StoreError;

/// Turns the system's errors into ours.
pub(crate) fn translate(error: &Error) -> StoreError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::DiskFull,
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::AlreadyExists => StoreError::CannotOpen,
        _ => StoreError::Io,
    }
}
