//! Moving pictures that a person keeps at hand, whoever sent them.

use std::collections::BTreeSet;

use beseda_wire::content::{Attachment, Media, OwnSync};
use rusqlite::Connection;

use super::table::{hold, sent};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::file::{AttachmentView, FileNumber};
use crate::api::reason::{Field, Reason};
use crate::files::{self, Attached, File};
use crate::store::StoreError;
use crate::timeline::own;
use crate::timeline::rules::attachment;

/// So many are kept; the one that was used the longest time ago makes room.
const MOST: usize = 100;
/// Most bytes of one: it stays on each device that has shown it.
const MAX_SIZE: u64 = 8 * 1_048_576;
const TYPE: &str = "image/gif";
const OWNER: &[u8] = &[2];

fn is_gif(attachment: &Attachment) -> bool {
    let is_photo = matches!(attachment.media, Media::Photo { .. });
    is_photo && attachment.media_type == TYPE && (1..=MAX_SIZE).contains(&attachment.file.size)
}

/// What may be kept of what is said to be, each picture once.
fn sound(gifs: &[Attachment]) -> Vec<Attachment> {
    let mut seen = BTreeSet::new();
    let accepted = gifs.iter().map(|gif| attachment::accept_one(gif, 1));
    accepted.filter(|gif| is_gif(gif) && seen.insert(gif.file.blob)).take(MOST).collect()
}

fn kept(conn: &Connection) -> Result<Vec<Attachment>, StoreError> {
    Ok(sound(&own::gifs(conn)?))
}

/// Those that are kept, the last used first.
pub(super) fn view(conn: &Connection) -> Result<Vec<AttachmentView>, StoreError> {
    let limits = files::rules::limits(conn)?;
    let mut all = Vec::new();
    for attachment in kept(conn)? {
        if let Some(file) = File::of(conn, &attachment.file)? {
            all.push(Attached { file: file.number, cover: None, attachment }.view(&limits));
        }
    }
    Ok(all)
}

/// Keeps one at hand, before all others, or no more.
pub(super) fn keep(step: &mut Step<'_>, number: FileNumber, on: bool) -> Result<(), Failure> {
    let gif = find(step.tx, number)?.ok_or(Failure::NotFound)?;
    if !is_gif(&gif) {
        return Err(Failure::invalid(Field::Files, Reason::NoGif));
    }
    let mut gifs = kept(step.tx)?;
    gifs.retain(|other| other.file.blob != gif.file.blob);
    if on {
        gifs.insert(0, Attachment { name: String::new(), ..gif });
        gifs.truncate(MOST);
    }
    Ok(own::say(step, OwnSync::Gifs { gifs })?)
}

/// A device of this account says what is kept.
pub(crate) fn take(step: &mut Step<'_>, gifs: &[Attachment]) -> Result<(), StoreError> {
    let gifs = sound(gifs);
    // They come when they are looked at: a new device need not have a hundred of them at once.
    hold(step, OWNER, gifs.iter().map(|gif| &gif.file))?;
    step.notice(Notice::Stickers);
    Ok(())
}

/// The picture with this file, kept or in a message.
fn find(conn: &Connection, number: FileNumber) -> Result<Option<Attachment>, StoreError> {
    let Some(File { file, .. }) = File::find(conn, number)? else { return Ok(None) };
    if let Some(gif) = kept(conn)?.into_iter().find(|gif| gif.file == file) {
        return Ok(Some(gif));
    }
    sent(conn, number, 1)
}
