//! What may go with a message.

use beseda_wire::content::{Attachment, Media};

use super::Broken;
use super::emoji::is_emoji;
use crate::stickers::is_sticker;

/// Most files of one message.
pub const MAX_ATTACHMENTS: usize = 30;

/// Most characters of a file's name.
pub const MAX_NAME: usize = 200;

/// Most bytes of a picture that stands for a file.
pub const MAX_COVER: u64 = 512 * 1024;

/// Most bytes of what a text begins with.
const MAX_EXCERPT: usize = 1_000;
/// Most lines of it.
const MAX_LINES: usize = 12;
const MAX_TYPE: usize = 100;
const MAX_PREVIEW: usize = 64;
const MAX_WAVE: usize = 128;
const MAX_SIDE: u32 = 65_535;

/// Attachments as they may be shown: with names that are no paths, and without what is out of all proportion.
///
/// # Errors
/// When there are too many.
pub fn accept(attachments: &[Attachment]) -> Result<Vec<Attachment>, Broken> {
    if attachments.len() > MAX_ATTACHMENTS {
        return Err(Broken::TooMany);
    }
    Ok(attachments.iter().map(|attachment| accept_one(attachment, attachments.len())).collect())
}

/// One of so many attachments.
pub(crate) fn accept_one(attachment: &Attachment, of: usize) -> Attachment {
    let media = safe_media(attachment, of);
    Attachment {
        file: attachment.file.clone(),
        name: safe_name(&attachment.name),
        media_type: safe_type(&attachment.media_type),
        preview: attachment.preview.clone().filter(|preview| preview.len() <= MAX_PREVIEW),
        cover: attachment.cover.clone().filter(|cover| cover.size <= MAX_COVER),
        // What is seen or heard is no text.
        excerpt: if media.is_file() { safe_excerpt(&attachment.excerpt) } else { String::new() },
        media,
    }
}

/// A name that is nothing but a name: what leads into other folders, hides the true ending or can't be shown is taken out.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|char| !is_unseen(*char)).map(plain).collect();
    let trimmed = shown.trim_start().trim_end_matches(|char: char| char == '.' || char.is_whitespace());
    // The ending tells what it is: of a name that is too long, the middle goes.
    let chars: Vec<char> = trimmed.chars().collect();
    if chars.len() <= MAX_NAME {
        return trimmed.to_owned();
    }
    let (ending, kept) = (24, MAX_NAME - 25);
    chars.iter().take(kept).chain(std::iter::once(&'…')).chain(chars.iter().skip(chars.len() - ending)).collect()
}

/// What something is called, in one line of at most so many characters.
pub(crate) fn safe_line(words: &str, most: usize) -> String {
    words.chars().filter(|char| !is_unseen(*char)).take(most).collect::<String>().trim().to_owned()
}

/// The first lines of a text: as they are, but for what can't be shown or turns the direction of what follows.
fn safe_excerpt(text: &str) -> String {
    let mut shown = String::new();
    for line in text.lines().take(MAX_LINES) {
        for char in line.chars().filter(|char| *char == '\t' || !is_unseen(*char)).chain(['\n']) {
            if shown.len() + char.len_utf8() > MAX_EXCERPT {
                return shown.trim_end().to_owned();
            }
            shown.push(char);
        }
    }
    shown.trim_end().to_owned()
}

/// Characters that file systems take for something else.
const fn plain(char: char) -> char {
    match char {
        ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        other => other,
    }
}

/// Control characters, and marks that turn the direction of what follows.
fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        || ('\u{202a}'..='\u{202e}').contains(&char)
        || ('\u{2066}'..='\u{2069}').contains(&char)
}

fn safe_type(media_type: &str) -> String {
    let is_type = media_type.len() <= MAX_TYPE
        && media_type.split('/').count() == 2
        && media_type.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte));
    if is_type { media_type.to_ascii_lowercase() } else { String::new() }
}

