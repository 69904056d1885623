//! What may be a sticker and a pack.

use std::collections::BTreeSet;

use beseda_wire::codec::decode_cbor;
use beseda_wire::content::{FileRef, KeptSticker, PackState, Sticker, StickerPack};

use crate::timeline::rules::attachment::safe_line;
use crate::timeline::rules::emoji::is_emoji;

/// Most bytes of a sticker.
pub(crate) const MAX_STICKER: u64 = 512 * 1024;
/// Most pixels of a side.
const MAX_SIDE: u32 = 512;
/// Most emoji of a sticker.
pub const MAX_EMOJIS: usize = 5;
/// Most stickers of a pack.
pub const MAX_STICKERS: usize = 120;
/// Most packs of a person.
pub(super) const MAX_PACKS: usize = 200;
/// Most stickers that a person keeps at hand.
pub const MAX_FAVOURITES: usize = 100;
/// Most bytes of a pack's file. The largest pack has less, so that one's devices can tell each other in one message.
pub const MAX_PACK: u64 = 60_000;
/// Most characters of a title and of an author's name.
pub const MAX_TITLE: usize = 64;
/// Most characters of a licence.
pub const MAX_LICENCE: usize = 200;
const MAX_CURRENCY: usize = 3;

/// Most bytes of one that is drawn anew in each frame: it has to be unpacked, and read by a program.
const MAX_DRAWN: u64 = 64 * 1024;

/// Whether something of this kind and size is shown as a sticker.
pub(crate) fn is_sticker(media_type: &str, width: u32, height: u32, size: u64) -> bool {
    let most = match media_type {
        // Every browser shows them by itself.
        "image/webp" | "image/png" => MAX_STICKER,
        // Lottie, packed by gzip. What stands in it is looked at by who draws it.
        "application/x-tgsticker" => MAX_DRAWN,
        _ => 0,
    };
    let side = 1..=MAX_SIDE;
    side.contains(&width) && side.contains(&height) && (1..=most).contains(&size)
}

/// A sticker as it may be shown; none if it is no sticker.
pub fn sticker(sticker: &Sticker) -> Option<Sticker> {
    is_sticker(&sticker.media_type, sticker.width, sticker.height, sticker.file.size).then(|| {
        let mut seen = BTreeSet::new();
        let emojis = sticker.emojis.iter().filter(|emoji| is_emoji(emoji) && seen.insert(emoji.as_str()));
        Sticker { emojis: emojis.take(MAX_EMOJIS).cloned().collect(), ..sticker.clone() }
    })
}

