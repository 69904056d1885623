//! Rows of packs, and which files belong to stickers.

use beseda_model::PackId;
use beseda_wire::content::{Attachment, FileRef, KeptSticker, Media, PackState, Sticker, StickerPack};
use rusqlite::{Connection, OptionalExtension};

use super::rules;
use crate::Step;
use crate::api::event::Notice;
use crate::api::file::FileNumber;
use crate::api::sticker::PackKind;
use crate::files::{self, File};
use crate::store::StoreError;
use crate::timeline::{column, own};

const TABLE: &str = "packs";
const FAVOURITES: &[u8] = &[0];
const RECENT: &[u8] = &[1];

/// So many that were used last are remembered.
const MOST_RECENT: i64 = 40;
/// So many packs that were looked at are remembered.
const MOST_SEEN: i64 = 5;

/// A pack that is here.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) pack: PackId,
    pub(super) kind: PackKind,
    pub(super) state: PackState,
}

impl Row {
    pub(super) fn find(conn: &Connection, pack: PackId) -> Result<Option<Self>, StoreError> {
        Ok(Self::all(conn, "pack = ?1", [pack.as_bytes()])?.into_iter().next())
    }

    /// The pack with this file.
    pub(super) fn of_file(conn: &Connection, file: &FileRef) -> Result<Option<Self>, StoreError> {
        let found = Self::all(conn, "blob = ?1", [file.blob.as_bytes()])?;
        Ok(found.into_iter().find(|row| row.state.file.as_ref() == Some(file)))
    }

    /// What this person has, the latest first.
    pub(super) fn present(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut all = Self::all(conn, "kind > 0", ())?;
        let order = own::pack_order(conn)?;
        // What has no place yet comes first.
        all.sort_by_key(|row| order.iter().position(|pack| *pack == row.pack).map_or(0, |at| at.saturating_add(1)));
        Ok(all)
    }

    fn all(conn: &Connection, which: &str, params: impl rusqlite::Params) -> Result<Vec<Self>, StoreError> {
        let mut statement = conn
            .prepare_cached(&format!("SELECT pack, kind, body FROM packs WHERE {which} ORDER BY kind DESC, at DESC"))?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let pack: Vec<u8> = row.get(0)?;
            all.push(Self {
                pack: PackId::try_from(pack.as_slice()).map_err(|_| StoreError::damaged(TABLE))?,
                kind: match row.get::<_, i64>(1)? {
                    2 => PackKind::Own,
                    1 => PackKind::Installed,
                    _ => PackKind::Seen,
                },
                state: column::decode(&row.get::<_, Vec<u8>>(2)?, TABLE)?,
            });
        }
        Ok(all)
    }

    fn save(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        let kind = match self.kind {
            PackKind::Seen => 0,
            PackKind::Installed => 1,
            PackKind::Own => 2,
        };
        let state = &self.state;
        step.tx
            .prepare_cached(
                "INSERT INTO packs (pack, kind, blob, body, at) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET kind = excluded.kind, blob = excluded.blob, body = excluded.body",
            )?
            .execute((
                self.pack.as_bytes(),
                kind,
                state.file.as_ref().map_or(&[][..], |file| file.blob.as_bytes()),
                column::encode(state),
                column::millis(step.now),
            ))?;
        let refs = state.pack.stickers.iter().map(|sticker| &sticker.file).chain(&state.file);
        let files = hold(step, self.pack.as_bytes(), refs)?;
        if self.kind != PackKind::Seen {
            // It has to be here, whatever its author does.
            for file in files {
                files::command::fetch(step, file)?;
            }
        }
        step.notice(Notice::Stickers);
        Ok(())
    }
}

/// From now on, exactly these files belong to somebody of stickers.
pub(super) fn hold<'a>(
    step: &mut Step<'_>,
    owner: &[u8],
    refs: impl Iterator<Item = &'a FileRef>,
) -> Result<Vec<File>, StoreError> {
    let owner = owner.to_vec();
    step.tx
        .prepare_cached("UPDATE files SET loose = 1 WHERE number IN (SELECT file FROM sticker_files WHERE owner = ?1)")?
        .execute([&owner])?;
    step.tx.prepare_cached("DELETE FROM sticker_files WHERE owner = ?1")?.execute([&owner])?;
    let mut all = Vec::new();
    for file in refs {
        let file = File::know(step, file)?;
        step.tx
            .prepare_cached("INSERT OR IGNORE INTO sticker_files (owner, file) VALUES (?1, ?2)")?
            .execute((&owner, file.number))?;
        step.tx.prepare_cached("UPDATE files SET loose = 0 WHERE number = ?1")?.execute([file.number])?;
        all.push(file);
    }
    Ok(all)
}

/// A device of this account says how it has a pack.
pub(crate) fn take_pack(step: &mut Step<'_>, pack: PackId, state: Option<&PackState>) -> Result<(), StoreError> {
    match state.and_then(rules::state).filter(|state| state.pack.id == pack) {
        Some(state) => {
            let kind = if state.own { PackKind::Own } else { PackKind::Installed };
            Row { pack, kind, state }.save(step)
        }
        None => forget(step, pack),
    }
}

/// A pack is here no more.
pub(super) fn forget(step: &mut Step<'_>, pack: PackId) -> Result<(), StoreError> {
    hold(step, pack.as_bytes(), std::iter::empty())?;
    step.tx.prepare_cached("DELETE FROM packs WHERE pack = ?1")?.execute([pack.as_bytes()])?;
    step.notice(Notice::Stickers);
    Ok(())
}

