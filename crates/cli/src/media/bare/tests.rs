use std::io::Cursor;

use super::*;
use crate::media::picture;

const SECRET: &[u8] = b"59.9343N 30.3351E, taken by Vera";

/// An Exif block as cameras write it: the side that is up is one entry among others.
fn camera(side: u16) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
    for (tag, value) in [(0x0100_u16, 4000_u16), (0x0112, side)] {
        block.extend([tag.to_le_bytes(), 3_u16.to_le_bytes(), [1, 0], [0, 0], value.to_le_bytes(), [0, 0]].concat());
    }
    block.extend([0; 4]);
    block.extend(SECRET);
    block
}

fn tells(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|part| part == SECRET)
}

fn segment(marker: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], length.as_slice(), &body].concat()
}

/// Among what is drawn there is what looks like markers.
fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let frame = segment(0xc0, &[&[8, 0, 20, 0, 40, 1, 1, 0x11, 0]]);
    let scan = [segment(0xda, &[&[1, 1, 0, 0, 63, 0]]), vec![1, 0xff, 0, 2, 0xff, 0xd3, 9]].concat();
    [b"\xff\xd8".to_vec(), segments.concat(), frame, scan.clone(), scan, b"\xff\xd9".to_vec()].concat()
}

fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), named.as_slice(), &checksum(&named).to_be_bytes()].concat()
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let size = png_chunk(b"IHDR", b"\0\0\0\x28\0\0\0\x14\x08\x06\0\0\0");
    let drawn = [png_chunk(b"IDAT", &[5, 5, 5]), png_chunk(b"IEND", &[])].concat();
    [pieces::PNG_START.to_vec(), size, chunks.concat(), drawn].concat()
}

fn webp_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let filled = if body.len() % 2 == 1 { &[0][..] } else { &[] };
    [name.as_slice(), &u32::try_from(body.len()).unwrap().to_le_bytes(), body, filled].concat()
}

const VP8: &[u8] = b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x28\0\x14\0";

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = chunks.concat();
    [b"RIFF", u32::try_from(content.len() + 4).unwrap().to_le_bytes().as_slice(), b"WEBP", &content].concat()
}

fn extended(flags: u8) -> Vec<u8> {
    webp_chunk(b"VP8X", &[flags, 0, 0, 0, 39, 0, 0, 19, 0, 0])
}

#[test]
fn a_jpeg_loses_all_but_its_colours_and_which_side_is_up() {
    let colours = segment(0xe2, &[b"ICC_PROFILE\0", &[1, 1, 7, 7]]);
    let full = jpeg(&[
        segment(0xe0, &[b"JFIF\0", &[1, 1, 0, 0, 1, 0, 1, 9, 9], SECRET]),
        segment(0xe1, &[exif::PREFIX, &camera(6)]),
        segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET]),
        segment(0xe2, &[b"MPF\0", SECRET]),
        colours.clone(),
        segment(0xed, &[b"Photoshop 3.0\0", SECRET]),
        segment(0xee, &[b"Adobe", &[0, 100, 0, 0, 0, 0, 1], SECRET]),
        segment(0xfe, &[SECRET]),
    ]);
    let found = bare(Format::Jpeg, &[full.as_slice(), SECRET].concat()).unwrap();
    assert!(tells(&full) && !tells(&found));
    let expected = jpeg(&[
        segment(0xe0, &[b"JFIF\0", &[1, 1, 0, 0, 1, 0, 1, 0, 0]]),
        segment(0xe1, &[exif::PREFIX, &exif::with(6)]),
        colours,
        segment(0xee, &[b"Adobe", &[0, 100, 0, 0, 0, 0, 1]]),
    ]);
    assert_eq!(found, expected);
    // Held on its side, as before.
    let shown = |bytes: &[u8]| picture::header(&mut Cursor::new(bytes)).unwrap().map(|is| (is.width, is.height));
    assert_eq!((shown(&full), shown(&found)), (Some((20, 40)), Some((20, 40))));
    assert_eq!(bare(Format::Jpeg, &found), Some(found), "nothing is left to be taken");
}