/// A pack as it may be shown, whoever made it: without what is no sticker or there twice, and in bounds. None if nothing is
/// left of it.
pub fn pack(pack: &StickerPack) -> Option<StickerPack> {
    let mut seen = BTreeSet::new();
    let stickers: Vec<Sticker> = pack
        .stickers
        .iter()
        .filter_map(sticker)
        .filter(|sticker| seen.insert(sticker.file.blob))
        .take(MAX_STICKERS)
        .collect();
    let title = safe_line(&pack.title, MAX_TITLE);
    if stickers.is_empty() || title.is_empty() {
        return None;
    }
    let is_cover = |at: usize| pack.stickers.get(at).map(|sticker| sticker.file.blob);
    let cover = usize::try_from(pack.cover).ok().and_then(is_cover);
    let cover = (0_u32..).zip(&stickers).find(|(_, sticker)| Some(sticker.file.blob) == cover).map_or(0, |(at, _)| at);
    let price = pack.price.clone().filter(|price| {
        price.currency.len() == MAX_CURRENCY && price.currency.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    Some(StickerPack {
        id: pack.id,
        title,
        author: safe_line(&pack.author, MAX_TITLE),
        account: pack.account,
        licence: safe_line(&pack.licence, MAX_LICENCE),
        price,
        cover,
        stickers,
    })
}

/// How a device says to have a pack.
pub fn state(state: &PackState) -> Option<PackState> {
    Some(PackState { pack: pack(&state.pack)?, file: state.file.clone().filter(is_pack), ..state.clone() })
}

/// What a device says to keep at hand.
pub fn favourites(all: &[KeptSticker]) -> Vec<KeptSticker> {
    let mut seen = BTreeSet::new();
    all.iter()
        .filter_map(|kept| {
            Some(KeptSticker { sticker: sticker(&kept.sticker)?, pack: kept.pack.clone().filter(is_pack) })
        })
        .filter(|kept| seen.insert(kept.sticker.file.blob))
        .take(MAX_FAVOURITES)
        .collect()
}

/// Whether a file may be that of a pack.
pub fn is_pack(file: &FileRef) -> bool {
    (1..=MAX_PACK).contains(&file.size)
}

/// A pack's file, whoever made it.
pub fn read(bytes: &[u8]) -> Option<StickerPack> {
    if bytes.len() as u64 > MAX_PACK {
        return None;
    }
    pack(&decode_cbor(bytes).ok()?)
}

#[cfg(test)]
mod tests {
    use beseda_model::{BlobId, PackId};
    use beseda_wire::codec::encode_cbor;
    use beseda_wire::content::{FileKey, Price};
    use proptest::prelude::*;

    use super::*;

    fn one(seed: u32) -> Sticker {
        let mut blob = [0; 32];
        blob[..4].copy_from_slice(&seed.to_be_bytes());
        Sticker {
            file: FileRef { blob: BlobId::from_bytes(blob), key: FileKey([255; 32]), size: MAX_STICKER },
            media_type: "image/webp".to_owned(),
            width: MAX_SIDE,
            height: 1,
            emojis: vec!["😀".to_owned()],
        }
    }

    fn with(stickers: Vec<Sticker>) -> StickerPack {
        StickerPack {
            id: PackId::from_bytes([7; 16]),
            title: "Коты".to_owned(),
            author: String::new(),
            account: None,
            licence: String::new(),
            price: None,
            cover: 0,
            stickers,
        }
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert!(sticker(&one(1)).is_some());
        let size = |size| sticker(&Sticker { file: FileRef { size, ..one(1).file }, ..one(1) }).is_some();
        assert!(size(1) && size(MAX_STICKER) && !size(0) && !size(MAX_STICKER + 1));
        let width = |width| sticker(&Sticker { width, ..one(1) }).is_some();
        assert!(width(1) && width(MAX_SIDE) && !width(0) && !width(MAX_SIDE + 1));
        let drawn = |size| is_sticker("application/x-tgsticker", MAX_SIDE, MAX_SIDE, size);
        assert!(drawn(1) && drawn(MAX_DRAWN) && !drawn(0) && !drawn(MAX_DRAWN + 1));
        let many = |count: u32| pack(&with((0..count).map(one).collect())).unwrap().stickers.len();
        assert_eq!((many(120), many(121)), (MAX_STICKERS, MAX_STICKERS));
        let titled = |len| pack(&StickerPack { title: "ё".repeat(len), ..with(vec![one(1)]) });
        assert_eq!(titled(MAX_TITLE + 1), titled(MAX_TITLE));
        assert_eq!(titled(0), None);
        let kept = |count: u32| {
            favourites(&(0..count).map(|seed| KeptSticker { sticker: one(seed), pack: None }).collect::<Vec<_>>())
        };
        assert_eq!((kept(99).len(), kept(100).len(), kept(101).len()), (99, MAX_FAVOURITES, MAX_FAVOURITES));
    }

    #[test]
    fn the_largest_pack_fits_into_its_file_and_into_a_message() {
        let emojis: Vec<String> = ["👩", "👨", "🧑", "👧", "👦"]
            .map(|one| format!("{one}{}", "\u{200d}👩".repeat(8)))
            .into_iter()
            .filter(|emoji| is_emoji(emoji))
            .collect();
        assert_eq!(emojis.len(), MAX_EMOJIS);
        let largest = StickerPack {
            title: "\u{1f600}".repeat(MAX_TITLE),
            author: "\u{1f600}".repeat(MAX_TITLE),
            licence: "\u{1f600}".repeat(MAX_LICENCE),
            ..with((0..120).map(|seed| Sticker { emojis: emojis.clone(), ..one(seed) }).collect())
        };
        let bytes = encode_cbor(&largest);
        assert!((bytes.len() as u64) < MAX_PACK, "{}", bytes.len());
        assert_eq!(read(&bytes), Some(largest));
    }

    #[test]
    fn a_hostile_pack_loses_what_is_no_sticker() {
        let page = Sticker { media_type: "text/html".to_owned(), ..one(2) };
        let named = Sticker { emojis: ["<b>", "😀", "😀", "text"].map(str::to_owned).to_vec(), ..one(3) };
        let hostile = StickerPack {
            title: "\u{202e}Коты\n".to_owned(),
            cover: 3,
            price: Some(Price { amount: 1, currency: "рубли".to_owned() }),
            ..with(vec![one(1), one(1), page.clone(), named])
        };
        let shown = pack(&hostile).unwrap();
        assert_eq!((shown.title.as_str(), shown.cover, shown.price), ("Коты", 1, None));
        assert_eq!(shown.stickers.iter().map(|sticker| sticker.emojis.len()).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(pack(&StickerPack { cover: u32::MAX, ..with(vec![one(1)]) }).unwrap().cover, 0);
        assert_eq!(pack(&with(vec![page])), None);
        assert_eq!(read(&encode_cbor(&vec![one(1)])), None);
        assert_eq!(read(&vec![0; 60_001]), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_of_a_pack_stays_as_it_is(
            title in ".*", author in ".*", cover: u32,
            stickers in prop::collection::vec((0_u32..9, 0_u32..600, ".{0,3}|😀|👍"), 0..20),
        ) {
            let stickers = stickers.into_iter().map(|(seed, width, emoji)| {
                Sticker { width, emojis: vec![emoji], ..one(seed) }
            }).collect();
            if let Some(shown) = pack(&StickerPack { title, author, cover, ..with(stickers) }) {
                prop_assert!((shown.cover as usize) < shown.stickers.len());
                prop_assert_eq!(pack(&shown), Some(shown));
            }
        }

        #[test]
        fn any_bytes_are_a_pack_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            read(&bytes);
        }
    }
}