/// Remembers a pack that this person looks at. Its number is one of this device's: whose id it says to have is not believed.
pub(super) fn look(step: &mut Step<'_>, pack: StickerPack, file: FileRef) -> Result<PackId, StoreError> {
    let number = PackId::new(step.now, step.rng);
    let state = PackState { pack, own: false, file: Some(file), public: false };
    Row { pack: number, kind: PackKind::Seen, state }.save(step)?;
    let old: Vec<Vec<u8>> = step
        .tx
        .prepare_cached("SELECT pack FROM packs WHERE kind = 0 ORDER BY at DESC, pack DESC LIMIT -1 OFFSET ?1")?
        .query_map([MOST_SEEN], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for pack in old {
        forget(step, PackId::try_from(pack.as_slice()).map_err(|_| StoreError::damaged(TABLE))?)?;
    }
    Ok(number)
}

/// A device of this account says what is kept at hand.
pub(crate) fn take_favourites(step: &mut Step<'_>, all: &[KeptSticker]) -> Result<(), StoreError> {
    let all = rules::favourites(all);
    for file in hold(step, FAVOURITES, all.iter().map(|kept| &kept.sticker.file))? {
        files::command::fetch(step, file)?;
    }
    step.notice(Notice::Stickers);
    Ok(())
}

/// What is kept at hand, the last added first.
pub(super) fn favourites(conn: &Connection) -> Result<Vec<KeptSticker>, StoreError> {
    Ok(rules::favourites(&own::favourite_stickers(conn)?))
}

/// What was used last, the latest first.
pub(super) fn recent(conn: &Connection) -> Result<Vec<KeptSticker>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT body FROM recent_stickers ORDER BY at DESC, file DESC")?;
    let mut rows = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::decode(&row.get::<_, Vec<u8>>(0)?, "recent_stickers")?);
    }
    Ok(all)
}

/// A message of this account's, from whichever device, has these attachments: its sticker was used last.
pub(crate) fn used(step: &mut Step<'_>, attachments: &[Attachment]) -> Result<(), StoreError> {
    let [attachment] = attachments else { return Ok(()) };
    let Some(kept) = of_attachment(attachment) else { return Ok(()) };
    let number = File::know(step, &kept.sticker.file)?.number;
    step.tx
        .prepare_cached("INSERT OR REPLACE INTO recent_stickers (file, body, at) VALUES (?1, ?2, ?3)")?
        .execute((number, column::encode(&kept), column::millis(step.now)))?;
    step.tx
        .prepare_cached(
            "DELETE FROM recent_stickers WHERE file NOT IN \
             (SELECT file FROM recent_stickers ORDER BY at DESC, file DESC LIMIT ?1)",
        )?
        .execute([MOST_RECENT])?;
    let all = recent(step.tx)?;
    hold(step, RECENT, all.iter().map(|kept| &kept.sticker.file))?;
    step.notice(Notice::Stickers);
    Ok(())
}

fn of_attachment(attachment: &Attachment) -> Option<KeptSticker> {
    let Media::Sticker { width, height, emoji, pack } = &attachment.media else { return None };
    let sticker = rules::sticker(&Sticker {
        file: attachment.file.clone(),
        media_type: attachment.media_type.clone(),
        width: *width,
        height: *height,
        emojis: vec![emoji.clone()],
    })?;
    Some(KeptSticker { sticker, pack: pack.clone().filter(rules::is_pack) })
}

/// The sticker with this file, from wherever this person can have it: a pack, what is kept at hand, or a message.
pub(super) fn find(conn: &Connection, number: FileNumber) -> Result<Option<KeptSticker>, StoreError> {
    let Some(File { file, .. }) = File::find(conn, number)? else { return Ok(None) };
    let owners: Vec<Vec<u8>> = conn
        .prepare_cached("SELECT owner FROM sticker_files WHERE file = ?1 AND length(owner) = 16")?
        .query_map([number], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for owner in owners {
        let pack = PackId::try_from(owner.as_slice()).map_err(|_| StoreError::damaged(TABLE))?;
        rows.extend(Row::find(conn, pack)?);
    }
    // One's own first: its file is sure to be there for others.
    rows.sort_by_key(|row| std::cmp::Reverse(row.kind as u8));
    for row in rows {
        if let Some(sticker) = row.state.pack.stickers.iter().find(|sticker| sticker.file == file) {
            return Ok(Some(KeptSticker { sticker: sticker.clone(), pack: row.state.file }));
        }
    }
    for kept in favourites(conn)?.into_iter().chain(recent(conn)?) {
        if kept.sticker.file == file {
            return Ok(Some(kept));
        }
    }
    Ok(sent(conn, number, 5)?.as_ref().and_then(of_attachment))
}

/// How a message has a file: as an attachment of this kind.
pub(super) fn sent(conn: &Connection, number: FileNumber, kind: i64) -> Result<Option<Attachment>, StoreError> {
    let body: Option<Vec<u8>> = conn
        .prepare_cached(
            "SELECT a.body FROM message_files u JOIN attachments a ON a.row = u.row AND a.file = u.file \
             WHERE u.file = ?1 AND a.kind = ?2 LIMIT 1",
        )?
        .query_row((number, kind), |row| row.get(0))
        .optional()?;
    body.map(|body| column::decode(&body, "attachments")).transpose()
}