#[test]
fn what_stands_upright_needs_no_exif() {
    let upright = jpeg(&[segment(0xe1, &[exif::PREFIX, &camera(1)])]);
    assert_eq!(bare(Format::Jpeg, &upright), Some(jpeg(&[])));
    // Neither does what says nothing of it, or nonsense.
    for side in [0, 9] {
        assert_eq!(bare(Format::Jpeg, &jpeg(&[segment(0xe1, &[exif::PREFIX, &camera(side)])])), Some(jpeg(&[])));
    }
}

#[test]
fn a_png_loses_its_texts_its_time_and_what_programs_invented() {
    let texts = [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"prVW"].map(|name| png_chunk(name, SECRET));
    let colours = png_chunk(b"iCCP", &[1, 0, 0]);
    let full = [png(&[&[colours.clone()][..], &texts].concat()).as_slice(), SECRET].concat();
    assert_eq!(bare(Format::Png, &full), Some(png(&[colours])));
    // Which side is up stays, with the right checksum: as zlib has it.
    let turned = bare(Format::Png, &png(&[png_chunk(b"eXIf", &camera(8))])).unwrap();
    assert!(!tells(&turned));
    assert_eq!(turned, png(&[png_chunk(b"eXIf", &exif::with(8))]));
    assert!(turned.windows(4).any(|sum| sum == [134, 88, 48, 52]));
}

#[test]
fn a_webp_loses_exif_and_xmp_and_does_not_say_any_more_that_it_has_them() {
    let colours = webp_chunk(b"ICCP", b"abc");
    let full = webp(&[
        extended(0x3c),
        colours.clone(),
        VP8.to_vec(),
        webp_chunk(b"EXIF", &camera(1)),
        webp_chunk(b"XMP ", SECRET),
    ]);
    let full = [full.as_slice(), SECRET].concat();
    assert_eq!(bare(Format::WebP, &full), Some(webp(&[extended(0x30), colours, VP8.to_vec()])));
    let turned = webp(&[
        extended(0x0c),
        VP8.to_vec(),
        webp_chunk(b"EXIF", &[exif::PREFIX, &camera(6)].concat()),
        webp_chunk(b"XMP ", SECRET),
    ]);
    let expected = webp(&[extended(0x08), VP8.to_vec(), webp_chunk(b"EXIF", &exif::with(6))]);
    assert_eq!(bare(Format::WebP, &turned), Some(expected));
    // The last chunk is not filled up, as many programs leave it.
    let mut odd = webp(&[webp_chunk(b"VP8L", b"\x2f12345678")]);
    odd.truncate(odd.len() - 1);
    let length = u32::try_from(odd.len() - 8).unwrap();
    odd[4..8].copy_from_slice(&length.to_le_bytes());
    assert_eq!(bare(Format::WebP, &odd), Some(webp(&[webp_chunk(b"VP8L", b"\x2f12345678")])));
}

#[test]
fn what_is_damaged_is_told_to_be_so_wherever_it_ends() {
    let camera = camera(6);
    for (format, whole) in [
        (Format::Jpeg, jpeg(&[segment(0xe1, &[exif::PREFIX, &camera])])),
        (Format::Png, png(&[png_chunk(b"eXIf", &camera)])),
        (Format::WebP, webp(&[extended(8), webp_chunk(b"EXIF", &camera), VP8.to_vec()])),
    ] {
        assert!(bare(format, &whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(bare(format, &whole[..end]), None, "{format:?} {end}");
        }
        // Lengths that lead anywhere do no harm, and nothing that can still be read as a picture tells the secret.
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0xff] {
                let mut hostile = whole.clone();
                hostile[at] = value;
                drop(bare(format, &hostile));
            }
        }
    }
    assert_eq!(bare(Format::Png, &png(&[])[33..]), None, "without a beginning");
    assert_eq!(bare(Format::Jpeg, b"\xff\xd8\xff\xd9"), None, "without a picture");
    assert_eq!(bare(Format::WebP, &webp(&[])), None, "without a picture");
}
