//! What goes with a message, in words.

use beseda_engine::api::file::{AttachmentView, FileState};
use beseda_engine::api::once::{OnceKind, OnceState};
use beseda_wire::content::Media;

use super::{Label, Lang, Sentence, failure};
use crate::safe;

/// All that goes with a message, a line for each; where there are several, each has its number.
pub fn attachments(lang: Lang, shown: &[AttachmentView]) -> Vec<String> {
    match shown {
        [one] => vec![attachment(lang, one)],
        several => (1..).zip(several).map(|(number, one)| format!("{number}. {}", attachment(lang, one))).collect(),
    }
}

/// `[photo] harbour.jpg, 1.2 MB`, `[sticker 😀]`.
fn attachment(lang: Lang, shown: &AttachmentView) -> String {
    if let Media::Sticker { emoji, .. } = &shown.media {
        return format!("[{}]", format!("{} {}", lang.label(Label::Sticker), safe::line(emoji)).trim_end());
    }
    let name = match &shown.media {
        Media::Audio { title, artist, .. } if !title.is_empty() => {
            let artist = Some(artist.as_str()).filter(|artist| !artist.is_empty());
            safe::line(&artist.into_iter().chain([title.as_str()]).collect::<Vec<_>>().join(" – "))
        }
        _ => safe::line(&shown.name),
    };
    let facts: Vec<String> =
        [Some(name).filter(|name| !name.is_empty()), length(&shown.media), Some(size(lang, shown.size))]
            .into_iter()
            .flatten()
            .collect();
    format!("[{}] {}", lang.label(kind(&shown.media)), facts.join(", "))
}

/// `[photo] can be opened once`, and nothing more of it.
pub fn once(lang: Lang, kind: OnceKind, state: OnceState, own: bool) -> String {
    let what = match kind {
        OnceKind::Photo => Label::Photo,
        OnceKind::Video | OnceKind::Round => Label::Video,
        OnceKind::Voice => Label::Voice,
    };
    let how = match state {
        OnceState::Closed if own => Label::OnceSent,
        OnceState::Closed => Label::OnceClosed,
        OnceState::Open => Label::OnceOpen,
        OnceState::Opened => Label::OnceOpened,
        OnceState::Lapsed => Label::OnceLapsed,
    };
    format!("[{}] {}", lang.label(what), lang.label(how))
}

/// A message in one line: its text after what goes with it; without a text the first file, and how many more there are.
pub fn brief(lang: Lang, text: &str, attachments: &[AttachmentView]) -> String {
    let text = safe::line(text);
    let Some((first, rest)) = attachments.split_first() else { return text };
    let more = if rest.is_empty() { String::new() } else { format!(" +{}", rest.len()) };
    if text.is_empty() {
        format!("{}{more}", attachment(lang, first))
    } else {
        format!("[{}{more}] {text}", lang.label(kind(&first.media)))
    }
}

/// The same of a message of which no more than its first file is known.
pub fn gist(lang: Lang, text: &str, first: Option<&AttachmentView>) -> String {
    brief(lang, text, first.map(std::slice::from_ref).unwrap_or_default())
}

/// Where a file is; nothing where it can be had.
pub fn file_state(lang: Lang, at: &FileState) -> Option<String> {
    let sentence = match at {
        FileState::Elsewhere => return None,
        FileState::Here => return Some(lang.label(Label::FileHere).to_owned()),
        FileState::Moving { up: true, done, total } => Sentence::FileSending(percent(*done, *total)),
        FileState::Moving { up: false, done, total } => Sentence::FileFetching(percent(*done, *total)),
        FileState::Paused { costly: true, done, total, .. } => Sentence::FileHeld(percent(*done, *total)),
        FileState::Paused { done, total, .. } => Sentence::FilePaused(percent(*done, *total)),
        FileState::Failed { why } => {
            let words = failure(lang, why);
            return Some(lang.sentence(&Sentence::FileFailed(&words.what)));
        }
    };
    Some(lang.sentence(&sentence))
}

const fn kind(media: &Media) -> Label {
    match media {
        Media::File => Label::File,
        Media::Photo { .. } => Label::Photo,
        Media::Video { .. } => Label::Video,
        Media::Audio { .. } => Label::Audio,
        Media::Voice { .. } => Label::Voice,
        Media::Sticker { .. } => Label::Sticker,
    }
}

/// `0:42`, `1:02:03`.
fn length(media: &Media) -> Option<String> {
    let (Media::Video { millis, .. } | Media::Audio { millis, .. } | Media::Voice { millis, .. }) = media else {
        return None;
    };
    let seconds = millis / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") })
}

