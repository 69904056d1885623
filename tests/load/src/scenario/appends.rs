//! The store by itself: messages appended by many conversations at once, no sockets.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use beseda_app::domain::{Actor, Append, AppendError, Appended, EntryClass};
use beseda_app::port::Store;
use beseda_model::{Clock, ConversationId, ConversationKind, MessageId};

use super::Options;
use crate::clock::{Chance, WallClock, instant, micros};
use crate::meter::{Meter, Passed};
use crate::mls::private_message;
use crate::report::{Row, progress};
use crate::seed::{EPOCH, Person, Seed};
use crate::stats::Histogram;

/// Conversations that are written to at random.
const CONVERSATIONS: usize = 10_000;

/// Messages a second at the fixed rate.
const RATE: u32 = 10_000;

/// When the message was due, when it was answered, and what the answer is.
type Answer = (Instant, Instant, Result<Appended, AppendError>);

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let data = options.data()?;
    let mut seed = Seed::open(data.path())?;
    let people = seed.people(2)?;
    let groups = vec![people.as_slice(); CONVERSATIONS];
    let conversations = seed.conversations(ConversationKind::Group, &groups)?;
    drop(seed);
    let store = crate::store::open(data.path())?;
    let mut rows = Vec::new();
    let mut writer = Writer::new(store, people[0].clone(), conversations);
    for waiting in [1, 16, 64, 256, 1_024] {
        rows.extend(writer.closed(options, waiting)?);
    }
    rows.extend(writer.open(options)?);
    Ok(rows)
}

struct Writer {
    store: Arc<dyn Store>,
    person: Person,
    conversations: Vec<ConversationId>,
    chance: Chance,
    send_no: u64,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
}

impl Writer {
    fn new(store: Arc<dyn Store>, person: Person, conversations: Vec<ConversationId>) -> Self {
        let (answer, answers) = channel();
        Self { store, person, conversations, chance: Chance::new(5), send_no: 0, answers, answer }
    }

    /// Keeps so many messages waiting, takes the answers as they come.
    fn closed(&mut self, options: &Options, waiting: u64) -> Result<Vec<Row>> {
        progress(&format!("appends with {waiting} waiting"));
        let meter = Meter::start(std::process::id())?;
        let end = instant() + options.phase();
        for _ in 0..waiting {
            self.send(instant())?;
        }
        let mut times = Histogram::default();
        while instant() < end {
            self.take(&mut times)?;
            self.send(instant())?;
        }
        let passed = meter.read()?;
        let rows = rows(&format!("store, {waiting} waiting"), &times, passed);
        for _ in 0..waiting {
            self.take(&mut times)?;
        }
        Ok(rows)
    }

    /// Sends at fixed times, whatever becomes of the messages.
    fn open(&mut self, options: &Options) -> Result<Vec<Row>> {
        progress(&format!("{RATE} appends a second"));
        let meter = Meter::start(std::process::id())?;
        let begin = instant();
        let count = u64::from(RATE) * options.seconds;
        let every = Duration::from_secs(1) / RATE;
        let mut times = Histogram::default();
        let mut sent = 0u32;
        while times.count() < count {
            let due = begin + every * sent;
            if u64::from(sent) < count && due <= instant() {
                self.send(due)?;
                sent += 1;
                continue;
            }
            let wait = due.saturating_duration_since(instant());
            match self.answers.recv_timeout(if u64::from(sent) < count { wait } else { Duration::from_secs(10) }) {
                Ok(answer) => record(&mut times, answer)?,
                Err(RecvTimeoutError::Timeout) if u64::from(sent) < count => {}
                Err(error) => return Err(error).context("the store does not answer"),
            }
        }
        Ok(rows(&format!("store at {RATE}/s"), &times, meter.read()?))
    }

    fn take(&self, times: &mut Histogram) -> Result<()> {
        record(times, self.answers.recv().context("the store is gone")?)
    }

    fn send(&mut self, due: Instant) -> Result<()> {
        let now = WallClock.now();
        self.send_no += 1;
        let at = usize::try_from(self.chance.below(self.conversations.len() as u64))?;
        let message = MessageId::new(now, &mut self.chance);
        let body = private_message(self.conversations[at], EPOCH, message, self.send_no);
        let actor = Actor { account: self.person.account, device: self.person.device };
        let append = Append::parse(actor, body, EntryClass::Counted, None, Vec::new(), now)?;
        let answer = self.answer.clone();
        self.store.append(append, Box::new(move |result| drop(answer.send((due, instant(), result)))));
        Ok(())
    }
}

fn record(times: &mut Histogram, (due, answered, result): Answer) -> Result<()> {
    times.record(micros(due, answered));
    result?;
    Ok(())
}

fn rows(name: &str, times: &Histogram, passed: Passed) -> Vec<Row> {
    let stored = times.count() as f64;
    vec![
        Row::new(format!("{name}: appends"), stored / passed.seconds, "/s").others(passed.others),
        Row::new(format!("{name}: CPU each"), passed.own * 1e6 / stored, "µs"),
        Row::new(format!("{name}: p50"), times.percentile_ms(50.0), "ms"),
        Row::new(format!("{name}: p99"), times.percentile_ms(99.0), "ms"),
        Row::new(format!("{name}: longest"), times.percentile_ms(100.0), "ms"),
    ]
}
