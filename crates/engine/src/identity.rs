//! Who one is: the recovery phrase, joining a server, this account's devices, everybody's device logs, key packages.
//!
//! Everything here is a function over a [`Step`]. What must survive is in the database; what a connection is asked to
//! carry is returned as [`Asks`], and each ask ends with exactly one of [`on_reply`] and [`on_lost`]. Asks that are not
//! made by a person are derived again at [`on_hello`], so a lost one does no harm. [`Effect::Done`](crate::Effect::Done)
//! for a person's command is added to the step here, at once or when the answer has come.

mod ask;

pub use ask::{Ask, Asks, Purpose};

use beseda_model::Timestamp;
use beseda_wire::state::Change;
use beseda_wire::{Problem, Push, Reply};
use rusqlite::Connection;

use crate::Step;
use crate::api::command::Command;
use crate::api::event::HttpResponse;
use crate::store::StoreError;

/// Whether a device may go on after its hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Current,
    /// Another copy of this profile went on elsewhere: this one was signed out and must close the connection.
    Retired,
}

/// The engine was opened: whoever waited for something has gone.
///
/// # Errors
/// When the database fails.
pub fn on_open(_step: &mut Step<'_>) -> Result<(), StoreError> {
    Ok(())
}

/// Takes a command about identity; none if it is not one.
///
/// # Errors
/// When the database fails.
pub fn on_command(_step: &mut Step<'_>, _id: u64, _command: &Command) -> Result<Option<Asks>, StoreError> {
    Ok(None)
}

/// Takes the answer to an [`Effect::Http`](crate::Effect::Http); all of them are asked for here.
///
/// # Errors
/// When the database fails.
pub fn on_http(_step: &mut Step<'_>, _id: u64, _response: Option<&HttpResponse>) -> Result<Asks, StoreError> {
    Ok(Asks::new())
}

/// When [`on_tick`] has something to do next; the present moment or an earlier one means at once.
///
/// # Errors
/// When the database fails.
pub fn next_wake(_conn: &Connection, _now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    Ok(None)
}

/// Does what is due by now. `online` says whether asks can be carried.
///
/// # Errors
/// When the database fails.
pub fn on_tick(_step: &mut Step<'_>, _online: bool) -> Result<Asks, StoreError> {
    Ok(Asks::new())
}

/// The server has taken this device's hello. `accepted` is the highest send number that it has from this device, `own`
/// the highest that this profile has given out.
///
/// # Errors
/// When the database fails.
pub fn on_hello(_step: &mut Step<'_>, _accepted: u64, _own: u64) -> Result<(Standing, Asks), StoreError> {
    Ok((Standing::Current, Asks::new()))
}

/// The answer to an ask.
///
/// # Errors
/// When the database fails.
pub fn on_reply(_step: &mut Step<'_>, _purpose: Purpose, _answer: Result<Reply, Problem>) -> Result<Asks, StoreError> {
    Ok(Asks::new())
}

/// The connection ended before the answer to an ask came, or there was none to carry it.
///
/// # Errors
/// When the database fails.
pub fn on_lost(_step: &mut Step<'_>, _purpose: Purpose) -> Result<(), StoreError> {
    Ok(())
}

/// Takes a push about identity: a new device that shows its key. Changes come to [`on_change`], the end of the session to
/// [`on_signed_out`].
///
/// # Errors
/// When the database fails.
pub fn on_push(_step: &mut Step<'_>, _push: &Push) -> Result<Asks, StoreError> {
    Ok(Asks::new())
}

/// Takes a change about identity, from a push or a sync: device logs and key packages. Others are left alone.
///
/// # Errors
/// When the database fails.
pub fn on_change(_step: &mut Step<'_>, _change: &Change) -> Result<Asks, StoreError> {
    Ok(Asks::new())
}

/// The server has ended this session: a push said so, or a hello was refused with `UNAUTHORIZED` or `DEVICE_REVOKED`.
///
/// # Errors
/// When the database fails.
pub fn on_signed_out(_step: &mut Step<'_>) -> Result<(), StoreError> {
    Ok(())
}
