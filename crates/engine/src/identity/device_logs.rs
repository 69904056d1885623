//! Pinned device logs: what is known of everybody's devices never goes back, and never becomes another story.

use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as Entry, DeviceLogError, DeviceLogOp};
use beseda_model::{AccountId, Code, ConversationId, Fingerprint};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Problem, Reply, Request};
use rusqlite::Connection;

use super::ask::{Ask, Asks, Purpose};
use super::{devices, history, me};
use crate::Step;
use crate::api::event::Notice;
use crate::api::view::{KeyEvent, SystemEvent, WarningKind};
use crate::links::person;
use crate::store::accounts::{self, Account};
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::store::{StoreError, warnings};
use crate::timeline;

/// What a part of a device log has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learned {
    /// Nothing that was not pinned.
    Nothing,
    /// It is of another identity, or nothing is pinned yet: its beginning is needed.
    FromStart,
    /// The pinned log has grown by these.
    Grown(Vec<DeviceLogOp>),
    /// The account began anew under a root key that the old one did not sign. The new log is pinned.
    NewIdentity,
    /// It is not followed; what was pinned stays.
    Refused(DeviceLogProblem),
}

/// Why a part of a device log is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceLogProblem {
    /// Not entries, or not a root key.
    #[error("the device log is malformed")]
    Malformed,
    /// It contradicts what is pinned.
    #[error("the device log contradicts the pinned one")]
    Forked,
    /// An entry does not follow from those before.
    #[error("the device log does not verify: {0}")]
    Invalid(DeviceLogError),
    /// It gives one's own account another root key.
    #[error("the device log gives this account another identity")]
    OwnIdentity,
}

/// Learns from a part of an account's device log, as the server tells it. `first_root` is the root key that signs the
/// log's first entry.
///
/// # Errors
/// When the database fails.
pub fn learn(
    step: &mut Step<'_>,
    account: AccountId,
    first_root: &Bytes,
    entries: &[DeviceLogEntry],
) -> Result<Learned, StoreError> {
    let known = Account::load(step.tx, account)?;
    let entries: Result<Vec<Entry>, _> = entries.iter().map(|entry| Entry::decode(&entry.0)).collect();
    let (Ok(entries), Ok(first_root)) = (entries, <[u8; 32]>::try_from(first_root.0.as_slice())) else {
        return Ok(Learned::Refused(DeviceLogProblem::Malformed));
    };
    if known.root_key == Some(first_root) {
        return grow(step, known, &entries);
    }
    let pinned = known.root_key.is_some();
    if entries.first().is_none_or(|first| first.version != 1) {
        return Ok(if pinned || !entries.is_empty() { Learned::FromStart } else { Learned::Nothing });
    }
    let log = match DeviceLog::verify(account, first_root, entries, &Ed25519) {
        Ok(log) => log,
        Err(error) => return Ok(Learned::Refused(DeviceLogProblem::Invalid(error))),
    };
    if !pinned {
        let expected = person::take_expected(step, account)?;
        if expected.is_some_and(|root| !log.is_root_until(log.version(), root)) {
            warnings::add(step, None, &WarningKind::IdentityChanged { account })?;
        }
        let news = log.entries().iter().map(|entry| entry.op).collect();
        pin(step, known, &log, 0)?;
        history::note(step, account, KeyEvent::Met)?;
        return Ok(Learned::Grown(news));
    }
    warnings::add(step, None, &WarningKind::IdentityChanged { account })?;
    if Me::find(step.tx)?.is_some_and(|me| me.account == account) {
        return Ok(Learned::Refused(DeviceLogProblem::OwnIdentity));
    }
    accounts::forget_device_log(step.tx, account)?;
    pin(step, Account { identity_changed: true, forked: false, wanted: 0, ..known }, &log, 0)?;
    history::note(step, account, KeyEvent::NewIdentity)?;
    show_changed_identity(step, account)?;
    Ok(Learned::NewIdentity)
}

