//! Who one is: the recovery phrase, joining a server, this account's devices, everybody's device logs, key packages.
//!
//! Everything here is a function over a [`Step`]. What must survive is in the database; what a connection is asked to
//! carry is returned as [`Asks`], and each ask ends with exactly one of [`on_reply`] and [`on_lost`]. Asks that are not
//! made by a person are derived again at [`on_hello`], so a lost one does no harm. [`Effect::Done`](crate::Effect::Done)
//! for a person's command is added to the step here, at once or when the answer has come.

mod account;
mod ask;
mod deletion;
mod device_logs;
mod devices;
mod history;
mod join;
mod keys;
pub mod link;
mod me;
mod pages;
mod phone;
pub mod phrase;
mod rejoin;
mod rotation;
mod rules;
mod safety;

pub use ask::{Ask, Asks, Purpose};
pub(crate) use deletion::due as deletion_due;
pub use device_logs::{DeviceLogProblem, Learned, learn, want};
pub use devices::devices;
pub use history::key_history;
pub(crate) use history::marked as key_marked;
pub use me::{is_leaving, is_signed_in};
pub(crate) use pages::Look;
pub use phone::shown as phone;
pub use safety::{groups, safety_number};

use beseda_model::Timestamp;
use beseda_wire::http::AskGifs;
use beseda_wire::state::Change;
use beseda_wire::{Problem, Push, Reply};
use rusqlite::Connection;

use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::HttpResponse;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::StoreError;

/// Whether a device may go on after its hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Current,
    /// Its person has signed out; the server is being told.
    Leaving,
    /// Another copy of this profile went on elsewhere: this one was signed out and must close the connection.
    Retired,
}

/// The engine was opened: whoever waited for something has gone.
///
/// # Errors
/// When the database fails.
pub fn on_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    join::on_open(step)?;
    phone::on_open(step)?;
    devices::on_open(step)?;
    rotation::on_open(step)?;
    deletion::on_open(step)?;
    account::on_open(step)
}

/// Takes a command about identity; none if it is not one.
///
/// # Errors
/// When the database fails.
pub fn on_command(step: &mut Step<'_>, id: u64, command: &Command) -> Result<Option<Asks>, StoreError> {
    if join::on_command(step, id, command)? {
        return Ok(Some(Asks::new()));
    }
    if let Some(asks) = phone::on_command(step, id, command)? {
        return Ok(Some(asks));
    }
    if let Some(asks) = account::on_command(step, id, command)? {
        return Ok(Some(asks));
    }
    Ok(Some(match command {
        Command::LookAtPage { url } => signed_in(step, id, |step| pages::page(step, id, url))?,
        Command::FindGifs { query, language, after } => {
            let asked = AskGifs { query: query.clone(), language: language.clone(), after: after.clone() };
            signed_in(step, id, |step| pages::gifs(step, id, &asked))?
        }
        Command::LookAtGif { picture } => signed_in(step, id, |step| pages::gif(step, id, picture))?,
        Command::LookAtMap { tile } => signed_in(step, id, |step| pages::tile(step, id, *tile))?,
        Command::OpenLink { code } => signed_in(step, id, |step| link::open(step, id, code))?,
        Command::ApproveLink { code } => signed_in(step, id, |step| link::approve(step, id, code))?,
        Command::RefuseLink { code } => signed_in(step, id, |step| link::refuse(step, id, code))?,
        Command::RemoveDevice { device } => signed_in(step, id, |step| devices::remove(step, id, *device))?,
        Command::NewPhrase { phrase } => signed_in(step, id, |step| rotation::begin(step, id, phrase))?,
        Command::DeleteAccount { confirm } => signed_in(step, id, |step| deletion::begin(step, id, confirm))?,
        Command::SignOut => signed_in(step, id, |step| devices::sign_out(step, id))?,
        Command::ConfirmPhrase { words } => {
            let result = confirm(step, words)?;
            ask::done(step, id, result);
            Asks::new()
        }
        _ => return Ok(None),
    }))
}

