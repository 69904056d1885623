//! People who do everything at once on a bad network, and what must be true when the storm is over.

mod check;

use std::iter;

use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::view::{Anchor, Body, MessageView};
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_engine::{Command, identity};
use beseda_model::{AccountId, ConversationId, MessageId, Role, Timestamp};

use crate::backend::RealServer;
use crate::chance::SeededRng;
use crate::clock::FakeClock;
use crate::network::Conditions;
use crate::people::Person;
use crate::world::{DeviceKey, SERVER, World};

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

/// A storm over one group.
#[derive(Debug)]
pub struct Chaos {
    /// The world.
    pub world: World<RealServer>,
    /// Who is in it.
    pub people: Vec<Person>,
    /// The group that they are all in at first.
    pub group: ConversationId,
    /// What people were told is on its way: from which device, and which message.
    said: Vec<(DeviceKey, MessageId)>,
    /// Commands whose end somebody waits for.
    awaited: Vec<(DeviceKey, u64)>,
    /// Whether a device was signed out or removed.
    some_left: bool,
    rng: SeededRng,
    storm: Storm,
}

/// More than that happens in a minute of good weather only where engines ask for the same again and again.
const BUSY: u64 = 2_000;

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
        let rng = SeededRng::fork(seed, "chaos");
        Self { world, people, group, said: Vec::new(), awaited: Vec::new(), some_left: false, rng, storm }
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

    /// Good weather again, until everything is as it must be.
    ///
    /// # Errors
    /// What is not, although more time has passed than anything waits by itself.
    pub fn calm(&mut self) -> Result<(), String> {
        self.world.conditions = Conditions::CALM;
        self.all_online(true);
        let mut verdict = Ok(());
        // What waits longest, after a commit that should not have been refused: who could not answer a request for a lost
        // message is asked again after a day.
        for minutes in iter::repeat_n(5, 24).chain([25 * 60]) {
            let (mut happened, most) = (0, minutes * BUSY);
            let is_restless = self.world.run_until(minutes * 60_000, |_| {
                happened += 1;
                happened > most
            });
            if is_restless {
                return Err(format!("nobody comes to rest: more than {most} things happen in {minutes} minutes"));
            }
            verdict = self.check();
            if verdict.is_ok() {
                break;
            }
        }
        verdict
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
            0..42 => {
                let draft = Draft { text: format!("message {number}"), reply_to: some, ..Draft::default() };
                Command::Send { conversation, draft }
            }
            42..49 => match mine {
                Some(target) => {
                    Command::Edit { conversation, target, text: format!("edited {number}"), entities: Vec::new() }
                }
                None => return,
            },
            49..56 => match some {
                Some(target) => {
                    let emoji = if number.is_multiple_of(2) { "👍" } else { "🔥" }.to_owned();
                    Command::React { conversation, target, emoji, on: !number.is_multiple_of(3) }
                }
                None => return,
            },
            56..60 => match mine {
                Some(target) => Command::Delete { conversation, targets: vec![target], for_all: true },
                None => return,
            },
            60..63 => match some {
                Some(target) => Command::Pin { conversation, target, on: number.is_multiple_of(2) },
                None => return,
            },
            63..65 => Command::RemoveMember { conversation, account: somebody },
            65..67 => Command::Leave { conversation },
            67..73 => Command::AddMembers { conversation, accounts: vec![somebody] },
            73..76 => {
                let role = if number.is_multiple_of(2) { Role::Admin } else { Role::Member };
                Command::SetRole { conversation, account: somebody, role }
            }
            76..78 => Command::SetInfo {
                conversation,
                title: Some(format!("title {number}")),
                description: None,
                timer: None,
            },
            78..84 => {
                let online = !self.world.at(device).online;
                return self.world.set_online(device, online);
            }
            84..90 => return self.restart(device),
            90..92 => return self.partition(),
            92..94 => return self.world.restart_server(|_| {}),
            94..96 => return self.one_device_less(device),
            _ => return self.one_device_more(),
        };
        if let Command::Delete { targets, .. } = &command {
            self.said.retain(|(_, message)| targets.iter().all(|target| target.id != *message));
        }
        let is_said = matches!(command, Command::Send { .. });
        let id = self.command(device, command);
        if is_said && let Some(Ok(Outcome::Queued { message })) = self.world.ending(device, id) {
            self.said.push((device, *message));
        }
    }

    fn command(&mut self, device: DeviceKey, command: Command) -> u64 {
        let id = self.world.command(device, command);
        self.awaited.push((device, id));
        id
    }

    /// Whoever waited in front of this device has to ask again.
    fn restart(&mut self, device: DeviceKey) {
        self.awaited.retain(|(waiting, _)| *waiting != device);
        self.world.restart(device);
    }

    /// Some devices lose the server at the same moment, or all find it again.
    fn partition(&mut self) {
        if self.rng.once_in(2) {
            return self.all_online(true);
        }
        for key in self.world.keys() {
            if self.rng.once_in(2) {
                self.world.set_online(key, false);
            }
        }
    }

    fn all_online(&mut self, online: bool) {
        for key in self.world.keys() {
            self.world.set_online(key, online);
        }
    }

    /// Somebody signs out, or removes another device. Nobody loses their last one.
    fn one_device_less(&mut self, by: DeviceKey) {
        let Some(account) = self.owner(by) else { return };
        let mut others = self.world.keys();
        others.retain(|key| *key != by && self.owner(*key) == Some(account));
        let Some(other) = self.rng.pick(&others).copied() else { return };
        let command = match self.me(other) {
            Some(other) if self.rng.once_in(2) => Command::RemoveDevice { device: other.device },
            _ => Command::SignOut,
        };
        self.some_left = true;
        self.command(by, command);
    }

    /// Somebody gets another device, or signs in again on one that was signed out; it takes its time like everything else.
    fn one_device_more(&mut self) {
        let Some(person) = self.rng.pick(&self.people).cloned() else { return };
        let keys = self.world.keys();
        let mut free = keys.clone();
        free.retain(|key| self.me(*key).is_some_and(|me| me.account == person.account) && self.owner(*key).is_none());
        let device = match free.first() {
            Some(device) => *device,
            None if keys.len() < self.storm.people * 2 => self.world.device(&format!("extra {}", keys.len())),
            None => return,
        };
        let command =
            Command::Recover { server: SERVER.to_owned(), phrase: person.phrase, device_name: "extra".to_owned() };
        self.command(device, command);
    }

    fn me(&self, key: DeviceKey) -> Option<Me> {
        Me::find(self.world.at(key).engine().reader()).expect("the database reads")
    }

    /// Whose device it is, if somebody is signed in there.
    fn owner(&self, key: DeviceKey) -> Option<AccountId> {
        let signed_in = identity::is_signed_in(self.world.at(key).engine().reader()).expect("the database reads");
        self.me(key).filter(|_| signed_in).map(|me| me.account)
    }

    /// What a device shows of the group, oldest first.
    pub fn rows(&self, device: DeviceKey) -> Vec<MessageView> {
        let conn = self.world.at(device).engine().reader();
        let view = View::new(conn, self.world.now()).expect("the database reads");
        view::timeline(&view, self.group, Anchor::End, 500).expect("the timeline reads").messages
    }

    /// What became of everybody: the same for the same seed.
    pub fn story(&self) -> Vec<(String, Vec<(Option<u64>, Timestamp, Body)>)> {
        let told = |key| {
            let rows = self.rows(key).into_iter().map(|row| (row.seq, row.at, row.body)).collect();
            (self.world.at(key).name.clone(), rows)
        };
        self.world.keys().into_iter().map(told).collect()
    }
}
