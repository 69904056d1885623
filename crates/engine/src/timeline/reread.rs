//! After an upgrade: what a former version could not read is read again.

use super::access::Here;
use super::apply;
use crate::Step;
use crate::store::{StoreError, meta};

const READ_AT: &str = "content_feature";

/// Reads again what was kept because this program did not know it, once for each new feature level. Called when the
/// database is opened.
///
/// # Errors
/// When the database fails.
pub fn reprocess_unsupported(step: &mut Step<'_>) -> Result<(), StoreError> {
    reprocess_at(step, beseda_wire::content::LEVEL)
}

pub(crate) fn reprocess_at(step: &mut Step<'_>, feature: u32) -> Result<(), StoreError> {
    if Here::find(step.tx)?.is_none() {
        return Ok(());
    }
    if meta::get::<u32>(step.tx, READ_AT)?.is_some_and(|read_at| read_at >= feature) {
        return Ok(());
    }
    let read = apply::reread(step)?;
    tracing::debug!(read, feature, "Content kept by a former version was read again");
    meta::put(step.tx, READ_AT, &feature)
}
