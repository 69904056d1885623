//! Printing what comes, and catching up.

use std::collections::HashMap;

use beseda_engine::Notice;
use beseda_engine::api::command::Command;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{Anchor, Body, ConnectionState, ConversationView};
use beseda_model::ConversationId;
use serde_json::json;

use super::session::Session;
use super::trip::Trip;
use crate::args::WatchArgs;
use crate::host::Heard;
use crate::text::{self, Label};

/// Rows of each conversation that are compared for changes.
const WINDOW: u32 = 60;

/// What was seen of each row: a row that looks different is printed again.
#[derive(Debug, Default)]
struct Seen {
    rows: HashMap<(ConversationId, i64), String>,
    /// Rows up to this one were there at the beginning.
    newest: i64,
    /// New messages of others.
    heard: u64,
}

impl Session {
    pub(super) async fn watch(&self, args: WatchArgs) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        let only = match &args.conversation {
            Some(typed) => Some(self.conversation(typed).await?.conversation),
            None => {
                self.me().await?;
                None
            }
        };
        // What the connection is at the beginning, as its notices may have come before anybody listened.
        let state = self.host.look(|core| core.connection()).await.ok_or(Failure::Store)?;
        self.say_connection(state)?;
        let mut seen = Seen::default();
        for row in self.watched(only).await? {
            self.look_at(&row, &args, &mut seen, true).await?;
        }
        let wanted = args.count;
        let work = async {
            while wanted.is_none_or(|count| seen.heard < count) {
                let heard = notices.next().await.ok_or(Failure::Store)?;
                self.hear(heard, only, &args, &mut seen).await?;
            }
            Ok(())
        };
        // Without a number to wait for, watching has no end.
        if wanted.is_none() {
            return work.await;
        }
        match self.patiently(false, work).await {
            Err(Trip::Timeout { .. }) => Err(Trip::NothingCame),
            ended => ended,
        }
    }

    fn say_connection(&self, state: ConnectionState) -> Result<(), Trip> {
        if !self.out.is_json() {
            return Ok(());
        }
        let trouble = self.host.link().borrow().trouble;
        let object = json!({ "state": state, "trouble": trouble.map(|t| text::trouble(text::Lang::En, t)) });
        self.say("connection", &object, String::new)
    }

    async fn watched(&self, only: Option<ConversationId>) -> Result<Vec<ConversationView>, Trip> {
        let rows = self.host.read(|core, now| core.conversations(now)).await?;
        Ok(rows.into_iter().filter(|row| only.is_none_or(|only| row.conversation == only)).collect())
    }

    async fn hear(
        &self,
        heard: Heard,
        only: Option<ConversationId>,
        args: &WatchArgs,
        seen: &mut Seen,
    ) -> Result<(), Trip> {
        let notice = match heard {
            Heard::Notice(notice) => notice,
            Heard::Missed => {
                for row in self.watched(only).await? {
                    self.look_at(&row, args, seen, false).await?;
                }
                return Ok(());
            }
        };
        match notice {
            Notice::Timeline(id) if only.is_none_or(|only| only == id) => {
                for row in self.watched(Some(id)).await? {
                    self.look_at(&row, args, seen, false).await?;
                }
            }
            Notice::Connection(state) => self.say_connection(state)?,
            Notice::Typing { conversation, account, typing } if self.out.is_json() => {
                let object = json!({ "conversation": conversation, "account": account, "typing": typing });
                self.say("typing", &object, String::new)?;
            }
            Notice::Account(account) if self.out.is_json() => {
                if let Some(person) = self.host.read(move |core, now| core.person(account, now)).await? {
                    self.say("person", &person, String::new)?;
                }
            }
            Notice::Conversation(id) if self.out.is_json() && only.is_none_or(|only| only == id) => {
                for row in self.watched(Some(id)).await? {
                    self.say("conversation", &row, String::new)?;
                }
            }
            Notice::Warning => self.warnings(None).await?,
            Notice::LinkCode { link, comparison, .. } => {
                let object = json!({ "code": link, "comparison": comparison });
                self.say("link_request", &object, || format!("{link}: {comparison}"))?;
            }
            Notice::SignedOut => {
                self.say("signed_out", &json!({}), || self.label(Label::SignedOutHere))?;
                return Err(Failure::NotSignedIn.into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Prints what is new or different in a conversation; at the beginning only what is unread, if that is wanted.
    async fn look_at(
        &self,
        row: &ConversationView,
        args: &WatchArgs,
        seen: &mut Seen,
        first: bool,
    ) -> Result<(), Trip> {
        let conversation = row.conversation;
        let page = self.host.read(move |core, now| core.timeline(conversation, Anchor::End, WINDOW, now)).await?;
        let directory = self.directory().await?;
        let mut read = row.read;
        let before = seen.newest;
        for message in &page.messages {
            let picture = serde_json::to_string(message).unwrap_or_default();
            let was = seen.rows.insert((conversation, message.row), picture.clone());
            seen.newest = seen.newest.max(message.row);
            let unread = !message.own && message.seq.is_some_and(|seq| seq > row.read);
            let (is_new, is_different) = match was {
                // An older row that comes into view for the first time is neither.
                None if first => (args.unread && unread, false),
                None => (message.row > before, false),
                Some(was) => (false, was != picture),
            };
            if !is_new && !is_different {
                continue;
            }
            self.say_message(conversation, message, &directory)?;
            if is_new && !message.own && !matches!(message.body, Body::System { .. }) {
                seen.heard += 1;
            }
            read = read.max(message.seq.unwrap_or(0));
        }
        if args.read && read > row.read {
            self.host.command(Command::MarkRead { conversation, seq: read }).await?;
        }
        Ok(())
    }

    pub(super) async fn sync(&self) -> Result<(), Trip> {
        self.me().await?;
        self.online().await?;
        self.settled(None).await?;
        let rows = self.host.read(|core, now| core.conversations(now)).await?;
        let unread: u64 = rows.iter().map(|row| row.unread).sum();
        let object = json!({ "conversations": rows.len(), "unread": unread });
        self.say("synced", &object, || self.label(Label::CaughtUp))
    }

    pub(super) async fn warnings(&self, ack: Option<i64>) -> Result<(), Trip> {
        self.me().await?;
        if let Some(warning) = ack {
            self.change(None, Command::AcknowledgeWarning { warning }).await?;
            return self.done();
        }
        let directory = self.directory().await?;
        let named = |account| (directory.name(account), directory.is_me(account));
        let warnings = self.host.read(|core, _| core.warnings()).await?;
        if warnings.is_empty() {
            self.out.note(self.lang.label(Label::NoWarnings))?;
        }
        for warning in &warnings {
            self.say("warning", warning, || {
                let words = text::warning(self.lang, &warning.kind, &named);
                format!("{}  {}  {words}", warning.id, self.time(warning.at))
            })?;
        }
        Ok(())
    }
}