fn signed_in(
    step: &mut Step<'_>,
    id: u64,
    act: impl FnOnce(&mut Step<'_>) -> Result<Asks, StoreError>,
) -> Result<Asks, StoreError> {
    if is_signed_in(step.tx)? {
        return act(step);
    }
    ask::done(step, id, Err(Failure::NotSignedIn));
    Ok(Asks::new())
}

fn confirm(step: &mut Step<'_>, words: &[(u8, String)]) -> Result<Result<Outcome, Failure>, StoreError> {
    let Some(phrase) = phrase::kept(step.tx)? else { return Ok(Err(Failure::NotFound)) };
    let wrong = words.iter().find(|(position, word)| !phrase.is_word(*position, word));
    Ok(match wrong {
        Some((position, _)) => Err(Failure::invalid(Field::Words, Reason::WrongWord { position: (*position).into() })),
        None => {
            phrase::forget(step.tx)?;
            step.notice(crate::Notice::Me);
            Ok(Outcome::Done)
        }
    })
}

/// Takes the answer to an [`Effect::Http`](crate::Effect::Http); all of them are asked for here.
///
/// # Errors
/// When the database fails.
pub fn on_http(step: &mut Step<'_>, id: u64, response: Option<&HttpResponse>) -> Result<Asks, StoreError> {
    join::on_http(step, id, response)?;
    phone::on_http(step, id, response)?;
    pages::on_http(step, id, response);
    Ok(Asks::new())
}

/// When [`on_tick`] has something to do next; the present moment or an earlier one means at once.
///
/// # Errors
/// When the database fails.
pub fn next_wake(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let moments = [join::next_wake(conn)?, phone::next_wake(conn)?, keys::next_wake(conn)?, deletion::next_wake(conn)?];
    Ok(moments.into_iter().flatten().min())
}

/// How many things of the account itself wait to be told to the server: the first key packages, without which others can't
/// add this device.
pub(crate) fn pending(conn: &Connection) -> Result<u64, StoreError> {
    Ok(u64::from(keys::are_missing(conn)?))
}

/// Nothing here waits for a moment after `latest`: a wrong clock has chosen it.
pub(crate) fn relax(step: &mut Step<'_>, latest: Timestamp) -> Result<(), StoreError> {
    join::relax(step, latest)?;
    phone::relax(step, latest)?;
    keys::relax(step, latest)
}

/// Does what is due by now: repeats requests, works at a proof for one slice, renews key packages. `online` says whether
/// asks can be carried.
///
/// # Errors
/// When the database fails.
pub fn on_tick(step: &mut Step<'_>, online: bool) -> Result<Asks, StoreError> {
    join::on_tick(step)?;
    phone::on_tick(step)?;
    deletion::on_tick(step)?;
    keys::on_tick(step, online)
}

/// The server has taken this device's hello. `accepted` is the highest send number that it has from this device, `own`
/// the highest that this profile has given out.
///
/// # Errors
/// When the database fails.
pub fn on_hello(step: &mut Step<'_>, accepted: u64, own: u64) -> Result<(Standing, Asks), StoreError> {
    if accepted > own {
        rejoin::retire(step)?;
        return Ok((Standing::Retired, Asks::new()));
    }
    let mut asks = devices::due(step)?;
    if is_leaving(step.tx)? {
        return Ok((Standing::Leaving, asks));
    }
    asks.extend(keys::check(step)?);
    asks.extend(rotation::due(step)?);
    asks.extend(device_logs::fetch_due(step)?);
    asks.extend(account::due(step)?);
    Ok((Standing::Current, asks))
}

/// The answer to an ask.
///
/// # Errors
/// When the database fails.
pub fn on_reply(step: &mut Step<'_>, purpose: Purpose, answer: Result<Reply, Problem>) -> Result<Asks, StoreError> {
    match purpose {
        Purpose::Command { id } => account::answered(step, id, answer)?,
        Purpose::Presence { id } => account::presence(step, id, answer)?,
        Purpose::Phone { id, number } => phone::answered(step, id, number.as_deref(), answer)?,
        Purpose::DeviceLog { account, from } => return device_logs::fetched(step, account, from, answer),
        Purpose::OpenLink { id, code } => link::opened(step, id, &code, answer)?,
        Purpose::EndLink { id, code } => return link::ended(step, id, &code, answer),
        Purpose::RemoveDevice { device } => return devices::removed(step, device, answer),
        Purpose::RotateRoot { id } => return rotation::answered(step, id, answer),
        Purpose::Deletion => deletion::answered(step, answer)?,
        Purpose::RestoreLog { version } => return device_logs::restored(step, version, &answer),
        Purpose::CountKeys => return keys::counted(step, answer),
        Purpose::PublishKeys { references, has_last_resort } => {
            keys::published(step, &references, has_last_resort, &answer)?;
        }
    }
    Ok(Asks::new())
}

/// The connection ended before the answer to an ask came, or there was none to carry it.
///
/// # Errors
/// When the database fails.
pub fn on_lost(step: &mut Step<'_>, purpose: Purpose) -> Result<(), StoreError> {
    match purpose {
        Purpose::Command { id }
        | Purpose::Phone { id, .. }
        | Purpose::Presence { id: Some(id) }
        | Purpose::OpenLink { id, .. }
        | Purpose::EndLink { id, .. } => ask::done(step, id, Err(Failure::Unreachable)),
        Purpose::RemoveDevice { device } => devices::removal_lost(step, device)?,
        Purpose::RotateRoot { id } => rotation::lost(step, id)?,
        Purpose::Presence { id: None }
        | Purpose::DeviceLog { .. }
        | Purpose::RestoreLog { .. }
        | Purpose::CountKeys
        | Purpose::PublishKeys { .. } => {}
        // It is asked for again on the next connection, unless that shows that the account has ended.
        Purpose::Deletion => step.memory.session.deleting = false,
    }
    Ok(())
}

/// Takes a push about identity: a new device that shows its key. Changes come to [`on_change`], the end of the session to
/// [`on_signed_out`].
///
/// # Errors
/// When the database fails.
pub fn on_push(step: &mut Step<'_>, push: &Push) -> Result<Asks, StoreError> {
    if let Push::LinkRevealed { code, device, signature_key, nonce } = push {
        link::revealed(step, code, *device, signature_key, nonce)?;
    }
    Ok(Asks::new())
}

/// Takes a change about identity, from a push or a sync: device logs and key packages. Others are left alone.
///
/// # Errors
/// When the database fails.
pub fn on_change(step: &mut Step<'_>, change: &Change) -> Result<Asks, StoreError> {
    match change {
        Change::DeviceLog { account, version, root } => device_logs::announced(step, *account, *version, *root),
        Change::KeysLow { left } => keys::fill(step, *left),
        _ => Ok(Asks::new()),
    }
}

/// The server has ended this session: a push said so, or a hello was refused with `UNAUTHORIZED` or `DEVICE_REVOKED`.
///
/// # Errors
/// When the database fails.
pub fn on_signed_out(step: &mut Step<'_>) -> Result<(), StoreError> {
    devices::session_over(step)
}
