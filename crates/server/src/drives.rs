//! Cloud drives of people: who may have how many requests carried out at once. What they bring is kept nowhere.

#[cfg(feature = "drives")]
use beseda_model::Limits;

#[cfg(feature = "drives")]
pub(crate) use here::{Relay, Turn};
#[cfg(not(feature = "drives"))]
pub(crate) use nowhere::Relay;

/// How long a request to a drive may take.
#[cfg(feature = "drives")]
pub(crate) const fn patience(limits: &Limits) -> std::time::Duration {
    std::time::Duration::from_millis(limits.drive_millis)
}

#[cfg(feature = "drives")]
mod here {
    use std::collections::HashMap;
    use std::sync::{Arc, Mutex, PoisonError};

    use beseda_infra::drive::Drives;
    use beseda_model::{AccountId, Code};
    use beseda_wire::Problem;
    use beseda_wire::error::ProblemData;

    use crate::compose::StartError;
    use crate::config::Config;

    /// When to come back to who carries out as many requests as may be carried out at once.
    const BUSY_RETRY_MS: u64 = 1_000;

    type Counts = Arc<Mutex<HashMap<AccountId, u64>>>;

    /// See the module's description.
    #[derive(Debug)]
    pub(crate) struct Relay {
        /// The way to them.
        pub(crate) drives: Drives,
        counts: Counts,
        most: u64,
    }

    /// The right to one request, until it is dropped.
    #[derive(Debug)]
    pub(crate) struct Turn {
        account: AccountId,
        counts: Counts,
    }

    impl Drop for Turn {
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

    impl Relay {
        /// The way to drives, if the operator lets it be one.
        pub(crate) fn open(config: &Config) -> Result<Option<Self>, StartError> {
            if !config.drives.enabled {
                return Ok(None);
            }
            let drives = Drives::new(config.drives.reach()).map_err(|_| StartError::Drives)?;
            Ok(Some(Self { drives, counts: Counts::default(), most: config.limits.drives_at_once }))
        }

        /// Lets an account have one more request carried out.
        ///
        /// # Errors
        /// When as many are as may be at once.
        pub(crate) fn turn(&self, account: AccountId) -> Result<Turn, Problem> {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(account).or_default();
            if *count >= self.most {
                let (limit, value) = (Some("drives_at_once".to_owned()), Some(self.most));
                let data = Some(ProblemData { limit, limit_value: value, ..ProblemData::default() });
                let why = Problem::new(Code::RateLimited, "as many requests to drives as may be are under way");
                return Err(Problem { retry_after_ms: Some(BUSY_RETRY_MS), data, ..why });
            }
            *count = count.saturating_add(1);
            Ok(Turn { account, counts: self.counts.clone() })
        }
    }
}

#[cfg(not(feature = "drives"))]
mod nowhere {
    use crate::compose::StartError;
    use crate::config::Config;

    /// There is no way to drives in this program.
    #[derive(Debug)]
    pub(crate) enum Relay {}

    impl Relay {
        /// None.
        #[expect(clippy::unnecessary_wraps, reason = "the other one can fail")]
        pub(crate) const fn open(_: &Config) -> Result<Option<Self>, StartError> {
            Ok(None)
        }
    }
}
