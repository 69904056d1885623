//! Joining a server: with a new account, as a new device of an account, or with a new identity in an account's place.
//!
//! Each way is a row of stages; a stage is one HTTP request, or a slice of work. What was made here (ids, keys, the
//! phrase) is stored before it is sent, and a request whose answer was lost is never simply repeated: first the server is
//! asked what became of it.

mod finish;
pub(super) mod http;
mod link;
mod recover;
mod reset;
mod sign_up;
mod state;
#[cfg(test)]
mod tests;

use beseda_model::{Code, Timestamp};
use beseda_wire::Problem;
use rusqlite::Connection;

use self::http::Answer;
use self::state::{Join, Stage, Way};
use super::ask::{done, refusal};
use super::me;
use crate::Step;
use crate::api::command::Command;
use crate::api::event::HttpResponse;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::StoreError;
use crate::store::me::Me;

/// How often in a row a server may be out of reach before a person is told.
const TRIES: u8 = 3;

/// The pause before the first repetition, in milliseconds; each further one is twice as long.
const PAUSE: u64 = 1_000;

/// Why a way in came to its end.
enum Stop {
    Store(StoreError),
    /// What may have happened on the server before is not settled by this.
    Failed(Failure),
    /// Nothing has happened on the server.
    Settled(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(refusal(problem))
    }
}

/// What comes next.
enum Next {
    /// The stage's request.
    Ask(Join),
    /// Nothing before the moment in `at`.
    Wait(Join),
    /// The session is there.
    Finished,
}

pub(super) fn on_command(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let begun = match command {
        Command::SignUp { server, username, password, invite, phone, device_name } => {
            let (username, password) = (username.as_deref(), password.as_deref());
            let given = sign_up::Given { username, password, invite, phone: *phone };
            sign_up::begin(step, server, &given, device_name)
        }
        Command::Recover { server, phrase, device_name } => recover::begin(step, server, phrase, device_name),
        Command::StartLink { server, device_name } => link::begin(step, server, device_name),
        Command::ResetIdentity { server, username, password, device_name } => {
            reset::begin(step, server, username, password, device_name)
        }
        Command::ResetByPhone { device_name } => reset::begin_by_phone(step, device_name),
        _ => return Ok(false),
    };
    if let Some(Join { command: Some(other), .. }) = Join::load(step.tx)?.filter(|_| begun.is_ok()) {
        let reason = Reason::OtherWay;
        done(step, other, Err(Failure::NotReady { reason }));
    }
    let begun = begun.map(|mut join| {
        join.command = Some(id);
        Next::Ask(join)
    });
    settle(step, Some(id), begun, false)?;
    Ok(true)
}

pub(super) fn on_http(step: &mut Step<'_>, id: u64, response: Option<&HttpResponse>) -> Result<(), StoreError> {
    let Some(mut join) = Join::load(step.tx)?.filter(|join| join.http == Some(id)) else { return Ok(()) };
    join.http = None;
    let (command, open) = (join.command, join.may_have_happened());
    let next = advance(step, join, Answer::of(response));
    settle(step, command, next, open)
}

/// When [`on_tick`] has something to do.
pub(super) fn next_wake(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    Ok(Join::load(conn)?.and_then(|join| join.at))
}

/// What was to be repeated after `latest` is repeated now.
pub(super) fn relax(step: &Step<'_>, latest: Timestamp) -> Result<(), StoreError> {
    match Join::load(step.tx)? {
        Some(join) if join.at.is_some_and(|at| at > latest) => Join { at: Some(step.now), ..join }.save(step.tx),
        _ => Ok(()),
    }
}

pub(super) fn on_tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    let Some(mut join) = Join::load(step.tx)?.filter(|join| join.at.is_some_and(|at| at <= step.now)) else {
        return Ok(());
    };
    join.at = None;
    let (command, open) = (join.command, join.may_have_happened());
    let next =
        if matches!(join.stage, Stage::Solving { .. }) { sign_up::solve(step, join) } else { Ok(Next::Ask(join)) };
    settle(step, command, next, open)
}

/// The engine was opened: nobody waits for the end any more. What may have happened on the server is kept for the next
/// attempt, everything else is forgotten.
pub(super) fn on_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    match Join::load(step.tx)? {
        Some(join) if join.may_have_happened() => shelve(step, join),
        Some(_) => Join::forget(step.tx),
        None => Ok(()),
    }
}

fn settle(
    step: &mut Step<'_>,
    command: Option<u64>,
    next: Result<Next, Stop>,
    may_have_happened: bool,
) -> Result<(), StoreError> {
    match next {
        Ok(Next::Ask(mut join)) => {
            ask(step, &mut join);
            join.save(step.tx)
        }
        Ok(Next::Wait(join)) => join.save(step.tx),
        Ok(Next::Finished) => Join::forget(step.tx),
        Err(Stop::Store(error)) => Err(error),
        Err(Stop::Failed(failure)) => end(step, command, failure, may_have_happened),
        Err(Stop::Settled(failure)) => end(step, command, failure, false),
    }
}

fn end(step: &mut Step<'_>, command: Option<u64>, failure: Failure, keep: bool) -> Result<(), StoreError> {
    // A command that could not even begin leaves an earlier one's state alone.
    match Join::load(step.tx)?.filter(|join| join.command == command) {
        Some(join) if keep => shelve(step, join)?,
        Some(_) => Join::forget(step.tx)?,
        None => {}
    }
    if let Some(id) = command {
        done(step, id, Err(failure));
    }
    Ok(())
}