/// More of the log that is pinned.
fn grow(step: &mut Step<'_>, known: Account, entries: &[Entry]) -> Result<Learned, StoreError> {
    let account = known.id;
    let mut log = accounts::device_log(step.tx, account)?.ok_or(StoreError::damaged("device_log"))?;
    let before = log.version();
    for entry in entries {
        let verdict = match log.hash_at(entry.version) {
            Some(pinned) if entry.version > 0 && pinned == entry.hash(account) => Ok(()),
            Some(_) => Err(DeviceLogProblem::Forked),
            None => log.verify_and_append(*entry, &Ed25519).map_err(|error| match error {
                DeviceLogError::Forked => DeviceLogProblem::Forked,
                other => DeviceLogProblem::Invalid(other),
            }),
        };
        if let Err(problem) = verdict {
            // What was good before the bad entry is not kept either: it comes from the same mouth.
            warnings::add(step, None, &WarningKind::DeviceLogForked { account })?;
            if problem == DeviceLogProblem::Forked {
                Account { forked: true, ..known }.save(step.tx)?;
            }
            step.notice(Notice::Account(account));
            return Ok(Learned::Refused(problem));
        }
    }
    if log.version() == before {
        return Ok(Learned::Nothing);
    }
    let news: Vec<DeviceLogOp> =
        log.entries().iter().filter(|entry| entry.version > before).map(|entry| entry.op).collect();
    pin(step, known, &log, before)?;
    if news.iter().any(|op| matches!(op, DeviceLogOp::RotateRoot { .. })) {
        history::note(step, account, KeyEvent::NewPhrase)?;
        show_changed_identity(step, account)?;
    }
    act_on_own(step, account, &log, &news)?;
    Ok(Learned::Grown(news))
}

/// Pins the own log when this device has just come into it.
pub(super) fn begin_own(step: &mut Step<'_>, log: &DeviceLog) -> Result<(), StoreError> {
    let known = Account::load(step.tx, log.account())?;
    accounts::forget_device_log(step.tx, log.account())?;
    pin(step, Account { identity_changed: false, forked: false, wanted: 0, ..known }, log, 0)
}

fn pin(step: &mut Step<'_>, known: Account, log: &DeviceLog, before: u32) -> Result<(), StoreError> {
    let pinned = Account {
        root_key: Some(log.first_root_key()),
        root: Some(log.root_at(log.version())),
        version: log.version(),
        head: log.head_hash(),
        wanted: known.wanted.max(log.version()),
        ..known
    };
    pinned.save(step.tx)?;
    accounts::append_device_log(step.tx, log, before.saturating_add(1), step.now)?;
    let has_ended = log.version() > 0 && log.current_devices().next().is_none();
    if accounts::note_end(step.tx, log.account(), has_ended)? && has_ended {
        show_end(step, log.account())?;
    }
    step.notice(Notice::Account(log.account()));
    Ok(())
}

/// What news about one's own devices means for this one.
fn act_on_own(
    step: &mut Step<'_>,
    account: AccountId,
    log: &DeviceLog,
    news: &[DeviceLogOp],
) -> Result<(), StoreError> {
    let Some(mut me) = Me::find(step.tx)?.filter(|me| me.account == account) else { return Ok(()) };
    step.notice(Notice::Me);
    let root = log.root_at(log.version());
    if me.root != root {
        me.root = root;
        me.save(step.tx)?;
    }
    for op in news {
        if let DeviceLogOp::Add { device, .. } = op
            && *device != me.device
            && !devices::was_expected(step.tx, *device)?
        {
            warnings::add(step, None, &WarningKind::OwnDeviceAdded { device: *device })?;
        }
    }
    if !log.is_current(me.device) && !me.signed_out {
        me::end(step)?;
    }
    Ok(())
}

/// Says in the direct conversation with this account that it has ended. Groups show who leaves them.
fn show_end(step: &mut Step<'_>, account: AccountId) -> Result<(), StoreError> {
    let own = Me::find(step.tx)?.is_some_and(|me| me.account == account);
    let Some(row) = Conversation::direct_with(step.tx, account)?.filter(|row| row.known && !own) else { return Ok(()) };
    let event = SystemEvent::AccountDeleted { account };
    timeline::apply_system(step, row.id, row.applied, step.now, account, event)?;
    step.notice(Notice::Conversation(row.id));
    Ok(())
}

