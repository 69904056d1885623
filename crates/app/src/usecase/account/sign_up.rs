use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry, DeviceLogOp, root_fingerprint};
use beseda_model::{AccountId, Timestamp, Username};

use super::AccountError;
use crate::domain::{Actor, DeviceRow, TokenHash};
use crate::port::{NewAccount, StoreError, UnitOfWork};
use crate::usecase::phone;
use crate::usecase::session::open_session;

/// How accounts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// By anybody; the shell has checked the proof of work.
    Open,
    /// By whoever has an invitation.
    Invite,
    /// By nobody.
    Closed,
}

/// A new account with its first device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    /// How accounts are made here.
    pub registration: Registration,
    /// Made by the client.
    pub account: AccountId,
    /// The root public key.
    pub root_key: [u8; 32],
    /// The first entry of the device log.
    pub entry: Vec<u8>,
    /// The username, if any.
    pub username: Option<Username>,
    /// The password's hash, as a PHC string.
    pub password_hash: Option<String>,
    /// The hash of the invitation's secret.
    pub invite: Option<TokenHash>,
    /// The hash of the attempt by which a phone number was verified.
    pub phone: Option<TokenHash>,
    /// The hash of the first session's token.
    pub token: TokenHash,
    /// When.
    pub at: Timestamp,
}

/// Makes an account with its first device and a session for it. A phone number that was verified is its own from then on,
/// whoever had it: a number belongs to who receives what is sent to it, an account to who holds its keys.
///
/// # Errors
/// When the server does not take it, the username is taken, or the device log does not begin so.
pub fn sign_up(uow: &mut dyn UnitOfWork, cmd: SignUp) -> Result<Actor, AccountError> {
    if cmd.password_hash.is_some() && cmd.username.is_none() {
        return Err(AccountError::PasswordWithoutUsername);
    }
    admit(uow, &cmd)?;
    let device = first_device(cmd.account, cmd.root_key, &cmd.entry)?;
    if let Some(username) = &cmd.username
        && (uow.accounts().find_by_username(username)?.is_some() || uow.accounts().is_reserved(username)?)
    {
        return Err(AccountError::UsernameTaken);
    }
    let root = root_fingerprint(&cmd.root_key);
    let known = uow.accounts().find(cmd.account)?.is_some()
        || uow.accounts().find_by_root(root)?.is_some()
        || uow.devices().find(device.device)?.is_some();
    if known {
        return Err(AccountError::Exists);
    }
    uow.accounts_mut().insert(&NewAccount {
        account: cmd.account,
        root_key: cmd.root_key,
        root,
        username: cmd.username,
        password_hash: cmd.password_hash,
        at: cmd.at,
    })?;
    begin_log(uow, &device, &cmd.entry)?;
    open_session(uow, device.device, &cmd.token, cmd.at)?;
    if let Some(attempt) = &cmd.phone {
        let number = phone::redeem(uow, attempt, cmd.at)?.ok_or(AccountError::PhoneUnverified)?;
        phone::bind(uow, &number, cmd.account, cmd.at)?;
    }
    Ok(Actor { account: cmd.account, device: device.device })
}

/// The device that a log's first entry adds.
pub(super) fn first_device(account: AccountId, root_key: [u8; 32], entry: &[u8]) -> Result<DeviceRow, AccountError> {
    let entry = DeviceLogEntry::decode(entry).map_err(|_| AccountError::EntryMalformed)?;
    let DeviceLogOp::Add { device, signature_key } = entry.op else { return Err(AccountError::EntryMalformed) };
    DeviceLog::verify(account, root_key, [entry], &Ed25519)?;
    Ok(DeviceRow { device, account, signature_key, removed: false })
}

pub(super) fn begin_log(uow: &mut dyn UnitOfWork, device: &DeviceRow, entry: &[u8]) -> Result<(), StoreError> {
    uow.devices_mut().append_log(device.account, 1, entry)?;
    uow.devices_mut().insert(device)
}

fn admit(uow: &mut dyn UnitOfWork, cmd: &SignUp) -> Result<(), AccountError> {
    match (cmd.registration, cmd.invite) {
        (Registration::Closed, _) => Err(AccountError::Closed),
        (Registration::Invite, None) => Err(AccountError::InviteNeeded),
        (Registration::Open, None) => Ok(()),
        (Registration::Open | Registration::Invite, Some(secret)) => {
            let invite = uow.tickets().invite(&secret)?.ok_or(AccountError::InviteInvalid)?;
            let expired = invite.expires_at.is_some_and(|expires_at| expires_at <= cmd.at);
            let left = invite.left.checked_sub(1).filter(|_| !expired).ok_or(AccountError::InviteInvalid)?;
            uow.tickets_mut().set_invite_left(invite.id, left)?;
            Ok(())
        }
    }
}
