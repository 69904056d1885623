//! What time brings about: uploads end, blobs that nobody keeps are erased. And once after the start, what a sudden end
//! has left is put in order.

use std::sync::atomic::Ordering;

use beseda_app::domain::Blob;
use beseda_app::port::StoreError;
use beseda_app::usecase::blob::{adopt, expire_uploads, forget_blobs, unkept_blobs};
use beseda_model::Timestamp;

use crate::context::Context;

/// Runs without a pause while there is much to erase.
const MOST_RUNS: usize = 64;
/// Folders of blobs that are compared with the database at a time.
const FOLDERS: u8 = 16;

/// Does what is due.
pub(crate) async fn tend(context: &Context, now: Timestamp) {
    if !context.blobs.swept.swap(true, Ordering::Relaxed)
        && let Err(error) = sweep(context, now).await
    {
        context.blobs.swept.store(false, Ordering::Relaxed);
        tracing::error!(error = %error, "Files could not be compared with the database; trying again in a minute.");
        return;
    }
    for _ in 0..MOST_RUNS {
        match erase(context, now).await {
            Ok(true) => {}
            Ok(false) | Err(StoreError::Overloaded | StoreError::Closed) => return,
            Err(error) => {
                // What the database has forgotten and was not erased is found by comparing.
                context.blobs.swept.store(false, Ordering::Relaxed);
                tracing::error!(error = %error, "Files that nobody needs could not be erased; they will be later.");
                return;
            }
        }
    }
}

/// Erases some of what is due; tells whether there was any.
async fn erase(context: &Context, now: Timestamp) -> Result<bool, StoreError> {
    let uploads = context.write(move |uow| expire_uploads(uow, now)).await?;
    uploads.iter().for_each(|upload| context.blobs.left.forget(*upload));
    let mut any = !uploads.is_empty();
    context.blobs.blocking(move |files| uploads.iter().try_for_each(|upload| files.discard(*upload))).await?;

    let unkept = context.read(move |view| unkept_blobs(view, now)).await?;
    // One that an upload is about to become is not unkept for long.
    let turns = unkept.into_iter().filter_map(|blob| Some((blob, context.blobs.placing.take_if_free(blob)?)));
    let (unkept, _turns): (Vec<_>, Vec<_>) = turns.unzip();
    if unkept.is_empty() {
        return Ok(any);
    }
    let gone = context.write(move |uow| forget_blobs(uow, &unkept, now)).await?;
    any |= !gone.is_empty();
    context.blobs.blocking(move |files| files.remove(&gone)).await?;
    Ok(any)
}

/// Erases files of uploads that are over, and takes up blobs that the database does not know.
async fn sweep(context: &Context, now: Timestamp) -> Result<(), StoreError> {
    let found = context.blobs.blocking(|files| files.uploads()).await?;
    let over = context.read(move |view| {
        let mut over = Vec::new();
        for upload in found {
            // The database learns of an upload before it has a file.
            if view.blobs().upload(upload)?.is_none_or(|known| known.blob.is_some()) {
                over.push(upload);
            }
        }
        Ok::<_, StoreError>(over)
    });
    let over = over.await?;
    context.blobs.blocking(move |files| over.iter().try_for_each(|upload| files.discard(*upload))).await?;
    let mut adopted = 0;
    for group in 0..=u8::MAX / FOLDERS {
        adopted += take_up(context, group * FOLDERS, now).await?;
    }
    if adopted > 0 {
        tracing::info!(items = adopted, "Files were found that the database did not know; they stay for a while.");
    }
    Ok(())
}

async fn take_up(context: &Context, first: u8, now: Timestamp) -> Result<usize, StoreError> {
    let last = first.saturating_add(FOLDERS - 1);
    let found = context.blobs.blocking(move |files| {
        let mut found = Vec::new();
        for beginning in first..=last {
            found.extend(files.blobs(beginning)?);
        }
        Ok(found)
    });
    let found = found.await?;
    let unknown = context.read(move |view| {
        let mut unknown: Vec<Blob> = Vec::new();
        for blob in found {
            if view.blobs().find(blob.id)?.is_none() {
                unknown.push(blob);
            }
        }
        Ok::<_, StoreError>(unknown)
    });
    // One that an upload is about to become will be known.
    let turns =
        unknown.await?.into_iter().filter_map(|blob| Some((blob, context.blobs.placing.take_if_free(blob.id)?)));
    let (unknown, _turns): (Vec<_>, Vec<_>) = turns.unzip();
    if unknown.is_empty() {
        return Ok(0);
    }
    // Some may have been erased since they were found, or become known.
    let there = context.blobs.blocking(move |files| {
        let mut there = Vec::new();
        for blob in unknown {
            if files.read(blob.id, 0, 0)?.is_some() {
                there.push(blob);
            }
        }
        Ok(there)
    });
    let there = there.await?;
    context.write(move |uow| adopt(uow, &there, now)).await
}
