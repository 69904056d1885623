//! Files: sent, saved, listed; pictures of people and groups.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use beseda_engine::Command;
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, AttachmentView, FileNumber, SharedKind, SharedView};
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::Body;
use beseda_model::ConversationId;
use beseda_wire::content::MessageRef;
use serde_json::json;

use super::progress::Progress;
use super::session::Session;
use super::trip::Trip;
use crate::args::{FilesArgs, PictureArgs, SaveArgs};
use crate::host::{AttachError, Core, FileError, saved_name};
use crate::media::{self, Format};
use crate::safe;
use crate::text::{self, Sentence, capital};

/// The largest picture of a person or group.
const MAX_PICTURE: u64 = 1024 * 1024;

impl Session {
    /// Sends a message with files.
    pub(super) async fn send_files(
        &self,
        conversation: ConversationId,
        draft: Draft,
        paths: &[PathBuf],
        as_they_are: bool,
    ) -> Result<Outcome, Trip> {
        // All of them before anything is done: a mistyped path must not cost the time for the others.
        for path in paths {
            self.check_file(path)?;
        }
        let attachments = self.sealed(paths, as_they_are).await?;
        let files: Vec<FileNumber> = attachments.iter().map(|attachment| attachment.file).collect();
        let outcome =
            match self.host.command(Command::Send { conversation, draft: Draft { attachments, ..draft } }).await {
                Ok(outcome) => outcome,
                Err(failure) => {
                    self.host.forget(&files).await;
                    return Err(failure.into());
                }
            };
        if let Outcome::Queued { message } = &outcome
            && self.waits()
        {
            self.sent_with(conversation, *message, &files).await?;
        }
        Ok(outcome)
    }

    /// Seals files in their order; those that were sealed are forgotten if one of them can't be.
    async fn sealed(&self, paths: &[PathBuf], as_they_are: bool) -> Result<Vec<AttachmentDraft>, Trip> {
        let mut attachments: Vec<AttachmentDraft> = Vec::with_capacity(paths.len());
        for path in paths {
            match self.seal(path, as_they_are).await {
                Ok(attachment) => attachments.push(attachment),
                Err(trip) => {
                    let files: Vec<FileNumber> = attachments.iter().map(|attachment| attachment.file).collect();
                    self.host.forget(&files).await;
                    return Err(trip);
                }
            }
        }
        Ok(attachments)
    }

    async fn seal(&self, path: &Path, as_it_is: bool) -> Result<AttachmentDraft, Trip> {
        let total = fs::metadata(path).map_or(0, |facts| facts.len());
        let name = shown(path.file_name().map_or(path, Path::new));
        let lang = self.lang;
        let mut progress = Progress::new();
        let told = move |done| progress.show(&lang.sentence(&Sentence::FilePrepared { name: &name, done, total }));
        self.host.seal(path.to_owned(), as_it_is, told).await.map_err(|error| self.attach_trip(path, error))
    }

    fn attach_trip(&self, path: &Path, error: AttachError) -> Trip {
        match error {
            AttachError::Failure(failure) => failure.into(),
            AttachError::File(FileError::Io(error)) => self.unreadable(path, &error),
            AttachError::File(FileError::NotBare) => Trip::Usage(self.words(&Sentence::NotBare(&shown(path)))),
            AttachError::File(_) => Trip::System(self.words(&Sentence::FileChanged(&shown(path)))),
        }
    }

    pub(super) fn unreadable(&self, path: &Path, error: &io::Error) -> Trip {
        // Without the number, which tells people nothing.
        let reason = io::Error::from(error.kind()).to_string();
        Trip::System(self.words(&Sentence::FileUnusable { path: &shown(path), reason: &reason }))
    }

