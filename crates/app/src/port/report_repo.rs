use beseda_model::{ReportId, Timestamp};

use super::StoreError;
use crate::domain::Report;

/// Reports to the operator, for reading.
pub trait ReportView {
    /// The report, if there is one.
    fn find(&self, id: ReportId) -> Result<Option<Report>, StoreError>;
    /// At most `limit` reports, newest first; those that are closed only if `closed` says so.
    fn list(&self, closed: bool, limit: u32) -> Result<Vec<Report>, StoreError>;
}

/// Reports to the operator, for writing.
pub trait ReportRepo {
    /// Adds a report; a known id is a conflict.
    fn insert(&mut self, report: &Report) -> Result<(), StoreError>;
    /// Notes that the operator is done with it; tells whether it was open.
    fn close(&mut self, id: ReportId, at: Timestamp) -> Result<bool, StoreError>;
    /// Forgets reports that were closed before `before`; tells how many.
    fn delete_closed(&mut self, before: Timestamp) -> Result<u32, StoreError>;
}
