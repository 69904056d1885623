//! Files on their way into the engine and out of it. What reads or writes them blocks a thread of its own.

use std::path::{Path, PathBuf};

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, AttachmentView, FileNumber};
use beseda_engine::timeline::rules::attachment::safe_name;
use beseda_wire::Bytes;

use super::core::Host;
use super::files::FileError;
use crate::clock::OsRng;
use crate::media::{self, Prepared};

/// Most bytes of a name that every file system takes, with room for a number.
const MOST_BYTES: usize = 200;

/// Why a file could not be taken in or given out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// The engine's answer.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// It could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Host {
    /// Seals a file, so that it can be sent; `told` hears how many bytes are done. Answers the draft of an attachment with
    /// the file's name. Of a photo, only what is seen is sent, unless it is to be sent `as_it_is`.
    ///
    /// # Errors
    /// When it can't be read, changes meanwhile, or the engine does not take it; when it is a photo of which it is not known
    /// what is seen.
    pub async fn seal(
        &self,
        from: PathBuf,
        as_it_is: bool,
        told: impl FnMut(u64) + Send + 'static,
    ) -> Result<AttachmentDraft, AttachError> {
        let Outcome::File { file } = self.command(Command::BeginFile).await? else { return Err(Failure::Store.into()) };
        let files = self.files().clone();
        let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let work = move || {
            let Prepared { kind, bare, preview } = media::prepared(&from, as_it_is)?;
            let sealed = match bare {
                Some(bare) => files.seal_content(file, &mut bare.as_slice(), bare.len() as u64, &mut OsRng, told)?,
                None => files.seal(file, &from, &mut OsRng, told)?,
            };
            Ok::<_, FileError>((kind, preview, sealed))
        };
        let (kind, preview, sealed) = match blocking(work).await {
            Ok(done) => done,
            Err(error) => {
                self.forget(&[file]).await;
                return Err(error.into());
            }
        };
        let finished = self.command(Command::FinishFile { file, sealed }).await?;
        let Outcome::File { file } = finished else { return Err(Failure::Store.into()) };
        let preview = preview.map(Bytes::from);
        let media_type = kind.media_type.to_owned();
        Ok(AttachmentDraft { file, name, media_type, media: kind.media, preview, cover: None, excerpt: String::new() })
    }

    /// What is in a file that is on this device, if that is no more than `most` bytes.
    ///
    /// # Errors
    /// When it is not here, not what was sent, or larger.
    pub async fn content(&self, file: FileNumber, most: u64) -> Result<Vec<u8>, AttachError> {
        let reference = self.read(move |core, _| core.file_reference(file)).await?.ok_or(Failure::NotFound)?;
        if reference.size > most {
            return Err(FileError::Io(std::io::ErrorKind::FileTooLarge.into()).into());
        }
        let files = self.files().clone();
        let work = move || {
            let mut content = Vec::new();
            files.open(file, &reference, &mut content, |_| {})?;
            Ok(content)
        };
        Ok(blocking(work).await?)
    }

    /// What was sealed is not sent after all.
    pub async fn forget(&self, files: &[FileNumber]) {
        for file in files {
            // What can't be forgotten now goes when the program starts again.
            drop(self.command(Command::ForgetFile { file: *file }).await);
        }
    }

    /// Opens a file that is on this device and writes it into a folder, under this name or, where something has it, with
    /// a number behind it. Answers its path; `told` hears how many bytes are done.
    ///
    /// # Errors
    /// When it is not here or not what was sent, or can't be written.
    pub async fn save(
        &self,
        file: FileNumber,
        folder: PathBuf,
        name: String,
        told: impl FnMut(u64) + Send + 'static,
    ) -> Result<PathBuf, AttachError> {
        let reference = self.read(move |core, _| core.file_reference(file)).await?.ok_or(Failure::NotFound)?;
        let files = self.files().clone();
        Ok(blocking(move || files.save(file, &reference, &folder, &name, told)).await?)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|end| Err(std::io::Error::other(end).into()))
}

