//! How much of something is carried out for one account at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_model::{AccountId, Code};
use beseda_wire::Problem;
use beseda_wire::error::ProblemData;

/// When to come back to who has as many under way as may be.
const BUSY_RETRY_MS: u64 = 1_000;

type Counts = Arc<Mutex<HashMap<AccountId, u64>>>;

/// So many at once for each account.
#[derive(Debug)]
pub(crate) struct Shares {
    counts: Counts,
    most: u64,
    limit: &'static str,
}

/// The right to carry out one, until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    account: AccountId,
    counts: Counts,
}

impl Shares {
    /// At most `most` for each account, which is what the published limit of this name says.
    pub(crate) fn new(limit: &'static str, most: u64) -> Self {
        Self { counts: Counts::default(), most, limit }
    }

    /// One more for an account; `busy` is what it is told if there is none.
    ///
    /// # Errors
    /// When as many are under way as may be at once.
    pub(crate) fn take(&self, account: AccountId, busy: &str) -> Result<Share, Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(account).or_default();
        if *count >= self.most {
            let (limit, value) = (Some(self.limit.to_owned()), Some(self.most));
            let data = Some(ProblemData { limit, limit_value: value, ..ProblemData::default() });
            return Err(Problem { retry_after_ms: Some(BUSY_RETRY_MS), data, ..Problem::new(Code::RateLimited, busy) });
        }
        *count = count.saturating_add(1);
        Ok(Share { account, counts: self.counts.clone() })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}
