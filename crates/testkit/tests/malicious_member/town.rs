//! Four people in a group, one of whom has a device that does what it likes.

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::view::{Anchor, Body, MessageView, SystemEvent, WarningKind};
use beseda_engine::store::conversations::{Conversation, Standing};
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_model::{AccountId, ConversationId, DeviceId};
use beseda_testkit::backend::{Accomplice, Backend, RealServer};
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::rogue::Rogue;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::{self, Content};

pub(crate) const MINUTE: u64 = 60_000;

/// Alice owns the group; Bob, Carol and Mallory are plain members. The rogue is Mallory's second device.
pub(crate) struct Town<B> {
    pub(crate) world: World<B>,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    pub(crate) carol: Person,
    pub(crate) mallory: Person,
    pub(crate) rogue: Rogue,
    pub(crate) group: ConversationId,
}

/// With a server that does its part.
pub(crate) fn town(seed: u64) -> Town<RealServer> {
    Town::with(seed, |clock| RealServer::new(seed, clock))
}

/// With a server that helps Mallory.
pub(crate) fn corrupt_town(seed: u64) -> Town<Accomplice> {
    Town::with(seed, |clock| Accomplice::new(RealServer::new(seed, clock)))
}

impl<B: Backend> Town<B> {
    pub(crate) fn with(seed: u64, server: impl FnOnce(FakeClock) -> B) -> Self {
        let clock = FakeClock::default();
        let mut world = World::new(seed, clock.clone(), server(clock));
        // What is only in memory is not what these stories are about.
        world.reload = false;
        let [alice, bob, carol, mallory] = ["alice", "bob", "carol", "mallory"].map(|name| world.person(name));
        world.run_for(MINUTE);
        let group = world.group(alice.device, "us", &[bob.account, carol.account, mallory.account]);
        world.run_for(MINUTE);
        let rogue = world.rogue(&mallory);
        let mut town = Self { world, alice, bob, carol, mallory, rogue, group };
        town.world.run_for(MINUTE);
        town.rogue.join(&mut town.world, group).expect("it is a device of a member");
        town.pass();
        town
    }

    pub(crate) fn honest(&self) -> [DeviceKey; 3] {
        [self.alice.device, self.bob.device, self.carol.device]
    }

    /// Lets a minute go by.
    pub(crate) fn pass(&mut self) {
        self.world.run_for(MINUTE);
    }

    /// Everybody else says something, and everybody else hears it.
    pub(crate) fn assert_unharmed(&mut self, after: &str) {
        let honest = self.honest();
        let said: Vec<String> = honest.iter().map(|key| format!("{after}: {}", self.world.at(*key).name)).collect();
        for (key, text) in honest.into_iter().zip(&said) {
            self.world.say(key, self.group, text);
        }
        self.pass();
        for key in honest {
            let name = &self.world.at(key).name;
            let texts = self.texts(key);
            for text in &said {
                assert!(texts.contains(text), "{after}: {name} has not heard {text:?}: {texts:?}");
            }
            assert_eq!(self.row(key).standing, Standing::Ready, "{after}: {name}");
        }
    }

    /// Nobody was told of anything: the server has seen to it.
    pub(crate) fn assert_unnoticed(&self, after: &str) {
        for key in self.honest() {
            let name = &self.world.at(key).name;
            assert_eq!(self.warnings(key), [], "{after}: {name}");
            assert_eq!(self.broken_rules(key), Vec::<String>::new(), "{after}: {name}");
        }
    }

    pub(crate) fn row(&self, key: DeviceKey) -> Conversation {
        let found = Conversation::find(self.world.at(key).engine().reader(), self.group);
        found.expect("the database works").expect("the group is known")
    }

    pub(crate) fn device(&self, key: DeviceKey) -> DeviceId {
        let me = Me::find(self.world.at(key).engine().reader()).expect("the database works");
        me.expect("somebody has signed in").device
    }

    pub(crate) fn messages(&self, key: DeviceKey) -> Vec<MessageView> {
        let view = View::new(self.world.at(key).engine().reader(), self.world.now()).expect("the database works");
        view::timeline(&view, self.group, Anchor::End, 500).expect("the database works").messages
    }

    /// What can be read, oldest first.
    pub(crate) fn texts(&self, key: DeviceKey) -> Vec<String> {
        let text = |message: MessageView| match message.body {
            Body::Text { text, .. } => Some(text),
            _ => None,
        };
        self.messages(key).into_iter().filter_map(text).collect()
    }

    pub(crate) fn warnings(&self, key: DeviceKey) -> Vec<WarningKind> {
        let warnings = view::warnings(self.world.at(key).engine().reader()).expect("the database works");
        warnings.into_iter().map(|warning| warning.kind).collect()
    }

    /// The rules that are shown to have been broken.
    pub(crate) fn broken_rules(&self, key: DeviceKey) -> Vec<String> {
        let reason = |message: MessageView| match message.body {
            Body::System { event: SystemEvent::RuleBroken { reason } } => Some(reason),
            _ => None,
        };
        self.messages(key).into_iter().filter_map(reason).collect()
    }

    /// Gives a command that must succeed.
    pub(crate) fn done(&mut self, key: DeviceKey, command: Command) {
        assert_eq!(self.world.ask(key, command), Ok(Outcome::Done));
    }

    /// Somebody who is not in the group.
    pub(crate) fn newcomer(&mut self, name: &str) -> Person {
        let person = self.world.person(name);
        self.pass();
        person
    }

    pub(crate) fn add(&mut self, by: DeviceKey, account: AccountId) {
        self.done(by, Command::AddMembers { conversation: self.group, accounts: vec![account] });
        self.pass();
    }
}

/// Something to read.
pub(crate) fn text(text: &str) -> Content {
    Content::Message(content::Message { text: text.to_owned(), ..content::Message::default() })
}
