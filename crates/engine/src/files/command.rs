//! What people and hosts want of files.

use beseda_model::ConversationId;
use beseda_wire::content::{Attachment, FileRef, InfoChange};

use super::chunks::Sealed;
use super::row::{File, Paused, TABLE, Way};
use super::uses::{self, Attached};
use super::{drives, grants, keep, rules, transfer};
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, FileDeed};
use crate::api::failure::Failure;
use crate::api::file::{AttachmentDraft, FileNumber};
use crate::api::reason::{Field, Reason};
use crate::store::StoreError;
use crate::timeline::rules::attachment::MAX_COVER;
use crate::timeline::{self, column};

/// The largest file that is taken for a picture of a person or group.
pub(crate) const MAX_PICTURE: u64 = 1024 * 1024;

/// A picture that is to be shown once the server has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    /// The command that wants it.
    id: u64,
    /// Whose; none: of the person themselves.
    conversation: Option<ConversationId>,
}

/// The host is about to seal a file, and keeps it under this number.
fn begin(step: &mut Step<'_>) -> Result<FileNumber, StoreError> {
    step.tx
        .prepare_cached("INSERT INTO files (blob, key, size, loose, used_at) VALUES (x'', x'', 0, 2, ?1)")?
        .execute([column::millis(step.now)])?;
    Ok(step.tx.last_insert_rowid())
}

/// The host has sealed a file: all of it is durable. Where the same content was sealed before, that one is used.
fn finish(step: &mut Step<'_>, number: FileNumber, sealed: &Sealed) -> Result<Result<FileNumber, Failure>, StoreError> {
    if let Some(known) = File::of_content(step.tx, &sealed.plain)?.filter(File::is_here) {
        step.tx.prepare_cached("DELETE FROM files WHERE number = ?1 AND blob = x''")?.execute([number])?;
        step.effect(Effect::File(FileDeed::Erase { file: number }));
        return Ok(Ok(known.number));
    }
    let file = &sealed.file;
    let changed = step
        .tx
        .prepare_cached("UPDATE files SET blob = ?2, key = ?3, size = ?4, plain = ?5 WHERE number = ?1 AND blob = x''")?
        .execute((number, file.blob.as_bytes(), file.key.0, file.size.cast_signed(), &sealed.plain.0))?;
    let Some(mut file) = File::find(step.tx, number)?.filter(|_| changed == 1) else {
        return Ok(Err(Failure::NotFound));
    };
    file.here = file.sealed_size();
    file.save(step)?;
    Ok(Ok(number))
}

/// Carries out commands about files; false if it is not one.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let result = match command {
        Command::BeginFile => Ok(Outcome::File { file: begin(step)? }),
        Command::FinishFile { file, sealed } => finish(step, *file, sealed)?.map(|file| Outcome::File { file }),
        Command::FetchFile { file } => on_file(step, *file, |step, file| fetch(step, file).map(drop))?,
        Command::PauseFile { file } => on_file(step, *file, |step, file| set_paused(step, file, Paused::ByPerson))?,
        Command::ResumeFile { file } => on_file(step, *file, |step, file| set_paused(step, file, Paused::No))?,
        Command::CancelFetch { file } => on_file(step, *file, cancel)?,
        Command::ForgetFile { file } => on_file(step, *file, |step, file| leave(step, file.number))?,
        Command::LimitFiles { bytes } => {
            keep::set_cache_limit(step, *bytes)?;
            Ok(Outcome::Done)
        }
        Command::ClearFiles => {
            keep::clear(step)?;
            Ok(Outcome::Done)
        }
        Command::SetFetchRules { rules } => {
            rules::set(step, rules)?;
            Ok(Outcome::Done)
        }
        Command::KeepDrive { name, access } => drives::keep(step, name, access)?.map(|()| Outcome::Done),
        Command::AuthorizeDrive { provider, name, drive, back } => {
            grants::ask(step, *provider, name, *drive, back)?.map(|()| Outcome::Done)
        }
        Command::KeepGrant { state, grant } => grants::keep(step, state, grant)?.map(|()| Outcome::Done),
        Command::RefreshDrive { drive, grant } => grants::renew(step, *drive, grant)?.map(|()| Outcome::Done),
        Command::RenameDrive { drive, name } => drives::rename(step, *drive, name)?.map(|()| Outcome::Done),
        Command::ForgetDrive { drive } => {
            drives::forget(step, *drive)?;
            Ok(Outcome::Done)
        }
        Command::SetPicture { conversation, file } => {
            return set_picture(step, id, *conversation, *file).map(|()| true);
        }
        _ => return Ok(false),
    };
    step.effect(Effect::Done { id, result });
    Ok(true)
}

