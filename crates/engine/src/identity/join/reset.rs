//! A new identity under the old username: phrase and devices are lost, the password is not.

use beseda_model::AccountId;
use beseda_wire::Bytes;
use beseda_wire::http::{ResetIdentity, Session, SignIn, SignInTicket};

use super::finish::{Entered, finish};
use super::http::{post, read, senseless};
use super::sign_up::{begin_log, may_be_orphaned};
use super::state::{Join, Stage, Way};
use super::{Next, Stop, check_free, check_profile};
use crate::Step;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::identity::me::NewDevice;
use crate::identity::phrase::Phrase;
use crate::identity::{phone, rules};

pub(super) fn begin(
    step: &mut Step<'_>,
    server: &str,
    username: &str,
    password: &str,
    device_name: &str,
) -> Result<Join, Stop> {
    check_free(step.tx)?;
    let server = rules::server(server)?;
    let username = rules::username(Some(username))?.ok_or_else(|| Failure::invalid(Field::Username, Reason::Needed))?;
    let device_name = rules::device_name(device_name);
    // An earlier attempt may have reset it already: its phrase is the account's then.
    if let Some(join) = Join::load(step.tx)?.filter(|join| join.server == server)
        && let Way::Reset { username: earlier, posted: true, .. } = &join.way
        && *earlier == username
    {
        let way = Way::Reset { username, password: password.to_owned(), posted: true };
        return Ok(join.again(device_name, way, Stage::SigningIn));
    }
    let (device, phrase) = (NewDevice::make(step), Phrase::generate(step.rng));
    let way = Way::Reset { username, password: password.to_owned(), posted: false };
    Ok(Join::new(server, device_name, device, Some(phrase), way, Stage::SigningIn))
}

/// The same by the phone number, of an account that nobody uses.
pub(super) fn begin_by_phone(step: &mut Step<'_>, device_name: &str) -> Result<Join, Stop> {
    check_free(step.tx)?;
    let (server, phone) = phone::any_verified(step)?.ok_or(Failure::CodeExpired)?;
    let refused = || Failure::NotAllowed { reason: Reason::AccountInUse };
    let account = phone.reset.ok_or_else(refused)?;
    check_profile(step.tx, account)?;
    let device_name = rules::device_name(device_name);
    // An earlier attempt may have reset it already: its phrase is the account's then.
    if let Some(join) = Join::load(step.tx)?.filter(|join| join.server == server)
        && matches!(&join.way, Way::PhoneReset { account: earlier, posted: true, .. } if *earlier == account)
    {
        return Ok(join.again(device_name, Way::PhoneReset { account, phone, posted: true }, Stage::Finding));
    }
    let stage = Stage::Resetting { account, ticket: phone.attempt.clone() };
    let (device, phrase) = (NewDevice::make(step), Phrase::generate(step.rng));
    let way = Way::PhoneReset { account, phone, posted: false };
    // The server has answered about this very number.
    Ok(Join { reached: true, ..Join::new(server, device_name, device, Some(phrase), way, stage) })
}

pub(super) fn ask(step: &mut Step<'_>, join: &mut Join) {
    if let (Way::Reset { posted, .. } | Way::PhoneReset { posted, .. }, Stage::Resetting { .. }) =
        (&mut join.way, &join.stage)
    {
        *posted = true;
    }
    match (&join.stage, &join.phrase) {
        (Stage::Resetting { account, ticket }, Some(phrase)) => {
            let root = phrase.root_key();
            let entry = begin_log(*account, &root, &join.device);
            let body = ResetIdentity { ticket: ticket.clone(), root: Bytes(root.public().to_vec()), entry };
            post(step, join, "identity-resets", &body);
        }
        _ => {
            let Way::Reset { username, password, .. } = &join.way else { return };
            let body = SignIn { username: username.clone(), password: password.clone() };
            post(step, join, "sessions", &body);
        }
    }
}

/// The password is right.
pub(super) fn signed_in(step: &mut Step<'_>, mut join: Join, body: &[u8]) -> Result<Next, Stop> {
    let SignInTicket { account, root, ticket } = read(body)?;
    check_profile(step.tx, account)?;
    let own = join.phrase.as_ref().map(|phrase| phrase.root_key().fingerprint());
    if own == Some(root) {
        // The lost answer was a good one: what is missing is a session.
        join.stage = Stage::Finding;
        return Ok(Next::Ask(join));
    }
    may_be_orphaned(step, &join)?;
    join.stage = Stage::Resetting { account, ticket };
    Ok(Next::Ask(join))
}

/// The identity is a new one.
pub(super) fn done(step: &mut Step<'_>, join: Join, account: AccountId, body: &[u8]) -> Result<Next, Stop> {
    let session: Session = read(body)?;
    let Some(root) = join.phrase.as_ref().map(Phrase::root_key) else {
        return Err(senseless("an answer to nothing").into());
    };
    let entry = begin_log(account, &root, &join.device);
    finish(step, join, &Entered { session, account, first_root: root.public(), log: vec![entry] })
}
