//! A new account.

use beseda_crypto::root::RootKey;
use beseda_crypto::{possession, pow};
use beseda_model::device_log::{DeviceLog, DeviceLogOp};
use beseda_model::{AccountId, Code};
use beseda_wire::http::{Challenge, PhoneOffer, Proof, Registration, ServerInfo, Session, SignUp};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Problem};

use super::finish::{Entered, finish};
use super::http::{post, read, senseless};
use super::state::{Join, Stage, Way};
use super::{Next, Stop};
use crate::Step;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::identity::me::NewDevice;
use crate::identity::phrase::Phrase;
use crate::identity::{devices, link, phone, rules};
use crate::store::me::Me;

/// Hashes in one slice of work: some hundredths of a second in a browser, so that it stays alive.
const SLICE: u64 = 1 << 16;

/// What the person gave besides the server.
pub(super) struct Given<'a> {
    pub(super) username: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    pub(super) invite: &'a Option<String>,
    /// Whether the number that was verified comes along.
    pub(super) phone: bool,
}

pub(super) fn begin(step: &mut Step<'_>, server: &str, given: &Given<'_>, device_name: &str) -> Result<Join, Stop> {
    if Me::find(step.tx)?.is_some() {
        return Err(Failure::AlreadySignedIn.into());
    }
    let server = rules::server(server)?;
    let username = rules::username(given.username)?;
    if let Some(password) = given.password {
        rules::password(password)?;
        if username.is_none() {
            return Err(Failure::invalid(Field::Password, Reason::NeedsUsername).into());
        }
    }
    let invite = given.invite.as_deref().map(|invite| invite.trim().to_owned());
    let password = given.password.map(str::to_owned);
    let phone = if given.phone { Some(phone::verified(step, &server)?.ok_or(Failure::CodeExpired)?) } else { None };
    let device_name = rules::device_name(device_name);
    // An earlier attempt may have made the account; then this is the same attempt, not another account.
    if let Some(join) = Join::load(step.tx)?.filter(|join| join.server == server)
        && let Way::SignUp { account, username: earlier, posted: true, .. } = &join.way
        && *earlier == username
    {
        let account = *account;
        let way = Way::SignUp { account, username, password, invite, phone, posted: true, taken: false };
        return Ok(join.again(device_name, way, Stage::Finding));
    }
    let account = AccountId::new(step.now, step.rng);
    let (device, fresh) = (NewDevice::make(step), Phrase::generate(step.rng));
    let way = Way::SignUp { account, username, password, invite, phone, posted: false, taken: false };
    Ok(Join::new(server, device_name, device, Some(fresh), way, Stage::Server))
}

/// How accounts are made there is known.
pub(super) fn server(mut join: Join, body: &[u8]) -> Result<Next, Stop> {
    let info: ServerInfo = read(body)?;
    let Way::SignUp { password, invite, phone, .. } = &join.way else {
        return Err(senseless("an answer to nothing").into());
    };
    if info.password_required && password.is_none() {
        return Err(Failure::invalid(Field::Password, Reason::NeedsBoth).into());
    }
    if info.phone == PhoneOffer::Required && phone.is_none() {
        return Err(Problem::new(Code::SignUpRefused, "this server asks for a phone number").into());
    }
    join.stage = match (info.registration, invite) {
        (Registration::Open, _) | (Registration::Invite, Some(_)) => Stage::Challenge,
        (Registration::Invite, None) => {
            return Err(Problem::new(Code::SignUpRefused, "this server asks for an invitation").into());
        }
        (Registration::Closed, _) => {
            return Err(Problem::new(Code::SignUpRefused, "this server takes no new accounts").into());
        }
    };
    Ok(Next::Ask(join))
}

/// The challenge has come.
pub(super) fn challenge(step: &mut Step<'_>, mut join: Join, body: &[u8]) -> Result<Next, Stop> {
    let Challenge { challenge, bits, .. } = read(body)?;
    if pow::Challenge::from_bytes(&challenge).is_none() {
        return Err(senseless("the server's challenge can't be read").into());
    }
    join.stage = Stage::Solving { challenge, bits, next: 0 };
    join.at = Some(step.now);
    Ok(Next::Wait(join))
}

