//! From the server, in ranges.

use super::row::File;
use super::transfer::{Outcome, refused, request};
use crate::Step;
use crate::api::event::{Part, Transfer, TransferAnswer};
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::store::StoreError;

/// The next request.
pub(super) fn next(step: &Step<'_>, file: &File) -> Result<Transfer, StoreError> {
    let len = step.memory.files.portion().min(file.sealed_size().saturating_sub(file.here));
    let mut transfer = request(step, "GET", &format!("/api/v1/blobs/{}", file.file.blob))?;
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
