//! Folders for the list of conversations.

use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::view::FolderView;
use beseda_model::FolderId;

use super::address::{is_id, only};
use super::session::Session;
use super::trip::Trip;
use crate::args::FolderCommand;
use crate::text::Sentence;

impl Session {
    pub(super) async fn folders(&self, command: FolderCommand) -> Result<(), Trip> {
        self.me().await?;
        match command {
            FolderCommand::List => {
                for folder in self.host.read(|core, _| core.folders()).await? {
                    self.say_folder(&folder)?;
                }
                return Ok(());
            }
            FolderCommand::Make { name, conversations } => {
                let Outcome::Folder { folder } = self.change(None, Command::MakeFolder { name }).await? else {
                    return self.done();
                };
                self.lay(folder, &conversations, true).await?;
                let made = self.host.read(|core, _| core.folders()).await?;
                return made.iter().filter(|known| known.folder == folder).try_for_each(|made| self.say_folder(made));
            }
            FolderCommand::Rename { folder, name } => {
                let folder = self.folder(&folder).await?;
                self.change(None, Command::RenameFolder { folder, name }).await?;
            }
            FolderCommand::Move { folder, place } => {
                let folder = self.folder(&folder).await?;
                self.change(None, Command::MoveFolder { folder, to: place.saturating_sub(1) }).await?;
            }
            FolderCommand::Delete { folder } => {
                let folder = self.folder(&folder).await?;
                self.change(None, Command::DeleteFolder { folder }).await?;
            }
            FolderCommand::Put { folder, conversations } => {
                self.lay(self.folder(&folder).await?, &conversations, true).await?;
            }
            FolderCommand::Take { folder, conversations } => {
                self.lay(self.folder(&folder).await?, &conversations, false).await?;
            }
        }
        self.done()
    }

    fn say_folder(&self, folder: &FolderView) -> Result<(), Trip> {
        self.say("folder", folder, || folder.name.clone())
    }

    async fn lay(&self, folder: FolderId, conversations: &[String], into: bool) -> Result<(), Trip> {
        for conversation in conversations {
            self.keep(conversation, |_, own| {
                own.folders.retain(|other| *other != folder);
                own.folders.extend(into.then_some(folder));
            })
            .await?;
        }
        Ok(())
    }

    /// A folder: its name, its id, or the end of that.
    ///
    /// # Errors
    /// When none or more than one is meant.
    pub(super) async fn folder(&self, typed: &str) -> Result<FolderId, Trip> {
        let lower = typed.to_lowercase();
        let fits =
            |folder: &FolderView| folder.name.to_lowercase() == lower || is_id(&folder.folder.to_string(), typed);
        let folders = self.host.read(|core, _| core.folders()).await?;
        let found = only(
            folders.into_iter().filter(fits),
            || Trip::NotFound(self.words(&Sentence::NoSuchFolder(typed))),
            || Trip::Usage(self.words(&Sentence::Ambiguous(typed))),
        )?;
        Ok(found.folder)
    }
}
