use beseda_model::{LinkId, Timestamp};

use super::{LinkError, code_hash};
use crate::domain::{Link, LinkProgress, TokenHash};
use crate::port::UnitOfWork;

/// A new device asks to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartLink {
    /// The request's id.
    pub id: LinkId,
    /// What the person will type, random.
    pub code: String,
    /// The hash of the secret by which the new device follows its request.
    pub secret: TokenHash,
    /// SHA-256 over device id, signature key and nonce.
    pub commitment: [u8; 32],
    /// When.
    pub at: Timestamp,
}

/// Begins a request and tells until when it is valid.
///
/// # Errors
/// When the code is in use.
pub fn start_link(uow: &mut dyn UnitOfWork, cmd: StartLink) -> Result<Timestamp, LinkError> {
    let code = code_hash(&cmd.code);
    match uow.links().find(&code)? {
        Some(other) if other.expires_at > cmd.at => return Err(LinkError::CodeTaken),
        Some(_) => uow.links_mut().delete(&code)?,
        None => {}
    }
    let expires_at = cmd.at.plus_millis(uow.limits().link_millis);
    uow.links_mut().insert(&Link {
        id: cmd.id,
        code,
        secret: cmd.secret,
        commitment: cmd.commitment,
        expires_at,
        progress: LinkProgress::Waiting,
    })?;
    Ok(expires_at)
}
