//! What people tell the operator of others.

use beseda_model::{AccountId, ReportId, Timestamp};

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// Who reports.
    pub by: AccountId,
    /// About whom.
    pub about: AccountId,
    /// What was told, as the reporter chose to show it: the server does not look inside.
    pub body: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// When the operator was done with it.
    pub closed_at: Option<Timestamp>,
}
