//! Pages that messages link to: what is shown of them, with a picture that is a file like any other.

use beseda_wire::content::{Entity, LinkPreview, Message};
use rusqlite::{Connection, OptionalExtension};

use super::row::File;
use super::uses::{Attached, use_file};
use crate::Step;
use crate::api::file::FetchLimits;
use crate::api::view::LinkPreviewView;
use crate::files::command;
use crate::store::StoreError;
use crate::timeline::column;
use crate::timeline::rules::preview;

const TABLE: &str = "link_previews";

/// A message's row shows this page, if it may.
pub(crate) fn attach(
    step: &mut Step<'_>,
    row: i64,
    message: &Message,
    entities: &[Entity],
) -> Result<Option<Attached>, StoreError> {
    let accepted = message.preview.as_ref().and_then(|seen| preview::accept(seen, &message.text, entities));
    let Some(accepted) = accepted else { return Ok(None) };
    let file = accepted.image.as_ref().map(|image| use_file(step, row, &image.file)).transpose()?;
    step.tx.prepare_cached("INSERT OR REPLACE INTO link_previews (row, body, file) VALUES (?1, ?2, ?3)")?.execute((
        row,
        column::encode(&accepted),
        file,
    ))?;
    Ok(accepted.image.zip(file).map(|(attachment, file)| Attached { file, cover: None, attachment }))
}

/// What a row shows of a page, as it was accepted, with the number of its picture.
pub(crate) fn find(conn: &Connection, row: i64) -> Result<Option<(LinkPreview, Option<i64>)>, StoreError> {
    let found: Option<(Vec<u8>, Option<i64>)> = conn
        .prepare_cached("SELECT body, file FROM link_previews WHERE row = ?1")?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(body, file)| Ok((column::decode(&body, TABLE)?, file))).transpose()
}

/// As people see it.
pub(crate) fn view(conn: &Connection, limits: &FetchLimits, row: i64) -> Result<Option<LinkPreviewView>, StoreError> {
    let Some((LinkPreview { url, title, description, site, image }, file)) = find(conn, row)? else { return Ok(None) };
    let image = image.zip(file).map(|(attachment, file)| Attached { file, cover: None, attachment }.view(limits));
    Ok(Some(LinkPreviewView { url, title, description, site, image }))
}

/// A row shows no page any more.
pub(crate) fn detach(conn: &Connection, row: i64) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM link_previews WHERE row = ?1")?.execute([row])?;
    Ok(())
}

/// The picture of a preview is small, and comes like what stands for a film.
pub(crate) fn fetch(step: &mut Step<'_>, attached: &Attached) -> Result<(), StoreError> {
    match File::find(step.tx, attached.file)?.filter(|file| file.failure.is_none()) {
        Some(file) => command::fetch(step, file),
        None => Ok(()),
    }
}
