//! The engine: one step after the other, each a transaction.

use beseda_model::{CommandKey, Rng, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, Event, Notice};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::ConnectionState;
use crate::memory::Memory;
use crate::session::{clock, connection, pump};
use crate::store::open::{Fence, open};
use crate::store::{StoreError, commands};
use crate::{conversation, desk, files, identity, links, notification, report, stickers, timeline};

/// A pause after the database failed, before anything is tried again.
const AFTER_FAILURE: u64 = 5_000;

/// Everything that one profile of a client knows and does.
pub struct Engine {
    conn: Connection,
    rng: Box<dyn Rng>,
    fence: Fence,
    memory: Memory,
    is_fenced: bool,
    /// The clock at the last step.
    latest: Timestamp,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("phase", &self.memory.session.phase).finish_non_exhaustive()
    }
}

/// Why a profile can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database failed, is damaged, or belongs to a newer version.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Opens the profile in `conn`, which becomes this engine's alone: whoever had it open before can't write any more.
    /// The effects begin the work that is due.
    ///
    /// # Errors
    /// When the database can't be read or written, or is of a newer version.
    pub fn open(mut conn: Connection, mut rng: Box<dyn Rng>, now: Timestamp) -> Result<(Self, Vec<Effect>), OpenError> {
        let fence = open(&mut conn, &mut *rng)?;
        let mut engine = Self { conn, rng, fence, memory: Memory::default(), is_fenced: false, latest: now };
        let effects = engine.step(now, |step| {
            clock::relax(step)?;
            commands::prune(step.tx, now)?;
            identity::on_open(step)?;
            timeline::reprocess_unsupported(step)?;
            timeline::close_left_open(step)?;
            files::on_open(step)?;
            connection::look(step)
        })?;
        Ok((engine, effects))
    }

    /// Takes in what has happened and says what to do. Effects are returned only after everything that they rely on is
    /// durable; whatever is lost of them is derived again.
    pub fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        if self.is_fenced {
            return match event {
                Event::Command { id, .. } => vec![Effect::Done { id, result: Err(Failure::Store) }],
                _ => Vec::new(),
            };
        }
        let mut open = self.memory.desk.open_commands();
        if let Event::Command { id, .. } = &event {
            open.push(*id);
        }
        let set_back = clock::was_set_back(std::mem::replace(&mut self.latest, now), now);
        let act = |step: &mut Step<'_>| {
            if set_back {
                clock::set_back(step)?;
            }
            dispatch(step, event)
        };
        match self.step(now, act) {
            Ok(effects) => effects,
            Err(error) => self.failed(now, &error, open),
        }
    }

    /// The database, for views.
    pub const fn reader(&self) -> &Connection {
        &self.conn
    }

    /// Drops what is only remembered and can be found again in the database: MLS groups and device logs. The connection
    /// and what was asked on it stay. Nothing may depend on it, which is what tests use it for.
    pub fn forget(&mut self) {
        self.memory.groups.clear();
        self.memory.logs = crate::store::accounts::DeviceLogs::default();
    }

    /// How the connection to the server is.
    pub fn connection(&self) -> ConnectionState {
        self.memory.session.shown.unwrap_or(ConnectionState::SignedOut)
    }

    fn step(
        &mut self,
        now: Timestamp,
        act: impl FnOnce(&mut Step<'_>) -> Result<(), StoreError>,
    ) -> Result<Vec<Effect>, StoreError> {
        // Whatever fails in between, nothing of this memory is used again.
        let memory = std::mem::take(&mut self.memory);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.fence.check(&tx)?;
        let mut step = Step::with_memory(&tx, now, &mut *self.rng, memory);
        act(&mut step)?;
        pump::run(&mut step)?;
        desk::keep_endings(&mut step)?;
        let (effects, memory) = step.finish()?;
        tx.commit()?;
        self.memory = memory;
        Ok(effects)
    }

    /// Nothing was changed. The connection starts anew, as what was asked on it is forgotten.
    fn failed(&mut self, now: Timestamp, error: &StoreError, open: Vec<u64>) -> Vec<Effect> {
        tracing::error!(%error, "A step of the engine failed and was taken back");
        self.memory = Memory::default();
        let mut effects: Vec<Effect> =
            open.into_iter().map(|id| Effect::Done { id, result: Err(Failure::Store) }).collect();
        effects.push(Effect::Disconnect);
        effects.push(Effect::Notice(Notice::Connection(ConnectionState::Offline)));
        if matches!(error, StoreError::Fenced) {
            self.is_fenced = true;
        } else {
            effects.push(Effect::WakeAt(now.plus_millis(AFTER_FAILURE)));
        }
        effects
    }
}

fn dispatch(step: &mut Step<'_>, event: Event) -> Result<(), StoreError> {
    match event {
        Event::Tick => tick(step),
        Event::Command { id, key, command } => given(step, id, key, &command),
        Event::Connected => connection::opened(step),
        Event::Disconnected => connection::lose(step, None),
        Event::Frame(bytes) => connection::frame(step, &bytes),
        Event::Http { id, response } => desk::identity_http(step, id, response.as_ref()),
        Event::Transferred { id, answer } => files::transferred(step, id, answer.as_ref()),
        Event::FileChecked { file, digest } => files::checked(step, file, digest),
        Event::Network { metered } => files::rules::network(step, metered),
        Event::Nudge => {
            connection::look(step)?;
            connection::nudge(step)
        }
    }
}

fn tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    connection::look(step)?;
    connection::tick(step)?;
    desk::identity_tick(step)?;
    if timeline::next_expiry(step.tx, step.now)?.is_some_and(|at| at <= step.now) {
        timeline::expire(step)?;
    }
    pump::tick(step)
}

fn given(step: &mut Step<'_>, id: u64, key: Option<CommandKey>, command: &Command) -> Result<(), StoreError> {
    let Some(key) = key.filter(|_| !command.is_harmless_twice()) else { return run(step, id, command) };
    if let Some(result) = commands::ending(step.tx, key)? {
        step.effect(Effect::Done { id, result });
        return Ok(());
    }
    step.memory.desk.keys.insert(id, key);
    run(step, id, command)
}

fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<(), StoreError> {
    if desk::identity_command(step, id, command)?
        || conversation::commands::run(step, id, command)?
        || notification::run(step, id, command)?
        || links::run(step, id, command)?
        || report::run(step, id, command)?
        || files::command::run(step, id, command)?
        || stickers::run(step, id, command)?
    {
        return Ok(());
    }
    if let Command::MarkRead { conversation, seq } = command
        && !conversation::commands::mark_read(step, *conversation, *seq)?
    {
        step.effect(Effect::Done { id, result: Err(Failure::NotFound) });
        return Ok(());
    }
    let result = timeline::on_command(step, command)
        .or_else(|| matches!(command, Command::MarkRead { .. }).then_some(Ok(Outcome::Done)))
        .unwrap_or_else(|| Err(Failure::invalid(Field::Command, Reason::UnknownCommand)));
    if matches!(result, Err(Failure::Store)) {
        return Err(StoreError::damaged("timeline"));
    }
    step.effect(Effect::Done { id, result });
    Ok(())
}
