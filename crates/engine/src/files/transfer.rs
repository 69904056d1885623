//! What is on the way: which portions move now, and what to do when one has not.

use std::collections::BTreeMap;

use beseda_model::{BlobId, Code, Timestamp};
use beseda_wire::{Encoding, Problem, Request};
use rusqlite::Connection;

use super::row::{File, Paused, Way, waiting_for};
use super::{command, down, keep, speed, up};
use crate::Step;
use crate::api::event::{Effect, FileDeed, Part, Transfer, TransferAnswer};
use crate::api::failure::Failure;
use crate::api::file::FileNumber;
use crate::api::reason::Reason;
use crate::outbox;
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::me::Me;

/// Files that move at a time, in each direction: one more than one, so that a small one is not held up by a large one.
const AT_ONCE: usize = 2;

/// Files that are looked at for one that can move, on each way: of those, some wait until they are tried again.
const LOOKED_AT: u32 = 64;

/// The first portion of a file; each next one is larger for as long as they are quick.
const FIRST_PORTION: u64 = 256 * 1024;
const SMALLEST_PORTION: u64 = 32 * 1024;
const LARGEST_PORTION: u64 = 8 * 1024 * 1024;

/// A portion that took less is followed by one of twice the size, one that took more than the other by one of half of it: so
/// progress is seen, and little is lost when the connection breaks.
const QUICK: u64 = 1_500;
const SLOW: u64 = 6_000;

/// The first pause after a portion that did not arrive; each next one is twice as long, up to the longest.
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 60_000;

/// What is under way.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    running: BTreeMap<u64, Running>,
    /// Files with which it is tried again later.
    pauses: BTreeMap<FileNumber, Pause>,
    /// How much of a file the server has, where it has told so since this engine was opened.
    pub(super) offsets: BTreeMap<FileNumber, u64>,
    /// Files whose digest is being computed.
    checking: std::collections::BTreeSet<FileNumber>,
    portion: Option<u64>,
    /// The server was told which blobs are not needed.
    pub(crate) letting_go: bool,
    /// Pictures that are to be shown once the server has them, and the commands that wait for that.
    pub(super) deeds: BTreeMap<FileNumber, Vec<command::Deed>>,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    file: FileNumber,
    since: Timestamp,
    /// Bytes of the file.
    len: u64,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Timestamp,
    failures: u32,
}

impl Transfers {
    /// How much is moved at once.
    pub(super) fn portion(&self) -> u64 {
        self.portion.unwrap_or(FIRST_PORTION)
    }

    fn measured(&mut self, millis: u64) {
        let portion = self.portion();
        let next = match millis {
            quick if quick < QUICK => portion.saturating_mul(2),
            slow if slow > SLOW => portion / 2,
            _ => portion,
        };
        self.portion = Some(next.clamp(SMALLEST_PORTION, LARGEST_PORTION));
    }

    fn is_busy(&self, file: FileNumber) -> bool {
        self.running.values().any(|running| running.file == file) || self.checking.contains(&file)
    }
}

/// A program has begun: what another one has left is tidied up.
pub(crate) fn on_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    keep::forget_unsent(step)?;
    let files = keep::here(step.tx)?;
    step.effect(Effect::File(FileDeed::KeepOnly { files }));
    Ok(())
}

/// This profile is nobody's any more.
pub(crate) fn on_lost_account(step: &mut Step<'_>) {
    let running = std::mem::take(&mut step.memory.files).running;
    for id in running.into_keys() {
        step.effect(Effect::StopTransfer { id });
    }
    step.effect(Effect::File(FileDeed::KeepOnly { files: Vec::new() }));
}

/// Lets whatever can move move.
pub(crate) fn advance(step: &mut Step<'_>) -> Result<(), StoreError> {
    let mut moving = Vec::new();
    for way in [Way::Up, Way::Down, Way::Keep] {
        moving.extend(File::on_the_way(step.tx, way, Paused::No, LOOKED_AT)?);
    }
    let mut places = [AT_ONCE; 2];
    for file in &moving {
        if step.memory.files.is_busy(file.number) {
            let place = &mut places[usize::from(file.way == Way::Down)];
            *place = place.saturating_sub(1);
        }
    }
    for file in moving {
        let place = usize::from(file.way == Way::Down);
        let pause = step.memory.files.pauses.get(&file.number);
        let is_due = pause.is_none_or(|pause| pause.until <= step.now);
        if places[place] == 0 || !is_due || step.memory.files.is_busy(file.number) {
            continue;
        }
        places[place] -= 1;
        begin(step, file)?;
    }
    Ok(())
}

