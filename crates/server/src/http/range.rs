//! The `Range` of a request (RFC 9110, section 14), as far as it is one.

/// What is to be sent of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it. Also where the header makes no sense, or asks for several ranges: a server may ignore it.
    All,
    /// These bytes, the last one included; there are such.
    Part {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Bytes that it does not have.
    Nothing,
}

/// What a `Range` asks of something of `size` bytes.
pub(super) fn wanted(range: &str, size: u64) -> Wanted {
    parse(range, size).unwrap_or(Wanted::All)
}

fn parse(range: &str, size: u64) -> Option<Wanted> {
    let (unit, set) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    let (first, last) = match (first, last) {
        // So many at its end: what it has, if that is less. None at all can't be sent.
        ("", suffix) => match digits(suffix)? {
            0 => return Some(Wanted::Nothing),
            count => (size.saturating_sub(count), u64::MAX),
        },
        (first, "") => (digits(first)?, u64::MAX),
        (first, last) => (digits(first)?, digits(last)?),
    };
    if last < first {
        return None;
    }
    Some(match size.checked_sub(1) {
        Some(end) if first <= end => Wanted::Part { first, last: last.min(end) },
        _ => Wanted::Nothing,
    })
}

/// A number; one that is too large for us is larger than anything that we have.
fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn part(first: u64, last: u64) -> Wanted {
        Wanted::Part { first, last }
    }

    #[test]
    fn one_range_is_what_it_says() {
        for (range, size, meant) in [
            ("bytes=0-0", 10, part(0, 0)),
            ("bytes=0-9", 10, part(0, 9)),
            ("bytes=3-99", 10, part(3, 9)),
            ("bytes=9-", 10, part(9, 9)),
            ("bytes=-1", 10, part(9, 9)),
            ("bytes=-99", 10, part(0, 9)),
            ("BYTES = 2-4", 10, part(2, 4)),
            ("bytes=0-99999999999999999999999", 10, part(0, 9)),
            ("bytes=-99999999999999999999999", 10, part(0, 9)),
            ("bytes=10-", 10, Wanted::Nothing),
            ("bytes=99999999999999999999999-", 10, Wanted::Nothing),
            ("bytes=-0", 10, Wanted::Nothing),
            ("bytes=0-", 0, Wanted::Nothing),
            ("bytes=-5", 0, Wanted::Nothing),
        ] {
            assert_eq!(wanted(range, size), meant, "{range} of {size}");
        }
    }

    #[test]
    fn what_makes_no_sense_or_is_more_than_one_is_everything() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "bytes=+1-2",
            "items=0-1",
            "bytes=1 - 2",
        ] {
            assert_eq!(wanted(range, 10), Wanted::All, "{range}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_lies_within(range in "(bytes)?[=, -]{0,3}[0-9]{0,22}[-,]?[0-9]{0,22}|.{0,40}", size: u64) {
            if let Wanted::Part { first, last } = wanted(&range, size) {
                prop_assert!(first <= last && last < size);
            }
        }
    }
}
