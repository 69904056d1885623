//! Commands under way, and the way between identity and the connection.

use std::collections::BTreeMap;

use beseda_model::{AccountId, CommandKey};
use beseda_wire::state::{AccountCard, Change};
use beseda_wire::{Problem, Push, Reply, Request};

use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::api::view::WarningKind;
use crate::identity::{self, Asks, Look, Purpose};
use crate::session::{Asked, Phase, connection};
use crate::store::accounts::{Account, DeviceLogs};
use crate::store::conversations::Conversation;
use crate::store::intents::{self, Intent};
use crate::store::{StoreError, commands, members, meta, warnings};
use crate::{Step, files, timeline};

const PROFILE: &str = "profile_upload";

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// What the server is asked to fetch from the web: the request, and the command that waits for its answer.
    pub(crate) looks: BTreeMap<u64, (u64, Look)>,
    /// Commands that end when a wish is fulfilled.
    pub(crate) wishes: BTreeMap<i64, Vec<u64>>,
    /// What is asked for as soon as there is a connection.
    asks: Asks,
    /// Requests of commands that wait for a connection.
    requests: Vec<(u64, Request, Asked)>,
    /// Commands under way that may be given again.
    pub(crate) keys: BTreeMap<u64, CommandKey>,
}

impl Desk {
    /// Commands whose end is not told yet.
    pub(crate) fn open_commands(&self) -> Vec<u64> {
        let requests = self.requests.iter().map(|(id, ..)| *id);
        self.wishes.values().flatten().copied().chain(requests).chain(self.looks.values().map(|(id, _)| *id)).collect()
    }
}

/// Whether a connection is there, or on its way for the first time.
pub(crate) fn may_wait(step: &Step<'_>) -> bool {
    let session = &step.memory.session;
    match session.phase {
        Phase::Up | Phase::Greeting | Phase::Connecting(_) => true,
        Phase::Waiting(at) => session.failures == 0 || at <= step.now,
        Phase::Idle => false,
    }
}

/// What a command that became a wish is told where nobody can wait until the wish is fulfilled. A conversation that is
/// still a wish has its id already, and may be written to.
fn accepted(step: &Step<'_>, intent: i64) -> Result<Outcome, StoreError> {
    Ok(match intents::find(step.tx, intent)? {
        Some((conversation, Intent::Create { .. })) => Outcome::Conversation { conversation },
        _ => Outcome::Done,
    })
}

/// A command has become a wish, and ends when that is fulfilled; at once where that may take longer than a person waits.
pub(crate) fn wait_for(step: &mut Step<'_>, intent: i64, command: u64) -> Result<(), StoreError> {
    let result = Ok(accepted(step, intent)?);
    if may_wait(step) {
        // From now on the wish is there: should this engine die, the command is not to be carried out again.
        if let Some(key) = step.memory.desk.keys.get(&command) {
            commands::keep(step.tx, *key, step.now, &result)?;
        }
        step.memory.desk.wishes.entry(intent).or_default().push(command);
    } else {
        step.effect(Effect::Done { id: command, result });
    }
    Ok(())
}

/// Remembers how commands with a key ended in this step.
pub(crate) fn keep_endings(step: &mut Step<'_>) -> Result<(), StoreError> {
    let ended: Vec<_> = step.endings().map(|(id, result)| (id, result.clone())).collect();
    for (id, result) in ended {
        if let Some(key) = step.memory.desk.keys.remove(&id) {
            commands::keep(step.tx, key, step.now, &result)?;
        }
    }
    Ok(())
}

/// Sends what identity asks for, now or when the connection is there.
pub(crate) fn send(step: &mut Step<'_>, asks: Asks) -> Result<(), StoreError> {
    for ask in asks {
        if step.memory.session.phase == Phase::Up {
            if let Purpose::DeviceLog { account, .. } = &ask.purpose {
                step.memory.session.asked_logs.insert(*account);
            }
            step.ask(ask.request, Asked::Identity(ask.purpose));
        } else if may_wait(step) {
            step.memory.desk.asks.push(ask);
        } else {
            identity::on_lost(step, ask.purpose)?;
        }
    }
    Ok(())
}

/// A command that the server carries out; it ends with the answer.
pub(crate) fn request(step: &mut Step<'_>, id: u64, request: Request) {
    request_about(step, id, request, Asked::Command { id });
}

/// A command's request whose answer is `about` something.
pub(crate) fn request_about(step: &mut Step<'_>, id: u64, request: Request, about: Asked) {
    if step.memory.session.phase == Phase::Up {
        step.ask(request, about);
    } else if may_wait(step) {
        step.memory.desk.requests.push((id, request, about));
    } else {
        step.effect(Effect::Done { id, result: Err(Failure::Unreachable) });
    }
}

/// The connection is there.
pub(crate) fn up(step: &mut Step<'_>) -> Result<(), StoreError> {
    let asks = std::mem::take(&mut step.memory.desk.asks);
    send(step, asks)?;
    for (_, request, about) in std::mem::take(&mut step.memory.desk.requests) {
        step.ask(request, about);
    }
    Ok(())
}

/// The connection is gone: what waited for it has failed, and wishes are kept for later.
pub(crate) fn connection_lost(step: &mut Step<'_>) -> Result<(), StoreError> {
    timeline::forget_presence(step)?;
    files::connection_lost(step)?;
    for ask in std::mem::take(&mut step.memory.desk.asks) {
        identity::on_lost(step, ask.purpose)?;
    }
    for (id, ..) in std::mem::take(&mut step.memory.desk.requests) {
        step.effect(Effect::Done { id, result: Err(Failure::Unreachable) });
    }
    for (intent, commands) in std::mem::take(&mut step.memory.desk.wishes) {
        let outcome = accepted(step, intent)?;
        for id in commands {
            step.effect(Effect::Done { id, result: Ok(outcome.clone()) });
        }
    }
    Ok(())
}