fn begin(step: &mut Step<'_>, file: File) -> Result<(), StoreError> {
    let transfer = match file.way {
        Way::Down if file.here == file.sealed_size() => {
            step.memory.files.checking.insert(file.number);
            step.effect(Effect::File(FileDeed::Check { file: file.number }));
            return Ok(());
        }
        Way::Down => down::next(step, &file)?,
        Way::Up => up::next(step, &file)?,
        Way::Keep => {
            let blobs = vec![file.file.blob];
            step.memory.files.checking.insert(file.number);
            step.ask(Request::KeepBlobs { blobs }, Asked::KeepBlob { file: file.number });
            return Ok(());
        }
        Way::Rest => return Ok(()),
    };
    // Random, so that an answer to an engine that was closed is never taken for this one's.
    let mut chance = [0; 8];
    step.rng.fill(&mut chance);
    let id = u64::from_be_bytes(chance) >> 11;
    let len = match transfer.part {
        Part::Send { len, .. } | Part::Receive { len, .. } => len,
        Part::Nothing => 0,
    };
    step.memory.files.running.insert(id, Running { file: file.number, since: step.now, len });
    step.effect(Effect::Transfer { id, transfer });
    Ok(())
}

/// A request about a file, with what all of them say.
pub(super) fn request(conn: &Connection, method: &'static str, path: &str) -> Result<Transfer, StoreError> {
    let me = Me::get(conn)?;
    Ok(Transfer {
        method,
        url: format!("{}{path}", me.server),
        headers: vec![("authorization", format!("Bearer {}", me.token))],
        part: Part::Nothing,
    })
}

/// A portion has moved, or has not.
pub(crate) fn transferred(step: &mut Step<'_>, id: u64, answer: Option<&TransferAnswer>) -> Result<(), StoreError> {
    let Some(running) = step.memory.files.running.remove(&id) else { return Ok(()) };
    let Some(mut file) = File::find(step.tx, running.file)? else { return Ok(()) };
    let is_up = file.way == Way::Up;
    let outcome = match (answer, file.way) {
        (None, _) => Outcome::Lost,
        (Some(answer), Way::Up) => up::answered(step, &mut file, answer),
        (Some(answer), Way::Down) => down::answered(&mut file, answer),
        // It was not wanted any more.
        (Some(_), Way::Rest | Way::Keep) => return Ok(()),
    };
    match outcome {
        Outcome::Moved => {
            step.memory.files.pauses.remove(&file.number);
            let millis = step.now.millis_since(running.since);
            step.memory.files.measured(millis);
            speed::moved(step.tx, is_up, running.len, millis)?;
            file.save(step)?;
            if file.way == Way::Rest { arrived(step, &file) } else { Ok(()) }
        }
        Outcome::Again => {
            file.save(step)?;
            pause(step, file.number, None);
            Ok(())
        }
        Outcome::Lost => {
            // What of it the server has got is asked for.
            step.memory.files.offsets.remove(&file.number);
            let portion = step.memory.files.portion();
            step.memory.files.portion = Some((portion / 2).max(SMALLEST_PORTION));
            pause(step, file.number, None);
            Ok(())
        }
        Outcome::Later(millis) => {
            pause(step, file.number, millis);
            Ok(())
        }
        Outcome::Failed(why) => failed(step, file, why),
    }
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Something has moved.
    Moved,
    /// It has to be begun in another way.
    Again,
    /// Nobody knows.
    Lost,
    /// The server wants to be asked later.
    Later(Option<u64>),
    /// It will not be done.
    Failed(Failure),
}

/// What an answer means that is no success.
pub(super) fn refused(answer: &TransferAnswer) -> Outcome {
    let problem = Encoding::Json.decode::<Problem>(&answer.body).ok();
    match (answer.status, problem) {
        // Whether the session has ended is told on the socket.
        (401, _) => Outcome::Later(None),
        (429 | 503, problem) => Outcome::Later(problem.and_then(|problem| problem.retry_after_ms)),
        // Full disks are emptied; whoever waits for that sees it and can let it be.
        (_, Some(problem)) if problem.code == Code::StorageFull => Outcome::Later(Some(LONGEST_PAUSE)),
        (_, Some(problem)) if problem.code != Code::Internal => Outcome::Failed(outbox::refusal(&problem)),
        (500.., _) => Outcome::Lost,
        (status, _) => Outcome::Failed(Failure::Refused {
            code: Code::Unknown,
            detail: format!("the server answered with status {status}"),
            retry_after_ms: None,
        }),
    }
}

