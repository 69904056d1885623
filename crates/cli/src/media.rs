//! What a file is: by its first bytes if it is a picture, else by its name.

mod bare;
mod exif;
mod picture;
mod pieces;
mod types;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use beseda_wire::content::Media;

pub use picture::Format;
use picture::Header;

use crate::pictures;
pub use types::{ending, is_shown};

/// More pixels on a side than any picture is shown with.
const MAX_SIDE: u32 = 65_535;
/// No photo has more bytes than this; what it has is looked through in memory.
const MAX_BYTES: u64 = 250_000_000;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// How it is shown.
    pub media: Media,
    /// Its media type; empty if that is not known.
    pub media_type: &'static str,
}

/// What is sent of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// What it is.
    pub kind: Kind,
    /// The photo without what its camera has written into it; none where the file goes as it is.
    pub bare: Option<Vec<u8>>,
    /// What a photo looks like until it is there (ThumbHash).
    pub preview: Option<Vec<u8>>,
}

/// Why a file can't be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// It can't be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is damaged, or larger than any photo: what its camera has written into it can't be taken out.
    #[error("what is in the photo besides the picture can't be taken out")]
    NotBare,
}

/// What this file is, and what of it is sent: photos lose where and by which device they were taken, unless they are to be
/// sent as they are.
///
/// # Errors
/// When it can't be read, or is a photo of which that can't be taken out.
pub fn prepared(path: &Path, as_it_is: bool) -> Result<Prepared, PrepareError> {
    let mut file = File::open(path)?;
    let Some(Header { format, width, height }) = picture::header(&mut file)? else {
        let kind = Kind { media: Media::File, media_type: types::of_name(path) };
        return Ok(Prepared { kind, bare: None, preview: None });
    };
    let keeps_all = as_it_is || format == Format::Gif;
    let len = file.metadata()?.len();
    let mut bytes = Vec::new();
    if len <= MAX_BYTES {
        file.rewind()?;
        file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    } else if !keeps_all {
        return Err(PrepareError::NotBare);
    }
    let bare = if keeps_all { None } else { Some(bare::bare(format, &bytes).ok_or(PrepareError::NotBare)?) };
    // Whoever opens it sees the size of what comes out of it, whatever stands at its beginning.
    let image = pictures::decode(bare.as_deref().unwrap_or(&bytes));
    let (width, height) = image.as_ref().map_or((width, height), |image| (image.width(), image.height()));
    let is_shown = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    let media = if is_shown { Media::Photo { width, height } } else { Media::File };
    let preview = image.filter(|_| is_shown).map(|image| pictures::preview(&image));
    Ok(Prepared { kind: Kind { media, media_type: format.media_type() }, bare, preview })
}

/// The format of a picture; none if it is none that is known.
///
/// # Errors
/// When it can't be read.
pub fn format(path: &Path) -> io::Result<Option<Format>> {
    Ok(picture::header(&mut File::open(path)?)?.map(|header| header.format))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &Path) -> Kind {
        prepared(path, true).unwrap().kind
    }

    #[test]
    fn what_looks_like_a_picture_only_by_its_name_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.png"), b"no picture at all").unwrap();
        assert_eq!(kind(&path("a.png")), Kind { media: Media::File, media_type: "" });
        std::fs::write(path("a.pdf"), b"%PDF-1.7").unwrap();
        assert_eq!(kind(&path("a.pdf")), Kind { media: Media::File, media_type: "application/pdf" });
        std::fs::write(path("a.txt"), b"GIF89a\x03\0\x02\0and so on").unwrap();
        let gif = Kind { media: Media::Photo { width: 3, height: 2 }, media_type: "image/gif" };
        assert_eq!(kind(&path("a.txt")), gif);
        std::fs::write(path("none.gif"), b"GIF89a\0\0\x02\0and so on").unwrap();
        assert_eq!(kind(&path("none.gif")).media, Media::File, "nothing to be seen");
        assert!(matches!(prepared(&path("nowhere"), false), Err(PrepareError::Io(_))));
    }

    #[test]
    fn only_photos_are_taken_apart_and_none_that_is_damaged_is_sent_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo");
        std::fs::write(&path, b"%PDF-1.7").unwrap();
        assert_eq!(prepared(&path, false).unwrap().bare, None);
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06").unwrap();
        assert!(matches!(prepared(&path, false), Err(PrepareError::NotBare)));
        assert_eq!(prepared(&path, true).unwrap().bare, None);
        // A hole in the disk: nothing of it is read.
        File::options().write(true).open(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(matches!(prepared(&path, false), Err(PrepareError::NotBare)));
    }
}
