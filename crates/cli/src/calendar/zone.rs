//! The time zone of this machine, read from its TZif file (RFC 9636).

use std::path::{Path, PathBuf};

/// Offsets from Greenwich over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zone {
    /// From this moment on (UTC seconds), this offset (seconds east).
    changes: Vec<(i64, i32)>,
    /// Before the first change.
    first: i32,
    /// After the last change.
    rule: Option<Rule>,
}

/// The rule for the future: an offset, and if clocks change twice a year, when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    standard: i32,
    summer: Option<Summer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Summer {
    offset: i32,
    from: Turn,
    to: Turn,
}

/// A turn of the clocks: weekday of a week of a month, at a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    month: i64,
    week: i64,
    /// 0 is Sunday.
    weekday: i64,
    seconds: i64,
}

impl Zone {
    /// Greenwich.
    pub fn utc() -> Self {
        Self::default()
    }

    /// A zone that never changes; for tests and pictures.
    pub fn fixed(seconds_east: i32) -> Self {
        Self { first: seconds_east, ..Self::default() }
    }

    /// What `TZ` names, else what the machine is set to, else Greenwich.
    pub fn local() -> Self {
        let path = match std::env::var("TZ") {
            Ok(name) if !name.is_empty() => {
                let name = name.trim_start_matches(':').to_owned();
                if let Some(rule) = Rule::parse(&name).filter(|_| !name.contains('/')) {
                    return Self { first: rule.standard, rule: Some(rule), ..Self::default() };
                }
                // A name must stay inside the folder of zones.
                if name.starts_with('/') || name.split('/').any(|part| part == "..") {
                    return Self::utc();
                }
                Path::new("/usr/share/zoneinfo").join(name)
            }
            _ => PathBuf::from("/etc/localtime"),
        };
        std::fs::read(path).ok().and_then(|bytes| Self::parse(&bytes)).unwrap_or_default()
    }

    /// Seconds east of Greenwich at this moment.
    pub fn offset(&self, utc: i64) -> i32 {
        let after = self.changes.partition_point(|(from, _)| *from <= utc);
        match (after.checked_sub(1).and_then(|at| self.changes.get(at)), &self.rule) {
            (_, Some(rule)) if after == self.changes.len() => rule.offset(utc),
            (Some((_, offset)), _) => *offset,
            (None, _) => self.first,
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let first = Header::parse(bytes)?;
        // Version 1 data has 32-bit times; what follows it in newer files has 64-bit ones.
        let (header, start, wide) = if first.version >= b'2' {
            let second = Header::SIZE + first.len(4);
            (Header::parse(bytes.get(second..)?)?, second + Header::SIZE, 8)
        } else {
            (first, Header::SIZE, 4)
        };
        let data = bytes.get(start..)?;
        let kinds_at = header.times * wide;
        let types_at = kinds_at + header.times;
        let offset_of = |kind: usize| -> Option<i32> {
            let at = types_at + kind * 6;
            Some(i32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
        };
        let mut changes = Vec::with_capacity(header.times);
        for index in 0..header.times {
            let raw = data.get(index * wide..(index + 1) * wide)?;
            let at = match wide {
                8 => i64::from_be_bytes(raw.try_into().ok()?),
                _ => i64::from(i32::from_be_bytes(raw.try_into().ok()?)),
            };
            changes.push((at, offset_of(usize::from(*data.get(kinds_at + index)?))?));
        }
        let rule = data.get(header.len(wide)..).and_then(|footer| {
            let text = std::str::from_utf8(footer).ok()?;
            Rule::parse(text.trim_matches('\n'))
        });
        Some(Self { changes, first: offset_of(0)?, rule })
    }
}

struct Header {
    version: u8,
    times: usize,
    types: usize,
    chars: usize,
    leaps: usize,
    standard: usize,
    ut: usize,
}

impl Header {
    const SIZE: usize = 44;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..Self::SIZE)?;
        if !bytes.starts_with(b"TZif") {
            return None;
        }
        let count = |at: usize| -> Option<usize> {
            let raw = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
            // No real zone comes near; a damaged file must not make us allocate.
            usize::try_from(raw).ok().filter(|count| *count < 100_000)
        };
        Some(Self {
            version: *bytes.get(4)?,
            ut: count(20)?,
            standard: count(24)?,
            leaps: count(28)?,
            times: count(32)?,
            types: count(36)?,
            chars: count(40)?,
        })
    }

    /// The data's length after the header, with times of `wide` bytes.
    fn len(&self, wide: usize) -> usize {
        self.times * (wide + 1) + self.types * 6 + self.chars + self.leaps * (wide + 4) + self.standard + self.ut
    }
}

