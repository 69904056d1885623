//! Gathering what it takes to add people: key packages, and device logs to check them by.

use beseda_crypto::key_package;
use beseda_model::commit::LeafIdentity;
use beseda_model::{AccountId, ConversationId, DeviceId, Fingerprint};
use beseda_wire::Request;
use openmls::prelude::KeyPackage;

use crate::Step;
use crate::api::failure::Failure;
use crate::outbox::refusal;
use crate::session::{Asked, Claim};
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::me::Me;

/// Somebody who can be added.
pub(super) struct Candidate {
    pub(super) account: AccountId,
    pub(super) root: Fingerprint,
    /// The version of the device log by which the packages were checked.
    pub(super) version: u32,
    /// One for each device that has any; none: they join later by themselves.
    pub(super) packages: Vec<(KeyPackage, LeafIdentity)>,
}

/// What has come of gathering.
pub(super) enum Gathered {
    /// Something was asked for and has not come yet.
    Waiting,
    /// Everything is here; those who can't be added, with the reason.
    Ready { candidates: Vec<Candidate>, refused: Vec<(AccountId, Failure)> },
}

/// Gathers key packages and device logs of these accounts; of one's own, those of the other devices.
pub(super) fn gather(
    step: &mut Step<'_>,
    me: &Me,
    conversation: ConversationId,
    accounts: &[AccountId],
) -> Result<Gathered, StoreError> {
    let mut waiting = false;
    let mut candidates = Vec::new();
    let mut refused = Vec::new();
    for account in accounts.iter().copied() {
        let others = if account == me.account { own_others(step, me)? } else { Vec::new() };
        if account == me.account && others.is_empty() {
            let known = Account::load(step.tx, account)?;
            candidates.push(Candidate { account, root: me.root, version: known.version, packages: Vec::new() });
            continue;
        }
        match step.place(conversation).claims.get(&account).cloned() {
            None => {
                step.place(conversation).claims.insert(account, Claim::Asked);
                let request = Request::ClaimKeys { account, devices: others };
                step.ask(request, Asked::ClaimKeys { conversation, account });
                waiting = true;
            }
            Some(Claim::Asked) => waiting = true,
            Some(Claim::Refused(why)) => refused.push((account, refusal(&why))),
            Some(Claim::Got { packages, version }) => match check(step, me, account, &packages, version)? {
                Some(candidate) => candidates.push(candidate),
                None if is_coming(step, account, version)? => waiting = true,
                None => refused.push((account, Failure::NotFound)),
            },
        }
    }
    Ok(if waiting { Gathered::Waiting } else { Gathered::Ready { candidates, refused } })
}

fn own_others(step: &mut Step<'_>, me: &Me) -> Result<Vec<DeviceId>, StoreError> {
    step.memory.logs.load(step.tx, [me.account])?;
    let log = step.memory.logs.get(me.account);
    Ok(log.map_or_else(Vec::new, |log| {
        log.current_devices().map(|(device, _)| device).filter(|device| *device != me.device).collect()
    }))
}

/// Whether the device log that the packages are checked by was asked for and may still come.
fn is_coming(step: &mut Step<'_>, account: AccountId, version: u32) -> Result<bool, StoreError> {
    let known = Account::load(step.tx, account)?;
    let end = step.memory.session.known_ends.get(&account).copied().unwrap_or(0);
    if known.forked || version.max(1) <= end {
        return Ok(false);
    }
    Account::want(step.tx, account, version.max(1))?;
    Ok(true)
}

/// The usable ones among the packages; none if the device log is not here yet.
fn check(
    step: &mut Step<'_>,
    me: &Me,
    account: AccountId,
    packages: &[beseda_wire::state::KeyPackage],
    version: u32,
) -> Result<Option<Candidate>, StoreError> {
    step.memory.logs.load(step.tx, [account])?;
    let Some(log) = step.memory.logs.get(account) else { return Ok(None) };
    if log.version() < version {
        return Ok(None);
    }
    let head = log.version();
    let usable = packages.iter().filter_map(|package| {
        let verified = key_package::verify(&package.package.0, &step.memory.crypto).ok()?;
        let LeafIdentity { account: claimed, device, root, signature_key } = verified.identity;
        let fits = claimed == account
            && device == package.device
            && device != me.device
            && log.is_root_until(head, root)
            && log.device_at(head, device) == Some(signature_key);
        fits.then_some((verified.key_package, verified.identity))
    });
    let packages = usable.collect();
    Ok(Some(Candidate { account, root: log.root_at(head), version: head, packages }))
}
