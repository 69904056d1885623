//! Joining: accounts, devices by recovery phrase, passwords, new identities.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use beseda_app::domain::{Actor, TokenHash};
use beseda_app::port::StoreError;
use beseda_app::usecase::account::{self, AccountError};
use beseda_app::usecase::device::DeviceError;
use beseda_app::usecase::phone;
use beseda_model::{Code, Fingerprint};
use beseda_wire::Problem;
use beseda_wire::http::{
    AccountByRoot, AddDevice, Challenge, PhoneOffer, Registration, ResetIdentity, Session, SignIn, SignInTicket, SignUp,
};
use zeroize::Zeroizing;

use super::body::Json;
use super::error::Failure;
use crate::context::Context;
use crate::passwords::{self, PasswordError};
use crate::problem;
use crate::rates::RateClass;
use crate::secrets::new_secret;
use crate::ws::map;

type Shared = State<Arc<Context>>;

/// Something to answer when a device asks for its first session.
pub(super) async fn challenge(State(context): Shared) -> Answer<Challenge> {
    Answer(context.challenges.issue(context.chance()))
}

/// A new account with its first device.
pub(super) async fn sign_up(State(context): Shared, Json(body): Json<SignUp>) -> Result<Answer<Session>, Failure> {
    let limits = &context.config.limits;
    let password = body.password.map(Zeroizing::new);
    if context.config.password_required && (body.username.is_none() || password.is_none()) {
        return Err(problem::bad_request("this server asks for a username and a password").into());
    }
    if let Some(password) = &password {
        passwords::check_new(password, limits)?;
    }
    if body.phone.is_none() && context.config.phone == PhoneOffer::Required {
        return Err(sign_up_refused("a phone number is needed").into());
    }
    let root_key = key(&body.root)?;
    let registration = match context.config.registration {
        Registration::Open => account::Registration::Open,
        Registration::Invite => account::Registration::Invite,
        Registration::Closed => return Err(sign_up_refused("registration is closed").into()),
    };
    let proof = body.proof.as_ref().ok_or_else(|| sign_up_refused("a proof of work is needed"))?;
    let redeemed = context.challenges.redeem(proof, &body.entry.0, context.challenges.bits());
    redeemed.map_err(|error| sign_up_refused(&error.to_string()))?;
    let password_hash = match password {
        Some(password) => Some(context.passwords.hash(password, context.chance()).await.map_err(password_problem)?),
        None => None,
    };
    let (token, token_hash) = new_secret(&context);
    let cmd = account::SignUp {
        registration,
        account: body.account,
        root_key,
        entry: body.entry.0.0,
        username: body.username,
        password_hash,
        invite: body.invite.map(|invite| TokenHash::of(invite.as_bytes())),
        phone: body.phone.map(|attempt| TokenHash::of(attempt.as_bytes())),
        token: token_hash,
        at: context.clock.now(),
    };
    let made = context.write(move |uow| account::sign_up(uow, cmd.clone())).await;
    let actor = made.map_err(|error: AccountError| context.refuse("sign_up", &error))?;
    Ok(session(actor, token))
}

fn sign_up_refused(detail: &str) -> Problem {
    Problem::new(Code::SignUpRefused, detail)
}

fn password_problem(_: PasswordError) -> Problem {
    problem::overloaded()
}

fn key(bytes: &[u8]) -> Result<[u8; 32], Problem> {
    bytes.try_into().map_err(|_| problem::bad_request("a root key has 32 bytes"))
}

fn session(actor: Actor, token: String) -> Answer<Session> {
    Answer(Session { account: actor.account, device: actor.device, token })
}

/// The account of a recovery phrase.
pub(super) async fn account_by_root(
    State(context): Shared,
    Path(fingerprint): Path<String>,
) -> Result<Answer<AccountByRoot>, Failure> {
    let root: Fingerprint =
        fingerprint.parse().map_err(|_| problem::bad_request("a fingerprint has 64 hexadecimal digits"))?;
    let found = context.read(move |view| account::account_by_root(view, root)).await;
    let found = found.map_err(|error: AccountError| context.refuse("account_by_root", &error))?;
    Ok(Answer(AccountByRoot {
        account: found.account,
        root: found.root,
        first_root: found.first_root_key.to_vec().into(),
        device_log: map::device_log(found.log),
    }))
}

/// A new device by recovery phrase.
pub(super) async fn add_device(
    State(context): Shared,
    Json(body): Json<AddDevice>,
) -> Result<Answer<Session>, Failure> {
    let redeemed = context.challenges.redeem(&body.proof, &body.entry.0, 0);
    redeemed.map_err(|error| Problem::new(Code::Unauthorized, error.to_string()))?;
    let (token, token_hash) = new_secret(&context);
    let cmd =
        account::AddDevice { account: body.account, entry: body.entry.0.0, token: token_hash, at: context.clock.now() };
    let added = context.write(move |uow| account::add_device(uow, cmd.clone())).await;
    let actor = added.map_err(|error: DeviceError| context.refuse("add_device", &error))?;
    Ok(session(actor, token))
}

/// A password for a ticket. Unknown names take as long as wrong passwords, and get the same answer.
pub(super) async fn sign_in(State(context): Shared, Json(body): Json<SignIn>) -> Result<Answer<SignInTicket>, Failure> {
    let password = Zeroizing::new(body.password);
    if password.len() as u64 > context.config.limits.password_bytes {
        return Err(problem::over_limit("password_bytes", context.config.limits.password_bytes).into());
    }
    let subject = context.rates.name(body.username.as_str());
    context.rates.take(RateClass::SignIns, subject).map_err(Problem::from)?;
    let username = body.username;
    let found = context.read(move |view| account::credentials(view, &username)).await;
    let found = found.map_err(|error: AccountError| context.refuse("sign_in", &error))?;
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let fits = context.passwords.verify(password, hash).await.map_err(password_problem)?;
    let found = match found {
        Some(found) if fits => found,
        _ => return Err(Problem::new(Code::WrongCredentials, "the name or the password is wrong").into()),
    };
    let (ticket, hash) = new_secret(&context);
    let cmd = account::IssueTicket { account: found.account, ticket: hash, at: context.clock.now() };
    let issued = context.write(move |uow| account::issue_ticket(uow, cmd.clone())).await;
    issued.map_err(|error: AccountError| context.refuse("sign_in", &error))?;
    Ok(Answer(SignInTicket { account: found.account, root: found.root, ticket }))
}

/// A new identity in the place of one that was lost.
pub(super) async fn reset_identity(
    State(context): Shared,
    Json(body): Json<ResetIdentity>,
) -> Result<Answer<Session>, Failure> {
    let root_key = key(&body.root)?;
    let (ticket, now) = (TokenHash::of(body.ticket.as_bytes()), context.clock.now());
    let holder = context.read(move |view| phone::verified_holder(view, &ticket, now)).await;
    let holder = holder.map_err(|error: StoreError| context.refuse("reset_identity", &error))?;
    if holder.is_some_and(|holder| context.hub.is_online(holder)) {
        return Err(
            Problem::new(Code::Unauthorized, "the account is in use: its number alone does not reset it").into()
        );
    }
    let (token, token_hash) = new_secret(&context);
    let cmd = account::ResetIdentity { ticket, root_key, entry: body.entry.0.0, token: token_hash, at: now };
    let reset = context.write(move |uow| account::reset_identity(uow, cmd.clone())).await;
    let actor = reset.map_err(|error: AccountError| context.refuse("reset_identity", &error))?;
    Ok(session(actor, token))
}
