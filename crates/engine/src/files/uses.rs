//! What refers to files: messages, and the pictures of people and groups.

use beseda_model::ConversationId;
use beseda_wire::content::{Attachment, FileRef, Media};
use rusqlite::{Connection, OptionalExtension};

use super::row::File;
use crate::Step;
use crate::api::file::{AttachmentView, FetchLimits, FileNumber};
use crate::store::StoreError;
use crate::timeline::column;

const TABLE: &str = "attachments";

const fn kind(media: &Media) -> i64 {
    match media {
        Media::File => 0,
        Media::Photo { .. } => 1,
        Media::Video { .. } => 2,
        Media::Audio { .. } => 3,
        Media::Voice { .. } => 4,
        Media::Sticker { .. } => 5,
    }
}

/// An attachment of a message, with the numbers of its files.
pub(crate) struct Attached {
    pub(crate) file: FileNumber,
    pub(crate) cover: Option<FileNumber>,
    /// As it was accepted.
    pub(crate) attachment: Attachment,
}

impl Attached {
    /// As people see it.
    pub(crate) fn view(self, limits: &FetchLimits) -> AttachmentView {
        let automatic = limits.take(&self.attachment.media, self.attachment.file.size);
        let Attachment { file, name, media_type, media, preview, cover: _, excerpt } = self.attachment;
        AttachmentView {
            file: self.file,
            name,
            media_type,
            media,
            preview,
            cover: self.cover,
            excerpt,
            size: file.size,
            automatic,
        }
    }
}

/// All by which it is found: its name, and what music says of itself.
pub(crate) fn called(name: &str, media: &Media) -> String {
    match media {
        Media::Audio { title, artist, .. } => format!("{name} {title} {artist}"),
        _ => name.to_owned(),
    }
}

/// A message's row has these attachments.
pub(crate) fn attach(
    step: &mut Step<'_>,
    conversation: ConversationId,
    row: i64,
    attachments: &[Attachment],
) -> Result<Vec<Attached>, StoreError> {
    let mut all = Vec::with_capacity(attachments.len());
    for (place, attachment) in (0_u32..).zip(attachments) {
        let file = use_file(step, row, &attachment.file)?;
        let cover = attachment.cover.as_ref().map(|cover| use_file(step, row, cover)).transpose()?;
        step.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO attachments (row, place, conversation, kind, file, cover, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                row,
                place,
                conversation.as_bytes(),
                kind(&attachment.media),
                file,
                cover,
                column::encode(attachment),
            ))?;
        all.push(Attached { file, cover, attachment: attachment.clone() });
    }
    Ok(all)
}

pub(super) fn use_file(step: &mut Step<'_>, row: i64, file: &FileRef) -> Result<FileNumber, StoreError> {
    let number = File::know(step, file)?.number;
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO message_files (row, file) VALUES (?1, ?2)")?
        .execute((row, number))?;
    step.tx.prepare_cached("UPDATE files SET loose = 0 WHERE number = ?1")?.execute([number])?;
    Ok(number)
}

/// A message's row has a file that nobody is to see anything of: it is counted as used, and that is all.
pub(crate) fn attach_unseen(step: &mut Step<'_>, row: i64, attachment: &Attachment) -> Result<FileNumber, StoreError> {
    use_file(step, row, &attachment.file)
}

/// The files of a row, whatever for.
pub(crate) fn of_row(conn: &Connection, row: i64) -> Result<Vec<FileNumber>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT file FROM message_files WHERE row = ?1 ORDER BY file")?;
    let numbers = statement.query_map([row], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(numbers)
}

/// The server keeps the files of this row for the account.
pub(crate) fn kept_for_account(conn: &Connection, row: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE files SET kept = 1 WHERE number IN (SELECT file FROM message_files WHERE row = ?1)")?
        .execute([row])?;
    Ok(())
}

/// In a query over `files`: whether something other than a message refers to one, a picture of somebody or a sticker.
pub(super) const IS_USED_APART: &str = "(EXISTS (SELECT 1 FROM pictures WHERE file = number) \
    OR EXISTS (SELECT 1 FROM sticker_files WHERE file = number))";

/// Whether a file belongs to nothing but messages that can be looked at once and are not open.
pub(super) fn is_locked(conn: &Connection, number: FileNumber) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT 1 FROM files WHERE number = ?1 AND NOT {IS_USED_APART} \
             AND EXISTS (SELECT 1 FROM message_files u JOIN messages m ON m.row = u.row WHERE u.file = number \
             GROUP BY u.file HAVING min(m.once) = 1 AND max(m.once) = 1)"
        ))?
        .exists([number])?)
}

/// A row has no attachments any more. What nothing else refers to goes when the step ends.
pub(crate) fn detach(conn: &Connection, row: i64) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE files SET loose = 1 WHERE number IN (SELECT file FROM message_files WHERE row = ?1)")?
        .execute([row])?;
    conn.prepare_cached("DELETE FROM message_files WHERE row = ?1")?.execute([row])?;
    conn.prepare_cached("DELETE FROM attachments WHERE row = ?1")?.execute([row])?;
    super::previews::detach(conn, row)
}

/// What goes with a message.
pub(crate) fn attachments(conn: &Connection, row: i64) -> Result<Vec<Attached>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT file, cover, body FROM attachments WHERE row = ?1 ORDER BY place")?;
    let mut rows = statement.query([row])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let attachment = column::decode(&row.get::<_, Vec<u8>>(2)?, TABLE)?;
        all.push(Attached { file: row.get(0)?, cover: row.get(1)?, attachment });
    }
    Ok(all)
}

/// The picture of an account or a conversation.
pub(crate) fn picture(conn: &Connection, owner: &[u8; 16]) -> Result<Option<FileNumber>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT file FROM pictures WHERE owner = ?1")?
        .query_row([owner], |row| row.get(0))
        .optional()?)
}

/// An account or a conversation has this picture, or none; whether that is new.
pub(crate) fn set_picture(step: &mut Step<'_>, owner: &[u8; 16], file: Option<&FileRef>) -> Result<bool, StoreError> {
    let former = picture(step.tx, owner)?;
    let next = file.map(|file| File::know(step, file)).transpose()?;
    if former == next.as_ref().map(|file| file.number) {
        return Ok(false);
    }
    if let Some(former) = former {
        step.tx.prepare_cached("UPDATE files SET loose = 1 WHERE number = ?1")?.execute([former])?;
    }
    match next {
        Some(file) => {
            step.tx
                .prepare_cached("INSERT OR REPLACE INTO pictures (owner, file) VALUES (?1, ?2)")?
                .execute((owner, file.number))?;
            step.tx.prepare_cached("UPDATE files SET loose = 0 WHERE number = ?1")?.execute([file.number])?;
            super::command::fetch(step, file)?;
        }
        None => {
            step.tx.prepare_cached("DELETE FROM pictures WHERE owner = ?1")?.execute([owner])?;
        }
    }
    Ok(true)
}
