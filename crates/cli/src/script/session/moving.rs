//! Waiting for files: as long as something moves, there is patience for more.

use beseda_engine::Command;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{FileNumber, FileState, FileView};
use beseda_engine::api::view::Delivery;
use beseda_model::{ConversationId, MessageId};

use super::Session;
use crate::script::progress::Progress;
use crate::script::trip::Trip;
use crate::text::Sentence;

/// How far some files are, in bytes as they are moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Moved {
    done: u64,
    total: u64,
}

impl Session {
    /// Waits until a message and what goes with it are durable on the server.
    ///
    /// # Errors
    /// When it fails for good, or nothing moves any more.
    pub(in crate::script) async fn sent_with(
        &self,
        conversation: ConversationId,
        message: MessageId,
        files: &[FileNumber],
    ) -> Result<(), Trip> {
        let look = async || {
            let waiting = self.host.read(|core, now| core.waiting(now)).await?;
            let state = waiting.into_iter().find(|w| w.conversation == conversation && w.message == message);
            match state.map(|waiting| waiting.delivery) {
                Some(Delivery::Failed { why }) => Err(why.into()),
                Some(Delivery::Queued | Delivery::Sending) => Ok(None),
                Some(Delivery::Sent | Delivery::Delivered | Delivery::Read) | None => Ok(Some(())),
            }
        };
        let said = |moved: Moved| self.words(&Sentence::FilesSent { done: moved.done, total: moved.total });
        self.while_moving(true, files, look, said).await
    }

    /// Fetches a file, if it is not here.
    ///
    /// # Errors
    /// When it can't be had, or nothing moves any more.
    pub(in crate::script) async fn fetched(&self, file: FileNumber) -> Result<(), Trip> {
        if self.opens(file).await? {
            return Ok(());
        }
        self.host.command(Command::FetchFile { file }).await?;
        let look = async || {
            if self.opens(file).await? {
                return Ok(Some(()));
            }
            match self.file(file).await?.map(|view| view.at) {
                Some(FileState::Failed { why }) => Err(why.into()),
                Some(_) => Ok(None),
                None => Err(Failure::NotFound.into()),
            }
        };
        let said = |moved: Moved| self.words(&Sentence::FilesFetched { done: moved.done, total: moved.total });
        self.while_moving(false, &[file], look, said).await
    }

    /// Whether all of a file is on this device.
    async fn opens(&self, file: FileNumber) -> Result<bool, Trip> {
        Ok(self.file(file).await?.is_some_and(|view| view.at == FileState::Here))
    }

    async fn file(&self, file: FileNumber) -> Result<Option<FileView>, Trip> {
        Ok(self.host.read(move |core, now| core.file(file, now)).await?)
    }

    async fn moved(&self, files: &[FileNumber]) -> Result<Moved, Trip> {
        let mut moved = Moved::default();
        for file in files {
            let Some(view) = self.file(*file).await? else { continue };
            match view.at {
                FileState::Moving { done, total, .. } | FileState::Paused { done, total, .. } => {
                    moved.done += done;
                    moved.total += total;
                }
                FileState::Here => {
                    moved.done += view.size;
                    moved.total += view.size;
                }
                FileState::Elsewhere | FileState::Failed { .. } => moved.total += view.size,
            }
        }
        Ok(moved)
    }

    /// Looks until there is an answer. The patience that the arguments allow begins anew with everything that has moved.
    async fn while_moving<T>(
        &self,
        queued: bool,
        files: &[FileNumber],
        look: impl AsyncFn() -> Result<Option<T>, Trip>,
        said: impl Fn(Moved) -> String,
    ) -> Result<T, Trip> {
        let mut notices = self.host.notices();
        let mut progress = Progress::new();
        loop {
            let before = self.moved(files).await?;
            progress.show(&said(before));
            let step = self.patiently(queued, async {
                loop {
                    if let Some(answer) = look().await? {
                        return Ok(Some(answer));
                    }
                    if self.moved(files).await? != before {
                        return Ok(None);
                    }
                    self.is_online(queued).await?;
                    self.next_change(&mut notices).await?;
                }
            });
            if let Some(answer) = step.await? {
                return Ok(answer);
            }
        }
    }
}
