//! How quick transfers are, by what has moved: networks that cost by the byte and others apart, as are the two directions.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{costs, rules};
use crate::api::file::Estimate;
use crate::store::{StoreError, meta};

/// What has moved, in how much time. What was long ago fades, and large portions count more than small ones, whose time is that
/// of asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Measured {
    bytes: u64,
    millis: u64,
}

impl Measured {
    /// Of what was known so far, so much counts after each portion.
    const FADED: (u64, u64) = (3, 4);

    fn and(self, bytes: u64, millis: u64) -> Self {
        let faded = |value: u64| value.saturating_mul(Self::FADED.0) / Self::FADED.1;
        Self {
            bytes: faded(self.bytes).saturating_add(bytes),
            // A portion that took no time at all was quick, not infinitely so.
            millis: faded(self.millis).saturating_add(millis.max(1)),
        }
    }

    fn time_for(self, bytes: u64) -> Option<u64> {
        let millis = u128::from(bytes) * u128::from(self.millis);
        millis.checked_div(u128::from(self.bytes)).map(|millis| u64::try_from(millis).unwrap_or(u64::MAX))
    }
}

const fn key(metered: bool, up: bool) -> &'static str {
    match (metered, up) {
        (false, false) => "speed_down",
        (false, true) => "speed_up",
        (true, false) => "speed_down_metered",
        (true, true) => "speed_up_metered",
    }
}

/// A portion has moved.
pub(super) fn moved(conn: &Connection, up: bool, bytes: u64, millis: u64) -> Result<(), StoreError> {
    if bytes == 0 {
        return Ok(());
    }
    let key = key(rules::is_metered(conn)?, up);
    let known: Measured = meta::get(conn, key)?.unwrap_or_default();
    meta::put(conn, key, &known.and(bytes, millis))
}

/// What it takes to move so many bytes now.
pub(crate) fn estimate(conn: &Connection, bytes: u64, up: bool) -> Result<Estimate, StoreError> {
    let metered = rules::is_metered(conn)?;
    let known: Measured = meta::get(conn, key(metered, up))?.unwrap_or_default();
    Ok(Estimate { costly: rules::asks(conn)? && costs::is_much(bytes), millis: known.time_for(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::file::{FetchRules, NetworkChoice};

    fn opened(network: NetworkChoice) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        meta::put(&conn, "fetch_rules", &FetchRules { network, ..FetchRules::default() }).unwrap();
        conn
    }

    fn choose(conn: &Connection, network: NetworkChoice) {
        meta::put(conn, "fetch_rules", &FetchRules { network, ..FetchRules::default() }).unwrap();
    }

    #[test]
    fn people_are_asked_only_where_it_is_much_and_costs_and_they_want_to_be() {
        let conn = opened(NetworkChoice::Metered);
        let costly = |bytes| estimate(&conn, bytes, true).unwrap().costly;
        assert!(!costly(10_000_000) && costly(10_000_001));
        choose(&conn, NetworkChoice::Unmetered);
        assert!(!costly(u64::MAX));
        let rules = FetchRules { network: NetworkChoice::Metered, ask: false, ..FetchRules::default() };
        meta::put(&conn, "fetch_rules", &rules).unwrap();
        assert!(!costly(u64::MAX));
    }

    #[test]
    fn time_follows_from_what_has_moved_there_in_that_direction() {
        let conn = opened(NetworkChoice::Metered);
        let millis = |up| estimate(&conn, 3_000_000, up).unwrap().millis;
        assert_eq!(millis(false), None, "nothing has moved yet");
        moved(&conn, false, 100_000, 1_000).unwrap();
        assert_eq!((millis(false), millis(true)), (Some(30_000), None));
        choose(&conn, NetworkChoice::Unmetered);
        assert_eq!(millis(false), None, "another network says nothing about this one");
        moved(&conn, false, 0, 9_000).unwrap();
        assert_eq!(millis(false), None, "a question moves nothing");
        moved(&conn, false, 1_000_000, 0).unwrap();
        assert_eq!(millis(false), Some(3));
    }

    #[test]
    fn the_present_counts_more_than_the_past() {
        let conn = opened(NetworkChoice::Unmetered);
        let millis = || estimate(&conn, 1_000_000, true).unwrap().millis.unwrap();
        for _ in 0..20 {
            moved(&conn, true, 1_000_000, 1_000).unwrap();
        }
        assert!((990..=1_000).contains(&millis()), "{}", millis());
        for _ in 0..20 {
            moved(&conn, true, 1_000_000, 10_000).unwrap();
        }
        assert!((9_900..=10_000).contains(&millis()), "{}", millis());
        assert_eq!(estimate(&conn, u64::MAX, true).unwrap().millis.map(|millis| millis > 0), Some(true));
    }
}
