//! Bytes of uploads, as they come. What has come counts, also when the connection is cut; what a checksum came with
//! counts whole or not at all.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use beseda_app::domain::{Actor, Upload, WrongOffset};
use beseda_app::port::StoreError;
use beseda_app::usecase::blob::{BlobError, FinishUpload, cancel_upload, extend_upload, finish_upload, own_upload};
use beseda_model::UploadId;
use beseda_wire::Problem;
use futures_util::StreamExt as _;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::left::{Left, Running};
use super::turns::Turn;
use super::{PART, Work};
use crate::checksum::Checksum;
use crate::context::Context;
use crate::line::PATIENCE;
use crate::problem;

/// Bytes after which what has come is made durable while more is coming.
const DURABLE: u64 = 32 * PART as u64;
/// Bytes after which the upload's life is prolonged, too.
const PROLONGED: u64 = 8 * DURABLE;

/// Bytes that arrive for an upload.
#[derive(Debug)]
pub(crate) struct Arriving {
    /// Which.
    pub(crate) upload: UploadId,
    /// Where they belong.
    pub(crate) offset: u64,
    /// The bytes.
    pub(crate) body: Body,
    /// What they are to add up to.
    pub(crate) checksum: Option<Checksum>,
    /// Whether nobody knows of the upload yet, so that nobody can go on with it if these do not come through.
    pub(crate) is_new: bool,
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    /// The upload.
    pub(crate) upload: Upload,
    /// The bytes of it that are there.
    pub(crate) have: u64,
}

/// Why an upload did not go on.
enum Stopped {
    /// A rule or the store.
    Blob(BlobError),
    /// The server is about to end.
    Ending,
    /// Somebody else goes on with the upload.
    Superseded,
    /// More came than the upload has room for.
    TooMuch,
    /// The connection was cut, or nothing came for a while.
    Cut,
}

impl<E: Into<BlobError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Blob(error.into())
    }
}

impl Stopped {
    /// `have` bytes of the upload are there.
    fn problem(&self, context: &Context, have: u64) -> Problem {
        match self {
            Self::Blob(error) => context.refuse("upload", error),
            Self::Superseded => context.refuse("upload", &BlobError::from(WrongOffset { have })),
            Self::Ending => problem::overloaded(),
            Self::TooMuch => problem::bad_request("these are more bytes than the upload was announced with"),
            Self::Cut => problem::bad_request("the bytes did not come to their end"),
        }
    }
}

/// Takes bytes for an upload of the actor's, and makes a blob of it after its last one. It goes on to its end by itself,
/// whether or not somebody waits for the answer.
///
/// # Errors
/// Why it stopped. What has come before counts.
pub(crate) async fn receive(context: &Arc<Context>, actor: Actor, arriving: Arriving) -> Result<Progress, Problem> {
    let (tell, told) = oneshot::channel();
    let own = context.clone();
    context.tasks.spawn("upload", async move {
        let (upload, is_new) = (arriving.upload, arriving.is_new);
        let done = take(&own, actor, arriving).await;
        if is_new && done.is_err() {
            drop(cancel(&own, actor, upload).await);
        }
        drop(tell.send(done));
    });
    told.await.unwrap_or_else(|_| Err(problem::internal(context.request_id())))
}

/// How far an upload of the actor's has come. If all of it has, but it has not become a blob because the server ended in
/// between, it does now.
///
/// # Errors
/// When there is none.
pub(crate) async fn progress(context: &Context, actor: Actor, id: UploadId) -> Result<Progress, Problem> {
    let done = async {
        let (upload, have, _turn) = open(context, actor, id).await?;
        if upload.blob.is_none() && have > 0 {
            // A process that was killed may have left some of it to the system alone.
            context.blobs.blocking(move |files| files.sync(id)).await?;
        }
        finish_if_whole(context, actor, Progress { upload, have }).await
    };
    done.await.map_err(|error| context.refuse("upload_state", &error))
}

/// Ends an upload of the actor's.
///
/// # Errors
/// When there is none.
pub(crate) async fn cancel(context: &Context, actor: Actor, id: UploadId) -> Result<(), Problem> {
    let done = async {
        let (_, _, _turn) = open(context, actor, id).await?;
        let now = context.clock.now();
        context.write(move |uow| cancel_upload(uow, actor, id, now)).await?;
        context.blobs.left.forget(id);
        context.blobs.blocking(move |files| files.discard(id)).await?;
        Ok::<_, BlobError>(())
    };
    done.await.map_err(|error| context.refuse("end_upload", &error))
}

