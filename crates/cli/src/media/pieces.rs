//! What files of pictures are made of: one walk through each kind, which never goes beyond the end, whatever the bytes say.

/// A part of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a, Name> {
    pub(super) name: Name,
    /// All of it, as it stands in the file.
    pub(super) bytes: &'a [u8],
    /// What it holds.
    pub(super) body: &'a [u8],
}

pub(super) const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n";

/// JPEG's markers of the end and of a scan.
pub(super) const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// The segments of a JPEG by their markers, each scan with what is drawn by it; none if it ends too early. What may follow
/// the end is no part of the picture.
pub(super) fn jpeg(bytes: &[u8]) -> Option<Vec<Piece<'_, u8>>> {
    bytes.strip_prefix(b"\xff\xd8")?;
    let mut pieces = Vec::new();
    let mut at = 2_usize;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        // A marker may stand behind any number of these.
        while *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        let name = *bytes.get(at + 1)?;
        if name == END {
            return pieces.iter().any(|piece: &Piece<'_, u8>| piece.name == SCAN).then_some(pieces);
        }
        let body = at + 4;
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let end = at + 2 + length;
        // These have no length: here, where no scan is, they have no business.
        if matches!(name, 0x00 | 0x01 | 0xd0..=0xd8) || length < 2 || end > bytes.len() {
            return None;
        }
        let next = if name == SCAN { end_of_scan(bytes, end) } else { end };
        pieces.push(Piece { name, bytes: bytes.get(at..next)?, body: bytes.get(body..end)? });
        at = next;
    }
}

/// Where the next marker stands that is no part of what a scan draws.
fn end_of_scan(bytes: &[u8], from: usize) -> usize {
    let pairs = bytes.get(from..).unwrap_or_default().windows(2);
    let found =
        pairs.enumerate().find(|(_, pair)| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xff | 0xd0..=0xd7)));
    found.map_or(bytes.len(), |(after, _)| from + after)
}

/// The chunks of a PNG by their names; none if it ends too early.
pub(super) fn png(bytes: &[u8]) -> Option<Vec<Piece<'_, [u8; 4]>>> {
    bytes.strip_prefix(PNG_START)?;
    let mut pieces = Vec::new();
    let mut at = PNG_START.len();
    loop {
        let length = usize::try_from(u32::from_be_bytes(four(bytes, at)?)).ok()?;
        let name = name(bytes, at + 4)?;
        // After its body each has a checksum.
        let end = at.checked_add(length)?.checked_add(12)?;
        pieces.push(Piece { name, bytes: bytes.get(at..end)?, body: bytes.get(at + 8..end - 4)? });
        // Nothing else may come first.
        if pieces.first().is_none_or(|first| &first.name != b"IHDR") {
            return None;
        }
        if &name == b"IEND" {
            return pieces.iter().any(|piece| &piece.name == b"IDAT").then_some(pieces);
        }
        at = end;
    }
}

/// The chunks of a WebP by their names; none if it ends too early.
pub(super) fn webp(bytes: &[u8]) -> Option<Vec<Piece<'_, [u8; 4]>>> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let said = usize::try_from(u32::from_le_bytes(four(bytes, 4)?)).ok()?.checked_add(8)?;
    let bytes = bytes.get(..said)?;
    let mut pieces = Vec::new();
    let mut at = 12_usize;
    while at < bytes.len() {
        let name = name(bytes, at)?;
        let length = usize::try_from(u32::from_le_bytes(four(bytes, at + 4)?)).ok()?;
        let end = at.checked_add(length)?.checked_add(8)?;
        // What is of an odd length is filled up; many programs forget it at the end of the file.
        let next = end.saturating_add(length % 2).min(bytes.len());
        pieces.push(Piece { name, bytes: bytes.get(at..next)?, body: bytes.get(at + 8..end)? });
        at = next;
    }
    pieces.iter().any(|piece| [b"VP8 ", b"VP8L", b"ANMF"].contains(&&piece.name)).then_some(pieces)
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok()
}

fn name(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    four(bytes, at).filter(|name| name.iter().all(|byte| (0x20..0x7f).contains(byte)))
}
