//! Words for stories: people who sign up, meet and talk.

use beseda_engine::Command;
use beseda_engine::api::command::{Draft, Outcome};
use beseda_model::{AccountId, ConversationId, MessageId};
use beseda_wire::state::{Audience, PrivacySettings};

use crate::backend::Backend;
use crate::world::{DeviceKey, SERVER, World};

/// A person on their first device.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// The first device.
    pub device: DeviceKey,
    /// The recovery phrase.
    pub phrase: String,
}

impl<B: Backend> World<B> {
    /// Somebody signs up under their name, and may be added to groups by everyone.
    pub fn person(&mut self, name: &str) -> Person {
        let person = self.sign_up(name);
        // Stories are about groups more often than about who may be added to them.
        let privacy = PrivacySettings { group_adds: Audience::Everyone, ..PrivacySettings::default() };
        let ending = self.ask(person.device, Command::SetPrivacy { privacy });
        assert_eq!(ending, Ok(Outcome::Done));
        person
    }

    /// Somebody has just signed up under their name: nothing else has been exchanged yet.
    pub fn sign_up(&mut self, name: &str) -> Person {
        let device = self.device(name);
        let command = Command::SignUp {
            server: SERVER.to_owned(),
            username: Some(name.to_owned()),
            password: None,
            invite: None,
            phone: false,
            device_name: format!("{name}'s phone"),
        };
        match self.ask(device, command) {
            Ok(Outcome::SignedUp { account, phrase, .. }) => Person { account, device, phrase },
            other => panic!("{name} could not sign up: {other:?}"),
        }
    }

    /// A new device of somebody, by recovery phrase.
    pub fn recover(&mut self, person: &Person, name: &str) -> DeviceKey {
        let device = self.device(name);
        let (server, phrase, device_name) = (SERVER.to_owned(), person.phrase.clone(), name.to_owned());
        let ending = self.ask(device, Command::Recover { server, phrase, device_name });
        assert!(matches!(ending, Ok(Outcome::SignedIn { .. })), "{name} could not be added: {ending:?}");
        device
    }

    /// The direct conversation of two people, from the side of this device.
    pub fn direct(&mut self, device: DeviceKey, with: AccountId) -> ConversationId {
        match self.ask(device, Command::OpenDirect { account: with }) {
            Ok(Outcome::Conversation { conversation }) => conversation,
            other => panic!("no conversation could be opened: {other:?}"),
        }
    }

    /// A group.
    pub fn group(&mut self, device: DeviceKey, title: &str, members: &[AccountId]) -> ConversationId {
        match self.ask(device, Command::CreateGroup { title: title.to_owned(), members: members.to_vec() }) {
            Ok(Outcome::Conversation { conversation }) => conversation,
            other => panic!("no group could be made: {other:?}"),
        }
    }

    /// Says something; it may still be on its way afterwards.
    pub fn say(&mut self, device: DeviceKey, conversation: ConversationId, text: &str) -> MessageId {
        let draft = Draft { text: text.to_owned(), ..Draft::default() };
        match self.ask(device, Command::Send { conversation, draft }) {
            Ok(Outcome::Queued { message }) => message,
            other => panic!("nothing could be said: {other:?}"),
        }
    }
}
