//! Pictures on a terminal: as pixels where it can, else as half blocks in colours. All that is known of the terminals' own
//! protocols is in `ratatui-image`; what decodes and what draws half blocks is here.

mod blocks;
mod decode;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use image::DynamicImage;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui_image::picker::cap_parser::QueryStdioOptions;
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::sliced::{SignedPosition, SlicedImage, SlicedProtocol};
use ratatui_image::{FontSize, Resize};

use blocks::{Blocks, Palette, resized};
pub use decode::{blurred, decode, is_decoding, preview};

/// Bytes of a file that is looked into for a picture.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// How long a terminal may take to say what it can do. Each answers within a few milliseconds, but it may be far away.
const PATIENCE: Duration = Duration::from_secs(1);
/// What a half block's cell is taken for: two squares, one over the other.
const CELL: FontSize = FontSize::new(10, 20);

/// How pictures are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Means {
    /// As well as this terminal can; not at all without colours.
    #[default]
    Auto,
    /// By the graphics protocol of kitty, also known to Ghostty.
    Kitty,
    /// As sixels.
    Sixel,
    /// As iTerm2 does, also WezTerm, Konsole and others.
    Iterm,
    /// As half blocks in colours.
    Blocks,
    /// Not at all: in words only.
    Off,
}

/// What shows pictures on this terminal.
#[derive(Debug, Clone)]
pub struct Printer(Way);

#[derive(Debug, Clone)]
enum Way {
    Blocks(Palette),
    Pixels(Box<Picker>),
}

/// What the environment says of the terminal.
#[derive(Debug, Clone, Copy, Default)]
struct Around<'a> {
    term: &'a str,
    colour_term: &'a str,
    is_multiplexed: bool,
    is_coloured: bool,
}

impl Around<'_> {
    /// What is to be done with the wish for the best.
    fn best(&self) -> Means {
        match self.term {
            _ if !self.is_coloured => Means::Off,
            "" | "dumb" | "linux" => Means::Off,
            // What is under the multiplexer would have to be asked past it, and a setting of it changed for that.
            _ if self.is_multiplexed => Means::Blocks,
            _ => Means::Auto,
        }
    }

    fn palette(&self) -> Palette {
        let is_true = ["truecolor", "24bit"].contains(&self.colour_term)
            || ["kitty", "ghostty", "alacritty", "foot", "wezterm", "direct"].iter().any(|is| self.term.contains(is));
        if is_true { Palette::True } else { Palette::Cube }
    }
}

