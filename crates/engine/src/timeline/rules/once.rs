//! What can be looked at once, and for how long it waits.

use beseda_model::Timestamp;
use beseda_wire::content::{Attachment, Media, Message};

use super::Broken;
use crate::api::once::OnceKind;

/// Nobody waits longer for somebody to open it: two weeks after it was sent nothing of it is left anywhere.
pub const WAITS_MILLIS: u64 = 14 * 86_400_000;

/// When a message that was sent then can't be opened any more.
pub const fn lapses_at(sent_at: Timestamp) -> Timestamp {
    sent_at.plus_millis(WAITS_MILLIS)
}

/// What this attachment is if it can be looked at once.
pub const fn kind(attachment: &Attachment) -> Option<OnceKind> {
    match attachment.media {
        Media::Photo { .. } => Some(OnceKind::Photo),
        Media::Video { round: false, .. } => Some(OnceKind::Video),
        Media::Video { round: true, .. } => Some(OnceKind::Round),
        Media::Voice { .. } => Some(OnceKind::Voice),
        Media::File | Media::Audio { .. } | Media::Sticker { .. } => None,
    }
}

/// The one attachment, without all that shows something of it before it is opened.
///
/// # Errors
/// When there is none, more than one, or one that is not to be looked at.
pub fn accept(attachments: &[Attachment]) -> Result<(OnceKind, Attachment), Broken> {
    let [attachment] = attachments else { return Err(Broken::Once) };
    let kind = kind(attachment).ok_or(Broken::Once)?;
    Ok((
        kind,
        Attachment { name: String::new(), preview: None, cover: None, excerpt: String::new(), ..attachment.clone() },
    ))
}

/// What of such a message stands in its row before it is opened: everything but what was said with the picture.
pub fn shell(message: &Message) -> Message {
    Message { reply_to: message.reply_to, timer: message.timer, once: true, ..Message::default() }
}

#[cfg(test)]
mod tests {
    use beseda_model::BlobId;
    use beseda_wire::content::{FileKey, FileRef};

    use super::*;

    fn attachment(media: Media) -> Attachment {
        let file = FileRef { blob: BlobId::from_bytes([1; 32]), key: FileKey([2; 32]), size: 3 };
        Attachment {
            file: file.clone(),
            name: "secret.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            media,
            preview: Some(vec![1; 25].into()),
            cover: Some(file),
            excerpt: String::new(),
        }
    }

    #[test]
    fn exactly_one_picture_film_or_voice_message_is_looked_at_once() {
        let photo = || attachment(Media::Photo { width: 4, height: 3 });
        let film = |round| attachment(Media::Video { width: 4, height: 3, millis: 1, round });
        let voice = attachment(Media::Voice { millis: 1, wave: Vec::new().into() });
        let music = attachment(Media::Audio { millis: 1, title: String::new(), artist: String::new() });
        let kinds = [
            (photo(), Some(OnceKind::Photo)),
            (film(false), Some(OnceKind::Video)),
            (film(true), Some(OnceKind::Round)),
            (voice, Some(OnceKind::Voice)),
            (music, None),
            (attachment(Media::File), None),
        ];
        for (attachment, kind) in kinds {
            assert_eq!(accept(&[attachment]).ok().map(|(kind, _)| kind), kind);
        }
        assert!(accept(&[]).is_err() && accept(&[photo(), photo()]).is_err());
    }

    #[test]
    fn nothing_of_it_is_seen_beforehand() {
        let (_, kept) = accept(&[attachment(Media::Photo { width: 4, height: 3 })]).unwrap();
        assert_eq!((kept.name.as_str(), kept.preview, kept.cover), ("", None, None));
    }
}
