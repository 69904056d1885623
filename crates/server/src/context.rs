//! What every door needs: the configuration, the outside world, and the parts of the shell.

use std::sync::{Arc, Mutex, PoisonError};

use beseda_model::{Clock, Rng};
use beseda_wire::Problem;
use bytes::Bytes;

use crate::challenges::Challenges;
use crate::config::Config;
use crate::passwords::Passwords;
use crate::rates::Rates;
use crate::task::Tasks;
use crate::{http, problem};

/// Shared by all tasks of one server.
pub(crate) struct Context {
    /// What the operator decided.
    pub(crate) config: Config,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    rng: Mutex<Box<dyn Rng>>,
    /// Rate limits.
    pub(crate) rates: Rates,
    /// Password hashes.
    pub(crate) passwords: Passwords,
    /// Proofs of work.
    pub(crate) challenges: Challenges,
    /// Everything that runs.
    pub(crate) tasks: Tasks,
    /// The OpenAPI document, ready to be sent.
    pub(crate) openapi: Bytes,
}

impl Context {
    /// Puts it together.
    pub(crate) fn new(config: Config, clock: Arc<dyn Clock>, mut rng: Box<dyn Rng>) -> Self {
        let mut chance = || {
            let mut bytes = [0; 32];
            rng.fill(&mut bytes);
            bytes
        };
        let passwords = Passwords::new(config.password_workers, chance());
        let challenges = Challenges::new(clock.clone(), chance(), config.pow_bits);
        let rates = Rates::new(clock.clone(), config.limits.clone());
        Self {
            rates,
            passwords,
            challenges,
            tasks: Tasks::default(),
            openapi: Bytes::from(http::openapi::document()),
            config,
            clock,
            rng: Mutex::new(rng),
        }
    }

    /// Random bytes.
    pub(crate) fn chance<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut bytes);
        bytes
    }

    /// Names a failed request in the log and in its answer.
    pub(crate) fn request_id(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.chance::<8>())
    }

    /// Whether the server can do its work.
    pub(crate) async fn check_ready(&self) -> Result<(), Problem> {
        if self.tasks.is_stopping() { Err(problem::overloaded()) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}