impl Printer {
    /// What fits this terminal and the person's wish; none: no pictures. A terminal that is asked what it can do has to be in
    /// raw mode, and nobody else may read from it meanwhile.
    pub fn of_terminal(means: Means) -> Option<Self> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let (term, colour_term) = (variable("TERM"), variable("COLORTERM"));
        let around = Around {
            term: &term,
            colour_term: &colour_term,
            is_multiplexed: !variable("TMUX").is_empty() || term.starts_with("tmux") || term.starts_with("screen"),
            is_coloured: variable("NO_COLOR").is_empty(),
        };
        let means = if means == Means::Auto { around.best() } else { means };
        let protocol = match means {
            Means::Off => return None,
            Means::Blocks => return Some(Self(Way::Blocks(around.palette()))),
            Means::Auto => None,
            Means::Kitty => Some(ProtocolType::Kitty),
            Means::Sixel => Some(ProtocolType::Sixel),
            Means::Iterm => Some(ProtocolType::Iterm2),
        };
        let options = QueryStdioOptions { timeout: PATIENCE, ..QueryStdioOptions::default() };
        let asked = Picker::from_query_stdio_with_options(options);
        let picker = asked.ok().map(|mut picker| {
            if let Some(protocol) = protocol {
                picker.set_protocol_type(protocol);
            }
            picker
        });
        // Half blocks need no answer.
        let can = picker.filter(|picker| picker.protocol_type() != ProtocolType::Halfblocks);
        Some(Self(can.map_or_else(|| Way::Blocks(around.palette()), |picker| Way::Pixels(Box::new(picker)))))
    }

    /// Half blocks in all colours, whatever the terminal.
    pub const fn blocks() -> Self {
        Self(Way::Blocks(Palette::True))
    }

    /// Whether a terminal has to draw everything anew where something lay over a picture: it knows pixels, not cells.
    pub fn needs_redrawing(&self) -> bool {
        matches!(&self.0, Way::Pixels(picker) if picker.protocol_type() != ProtocolType::Kitty)
    }

    /// Whether pictures are cells like others, over which anything may lie.
    pub const fn is_text(&self) -> bool {
        matches!(self.0, Way::Blocks(_))
    }

    fn cell(&self) -> FontSize {
        match &self.0 {
            Way::Blocks(_) => CELL,
            Way::Pixels(picker) => picker.font_size(),
        }
    }

    /// How many cells a picture of so many pixels takes: never more than `most`, never more than it has pixels for, and at least
    /// one.
    pub fn fit(&self, width: u32, height: u32, most: Size) -> Size {
        let FontSize { width: across, height: down } = self.cell();
        let (across, down) = (f64::from(across.max(1)), f64::from(down.max(1)));
        let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
        let room = (f64::from(most.width) * across / width).min(f64::from(most.height) * down / height).min(1.0);
        let cells = |pixels: f64, cell: f64, most: u16| {
            // What rounding adds must not make a cell more.
            let cells = (pixels * room / cell - 0.001).ceil().max(1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `most`, and positive")]
            let cells = cells.min(f64::from(most)) as u16;
            cells.max(1)
        };
        Size::new(cells(width, across, most.width), cells(height, down, most.height))
    }

    /// A picture as it is shown, in `most` cells at most; none if it can't be. This takes its time.
    pub fn print(&self, image: DynamicImage, most: Size) -> Option<Picture> {
        let size = self.fit(image.width(), image.height(), most);
        let FontSize { width, height } = self.cell();
        let (width, height) =
            (u32::from(size.width) * u32::from(width.max(1)), u32::from(size.height) * u32::from(height.max(1)));
        let is_large = image.width() > width || image.height() > height;
        let image = if is_large { resized(&image, |image| image.thumbnail(width, height)) } else { image };
        match &self.0 {
            Way::Blocks(palette) => {
                Some(Picture { drawn: Drawn::Blocks(Arc::new(Blocks::new(&image, size, *palette))), size })
            }
            Way::Pixels(picker) => {
                let drawn = SlicedProtocol::new_with_resize(picker, image, size, Resize::Fit(None)).ok()?;
                let is = drawn.size();
                let size = Size::new(is.width.min(size.width), is.height.min(size.height));
                Some(Picture { drawn: Drawn::Pixels(Arc::new(drawn)), size })
            }
        }
    }

    /// What stands in the place of a picture that is not here yet: half blocks in any case.
    pub fn blur(&self, image: &DynamicImage, size: Size) -> Picture {
        let palette = match &self.0 {
            Way::Blocks(palette) => *palette,
            Way::Pixels(_) => Palette::True,
        };
        Picture { drawn: Drawn::Blocks(Arc::new(Blocks::new(image, size, palette))), size }
    }
}

/// A picture as a terminal shows it.
#[derive(Clone)]
pub struct Picture {
    drawn: Drawn,
    size: Size,
}

#[derive(Clone)]
enum Drawn {
    Blocks(Arc<Blocks>),
    Pixels(Arc<SlicedProtocol>),
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is on it is nobody's business.
        write!(f, "Picture({}x{})", self.size.width, self.size.height)
    }
}

impl Picture {
    /// Whether it is nothing but text in colours.
    pub const fn is_text(&self) -> bool {
        matches!(self.drawn, Drawn::Blocks(_))
    }

