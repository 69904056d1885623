//! The store by itself: messages appended by many conversations at once, no sockets.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context, Result};
use beseda_app::domain::{Actor, Append, AppendError, Appended, EntryClass};
use beseda_app::port::Store;
use beseda_model::{Clock, ConversationId, ConversationKind, MessageId};

use super::Options;
use crate::clock::{Chance, WallClock, instant};
use crate::meter::Meter;
use crate::mls::private_message;
use crate::report::{Row, progress};
use crate::seed::{EPOCH, Person, Seed};

/// Conversations that are written to at random.
const CONVERSATIONS: usize = 10_000;

type Answer = Result<Appended, AppendError>;

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
        progress(&format!("appends with {waiting} waiting"));
        rows.extend(writer.run(options, waiting)?);
    }
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
    fn run(&mut self, options: &Options, waiting: u64) -> Result<Vec<Row>> {
        let meter = Meter::start(std::process::id())?;
        let end = instant() + options.phase();
        for _ in 0..waiting {
            self.send()?;
        }
        let mut stored = 0u64;
        while instant() < end {
            self.answers.recv().context("the store is gone")??;
            stored += 1;
            self.send()?;
        }
        let passed = meter.read()?;
        for _ in 0..waiting {
            self.answers.recv().context("the store is gone")??;
        }
        Ok(vec![
            Row::new(format!("store, {waiting} waiting: appends"), stored as f64 / passed.seconds, "/s")
                .others(passed.others),
            Row::new(format!("store, {waiting} waiting: CPU each"), passed.own * 1e6 / stored as f64, "µs"),
        ])
    }

    fn send(&mut self) -> Result<()> {
        let now = WallClock.now();
        self.send_no += 1;
        let at = usize::try_from(self.chance.below(self.conversations.len() as u64))?;
        let message = MessageId::new(now, &mut self.chance);
        let body = private_message(self.conversations[at], EPOCH, message, self.send_no);
        let actor = Actor { account: self.person.account, device: self.person.device };
        let append = Append::parse(actor, body, EntryClass::Counted, None, Vec::new(), now)?;
        let answer = self.answer.clone();
        self.store.append(append, Box::new(move |result| drop(answer.send(result))));
        Ok(())
    }
}
