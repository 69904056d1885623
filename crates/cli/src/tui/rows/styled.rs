//! Formatted text as runs in styles.

use beseda_wire::content::{Entity, Style as Markup};
use ratatui::style::{Modifier, Style};

use crate::safe;
use crate::tui::flow::Run;
use crate::tui::theme::Theme;

/// One line of the text, as it was written: what it starts with, and its runs.
pub(super) type Written = (Run, Vec<Run>);

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Flags(u16);

impl Flags {
    const BOLD: u16 = 1;
    const ITALIC: u16 = 2;
    const STRIKE: u16 = 4;
    const CODE: u16 = 8;
    const QUOTE: u16 = 16;
    const SPOILER: u16 = 32;
    const LINK: u16 = 64;

    const fn of(markup: &Markup) -> u16 {
        match markup {
            Markup::Bold => Self::BOLD,
            Markup::Italic => Self::ITALIC,
            Markup::Strike => Self::STRIKE,
            Markup::Code | Markup::Block { .. } => Self::CODE,
            Markup::Quote => Self::QUOTE,
            Markup::Spoiler => Self::SPOILER,
            Markup::Link { .. } | Markup::Mention { .. } => Self::LINK,
            _ => 0,
        }
    }

    const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    fn style(self, theme: Theme) -> Style {
        let mut style = theme.plain();
        if self.has(Self::CODE) {
            style = style.patch(theme.code());
        }
        if self.has(Self::LINK) {
            style = style.patch(theme.link());
        }
        for (flag, modifier) in [
            (Self::BOLD, Modifier::BOLD),
            (Self::ITALIC, Modifier::ITALIC),
            (Self::STRIKE, Modifier::CROSSED_OUT),
            (Self::QUOTE, Modifier::ITALIC),
        ] {
            if self.has(flag) {
                style = style.add_modifier(modifier);
            }
        }
        style
    }
}

/// The lines of `text`. Spoilers are covered unless `revealed`; an address under other words is shown behind them.
pub(super) fn lines(text: &str, entities: &[Entity], theme: Theme, revealed: bool) -> Vec<Written> {
    let characters: Vec<char> = text.chars().collect();
    let mut flags = vec![Flags::default(); characters.len()];
    let mut addresses: Vec<(usize, &str)> = Vec::new();
    for entity in entities {
        let start = usize::try_from(entity.start).unwrap_or(usize::MAX).min(characters.len());
        let len = usize::try_from(entity.len).unwrap_or(usize::MAX);
        let end = start.saturating_add(len).min(characters.len());
        for flag in flags.get_mut(start..end).unwrap_or_default() {
            flag.0 |= Flags::of(&entity.style);
        }
        if let Markup::Link { url } = &entity.style {
            let covered: String = characters.get(start..end).unwrap_or_default().iter().collect();
            if covered != *url {
                addresses.push((end, url));
            }
        }
    }
    let mut lines = Vec::new();
    let mut line = Line::default();
    for (at, (character, flag)) in characters.iter().zip(&flags).enumerate() {
        line.addresses(&mut addresses, at, theme);
        if *character == '\n' {
            lines.push(std::mem::take(&mut line).finish(theme));
            continue;
        }
        let covered = flag.has(Flags::SPOILER) && !revealed && !character.is_whitespace();
        line.push(if covered { '░' } else { *character }, *flag, theme);
    }
    line.addresses(&mut addresses, characters.len(), theme);
    lines.push(line.finish(theme));
    lines
}

#[derive(Default)]
struct Line {
    quoted: bool,
    run: Option<(String, Flags)>,
    runs: Vec<Run>,
}

impl Line {
    fn push(&mut self, character: char, flags: Flags, theme: Theme) {
        self.quoted |= flags.has(Flags::QUOTE);
        match &mut self.run {
            Some((text, same)) if *same == flags => text.push(character),
            _ => {
                self.end_run(theme);
                self.run = Some((character.to_string(), flags));
            }
        }
    }

    fn end_run(&mut self, theme: Theme) {
        if let Some((text, flags)) = self.run.take() {
            self.runs.push((safe::text(&text), flags.style(theme)));
        }
    }

    fn addresses(&mut self, addresses: &mut Vec<(usize, &str)>, at: usize, theme: Theme) {
        while let Some(index) = addresses.iter().position(|(end, _)| *end == at) {
            let (_, url) = addresses.remove(index);
            self.end_run(theme);
            self.runs.push((format!(" <{}>", safe::line(url)), theme.faint()));
        }
    }

    fn finish(mut self, theme: Theme) -> Written {
        self.end_run(theme);
        let indent = if self.quoted { "│ " } else { "" };
        ((indent.to_owned(), theme.faint()), self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(start: u32, len: u32, style: Markup) -> Entity {
        Entity { start, len, style }
    }

    fn plain(written: &[Written]) -> Vec<String> {
        written
            .iter()
            .map(|((indent, _), runs)| runs.iter().fold(indent.clone(), |line, (run, _)| line + run))
            .collect()
    }

    #[test]
    fn positions_are_characters_and_may_lie_outside() {
        let theme = Theme::new(false);
        let written = lines("Привет мир", &[entity(7, 3, Markup::Bold), entity(99, 9, Markup::Code)], theme, false);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        assert_eq!(written[0].1, [("Привет ".to_owned(), Style::new()), ("мир".to_owned(), bold)]);
        assert_eq!(plain(&lines("ab", &[entity(1, u32::MAX, Markup::Bold)], theme, false)), ["ab"]);
    }

    #[test]
    fn a_link_can_not_hide_where_it_leads() {
        let link = entity(0, 4, Markup::Link { url: "https://evil.example/\u{202e}x".to_owned() });
        assert_eq!(plain(&lines("bank", &[link], Theme::new(true), false)), ["bank <https://evil.example/\u{fffd}x>"]);
    }

    #[test]
    fn spoilers_are_covered_until_asked_for() {
        let spoiler = [entity(0, 5, Markup::Spoiler)];
        assert_eq!(plain(&lines("ab cd", &spoiler, Theme::new(true), false)), ["░░ ░░"]);
        assert_eq!(plain(&lines("ab cd", &spoiler, Theme::new(true), true)), ["ab cd"]);
    }

    #[test]
    fn quotations_have_a_bar() {
        assert_eq!(
            plain(&lines("said\nno", &[entity(0, 4, Markup::Quote)], Theme::new(true), false)),
            ["│ said", "no"]
        );
    }
}