/// What a file is called where it is saved: never a path, never hidden, and no longer than file systems take.
pub fn saved_name(attachment: &AttachmentView) -> String {
    let name = safe_name(&attachment.name);
    let name = name.trim_start_matches(['.', ' ']);
    if name.is_empty() {
        let ending = media::ending(&attachment.media_type).map(|ending| format!(".{ending}"));
        return format!("file{}", ending.unwrap_or_default());
    }
    if name.len() <= MOST_BYTES {
        return name.to_owned();
    }
    // The ending tells what it is: of a name that is too long, what is before it goes.
    let (stem, ending) = match name.rfind('.').map(|at| name.split_at(at)) {
        Some((stem, ending)) if ending.len() <= 32 => (stem, ending),
        _ => (name, ""),
    };
    let room = MOST_BYTES.saturating_sub(ending.len());
    let end = (0..=room).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{ending}", stem.get(..end).unwrap_or(stem))
}

/// The same of a file that a program is to show; none if what is called so could be started, or do more than show itself.
pub fn opened_name(attachment: &AttachmentView) -> Option<String> {
    let name = saved_name(attachment);
    if media::is_shown(&name) {
        return Some(name);
    }
    // What has no ending would be known by its content, which may be anything.
    let ending = media::ending(&attachment.media_type).filter(|_| Path::new(&name).extension().is_none())?;
    Some(format!("{name}.{ending}")).filter(|name| media::is_shown(name))
}

/// A name and what is taken in its place where something has it: `a.txt`, `a (1).txt`, `a (2).txt` …
pub(super) fn names(name: &str) -> impl Iterator<Item = String> {
    let path = Path::new(name);
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let ending = path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    let numbered = (1_u32..).map(move |number| format!("{stem} ({number}){ending}"));
    std::iter::once(name.to_owned()).chain(numbered)
}

#[cfg(test)]
mod tests {
    use beseda_wire::content::Media;

    use super::*;

    fn named(name: &str, media_type: &str) -> String {
        saved_name(&AttachmentView {
            file: 1,
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            media: Media::File,
            preview: None,
            cover: None,
            excerpt: String::new(),
            size: 1,
            automatic: false,
        })
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        for (given, saved) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("/etc/shadow", "shadow"),
            ("C:\\Windows\\evil.exe", "evil.exe"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("", "file"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
        ] {
            assert_eq!(named(given, ""), saved, "{given:?}");
        }
        assert_eq!(named("", "image/jpeg"), "file.jpg");
        assert_eq!(named("..", "made/up"), "file");
    }

    #[test]
    fn what_could_be_started_is_not_opened() {
        let opened = |name: &str, media_type: &str| {
            let media_type = media_type.to_owned();
            let (name, media) = (name.to_owned(), Media::File);
            opened_name(&AttachmentView {
                file: 1,
                name,
                media_type,
                media,
                preview: None,
                cover: None,
                excerpt: String::new(),
                size: 1,
                automatic: false,
            })
        };
        for (name, media_type, shown) in [
            ("report.PDF", "", Some("report.PDF")),
            ("photo", "image/jpeg", Some("photo.jpg")),
            ("", "video/mp4", Some("file.mp4")),
            ("a\u{202e}gpj.desktop", "image/jpeg", None),
            ("game.exe", "application/pdf", None),
            ("setup", "", None),
            ("setup", "application/x-desktop", None),
            ("page.html", "text/html", None),
            ("drawing", "image/svg+xml", None),
            ("x.sh", "text/plain", None),
            ("x.jar", "", None),
        ] {
            assert_eq!(opened(name, media_type).as_deref(), shown, "{name:?} {media_type:?}");
        }
    }

    #[test]
    fn no_name_is_longer_than_file_systems_take() {
        let long = named(&format!("{}.tar", "ё".repeat(190)), "");
        assert!(long.len() <= MOST_BYTES && long.ends_with("ё.tar"), "{long}");
        let endless = named(&format!("a.{}", "b".repeat(199)), "");
        assert!(endless.len() <= MOST_BYTES, "{endless}");
    }

    #[test]
    fn what_is_taken_gets_a_number_before_its_ending() {
        let some = |name: &str| names(name).take(3).collect::<Vec<_>>();
        assert_eq!(some("a.txt"), ["a.txt", "a (1).txt", "a (2).txt"]);
        assert_eq!(some("Makefile"), ["Makefile", "Makefile (1)", "Makefile (2)"]);
    }
}
