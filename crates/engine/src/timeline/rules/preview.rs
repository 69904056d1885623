//! What may be shown of a page that a message links to.

use beseda_wire::content::{Entity, LinkPreview, Media, Style};

use super::attachment::{self, MAX_COVER};

/// Most characters of a title.
pub const MAX_TITLE: usize = 200;
/// Most characters of a description.
pub const MAX_DESCRIPTION: usize = 500;
/// Most characters of a site's name.
pub const MAX_SITE: usize = 100;
/// Most bytes of an address.
pub const MAX_URL: usize = 2_048;

/// A preview as it may be shown, if it may at all: of a page of the web to which the text links, with something to be
/// read, and with no picture but a small one.
pub fn accept(preview: &LinkPreview, text: &str, entities: &[Entity]) -> Option<LinkPreview> {
    if preview.url.len() > MAX_URL || !is_of_the_web(&preview.url) || !is_linked(&preview.url, text, entities) {
        return None;
    }
    let line = attachment::safe_line;
    let image = preview.image.clone().filter(|image| image.file.size <= MAX_COVER);
    let image = image.and_then(|image| attachment::accept(&[image]).ok()?.pop());
    let shown = LinkPreview {
        url: preview.url.clone(),
        title: line(&preview.title, MAX_TITLE),
        description: line(&preview.description, MAX_DESCRIPTION),
        site: line(&preview.site, MAX_SITE),
        image: image.filter(|image| matches!(image.media, Media::Photo { .. }) && image.cover.is_none()),
    };
    let says_nothing = shown.title.is_empty() && shown.description.is_empty() && shown.image.is_none();
    (!says_nothing).then_some(shown)
}

/// Whether a text links to this address: by itself as a whole word, or under other words.
pub fn is_linked(url: &str, text: &str, entities: &[Entity]) -> bool {
    if url.is_empty() {
        return false;
    }
    let under_words =
        entities.iter().any(|entity| matches!(&entity.style, Style::Link { url: linked } if linked == url));
    under_words
        || text.match_indices(url).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at.saturating_add(url.len())..).unwrap_or_default();
            // What ends a sentence does not belong to an address, unless more of one follows.
            let after =
                after.trim_start_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '»', '”', '’', '"', '\'']);
            !before.is_some_and(char::is_alphanumeric) && !after.starts_with(|next: char| !next.is_whitespace())
        })
}

fn is_of_the_web(url: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = (url.get(..scheme.len())?, url.get(scheme.len()..)?);
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.is_some_and(|rest| !rest.is_empty()) && !url.chars().any(|char| char.is_whitespace() || char.is_control())
}

#[cfg(test)]
mod tests {
    use beseda_model::BlobId;
    use beseda_wire::content::{Attachment, FileKey, FileRef};

    use super::*;

    const URL: &str = "https://example.org/a";

    fn preview() -> LinkPreview {
        LinkPreview { url: URL.to_owned(), title: "Title".to_owned(), ..LinkPreview::default() }
    }

    fn image(size: u64, media: Media) -> Attachment {
        let file = FileRef { blob: BlobId::from_bytes([1; 32]), key: FileKey([2; 32]), size };
        Attachment {
            file,
            name: String::new(),
            media_type: "image/jpeg".to_owned(),
            media,
            preview: None,
            cover: None,
            excerpt: String::new(),
        }
    }

    #[test]
    fn only_a_page_that_the_text_links_to_is_shown() {
        for text in [
            URL,
            "see https://example.org/a.",
            "(https://example.org/a)",
            "https://example.org/a\nnext",
            "«https://example.org/a»",
        ] {
            assert!(accept(&preview(), text, &[]).is_some(), "{text}");
        }
        for text in [
            "",
            "see",
            "https://example.org/ab",
            "https://example.org/a/b",
            "xhttps://example.org/a",
            "https://example.org/a.b",
            "https://example.org",
        ] {
            assert_eq!(accept(&preview(), text, &[]), None, "{text}");
        }
        let link = Entity { start: 0, len: 3, style: Style::Link { url: URL.to_owned() } };
        assert!(accept(&preview(), "see", &[link]).is_some());
    }

    #[test]
    fn only_addresses_of_the_web_are_shown() {
        for url in ["javascript:alert(1)", "file:///a", "https://", "https://a b", "", "example.org"] {
            let other = LinkPreview { url: url.to_owned(), ..preview() };
            assert_eq!(accept(&other, url, &[]), None, "{url}");
        }
        let long = |length: usize| format!("{URL}{}", "x".repeat(length - URL.len()));
        let of = |url: String| accept(&LinkPreview { url: url.clone(), ..preview() }, &url, &[]);
        assert!(of(long(MAX_URL)).is_some() && of(long(MAX_URL + 1)).is_none());
    }

    #[test]
    fn what_is_shown_is_short_and_reads_as_it_is() {
        let long = |length| "ё".repeat(length);
        let hostile = LinkPreview {
            title: format!("\u{202e}{}", long(MAX_TITLE + 1)),
            description: format!("a\n{}", long(MAX_DESCRIPTION)),
            site: long(MAX_SITE + 1),
            ..preview()
        };
        let shown = accept(&hostile, URL, &[]).unwrap();
        assert_eq!((shown.title, shown.site), (long(MAX_TITLE), long(MAX_SITE)));
        assert_eq!(shown.description.chars().count(), MAX_DESCRIPTION);
        assert!(!shown.description.contains('\n'));
        let nothing = LinkPreview { title: "\u{202e}".to_owned(), site: "S".to_owned(), ..preview() };
        assert_eq!(accept(&nothing, URL, &[]), None);
    }

    #[test]
    fn a_picture_is_a_small_photo() {
        let photo = Media::Photo { width: 10, height: 10 };
        let with = |image| accept(&LinkPreview { image: Some(image), ..preview() }, URL, &[]).unwrap().image;
        assert!(with(image(MAX_COVER, photo.clone())).is_some());
        assert_eq!(with(image(MAX_COVER + 1, photo.clone())), None);
        assert_eq!(with(image(1, Media::File)), None);
        let with_cover = Attachment { cover: Some(image(1, Media::File).file), ..image(1, photo) };
        assert_eq!(with(with_cover), None);
    }
}