fn safe_media(attachment: &Attachment, of: usize) -> Media {
    let side = |pixels: u32| (1..=MAX_SIDE).contains(&pixels);
    match &attachment.media {
        Media::Photo { width, height } | Media::Video { width, height, .. } if !side(*width) || !side(*height) => {
            Media::File
        }
        // A sticker is alone in its message.
        Media::Sticker { width, height, .. }
            if of != 1 || !is_sticker(&safe_type(&attachment.media_type), *width, *height, attachment.file.size) =>
        {
            Media::File
        }
        Media::Sticker { width, height, emoji, pack } if !is_emoji(emoji) => {
            Media::Sticker { width: *width, height: *height, emoji: String::new(), pack: pack.clone() }
        }
        Media::Voice { millis, wave } if wave.len() > MAX_WAVE => {
            Media::Voice { millis: *millis, wave: wave.get(..MAX_WAVE).unwrap_or_default().into() }
        }
        Media::Audio { millis, title, artist } => {
            Media::Audio { millis: *millis, title: safe_line(title, MAX_NAME), artist: safe_line(artist, MAX_NAME) }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::BlobId;
    use beseda_wire::content::{FileKey, FileRef};
    use proptest::prelude::*;

    use super::*;

    fn attachment(name: &str, media: Media) -> Attachment {
        let file = FileRef { blob: BlobId::from_bytes([1; 32]), key: FileKey([2; 32]), size: 3 };
        Attachment {
            file,
            name: name.to_owned(),
            media_type: String::new(),
            media,
            preview: None,
            cover: None,
            excerpt: String::new(),
        }
    }

    #[test]
    fn names_lead_nowhere_and_hide_nothing() {
        for (given, shown) in [
            ("report.pdf", "report.pdf"),
            ("Отчёт за март.pdf", "Отчёт за март.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\evil.exe", "evil.exe"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a\0b\nc.txt", "abc.txt"),
            ("..", ""),
            (".", ""),
            ("/", ""),
            ("  spaced .txt. . ", "spaced .txt"),
            ("CON:stream", "CON_stream"),
            (".bashrc", ".bashrc"),
        ] {
            assert_eq!(safe_name(given), shown, "{given:?}");
        }
    }

    #[test]
    fn of_a_name_that_is_too_long_the_ending_stays() {
        let long = format!("{}.tar.gz", "ё".repeat(MAX_NAME));
        let shown = safe_name(&long);
        assert_eq!(shown.chars().count(), MAX_NAME);
        assert!(shown.ends_with(".tar.gz") && shown.contains('…'));
        let edge = "ё".repeat(MAX_NAME);
        assert_eq!(safe_name(&edge), edge);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        let one = attachment("a", Media::File);
        assert!(accept(&vec![one.clone(); MAX_ATTACHMENTS]).is_ok());
        assert_eq!(accept(&vec![one.clone(); MAX_ATTACHMENTS + 1]), Err(Broken::TooMany));
        let media = |media| accept(&[attachment("a", media)]).unwrap().remove(0).media;
        let photo = |width, height| Media::Photo { width, height };
        assert_eq!(media(photo(MAX_SIDE, 1)), photo(MAX_SIDE, 1));
        assert_eq!(media(photo(MAX_SIDE + 1, 1)), Media::File);
        assert_eq!(media(photo(1, 0)), Media::File);
        let voice = |len: usize| Media::Voice { millis: 1, wave: vec![0; len].into() };
        assert_eq!(media(voice(MAX_WAVE)), voice(MAX_WAVE));
        assert_eq!(media(voice(MAX_WAVE + 1)), voice(MAX_WAVE));
        let preview = |len: usize| {
            let attachment = Attachment { preview: Some(vec![0; len].into()), ..one.clone() };
            accept(&[attachment]).unwrap().remove(0).preview
        };
        assert!(preview(MAX_PREVIEW).is_some() && preview(MAX_PREVIEW + 1).is_none());
        let cover = |size| {
            let attachment = Attachment { cover: Some(FileRef { size, ..one.file.clone() }), ..one.clone() };
            accept(&[attachment]).unwrap().remove(0).cover
        };
        assert!(cover(MAX_COVER).is_some() && cover(MAX_COVER + 1).is_none());
        let song = |title: &str| Media::Audio { millis: 1, title: title.to_owned(), artist: String::new() };
        assert_eq!(media(song(&"ё".repeat(MAX_NAME + 1))), song(&"ё".repeat(MAX_NAME)));
    }

    #[test]
    fn a_sticker_is_small_alone_and_a_picture_or_else_a_file() {
        let sticker = |width, emoji: &str| Attachment {
            media_type: "image/webp".to_owned(),
            ..attachment("", Media::Sticker { width, height: 512, emoji: emoji.to_owned(), pack: None })
        };
        let media = |all: &[Attachment]| accept(all).unwrap().remove(0).media;
        assert_eq!(media(&[sticker(512, "😀")]), sticker(512, "😀").media);
        assert_eq!(media(&[sticker(512, "<b>")]), sticker(512, "").media);
        assert_eq!(media(&[sticker(513, "😀")]), Media::File);
        assert_eq!(media(&[sticker(512, "😀"), sticker(512, "😀")]), Media::File);
        assert_eq!(media(&[Attachment { media_type: "text/html".to_owned(), ..sticker(1, "😀") }]), Media::File);
        let file = FileRef { size: 512 * 1024 + 1, ..sticker(1, "😀").file };
        assert_eq!(media(&[Attachment { file, ..sticker(1, "😀") }]), Media::File);
    }

    #[test]
    fn of_a_text_the_first_lines_are_told() {
        let excerpt = |text: &str, media| {
            let attachment = Attachment { excerpt: text.to_owned(), ..attachment("a.txt", media) };
            accept(&[attachment]).unwrap().remove(0).excerpt
        };
        let told = |text: &str| excerpt(text, Media::File);
        assert_eq!(told("  if a:\n\tb\u{202e}\0\r\n\n"), "  if a:\n\tb");
        let lines = |count| vec!["x"; count].join("\n");
        assert_eq!((told(&lines(MAX_LINES)), told(&lines(MAX_LINES + 1))), (lines(MAX_LINES), lines(MAX_LINES)));
        let long = |bytes| "x".repeat(bytes);
        assert_eq!((told(&long(MAX_EXCERPT)), told(&long(MAX_EXCERPT + 1))), (long(MAX_EXCERPT), long(MAX_EXCERPT)));
        assert_eq!(told(&format!("x{}", "ё".repeat(MAX_EXCERPT))).len(), MAX_EXCERPT - 1);
        assert_eq!(excerpt("words", Media::Photo { width: 1, height: 1 }), "");
    }

    #[test]
    fn what_music_says_of_itself_is_one_line_that_reads_as_it_is() {
        let song =
            |title: &str, artist: &str| Media::Audio { millis: 1, title: title.to_owned(), artist: artist.to_owned() };
        let told = accept(&[attachment("a", song(" Тишина\n\0", "\u{202e}Хор: A/B"))]).unwrap().remove(0).media;
        assert_eq!(told, song("Тишина", "Хор: A/B"));
    }

    #[test]
    fn a_type_is_one_or_none() {
        for (given, shown) in
            [("image/PNG", "image/png"), ("text/html; charset=x", ""), ("image", ""), ("a/b/c", ""), ("", "")]
        {
            assert_eq!(safe_type(given), shown);
        }
    }

    proptest! {
        #[test]
        fn a_safe_excerpt_is_short_and_stays_as_it_is(text in "\\PC*|[x\n\r\t ё\u{202e}]*") {
            let safe = safe_excerpt(&text);
            prop_assert!(safe.len() <= MAX_EXCERPT && safe.lines().count() <= MAX_LINES);
            prop_assert_eq!(safe_excerpt(&safe), safe);
        }

        #[test]
        fn a_safe_name_is_one_component_and_stays_as_it_is(name in "\\PC*|[./\\\\ a:\u{202e}]*") {
            let safe = safe_name(&name);
            prop_assert!(!safe.contains(['/', '\\', '\0']) && safe != "." && safe != "..");
            prop_assert!(safe.chars().count() <= MAX_NAME);
            prop_assert_eq!(safe_name(&safe), safe);
        }
    }
}