/// The answer to this will never come.
pub(crate) fn lost(step: &mut Step<'_>, asked: Asked) -> Result<(), StoreError> {
    match asked {
        Asked::Command { id } | Asked::Link { id, .. } => {
            step.effect(Effect::Done { id, result: Err(Failure::Unreachable) });
            Ok(())
        }
        Asked::Identity(purpose) => identity::on_lost(step, purpose),
        Asked::Mark { conversation } => crate::conversation::advance::not_marked(step, conversation),
        _ => Ok(()),
    }
}

/// Identity may have changed device logs: what is remembered of them is read again.
fn with_logs<T>(
    step: &mut Step<'_>,
    act: impl FnOnce(&mut Step<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let done = act(step)?;
    step.memory.logs = DeviceLogs::default();
    connection::look(step)?;
    Ok(done)
}

/// A command about identity; false if it is not one.
pub(crate) fn identity_command(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    match with_logs(step, |step| identity::on_command(step, id, command))? {
        Some(asks) => {
            send(step, asks)?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// The answer to something that identity asked for.
pub(crate) fn identity_answered(
    step: &mut Step<'_>,
    purpose: Purpose,
    answer: Result<Reply, Problem>,
) -> Result<(), StoreError> {
    let log_of = match &purpose {
        Purpose::DeviceLog { account, .. } => Some(*account),
        _ => None,
    };
    let asks = with_logs(step, |step| identity::on_reply(step, purpose, answer))?;
    let more =
        asks.iter().any(|ask| matches!(&ask.purpose, Purpose::DeviceLog { account, .. } if Some(*account) == log_of));
    if let Some(account) = log_of {
        step.memory.session.asked_logs.remove(&account);
        if !more {
            log_ended(step, account)?;
        }
    }
    send(step, asks)
}

/// The server has no more of a device log for now: whoever waits for it looks again.
fn log_ended(step: &mut Step<'_>, account: AccountId) -> Result<(), StoreError> {
    let known = Account::load(step.tx, account)?;
    if known.version < known.wanted {
        step.memory.session.known_ends.insert(account, known.wanted);
    }
    if step.memory.session.take_cited(account).is_some_and(|cited| cited > known.version) && !known.forked {
        warnings::add(step, None, &WarningKind::DeviceLogWithheld { account })?;
    }
    for mut row in Conversation::waiting_for(step.tx, account)? {
        row.waits_for = None;
        row.save(step.tx)?;
        step.touch(row.id);
    }
    // A removal in it may be due.
    for id in members::conversations_of(step.tx, account)? {
        step.touch(id);
    }
    let waiting: Vec<_> = step
        .memory
        .session
        .places
        .iter()
        .filter(|(_, place)| place.joining.is_some() || !place.claims.is_empty())
        .map(|(id, _)| *id)
        .collect();
    for id in waiting {
        step.touch(id);
    }
    step.notice(Notice::Account(account));
    Ok(())
}

/// A push about identity.
pub(crate) fn identity_push(step: &mut Step<'_>, push: &Push) -> Result<(), StoreError> {
    let asks = with_logs(step, |step| identity::on_push(step, push))?;
    send(step, asks)
}

/// A change about identity.
pub(crate) fn identity_change(step: &mut Step<'_>, change: &Change) -> Result<(), StoreError> {
    if let Change::DeviceLog { account, version, .. } = change {
        step.memory.session.known_ends.remove(account);
        Account::want(step.tx, *account, *version)?;
    }
    let asks = with_logs(step, |step| identity::on_change(step, change))?;
    send(step, asks)
}

/// Does what identity has to do by now.
pub(crate) fn identity_tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    let due = identity::next_wake(step.tx)?.is_some_and(|at| at <= step.now);
    if due {
        let online = step.memory.session.phase == Phase::Up;
        let asks = with_logs(step, |step| identity::on_tick(step, online))?;
        send(step, asks)?;
    }
    Ok(())
}

/// The answer to an HTTP request.
pub(crate) fn identity_http(
    step: &mut Step<'_>,
    id: u64,
    response: Option<&crate::api::event::HttpResponse>,
) -> Result<(), StoreError> {
    let asks = with_logs(step, |step| identity::on_http(step, id, response))?;
    send(step, asks)
}

/// What the server says of an account.
pub(crate) fn card(step: &mut Step<'_>, card: &AccountCard) -> Result<(), StoreError> {
    let mut known = Account::load(step.tx, card.account)?;
    known.username = card.username.as_ref().map(|name| name.as_str().to_owned());
    if known.root.is_none() {
        known.root = Some(card.root);
    }
    known.save(step.tx)?;
    step.notice(Notice::Account(card.account));
    Ok(())
}

/// Keeps one's own sealed profile until the server has it.
pub(crate) fn keep_profile(step: &mut Step<'_>, sealed: &[u8]) -> Result<(), StoreError> {
    meta::put(step.tx, PROFILE, &beseda_wire::Bytes::from(sealed))
}

/// Sends the profile that waits.
pub(crate) fn upload_profile(step: &mut Step<'_>) -> Result<(), StoreError> {
    if step.memory.session.publishing {
        return Ok(());
    }
    if let Some(body) = meta::get::<beseda_wire::Bytes>(step.tx, PROFILE)? {
        step.memory.session.publishing = true;
        step.ask(Request::SetProfile { body }, Asked::Profile);
    }
    Ok(())
}

/// The server has it.
pub(crate) fn profile_taken(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, PROFILE)
}
