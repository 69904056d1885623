//! From the server, in ranges.

use beseda_wire::content::FileRef;
use rusqlite::Connection;

use super::row::File;
use super::transfer::{Outcome, refused, request};
use super::uses;
use crate::Step;
use crate::api::event::{Part, Transfer, TransferAnswer};
use crate::api::failure::Failure;
use crate::api::file::FileNumber;
use crate::api::reason::Reason;
use crate::store::StoreError;

/// Where a file is to be had, for a host that shows a part of it before the rest is here.
#[derive(Debug)]
pub struct Source {
    /// What opens it.
    pub file: FileRef,
    /// The request that is answered with its sealed bytes; the host adds which range it wants.
    pub get: Transfer,
}

/// Where a file is to be had; none if there is no such file, or it can be looked at once and is not open.
///
/// # Errors
/// When the database fails or the row is damaged.
pub fn source(conn: &Connection, number: FileNumber) -> Result<Option<Source>, StoreError> {
    let Some(File { file, .. }) = File::find(conn, number)? else { return Ok(None) };
    if uses::is_locked(conn, number)? {
        return Ok(None);
    }
    let get = get(conn, &file)?;
    Ok(Some(Source { file, get }))
}

fn get(conn: &Connection, file: &FileRef) -> Result<Transfer, StoreError> {
    request(conn, "GET", &format!("/api/v1/blobs/{}", file.blob))
}

/// The next request.
pub(super) fn next(step: &Step<'_>, file: &File) -> Result<Transfer, StoreError> {
    let len = step.memory.files.portion().min(file.sealed_size().saturating_sub(file.here));
    let mut transfer = get(step.tx, &file.file)?;
    let last = file.here.saturating_add(len).saturating_sub(1);
    transfer.headers.push(("range", format!("bytes={}-{last}", file.here)));
    transfer.part = Part::Receive { file: file.number, at: file.here, len };
    Ok(transfer)
}

/// The server's answer.
pub(super) fn answered(file: &mut File, answer: &TransferAnswer) -> Outcome {
    match (answer.status, answer.stored) {
        (206, Some(stored)) if stored > file.here && stored <= file.sealed_size() => {
            file.here = stored;
            Outcome::Moved
        }
        // Less is here than was thought: the program has ended before it was on the disk.
        (206, Some(stored)) if stored < file.here => {
            file.here = stored;
            Outcome::Again
        }
        // No room, most of the time.
        (206, None) => Outcome::Failed(Failure::Store),
        // A blob of another size than its sender told.
        (200..300 | 416, _) => Outcome::Failed(Failure::NotReady { reason: Reason::FileDamaged }),
        (404, _) => Outcome::Failed(Failure::NotReady { reason: Reason::FileGone }),
        _ => refused(answer),
    }
}
