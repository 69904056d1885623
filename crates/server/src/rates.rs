//! Rate limits: token buckets that fill with time. A bucket holds as many tokens as the limit allows in its period and
//! fills evenly, so the whole allowance may be used at once, and then again as it comes back.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_model::{AccountId, Clock, Limits, Timestamp};

/// What is limited; each is one row of the published limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RateClass {
    /// Everything on a session: `requests`.
    Requests,
    /// Messages: `sends`.
    Sends,
    /// Searches and look-ups: `lookups`.
    Lookups,
    /// Sign-ups: `sign_ups`.
    SignUps,
    /// Sign-ins: `sign_ins`.
    SignIns,
    /// Looks at what is new after a wake-up: `wakes`.
    Wakes,
    /// Requests over HTTP that bring a session's token: `session_requests`.
    WithSession,
    /// Uploads and blobs: `blob_requests`.
    Blobs,
    /// Cloud drives: `drive_requests`.
    Drives,
    /// Previews of pages: `previews`.
    Previews,
    /// Searches for moving pictures: `gif_searches`.
    GifSearches,
    /// Moving pictures and squares of maps: `web_pictures`.
    WebPictures,
    /// What the server fetches from the web: `fetches`.
    Fetches,
    /// Anything else without a session: `anonymous_requests`.
    Anonymous,
    /// Files of the web app: `page_requests`.
    Pages,
}

impl RateClass {
    /// All classes.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 15] = [
        Self::Requests,
        Self::Sends,
        Self::Lookups,
        Self::SignUps,
        Self::SignIns,
        Self::Wakes,
        Self::WithSession,
        Self::Blobs,
        Self::Drives,
        Self::Previews,
        Self::GifSearches,
        Self::WebPictures,
        Self::Fetches,
        Self::Anonymous,
        Self::Pages,
    ];

    /// The limit's published name.
    pub(crate) const fn limit_name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Sends => "sends",
            Self::Lookups => "lookups",
            Self::SignUps => "sign_ups",
            Self::SignIns => "sign_ins",
            Self::Wakes => "wakes",
            Self::WithSession => "session_requests",
            Self::Blobs => "blob_requests",
            Self::Drives => "drive_requests",
            Self::Previews => "previews",
            Self::GifSearches => "gif_searches",
            Self::WebPictures => "web_pictures",
            Self::Fetches => "fetches",
            Self::Anonymous => "anonymous_requests",
            Self::Pages => "page_requests",
        }
    }

    const fn allowance(self, limits: &Limits) -> Allowance {
        const MINUTE: u64 = 60_000;
        match self {
            Self::Requests => Allowance { tokens: limits.requests, period_ms: MINUTE },
            Self::Sends => Allowance { tokens: limits.sends, period_ms: MINUTE },
            Self::Lookups => Allowance { tokens: limits.lookups, period_ms: MINUTE },
            Self::SignUps => Allowance { tokens: limits.sign_ups, period_ms: MINUTE },
            Self::SignIns => Allowance { tokens: limits.sign_ins, period_ms: MINUTE },
            Self::Wakes => Allowance { tokens: limits.wakes, period_ms: MINUTE },
            Self::WithSession => Allowance { tokens: limits.session_requests, period_ms: MINUTE },
            Self::Drives => Allowance { tokens: limits.drive_requests, period_ms: MINUTE },
            Self::Blobs => Allowance { tokens: limits.blob_requests, period_ms: MINUTE },
            Self::Previews => Allowance { tokens: limits.previews, period_ms: MINUTE },
            Self::GifSearches => Allowance { tokens: limits.gif_searches, period_ms: MINUTE },
            Self::WebPictures => Allowance { tokens: limits.web_pictures, period_ms: MINUTE },
            Self::Fetches => Allowance { tokens: limits.fetches, period_ms: MINUTE },
            Self::Anonymous => Allowance { tokens: limits.anonymous_requests, period_ms: MINUTE },
            Self::Pages => Allowance { tokens: limits.page_requests, period_ms: MINUTE },
        }
    }
}

