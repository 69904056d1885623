use beseda_model::Timestamp;

use super::{LinkError, find_own};
use crate::domain::{Actor, Link, LinkProgress};
use crate::port::UnitOfWork;

/// Turns a request down that this device has opened.
///
/// # Errors
/// When it did not open it.
pub fn refuse_link(uow: &mut dyn UnitOfWork, actor: Actor, code: &str, at: Timestamp) -> Result<(), LinkError> {
    let link = find_own(uow.view(), actor, code, at)?;
    uow.links_mut().update(&Link { progress: LinkProgress::Refused, ..link })?;
    Ok(())
}
