//! Pages of the web.

use beseda_app::domain::page::{MAX_DESCRIPTION, MAX_SITE, MAX_TITLE};
use beseda_app::domain::read_page;

/// Character sets that come with pages; the input's first byte chooses.
const CHARSETS: [Option<&str>; 6] =
    [None, Some("utf-8"), Some("windows-1251"), Some("utf-16le"), Some("iso-2022-jp"), Some("gb18030")];

/// Whatever a page holds, what is taken from it is short, in one line, and its picture is on the web.
pub(crate) fn says_little(input: &[u8]) {
    let (choice, bytes) = input.split_first().unwrap_or((&0, &[]));
    let charset = CHARSETS[usize::from(*choice) % CHARSETS.len()];
    let page = read_page("https://www.example.org/a/b", charset, bytes);
    for (text, most) in [(&page.title, MAX_TITLE), (&page.description, MAX_DESCRIPTION), (&page.site, MAX_SITE)] {
        assert!(text.chars().count() <= most, "{text:?} is too long");
        assert!(!text.chars().any(|char| char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char)), "{text:?}");
    }
    if let Some(picture) = &page.picture {
        assert!(picture.starts_with("http://") || picture.starts_with("https://"), "{picture:?}");
    }
}