fn pause(step: &mut Step<'_>, file: FileNumber, wish: Option<u64>) {
    let failures = step.memory.files.pauses.get(&file).map_or(0, |pause| pause.failures);
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
    let until = step.now.plus_millis(wish.unwrap_or(doubled).min(LONGEST_PAUSE));
    step.memory.files.pauses.insert(file, Pause { until, failures: failures.saturating_add(1) });
}

/// A file can't be had or sent: so can't the messages that wait for it.
fn failed(step: &mut Step<'_>, mut file: File, why: Failure) -> Result<(), StoreError> {
    let was_up = matches!(file.way, Way::Up | Way::Keep);
    file.way = Way::Rest;
    file.upload.clear();
    file.failure = Some(why.clone());
    file.save(step)?;
    step.memory.files.pauses.remove(&file.number);
    step.memory.files.offsets.remove(&file.number);
    if was_up {
        outbox::fail_with_file(step, file.number, &why)?;
        command::ended(step, &file, Err(why))?;
    }
    Ok(())
}

/// A file is where it was going.
fn arrived(step: &mut Step<'_>, file: &File) -> Result<(), StoreError> {
    step.memory.files.offsets.remove(&file.number);
    if file.kept {
        for conversation in waiting_for(step.tx, file.number)? {
            step.touch(conversation);
        }
        command::ended(step, file, Ok(()))?;
    }
    keep::evict(step, Some(file.number))
}

/// The digest of a file that has come is known.
pub(crate) fn checked(step: &mut Step<'_>, number: FileNumber, digest: Option<BlobId>) -> Result<(), StoreError> {
    step.memory.files.checking.remove(&number);
    let Some(mut file) = File::find(step.tx, number)?.filter(|file| file.way == Way::Down) else { return Ok(()) };
    if digest == Some(file.file.blob) {
        file.way = Way::Rest;
        file.save(step)?;
        return arrived(step, &file);
    }
    file.here = 0;
    step.effect(Effect::File(FileDeed::Erase { file: number }));
    match digest {
        // Not what was sent, or its disk has failed: either way, once more would be the same.
        Some(_) => failed(step, file, Failure::NotReady { reason: Reason::FileDamaged }),
        None => {
            file.save(step)?;
            pause(step, number, None);
            Ok(())
        }
    }
}

/// The server keeps a blob for this account, or has none such any more.
pub(crate) fn keep_answered(step: &mut Step<'_>, number: FileNumber, kept: bool) -> Result<(), StoreError> {
    step.memory.files.checking.remove(&number);
    let Some(mut file) = File::find(step.tx, number)?.filter(|file| file.way == Way::Keep) else { return Ok(()) };
    if kept {
        (file.kept, file.way) = (true, Way::Rest);
        file.save(step)?;
        return arrived(step, &file);
    }
    if file.here == file.sealed_size() {
        // This device brings it back.
        (file.way, file.sent) = (Way::Up, 0);
        return file.save(step);
    }
    failed(step, file, Failure::NotReady { reason: Reason::FileGone })
}

/// The server does not keep a blob for this account.
pub(crate) fn keep_refused(step: &mut Step<'_>, number: FileNumber, why: &Problem) -> Result<(), StoreError> {
    step.memory.files.checking.remove(&number);
    let Some(file) = File::find(step.tx, number)?.filter(|file| file.way == Way::Keep) else { return Ok(()) };
    if crate::conversation::advance::is_passing(why.code) {
        pause(step, number, why.retry_after_ms);
        return Ok(());
    }
    failed(step, file, outbox::refusal(why))
}

/// The connection has ended: what was asked on it will not be answered.
pub(crate) fn connection_lost(step: &mut Step<'_>) -> Result<(), StoreError> {
    step.memory.files.letting_go = false;
    for file in File::on_the_way(step.tx, Way::Keep, Paused::No, u32::MAX)? {
        step.memory.files.checking.remove(&file.number);
    }
    Ok(())
}

/// A file does not move any more, for whatever reason.
pub(super) fn stop(step: &mut Step<'_>, file: FileNumber) {
    let transfers = &mut step.memory.files;
    let running: Vec<u64> =
        transfers.running.iter().filter(|(_, running)| running.file == file).map(|(id, _)| *id).collect();
    for id in &running {
        transfers.running.remove(id);
    }
    transfers.pauses.remove(&file);
    transfers.offsets.remove(&file);
    transfers.checking.remove(&file);
    for id in running {
        step.effect(Effect::StopTransfer { id });
    }
}

/// When something is to be tried again.
pub(crate) fn next_wake(step: &Step<'_>) -> Option<Timestamp> {
    step.memory.files.pauses.values().map(|pause| pause.until).filter(|until| *until > step.now).min()
}