/// Works at the proof for one slice.
pub(super) fn solve(step: &mut Step<'_>, mut join: Join) -> Result<Next, Stop> {
    let Stage::Solving { challenge, bits, next } = &mut join.stage else { return Ok(Next::Ask(join)) };
    let task =
        pow::Challenge::from_bytes(challenge).ok_or_else(|| senseless("the server's challenge can't be read"))?;
    let end = next.saturating_add(SLICE);
    match pow::solve_in(&task, u32::from(*bits), *next..end) {
        Some(nonce) => {
            let challenge = std::mem::take(challenge);
            let Some((_, entry)) = first_entry(&join) else { return Err(senseless("an answer to nothing").into()) };
            join.stage = Stage::Creating { proof: prove(&join.device, challenge, nonce, &entry)? };
            Ok(Next::Ask(join))
        }
        None => {
            *next = end;
            join.at = Some(step.now);
            Ok(Next::Wait(join))
        }
    }
}

/// The answer to a challenge, by the key of the device that `entry` adds.
pub(super) fn prove(
    device: &NewDevice,
    challenge: Bytes,
    nonce: u64,
    entry: &DeviceLogEntry,
) -> Result<Proof, Problem> {
    let task =
        pow::Challenge::from_bytes(&challenge).ok_or_else(|| senseless("the server's challenge can't be read"))?;
    let signature = possession::sign(&device.key(), &task, &entry.0);
    Ok(Proof { challenge, nonce, signature: signature.as_slice().into() })
}

/// Asks for the account. From here on it may exist.
pub(super) fn ask(step: &mut Step<'_>, join: &mut Join) {
    let entry = first_entry(join);
    let (
        Stage::Creating { proof },
        Way::SignUp { account, username, password, invite, phone, posted, .. },
        Some((root, entry)),
    ) = (&join.stage, &mut join.way, entry)
    else {
        return;
    };
    *posted = true;
    let body = SignUp {
        account: *account,
        root: Bytes(root.public().to_vec()),
        entry,
        username: username.clone(),
        password: password.clone(),
        proof: Some(proof.clone()),
        invite: invite.clone(),
        phone: phone.as_ref().map(|phone| phone.attempt.clone()),
    };
    post(step, join, "accounts", &body);
}

/// The account is there.
pub(super) fn created(step: &mut Step<'_>, join: Join, body: &[u8]) -> Result<Next, Stop> {
    let session: Session = read(body)?;
    let Some((root, entry)) = first_entry(&join) else { return Err(senseless("an answer to nothing").into()) };
    let Way::SignUp { account, .. } = join.way else { return Err(senseless("an answer to nothing").into()) };
    finish(step, join, &Entered { session, account, first_root: root.public(), log: vec![entry] })
}

/// A username is taken, unless it is by this very account.
pub(super) fn taken(mut join: Join) -> Next {
    if let Way::SignUp { taken, .. } = &mut join.way {
        *taken = true;
    }
    join.stage = Stage::Finding;
    Next::Ask(join)
}

/// The first entry of the log of an account that begins here, and the root key that signs it. The same each time: it
/// follows from what was made at the beginning.
fn first_entry(join: &Join) -> Option<(RootKey, DeviceLogEntry)> {
    let Way::SignUp { account, .. } = &join.way else { return None };
    let root = join.phrase.as_ref()?.root_key();
    let entry = begin_log(*account, &root, &join.device);
    Some((root, entry))
}

/// The first entry of a log: adds `device`, signed by root.
pub(super) fn begin_log(account: AccountId, root: &RootKey, device: &NewDevice) -> DeviceLogEntry {
    let op = DeviceLogOp::Add { device: device.device, signature_key: device.key().public() };
    link::sign_by_root(&DeviceLog::new(account, root.public()), op, root)
}

/// Notes a device that may be in the log without anybody's knowing its session.
pub(super) fn may_be_orphaned(step: &mut Step<'_>, join: &Join) -> Result<(), Stop> {
    Ok(devices::may_be_orphaned(step.tx, join.device.device)?)
}