/// The actor's upload and how much of it is there, for as long as the turn is held.
async fn open(context: &Context, actor: Actor, id: UploadId) -> Result<(Upload, u64, Turn<UploadId>), BlobError> {
    let now = context.clock.now();
    // Nobody disturbs the upload of another account.
    context.read(move |view| own_upload(view, actor, id, now)).await?;
    let turn = context.blobs.turns.take(id).await;
    let upload = context.read(move |view| own_upload(view, actor, id, now)).await?;
    let have = match upload.blob {
        Some(_) => upload.length,
        None => context.blobs.blocking(move |files| files.size(id)).await?.unwrap_or(0),
    };
    Ok((upload, have, turn))
}

async fn take(context: &Context, actor: Actor, arriving: Arriving) -> Result<Progress, Problem> {
    let refuse = |error: BlobError| context.refuse("upload", &error);
    let Arriving { upload: id, offset, body, checksum, .. } = arriving;
    let (upload, have, turn) = open(context, actor, id).await.map_err(refuse)?;
    let room = upload.room(have, offset).map_err(|wrong| refuse(wrong.into()))?;
    if upload.blob.is_none() && have == 0 {
        context.blobs.blocking(move |files| files.create(id)).await.map_err(|error| refuse(error.into()))?;
    }
    let mut writing = Writing::new(context, actor, id, have);
    let is_checked = checksum.is_some();
    let before = if is_checked { writing.hash.clone() } else { None };
    let taken = writing.take(body, room, &turn, checksum).await;
    let kept = match &taken {
        Err(_) if is_checked => writing.undo(offset, before).await,
        Ok(()) if writing.end() == upload.length => writing.finish().await,
        _ => writing.pause().await,
    };
    context.blobs.left.keep(id, Left { hash: writing.hash.take(), syncing: writing.syncing.take() });
    taken.map_err(|stopped| stopped.problem(context, writing.at))?;
    let upload = kept.map_err(refuse)?.unwrap_or(upload);
    finish_if_whole(context, actor, Progress { upload, have: writing.at }).await.map_err(refuse)
}

/// An upload that grows. While a part is written and hashed the next one comes, and what was written becomes durable
/// while more is.
struct Writing<'a> {
    context: &'a Context,
    actor: Actor,
    id: UploadId,
    /// The bytes that are written.
    at: u64,
    /// Those of them that are durable after `syncing`.
    durable: u64,
    /// Those that were there when the upload's life was prolonged.
    prolonged: u64,
    /// Those that are not written yet.
    gathered: Vec<u8>,
    /// The hash of the bytes that are written, if it is known.
    hash: Option<Running>,
    appending: Option<Work<Appended>>,
    syncing: Option<Work<()>>,
}

/// A part that was written.
struct Appended {
    bytes: Vec<u8>,
    hash: Option<Running>,
}

impl<'a> Writing<'a> {
    fn new(context: &'a Context, actor: Actor, id: UploadId, have: u64) -> Self {
        let Left { hash, syncing } = context.blobs.left.take(id, have);
        Self {
            context,
            actor,
            id,
            at: have,
            durable: have,
            prolonged: have,
            gathered: Vec::new(),
            hash,
            appending: None,
            syncing,
        }
    }

    /// Takes what comes.
    async fn take(
        &mut self,
        body: Body,
        mut room: u64,
        turn: &Turn<UploadId>,
        mut checksum: Option<Checksum>,
    ) -> Result<(), Stopped> {
        let mut stream = body.into_data_stream();
        loop {
            let next = tokio::select! {
                biased;
                () = turn.superseded() => return Err(Stopped::Superseded),
                () = self.context.tasks.stop_signal().cancelled() => return Err(Stopped::Ending),
                next = timeout(PATIENCE, stream.next()) => next,
            };
            let bytes = match next {
                Ok(Some(Ok(bytes))) => bytes,
                Ok(None) => break,
                Ok(Some(Err(_))) | Err(_) => return Err(Stopped::Cut),
            };
            room = room.checked_sub(bytes.len() as u64).ok_or(Stopped::TooMuch)?;
            if let Some(checksum) = &mut checksum {
                checksum.update(&bytes);
            }
            self.add(bytes).await?;
        }
        self.write().await?;
        self.written().await?;
        if checksum.is_some_and(|checksum| !checksum.fits()) {
            return Err(BlobError::WrongChecksum.into());
        }
        Ok(())
    }

    async fn add(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= PART {
            self.write().await?;
        }
        if self.at.saturating_sub(self.durable) >= DURABLE {
            self.begin_sync().await?;
        }
        Ok(())
    }

    /// Waits until the part before is written, and begins to write what was gathered.
    async fn write(&mut self) -> Result<(), StoreError> {
        let spare = self.written().await?.unwrap_or_default();
        if self.gathered.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::replace(&mut self.gathered, spare);
        let (id, at, mut hash) = (self.id, self.at, self.hash.take());
        self.appending = Some(self.context.blobs.begin(move |files| {
            files.append(id, at, &bytes)?;
            if let Some(hash) = &mut hash {
                hash.update(&bytes);
            }
            Ok(Appended { bytes, hash })
        }));
        Ok(())
    }

