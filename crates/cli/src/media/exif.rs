//! The one thing that matters of what cameras write into photos: how they were held.

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
/// More entries than a directory has.
const MOST: usize = 1000;

/// What stands before an Exif block in a JPEG. Some programs write it into other files too, where it does not belong.
pub(super) const PREFIX: &[u8] = b"Exif\0\0";
/// The side is up that is up.
pub(super) const UPRIGHT: u16 = 1;

/// Whether width and height of the photo with this part are the other way round where it is shown.
pub(super) fn lies_on_its_side(part: &[u8]) -> bool {
    part.strip_prefix(PREFIX).and_then(orientation).is_some_and(|orientation| (5..=8).contains(&orientation))
}

/// An Exif block without its prefix.
pub(super) fn bare(block: &[u8]) -> &[u8] {
    block.strip_prefix(PREFIX).unwrap_or(block)
}

/// Which side is up, from 1 to 8; none if an Exif block (a TIFF file without a picture) does not say it.
pub(super) fn orientation(tiff: &[u8]) -> Option<u16> {
    let two = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if tiff.starts_with(b"II") { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let four = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if tiff.starts_with(b"II") { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    if !tiff.starts_with(b"II*\0") && !tiff.starts_with(b"MM\0*") {
        return None;
    }
    let directory = usize::try_from(four(4)?).ok()?;
    let count = usize::from(two(directory)?).min(MOST);
    let first = directory.checked_add(2)?;
    let entry = (0..count)
        .filter_map(|index| first.checked_add(index.checked_mul(12)?))
        .find(|entry| two(*entry) == Some(ORIENTATION))?;
    let value = two(entry.checked_add(8)?)?;
    (two(entry.checked_add(2)?)? == SHORT && (1..=8).contains(&value)).then_some(value)
}

/// An Exif block that says which side is up and nothing else.
pub(super) fn with(orientation: u16) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    block.extend(ORIENTATION.to_be_bytes());
    block.extend(SHORT.to_be_bytes());
    block.extend(1_u32.to_be_bytes());
    block.extend(orientation.to_be_bytes());
    // The rest of the value's place, and that no further entries follow.
    block.extend([0; 6]);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: &[u8] =
        b"Exif\0\0II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0abc\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0";

    #[test]
    fn a_camera_may_be_held_in_eight_ways() {
        assert!(lies_on_its_side(LITTLE));
        let mut upright = LITTLE.to_vec();
        upright[LITTLE.len() - 4] = 3;
        assert!(!lies_on_its_side(&upright), "upside down, but not on its side");
    }

    #[test]
    fn what_is_written_is_read() {
        for side in 1..=8 {
            assert_eq!(orientation(&with(side)), Some(side));
        }
        assert_eq!((orientation(&with(0)), orientation(&with(9))), (None, None), "there are no such sides");
        let mut long = with(6);
        long[13] = 4;
        assert_eq!(orientation(&long), None, "not a number of that size");
    }

    #[test]
    fn what_is_cut_off_or_leads_nowhere_says_nothing() {
        for end in 0..LITTLE.len() - 3 {
            assert!(!lies_on_its_side(&LITTLE[..end]));
        }
        assert!(!lies_on_its_side(b"Exif\0\0II*\0\xff\xff\xff\xff"));
        assert!(!lies_on_its_side(b"http://ns.adobe.com/xap/1.0/\0"));
    }
}
