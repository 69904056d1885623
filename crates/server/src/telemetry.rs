//! Logging: set up once, and the one wide event that ends each request. `docs/logging.md` lists the fields.
//!
//! Nothing that people wrote or are called, no token and no key reaches an event; ids, codes and numbers do.

use std::io::IsTerminal as _;

use beseda_model::{AccountId, Code};
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// The log filter is not one.
#[derive(Debug, thiserror::Error)]
#[error("the setting `log` is not a log filter such as `info` or `beseda_server=debug,warn`: {0}")]
pub struct FilterError(String);

/// Sends events of this process to standard error. A second call changes nothing.
///
/// # Errors
/// When `filter` is not understood.
pub fn init(filter: &str, format: LogFormat) -> Result<(), FilterError> {
    // Below that they tell the names of objects, and who knows a name may fetch the blob; and the hosts that are asked.
    let quiet = "object_store=warn,reqwest=warn,hyper_util=warn";
    let filter = EnvFilter::try_new(format!("{quiet},{filter}")).map_err(|error| FilterError(error.to_string()))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // An error means that a test or an embedding program has its own subscriber, which is as well.
    drop(match format {
        LogFormat::Text => builder.finish().try_init(),
        LogFormat::Json => builder.json().finish().try_init(),
    });
    Ok(())
}

/// One request on its way; tells at the end what became of it.
#[derive(Debug)]
pub(crate) struct Wide {
    op: &'static str,
    account: Option<AccountId>,
    started: Instant,
}

impl Wide {
    /// Starts the measurement.
    pub(crate) fn start(op: &'static str) -> Self {
        Self { op, account: None, started: Instant::now() }
    }

    /// On whose behalf, once that is known.
    pub(crate) fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Writes the event. `code` is none if the request was carried out. An internal failure is logged with its cause
    /// where it is handled, with the same `request`.
    pub(crate) fn end(self, code: Option<Code>) {
        if !tracing::enabled!(target: "beseda::request", tracing::Level::DEBUG) && code.is_none_or(is_ordinary) {
            return;
        }
        let took_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let account = self.account.map(tracing::field::display);
        let code = code.map_or("OK", Code::as_str);
        let op = self.op;
        match code {
            "OVERLOADED" | "INTERNAL" => {
                tracing::warn!(target: "beseda::request", op, code, account, took_us, "A request could not be carried out.");
            }
            _ => tracing::debug!(target: "beseda::request", op, code, account, took_us, "A request has ended."),
        }
    }
}

fn is_ordinary(code: Code) -> bool {
    !matches!(code, Code::Overloaded | Code::Internal)
}