/// Keeps what may exist on the server, without what a person will type again.
fn shelve(step: &mut Step<'_>, mut join: Join) -> Result<(), StoreError> {
    join.command = None;
    join.http = None;
    join.at = None;
    match &mut join.way {
        Way::SignUp { password, .. } => *password = None,
        Way::Reset { password, .. } => password.clear(),
        Way::Recover | Way::Link { .. } | Way::PhoneReset { .. } => {}
    }
    join.save(step.tx)
}

/// Makes the stage's request.
fn ask(step: &mut Step<'_>, join: &mut Join) {
    match &join.stage {
        Stage::Server => http::get(step, join, "server"),
        Stage::Challenge => http::post_nothing(step, join, "challenges"),
        Stage::Solving { .. } => join.at = Some(step.now),
        Stage::Creating { .. } => sign_up::ask(step, join),
        Stage::Finding => recover::ask_account(step, join),
        Stage::Adding(_) => recover::ask_device(step, join),
        Stage::Starting | Stage::Following(_) => link::ask(step, join),
        Stage::SigningIn | Stage::Resetting { .. } => reset::ask(step, join),
    }
}

fn advance(step: &mut Step<'_>, mut join: Join, answer: Answer) -> Result<Next, Stop> {
    let body = match answer {
        Answer::Done(body) => body,
        Answer::Refused(problem) => {
            join.reached = true;
            return refused(step, join, problem);
        }
        Answer::Lost => return again(step, join, None),
    };
    join.reached = true;
    join.failures = 0;
    match std::mem::replace(&mut join.stage, Stage::Server) {
        Stage::Server => sign_up::server(join, &body),
        Stage::Challenge => sign_up::challenge(step, join, &body),
        Stage::Creating { .. } => sign_up::created(step, join, &body),
        Stage::Finding => recover::found(step, join, &body),
        Stage::Adding(adding) => recover::added(step, join, adding, &body),
        Stage::Starting => link::started(step, join, &body),
        Stage::Following(following) => link::polled(step, join, following, &body),
        Stage::SigningIn => reset::signed_in(step, join, &body),
        Stage::Resetting { account, .. } => reset::done(step, join, account, &body),
        Stage::Solving { .. } => Err(http::senseless("an answer to nothing").into()),
    }
}

fn refused(step: &mut Step<'_>, mut join: Join, problem: Problem) -> Result<Next, Stop> {
    match (&mut join.stage, problem.code) {
        (_, Code::Overloaded | Code::Internal) | (Stage::Following(_), Code::RateLimited) => {
            again(step, join, problem.retry_after_ms)
        }
        (Stage::Creating { .. }, Code::Taken) => Ok(sign_up::taken(join)),
        (Stage::Creating { .. }, Code::SignUpRefused) if join.rounds == 0 => {
            // The challenge may have become too old, or the server was started again.
            join.rounds = 1;
            join.stage = Stage::Challenge;
            Ok(Next::Ask(join))
        }
        (Stage::Resetting { .. }, Code::Unauthorized) if matches!(join.way, Way::PhoneReset { .. }) => {
            Err(Stop::Settled(Failure::CodeExpired))
        }
        (Stage::Finding, Code::NotFound) => recover::not_found(join, problem),
        (Stage::Adding(_), Code::InvalidDeviceLog | Code::Unauthorized)
        | (Stage::Resetting { .. }, Code::Unauthorized) => again(step, join, None),
        (Stage::Creating { .. } | Stage::Resetting { .. }, _) => Err(Stop::Settled(refusal(problem))),
        _ => Err(problem.into()),
    }
}

/// The same once more after a pause, or what finds out how far the last attempt came.
fn again(step: &mut Step<'_>, mut join: Join, retry_after: Option<u64>) -> Result<Next, Stop> {
    join.stage = match join.stage {
        Stage::Creating { .. } | Stage::Adding(_) => {
            join.rounds = join.rounds.saturating_add(1);
            Stage::Finding
        }
        Stage::Resetting { .. } => {
            join.rounds = join.rounds.saturating_add(1);
            // The phrase tells what a password would be asked for.
            if matches!(join.way, Way::PhoneReset { .. }) { Stage::Finding } else { Stage::SigningIn }
        }
        other => other,
    };
    let given_up = match &join.stage {
        Stage::Following(following) if following.until <= step.now => return Err(link::expired().into()),
        Stage::Following(_) => false,
        _ => join.failures >= TRIES || join.rounds > TRIES || !join.reached,
    };
    if given_up {
        return Err(Failure::Unreachable.into());
    }
    let doubled = PAUSE.saturating_mul(1 << u32::from(join.failures.min(TRIES)));
    join.failures = join.failures.saturating_add(1);
    join.at = Some(step.now.plus_millis(retry_after.unwrap_or(doubled)));
    Ok(Next::Wait(join))
}

/// Whether this profile may be taken by `account`: it is nobody's, or it was this account's before.
fn check_profile(conn: &Connection, account: beseda_model::AccountId) -> Result<(), Stop> {
    match Me::find(conn)? {
        Some(me) if me.account != account => Err(Failure::invalid(Field::Account, Reason::OtherAccount).into()),
        _ => Ok(()),
    }
}

/// Whether nobody is signed in.
fn check_free(conn: &Connection) -> Result<(), Stop> {
    let in_use = Me::find(conn)?.is_some_and(|me| !me.signed_out) || me::is_leaving(conn)?;
    if in_use { Err(Failure::AlreadySignedIn.into()) } else { Ok(()) }
}
