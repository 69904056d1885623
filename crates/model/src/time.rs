//! Time and chance come in as arguments: nothing in Beseda's cores takes them from the air.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(type = "number"))]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment this many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and `millis` milliseconds more; stops at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment, zero if `earlier` is later (clocks jump).
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The first full hour that is not before this moment: what the server may know of a timer.
    #[must_use]
    pub const fn round_up_to_hour(self) -> Self {
        const HOUR: u64 = 3_600_000;
        Self(self.0.div_ceil(HOUR).saturating_mul(HOUR))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment by the wall clock. It may jump, also backwards.
    fn now(&self) -> Timestamp;
}

/// Where chance comes from: a cryptographically secure generator in production, a seeded one in tests.
pub trait Rng: Send {
    /// Fills `bytes` with random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_rounded_up_and_a_full_hour_kept() {
        assert_eq!(Timestamp::from_millis(1).round_up_to_hour(), Timestamp::from_millis(3_600_000));
        assert_eq!(Timestamp::from_millis(3_600_000).round_up_to_hour(), Timestamp::from_millis(3_600_000));
        assert_eq!(Timestamp::from_millis(3_600_001).round_up_to_hour(), Timestamp::from_millis(7_200_000));
    }

    #[test]
    fn a_clock_that_jumped_back_gives_no_negative_duration() {
        assert_eq!(Timestamp::from_millis(5).millis_since(Timestamp::from_millis(9)), 0);
    }
}
