//! To the server, by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>).

use data_encoding::BASE64;

use super::row::{File, Way};
use super::transfer::{Outcome, refused, request};
use crate::Step;
use crate::api::event::{Part, Transfer, TransferAnswer};
use crate::store::StoreError;

const MEDIA_TYPE: &str = "application/offset+octet-stream";

/// The next request: it begins the upload, asks how far it has come, or goes on with it.
pub(super) fn next(step: &Step<'_>, file: &File) -> Result<Transfer, StoreError> {
    let total = file.sealed_size();
    let portion =
        |at: u64| Part::Send { file: file.number, at, len: step.memory.files.portion().min(total.saturating_sub(at)) };
    if file.upload.is_empty() {
        let digest = BASE64.encode(file.file.blob.to_string().as_bytes());
        let mut transfer = request(step.tx, "POST", "/api/v1/uploads")?;
        transfer.headers.extend([
            ("upload-length", total.to_string()),
            ("upload-metadata", format!("digest {digest}")),
            ("content-type", MEDIA_TYPE.to_owned()),
        ]);
        transfer.part = portion(0);
        return Ok(speaking(transfer));
    }
    match step.memory.files.offsets.get(&file.number) {
        None => request(step.tx, "HEAD", &file.upload).map(speaking),
        Some(offset) => {
            let mut transfer = request(step.tx, "PATCH", &file.upload)?;
            transfer.headers.extend([("upload-offset", offset.to_string()), ("content-type", MEDIA_TYPE.to_owned())]);
            transfer.part = portion(*offset);
            Ok(speaking(transfer))
        }
    }
}

fn speaking(mut transfer: Transfer) -> Transfer {
    transfer.headers.push(("tus-resumable", "1.0.0".to_owned()));
    transfer
}

/// The server's answer.
pub(super) fn answered(step: &mut Step<'_>, file: &mut File, answer: &TransferAnswer) -> Outcome {
    match answer.status {
        200..300 => {
            if file.upload.is_empty() {
                // Only a path: the server is the one that this profile belongs to.
                let Some(path) = answer.header("location").filter(|place| place.starts_with("/api/v1/uploads/")) else {
                    return Outcome::Lost;
                };
                path.clone_into(&mut file.upload);
            }
            let Some(offset) = answer.header("upload-offset").and_then(|offset| offset.parse::<u64>().ok()) else {
                return Outcome::Lost;
            };
            file.sent = offset.min(file.sealed_size());
            step.memory.files.offsets.insert(file.number, file.sent);
            if file.sent == file.sealed_size() {
                (file.way, file.kept) = (Way::Rest, true);
                file.upload.clear();
            }
            Outcome::Moved
        }
        // The upload has ended, or was never begun.
        404 | 410 if !file.upload.is_empty() => {
            file.upload.clear();
            file.sent = 0;
            step.memory.files.offsets.remove(&file.number);
            Outcome::Again
        }
        // Somewhere in between less or more has arrived than was thought, or it was not what was sent.
        409 | 460 => {
            step.memory.files.offsets.remove(&file.number);
            Outcome::Again
        }
        _ => refused(answer),
    }
}
