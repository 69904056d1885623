//! What is much on a network that costs by the byte: it moves there once its person has agreed.
//!
//! Whoever begins something is asked before ([`super::speed::estimate`] says when). What was on its way already when the
//! network began to cost rests until it costs nothing again, or its person lets it go on.

use rusqlite::Connection;

use super::command::set_paused;
use super::row::{File, Paused, Way};
use crate::Step;
use crate::store::StoreError;

/// More than that, in bytes, is much.
const MUCH: u64 = 10_000_000;

pub(super) const fn is_much(bytes: u64) -> bool {
    bytes > MUCH
}

/// Moving costs from now on. What is small goes on: that may be all that somebody waits for.
pub(super) fn hold(step: &mut Step<'_>) -> Result<(), StoreError> {
    let mut moving = both_ways(step.tx, Paused::No)?;
    moving.sort_by_key(File::left);
    let mut sum: u64 = 0;
    for file in moving {
        sum = sum.saturating_add(file.left());
        if is_much(sum) {
            set_paused(step, file, Paused::ByCost)?;
        }
    }
    Ok(())
}

/// It costs no more, or nobody wants to be asked.
pub(super) fn release(step: &mut Step<'_>) -> Result<(), StoreError> {
    both_ways(step.tx, Paused::ByCost)?.into_iter().try_for_each(|file| set_paused(step, file, Paused::No))
}

fn both_ways(conn: &Connection, paused: Paused) -> Result<Vec<File>, StoreError> {
    let mut files = File::on_the_way(conn, Way::Up, paused, u32::MAX)?;
    files.extend(File::on_the_way(conn, Way::Down, paused, u32::MAX)?);
    Ok(files)
}
