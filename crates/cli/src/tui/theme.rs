//! Colours and attributes. Only the sixteen base colours, which people choose for their terminal themselves, and never
//! black, white or yellow for text, which vanish on one ground or the other.

use beseda_model::AccountId;
use ratatui::style::{Color, Modifier, Style};

/// Whether colours are used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    coloured: bool,
}

const AUTHORS: [Color; 4] = [Color::Cyan, Color::Green, Color::Magenta, Color::Red];

impl Theme {
    /// With colours, or with attributes only.
    pub const fn new(coloured: bool) -> Self {
        Self { coloured }
    }

    /// As the environment wishes: <https://no-color.org>.
    pub fn from_environment() -> Self {
        Self::new(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    fn with(self, colour: Color, otherwise: Modifier) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new().add_modifier(otherwise) }
    }

    /// Ordinary text.
    pub const fn plain(self) -> Style {
        Style::new()
    }

    /// Less important text.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Headings.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Frames of windows that have the focus, counters, marks.
    pub fn accent(self) -> Style {
        self.with(Color::Cyan, Modifier::BOLD)
    }

    /// What was chosen.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Success and presence.
    pub fn good(self) -> Style {
        self.with(Color::Green, Modifier::BOLD)
    }

    /// Failures.
    pub fn bad(self) -> Style {
        self.with(Color::Red, Modifier::BOLD)
    }

    /// Warnings: reversed, so that they are read on any ground.
    pub fn warning(self) -> Style {
        self.with(Color::Red, Modifier::BOLD).add_modifier(Modifier::REVERSED)
    }

    /// Bars that tell a state.
    pub fn bar(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Code.
    pub fn code(self) -> Style {
        self.with(Color::Green, Modifier::DIM)
    }

    /// Links and mentions.
    pub fn link(self) -> Style {
        self.with(Color::Cyan, Modifier::UNDERLINED).add_modifier(Modifier::UNDERLINED)
    }

    /// Text that matches a search.
    pub fn found(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
    }

    /// An author's name: everyone keeps their colour.
    pub fn author(self, account: AccountId) -> Style {
        let sum = account.as_bytes().iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(*byte));
        let colour = AUTHORS.get(sum % AUTHORS.len()).copied().unwrap_or(Color::Cyan);
        if self.coloured { self.strong().fg(colour) } else { self.strong() }
    }

    /// One's own name.
    pub fn own(self) -> Style {
        self.strong()
    }
}