/// A bucket's level is counted in parts of which a token has `period_ms` and a millisecond brings `tokens`: nothing is
/// lost by rounding.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    tokens: u64,
    period_ms: u64,
}

impl Allowance {
    const fn capacity(self) -> u64 {
        self.tokens.saturating_mul(self.period_ms)
    }
}

/// Whose bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// An address prefix.
    Address(AddressPrefix),
    /// An account.
    Account(AccountId),
    /// The server itself, whoever asks.
    Server,
    /// A name that somebody tries, as a keyed hash: the name itself is not kept.
    Name(u64),
}

/// The network that an address belongs to: /24 in IPv4, /56 in IPv6, which is what one customer gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AddressPrefix([u8; 8]);

impl AddressPrefix {
    /// The family and its leading bytes.
    pub(crate) const fn bytes(self) -> [u8; 8] {
        self.0
    }
}

impl std::fmt::Debug for AddressPrefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressPrefix(…)")
    }
}

impl From<IpAddr> for AddressPrefix {
    fn from(address: IpAddr) -> Self {
        let mut prefix = [0; 8];
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                prefix = [4, a, b, c, 0, 0, 0, 0];
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, e, f, g, ..] = v6.octets();
                prefix.copy_from_slice(&[6, a, b, c, d, e, f, g]);
            }
        }
        Self(prefix)
    }
}

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Which limit.
    pub(crate) class: RateClass,
    /// Its value.
    pub(crate) value: u64,
    /// When there will be a token.
    pub(crate) retry_after_ms: u64,
}

const SHARDS: usize = 16;
/// Buckets of one shard above which full ones are dropped at once, not at the next cleaning.
const SHARD_BUCKETS: usize = 16_384;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: u64,
    filled_at: Timestamp,
}

type Shard = HashMap<(RateClass, Subject), Bucket>;

/// All buckets.
pub(crate) struct Rates {
    clock: Arc<dyn Clock>,
    limits: Limits,
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rates").finish_non_exhaustive()
    }
}

impl Rates {
    /// No bucket yet; each starts full.
    pub(crate) fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self { clock, limits, hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// The subject of a name somebody tries. Only this process can compute it.
    pub(crate) fn name(&self, name: &str) -> Subject {
        Subject::Name(self.hasher.hash_one(name))
    }

    /// Takes one token.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn take(&self, class: RateClass, subject: Subject) -> Result<(), TooMany> {
        let allowance = class.allowance(&self.limits);
        let now = self.clock.now();
        let mut shard = self.shard(class, subject);
        if shard.len() >= SHARD_BUCKETS {
            self.drop_full(&mut shard, now);
        }
        let bucket = shard.entry((class, subject)).or_insert(Bucket { level: allowance.capacity(), filled_at: now });
        *bucket = filled(*bucket, allowance, now);
        if let Some(left) = bucket.level.checked_sub(allowance.period_ms)
            && allowance.tokens > 0
        {
            bucket.level = left;
            return Ok(());
        }
        let missing = allowance.period_ms - bucket.level.min(allowance.period_ms);
        let retry_after_ms = missing.div_ceil(allowance.tokens.max(1)).clamp(1, allowance.period_ms);
        Err(TooMany { class, value: allowance.tokens, retry_after_ms })
    }