/// `512 B`, `1.2 MB`: two digits at least, in units of a thousand.
pub fn size(lang: Lang, bytes: u64) -> String {
    let (units, point) = match lang {
        Lang::En => (["B", "kB", "MB", "GB", "TB"], '.'),
        Lang::Ru => (["Б", "кБ", "МБ", "ГБ", "ТБ"], ','),
    };
    let mut unit = 1_u64;
    let mut names = units.into_iter();
    let mut name = names.next().unwrap_or_default();
    // What would be rounded to a thousand is one of the next unit.
    while bytes.saturating_add(unit / 2) / unit >= 1000
        && let Some(next) = names.next()
    {
        unit *= 1000;
        name = next;
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(unit / 2)) / u128::from(unit);
    if unit > 1 && tenths < 100 {
        format!("{}{point}{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", bytes.saturating_add(unit / 2) / unit)
    }
}

/// How much of all is done, in hundredths. Of nothing everything is done.
pub fn percent(done: u64, total: u64) -> u64 {
    let hundredths = (u128::from(done) * 100).checked_div(u128::from(total));
    hundredths.and_then(|part| u64::try_from(part).ok()).map_or(100, |part| part.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, size: u64, media: Media) -> AttachmentView {
        AttachmentView {
            file: 1,
            name: name.to_owned(),
            media_type: String::new(),
            media,
            preview: None,
            cover: None,
            excerpt: String::new(),
            size,
            automatic: false,
        }
    }

    #[test]
    fn sizes_have_two_digits_and_the_nearest_unit() {
        let en = |bytes| size(Lang::En, bytes);
        assert_eq!([0, 1, 999].map(en), ["0 B", "1 B", "999 B"]);
        assert_eq!([1000, 1049, 9_949, 9_950].map(en), ["1.0 kB", "1.0 kB", "9.9 kB", "10 kB"]);
        assert_eq!([999_499, 999_500, 1_234_567].map(en), ["999 kB", "1.0 MB", "1.2 MB"]);
        assert_eq!(en(u64::MAX), "18446744 TB");
        assert_eq!(size(Lang::Ru, 1_234_567), "1,2 МБ");
    }

    #[test]
    fn a_file_is_told_by_kind_name_length_and_size() {
        let photo = view("harbour.jpg", 1_200_000, Media::Photo { width: 4, height: 3 });
        assert_eq!(attachments(Lang::En, std::slice::from_ref(&photo)), ["[photo] harbour.jpg, 1.2 MB"]);
        assert_eq!(attachments(Lang::En, &[photo.clone(), photo])[1], "2. [photo] harbour.jpg, 1.2 MB");
        let voice = view("", 20_000, Media::Voice { millis: 42_900, wave: Vec::new().into() });
        assert_eq!(attachment(Lang::Ru, &voice), "[голосовое сообщение] 0:42, 20 кБ");
        let film = view("a.mp4", 5, Media::Video { width: 1, height: 1, millis: 3_723_000, round: false });
        assert_eq!(attachment(Lang::En, &film), "[video] a.mp4, 1:02:03, 5 B");
        let song = |title: &str, artist: &str| Media::Audio {
            millis: 61_000,
            title: title.to_owned(),
            artist: artist.to_owned(),
        };
        assert_eq!(attachment(Lang::En, &view("1.mp3", 5, song("Calm", "Choir"))), "[audio] Choir – Calm, 1:01, 5 B");
        assert_eq!(attachment(Lang::En, &view("1.mp3", 5, song("Calm", ""))), "[audio] Calm, 1:01, 5 B");
        assert_eq!(attachment(Lang::En, &view("1.mp3", 5, song("", "Choir"))), "[audio] 1.mp3, 1:01, 5 B");
        let sticker = |emoji: &str| Media::Sticker { width: 1, height: 1, emoji: emoji.to_owned(), pack: None };
        assert_eq!(attachment(Lang::En, &view("", 9, sticker("😀"))), "[sticker 😀]");
        assert_eq!(attachment(Lang::Ru, &view("", 9, sticker(""))), "[стикер]");
        let hostile = view("x\u{1b}[2J\ny", 1, Media::File);
        assert_eq!(attachment(Lang::En, &hostile), "[file] x\u{fffd}[2J y, 1 B");
    }

    #[test]
    fn in_one_line_the_text_counts_more_than_the_name() {
        let files = [view("a.jpg", 10, Media::Photo { width: 1, height: 1 }), view("b", 10, Media::File)];
        assert_eq!(brief(Lang::En, "Look\nthere", &files), "[photo +1] Look there");
        assert_eq!(brief(Lang::En, " ", &files), "[photo] a.jpg, 10 B +1");
        assert_eq!(brief(Lang::En, "Look", &[]), "Look");
        assert_eq!(gist(Lang::En, "", files.last()), "[file] b, 10 B");
    }
}
