use beseda_model::Timestamp;

use super::{LinkError, find};
use crate::domain::{Actor, Link, LinkProgress};
use crate::port::UnitOfWork;

/// An old device takes up a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLink {
    /// The code that the person typed.
    pub code: String,
    /// The old device's nonce.
    pub nonce: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// Takes up a request and returns the new device's commitment. Once only, or again with the same nonce: a second one would
/// let somebody choose the comparison code.
///
/// # Errors
/// When the code is unknown, or was taken up before.
pub fn open_link(uow: &mut dyn UnitOfWork, actor: Actor, cmd: OpenLink) -> Result<[u8; 32], LinkError> {
    let link = find(uow.view(), &cmd.code, cmd.at)?;
    match &link.progress {
        LinkProgress::Waiting => {}
        LinkProgress::Opened { by, nonce } | LinkProgress::Revealed { by, nonce, .. }
            if *by == actor && *nonce == cmd.nonce =>
        {
            return Ok(link.commitment);
        }
        _ => return Err(LinkError::WrongStep),
    }
    let commitment = link.commitment;
    let progress = LinkProgress::Opened { by: actor, nonce: cmd.nonce };
    uow.links_mut().update(&Link { progress, ..link })?;
    Ok(commitment)
}
