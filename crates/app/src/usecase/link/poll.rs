use beseda_model::{AccountId, Fingerprint, Timestamp};
use sha2::{Digest, Sha256};

use super::{LinkError, find};
use crate::Event;
use crate::domain::{Actor, Link, LinkProgress, Reveal, TokenHash};
use crate::port::UnitOfWork;
use crate::usecase::device;
use crate::usecase::session::open_session;

/// The new device asks how far its request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollLink {
    /// The code.
    pub code: String,
    /// The hash of its secret.
    pub secret: TokenHash,
    /// Its key, once the request was opened.
    pub reveal: Option<Reveal>,
    /// The hash of a session token, used if the request was approved.
    pub token: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkOutcome {
    /// Nobody has taken it up.
    Waiting,
    /// An old device has.
    Opened {
        /// Of which account.
        account: AccountId,
        /// The account's present root key's fingerprint.
        root: Fingerprint,
        /// Its nonce.
        nonce: [u8; 32],
    },
    /// The key was shown; the person compares.
    Comparing,
    /// Approved. Each such answer begins a session, since an earlier one may have been lost on its way.
    Approved {
        /// Who the new device is.
        actor: Actor,
        /// The root public key that the log begins with.
        first_root_key: [u8; 32],
        /// The whole device log.
        log: Vec<Vec<u8>>,
    },
    /// Turned down.
    Refused,
}

/// Tells how far a request is, and takes the new device's key when it is time.
///
/// # Errors
/// When code or secret is wrong, or the key is not the one committed to.
pub fn poll_link(uow: &mut dyn UnitOfWork, cmd: PollLink) -> Result<LinkOutcome, LinkError> {
    let link = find(uow.view(), &cmd.code, cmd.at)?;
    if !link.secret.matches(&cmd.secret) {
        return Err(LinkError::NotFound);
    }
    match (&link.progress, cmd.reveal) {
        (LinkProgress::Waiting, _) => Ok(LinkOutcome::Waiting),
        (LinkProgress::Opened { by, nonce }, None) => {
            let account = uow.accounts().find(by.account)?.ok_or(LinkError::NotFound)?;
            Ok(LinkOutcome::Opened { account: by.account, root: account.root, nonce: *nonce })
        }
        (LinkProgress::Opened { by, nonce }, Some(reveal)) => {
            if commitment(&reveal) != link.commitment {
                return Err(LinkError::CommitmentBroken);
            }
            let (by, nonce) = (*by, *nonce);
            uow.emit(Event::LinkRevealed { to: by.device, code: cmd.code, reveal: reveal.clone() });
            let progress = LinkProgress::Revealed { by, nonce, reveal };
            uow.links_mut().update(&Link { progress, ..link })?;
            Ok(LinkOutcome::Comparing)
        }
        // Told again with every poll, for the old device may have been without a connection.
        (LinkProgress::Revealed { by, reveal, .. }, _) => {
            uow.emit(Event::LinkRevealed { to: by.device, code: cmd.code, reveal: reveal.clone() });
            Ok(LinkOutcome::Comparing)
        }
        (LinkProgress::Refused, _) => Ok(LinkOutcome::Refused),
        (LinkProgress::Approved { account, device }, _) => {
            let actor = Actor { account: *account, device: *device };
            let page = device::device_log(uow.view(), actor.account, 1)?;
            open_session(uow, actor.device, &cmd.token, cmd.at)?;
            Ok(LinkOutcome::Approved { actor, first_root_key: page.first_root_key, log: page.entries })
        }
    }
}

fn commitment(reveal: &Reveal) -> [u8; 32] {
    Sha256::new()
        .chain_update(reveal.device.as_bytes())
        .chain_update(reveal.signature_key)
        .chain_update(reveal.nonce)
        .finalize()
        .into()
}