    /// Forgets buckets that are full again. To be called now and then.
    pub(crate) fn clean(&self) {
        let now = self.clock.now();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            self.drop_full(&mut shard, now);
            shard.shrink_to(64);
        }
    }

    fn drop_full(&self, shard: &mut Shard, now: Timestamp) {
        shard.retain(|(class, _), bucket| {
            let allowance = class.allowance(&self.limits);
            filled(*bucket, allowance, now).level < allowance.capacity()
        });
        if shard.len() >= SHARD_BUCKETS {
            // A flood from very many networks: remembering all of them would be the attack. Keep the emptiest.
            shard.retain(|(class, _), bucket| bucket.level < class.allowance(&self.limits).period_ms);
        }
        if shard.len() >= SHARD_BUCKETS {
            shard.clear();
        }
    }

    fn shard(&self, class: RateClass, subject: Subject) -> std::sync::MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one((class, subject));
        let at = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        self.shards
            .get(at)
            .expect("the index is below the number of shards")
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bucket as it stands at `now`. A clock that jumped back fills nothing and takes nothing.
fn filled(bucket: Bucket, allowance: Allowance, now: Timestamp) -> Bucket {
    let passed = now.millis_since(bucket.filled_at).min(allowance.period_ms);
    let gained = passed.saturating_mul(allowance.tokens);
    Bucket { level: bucket.level.saturating_add(gained).min(allowance.capacity()), filled_at: now }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use beseda_model::LIMITS;

    use super::*;

    #[derive(Default)]
    struct TestClock(AtomicU64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    fn rates() -> (Arc<TestClock>, Rates) {
        let clock = Arc::new(TestClock::default());
        clock.0.store(1_000_000, Ordering::Relaxed);
        (clock.clone(), Rates::new(clock, LIMITS))
    }

    fn somebody() -> Subject {
        Subject::Address(AddressPrefix::from(IpAddr::from([192, 0, 2, 7])))
    }

    #[test]
    fn each_class_allows_exactly_its_limit_and_says_when_to_come_back() {
        let (clock, rates) = rates();
        let table = LIMITS.table();
        for class in RateClass::ALL {
            let limit = table.iter().find(|limit| limit.name == class.limit_name()).expect("a published limit");
            for at in 0..limit.value {
                assert_eq!(rates.take(class, somebody()), Ok(()), "{class:?} {at}");
            }
            let refused = rates.take(class, somebody()).expect_err("one more than the limit");
            assert_eq!((refused.class, refused.value), (class, limit.value));
            clock.0.fetch_add(refused.retry_after_ms - 1, Ordering::Relaxed);
            assert!(rates.take(class, somebody()).is_err(), "{class:?} a millisecond too early");
            clock.0.fetch_add(1, Ordering::Relaxed);
            assert_eq!(rates.take(class, somebody()), Ok(()), "{class:?} after the time that was told");
        }
    }

    #[test]
    fn neighbours_share_a_bucket_and_others_do_not() {
        let prefix = |text: &str| AddressPrefix::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(prefix("192.0.2.1"), prefix("192.0.2.254"));
        assert_eq!(prefix("192.0.2.1"), prefix("::ffff:192.0.2.9"));
        assert_ne!(prefix("192.0.2.1"), prefix("192.0.3.1"));
        assert_eq!(prefix("2001:db8:0:ff00::1"), prefix("2001:db8:0:ffff::2"));
        assert_ne!(prefix("2001:db8:0:ff00::1"), prefix("2001:db8:0:fe00::1"));
    }

    #[test]
    fn a_clock_that_jumps_back_locks_nobody_out_for_longer_than_the_period() {
        let (clock, rates) = rates();
        for _ in 0..LIMITS.sign_ins {
            assert_eq!(rates.take(RateClass::SignIns, somebody()), Ok(()));
        }
        clock.0.store(0, Ordering::Relaxed);
        assert!(rates.take(RateClass::SignIns, somebody()).is_err());
        clock.0.store(60_000, Ordering::Relaxed);
        assert_eq!(rates.take(RateClass::SignIns, somebody()), Ok(()));
    }

    #[test]
    fn cleaning_forgets_only_who_has_waited() {
        let (clock, rates) = rates();
        for _ in 0..LIMITS.sign_ins {
            assert_eq!(rates.take(RateClass::SignIns, somebody()), Ok(()));
        }
        rates.clean();
        assert!(rates.take(RateClass::SignIns, somebody()).is_err());
        clock.0.fetch_add(60_000, Ordering::Relaxed);
        rates.clean();
        assert!(rates.shards.iter().all(|shard| shard.lock().expect("not poisoned").is_empty()));
    }
}
