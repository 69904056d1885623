//! What a file is: by its first bytes if it is a picture, else by its name.

mod exif;
mod picture;
mod types;

use std::fs::File;
use std::io;
use std::path::Path;

use beseda_wire::content::Media;

pub use picture::Format;
use picture::Header;
pub use types::ending;

/// More pixels on a side than any picture is shown with.
const MAX_SIDE: u32 = 65_535;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// How it is shown.
    pub media: Media,
    /// Its media type; empty if that is not known.
    pub media_type: &'static str,
}

/// What this file is.
///
/// # Errors
/// When it can't be read.
pub fn kind(path: &Path) -> io::Result<Kind> {
    Ok(match picture::header(&mut File::open(path)?)? {
        Some(Header { format, width, height }) => {
            let is_shown = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
            let media = if is_shown { Media::Photo { width, height } } else { Media::File };
            Kind { media, media_type: format.media_type() }
        }
        None => Kind { media: Media::File, media_type: types::of_name(path) },
    })
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

    #[test]
    fn what_looks_like_a_picture_only_by_its_name_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.png"), b"no picture at all").unwrap();
        assert_eq!(kind(&path("a.png")).unwrap(), Kind { media: Media::File, media_type: "" });
        std::fs::write(path("a.pdf"), b"%PDF-1.7").unwrap();
        assert_eq!(kind(&path("a.pdf")).unwrap(), Kind { media: Media::File, media_type: "application/pdf" });
        std::fs::write(path("a.txt"), b"GIF89a\x03\0\x02\0and so on").unwrap();
        let gif = Kind { media: Media::Photo { width: 3, height: 2 }, media_type: "image/gif" };
        assert_eq!(kind(&path("a.txt")).unwrap(), gif);
        std::fs::write(path("none.gif"), b"GIF89a\0\0\x02\0and so on").unwrap();
        assert_eq!(kind(&path("none.gif")).unwrap().media, Media::File, "nothing to be seen");
        assert!(kind(&path("nowhere")).is_err());
    }
}
