//! Pictures as their first bytes tell them: nothing is decoded.

use std::io::{self, Read, Seek, SeekFrom};

use super::exif;

/// A format of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is the format's")]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    WebP,
    Avif,
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }
}

/// What is known of a picture. Width and height are those that it is shown with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Bytes at the beginning that suffice for every format but JPEG and AVIF.
const BEGINNING: usize = 32;
/// Bytes in which an AVIF says how large it is: that comes before the picture itself.
const BOXES: u64 = 64 * 1024;
/// More parts than a JPEG has before its picture.
const MOST_PARTS: usize = 512;

/// Reads a picture's header; none if it is no picture of a known format.
pub(super) fn header(source: &mut (impl Read + Seek)) -> io::Result<Option<Header>> {
    let mut begin = Vec::with_capacity(BEGINNING);
    source.by_ref().take(BEGINNING as u64).read_to_end(&mut begin)?;
    let found = match begin.as_slice() {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', _, _, _, _, b'I', b'H', b'D', b'R', rest @ ..] => {
            Some(Format::Png).zip(big(rest, 0).zip(big(rest, 4)))
        }
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', rest @ ..] => {
            Some(Format::Gif).zip(small(rest, 0).zip(small(rest, 2)))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', rest @ ..] => Some(Format::WebP).zip(webp(rest)),
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg).zip(ended(jpeg(source))?),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Format::Avif).zip(avif(source)?),
        _ => None,
    };
    Ok(found.map(|(format, (width, height))| Header { format, width, height }))
}

/// A file that ends too early is no picture.
fn ended<T>(read: io::Result<Option<T>>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => other,
    }
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn small(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?)))
}

