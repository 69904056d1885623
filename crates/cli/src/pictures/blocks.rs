//! Half blocks: each cell shows two pixels, one over the other, in its two colours. What is transparent shows the terminal's own
//! ground.

use image::imageops::FilterType;
use image::{DynamicImage, Rgba};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;

/// Which colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Palette {
    /// All.
    True,
    /// The six steps of each, and the greys, of terminals with 256 colours.
    Cube,
}

/// A picture in another size. What is transparent gives nothing of its colour to what is beside it.
pub(super) fn resized(image: &DynamicImage, how: impl Fn(&DynamicImage) -> DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return how(image);
    }
    let weighed = |colour: u8, by: u32, of: u32| {
        u8::try_from((u32::from(colour) * by + of / 2).checked_div(of).unwrap_or(0).min(255)).unwrap_or(u8::MAX)
    };
    let mut pixels = image.to_rgba8();
    for Rgba([colours @ .., alpha]) in pixels.pixels_mut() {
        *colours = colours.map(|colour| weighed(colour, u32::from(*alpha), 255));
    }
    let mut pixels = how(&DynamicImage::ImageRgba8(pixels)).into_rgba8();
    for Rgba([colours @ .., alpha]) in pixels.pixels_mut() {
        *colours = colours.map(|colour| weighed(colour, 255, u32::from(*alpha)));
    }
    DynamicImage::ImageRgba8(pixels)
}

/// Below this a pixel counts as transparent.
const OPAQUE: u8 = 128;

#[derive(Debug)]
pub(super) struct Blocks {
    size: Size,
    /// Upper and lower colour of each cell, row by row; none is transparent.
    cells: Vec<[Option<Color>; 2]>,
}

impl Blocks {
    pub(super) fn new(image: &DynamicImage, size: Size, palette: Palette) -> Self {
        let (width, height) = (u32::from(size.width.max(1)), u32::from(size.height.max(1)));
        let pixels = resized(image, |image| image.resize_exact(width, height * 2, FilterType::Triangle)).into_rgba8();
        let colour = |x, y| {
            let Rgba([red, green, blue, alpha]) = *pixels.get_pixel(x, y);
            (alpha >= OPAQUE).then(|| palette.of(red, green, blue))
        };
        let cells = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let cells = cells.map(|(x, y)| [colour(x, y * 2), colour(x, y * 2 + 1)]).collect();
        Self { size, cells }
    }

    pub(super) fn draw(&self, area: Rect, top: i16, buffer: &mut Buffer) {
        let width = usize::from(self.size.width.max(1));
        for (row, cells) in self.cells.chunks(width).enumerate() {
            let y = i32::from(top).saturating_add(i32::try_from(row).unwrap_or(i32::MAX));
            let Some(y) = u16::try_from(y).ok().filter(|y| *y < area.height) else { continue };
            for (x, colours) in (0_u16..).zip(cells) {
                if let Some(cell) = buffer.cell_mut((area.x + x, area.y + y)) {
                    match colours {
                        [Some(upper), Some(lower)] => cell.set_symbol("▀").set_fg(*upper).set_bg(*lower),
                        [Some(upper), None] => cell.set_symbol("▀").set_fg(*upper),
                        [None, Some(lower)] => cell.set_symbol("▄").set_fg(*lower),
                        [None, None] => cell,
                    };
                }
            }
        }
    }
}

impl Palette {
    fn of(self, red: u8, green: u8, blue: u8) -> Color {
        match self {
            Self::True => Color::Rgb(red, green, blue),
            Self::Cube => Color::Indexed(nearest(red, green, blue)),
        }
    }
}

/// The steps of the cube of 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the cube's colours and the greys.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    let wanted = [red, green, blue];
    let far = |from: [u8; 3]| -> u32 {
        wanted.iter().zip(from).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let places = wanted.map(|part| (0_u8..).zip(STEPS).min_by_key(|(_, step)| step.abs_diff(part)).unwrap_or_default());
    let [(r, red), (g, green), (b, blue)] = places;
    let cube = (far([red, green, blue]), 16 + 36 * r + 6 * g + b);
    let greys = (0_u8..24).map(|step| (far([8 + 10 * step; 3]), 232 + step));
    greys.fold(cube, |best, grey| if grey.0 < best.0 { grey } else { best }).1
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;

    use super::*;

    #[test]
    fn colours_become_the_nearest_of_the_cube() {
        for (colour, place) in [([0, 0, 0], 16), ([255, 255, 255], 231), ([255, 0, 0], 196), ([0, 95, 135], 24)] {
            assert_eq!(nearest(colour[0], colour[1], colour[2]), place, "{colour:?}");
        }
        assert_eq!((nearest(8, 8, 8), nearest(120, 120, 118), nearest(238, 238, 238)), (232, 243, 255));
    }

    #[test]
    fn what_is_transparent_shows_the_ground() {
        let pixels = RgbaImage::from_fn(3, 2, |x, y| Rgba([200, 10, 10, if x == y || x == 2 { 255 } else { 0 }]));
        let blocks = Blocks::new(&DynamicImage::ImageRgba8(pixels), Size::new(3, 1), Palette::True);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        blocks.draw(buffer.area, 0, &mut buffer);
        let shown: Vec<_> = buffer.content().iter().map(|cell| (cell.symbol(), cell.bg)).collect();
        let red = Color::Rgb(200, 10, 10);
        assert_eq!(shown, [("▀", Color::Reset), ("▄", Color::Reset), ("▀", red)]);
    }
}
