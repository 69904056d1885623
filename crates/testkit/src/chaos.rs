//! People who do everything at once on a bad network, and what must be true when the storm is over.

use std::collections::BTreeMap;

use beseda_engine::Command;
use beseda_engine::api::command::Draft;
use beseda_engine::api::view::{Anchor, Body, MessageView, SystemEvent, Warning, WarningKind};
use beseda_engine::store::conversations::{Conversation, Standing};
use beseda_engine::view::{self, View};
use beseda_model::{AccountId, ConversationId, Role};
use beseda_wire::content::MessageRef;

use crate::backend::RealServer;
use crate::chance::SeededRng;
use crate::clock::FakeClock;
use crate::network::Conditions;
use crate::people::Person;
use crate::world::{DeviceKey, World};

/// How wild it gets.
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// People.
    pub people: usize,
    /// Things that are done.
    pub actions: u32,
    /// The network while they are.
    pub conditions: Conditions,
}

impl Storm {
    /// What a test run can afford for each of many seeds.
    pub const SHORT: Self = Self { people: 3, actions: 40, conditions: Conditions::ROUGH };
    /// For long runs.
    pub const LONG: Self = Self { people: 5, actions: 150, conditions: Conditions::ROUGH };
}

/// What a device shows of one message, as far as all devices must agree. Who came after a deletion does not know whose
/// message it was.
type Shown = (Option<MessageRef>, String, Vec<(String, Vec<AccountId>)>, bool);

/// A storm over one group.
#[derive(Debug)]
pub struct Chaos {
    /// The world.
    pub world: World<RealServer>,
    /// Who is in it.
    pub people: Vec<Person>,
    /// The group that they are all in at first.
    pub group: ConversationId,
    rng: SeededRng,
    storm: Storm,
}

impl Chaos {
    /// People who know each other, with one group, in good weather.
    pub fn new(seed: u64, storm: Storm) -> Self {
        let clock = FakeClock::default();
        let mut world = World::new(seed, clock.clone(), RealServer::new(seed, clock));
        let names = ["alice", "bob", "carol", "dave", "erin", "frank"];
        let people: Vec<_> = names.iter().take(storm.people).map(|name| world.person(name)).collect();
        let (first, others) = people.split_first().expect("a storm has people");
        let others: Vec<_> = others.iter().map(|person| person.account).collect();
        let group = world.group(first.device, "storm", &others);
        world.run_for(30_000);
        Self { world, people, group, rng: SeededRng::fork(seed, "chaos"), storm }
    }

    /// The storm.
    pub fn rage(&mut self) {
        self.world.conditions = self.storm.conditions;
        for _ in 0..self.storm.actions {
            self.act();
            let pause = self.rng.below(4_000);
            self.world.run_for(pause);
        }
    }

    /// Good weather again, until nothing moves any more.
    pub fn calm(&mut self) {
        self.world.conditions = Conditions::CALM;
        for key in self.world.keys() {
            self.world.set_online(key, true);
        }
        // The longest anything waits by itself is a repair that nobody answers.
        self.world.run_for(2 * 3_600_000);
    }

    fn act(&mut self) {
        let keys = self.world.keys();
        let Some(device) = self.rng.pick(&keys).copied() else { return };
        let conversation = self.group;
        let rows = self.rows(device);
        let some = self.rng.pick(&rows).map(|row| row.message);
        let own: Vec<_> = rows.iter().filter(|row| row.own && matches!(row.body, Body::Text { .. })).collect();
        let mine = self.rng.pick(&own).map(|row| row.message);
        let accounts: Vec<_> = self.people.iter().map(|person| person.account).collect();
        let somebody = self.rng.pick(&accounts).copied().expect("there are people");
        let number = self.rng.below(1_000_000);
        let command = match self.rng.below(100) {
            0..45 => {
                let draft = Draft { text: format!("message {number}"), reply_to: some, ..Draft::default() };
                Command::Send { conversation, draft }
            }
            45..53 => match mine {
                Some(target) => {
                    Command::Edit { conversation, target, text: format!("edited {number}"), entities: Vec::new() }
                }
                None => return,
            },
            53..61 => match some {
                Some(target) => {
                    let emoji = if number.is_multiple_of(2) { "👍" } else { "🔥" }.to_owned();
                    Command::React { conversation, target, emoji, on: !number.is_multiple_of(3) }
                }
                None => return,
            },
            61..65 => match mine {
                Some(target) => Command::Delete { conversation, targets: vec![target], for_all: true },
                None => return,
            },
            65..68 => match some {
                Some(target) => Command::Pin { conversation, target, on: number.is_multiple_of(2) },
                None => return,
            },
            68..71 => Command::RemoveMember { conversation, account: somebody },
            71..76 => Command::AddMembers { conversation, accounts: vec![somebody] },
            76..79 => {
                let role = if number.is_multiple_of(2) { Role::Admin } else { Role::Member };
                Command::SetRole { conversation, account: somebody, role }
            }
            79..81 => Command::SetInfo {
                conversation,
                title: Some(format!("title {number}")),
                description: None,
                timer: None,
            },
            81..90 => {
                let online = !self.world.at(device).online;
                return self.world.set_online(device, online);
            }
            90..97 => return self.world.restart(device),
            _ => return self.another_device(),
        };
        self.world.command(device, command);
    }

    /// Somebody gets a second device; it takes its time like everything else.
    fn another_device(&mut self) {
        let Some(person) = self.rng.pick(&self.people).cloned() else { return };
        let count = self.world.keys().len();
        if count >= self.storm.people * 2 {
            return;
        }
        let device = self.world.device(&format!("extra {count}"));
        let server = crate::world::SERVER.to_owned();
        let command = Command::Recover { server, phrase: person.phrase, device_name: "extra".to_owned() };
        self.world.command(device, command);
    }

