//! Russian.

pub(super) mod event;
pub(super) mod failure;
pub(super) mod help;
pub(super) mod label;
mod reason;
pub(super) mod sentence;

use super::Unit;

pub(super) const WEEKDAYS: [&str; 7] =
    ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];
pub(super) const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
pub(super) const SHORT_MONTHS: [&str; 12] =
    ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];

/// One of three forms: 1 день, 2 дня, 5 дней.
pub(super) const fn plural(count: u64, one: &'static str, few: &'static str, many: &'static str) -> &'static str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

pub(super) const fn unit(unit: Unit, count: u64) -> &'static str {
    match unit {
        Unit::Second => plural(count, "секунда", "секунды", "секунд"),
        Unit::Minute => plural(count, "минута", "минуты", "минут"),
        Unit::Hour => plural(count, "час", "часа", "часов"),
        Unit::Day => plural(count, "день", "дня", "дней"),
        Unit::Week => plural(count, "неделя", "недели", "недель"),
    }
}
