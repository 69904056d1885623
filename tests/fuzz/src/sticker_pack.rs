//! Packs of stickers, by strangers and by one's other devices.

use std::collections::BTreeSet;

use beseda_engine::stickers::rules::{
    self, MAX_EMOJIS, MAX_FAVOURITES, MAX_LICENCE, MAX_PACK, MAX_STICKERS, MAX_TITLE,
};
use beseda_wire::codec::{decode_cbor, encode_cbor};
use beseda_wire::content::{KeptSticker, PackState, Sticker, StickerPack};

/// The first byte says what the rest is. Whatever comes in, what is kept of it is in bounds, and nothing more is taken from it
/// when it is read again.
pub(crate) fn in_bounds(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    match first % 3 {
        0 => file(rest),
        1 => state(rest),
        _ => favourites(rest),
    }
}

/// A pack's file.
fn file(bytes: &[u8]) {
    let Some(shown) = rules::read(bytes) else { return };
    assert!(bytes.len() as u64 <= MAX_PACK, "a file of {} bytes was read", bytes.len());
    check(&shown);
    assert_eq!(rules::read(&encode_cbor(&shown)), Some(shown), "a pack changes when it is passed on");
}

/// What another device has.
fn state(bytes: &[u8]) {
    let Some(shown) = decode_cbor::<PackState>(bytes).ok().and_then(|said| rules::state(&said)) else { return };
    check(&shown.pack);
    assert!(shown.file.as_ref().is_none_or(rules::is_pack), "{shown:?} has a file of that size");
    assert_eq!(rules::state(&shown), Some(shown), "a pack changes when it is told again");
}

/// What another device keeps at hand.
fn favourites(bytes: &[u8]) {
    let Ok(said) = decode_cbor::<Vec<KeptSticker>>(bytes) else { return };
    let kept = rules::favourites(&said);
    assert!(kept.len() <= MAX_FAVOURITES, "{} favourites", kept.len());
    distinct(kept.iter().map(|kept| &kept.sticker));
    assert!(kept.iter().filter_map(|kept| kept.pack.as_ref()).all(rules::is_pack), "a pack of that size");
    assert_eq!(rules::favourites(&kept), kept, "favourites change when they are told again");
}

fn check(pack: &StickerPack) {
    assert!((1..=MAX_STICKERS).contains(&pack.stickers.len()), "{} stickers", pack.stickers.len());
    assert!((pack.cover as usize) < pack.stickers.len(), "sticker {} stands for it", pack.cover);
    assert!(!pack.title.is_empty(), "it has no title");
    for (text, most) in [(&pack.title, MAX_TITLE), (&pack.author, MAX_TITLE), (&pack.licence, MAX_LICENCE)] {
        assert!(text.chars().count() <= most, "{text:?} is too long");
        assert!(!text.chars().any(|char| char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char)), "{text:?}");
    }
    distinct(pack.stickers.iter());
}

fn distinct<'a>(stickers: impl Iterator<Item = &'a Sticker>) {
    let mut seen = BTreeSet::new();
    for sticker in stickers {
        assert!(seen.insert(sticker.file.blob), "{sticker:?} is there twice");
        assert!(sticker.emojis.len() <= MAX_EMOJIS, "{sticker:?} stands for too much");
        assert_eq!(rules::sticker(sticker).as_ref(), Some(sticker), "it is no sticker");
    }
}