impl Rule {
    /// Reads the POSIX form: `CET-1CEST,M3.5.0,M10.5.0/3`.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut names = Names(parts.next()?);
        names.name()?;
        let standard = -names.offset()?;
        if names.0.is_empty() {
            return Some(Self { standard, summer: None });
        }
        names.name()?;
        let offset = if names.0.is_empty() { standard + 3600 } else { -names.offset()? };
        let (from, to) = (Turn::parse(parts.next()?)?, Turn::parse(parts.next()?)?);
        Some(Self { standard, summer: Some(Summer { offset, from, to }) })
    }

    fn offset(&self, utc: i64) -> i32 {
        let Some(summer) = &self.summer else { return self.standard };
        let days = (utc + i64::from(self.standard)).div_euclid(super::DAY);
        let year = super::civil(days).0;
        let from = summer.from.in_year(year) - i64::from(self.standard);
        let to = summer.to.in_year(year) - i64::from(summer.offset);
        // South of the equator summer goes over the turn of the year.
        let inside = if from < to { (from..to).contains(&utc) } else { !(to..from).contains(&utc) };
        if inside { summer.offset } else { self.standard }
    }
}

struct Names<'a>(&'a str);

impl Names<'_> {
    fn take(&mut self, inside: impl Fn(char) -> bool) -> Option<&str> {
        let end = self.0.find(|c| !inside(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!taken.is_empty()).then_some(taken)
    }

    fn name(&mut self) -> Option<()> {
        if let Some(quoted) = self.0.strip_prefix('<') {
            let (_, rest) = quoted.split_once('>')?;
            self.0 = rest;
            return Some(());
        }
        self.take(|c| c.is_ascii_alphabetic()).filter(|name| name.len() >= 3).map(|_| ())
    }

    fn offset(&mut self) -> Option<i32> {
        let text = self.take(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ':'))?;
        i32::try_from(clock_seconds(text)?).ok()
    }
}

/// `[+-]hh[:mm[:ss]]`.
fn clock_seconds(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds = 0;
    let mut unit = 3600;
    for part in digits.split(':') {
        let value = part.parse::<i64>().ok().filter(|value| (0..=167).contains(value))?;
        seconds += value * unit;
        unit /= 60;
    }
    Some(sign * seconds)
}

impl Turn {
    fn parse(text: &str) -> Option<Self> {
        let (day, time) = text.split_once('/').unwrap_or((text, "2"));
        // The other two forms (days of the year) are used by no zone in force.
        let mut fields = day.strip_prefix('M')?.splitn(3, '.').map(str::parse::<i64>);
        let (month, week, weekday) = (fields.next()?.ok()?, fields.next()?.ok()?, fields.next()?.ok()?);
        let valid = (1..=12).contains(&month) && (1..=5).contains(&week) && (0..=6).contains(&weekday);
        valid.then_some(Self { month, week, weekday, seconds: clock_seconds(time)? })
    }

    /// Local seconds since 1970 at which it happens in `year`.
    fn in_year(self, year: i64) -> i64 {
        let first = super::days_from_civil(year, self.month, 1).unwrap_or(0);
        // 1970-01-01 was a Thursday: day 4 counted from Sunday.
        let weekday_of_first = (first + 4).rem_euclid(7);
        let mut day = first + (self.weekday - weekday_of_first).rem_euclid(7) + (self.week - 1) * 7;
        let next_month = if self.month == 12 { (year + 1, 1) } else { (year, self.month + 1) };
        let end = super::days_from_civil(next_month.0, next_month.1, 1).unwrap_or(day + 1);
        while day >= end {
            day -= 7;
        }
        day * super::DAY + self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> i64 {
        i64::try_from(crate::calendar::parse(text, &Zone::utc()).unwrap().as_millis() / 1000).unwrap()
    }

    #[test]
    fn clocks_in_europe_change_twice_a_year() {
        let berlin = Rule::parse("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(berlin.offset(utc("2026-03-29 00:59")), 3600);
        assert_eq!(berlin.offset(utc("2026-03-29 01:00")), 7200);
        assert_eq!(berlin.offset(utc("2026-10-25 00:59")), 7200);
        assert_eq!(berlin.offset(utc("2026-10-25 01:00")), 3600);
    }

    #[test]
    fn summer_in_the_south_goes_over_the_new_year() {
        let sydney = Rule::parse("AEST-10AEDT,M10.1.0,M4.1.0/3").unwrap();
        assert_eq!(sydney.offset(utc("2026-01-15")), 39_600);
        assert_eq!(sydney.offset(utc("2026-07-15")), 36_000);
        assert_eq!(Rule::parse("<+0545>-5:45").unwrap().offset(0), 20_700);
        assert_eq!(Rule::parse("MSK-3").unwrap().offset(0), 10_800);
    }

    #[test]
    fn a_file_with_old_changes_and_a_rule_is_read() {
        let mut file = Vec::new();
        for wide in [4_usize, 8] {
            file.extend(b"TZif2");
            file.extend([0; 15]);
            for count in [0_u32, 0, 0, 1, 2, 4] {
                file.extend(count.to_be_bytes());
            }
            file.extend(if wide == 4 { 1000_i32.to_be_bytes().to_vec() } else { 1000_i64.to_be_bytes().to_vec() });
            file.push(1);
            for offset in [600_i32, 3600] {
                file.extend(offset.to_be_bytes());
                file.extend([0, 0]);
            }
            file.extend(b"CET\0");
        }
        file.extend(b"\nCET-1\n");
        let zone = Zone::parse(&file).unwrap();
        assert_eq!((zone.offset(999), zone.offset(1000)), (600, 3600));
        for end in 0..file.len() {
            // A file that was cut off is refused or understood, never a crash.
            let _ = Zone::parse(&file[..end]);
        }
    }
}
