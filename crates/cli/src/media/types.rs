//! Media types by the endings of names.

use std::path::Path;

/// Endings and types; of several endings of a type, the usual one comes first.
const TYPES: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("apk", "application/vnd.android.package-archive"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bz2", "application/x-bzip2"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("ics", "text/calendar"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rar", "application/vnd.rar"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("txt", "text/plain"),
    ("vcf", "text/vcard"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("xz", "application/x-xz"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

/// Pictures of these types have a first byte by which they are known: a name alone makes none.
const KNOWN_BY_BYTES: [&str; 4] = ["image/gif", "image/jpeg", "image/png", "image/webp"];

/// The media type that a name promises; empty if it promises none that is known.
pub(super) fn of_name(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let found = TYPES.iter().find(|(known, _)| *known == ending).map(|(_, media_type)| *media_type);
    found.filter(|media_type| !KNOWN_BY_BYTES.contains(media_type)).unwrap_or_default()
}

/// What browsers run, and phones install.
const RUN: [&str; 4] = ["apk", "htm", "html", "svg"];

/// Whether programs show what is called so, and never start it.
pub fn is_shown(name: &str) -> bool {
    let ending =
        Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    TYPES.iter().any(|(known, _)| *known == ending) && !RUN.contains(&ending.as_str())
}

/// The usual ending of names of this type.
pub fn ending(media_type: &str) -> Option<&'static str> {
    TYPES.iter().find(|(_, known)| *known == media_type).map(|(ending, _)| *ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_types_and_types_have_endings() {
        for (name, media_type) in
            [("a.PDF", "application/pdf"), ("a.tar.gz", "application/gzip"), ("a", ""), (".txt", ""), ("a.jpeg", "")]
        {
            assert_eq!(of_name(Path::new(name)), media_type, "{name}");
        }
        assert_eq!((ending("image/jpeg"), ending("video/mp4"), ending("x/y")), (Some("jpg"), Some("mp4"), None));
    }
}
