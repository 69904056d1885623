//! Key packages: by them others add this device while it is away. A stock of them waits on the server, each for one use,
//! and one of last resort that may be used again.

use beseda_crypto::key_package;
use beseda_model::Timestamp;
use beseda_wire::codec::{decode_cbor, encode_cbor};
use beseda_wire::{Bytes, Problem, Reply, Request};
use openmls::prelude::KeyPackageRef;
use openmls::prelude::tls_codec::Serialize as _;
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::StorageProvider;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, Asks, Purpose};
use super::me;
use crate::Step;
use crate::mls::keys;
use crate::store::me::Me;
use crate::store::{StoreError, meta};

const KEYS: &str = "identity.keys";

/// How many one-time packages the stock has when it is full.
const FULL: u32 = 50;

/// With fewer than this many it is filled.
const FEW: u32 = 25;

const DAY: u64 = 86_400_000;

/// The package of last resort is replaced this often.
const LAST_RESORT_LIFE: u64 = 30 * DAY;

/// Private parts are deleted after this time: the server hands out nothing as old.
const PRIVATE_LIFE: u64 = 90 * DAY;

/// What this device knows of its stock.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stock {
    /// When the package of last resort that the server has was made.
    last_resort_at: Option<Timestamp>,
    /// When to look again while the connection lasts.
    check_at: Timestamp,
}

fn load(conn: &Connection) -> Result<Stock, StoreError> {
    Ok(meta::get(conn, KEYS)?.unwrap_or_default())
}

/// Whether the server has none of this device yet: nobody can add it while it is away.
pub(super) fn are_missing(conn: &Connection) -> Result<bool, StoreError> {
    Ok(me::is_signed_in(conn)? && load(conn)?.last_resort_at.is_none())
}

/// Asks how many are left; the answer does the rest.
pub(super) fn check(step: &Step<'_>) -> Result<Asks, StoreError> {
    let stock = Stock { check_at: step.now.plus_millis(DAY), ..load(step.tx)? };
    meta::put(step.tx, KEYS, &stock)?;
    Ok(vec![Ask::new(Request::CountKeys, Purpose::CountKeys)])
}

/// The stock is looked at now if it was to be after `latest`.
pub(super) fn relax(step: &Step<'_>, latest: Timestamp) -> Result<(), StoreError> {
    let stock = load(step.tx)?;
    if stock.check_at <= latest {
        return Ok(());
    }
    meta::put(step.tx, KEYS, &Stock { check_at: step.now, ..stock })
}

/// When [`on_tick`] looks again.
pub(super) fn next_wake(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    if !me::is_signed_in(conn)? {
        return Ok(None);
    }
    Ok(Some(load(conn)?.check_at).filter(|at| *at > Timestamp::default()))
}

/// Looks at the stock once a day while a connection lasts. Old private parts are deleted here and not at the beginning of
/// a connection: after months away there may still be a Welcome that needs them.
pub(super) fn on_tick(step: &mut Step<'_>, online: bool) -> Result<Asks, StoreError> {
    if next_wake(step.tx)?.is_none_or(|at| at > step.now) {
        return Ok(Asks::new());
    }
    let asks = check(step)?;
    if !online {
        return Ok(Asks::new());
    }
    delete_old(step)?;
    Ok(asks)
}

/// The server has told how many one-time packages are left.
pub(super) fn counted(step: &mut Step<'_>, answer: Result<Reply, Problem>) -> Result<Asks, StoreError> {
    match answer {
        Ok(Reply::Keys { count, .. }) => fill(step, count),
        Ok(_) | Err(_) => Ok(Asks::new()),
    }
}

/// Fills the stock if few are left, and replaces the package of last resort when it is time.
pub(super) fn fill(step: &mut Step<'_>, left: u32) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)?.filter(|me| !me.signed_out) else { return Ok(Asks::new()) };
    let stock = load(step.tx)?;
    let last_resort_due = stock.last_resort_at.is_none_or(|made_at| step.now.millis_since(made_at) >= LAST_RESORT_LIFE);
    let missing = if left < FEW { FULL.saturating_sub(left) } else { 0 };
    let mut references = Vec::new();
    let mut packages = Vec::new();
    for _ in 0..missing {
        packages.extend(make(step, &me, false, &mut references)?);
    }
    let last_resort = if last_resort_due { make(step, &me, true, &mut references)? } else { None };
    if packages.is_empty() && last_resort.is_none() {
        return Ok(Asks::new());
    }
    let purpose = Purpose::PublishKeys { references, has_last_resort: last_resort.is_some() };
    Ok(vec![Ask::new(Request::PublishKeys { packages, last_resort }, purpose)])
}

