//! A photo tells where it was taken, when, by which device and whose it is. None of that is part of the picture.

use super::exif;
use super::picture::Format;
use super::pieces::{self, Piece};

/// The same picture, bit by bit, without anything that is not needed to draw it: which side is up and its colours stay, also
/// what follows the picture in its file goes. None if the bytes are not a whole file of that format.
///
/// The web app takes the same away, and leaves the same.
pub(super) fn bare(format: Format, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    match format {
        Format::Jpeg => {
            out.extend(b"\xff\xd8");
            let has_exif = |piece: &Piece<'_, u8>| piece.name == 0xe1 && piece.body.starts_with(exif::PREFIX);
            keep(&pieces::jpeg(bytes)?, has_exif, jpeg_part, &mut out);
            out.extend([0xff, pieces::END]);
        }
        Format::Png => {
            out.extend(pieces::PNG_START);
            keep(&pieces::png(bytes)?, |piece| &piece.name == b"eXIf", png_part, &mut out);
        }
        Format::WebP => {
            out.extend(b"RIFF\0\0\0\0WEBP");
            keep(&pieces::webp(bytes)?, |piece| &piece.name == b"EXIF", webp_part, &mut out);
            let length = u32::try_from(out.len().checked_sub(8)?).ok()?;
            out.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
        }
        // No camera writes these, and where they come from nobody looks into them for more than what they show.
        // What is in an AVIF can't be taken out without writing all of it anew; it goes as it is, as docs/privacy.md says.
        Format::Gif | Format::Avif => out.extend(bytes),
    }
    Some(out)
}

/// Writes what stays of all pieces. Of the first Exif block that is which side is up, unless it is the usual one.
fn keep<Name>(
    pieces: &[Piece<'_, Name>],
    has_exif: impl Fn(&Piece<'_, Name>) -> bool,
    part: impl Fn(&Piece<'_, Name>, Option<&[u8]>, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    let first = pieces.iter().position(has_exif);
    let side = first.and_then(|at| pieces.get(at)).and_then(|piece| exif::orientation(exif::bare(piece.body)));
    let exif = side.filter(|side| *side != exif::UPRIGHT).map(exif::with);
    for (at, piece) in pieces.iter().enumerate() {
        part(piece, exif.as_deref().filter(|_| Some(at) == first), out);
    }
}

const JFIF_BYTES: usize = 14;
const ADOBE_BYTES: usize = 12;

fn jpeg_part(piece: &Piece<'_, u8>, exif: Option<&[u8]>, out: &mut Vec<u8>) {
    let mut segment = |body: &[&[u8]]| {
        let length: usize = 2 + body.iter().map(|part| part.len()).sum::<usize>();
        out.extend([0xff, piece.name]);
        out.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(body.iter().copied().flatten());
    };
    match (piece.name, exif) {
        // Tables, frames and scans; the reserved markers and those for applications and comments are not among them.
        (0xc0..=0xdf, _) => out.extend(piece.bytes),
        (0xe1, Some(exif)) => segment(&[exif::PREFIX, exif]),
        (0xe2, _) if piece.body.starts_with(b"ICC_PROFILE\0") => out.extend(piece.bytes),
        // It may end in a small copy of the picture as it was before somebody cut something off.
        (0xe0, _) if piece.body.starts_with(b"JFIF\0") && piece.body.len() >= JFIF_BYTES => {
            segment(&[piece.body.get(..JFIF_BYTES - 2).unwrap_or_default(), &[0, 0]]);
        }
        // Says how the colours are to be read.
        (0xee, _) if piece.body.starts_with(b"Adobe") => {
            segment(&[piece.body.get(..ADOBE_BYTES).unwrap_or(piece.body)]);
        }
        _ => {}
    }
}

/// Those that decide what is seen. Programs invent others, and hide whole drafts in them.
const PNG_DRAWING: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    b"sBIT", b"bKGD", b"hIST", b"sPLT", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn png_part(piece: &Piece<'_, [u8; 4]>, exif: Option<&[u8]>, out: &mut Vec<u8>) {
    if PNG_DRAWING.contains(&&piece.name) {
        out.extend(piece.bytes);
    } else if let Some(exif) = exif {
        let named = [piece.name.as_slice(), exif].concat();
        out.extend(u32::try_from(exif.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(&named);
        out.extend(checksum(&named).to_be_bytes());
    }
}

/// What PNG has after each chunk (CRC-32).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

const WEBP_DRAWING: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

fn webp_part(piece: &Piece<'_, [u8; 4]>, exif: Option<&[u8]>, out: &mut Vec<u8>) {
    let mut chunk = |body: &[u8]| {
        out.extend(piece.name);
        out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(body);
        if body.len() % 2 == 1 {
            out.push(0);
        }
    };
    match (&piece.name, exif) {
        // Which parts there are; what it says of the one that stays is put right at its place.
        (b"VP8X", _) => {
            let mut body = piece.body.to_vec();
            if let Some(flags) = body.first_mut() {
                *flags &= !(HAS_EXIF | HAS_XMP);
            }
            chunk(&body);
        }
        (b"EXIF", Some(exif)) => {
            chunk(exif);
            // A file with such a part begins with what it consists of.
            if out.get(12..16) == Some(b"VP8X")
                && let Some(flags) = out.get_mut(20)
            {
                *flags |= HAS_EXIF;
            }
        }
        (name, _) if WEBP_DRAWING.contains(&name) => chunk(piece.body),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
