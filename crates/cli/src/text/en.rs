//! English.

pub(super) mod event;
pub(super) mod failure;
pub(super) mod help;
pub(super) mod label;
mod reason;
pub(super) mod sentence;

use super::Unit;

pub(super) const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const SHORT_MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub(super) const fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

pub(super) const fn unit(unit: Unit, count: u64) -> &'static str {
    match unit {
        Unit::Second => plural(count, "second", "seconds"),
        Unit::Minute => plural(count, "minute", "minutes"),
        Unit::Hour => plural(count, "hour", "hours"),
        Unit::Day => plural(count, "day", "days"),
        Unit::Week => plural(count, "week", "weeks"),
    }
}
