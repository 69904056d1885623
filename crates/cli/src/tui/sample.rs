//! Made-up screens: what the documentation shows and the tests compare.

mod scenes;
mod talk;

use beseda_model::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

pub use scenes::{SCENES, Scene};

use super::draw::draw;
use super::model::Model;

/// Monday, 23 November 2026, 14:05 in Moscow.
const NOW: Timestamp = Timestamp::from_millis(1_795_431_900_000);

/// The sizes in which every scene is drawn.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (140, 40)];

/// The picture of a model as lines of text.
pub fn picture(model: &Model) -> String {
    let (width, height) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory can be drawn upon");
    terminal.draw(|frame| draw(frame, model)).expect("memory can be drawn upon");
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            skip = crate::safe::width(symbol).saturating_sub(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Name and picture of every scene in every size.
pub fn pictures() -> Vec<(String, String)> {
    let mut pictures = Vec::new();
    for (width, height) in SIZES {
        for scene in SCENES {
            let name = format!("tui-{width}x{height}-{}.txt", scene.name);
            pictures.push((name, picture(&scene.model((width, height)))));
        }
    }
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screens_in_the_documentation_are_those_that_are_drawn() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screens");
        let mut stale = Vec::new();
        for (name, picture) in pictures() {
            if std::fs::read_to_string(folder.join(&name)).ok().as_ref() != Some(&picture) {
                stale.push(format!("{name}:\n{picture}"));
            }
        }
        assert!(stale.is_empty(), "draw them with `beseda-cli screens docs/screens` and look:\n{}", stale.join("\n"));
    }

    #[test]
    fn the_readme_shows_one_of_them() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let picture = std::fs::read_to_string(folder.join("docs/screens/tui-80x24-direct-typing.txt")).unwrap();
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(readme.contains(&format!("```text\n{picture}```\n")), "put this into the README:\n{picture}");
    }

    #[test]
    fn every_size_is_drawn_without_a_panic() {
        for scene in SCENES {
            for size in [(1, 1), (2, 30), (29, 7), (30, 8), (45, 10), (59, 12), (60, 9), (200, 60)] {
                picture(&scene.model(size));
            }
        }
    }
}
