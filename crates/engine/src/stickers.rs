//! Stickers: packs that people make, pass on and install, and the stickers that they keep at hand
//! ([why so](../../../docs/adr/0020-sticker-packs.md)).

pub(crate) mod command;
mod gifs;
mod read;
pub mod rules;
mod table;

pub(crate) use command::run;
pub(crate) use gifs::take as take_gifs;
pub use read::{manifest, pack, stickers};
pub(crate) use rules::{MAX_STICKER, is_sticker};
pub(crate) use table::{take_favourites, take_pack, used};
