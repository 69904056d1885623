//! What comes without anybody asking for it: by kind, size and network, as the person of this device has chosen.

use beseda_model::ConversationId;
use rusqlite::Connection;

use super::costs;
use crate::Step;
use crate::api::event::Notice;
use crate::api::file::{FetchLimits, FetchRules, NetworkChoice};
use crate::store::{StoreError, meta};
use crate::timeline::column;

const RULES: &str = "fetch_rules";

/// Whether the network costs by the byte, as the host has told last: a program begins on the network where it has ended.
const METERED: &str = "network_metered";

/// The rules of this device.
pub(crate) fn rules(conn: &Connection) -> Result<FetchRules, StoreError> {
    Ok(meta::get(conn, RULES)?.unwrap_or_default())
}

/// Whether the network counts as one that costs by the byte.
pub(crate) fn is_metered(conn: &Connection) -> Result<bool, StoreError> {
    metered(conn, &rules(conn)?)
}

fn metered(conn: &Connection, rules: &FetchRules) -> Result<bool, StoreError> {
    match rules.network {
        NetworkChoice::Automatic => Ok(meta::get(conn, METERED)?.unwrap_or(false)),
        NetworkChoice::Metered => Ok(true),
        NetworkChoice::Unmetered => Ok(false),
    }
}

/// Whether much is to move only once the person has agreed.
pub(super) fn asks(conn: &Connection) -> Result<bool, StoreError> {
    let rules = rules(conn)?;
    Ok(rules.ask && metered(conn, &rules)?)
}

/// What comes by itself on the network as it is now.
pub(crate) fn limits(conn: &Connection) -> Result<FetchLimits, StoreError> {
    let rules = rules(conn)?;
    Ok(if rules.saver || metered(conn, &rules)? { rules.metered } else { rules.unmetered })
}

/// The person wants other rules.
pub(super) fn set(step: &mut Step<'_>, rules: &FetchRules) -> Result<(), StoreError> {
    let former = InForce::now(step.tx)?;
    meta::put(step.tx, RULES, rules)?;
    changed(step, former)
}

/// The host is on such a network.
pub(crate) fn network(step: &mut Step<'_>, metered: bool) -> Result<(), StoreError> {
    if meta::get(step.tx, METERED)? == Some(metered) {
        return Ok(());
    }
    let former = InForce::now(step.tx)?;
    meta::put(step.tx, METERED, &metered)?;
    changed(step, former)
}

/// What follows from the rules and the network.
struct InForce {
    limits: FetchLimits,
    asks: bool,
}

impl InForce {
    fn now(conn: &Connection) -> Result<Self, StoreError> {
        Ok(Self { limits: limits(conn)?, asks: asks(conn)? })
    }
}

/// Lets rest what costs now, and tells everybody who shows the rules, or files that may come by themselves now or do so no
/// more.
fn changed(step: &mut Step<'_>, former: InForce) -> Result<(), StoreError> {
    step.notice(Notice::Me);
    let now = InForce::now(step.tx)?;
    match (former.asks, now.asks) {
        (false, true) => costs::hold(step)?,
        (true, false) => costs::release(step)?,
        _ => {}
    }
    if now.limits == former.limits {
        return Ok(());
    }
    let concerned: Vec<Vec<u8>> = step
        .tx
        .prepare_cached(
            "SELECT DISTINCT a.conversation FROM attachments a JOIN files f ON f.number = a.file \
             WHERE f.here = 0 OR f.way > 0",
        )?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let concerned: Vec<ConversationId> =
        concerned.iter().map(|id| column::conversation(id, "attachments")).collect::<Result<_, _>>()?;
    for conversation in concerned {
        step.notice(Notice::Timeline(conversation));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use beseda_wire::content::Media;

    use super::*;

    const PHOTO: Media = Media::Photo { width: 4, height: 3 };
    const VIDEO: Media = Media::Video { width: 4, height: 3, millis: 1, round: false };
    const AUDIO: Media = Media::Audio { millis: 1, title: String::new(), artist: String::new() };

    fn voice() -> Media {
        Media::Voice { millis: 1, wave: Vec::new().into() }
    }

    #[test]
    fn each_kind_has_a_largest_size_of_its_own() {
        let limits = FetchLimits { photo: 10, voice: 20, video: 30, audio: 40, file: 50 };
        let kinds = [(PHOTO, 10), (voice(), 20), (VIDEO, 30), (AUDIO, 40), (Media::File, 50)];
        for (media, most) in kinds {
            assert!(limits.take(&media, 0) && limits.take(&media, most), "{media:?}");
            assert!(!limits.take(&media, most + 1), "{media:?}");
        }
        let never = FetchLimits { file: 0, ..limits };
        assert!(!never.take(&Media::File, 0) && !never.take(&Media::File, 1));
        let any = FetchLimits { file: FetchLimits::ANY_SIZE, ..limits };
        assert!(any.take(&Media::File, FetchLimits::ANY_SIZE));
    }

    #[test]
    fn who_has_chosen_nothing_gets_what_is_seen_or_heard_in_passing() {
        let FetchRules { unmetered, metered, .. } = FetchRules::default();
        for (media, size) in [(PHOTO, 16_000_000), (voice(), 16_000_000)] {
            assert!(unmetered.take(&media, size) && metered.take(&media, size));
            assert!(!unmetered.take(&media, size + 1) && !metered.take(&media, size + 1));
        }
        for (media, size) in [(VIDEO, 10_000_000), (AUDIO, 10_000_000), (Media::File, 3_000_000)] {
            assert!(unmetered.take(&media, size) && !unmetered.take(&media, size + 1));
            assert!(!metered.take(&media, 1));
        }
    }

    #[test]
    fn the_network_is_what_the_person_says_or_else_what_the_host_does() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        let look = |network, saver| {
            let rules = FetchRules { network, saver, ..FetchRules::default() };
            meta::put(&conn, RULES, &rules).unwrap();
            (is_metered(&conn).unwrap(), limits(&conn).unwrap() == rules.metered)
        };
        assert_eq!(look(NetworkChoice::Automatic, false), (false, false), "nothing was told");
        meta::put(&conn, METERED, &true).unwrap();
        assert_eq!(look(NetworkChoice::Automatic, false), (true, true));
        assert_eq!(look(NetworkChoice::Unmetered, false), (false, false));
        assert_eq!(look(NetworkChoice::Unmetered, true), (false, true), "who saves is not warned of costs");
        meta::put(&conn, METERED, &false).unwrap();
        assert_eq!(look(NetworkChoice::Metered, false), (true, true));
    }
}