fn on_file(
    step: &mut Step<'_>,
    number: FileNumber,
    act: impl FnOnce(&mut Step<'_>, File) -> Result<(), StoreError>,
) -> Result<Result<Outcome, Failure>, StoreError> {
    let Some(file) = File::find(step.tx, number)? else { return Ok(Err(Failure::NotFound)) };
    act(step, file)?;
    Ok(Ok(Outcome::Done))
}

/// Fetches a file that is not here, again if it failed before.
pub(crate) fn fetch(step: &mut Step<'_>, mut file: File) -> Result<(), StoreError> {
    if file.is_here() || (file.way != Way::Rest && file.paused == Paused::No) {
        return Ok(());
    }
    if file.way == Way::Rest {
        file.way = Way::Down;
    }
    file.paused = Paused::No;
    file.failure = None;
    file.save(step)
}

pub(super) fn set_paused(step: &mut Step<'_>, mut file: File, paused: Paused) -> Result<(), StoreError> {
    if file.way == Way::Rest || file.paused == paused {
        return Ok(());
    }
    transfer::stop(step, file.number);
    file.paused = paused;
    file.save(step)
}

/// A file is not wanted any more: what has come of it is erased.
fn cancel(step: &mut Step<'_>, mut file: File) -> Result<(), StoreError> {
    if file.way != Way::Down {
        return Ok(());
    }
    transfer::stop(step, file.number);
    (file.way, file.here, file.paused) = (Way::Rest, 0, Paused::No);
    step.effect(Effect::File(FileDeed::Erase { file: file.number }));
    file.save(step)
}

/// The attachments of a draft, whose files this device has.
pub(crate) fn take(step: &Step<'_>, drafts: &[AttachmentDraft]) -> Result<Vec<Attachment>, Failure> {
    let mut attachments = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let here = |number| File::find(step.tx, number)?.filter(File::is_here).ok_or(Failure::NotFound);
        let cover = draft.cover.map(here).transpose()?;
        if cover.as_ref().is_some_and(|cover| cover.file.size > MAX_COVER) {
            return Err(Failure::invalid(Field::Picture, Reason::AtMostBytes { most: MAX_COVER }));
        }
        attachments.push(Attachment {
            file: here(draft.file)?.file,
            name: draft.name.clone(),
            media_type: draft.media_type.clone(),
            media: draft.media.clone(),
            preview: draft.preview.clone(),
            cover: cover.map(|cover| cover.file),
            excerpt: draft.excerpt.clone(),
        });
    }
    timeline::rules::attachment::accept(&attachments).map_err(|_| Failure::invalid(Field::Files, Reason::TooMany))
}

/// The server is to keep the files of a message for this account.
pub(crate) fn send(step: &mut Step<'_>, row: i64) -> Result<(), StoreError> {
    uses::of_row(step.tx, row)?.into_iter().try_for_each(|number| send_file(step, number))
}

/// A file that was sealed is not sent after all.
pub(crate) fn leave(step: &mut Step<'_>, number: FileNumber) -> Result<(), StoreError> {
    step.tx.prepare_cached("UPDATE files SET loose = 1 WHERE number = ?1")?.execute([number])?;
    Ok(())
}

