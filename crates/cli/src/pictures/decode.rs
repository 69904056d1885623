//! Pictures from anybody, decoded in bounds.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbaImage};

/// Above, a picture is not decoded: a few bytes can ask for all the memory there is.
const MOST_PIXELS: u64 = 64_000_000;
/// Longer sides are no picture's.
const MOST_SIDE: u32 = 65_535;
/// Bytes that decoding may take.
const MOST_BYTES: u64 = 384 * 1024 * 1024;
/// Pixels of a side of what a blurred preview is made of.
const PREVIEW_SIDE: u32 = 100;

thread_local! {
    static DECODES: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread decodes something that somebody else has made: what goes wrong there ends nothing else.
pub fn is_decoding() -> bool {
    DECODES.get()
}

/// Calls what reads hostile bytes. None if it panics.
fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    DECODES.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    DECODES.set(false);
    done.ok().flatten()
}

/// A PNG, JPEG, GIF or WebP, with the side up that is up; of what moves, its beginning. None if it is nothing of that, damaged, or
/// larger than any picture.
pub fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    guarded(|| {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
        let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
        reader.format().filter(|format| known.contains(format))?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MOST_SIDE);
        limits.max_image_height = Some(MOST_SIDE);
        limits.max_alloc = Some(MOST_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().ok()?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
            return None;
        }
        let orientation = decoder.orientation().ok();
        let mut image = DynamicImage::from_decoder(decoder).ok()?;
        if let Some(orientation) = orientation {
            image.apply_orientation(orientation);
        }
        Some(image)
    })
}

/// What a ThumbHash looks like; none if it is none.
pub fn blurred(hash: &[u8]) -> Option<DynamicImage> {
    guarded(|| {
        let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(hash).ok()?;
        if width == 0 || height == 0 {
            return None;
        }
        let image = RgbaImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels)?;
        Some(DynamicImage::ImageRgba8(image))
    })
}

/// The ThumbHash of a picture.
pub fn preview(image: &DynamicImage) -> Vec<u8> {
    let small = image.thumbnail(PREVIEW_SIDE, PREVIEW_SIDE).into_rgba8();
    let (width, height) = small.dimensions();
    thumbhash::rgba_to_thumb_hash(width as usize, height as usize, &small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let image = DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 7])
        }));
        let mut bytes = Vec::new();
        image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn every_format_is_decoded_and_what_is_cut_off_or_damaged_harms_nobody() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = encoded(format, 24, 16);
            let image = decode(&whole).unwrap();
            assert_eq!((image.width(), image.height()), (24, 16), "{format:?}");
            for end in 0..whole.len() {
                drop(decode(&whole[..end]));
            }
            for at in 0..whole.len() {
                for value in [0x00, 0x7f, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[at] = value;
                    drop(decode(&damaged));
                }
            }
            assert!(!is_decoding());
        }
        for none in [&b""[..], b"BM\0\0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"II*\0", &[0; 4096]] {
            assert!(decode(none).is_none());
        }
    }

    #[test]
    fn what_asks_for_more_than_there_is_is_not_decoded() {
        let checksum = |bytes: &[u8]| {
            !bytes.iter().fold(u32::MAX, |sum, byte| {
                (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
            })
        };
        // A PNG of some bytes that says to be larger than any.
        let mut bomb = encoded(ImageFormat::Png, 1, 1);
        for (width, height) in [(65_535_u32, 65_535_u32), (8_001, 8_000), (u32::MAX, 1), (0, 1), (66_000, 1)] {
            bomb[16..20].copy_from_slice(&width.to_be_bytes());
            bomb[20..24].copy_from_slice(&height.to_be_bytes());
            let sum = checksum(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&sum.to_be_bytes());
            assert!(decode(&bomb).is_none(), "{width} x {height}");
        }
        let mut jpeg = encoded(ImageFormat::Jpeg, 8, 8);
        let frame = jpeg.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1])).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        assert!(decode(&jpeg).is_none());
    }

    #[test]
    fn a_photo_is_turned_as_it_was_held() {
        let upright = encoded(ImageFormat::Jpeg, 24, 16);
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&upright[..2], exif, &upright[2..]].concat();
        let image = decode(&turned).unwrap();
        assert_eq!((image.width(), image.height()), (16, 24));
    }

    #[test]
    fn a_preview_is_small_and_any_bytes_are_one_or_none() {
        let hash = preview(&decode(&encoded(ImageFormat::Png, 300, 200)).unwrap());
        assert!((5..=25).contains(&hash.len()), "{}", hash.len());
        let image = blurred(&hash).unwrap();
        assert_eq!((image.width(), image.height()), (32, 23));
        for end in 0..hash.len() {
            drop(blurred(&hash[..end]));
        }
        for byte in 0..=255_u8 {
            for len in [5_u8, 6, 25, 100] {
                drop(blurred(&vec![byte; usize::from(len)]));
                let steps: Vec<u8> = (0..len).map(|at| byte.wrapping_mul(at)).collect();
                drop(blurred(&steps));
            }
        }
    }
}
