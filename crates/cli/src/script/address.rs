//! How people, conversations, messages and devices are named on the command line.

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::view::{Anchor, Body, ConversationView, DeviceView, MessageView};
use beseda_engine::timeline::markup::Names;
use beseda_model::{AccountId, ConversationKind};

use super::session::Session;
use super::trip::Trip;
use crate::text::Sentence;

/// Rows that are looked through for an id.
const LOOK_BACK: u32 = 2000;
/// Fewer characters of an id are too likely to mean another one.
const SHORTEST: usize = 4;

/// Whether `typed` is an id, its beginning or its end, with or without hyphens.
pub(super) fn is_id(id: &str, typed: &str) -> bool {
    let typed = typed.to_ascii_lowercase().replace('-', "");
    let id = id.replace('-', "");
    typed.len() >= SHORTEST && (id.starts_with(&typed) || id.ends_with(&typed))
}

/// The only one that fits.
pub(super) fn only<T>(
    mut fitting: impl Iterator<Item = T>,
    none: impl FnOnce() -> Trip,
    many: impl FnOnce() -> Trip,
) -> Result<T, Trip> {
    let first = fitting.next().ok_or_else(none)?;
    if fitting.next().is_some() { Err(many()) } else { Ok(first) }
}

impl Session {
    /// A person: `me`, @username (asked of the server if not known here), a name as shown, or an id.
    ///
    /// # Errors
    /// When nobody or more than one is meant.
    pub(super) async fn person(&self, typed: &str) -> Result<AccountId, Trip> {
        let directory = self.directory().await?;
        if typed == "me" {
            return Ok(self.me().await?.account);
        }
        let nobody = || Trip::NotFound(self.words(&Sentence::NoSuchPerson(typed)));
        if let Some(username) = typed.strip_prefix('@') {
            if let Some(account) = directory.account(username) {
                return Ok(account);
            }
            let outcome = self.ask(Command::FindAccounts { username: username.to_owned() }).await?;
            let Outcome::Accounts { accounts } = outcome else { return Err(nobody()) };
            let exact = |name: &str| name.eq_ignore_ascii_case(username);
            let found = accounts.into_iter().find(|card| card.username.as_ref().is_some_and(|n| exact(n.as_str())));
            return found.map(|card| card.account).ok_or_else(nobody);
        }
        if let Ok(account) = typed.parse::<AccountId>() {
            return Ok(account);
        }
        let many = || Trip::Usage(self.words(&Sentence::Ambiguous(typed)));
        let lower = typed.to_lowercase();
        let named = directory
            .people()
            .filter(|person| person.name.to_lowercase() == lower || is_id(&person.account.to_string(), typed))
            .map(|person| person.account);
        only(named, nobody, many)
    }

    /// People.
    ///
    /// # Errors
    /// See [`Session::person`].
    pub(super) async fn persons(&self, typed: &[String]) -> Result<Vec<AccountId>, Trip> {
        let mut accounts = Vec::with_capacity(typed.len());
        for name in typed {
            accounts.push(self.person(name).await?);
        }
        Ok(accounts)
    }

    /// A conversation: `notes`, @username, a title, or an id.
    ///
    /// # Errors
    /// When none or more than one is meant.
    pub(super) async fn conversation(&self, typed: &str) -> Result<ConversationView, Trip> {
        self.me().await?;
        let conversations = self.host.read(|core, now| core.conversations(now)).await?;
        let many = || Trip::Usage(self.words(&Sentence::Ambiguous(typed)));
        if typed == "notes" {
            let notes = conversations.into_iter().filter(|row| row.kind == ConversationKind::Notes);
            return only(notes, || Trip::NotFound(self.words(&Sentence::NoSuchConversation(typed))), many);
        }
        if typed.starts_with('@') {
            let account = self.person(typed).await?;
            let with = conversations.into_iter().filter(|row| row.peer == Some(account));
            return only(with, || Trip::NotFound(self.words(&Sentence::OpenFirst(typed))), many);
        }
        let lower = typed.to_lowercase();
        let fits =
            |row: &ConversationView| row.title.to_lowercase() == lower || is_id(&row.conversation.to_string(), typed);
        let none = || Trip::NotFound(self.words(&Sentence::NoSuchConversation(typed)));
        only(conversations.into_iter().filter(fits), none, many)
    }

    /// The same, but a direct conversation that is not there yet is begun.
    ///
    /// # Errors
    /// See [`Session::conversation`].
    pub(super) async fn conversation_or_begin(&self, typed: &str) -> Result<ConversationView, Trip> {
        match self.conversation(typed).await {
            Err(Trip::NotFound(_)) if typed.starts_with('@') => {
                let account = self.person(typed).await?;
                self.ask(Command::OpenDirect { account }).await?;
                self.conversation(typed).await
            }
            found => found,
        }
    }

    /// A message: a row number, `last`, `last-own`, or an id.
    ///
    /// # Errors
    /// When none or more than one is meant.
    pub(super) async fn message(&self, at: &ConversationView, typed: &str) -> Result<MessageView, Trip> {
        let conversation = at.conversation;
        let none = || Trip::NotFound(self.words(&Sentence::NoSuchMessage(typed)));
        let many = || Trip::Usage(self.words(&Sentence::Ambiguous(typed)));
        if let Some(row) = typed.trim_start_matches('#').parse::<i64>().ok().filter(|_| typed.len() < 16) {
            let anchor = Anchor::Around(row);
            let page = self.host.read(move |core, now| core.timeline(conversation, anchor, 3, now)).await?;
            if let Some(message) = page.messages.into_iter().find(|message| message.row == row) {
                return Ok(message);
            }
        }
        let page = self.host.read(move |core, now| core.timeline(conversation, Anchor::End, LOOK_BACK, now)).await?;
        let mut newest_first = page.messages.into_iter().rev();
        let is_said = |m: &MessageView| matches!(m.body, Body::Text { .. } | Body::Once { .. });
        match typed {
            "last" => newest_first.find(is_said).ok_or_else(none),
            "last-own" => newest_first.find(|message| message.own && is_said(message)).ok_or_else(none),
            _ => only(newest_first.filter(|m| is_id(&m.message.id.to_string(), typed)), none, many),
        }
    }

    /// One of one's own devices by id.
    ///
    /// # Errors
    /// When none or more than one is meant.
    pub(super) async fn device(&self, typed: &str) -> Result<DeviceView, Trip> {
        let devices = self.host.read(|core, _| core.devices()).await?;
        let fits = |device: &DeviceView| is_id(&device.device.to_string(), typed) || device.name == typed;
        only(
            devices.into_iter().filter(fits),
            || Trip::NotFound(self.words(&Sentence::NoSuchDevice(typed))),
            || Trip::Usage(self.words(&Sentence::Ambiguous(typed))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_both_ends() {
        let id = "01997c2e-5d1a-7c33-8b1f-6f2d9a40b7e1";
        for typed in [id, "01997c2e", "9A40B7E1", "6f2d9a40b7e1", "01997c2e5d1a"] {
            assert!(is_id(id, typed), "{typed}");
        }
        for typed in ["7e1", "", "5d1a", "zzzz"] {
            assert!(!is_id(id, typed), "{typed}");
        }
    }
}
