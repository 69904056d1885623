use beseda_model::Timestamp;
use beseda_model::device_log::{DeviceLogEntry, DeviceLogOp, LogSigner};

use super::{LinkError, find_own};
use crate::domain::{Actor, Link, LinkProgress};
use crate::port::UnitOfWork;
use crate::usecase::device::{self, DeviceError};

/// The person found both codes equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproveLink {
    /// The code.
    pub code: String,
    /// The entry that adds the new device, signed by the old one.
    pub entry: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// Adds the new device to the account's log; its next poll gives it a session.
///
/// # Errors
/// When the key was not shown yet, or the entry does not add exactly that device and key.
pub fn approve_link(uow: &mut dyn UnitOfWork, actor: Actor, cmd: ApproveLink) -> Result<(), LinkError> {
    let link = find_own(uow.view(), actor, &cmd.code, cmd.at)?;
    let LinkProgress::Revealed { reveal, .. } = &link.progress else { return Err(LinkError::WrongStep) };
    let entry = DeviceLogEntry::decode(&cmd.entry).map_err(|_| DeviceError::EntryMalformed)?;
    if entry.signer != LogSigner::Device(actor.device) {
        return Err(DeviceError::NotBySender.into());
    }
    if entry.op != (DeviceLogOp::Add { device: reveal.device, signature_key: reveal.signature_key }) {
        return Err(LinkError::OtherDevice);
    }
    let device = device::add(uow, actor.account, entry)?;
    let progress = LinkProgress::Approved { account: actor.account, device };
    uow.links_mut().update(&Link { progress, ..link })?;
    Ok(())
}