    /// Fails where nothing can be sent from; answers how many bytes there are.
    pub(super) fn check_file(&self, path: &Path) -> Result<u64, Trip> {
        let facts = match fs::metadata(path) {
            Ok(facts) => facts,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Trip::Usage(self.words(&Sentence::NoSuchFile(&shown(path)))));
            }
            Err(error) => return Err(self.unreadable(path, &error)),
        };
        if !facts.is_file() {
            return Err(Trip::Usage(self.words(&Sentence::NotAFile(&shown(path)))));
        }
        fs::File::open(path).map_err(|error| self.unreadable(path, &error))?;
        Ok(facts.len())
    }

    pub(super) async fn save(&self, args: SaveArgs) -> Result<(), Trip> {
        let row = self.conversation(&args.conversation).await?;
        let message = self.message(&row, &args.message).await?;
        let attachments = match message.body {
            Body::Text { attachments, .. } => attachments,
            Body::Once { file: Some(attachment), .. } => {
                return self.open_once(row.conversation, message.message, &attachment, &args).await;
            }
            _ => Vec::new(),
        };
        let chosen: Vec<AttachmentView> = match args.number {
            Some(number) => attachments.into_iter().skip(number.saturating_sub(1)).take(number.min(1)).collect(),
            None => attachments,
        };
        if chosen.is_empty() {
            return Err(Trip::NotFound(self.words(&Sentence::NoFileThere(&safe::line(&args.message)))));
        }
        let (folder, name) = self.target(args.to.as_deref(), chosen.len())?;
        for attachment in &chosen {
            self.fetched(attachment.file).await?;
            let name = name.clone().unwrap_or_else(|| saved_name(attachment));
            self.save_one(row.conversation, message.message, attachment, &folder, name).await?;
        }
        Ok(())
    }

    /// Writes what can be opened once to where it shall be, and erases it everywhere else. The sender is told before.
    async fn open_once(
        &self,
        conversation: ConversationId,
        target: MessageRef,
        attachment: &AttachmentView,
        args: &SaveArgs,
    ) -> Result<(), Trip> {
        if !args.once || args.to.is_none() {
            return Err(Trip::Usage(self.label(text::Label::OnceNeedsTo)));
        }
        // What could fail is looked at before: there is no second time.
        let (folder, name) = self.target(args.to.as_deref(), 1)?;
        self.fetched(attachment.file).await?;
        self.change(Some(conversation), Command::OpenOnce { conversation, target }).await?;
        let name = name.unwrap_or_else(|| saved_name(attachment));
        let saved = self.save_one(conversation, target, attachment, &folder, name).await;
        self.change(None, Command::CloseOnce { conversation, target }).await?;
        saved
    }

    async fn save_one(
        &self,
        conversation: ConversationId,
        message: MessageRef,
        attachment: &AttachmentView,
        folder: &Path,
        name: String,
    ) -> Result<(), Trip> {
        let (lang, total, shown_name) = (self.lang, attachment.size, safe::line(&name));
        let mut progress = Progress::new();
        let told = move |done| progress.show(&lang.sentence(&Sentence::FileWritten { name: &shown_name, done, total }));
        let saved = self.host.save(attachment.file, folder.to_owned(), name, told).await;
        let path = saved.map_err(|error| match error {
            AttachError::File(FileError::Chunk(_)) => Failure::NotReady { reason: Reason::FileDamaged }.into(),
            error => self.attach_trip(folder, error),
        })?;
        let object = json!({
            "conversation": conversation,
            "message": message,
            "file": attachment.file,
            "name": attachment.name,
            "size": attachment.size,
            "path": path.to_string_lossy(),
        });
        self.say("saved", &object, || self.words(&Sentence::SavedAs(&shown(&path))))
    }

    /// The folder, and the name if one was given.
    fn target(&self, to: Option<&Path>, files: usize) -> Result<(PathBuf, Option<String>), Trip> {
        let Some(to) = to else { return Ok((PathBuf::from("."), None)) };
        if to.is_dir() {
            return Ok((to.to_owned(), None));
        }
        let no_folder = |folder: &Path| Trip::Usage(self.words(&Sentence::NoSuchFolder(&shown(folder))));
        // Several files have no room under one name.
        let is_folder = files > 1 || to.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
        let name = to.file_name().and_then(|name| name.to_str()).filter(|_| !is_folder).ok_or_else(|| no_folder(to))?;
        let folder = match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if folder.is_dir() { Ok((folder, Some(name.to_owned()))) } else { Err(no_folder(&folder)) }
    }

    pub(super) async fn shared(&self, args: FilesArgs) -> Result<(), Trip> {
        let conversation = self.conversation(&args.conversation).await?.conversation;
        let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
        let mut all = Vec::new();
        for kind in args.kinds() {
            all.extend(self.shared_of(conversation, kind, &args.name, limit).await?);
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.row, one.place)));
        all.truncate(limit);
        if all.is_empty() {
            self.out.note(self.lang.label(text::Label::NothingFound))?;
        }
        for one in &all {
            self.say("shared", one, || {
                let author = safe::line(&one.author_name);
                let said = text::brief(self.lang, "", std::slice::from_ref(&one.attachment));
                format!("#{:<5} {}  {author}: {said}", one.row, self.time(one.at))
            })?;
        }
        Ok(())
    }

    async fn shared_of(
        &self,
        conversation: ConversationId,
        kind: SharedKind,
        name: &str,
        limit: usize,
    ) -> Result<Vec<SharedView>, Trip> {
        let mut all: Vec<SharedView> = Vec::new();
        while all.len() < limit {
            let before = all.last().map(|last| (last.row, last.place));
            let wanted = u32::try_from(limit - all.len()).unwrap_or(u32::MAX);
            let name = name.to_owned();
            let look = move |core: &mut dyn Core, now| core.shared(conversation, kind, &name, before, wanted, now);
            let page = self.host.read(look).await?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        Ok(all)
    }

    pub(super) async fn picture(&self, args: PictureArgs) -> Result<(), Trip> {
        let conversation = match &args.group {
            Some(typed) => Some(self.conversation(typed).await?.conversation),
            None => {
                self.me().await?;
                None
            }
        };
        let file = match (&args.set, args.remove) {
            (Some(path), _) => Some(self.sealed_picture(path).await?),
            (None, true) => None,
            (None, false) => return self.show_picture(conversation).await,
        };
        let set = self.ask(Command::SetPicture { conversation, file }).await;
        if let (Err(_), Some(file)) = (&set, file) {
            self.host.forget(&[file]).await;
        }
        set?;
        self.settled(conversation).await?;
        match conversation {
            Some(conversation) => self.seen(conversation, |row| row.picture == file).await?,
            None => self.seen_of_me(|me| me.picture == file).await?,
        }
        self.done()
    }

    async fn sealed_picture(&self, path: &Path) -> Result<FileNumber, Trip> {
        if self.check_file(path)? > MAX_PICTURE {
            return Err(Trip::Usage(self.words(&Sentence::PictureTooLarge(&shown(path)))));
        }
        match media::format(path).map_err(|error| self.unreadable(path, &error))? {
            Some(Format::Png | Format::Jpeg | Format::WebP) => Ok(self.seal(path, false).await?.file),
            Some(Format::Gif | Format::Avif) | None => {
                Err(Trip::Usage(self.words(&Sentence::NotAPicture(&shown(path)))))
            }
        }
    }

    async fn show_picture(&self, conversation: Option<ConversationId>) -> Result<(), Trip> {
        let picture = match conversation {
            Some(id) => {
                let rows = self.host.read(|core, now| core.conversations(now)).await?;
                rows.into_iter().find(|row| row.conversation == id).and_then(|row| row.picture)
            }
            None => self.me().await?.picture,
        };
        let view = match picture {
            Some(file) => self.host.read(move |core, now| core.file(file, now)).await?,
            None => None,
        };
        let size = view.map(|view| view.size);
        let object = json!({ "conversation": conversation, "picture": picture, "size": size });
        self.say("picture", &object, || match size {
            Some(size) => capital(&self.words(&Sentence::PictureThere(size))),
            None => self.label(text::Label::NoPicture),
        })
    }
}

/// A path as people may read it.
fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy())
}