/// Says in every conversation with this account that its safety number is another one.
fn show_changed_identity(step: &mut Step<'_>, account: AccountId) -> Result<(), StoreError> {
    let places: Vec<(Vec<u8>, i64)> = step
        .tx
        .prepare_cached(
            "SELECT c.conversation, c.applied FROM members m \
             JOIN conversations c ON c.conversation = m.conversation WHERE m.account = ?1",
        )?
        .query_map([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (conversation, applied) in places {
        let conversation =
            ConversationId::try_from(conversation.as_slice()).map_err(|_| StoreError::damaged("members"))?;
        let event = SystemEvent::IdentityChanged { account };
        timeline::apply_system(step, conversation, applied.cast_unsigned(), step.now, account, event)?;
    }
    Ok(())
}

/// Asks for what is not pinned yet of an account's log.
pub(super) fn fetch(step: &Step<'_>, account: AccountId) -> Result<Ask, StoreError> {
    let from = Account::load(step.tx, account)?.version.saturating_add(1);
    Ok(ask(account, from))
}

const fn ask(account: AccountId, from: u32) -> Ask {
    Ask::new(Request::DeviceLog { account, from }, Purpose::DeviceLog { account, from })
}

/// Asks for an account's log at least up to `version`, if it is not pinned yet.
///
/// # Errors
/// When the database fails.
pub fn want(step: &mut Step<'_>, account: AccountId, version: u32) -> Result<Asks, StoreError> {
    Account::want(step.tx, account, version)?;
    let known = Account::load(step.tx, account)?;
    Ok(if known.version < version && !known.forked { vec![fetch(step, account)?] } else { Asks::new() })
}

/// The server says that a log has grown, or that it is another one.
pub(super) fn announced(
    step: &mut Step<'_>,
    account: AccountId,
    version: u32,
    root: Fingerprint,
) -> Result<Asks, StoreError> {
    let known = Account::load(step.tx, account)?;
    if version < known.version && is_own(step, account)? {
        // The server was restored from a backup, or says so.
        return restore(step, account, version.saturating_add(1));
    }
    if known.version >= version && known.root == Some(root) {
        return Ok(Asks::new());
    }
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO device_log_checks (account) VALUES (?1)")?
        .execute([account.as_bytes()])?;
    Ok(vec![fetch(step, account)?])
}

/// Asks for all logs that are known to have gone on.
pub(super) fn fetch_due(step: &Step<'_>) -> Result<Asks, StoreError> {
    let mut due = Account::behind(step.tx)?;
    due.extend(checks(step.tx)?);
    due.sort_unstable();
    due.dedup();
    due.into_iter().map(|account| fetch(step, account)).collect()
}

fn checks(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT account FROM device_log_checks")?;
    let mut rows = statement.query(())?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let account: Vec<u8> = row.get(0)?;
        let account = AccountId::try_from(account.as_slice());
        accounts.push(account.map_err(|_| StoreError::damaged("device_log_checks"))?);
    }
    Ok(accounts)
}

/// The answer to [`fetch`].
pub(super) fn fetched(
    step: &mut Step<'_>,
    account: AccountId,
    from: u32,
    answer: Result<Reply, Problem>,
) -> Result<Asks, StoreError> {
    let learned = match &answer {
        Ok(Reply::DeviceLog { entries, root }) => learn(step, account, root, entries)?,
        Ok(_) | Err(_) => Learned::Nothing,
    };
    if learned == Learned::FromStart && from > 1 {
        return Ok(vec![ask(account, 1)]);
    }
    if let Ok(Reply::DeviceLog { entries, .. }) = &answer
        && learned == Learned::Nothing
        && !entries.is_empty()
        && is_own(step, account)?
    {
        // What the server has agrees with the pinned log, which may be longer.
        let told = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let asks = restore(step, account, from.saturating_add(told))?;
        if !asks.is_empty() {
            return Ok(asks);
        }
    }
    step.tx.prepare_cached("DELETE FROM device_log_checks WHERE account = ?1")?.execute([account.as_bytes()])?;
    if is_own(step, account)? {
        return devices::own_log_seen(step, matches!(learned, Learned::Grown(_)));
    }
    Ok(Asks::new())
}

fn is_own(step: &Step<'_>, account: AccountId) -> Result<bool, StoreError> {
    Ok(Me::find(step.tx)?.is_some_and(|me| me.account == account))
}

/// Brings back the pinned entry at `version` of the own log, which the server has forgotten; none if it is not pinned.
fn restore(step: &Step<'_>, account: AccountId, version: u32) -> Result<Asks, StoreError> {
    let log = accounts::device_log(step.tx, account)?;
    let entry = log.as_ref().and_then(|log| log.entries().iter().find(|entry| entry.version == version));
    Ok(entry.map_or_else(Asks::new, |entry| {
        let entry = DeviceLogEntry(Bytes(entry.encode()));
        vec![Ask::new(Request::AppendDeviceLog { entry }, Purpose::RestoreLog { version })]
    }))
}

/// The server has answered to an entry that was brought back: on to the next. One that it refuses was brought by another
/// device, or the server's log has become another one, which looking at it shows.
pub(super) fn restored(step: &mut Step<'_>, version: u32, answer: &Result<Reply, Problem>) -> Result<Asks, StoreError> {
    let Some(me) = Me::find(step.tx)?.filter(|me| !me.signed_out) else { return Ok(Asks::new()) };
    match answer {
        Ok(_) => restore(step, me.account, version.saturating_add(1)),
        Err(problem) if problem.code == Code::InvalidDeviceLog => Ok(vec![ask(me.account, version)]),
        Err(_) => Ok(Asks::new()),
    }
}

#[cfg(test)]
mod tests;
