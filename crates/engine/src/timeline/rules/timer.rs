//! When messages disappear.

use beseda_model::Timestamp;
use beseda_wire::content::{TimedFrom, Timer};

/// The longest timer: a year.
pub const MAX_SECONDS: u32 = 366 * 86_400;

/// How long the server keeps what disappears from reading on, beyond the timer.
const UNREAD_MILLIS: u64 = 30 * 86_400_000;

/// When a message disappears on this device; none while its timer does not run. Those who wrote it have read it.
pub fn expiry(timer: Timer, sent_at: Timestamp, read_at: Option<Timestamp>) -> Option<Timestamp> {
    let from = match timer.from {
        TimedFrom::Sent => Some(sent_at),
        TimedFrom::Read => read_at,
    };
    from.map(|from| from.plus_millis(millis(timer)))
}

/// From when on the server may drop the body of a message that is sent now. It learns full hours only.
pub fn server_expiry(timer: Timer, now: Timestamp) -> Timestamp {
    let kept = match timer.from {
        TimedFrom::Sent => 0,
        TimedFrom::Read => UNREAD_MILLIS,
    };
    now.plus_millis(millis(timer)).plus_millis(kept).round_up_to_hour()
}

/// The stricter of two timers, for what is forwarded from one place to another: shorter, and from sending rather than
/// from reading.
pub fn stricter(one: Option<Timer>, other: Option<Timer>) -> Option<Timer> {
    one.into_iter().chain(other).min_by_key(|timer| (timer.seconds, timer.from == TimedFrom::Read))
}

fn millis(timer: Timer) -> u64 {
    u64::from(timer.seconds.min(MAX_SECONDS)) * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Timer = Timer { seconds: 60, from: TimedFrom::Sent };
    const READ: Timer = Timer { seconds: 60, from: TimedFrom::Read };

    #[test]
    fn a_timer_runs_from_sending_or_from_reading() {
        let at = Timestamp::from_millis;
        assert_eq!(expiry(SENT, at(1_000), None), Some(at(61_000)));
        assert_eq!(expiry(READ, at(1_000), None), None);
        assert_eq!(expiry(READ, at(1_000), Some(at(5_000))), Some(at(65_000)));
    }

    #[test]
    fn the_server_learns_full_hours() {
        assert_eq!(server_expiry(SENT, Timestamp::from_millis(1)).as_millis(), 3_600_000);
        assert_eq!(server_expiry(READ, Timestamp::from_millis(1)).as_millis(), 30 * 86_400_000 + 3_600_000);
    }

    #[test]
    fn the_stricter_timer_goes_on() {
        let day = Timer { seconds: 86_400, from: TimedFrom::Sent };
        assert_eq!(stricter(None, None), None);
        assert_eq!(stricter(Some(day), None), Some(day));
        assert_eq!(stricter(Some(day), Some(READ)), Some(READ));
        assert_eq!(stricter(Some(READ), Some(SENT)), Some(SENT));
    }
}
