//! What the server fetches from the web for its people: how much at once and in a minute, and what is remembered so that a
//! site is asked once, however many people want the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_app::port::{FetchError, Fetched, Fetcher, Wanted};
use beseda_model::{Limits, Timestamp};
use beseda_wire::Problem;
use tokio::sync::{OnceCell, Semaphore};

use crate::context::Context;
use crate::problem;
use crate::rates::{RateClass, Subject};

/// The way to the web, for all who have something fetched.
pub(crate) struct Web {
    fetcher: Arc<dyn Fetcher>,
    at_once: Semaphore,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").finish_non_exhaustive()
    }
}

impl Web {
    /// So much at once as the limits say.
    pub(crate) fn new(fetcher: Arc<dyn Fetcher>, limits: &Limits) -> Self {
        let at_once = usize::try_from(limits.fetches_at_once).unwrap_or(Semaphore::MAX_PERMITS);
        Self { fetcher, at_once: Semaphore::new(at_once) }
    }

    /// Fetches something.
    ///
    /// # Errors
    /// When the server fetches as much as it may. Nobody waits here: what comes late is of no use, and those who wait take
    /// room.
    pub(crate) async fn fetch(
        &self,
        context: &Context,
        url: &str,
        types: &'static [&'static str],
        most: u64,
    ) -> Result<Result<Fetched, FetchError>, Problem> {
        let _turn = self.at_once.try_acquire().map_err(|_| problem::overloaded())?;
        context.rates.take(RateClass::Fetches, Subject::Server)?;
        Ok(self.fetcher.fetch(&Wanted { url: url.to_owned(), types, most }).await)
    }
}

/// What was found; none if there is nothing.
pub(crate) type Found<T> = Option<Arc<T>>;

/// What is remembered of the web, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<T> {
    /// What was found.
    pub(crate) found_ms: u64,
    /// That there is nothing.
    pub(crate) nothing_ms: u64,
    /// Most that is remembered.
    pub(crate) most: usize,
    /// Most bytes of it.
    pub(crate) most_bytes: usize,
    /// So many bytes are in one.
    pub(crate) bytes: fn(&T) -> usize,
}

#[derive(Debug)]
struct One<T> {
    at: Timestamp,
    found: Arc<OnceCell<Found<T>>>,
}

/// What was found lately, by address: in memory alone, and not by whom it was asked for.
#[derive(Debug)]
pub(crate) struct Memory<T> {
    kept: Kept<T>,
    by_address: Mutex<HashMap<String, One<T>>>,
}

impl<T> Memory<T> {
    /// Nothing is remembered yet.
    pub(crate) fn new(kept: Kept<T>) -> Self {
        Self { kept, by_address: Mutex::default() }
    }

    /// Where something is remembered. Whoever comes while it is being fetched waits for it there.
    pub(crate) fn place(&self, address: &str, now: Timestamp) -> Arc<OnceCell<Found<T>>> {
        let mut all = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| self.is_fresh(one, now));
        if let Some(known) = all.get(address) {
            return known.found.clone();
        }
        let bytes = |one: &One<T>| one.found.get().and_then(Option::as_ref).map_or(0, |found| (self.kept.bytes)(found));
        while all.len() >= self.kept.most || all.values().map(bytes).sum::<usize>() > self.kept.most_bytes {
            let oldest = all.iter().min_by_key(|(_, one)| one.at).map(|(address, _)| address.clone());
            let Some(oldest) = oldest else { break };
            all.remove(&oldest);
        }
        let found = Arc::new(OnceCell::new());
        all.insert(address.to_owned(), One { at: now, found: found.clone() });
        found
    }

    fn is_fresh(&self, one: &One<T>, now: Timestamp) -> bool {
        let is_nothing = one.found.get().is_some_and(Option::is_none);
        now < one.at.plus_millis(if is_nothing { self.kept.nothing_ms } else { self.kept.found_ms })
    }
}
