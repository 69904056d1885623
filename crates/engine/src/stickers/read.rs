//! What is shown of stickers.

use beseda_model::PackId;
use beseda_wire::Bytes;
use beseda_wire::codec::encode_cbor;
use beseda_wire::content::Sticker;
use beseda_wire::link::{Link, Target};
use rusqlite::Connection;

use super::gifs;
use super::table::{self, Row};
use crate::api::sticker::{PackKind, PackView, StickerView, Stickers};
use crate::files::File;
use crate::store::StoreError;
use crate::store::me::Me;

fn sticker(conn: &Connection, sticker: Sticker) -> Result<Option<StickerView>, StoreError> {
    let Sticker { file, media_type, width, height, emojis } = sticker;
    Ok(File::of(conn, &file)?.map(|file| StickerView { file: file.number, media_type, width, height, emojis }))
}

fn all(conn: &Connection, stickers: impl Iterator<Item = Sticker>) -> Result<Vec<StickerView>, StoreError> {
    let views = stickers.map(|one| sticker(conn, one)).collect::<Result<Vec<_>, _>>()?;
    Ok(views.into_iter().flatten().collect())
}

fn view(conn: &Connection, row: Row) -> Result<PackView, StoreError> {
    let Row { pack, kind, state } = row;
    let link = match (&state.file, Me::find(conn)?) {
        (Some(file), Some(me)) => {
            let target = Target::Stickers { file: file.clone(), public: state.public };
            Some(Link { server: me.server, target }.to_string())
        }
        _ => None,
    };
    let mut ready = state.file.is_some();
    if kind == PackKind::Own {
        for file in state.pack.stickers.iter().map(|sticker| &sticker.file).chain(&state.file) {
            ready = ready && File::of(conn, file)?.is_some_and(|file| file.kept);
        }
    }
    let replaces = kind == PackKind::Seen && Row::find(conn, state.pack.id)?.is_some();
    let content = state.pack;
    Ok(PackView {
        pack,
        kind,
        title: content.title,
        author: content.author,
        account: content.account,
        licence: content.licence,
        cover: content.cover,
        stickers: all(conn, content.stickers.into_iter())?,
        link,
        public: state.public,
        ready,
        replaces,
    })
}

/// A pack; none if it is not known here.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn pack(conn: &Connection, pack: PackId) -> Result<Option<PackView>, StoreError> {
    Row::find(conn, pack)?.map(|row| view(conn, row)).transpose()
}

/// The stickers that are at hand.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn stickers(conn: &Connection) -> Result<Stickers, StoreError> {
    Ok(Stickers {
        packs: Row::present(conn)?.into_iter().map(|row| view(conn, row)).collect::<Result<_, _>>()?,
        favourites: all(conn, table::favourites(conn)?.into_iter().map(|kept| kept.sticker))?,
        recent: all(conn, table::recent(conn)?.into_iter().map(|kept| kept.sticker))?,
        gifs: gifs::view(conn)?,
    })
}

/// The content of the file of a pack of this person's making, to be sealed; none if there is no such pack.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn manifest(conn: &Connection, pack: PackId) -> Result<Option<Bytes>, StoreError> {
    let row = Row::find(conn, pack)?.filter(|row| row.kind == PackKind::Own);
    Ok(row.map(|row| encode_cbor(&row.state.pack).into()))
}