    /// How many cells it takes.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Draws what of it lies in `area`, where its first row stands `top` rows below the area's first (or above it).
    pub fn draw(&self, area: Rect, top: i16, buffer: &mut Buffer) {
        if self.size.width > area.width {
            return;
        }
        match &self.drawn {
            Drawn::Blocks(blocks) => blocks.draw(area, top, buffer),
            Drawn::Pixels(pixels) => {
                use ratatui::widgets::Widget as _;
                SlicedImage::new(pixels, SignedPosition { x: 0, y: top }).render(area, buffer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;

    use super::*;

    const MOST: Size = Size { width: 40, height: 12 };

    #[test]
    fn a_picture_takes_no_more_cells_than_there_are_and_keeps_its_form() {
        let printer = Printer::blocks();
        let fit = |width, height| {
            let size = printer.fit(width, height, MOST);
            (size.width, size.height)
        };
        assert_eq!(fit(400, 240), (40, 12));
        assert_eq!(fit(4000, 2400), (40, 12));
        assert_eq!(fit(4000, 1200), (40, 6));
        assert_eq!(fit(1200, 4000), (8, 12), "it stands upright");
        // A small one is not blown up, and nothing is less than a cell.
        assert_eq!((fit(32, 32), fit(1, 1), fit(0, 0)), ((4, 2), (1, 1), (1, 1)));
        assert_eq!((fit(u32::MAX, 1), fit(1, u32::MAX), fit(u32::MAX, u32::MAX)), ((40, 1), (1, 12), (24, 12)));
        assert_eq!(printer.fit(100, 100, Size::new(0, 0)), Size::new(1, 1));
    }

    #[test]
    fn the_environment_decides_where_nobody_does() {
        let around = Around { term: "xterm-256color", is_coloured: true, ..Around::default() };
        assert_eq!(around.best(), Means::Auto);
        assert_eq!(Around { is_multiplexed: true, ..around }.best(), Means::Blocks);
        for off in ["", "dumb", "linux"] {
            assert_eq!(Around { term: off, ..around }.best(), Means::Off, "{off:?}");
        }
        assert_eq!(Around { is_coloured: false, ..around }.best(), Means::Off);
        assert_eq!(around.palette(), Palette::Cube);
        assert_eq!(Around { colour_term: "truecolor", ..around }.palette(), Palette::True);
        assert_eq!(Around { term: "xterm-kitty", ..around }.palette(), Palette::True);
    }

    #[test]
    fn only_the_rows_that_lie_in_sight_are_drawn() {
        let image =
            DynamicImage::ImageRgba8(RgbaImage::from_fn(40, 80, |_, y| image::Rgba([y.to_le_bytes()[0], 0, 0, 255])));
        let picture = Printer::blocks().print(image, MOST).unwrap();
        assert_eq!(picture.size(), Size::new(4, 4));
        let area = Rect::new(1, 1, 6, 3);
        let drawn = |top| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 6));
            picture.draw(area, top, &mut buffer);
            (0..6).map(|y| if buffer[(1, y)].symbol() == " " { '.' } else { '#' }).collect::<String>()
        };
        assert_eq!((drawn(0), drawn(-2), drawn(2)), (".###..".into(), ".##...".into(), "...#..".into()));
        assert_eq!(
            (drawn(-4), drawn(3), drawn(i16::MIN), drawn(i16::MAX)),
            ("......".into(), "......".into(), "......".into(), "......".into())
        );
        let mut buffer = Buffer::empty(area);
        picture.draw(Rect { width: 3, ..area }, 0, &mut buffer);
        assert_eq!(buffer, Buffer::empty(area), "there is no room for it");
    }

    #[test]
    fn what_the_terminals_get_is_bounded_and_well_formed() {
        let image = || DynamicImage::ImageRgba8(RgbaImage::from_pixel(300, 200, image::Rgba([9, 99, 199, 255])));
        for protocol in [ProtocolType::Kitty, ProtocolType::Sixel, ProtocolType::Iterm2] {
            let mut picker = Picker::halfblocks();
            picker.set_protocol_type(protocol);
            let printer = Printer(Way::Pixels(Box::new(picker)));
            let picture = printer.print(image(), MOST).unwrap();
            let size = picture.size();
            assert!(size.width <= 36 && size.height <= 12 && size.width > 25, "{protocol:?}: {size:?}");
            for top in [-3, 0, 9] {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 50, 12));
                picture.draw(Rect::new(2, 0, 40, 12), top, &mut buffer);
                assert!(buffer.content().iter().any(|cell| cell.symbol().len() > 3), "{protocol:?} at {top}");
            }
        }
    }
}
