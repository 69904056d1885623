//! People with a server that may lie, and what they see.

use beseda_engine::api::command::Outcome;
use beseda_engine::api::view::{Anchor, Body, MessageView, Warning, WarningKind};
use beseda_engine::store::conversations::{Conversation, Standing};
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_engine::{Command, identity};
use beseda_model::{ConversationId, DeviceId};
use beseda_testkit::backend::{LyingServer, RealServer};
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};

pub(crate) const MINUTE: u64 = 60_000;

pub(crate) type Town = World<LyingServer>;

pub(crate) fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), LyingServer::new(RealServer::new(seed, clock)))
}

/// Three people in one group, who have all been heard in it, and a second group that no lie is about.
pub(crate) struct Friends {
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    pub(crate) carol: Person,
    pub(crate) place: ConversationId,
    pub(crate) elsewhere: ConversationId,
}

pub(crate) fn friends(world: &mut Town) -> Friends {
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| world.person(name));
    let others = [bob.account, carol.account];
    let place = world.group(alice.device, "Friends", &others);
    let elsewhere = world.group(alice.device, "Elsewhere", &others);
    // Long enough for everybody to have renewed their leaf, so that no commit comes in between later.
    pass(world, 5 * MINUTE);
    let friends = Friends { alice, bob, carol, place, elsewhere };
    for (device, text) in [(friends.alice.device, "a"), (friends.bob.device, "b"), (friends.carol.device, "c")] {
        say(world, device, place, text);
    }
    for device in friends.devices() {
        assert_eq!(texts(world, device, place), ["a", "b", "c"]);
        assert!(warnings(world, device).is_empty(), "{:?}", warnings(world, device));
    }
    friends
}

impl Friends {
    pub(crate) fn devices(&self) -> [DeviceKey; 3] {
        [self.alice.device, self.bob.device, self.carol.device]
    }

    /// The lie has ended, and people have looked: from now on everybody sees the same, what was kept from them included.
    pub(crate) fn assert_heals(&self, world: &mut Town, expected: &[&str]) {
        world.server.be_honest();
        for device in self.devices() {
            acknowledge(world, device);
        }
        pass(world, MINUTE);
        for device in self.devices() {
            let name = world.at(device).name.clone();
            assert_eq!(texts(world, device, self.place), expected, "{name}");
        }
        for device in self.devices() {
            say(world, device, self.place, "on we go");
        }
        for device in self.devices() {
            let name = world.at(device).name.clone();
            assert_eq!(texts(world, device, self.place).len(), expected.len() + 3, "{name}");
            assert!(warnings(world, device).is_empty(), "{name}: {:?}", warnings(world, device));
        }
    }

    /// Nothing has come of the lie for the other group, its people and their devices.
    pub(crate) fn assert_well_elsewhere(&self, world: &mut Town) {
        for device in self.devices() {
            let before = texts(world, device, self.elsewhere).len();
            say(world, device, self.elsewhere, "all is well here");
            for other in self.devices() {
                assert_eq!(texts(world, other, self.elsewhere).len(), before + 1, "{}", world.at(other).name);
                assert_eq!(row(world, other, self.elsewhere).standing, Standing::Ready);
            }
        }
    }
}

/// Lets time pass, and sees that nobody is busy for nothing.
pub(crate) fn pass(world: &mut Town, millis: u64) {
    let mut happenings = 0;
    let most = 20_000 + millis / 5;
    world.run_until(millis, |world| {
        happenings += 1;
        assert!(happenings < most, "livelock at {:?}", world.now());
        false
    });
}

/// Says something and lets it arrive.
pub(crate) fn say(world: &mut Town, device: DeviceKey, place: ConversationId, text: &str) {
    world.say(device, place, text);
    pass(world, 10_000);
}

pub(crate) fn done(world: &mut Town, device: DeviceKey, command: Command) {
    let ending = world.ask(device, command);
    assert!(matches!(ending, Ok(Outcome::Done | Outcome::Queued { .. })), "{ending:?}");
}

pub(crate) fn id(world: &Town, key: DeviceKey) -> DeviceId {
    Me::find(world.at(key).engine().reader()).unwrap().unwrap().device
}

pub(crate) fn row(world: &Town, device: DeviceKey, place: ConversationId) -> Conversation {
    Conversation::find(world.at(device).engine().reader(), place).unwrap().unwrap()
}

pub(crate) fn page(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<MessageView> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::timeline(&view, place, Anchor::End, 200).unwrap().messages
}

/// What is shown but for system rows: texts, and what can't be read with its reason.
pub(crate) fn texts(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<String> {
    let text = |message: MessageView| match message.body {
        Body::Text { text, .. } => Some(text),
        Body::Deleted { .. } => Some("(deleted)".to_owned()),
        Body::Unreadable { why, .. } => Some(format!("({why:?})")),
        Body::Once { .. } | Body::System { .. } | Body::Unsupported { .. } => None,
    };
    page(world, device, place).into_iter().filter_map(text).collect()
}

/// Texts without regard to their order.
pub(crate) fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn all_warnings(world: &Town, device: DeviceKey) -> Vec<Warning> {
    view::warnings(world.at(device).engine().reader()).unwrap()
}

pub(crate) fn warnings(world: &Town, device: DeviceKey) -> Vec<WarningKind> {
    all_warnings(world, device).into_iter().map(|warning| warning.kind).collect()
}

/// Whether this device says that the log of `place` is not the one that others see.
pub(crate) fn is_forked(world: &Town, device: DeviceKey, place: ConversationId) -> bool {
    let mut warnings = all_warnings(world, device).into_iter();
    warnings.any(|warning| warning.conversation == Some(place) && matches!(warning.kind, WarningKind::LogForked { .. }))
}

/// A person looks at everything that there is to look at.
pub(crate) fn acknowledge(world: &mut Town, device: DeviceKey) {
    for warning in all_warnings(world, device) {
        done(world, device, Command::AcknowledgeWarning { warning: warning.id });
    }
    pass(world, 10_000);
}

pub(crate) fn devices(world: &Town, key: DeviceKey) -> Vec<DeviceId> {
    identity::devices(world.at(key).engine().reader()).unwrap().into_iter().map(|device| device.device).collect()
}