/// The server has answered to new packages. What it refused nobody will ever use; after a lost answer they may be in use,
/// so their private parts stay.
pub(super) fn published(
    step: &mut Step<'_>,
    references: &[Vec<u8>],
    has_last_resort: bool,
    answer: &Result<Reply, Problem>,
) -> Result<(), StoreError> {
    match answer {
        Ok(_) if has_last_resort => {
            let stock = Stock { last_resort_at: Some(step.now), ..load(step.tx)? };
            meta::put(step.tx, KEYS, &stock)
        }
        Ok(_) => Ok(()),
        Err(why) => {
            if let Some(pause) = why.retry_after_ms {
                let stock = Stock { check_at: step.now.plus_millis(pause), ..load(step.tx)? };
                meta::put(step.tx, KEYS, &stock)?;
            }
            references.iter().try_for_each(|reference| delete(step, reference))
        }
    }
}

/// Makes one package; its private parts stay in the store. None if OpenMLS can't, which the next look repeats.
fn make(
    step: &mut Step<'_>,
    me: &Me,
    is_last_resort: bool,
    references: &mut Vec<Vec<u8>>,
) -> Result<Option<Bytes>, StoreError> {
    let key = keys::key(me);
    let credential = keys::credential(me, &key);
    let provider = step.provider();
    let made = key_package::build(&provider, &key, credential, is_last_resort).ok().and_then(|bundle| {
        let package = bundle.key_package();
        let reference = package.hash_ref(provider.crypto()).ok()?;
        Some((encode_cbor(&reference), package.tls_serialize_detached().ok()?))
    });
    let Some((reference, package)) = made else {
        tracing::error!("A key package could not be made");
        return Ok(None);
    };
    step.tx
        .prepare_cached("INSERT INTO key_packages (reference, last_resort, made_at) VALUES (?1, ?2, ?3)")?
        .execute((&reference, is_last_resort, step.now.as_millis().cast_signed()))?;
    references.push(reference);
    Ok(Some(Bytes(package)))
}