    /// What a device shows of the group, oldest first.
    pub fn rows(&self, device: DeviceKey) -> Vec<MessageView> {
        let conn = self.world.at(device).engine().reader();
        let view = View::new(conn, self.world.now()).expect("the database reads");
        view::timeline(&view, self.group, Anchor::End, 500).expect("the timeline reads").messages
    }

    /// Checks everything that must be true now.
    ///
    /// # Errors
    /// What is not, in words for whoever has to find out why.
    pub fn check(&self) -> Result<(), String> {
        let mut seen: BTreeMap<u64, (DeviceKey, Shown)> = BTreeMap::new();
        let mut complete = Vec::new();
        for key in self.world.keys() {
            let name = &self.world.at(key).name;
            let conn = self.world.at(key).engine().reader();
            let Some(row) = Conversation::find(conn, self.group).map_err(|error| format!("{name}: {error}"))? else {
                continue;
            };
            let start = self.start(key, &row);
            if row.member && row.standing != Standing::Left {
                self.settled(key, &row)?;
                complete.push((key, start));
            }
            let mut ids: Vec<MessageRef> = Vec::new();
            for shown in self.rows(key) {
                let (Some(seq), Some(what)) = (shown.seq, comparable(&shown)) else {
                    if let Body::Unreadable { why, healing } = &shown.body {
                        return Err(format!("{name}: entry {:?} is unreadable: {why:?}, {healing:?}", shown.seq));
                    }
                    continue;
                };
                if ids.contains(&shown.message) {
                    return Err(format!("{name} shows a message twice, the second time at {seq}"));
                }
                ids.push(shown.message);
                // What was done to a message while somebody was away is not known to them.
                if !row.member || seq <= start {
                    continue;
                }
                match seen.get(&seq) {
                    Some((other, known)) if *known != what => {
                        let other = &self.world.at(*other).name;
                        return Err(format!("entry {seq} is {known:?} for {other} and {what:?} for {name}"));
                    }
                    Some(_) => {}
                    None => drop(seen.insert(seq, (key, what))),
                }
            }
        }
        for (key, first) in complete {
            let shown: Vec<u64> =
                self.rows(key).iter().filter(|row| comparable(row).is_some()).filter_map(|row| row.seq).collect();
            let missing = seen.keys().find(|seq| **seq > first && !shown.contains(seq));
            if let Some(seq) = missing {
                return Err(format!(
                    "{} lacks entry {seq}, although it is there since {first}",
                    self.world.at(key).name
                ));
            }
        }
        Ok(())
    }

    /// The entry from which on a device has seen everything without a break: its account was added, or it joined, there.
    fn start(&self, key: DeviceKey, row: &Conversation) -> u64 {
        let joined = self
            .rows(key)
            .into_iter()
            .filter(|row| matches!(row.body, Body::System { event: SystemEvent::JoinedHere }));
        joined.filter_map(|row| row.seq).chain([row.first_seq]).max().unwrap_or(0)
    }

    /// Whether a member's device is caught up and has nothing left to do.
    fn settled(&self, key: DeviceKey, row: &Conversation) -> Result<(), String> {
        let name = &self.world.at(key).name;
        if row.standing != Standing::Ready || !row.is_current() || !row.is_caught_up() {
            return Err(format!(
                "{name} is {:?} at {:?}/{} of {}/{}, entry {} of {}",
                row.standing, row.mls_generation, row.mls_epoch, row.generation, row.epoch, row.applied, row.last_seq
            ));
        }
        let conn = self.world.at(key).engine().reader();
        for (what, sql) in [
            ("messages to send", "SELECT count(*) FROM outbox WHERE state <> 2"),
            ("pending requests", "SELECT count(*) FROM pending"),
            ("wishes", "SELECT count(*) FROM intents"),
        ] {
            let count: i64 = conn.query_row(sql, (), |row| row.get(0)).map_err(|error| error.to_string())?;
            if count > 0 {
                let places = Conversation::all(conn).map_err(|error| error.to_string())?;
                let states: Vec<_> =
                    places.iter().map(|row| (row.kind, row.standing, row.is_current(), &row.due)).collect();
                return Err(format!("{name} still has {count} {what}: {states:?}"));
            }
        }
        let warnings = view::warnings(conn).map_err(|error| error.to_string())?;
        // Who was removed and added again while away is told how the members differ, as is right.
        let is_bad = |warning: &&Warning| {
            warning.conversation.is_some() && !matches!(warning.kind, WarningKind::MembersDiffer { .. })
        };
        let bad = warnings.iter().find(is_bad);
        bad.map_or(Ok(()), |warning| Err(format!("{name} is warned: {:?}", warning.kind)))
    }
}

fn comparable(row: &MessageView) -> Option<Shown> {
    let (message, body) = match &row.body {
        Body::Text { text, .. } => (Some(row.message), text.clone()),
        Body::Deleted { .. } => (None, "(deleted)".to_owned()),
        Body::System { .. } | Body::Unsupported { .. } | Body::Unreadable { .. } => return None,
    };
    let mut reactions: Vec<_> = row
        .reactions
        .iter()
        .map(|reaction| {
            let mut accounts = reaction.accounts.clone();
            accounts.sort();
            (reaction.emoji.clone(), accounts)
        })
        .collect();
    reactions.sort();
    Some((message, body, reactions, row.pinned))
}
