//! Dates and times of day as people at this terminal read them.

mod zone;

use beseda_model::Timestamp;

pub use zone::Zone;

const DAY: i64 = 86_400;

/// A local date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 is Monday.
    pub weekday: u8,
    /// Seconds east of Greenwich.
    pub offset: i32,
}

impl Moment {
    /// `at` as a clock in `zone` shows it.
    pub fn of(at: Timestamp, zone: &Zone) -> Self {
        let utc = i64::try_from(at.as_millis() / 1000).unwrap_or(i64::MAX / 2);
        let offset = zone.offset(utc);
        let local = utc + i64::from(offset);
        let (days, rest) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let small = |value: i64| u8::try_from(value).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: small(rest / 3600),
            minute: small(rest / 60 % 60),
            second: small(rest % 60),
            weekday: small((days + 3).rem_euclid(7)),
            offset,
        }
    }

    /// Whether both are on the same day.
    pub fn same_day(&self, other: &Self) -> bool {
        (self.year, self.month, self.day) == (other.year, other.month, other.day)
    }

    /// `14:05`.
    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `2026-11-23 14:05`.
    pub fn date_and_clock(&self) -> String {
        format!("{:04}-{:02}-{:02} {}", self.year, self.month, self.day, self.clock())
    }
}

/// `2026-11-23T14:05:09.123Z` (RFC 3339): what scripts read.
pub fn rfc3339(at: Timestamp) -> String {
    let moment = Moment::of(at, &Zone::utc());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        at.as_millis() % 1000
    )
}

/// Reads `2026-11-23`, with `THH:MM` or ` HH:MM` if wanted, as local time.
pub fn parse(text: &str, zone: &Zone) -> Option<Timestamp> {
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, clock),
        None => (text, "00:00"),
    };
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
    if !(1970..10_000).contains(&year) || !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    let days = days_from_civil(year, month, day)?;
    let local = days * DAY + hour * 3600 + minute * 60;
    // The offset of the guess is right except within an hour of a change of the clocks.
    let utc = local - i64::from(zone.offset(local - i64::from(zone.offset(local))));
    u64::try_from(utc).ok().map(|seconds| Timestamp::from_millis(seconds * 1000))
}

/// Days since 1970-01-01 as a date (the algorithm of the proleptic Gregorian calendar, eras of 400 years from March).
fn civil(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// The inverse of [`civil`]; none if there is no such date.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted = if month > 2 { year } else { year - 1 };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let back = civil(days);
    ((back.0, i64::from(back.1), i64::from(back.2)) == (year, month, day)).then_some(days)
}

/// Reads `90`, `90s`, `5m`, `2h`, `1d`, `1w` as seconds.
pub fn parse_duration(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let factor = match unit {
        "" | "s" | "с" => 1,
        "m" | "м" => 60,
        "h" | "ч" => 3600,
        "d" | "д" => 86_400,
        "w" | "н" => 604_800,
        _ => return None,
    };
    digits.parse::<u32>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(rfc3339(Timestamp::from_millis(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::from_millis(951_782_400_007)), "2000-02-29T00:00:00.007Z");
        assert_eq!(rfc3339(Timestamp::from_millis(4_107_542_399_999)), "2100-02-28T23:59:59.999Z");
        assert_eq!(Moment::of(Timestamp::from_millis(0), &Zone::utc()).weekday, 3);
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for days in (0..60_000).step_by(7) {
            let at = Timestamp::from_millis(days * 86_400_000 + 50_700_000);
            let text = Moment::of(at, &Zone::utc()).date_and_clock();
            assert_eq!(parse(&text, &Zone::utc()), Some(at), "{text}");
        }
    }

    #[test]
    fn dates_that_are_not_are_refused() {
        for bad in ["2026-02-29", "2026-13-01", "2026-1", "yesterday", "2026-01-01T24:00", "2026-01-01 10:60"] {
            assert_eq!(parse(bad, &Zone::utc()), None, "{bad}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(
            ["45", "90s", "5m", "2h", "1d", "1w", "3 d", "", "x", "99999999w"].map(parse_duration),
            [Some(45), Some(90), Some(300), Some(7200), Some(86_400), Some(604_800), None, None, None, None]
        );
    }
}