fn delete_old(step: &mut Step<'_>) -> Result<(), StoreError> {
    let before = step.now.as_millis().saturating_sub(PRIVATE_LIFE).cast_signed();
    let old: Vec<Vec<u8>> = step
        .tx
        .prepare_cached("SELECT reference FROM key_packages WHERE made_at < ?1")?
        .query_map([before], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    old.iter().try_for_each(|reference| delete(step, reference))
}

fn delete(step: &mut Step<'_>, reference: &[u8]) -> Result<(), StoreError> {
    const DAMAGED: StoreError = StoreError::damaged("key_packages");
    let decoded: KeyPackageRef = decode_cbor(reference).map_err(|_| DAMAGED)?;
    step.provider().storage().delete_key_package(&decoded).map_err(|_| DAMAGED)?;
    step.tx.prepare_cached("DELETE FROM key_packages WHERE reference = ?1")?.execute([reference])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use beseda_model::{AccountId, Code, DeviceId, Fingerprint, Rng};
    use openmls_rust_crypto::RustCrypto;

    use super::*;
    use crate::store::migrate;

    struct Dice(u64);
    impl Rng for Dice {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = self.0.to_be_bytes()[0];
            }
        }
    }

    struct Profile {
        conn: Connection,
        dice: Dice,
        now: u64,
    }

    impl Profile {
        fn new() -> Self {
            let conn = Connection::open_in_memory().unwrap();
            migrate(&conn).unwrap();
            let me = Me {
                account: AccountId::from_bytes([1; 16]),
                device: DeviceId::from_bytes([2; 16]),
                root: Fingerprint::from_bytes([3; 32]),
                server: "http://server".to_owned(),
                device_name: String::new(),
                signed_out: false,
                token: "token".to_owned(),
                seed: [4; 32],
            };
            me.save(&conn).unwrap();
            Self { conn, dice: Dice(1), now: 1_700_000_000_000 }
        }

        fn step<T>(&mut self, act: impl FnOnce(&mut Step<'_>) -> Result<T, StoreError>) -> T {
            let tx = self.conn.unchecked_transaction().unwrap();
            let mut step = Step::new(&tx, Timestamp::from_millis(self.now), &mut self.dice);
            let result = act(&mut step).unwrap();
            step.finish().unwrap();
            tx.commit().unwrap();
            result
        }

        fn private_parts(&self) -> u32 {
            self.conn.query_row("SELECT count(*) FROM mls", (), |row| row.get(0)).unwrap()
        }

        /// The packages that are published when the server has `left`, and the purpose of that.
        fn fill(&mut self, left: u32) -> Option<(Vec<Bytes>, Option<Bytes>, Purpose)> {
            let asks = self.step(|step| counted(step, Ok(Reply::Keys { packages: Vec::new(), count: left })));
            asks.into_iter().next().map(|ask| match ask.request {
                Request::PublishKeys { packages, last_resort } => (packages, last_resort, ask.purpose),
                other => panic!("{other:?}"),
            })
        }

        fn answer(&mut self, purpose: &Purpose, answer: Result<Reply, Problem>) {
            let Purpose::PublishKeys { references, has_last_resort } = purpose else { panic!("{purpose:?}") };
            self.step(|step| published(step, references, *has_last_resort, &answer));
        }
    }

    #[test]
    fn a_new_device_fills_its_stock_with_packages_that_others_can_use() {
        let mut alice = Profile::new();
        let (packages, last_resort, purpose) = alice.fill(0).unwrap();
        assert_eq!(packages.len(), 50);
        let crypto = RustCrypto::default();
        let mut references = BTreeSet::new();
        for package in &packages {
            let verified = key_package::verify(package, &crypto).unwrap();
            assert_eq!(verified.identity.device, DeviceId::from_bytes([2; 16]));
            assert!(!verified.is_last_resort);
            assert!(package.len() as u64 <= beseda_model::LIMITS.key_package_bytes);
            assert!(references.insert(verified.reference));
        }
        assert!(key_package::verify(&last_resort.unwrap(), &crypto).unwrap().is_last_resort);
        alice.answer(&purpose, Ok(Reply::Done));
        assert!(alice.fill(50).is_none());
        assert!(alice.fill(25).is_none(), "there are enough");
        let (packages, last_resort, _) = alice.fill(24).unwrap();
        assert_eq!((packages.len(), last_resort), (26, None));
    }

    #[test]
    fn the_package_of_last_resort_is_replaced_each_month() {
        let mut alice = Profile::new();
        let (_, first, purpose) = alice.fill(0).unwrap();
        alice.answer(&purpose, Ok(Reply::Done));
        alice.now += 29 * DAY;
        assert!(alice.fill(50).is_none());
        alice.now += DAY;
        let (packages, second, _) = alice.fill(50).unwrap();
        assert!(packages.is_empty());
        assert_ne!(first, second);
    }

    #[test]
    fn refused_packages_leave_nothing_behind_and_lost_answers_leave_everything() {
        let mut alice = Profile::new();
        let (_, _, purpose) = alice.fill(0).unwrap();
        let made = alice.private_parts();
        assert!(made >= 51, "{made}");
        alice.answer(&purpose, Err(Problem::new(Code::TooLarge, "no")));
        assert_eq!(alice.private_parts(), 0);
        // The next look tries again.
        assert!(alice.fill(0).is_some());
        assert_eq!(alice.private_parts(), made, "nobody knows whether they are in use");
    }

    #[test]
    fn private_parts_are_deleted_when_nobody_can_use_them_any_more() {
        let mut alice = Profile::new();
        alice.fill(0).unwrap();
        alice.step(|step| check(step));
        let made = alice.private_parts();
        alice.now += 91 * DAY;
        let asks = alice.step(|step| on_tick(step, false));
        assert_eq!((asks.len(), alice.private_parts()), (0, made), "not before there is a connection");
        alice.now += DAY;
        let asks = alice.step(|step| on_tick(step, true));
        assert_eq!((asks.len(), alice.private_parts()), (1, 0));
    }

    #[test]
    fn without_a_connection_the_wish_to_look_moves_on() {
        let mut alice = Profile::new();
        alice.step(|step| check(step));
        alice.now += 2 * DAY;
        alice.step(|step| on_tick(step, false));
        let wake = next_wake(&alice.conn).unwrap().unwrap();
        assert!(wake.as_millis() > alice.now);
    }
}