/// The server is to keep a file for this account, as something of this account's refers to it.
pub(crate) fn send_file(step: &mut Step<'_>, number: FileNumber) -> Result<(), StoreError> {
    let Some(mut file) = File::find(step.tx, number)?.filter(|file| !file.kept) else { return Ok(()) };
    if matches!(file.way, Way::Up | Way::Keep) {
        return Ok(());
    }
    let came_from_others = file.here == 0 || !sealed_here(step, number)?;
    if file.way == Way::Down {
        transfer::stop(step, number);
    }
    file.way = if came_from_others { Way::Keep } else { Way::Up };
    (file.paused, file.failure) = (Paused::No, None);
    file.save(step)
}

fn sealed_here(step: &Step<'_>, number: FileNumber) -> Result<bool, StoreError> {
    Ok(step.tx.prepare_cached("SELECT 1 FROM files WHERE number = ?1 AND plain <> x''")?.exists([number])?)
}

fn set_picture(
    step: &mut Step<'_>,
    id: u64,
    conversation: Option<ConversationId>,
    file: Option<FileNumber>,
) -> Result<(), StoreError> {
    let deed = Deed { id, conversation };
    let result = match check_picture(step, deed, file) {
        Ok(None) => show(step, deed, None)?,
        Ok(Some(file)) if file.kept => show(step, deed, Some(&file.file))?,
        Ok(Some(file)) => {
            step.memory.files.deeds.entry(file.number).or_default().push(deed);
            return send_file(step, file.number);
        }
        Err(Failure::Store) => return Err(StoreError::damaged(TABLE)),
        Err(failure) => Err(failure),
    };
    step.effect(Effect::Done { id, result });
    Ok(())
}

fn check_picture(step: &Step<'_>, deed: Deed, file: Option<FileNumber>) -> Result<Option<File>, Failure> {
    match deed.conversation {
        Some(conversation) => timeline::may_set_info(step, conversation)?,
        None if !crate::identity::is_signed_in(step.tx)? => return Err(Failure::NotSignedIn),
        None => {}
    }
    let Some(number) = file else { return Ok(None) };
    let file = File::find(step.tx, number)?.filter(File::is_here).ok_or(Failure::NotFound)?;
    if file.file.size > MAX_PICTURE {
        return Err(Failure::invalid(Field::Picture, Reason::AtMostBytes { most: MAX_PICTURE }));
    }
    Ok(Some(file))
}

/// The server has a picture: it can be shown to others.
fn show(step: &mut Step<'_>, deed: Deed, file: Option<&FileRef>) -> Result<Result<Outcome, Failure>, StoreError> {
    let done = match deed.conversation {
        None => timeline::set_own_picture(step, file).map_err(Failure::from).map(|()| Outcome::Done),
        Some(conversation) => {
            let change = InfoChange { picture: Some(file.cloned()), ..InfoChange::default() };
            timeline::set_info(step, conversation, change)
        }
    };
    match done {
        Err(Failure::Store) => Err(StoreError::damaged(TABLE)),
        other => Ok(other),
    }
}

/// A file that was to be sent is on the server, or will never be.
pub(super) fn ended(step: &mut Step<'_>, file: &File, how: Result<(), Failure>) -> Result<(), StoreError> {
    for deed in step.memory.files.deeds.remove(&file.number).unwrap_or_default() {
        let result = match &how {
            Ok(()) => show(step, deed, Some(&file.file))?,
            Err(why) => Err(why.clone()),
        };
        step.effect(Effect::Done { id: deed.id, result });
    }
    Ok(())
}

/// A message with files has come, and these may be fetched without anybody asking for them.
pub(crate) fn fetch_automatic(step: &mut Step<'_>, attached: &[Attached]) -> Result<(), StoreError> {
    if attached.is_empty() {
        return Ok(());
    }
    let limits = rules::limits(step.tx)?;
    for Attached { file, cover, attachment } in attached {
        // What stands for a file is small in any case.
        let file = limits.take(&attachment.media, attachment.file.size).then_some(*file);
        for number in cover.iter().copied().chain(file) {
            if let Some(file) = File::find(step.tx, number)?.filter(|file| file.failure.is_none()) {
                fetch(step, file)?;
            }
        }
    }
    Ok(())
}
