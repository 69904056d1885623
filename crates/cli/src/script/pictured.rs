//! A photo of a message, shown at the terminal.

use std::io::{self, IsTerminal, Write, stdin, stdout};

use beseda_engine::api::file::{AttachmentView, FileNumber};
use beseda_engine::api::view::Body;
use beseda_wire::content::Media;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use serde_json::json;

use super::session::Session;
use super::trip::Trip;
use crate::args::ShowArgs;
use crate::host::{AttachError, FileError};
use crate::pictures::{self, Means, Picture, Printer};
use crate::safe;
use crate::text::{self, Label, Sentence};

/// Columns where nobody says how many there are.
const COLUMNS: u16 = 80;
/// Rows of a picture, unless others are wanted.
const ROWS: u16 = 24;

impl Session {
    pub(super) async fn show(&self, args: ShowArgs) -> Result<(), Trip> {
        let row = self.conversation(&args.conversation).await?;
        let message = self.message(&row, &args.message).await?;
        let none = || Trip::NotFound(self.words(&Sentence::NoFileThere(&safe::line(&args.message))));
        let attachments = match message.body {
            Body::Text { attachments, .. } => attachments,
            // It would stay on the screen, and in what the terminal keeps of it.
            Body::Once { file: Some(_), .. } => return Err(Trip::Usage(self.label(Label::OnceNeedsTo))),
            _ => Vec::new(),
        };
        let chosen: Vec<AttachmentView> = match args.number {
            Some(number) => attachments.into_iter().skip(number.saturating_sub(1)).take(number.min(1)).collect(),
            None => attachments.into_iter().filter(|attachment| pictured(attachment).is_some()).collect(),
        };
        let printer = if self.out.is_json() { None } else { printer(self.pictures) };
        if chosen.is_empty() {
            return Err(none());
        }
        for attachment in &chosen {
            let file = pictured(attachment).ok_or_else(none)?;
            self.fetched(file).await?;
            let content = self.host.content(file, pictures::MOST_BYTES).await.map_err(|error| match error {
                AttachError::Failure(failure) => failure.into(),
                AttachError::File(FileError::Io(error)) if error.kind() != io::ErrorKind::FileTooLarge => {
                    Trip::System(io::Error::from(error.kind()).to_string())
                }
                AttachError::File(_) => self.no_picture(attachment),
            })?;
            let image = tokio::task::spawn_blocking(move || pictures::decode(&content)).await.ok().flatten();
            let image = image.ok_or_else(|| self.no_picture(attachment))?;
            let object = json!({
                "conversation": row.conversation,
                "message": message.message,
                "file": file,
                "name": attachment.name,
                "size": attachment.size,
                "width": image.width(),
                "height": image.height(),
            });
            // In words first, for those who do not see it.
            self.say("shown", &object, || text::brief(self.lang, "", std::slice::from_ref(attachment)))?;
            if let Some(printer) = &printer {
                let columns =
                    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0);
                let most = Size::new(columns.unwrap_or(COLUMNS), args.rows.unwrap_or(ROWS).max(1));
                let picture = printer.print(image, most).ok_or_else(|| self.no_picture(attachment))?;
                write(&picture)?;
            }
        }
        Ok(())
    }

    fn no_picture(&self, attachment: &AttachmentView) -> Trip {
        Trip::Usage(self.words(&Sentence::NotShown(&safe::line(&attachment.name))))
    }
}

/// The file with the picture that an attachment is, or that stands for it.
const fn pictured(attachment: &AttachmentView) -> Option<FileNumber> {
    match attachment.media {
        Media::Photo { .. } | Media::Sticker { .. } => Some(attachment.file),
        Media::Video { .. } | Media::Audio { .. } => attachment.cover,
        Media::File | Media::Voice { .. } => None,
    }
}

/// What shows pictures here. Only a terminal can be asked what it can do; whatever else reads this gets half blocks.
fn printer(means: Means) -> Option<Printer> {
    if stdin().is_terminal() && stdout().is_terminal() {
        let is_raw = enable_raw_mode().is_ok();
        let printer = Printer::of_terminal(means);
        if is_raw {
            drop(disable_raw_mode());
        }
        return printer;
    }
    match means {
        Means::Off => None,
        Means::Auto if std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty()) => None,
        _ => Some(Printer::blocks()),
    }
}

/// Writes a picture where the cursor stands, and leaves it below.
fn write(picture: &Picture) -> io::Result<()> {
    let size = picture.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    picture.draw(buffer.area, 0, &mut buffer);
    let mut out = stdout().lock();
    out.write_all(lines(&buffer, picture.is_text()).as_bytes())?;
    out.flush()
}

/// The cells of a buffer as a terminal takes them. Cells of text are plain lines, for pagers and files too; pixels lie over lines
/// to which the cursor goes.
fn lines(buffer: &Buffer, is_text: bool) -> String {
    let mut out = String::new();
    let height = buffer.area.height;
    if !is_text {
        // There must be room before anything is drawn: what scrolls away then is above.
        out.push_str(&"\n".repeat(usize::from(height)));
        out.push_str(&format!("\x1b[{height}A"));
    }
    for y in 0..height {
        if !is_text {
            out.push_str("\r\x1b7");
        }
        let mut style = (Color::Reset, Color::Reset);
        for x in 0..buffer.area.width {
            let Some(cell) = buffer.cell((x, y)).filter(|cell| cell.diff_option != CellDiffOption::Skip) else {
                continue;
            };
            colours(cell, &mut style, &mut out);
            out.push_str(cell.symbol());
        }
        if style != (Color::Reset, Color::Reset) {
            out.push_str("\x1b[0m");
        }
        out.push_str(if is_text { "\n" } else { "\x1b8\x1b[1B" });
    }
    out
}

fn colours(cell: &Cell, style: &mut (Color, Color), out: &mut String) {
    for (now, wanted, ground) in [(&mut style.0, cell.fg, 38), (&mut style.1, cell.bg, 48)] {
        if *now == wanted {
            continue;
        }
        *now = wanted;
        match wanted {
            Color::Rgb(red, green, blue) => out.push_str(&format!("\x1b[{ground};2;{red};{green};{blue}m")),
            Color::Indexed(place) => out.push_str(&format!("\x1b[{ground};5;{place}m")),
            _ => out.push_str(&format!("\x1b[{}m", ground + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn half_blocks_are_plain_lines_that_end_as_they_began() {
        let red = Rgba([200, 0, 0, 255]);
        let image = RgbaImage::from_fn(20, 20, |x, y| if x < 10 && y < 10 { red } else { Rgba([0, 0, 0, 0]) });
        let picture = Printer::blocks().print(DynamicImage::ImageRgba8(image), Size::new(4, 4)).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, picture.size().width, picture.size().height));
        picture.draw(buffer.area, 0, &mut buffer);
        // What is transparent beside it takes nothing of its colour.
        assert_eq!(lines(&buffer, true), "\x1b[38;2;200;0;0m▀\x1b[39m \n");
    }
}