/// Three kinds of data may come first; each has the size elsewhere.
fn webp(rest: &[u8]) -> Option<(u32, u32)> {
    let data = rest.get(8..)?;
    match rest.get(..4)? {
        b"VP8 " if data.get(3..6)? == [0x9d, 0x01, 0x2a] => Some((small(data, 6)? & 0x3fff, small(data, 8)? & 0x3fff)),
        b"VP8L" if data.first() == Some(&0x2f) => {
            let bits = u32::from_le_bytes(data.get(1..5)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let three = |at: usize| Some(small(data, at)? | (u32::from(*data.get(at.checked_add(2)?)?) << 16));
            Some((three(4)? + 1, three(7)? + 1))
        }
        _ => None,
    }
}

/// Boxes in which the size stands, and the bytes that come before what is in each.
const HOLDERS: [(&[u8; 4], usize); 3] = [(b"meta", 4), (b"iprp", 0), (b"ipco", 0)];

/// The largest of the sizes that it tells: of the picture, of its parts, and of smaller ones beside it. None for what is in boxes
/// and no AVIF, be it a film or a picture that most programs can't show.
fn avif(source: &mut (impl Read + Seek)) -> io::Result<Option<(u32, u32)>> {
    source.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    source.by_ref().take(BOXES).read_to_end(&mut bytes)?;
    let Some((_, brands, mut rest)) = first_box(&bytes) else { return Ok(None) };
    // After the first one stands a version.
    let is_avif = brands.chunks(4).enumerate().any(|(at, brand)| at != 1 && matches!(brand, b"avif" | b"avis"));
    let mut sizes = Vec::new();
    for (holder, before) in HOLDERS {
        let mut inside: &[u8] = &[];
        while let Some((kind, body, after)) = first_box(rest) {
            rest = after;
            if kind == holder {
                inside = body.get(before..).unwrap_or_default();
                break;
            }
        }
        rest = inside;
    }
    while let Some((kind, body, after)) = first_box(rest) {
        rest = after;
        sizes.extend(big(body, 4).zip(big(body, 8)).filter(|_| kind == b"ispe"));
    }
    let largest = sizes.into_iter().reduce(|(w, h), (width, height)| (w.max(width), h.max(height)));
    Ok(largest.filter(|_| is_avif))
}

/// The kind of the first box, what is in it, and what comes after it.
fn first_box(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let length = usize::try_from(big(bytes, 0)?).ok()?;
    let kind = bytes.get(4..8)?.try_into().ok()?;
    // A box up to the end, or one that says its length elsewhere, holds the picture: the size has come before.
    Some((kind, bytes.get(8..length)?, bytes.get(length..)?))
}

/// Goes from part to part until the one that has the size.
fn jpeg(source: &mut (impl Read + Seek)) -> io::Result<Option<(u32, u32)>> {
    source.seek(SeekFrom::Start(2))?;
    let mut lies = false;
    for _ in 0..MOST_PARTS {
        let mut marker = [0; 2];
        source.read_exact(&mut marker)?;
        // A marker may stand behind any number of these.
        while marker == [0xff, 0xff] {
            source.read_exact(marker.get_mut(1..).unwrap_or_default())?;
        }
        let [0xff, kind] = marker else { return Ok(None) };
        let mut length = [0; 2];
        source.read_exact(&mut length)?;
        let Some(length) = u16::from_be_bytes(length).checked_sub(2) else { return Ok(None) };
        match kind {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let mut frame = [0; 5];
                source.read_exact(&mut frame)?;
                let [_, h1, h0, w1, w0] = frame;
                let size = [[w1, w0], [h1, h0]].map(|side| u32::from(u16::from_be_bytes(side)));
                let [width, height] = size;
                return Ok(Some(if lies { (height, width) } else { (width, height) }));
            }
            0xe1 => {
                let mut part = vec![0; usize::from(length)];
                source.read_exact(&mut part)?;
                lies |= exif::lies_on_its_side(&part);
            }
            // The picture's data, or its end.
            0xd8..=0xda => return Ok(None),
            _ => drop(source.seek_relative(i64::from(length))?),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(bytes: &[u8]) -> Option<(Format, u32, u32)> {
        header(&mut Cursor::new(bytes)).unwrap().map(|found| (found.format, found.width, found.height))
    }

    fn jpeg(parts: &[&[u8]]) -> Vec<u8> {
        let frame: &[u8] = &[0xff, 0xc2, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0];
        [&[0xff, 0xd8][..]].into_iter().chain(parts.iter().copied()).chain([frame]).flatten().copied().collect()
    }

    #[test]
    fn every_format_tells_its_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";
        assert_eq!(of(png), Some((Format::Png, 640, 480)));
        assert_eq!(of(b"GIF87a\x40\x01\xf0\0"), Some((Format::Gif, 320, 240)));
        assert_eq!(
            of(b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x42\xe0\x81"),
            Some((Format::WebP, 640, 480))
        );
        assert_eq!(of(b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0"), Some((Format::WebP, 640, 480)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(of(extended), Some((Format::WebP, 640, 480)));
        assert_eq!(of(&jpeg(&[b"\xff\xe0\0\x04ab", b"\xff\xff\xff\xdb\0\x03x"])), Some((Format::Jpeg, 40, 30)));
        assert_eq!(of(&avif(b"avif")), Some((Format::Avif, 640, 480)));
        assert_eq!(of(&avif(b"mif1")), Some((Format::Avif, 640, 480)));
    }

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, body].concat()
    }

    /// A picture of 640 × 480 with a smaller one beside it, and a thing before its size that is none.
    fn avif(brand: &[u8; 4]) -> Vec<u8> {
        let size = |width: u32, height: u32| {
            boxed(b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat())
        };
        let sizes = boxed(b"ipco", &[boxed(b"av1C", &[0; 4]), size(160, 120), size(640, 480)].concat());
        let meta = [&[0; 4][..], &boxed(b"hdlr", &[0; 20]), &boxed(b"iprp", &sizes)].concat();
        let brands = [&brand[..], &[0; 4], b"mif1avif"].concat();
        [boxed(b"ftyp", &brands), boxed(b"meta", &meta), boxed(b"mdat", &[0; 9])].concat()
    }

    #[test]
    fn what_ends_too_early_or_is_something_else_is_no_picture() {
        let whole = jpeg(&[b"\xff\xe0\0\x04ab"]);
        for end in 0..whole.len() - 4 {
            assert_eq!(of(&whole[..end]), None, "{end}");
        }
        let whole = avif(b"avif");
        for end in 0..whole.len() - 17 {
            assert_eq!(of(&whole[..end]), None, "{end}");
        }
        let film = [boxed(b"ftyp", b"isom\0\0\0\0avif"), boxed(b"moov", &[])].concat();
        let heic = [boxed(b"ftyp", b"heic\0\0\0\0mif1"), whole[24..].to_vec()].concat();
        let as_a_version = [boxed(b"ftyp", b"heicavif"), whole[24..].to_vec()].concat();
        for bytes in [film, heic, as_a_version] {
            assert_eq!(of(&bytes), None);
        }
        for bytes in
            [&b""[..], b"GIF89a\x01", b"\xff\xd8\xff\xe0\0\x01", b"\xff\xd8\xff\xda\0\x02", b"RIFF\0\0\0\0WEBPVP8Z"]
        {
            assert_eq!(of(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_photo_that_lies_on_its_side_is_as_it_is_shown() {
        let turned = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(of(&jpeg(&[turned])), Some((Format::Jpeg, 30, 40)));
    }
}
