//! Everything that this program says in its own words, in every language that it speaks.
//!
//! A text is a variant of [`Label`] or [`Sentence`]; each language answers with an exhaustive `match`, so a text that is
//! missing in one of them does not compile.

mod attachment;
mod en;
mod enclosed;
mod event;
mod failure;
mod label;
mod page;
mod ru;
mod sentence;

pub use attachment::{attachments, brief, file_state, gist, once, percent, size};
pub use enclosed::{enclosed, told};
pub use event::{Named, event};
pub use failure::{Words, failure, trouble, unreadable, warning};
pub use label::Label;
pub use page::page;
pub use sentence::{CommandHelp, Sentence};

use crate::calendar::Moment;

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// Its two letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The language that the environment asks for: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
    pub fn from_environment() -> Self {
        Self::of_locales(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok()))
    }

    fn of_locales(locales: [Option<String>; 3]) -> Self {
        let first = locales.into_iter().flatten().find(|locale| !locale.is_empty());
        match first {
            Some(locale) if locale.to_ascii_lowercase().starts_with("ru") => Self::Ru,
            _ => Self::En,
        }
    }

    /// A fixed text.
    pub fn label(self, label: Label) -> &'static str {
        match self {
            Self::En => en::label::label(label),
            Self::Ru => ru::label::label(label),
        }
    }

    /// A text with something in it.
    pub fn sentence(self, sentence: &Sentence<'_>) -> String {
        match self {
            Self::En => en::sentence::sentence(sentence),
            Self::Ru => ru::sentence::sentence(sentence),
        }
    }

    /// What a slash command does.
    pub fn command_help(self, command: CommandHelp) -> &'static str {
        match self {
            Self::En => en::help::command(command),
            Self::Ru => ru::help::command(command),
        }
    }

    /// The keys of the full-screen program, as pairs of keys and meaning.
    pub fn keys(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::En => en::help::KEYS,
            Self::Ru => ru::help::KEYS,
        }
    }

    /// `Monday, 23 November 2026`.
    pub fn day(self, moment: &Moment) -> String {
        let month = usize::from(moment.month.saturating_sub(1));
        let (weekdays, months) = match self {
            Self::En => (en::WEEKDAYS, en::MONTHS),
            Self::Ru => (ru::WEEKDAYS, ru::MONTHS),
        };
        let weekday = weekdays.get(usize::from(moment.weekday)).copied().unwrap_or_default();
        let month = months.get(month).copied().unwrap_or_default();
        format!("{weekday}, {} {month} {}", moment.day, moment.year)
    }

    /// `23 Nov`.
    pub fn short_day(self, moment: &Moment) -> String {
        let months = match self {
            Self::En => en::SHORT_MONTHS,
            Self::Ru => ru::SHORT_MONTHS,
        };
        let month = months.get(usize::from(moment.month.saturating_sub(1))).copied().unwrap_or_default();
        format!("{} {month}", moment.day)
    }

    /// A duration in its largest whole unit: `2 days`, `90 minutes`.
    pub fn duration(self, seconds: u64) -> String {
        let (unit, count) = match seconds {
            s if s >= 604_800 && s % 604_800 == 0 => (Unit::Week, s / 604_800),
            s if s >= 86_400 && s % 86_400 == 0 => (Unit::Day, s / 86_400),
            s if s >= 3600 && s % 3600 == 0 => (Unit::Hour, s / 3600),
            s if s >= 60 && s % 60 == 0 => (Unit::Minute, s / 60),
            s => (Unit::Second, s),
        };
        format!("{count} {}", self.unit(unit, count))
    }

    fn unit(self, unit: Unit, count: u64) -> &'static str {
        match self {
            Self::En => en::unit(unit, count),
            Self::Ru => ru::unit(unit, count),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

/// With a capital letter at the beginning.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Names in a row: `Alice, Bob and Carol`.
fn enumerate(names: &[String], and: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Zone;

    #[test]
    fn the_environment_chooses() {
        let of = |values: [&str; 3]| Lang::of_locales(values.map(|v| Some(v.to_owned())));
        assert_eq!(of(["", "", "ru_RU.UTF-8"]), Lang::Ru);
        assert_eq!(of(["C", "ru_RU.UTF-8", "ru_RU.UTF-8"]), Lang::En);
        assert_eq!(Lang::of_locales([None, None, None]), Lang::En);
    }

    #[test]
    fn russian_numbers_take_three_forms() {
        let said = [1, 2, 5, 11, 12, 21, 22, 25, 111, 112, 101].map(|n| Lang::Ru.duration(n * 86_400));
        assert_eq!(said[0], "1 день");
        assert_eq!(said[1], "2 дня");
        assert_eq!(said[2], "5 дней");
        assert_eq!(said[3], "11 дней");
        assert_eq!(said[4], "12 дней");
        assert_eq!(said[5], "3 недели");
        assert_eq!(said[6], "22 дня");
        assert_eq!(said[7], "25 дней");
        assert_eq!(said[8], "111 дней");
        assert_eq!(said[9], "16 недель");
        assert_eq!(said[10], "101 день");
        assert_eq!(Lang::En.duration(60), "1 minute");
        assert_eq!(Lang::En.duration(90), "90 seconds");
    }

    #[test]
    fn days_are_named() {
        let moment = Moment::of(beseda_model::Timestamp::from_millis(1_795_435_200_000), &Zone::utc());
        assert_eq!(Lang::En.day(&moment), "Monday, 23 November 2026");
        assert_eq!(Lang::Ru.day(&moment), "понедельник, 23 ноября 2026");
        assert_eq!(Lang::Ru.short_day(&moment), "23 ноя");
    }

    #[test]
    fn names_are_joined() {
        let names = ["Anna", "Bob", "Cleo"].map(str::to_owned);
        assert_eq!(enumerate(&names, "and"), "Anna, Bob and Cleo");
        assert_eq!(enumerate(&names[..1], "and"), "Anna");
    }
}
