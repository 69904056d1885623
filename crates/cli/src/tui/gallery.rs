//! The pictures of a timeline: which can be shown, how much room they take, and which are drawn already.

use std::collections::BTreeMap;

use beseda_engine::api::file::{AttachmentView, FileNumber, FileState};
use beseda_wire::content::Media;
use ratatui::layout::Size;

use crate::pictures::{self, Picture, Printer};

/// Rows of a photo that stands alone.
const ROWS: u16 = 12;
/// Rows of one among others, of a sticker, and of what a link leads to.
const FEW_ROWS: u16 = 6;
/// Columns of any.
const COLUMNS: u16 = 60;
/// In fewer rows nothing is recognised.
const LEAST_ROWS: u16 = 2;
/// Pictures that are kept while others are in sight.
const MOST_KEPT: usize = 60;

/// The pictures.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    /// What shows them; none: they are told in words only.
    pub printer: Option<Printer>,
    shown: BTreeMap<FileNumber, Shown>,
}

/// How far a picture is.
#[derive(Debug, Clone, Default)]
struct Shown {
    picture: Option<Picture>,
    /// For this room it was drawn from the file itself.
    sharp: Option<Size>,
    /// For this room it is being drawn.
    asked: Option<Size>,
    /// Nothing can be drawn from the file.
    is_broken: bool,
    /// Nothing can be drawn from its preview.
    has_no_blur: bool,
}

/// Room for a picture among the lines of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The first of its lines.
    pub(super) line: usize,
    pub(super) file: FileNumber,
    pub(super) size: Size,
    /// Whether the file is here.
    is_here: bool,
    preview: Option<Vec<u8>>,
}

impl Place {
    /// The same at another line.
    pub(super) fn at(self, line: usize) -> Self {
        Self { line, ..self }
    }
}

/// The picture that an attachment is, or that stands for it, and its pixels. What can be opened once is no attachment.
fn pictured(attachment: &AttachmentView) -> Option<(FileNumber, u32, u32)> {
    match attachment.media {
        Media::Photo { width, height } | Media::Sticker { width, height, .. } => Some((attachment.file, width, height)),
        Media::Video { width, height, .. } => Some((attachment.cover?, width, height)),
        Media::File | Media::Audio { .. } | Media::Voice { .. } => None,
    }
}

/// Whether all of a file lies on this device.
pub(super) const fn is_here(at: Option<&FileState>) -> bool {
    // What is on its way to the server lies here as well.
    matches!(at, Some(FileState::Here | FileState::Moving { up: true, .. } | FileState::Paused { up: true, .. }))
}

impl Gallery {
    /// The room for the picture of an attachment, `width` columns at most; none if there is nothing to be shown. `height` is that
    /// of the window, of which one picture takes no more than half.
    pub(super) fn place(
        &self,
        files: &BTreeMap<FileNumber, FileState>,
        attachment: &AttachmentView,
        is_alone: bool,
        width: usize,
        height: u16,
    ) -> Option<Place> {
        let printer = self.printer.as_ref()?;
        let (file, across, down) = pictured(attachment)?;
        let known = self.shown.get(&file);
        let is_here = is_here(files.get(&file)) && !known.is_some_and(|shown| shown.is_broken);
        let preview = attachment.preview.as_ref().filter(|_| !known.is_some_and(|shown| shown.has_no_blur));
        if !is_here && preview.is_none() {
            return None;
        }
        let is_small = !is_alone || matches!(attachment.media, Media::Sticker { .. });
        let rows = (if is_small { FEW_ROWS } else { ROWS }).min(height / 2);
        let columns = u16::try_from(width).unwrap_or(COLUMNS).min(COLUMNS);
        if rows < LEAST_ROWS || columns < LEAST_ROWS {
            return None;
        }
        let size = printer.fit(across, down, Size::new(columns, rows));
        let preview = preview.map(|preview| preview.to_vec());
        Some(Place { line: 0, file, size, is_here, preview })
    }

    /// What stands in this place; none while it is drawn.
    pub(super) fn picture(&self, place: &Place) -> Option<&Picture> {
        let picture = self.shown.get(&place.file)?.picture.as_ref()?;
        let size = picture.size();
        (size.width <= place.size.width && size.height <= place.size.height).then_some(picture)
    }

    /// Places are in sight: which files are to be drawn, and how large.
    pub(super) fn look(&mut self, places: &[Place]) -> Vec<(FileNumber, Size)> {
        let Some(printer) = &self.printer else { return Vec::new() };
        let mut wanted = Vec::new();
        for Place { file, size, is_here, preview, .. } in places {
            let shown = self.shown.entry(*file).or_default();
            if shown.sharp == Some(*size) || shown.asked == Some(*size) {
                continue;
            }
            if *is_here {
                shown.asked = Some(*size);
                wanted.push((*file, *size));
            }
            let has_blur = shown.picture.as_ref().is_some_and(|picture| picture.size() == *size);
            if let Some(preview) = preview.as_ref().filter(|_| !has_blur) {
                match pictures::blurred(preview) {
                    Some(image) => shown.picture = Some(printer.blur(&image, *size)),
                    None => shown.has_no_blur = true,
                }
            }
        }
        if self.shown.len() > MOST_KEPT {
            self.shown.retain(|file, shown| shown.is_broken || places.iter().any(|place| place.file == *file));
        }
        wanted
    }

    /// A file was drawn for this room, or can't be.
    pub(super) fn drawn(&mut self, file: FileNumber, size: Size, picture: Option<Picture>) {
        let Some(shown) = self.shown.get_mut(&file) else { return };
        if shown.asked != Some(size) {
            // The window has changed meanwhile.
            return;
        }
        shown.asked = None;
        shown.is_broken = picture.is_none();
        if picture.is_some() {
            shown.sharp = Some(size);
            shown.picture = picture;
        }
    }

    /// Forgets all pictures but these.
    pub(super) fn keep_only(&mut self, files: &[FileNumber]) {
        self.shown.retain(|file, _| files.contains(file));
    }

    /// A file has come anew: what was wrong with it need not be any more.
    pub(super) fn came(&mut self, file: FileNumber) {
        if let Some(shown) = self.shown.get_mut(&file) {
            shown.is_broken = false;
        }
    }
}
