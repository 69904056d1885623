//! Wall clocks jump. One that runs ahead only makes things happen early; one that is set back would leave moments that were
//! chosen before in a far future, and nothing would be tried again until then.

use beseda_model::Timestamp;

use super::connection;
use crate::api::event::Effect;
use crate::store::StoreError;
use crate::{Step, identity};

/// Steps back that happen when clocks are only corrected a little.
const TOLERATED: u64 = 1_000;

/// No moment that is kept in the database lies further ahead than this.
const FURTHEST: u64 = 86_400_000;

/// Whether a clock that showed `before` was set back since.
pub(crate) const fn was_set_back(before: Timestamp, now: Timestamp) -> bool {
    before.millis_since(now) > TOLERATED
}

/// Everything that waited for a moment is looked at anew: the connection begins again, and with it all that hangs on it.
pub(crate) fn set_back(step: &mut Step<'_>) -> Result<(), StoreError> {
    let now = step.now;
    for place in step.memory.session.places.values_mut() {
        place.hold_until = place.hold_until.min(now);
        let times = [
            &mut place.due_at,
            &mut place.renew_at,
            &mut place.answer_at,
            &mut place.request_state_at,
            &mut place.ask_at,
            &mut place.mark_at,
        ];
        for at in times.into_iter().flatten() {
            *at = now.min(*at);
        }
    }
    step.memory.session.wake_at = None;
    relax(step)?;
    step.effect(Effect::Disconnect);
    connection::lose(step, Some(0))
}

/// Brings moments in the database that a wrong clock has chosen back to the present.
pub(crate) fn relax(step: &mut Step<'_>) -> Result<(), StoreError> {
    let latest = step.now.plus_millis(FURTHEST);
    step.tx
        .prepare_cached("UPDATE conversations SET join_after = 0 WHERE join_after > ?1")?
        .execute([latest.as_millis().cast_signed()])?;
    identity::relax(step, latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_corrections_are_not_jumps() {
        let at = Timestamp::from_millis;
        assert!(!was_set_back(at(10_000), at(20_000)) && !was_set_back(at(10_000), at(9_000)));
        assert!(was_set_back(at(10_000), at(8_999)));
    }
}
