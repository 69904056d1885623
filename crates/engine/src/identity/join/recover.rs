//! A new device by the recovery phrase. A sign-up or a reset whose answer was lost goes on here, too: its phrase is known.

use beseda_crypto::signature::Ed25519;
use beseda_model::Code;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as Entry, DeviceLogOp, DeviceStanding};
use beseda_wire::Problem;
use beseda_wire::http::{AccountByRoot, AddDevice, Challenge, Session};
use beseda_wire::state::DeviceLogEntry;

use super::finish::{Entered, finish};
use super::http::{get, post, post_nothing, read, senseless};
use super::sign_up::{may_be_orphaned, prove};
use super::state::{Adding, Join, Stage, Way};
use super::{Next, Stop, check_free, check_profile};
use crate::Step;
use crate::api::failure::Failure;
use crate::api::reason::Field;
use crate::identity::ask::refusal;
use crate::identity::link::sign_by_root;
use crate::identity::me::NewDevice;
use crate::identity::phrase::Phrase;
use crate::identity::rules;

pub(super) fn begin(step: &mut Step<'_>, server: &str, phrase: &str, device_name: &str) -> Result<Join, Stop> {
    check_free(step.tx)?;
    let server = rules::server(server)?;
    let phrase = Phrase::parse(phrase).map_err(|error| Failure::invalid(Field::Phrase, error))?;
    let device = NewDevice::make(step);
    Ok(Join::new(server, rules::device_name(device_name), device, Some(phrase), Way::Recover, Stage::Finding))
}

/// Asks for the account of the phrase.
pub(super) fn ask_account(step: &mut Step<'_>, join: &mut Join) {
    if let Some(phrase) = &join.phrase {
        let path = format!("accounts/by-root/{}", phrase.root_key().fingerprint());
        get(step, join, &path);
    }
}

/// There is no account of this phrase.
pub(super) fn not_found(mut join: Join, problem: Problem) -> Result<Next, Stop> {
    match &mut join.way {
        Way::SignUp { taken: true, .. } => {
            Err(Stop::Settled(refusal(Problem::new(Code::Taken, "the username is taken"))))
        }
        Way::SignUp { posted, .. } => {
            *posted = false;
            join.stage = Stage::Server;
            Ok(Next::Ask(join))
        }
        Way::Reset { posted, .. } => {
            *posted = false;
            join.stage = Stage::SigningIn;
            Ok(Next::Ask(join))
        }
        Way::PhoneReset { account, phone, posted } => {
            *posted = false;
            join.stage = Stage::Resetting { account: *account, ticket: phone.attempt.clone() };
            Ok(Next::Ask(join))
        }
        Way::Recover | Way::Link { .. } => Err(problem.into()),
    }
}

/// The account is there: adds this device.
pub(super) fn found(step: &mut Step<'_>, mut join: Join, body: &[u8]) -> Result<Next, Stop> {
    let found: AccountByRoot = read(body)?;
    let Some(phrase) = &join.phrase else { return Err(senseless("an answer to nothing").into()) };
    let root = phrase.root_key();
    if let Way::SignUp { account, .. } | Way::PhoneReset { account, .. } = join.way
        && account != found.account
    {
        return Err(senseless("the server names another account for this phrase").into());
    }
    check_profile(step.tx, found.account)?;
    let first_root = found.first_root.0.as_slice().try_into().map_err(|_| senseless("a root key has 32 bytes"))?;
    let log = verified(found.account, first_root, &found.device_log)?;
    if log.root_at(log.version()) != root.fingerprint() {
        return Err(senseless("the server's device log is not one of this phrase").into());
    }
    if log.standing(log.version(), join.device.device) != Some(DeviceStanding::Absent) {
        // An earlier attempt added it, and its session was lost with the answer.
        may_be_orphaned(step, &join)?;
        join.device = NewDevice::make(step);
    }
    may_be_orphaned(step, &join)?;
    let op = DeviceLogOp::Add { device: join.device.device, signature_key: join.device.key().public() };
    let entry = sign_by_root(&log, op, &root);
    let adding = Adding { account: found.account, first_root, log: found.device_log, entry, proof: None };
    join.stage = Stage::Adding(adding);
    Ok(Next::Ask(join))
}

/// Asks for a challenge, and with its answer for the device.
pub(super) fn ask_device(step: &mut Step<'_>, join: &mut Join) {
    let Stage::Adding(Adding { account, entry, proof, .. }) = &join.stage else { return };
    match proof {
        None => post_nothing(step, join, "challenges"),
        Some(proof) => {
            let body = AddDevice { account: *account, entry: entry.clone(), proof: proof.clone() };
            post(step, join, "devices", &body);
        }
    }
}

/// The challenge has come, or the device is in the log.
pub(super) fn added(step: &mut Step<'_>, mut join: Join, adding: Adding, body: &[u8]) -> Result<Next, Stop> {
    if adding.proof.is_none() {
        let Challenge { challenge, .. } = read(body)?;
        let proof = Some(prove(&join.device, challenge, 0, &adding.entry)?);
        join.stage = Stage::Adding(Adding { proof, ..adding });
        return Ok(Next::Ask(join));
    }
    let session: Session = read(body)?;
    let Adding { account, first_root, mut log, entry, .. } = adding;
    log.push(entry);
    finish(step, join, &Entered { session, account, first_root, log })
}

/// A device log as the server tells it.
pub(super) fn verified(
    account: beseda_model::AccountId,
    first_root: [u8; 32],
    entries: &[DeviceLogEntry],
) -> Result<DeviceLog, Problem> {
    let wrong = || senseless("the server's device log does not verify");
    let entries: Vec<Entry> =
        entries.iter().map(|entry| Entry::decode(&entry.0)).collect::<Result<_, _>>().map_err(|_| wrong())?;
    DeviceLog::verify(account, first_root, entries, &Ed25519).map_err(|_| wrong())
}
