//! Reports to the operator: made by people, read and closed by the operator.

use beseda_model::{AccountId, Code, ReportId, Timestamp};

use crate::domain::{Actor, OverLimit, Report};
use crate::port::{Budget, StoreError, UnitOfWork};

/// How long a report is kept after it was closed.
const KEPT_MILLIS: u64 = 30 * 86_400_000;

/// Why a report was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The day's budget for it is spent.
    #[error("the budget reports is spent for today")]
    BudgetSpent,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReportError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::BudgetSpent => Code::RateLimited,
            Self::OverLimit(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Something to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeReport {
    /// Its id, made by the reporter.
    pub id: ReportId,
    /// About whom.
    pub about: AccountId,
    /// What is told.
    pub body: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// Keeps a report for the operator. The same again is kept once.
///
/// # Errors
/// When it is too large, about nobody, or the actor has reported too often today.
pub fn report(uow: &mut dyn UnitOfWork, actor: Actor, cmd: MakeReport) -> Result<(), ReportError> {
    OverLimit::check("report_bytes", uow.limits().report_bytes, cmd.body.len())?;
    uow.accounts().find(cmd.about)?.ok_or(ReportError::NotFound)?;
    if uow.reports().find(cmd.id)?.is_some() {
        return Ok(());
    }
    let allowed = uow.limits().reports;
    if !uow.budgets_mut().spend(Budget::Reports, actor.account.as_bytes(), cmd.at, allowed)? {
        return Err(ReportError::BudgetSpent);
    }
    let MakeReport { id, about, body, at } = cmd;
    uow.reports_mut().insert(&Report { id, by: actor.account, about, body, at, closed_at: None })?;
    Ok(())
}

/// The operator is done with a report; tells whether it was open. A while later it is forgotten.
///
/// # Errors
/// When the store fails.
pub fn close_report(uow: &mut dyn UnitOfWork, id: ReportId, at: Timestamp) -> Result<bool, StoreError> {
    uow.reports_mut().close(id, at)
}

/// Forgets what was closed long ago.
pub(crate) fn tend(uow: &mut dyn UnitOfWork, now: Timestamp) -> Result<u32, StoreError> {
    uow.reports_mut().delete_closed(Timestamp::from_millis(now.as_millis().saturating_sub(KEPT_MILLIS)))
}