    /// Waits until the part that is being written is. Gives its room back.
    async fn written(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(appending) = self.appending.take() else { return Ok(None) };
        match appending.done().await {
            Ok(Appended { mut bytes, hash }) => {
                self.at = self.at.saturating_add(bytes.len() as u64);
                self.hash = hash;
                bytes.clear();
                Ok(Some(bytes))
            }
            Err(error) => {
                // A part of it may be there, what follows does not belong there, and the hash is not known.
                self.gathered.clear();
                let (id, at) = (self.id, self.at);
                self.at = self.context.blobs.blocking(move |files| files.size(id)).await?.unwrap_or(at);
                Err(error)
            }
        }
    }

    /// Waits until what was made durable is, and begins with what has come since.
    async fn begin_sync(&mut self) -> Result<(), BlobError> {
        self.synced().await?;
        if self.durable.saturating_sub(self.prolonged) >= PROLONGED {
            self.prolong().await?;
        }
        let id = self.id;
        self.syncing = Some(self.context.blobs.begin(move |files| files.sync(id)));
        self.durable = self.at;
        Ok(())
    }

    async fn synced(&mut self) -> Result<(), StoreError> {
        let Some(syncing) = self.syncing.take() else { return Ok(()) };
        let synced = syncing.done().await;
        if synced.is_err() {
            // Who knows what the disk has.
            self.hash = None;
        }
        synced
    }

    async fn prolong(&mut self) -> Result<Upload, BlobError> {
        self.prolonged = self.at;
        let (id, actor, now) = (self.id, self.actor, self.context.clock.now());
        self.context.write(move |uow| extend_upload(uow, actor, id, now)).await
    }

    /// Where what has come ends.
    fn end(&self) -> u64 {
        self.at.saturating_add(self.gathered.len() as u64)
    }

    /// Leaves it to the blob's placing to make the rest durable.
    async fn finish(&mut self) -> Result<Option<Upload>, BlobError> {
        self.synced().await?;
        Ok(None)
    }

    /// Writes what is left and prolongs the upload's life; the upload as it is then, if anything has come. It becomes
    /// durable while the next request comes: whoever asks how far the upload is, or sends the last of it, waits for that.
    async fn pause(&mut self) -> Result<Option<Upload>, BlobError> {
        let mut written = self.write().await;
        written = written.and(self.written().await.map(drop));
        if self.at == self.prolonged {
            return written.map(|()| None).map_err(BlobError::from);
        }
        // Not beside it: a commit would wait for these bytes, too.
        let prolonged = self.prolong().await;
        self.begin_sync().await?;
        written?;
        prolonged.map(Some)
    }

    /// Takes back what came since `offset`, before which the hash was this.
    async fn undo(&mut self, offset: u64, hash: Option<Running>) -> Result<Option<Upload>, BlobError> {
        self.gathered.clear();
        // What it failed of is taken back.
        drop(self.written().await);
        let hash = if self.synced().await.is_ok() { hash } else { None };
        let id = self.id;
        self.context.blobs.blocking(move |files| files.cut(id, offset).and_then(|()| files.sync(id))).await?;
        (self.at, self.hash) = (offset, hash);
        Ok(None)
    }
}

/// Makes a blob of an upload that has come to its end. To be called in its turn.
async fn finish_if_whole(context: &Context, actor: Actor, progress: Progress) -> Result<Progress, BlobError> {
    let Progress { upload, have } = progress;
    if upload.blob.is_some() || have != upload.length {
        return Ok(progress);
    }
    let (blobs, id) = (&context.blobs, upload.id);
    if have == 0 {
        blobs.blocking(move |files| files.create(id)).await?;
    }
    let hash = blobs.left.take(id, have).settled().await;
    let blob = match &hash {
        Some(hash) => hash.clone().blob(),
        None => {
            let _hashing = blobs.hashing.acquire().await.map_err(|_| StoreError::Closed)?;
            blobs.blocking(move |files| files.digest(id)).await?
        }
    };
    let now = context.clock.now();
    if !upload.fits(blob) {
        // These bytes are of no use, and nothing tells which of them are wrong.
        context.write(move |uow| cancel_upload(uow, actor, id, now)).await?;
        blobs.blocking(move |files| files.discard(id)).await?;
        return Err(BlobError::WrongChecksum);
    }
    let cmd = FinishUpload { id, blob, at: now };
    let upload = {
        let _placing = blobs.placing.take(blob).await;
        let placed = blobs.blocking(move |files| files.place(id, blob)).await;
        if placed.is_err() {
            // It is tried again when somebody asks for the upload.
            blobs.left.keep(id, Left { hash, syncing: None });
        }
        placed?;
        context.write(move |uow| finish_upload(uow, actor, cmd)).await?
    };
    blobs.blocking(move |files| files.discard(id)).await?;
    Ok(Progress { upload, have })
}
