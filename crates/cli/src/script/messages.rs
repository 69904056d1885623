//! Messages.

use beseda_engine::api::command::{Command, Draft, Outcome};
use beseda_engine::api::view::{Anchor, ConversationView, Delivery, MessageView, SearchQuery};
use beseda_engine::timeline::markup::{self, Formatted};
use beseda_model::{AccountId, ConversationId, MessageId};
use beseda_wire::content::MessageRef;
use serde::Serialize;
use serde_json::json;

use super::ask;
use super::session::{Directory, Session};
use super::trip::Trip;
use crate::args::{self, HistoryArgs, LinksArgs, SearchArgs};
use crate::calendar;
use crate::safe;
use crate::text::{Label, Sentence};

/// A message with the conversation in which it stands.
#[derive(Debug, Serialize)]
pub(super) struct Placed<'a> {
    pub(super) conversation: ConversationId,
    #[serde(flatten)]
    pub(super) message: &'a MessageView,
}

impl Session {
    fn formatted(&self, source: &str, plain: bool, directory: &Directory) -> Result<Formatted, Trip> {
        if source.trim().is_empty() {
            return Err(Trip::Usage(self.label(Label::NothingToSend)));
        }
        if plain {
            return Ok(Formatted { text: source.to_owned(), entities: Vec::new() });
        }
        Ok(markup::parse(source, directory))
    }

    pub(super) async fn send(&self, args: args::Draft) -> Result<(), Trip> {
        let row = self.conversation_or_begin(&args.conversation).await?;
        let directory = self.directory().await?;
        let Formatted { text, entities } =
            if args.text.is_empty() && (!args.files.is_empty() || args.place.is_some() || args.vcf.is_some()) {
                // Who sends something to look at need not say anything.
                Formatted::default()
            } else {
                self.formatted(&ask::text(&args.text)?, args.plain, &directory)?
            };
        let reply_to = match &args.reply {
            Some(typed) => Some(self.message(&row, typed).await?.message),
            None => None,
        };
        let timer = match &args.timer {
            Some(typed) => Some(self.parse_timer(typed, args.from_reading)?),
            None => None,
        };
        let place = args.place.as_deref().map(|typed| self.place(typed, args.place_name.as_deref())).transpose()?;
        let contacts = args.vcf.as_deref().map(|path| self.cards(path)).transpose()?.unwrap_or_default();
        let (silent, once) = (args.silent, args.once);
        let draft = Draft { text, entities, reply_to, timer, silent, once, place, contacts, ..Draft::default() };
        let conversation = row.conversation;
        let outcome = if args.files.is_empty() {
            self.change(Some(conversation), Command::Send { conversation, draft }).await?
        } else {
            self.send_files(conversation, draft, &args.files, args.original).await?
        };
        self.say_sent(conversation, &outcome).await
    }

    /// Says how far a message has come.
    pub(super) async fn say_sent(&self, conversation: ConversationId, outcome: &Outcome) -> Result<(), Trip> {
        let Outcome::Queued { message } = outcome else { return self.done() };
        let id = *message;
        let page = self.host.read(move |core, now| core.timeline(conversation, Anchor::End, 50, now)).await?;
        let sent = page.messages.into_iter().find(|message| message.message.id == id);
        if self.waits()
            && let Some(message) = &sent
        {
            let object = Placed { conversation, message };
            return self.say("message", &object, || format!("{} #{}", self.label(Label::SentNow), message.row));
        }
        let object = json!({ "conversation": conversation, "message": id, "row": sent.map(|message| message.row) });
        self.say("queued", &object, || self.label(Label::QueuedNow))
    }

    pub(super) async fn edit(&self, at: &str, message: &str, words: &[String]) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let target = self.message(&row, message).await?.message;
        let directory = self.directory().await?;
        let Formatted { text, entities } = self.formatted(&ask::text(words)?, false, &directory)?;
        self.change_silently(conversation, Command::Edit { conversation, target, text, entities }).await
    }

    /// A change that is a message without being one to read: waited for like one, told as done.
    async fn change_silently(&self, conversation: ConversationId, command: Command) -> Result<(), Trip> {
        self.change(Some(conversation), command).await?;
        if self.waits() {
            self.settled(Some(conversation)).await?;
        }
        self.done()
    }

    async fn targets(&self, row: &ConversationView, typed: &[String]) -> Result<Vec<MessageRef>, Trip> {
        let mut targets = Vec::with_capacity(typed.len());
        for message in typed {
            targets.push(self.message(row, message).await?.message);
        }
        Ok(targets)
    }

    pub(super) async fn delete(&self, at: &str, messages: &[String], for_all: bool) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let targets = self.targets(&row, messages).await?;
        self.change_silently(conversation, Command::Delete { conversation, targets, for_all }).await
    }

    pub(super) async fn react(&self, at: &str, message: &str, emoji: String, on: bool) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let target = self.message(&row, message).await?.message;
        self.change_silently(conversation, Command::React { conversation, target, emoji, on }).await
    }

    pub(super) async fn pin(&self, at: &str, message: &str, on: bool) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let target = self.message(&row, message).await?.message;
        self.change_silently(conversation, Command::Pin { conversation, target, on }).await
    }

    pub(super) async fn forward(
        &self,
        from: &str,
        messages: &[String],
        to: &[String],
        with_author: bool,
    ) -> Result<(), Trip> {
        let row = self.conversation(from).await?;
        let messages = self.targets(&row, messages).await?;
        let mut places = Vec::with_capacity(to.len());
        for typed in to {
            places.push(self.conversation_or_begin(typed).await?.conversation);
        }
        let last = places.last().copied();
        let command = Command::Forward { from: row.conversation, messages, to: places.clone(), with_author };
        self.change(last, command).await?;
        if self.waits() {
            for place in places {
                self.settled(Some(place)).await?;
            }
        }
        self.done()
    }

    pub(super) async fn read(&self, at: &str, to: Option<String>) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let seq = match to {
            Some(typed) => self.message(&row, &typed).await?.seq.unwrap_or(row.read),
            None => row.last_seq,
        };
        self.change(Some(conversation), Command::MarkRead { conversation, seq }).await?;
        self.done()
    }

    pub(super) async fn history(&self, args: HistoryArgs) -> Result<(), Trip> {
        let row = self.conversation(&args.conversation).await?;
        let conversation = row.conversation;
        let anchor = match (args.before, args.after, args.around, args.unread) {
            (Some(row), ..) => Anchor::Before(row),
            (_, Some(row), ..) => Anchor::After(row),
            (_, _, Some(row), _) => Anchor::Around(row),
            (_, _, _, true) => Anchor::FirstUnread,
            _ => Anchor::End,
        };
        let limit = args.limit.max(1);
        let page = self.host.read(move |core, now| core.timeline(conversation, anchor, limit, now)).await?;
        let directory = self.directory().await?;
        for message in &page.messages {
            self.say_message(conversation, message, &directory)?;
        }
        if self.out.is_json() {
            let more = json!({ "more_before": page.more_before, "more_after": page.more_after });
            self.say("page", &more, String::new)?;
        }
        Ok(())
    }

    pub(super) async fn linked(&self, args: LinksArgs) -> Result<(), Trip> {
        let conversation = self.conversation(&args.conversation).await?.conversation;
        let (words, limit) = (args.words.join(" "), args.limit);
        let found = self.host.read(move |core, now| core.linked(conversation, &words, limit, now)).await?;
        if found.is_empty() {
            self.out.note(self.lang.label(Label::NothingFound))?;
        }
        let directory = self.directory().await?;
        found.iter().try_for_each(|message| self.say_message(conversation, message, &directory))
    }

    pub(super) fn say_message(
        &self,
        conversation: ConversationId,
        message: &MessageView,
        directory: &Directory,
    ) -> Result<(), Trip> {
        self.say("message", &Placed { conversation, message }, || self.message_lines(message, directory))
    }

    pub(super) async fn search(&self, args: SearchArgs) -> Result<(), Trip> {
        self.me().await?;
        let conversation = match &args.conversation {
            Some(typed) => Some(self.conversation(typed).await?.conversation),
            None => None,
        };
        let author = match &args.by {
            Some(typed) => Some(self.person(typed).await?),
            None => None,
        };
        let date = |text: &Option<String>| match text {
            Some(text) => match calendar::parse(text, &self.zone) {
                Some(at) => Ok(Some(at)),
                None => Err(Trip::Usage(self.label(Label::DateExpected))),
            },
            None => Ok(None),
        };
        let query = SearchQuery {
            text: args.words.join(" "),
            conversation,
            author,
            from: date(&args.from)?,
            to: date(&args.to)?,
            limit: args.limit,
            before: args.before,
        };
        let hits = self.host.read(move |core, now| core.search(query, now)).await?;
        let directory = self.directory().await?;
        let rows = self.host.read(|core, now| core.conversations(now)).await?;
        if hits.is_empty() {
            self.out.note(self.lang.label(Label::NothingFound))?;
        }
        for hit in &hits {
            self.say("hit", hit, || {
                let place = rows.iter().find(|row| row.conversation == hit.conversation);
                let place = place.map(|row| self.title(row)).unwrap_or_default();
                format!("[{place}] {}", self.message_lines(&hit.message, &directory))
            })?;
        }
        Ok(())
    }

    pub(super) async fn details(&self, at: &str, message: &str) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let conversation = row.conversation;
        let number = self.message(&row, message).await?.row;
        let info = self.host.read(move |core, now| core.details(conversation, number, now)).await?;
        let directory = self.directory().await?;
        let names = |accounts: &[AccountId]| {
            let names: Vec<String> = accounts.iter().map(|account| directory.name(*account)).collect();
            if names.is_empty() { self.label(Label::Nobody) } else { names.join(", ") }
        };
        self.say("details", &info, || {
            let mut lines = vec![
                self.message_lines(&info.message, &directory),
                format!("{}: {}", self.label(Label::DeliveredTo), names(&info.delivered_to)),
                format!("{}: {}", self.label(Label::ReadBy), names(&info.read_by)),
                format!(
                    "{}: {}, {}",
                    self.label(Label::Generation),
                    self.label(Label::Encrypted),
                    self.words(&Sentence::Epoch { generation: info.generation, epoch: info.epoch })
                ),
            ];
            if !info.opened_by.is_empty() {
                lines.push(format!("{}: {}", self.label(Label::OpenedBy), names(&info.opened_by)));
            }
            for former in &info.history {
                lines.push(format!("{}: {}", self.label(Label::FormerTexts), safe::line(former)));
            }
            lines.join("\n")
        })
    }

    pub(super) async fn typing(&self, at: &str, typing: bool) -> Result<(), Trip> {
        let conversation = self.conversation(at).await?.conversation;
        self.ask(Command::Typing { conversation, typing }).await?;
        self.done()
    }

    pub(super) async fn draft(&self, at: &str, words: &[String]) -> Result<(), Trip> {
        let conversation = self.conversation(at).await?.conversation;
        self.change(None, Command::SaveDraft { conversation, text: words.join(" ") }).await?;
        self.done()
    }

    pub(super) async fn outbox(&self) -> Result<(), Trip> {
        self.me().await?;
        let waiting = self.host.read(|core, now| core.waiting(now)).await?;
        if waiting.is_empty() {
            self.out.note(self.lang.label(Label::OutboxEmpty))?;
        }
        let rows = self.host.read(|core, now| core.conversations(now)).await?;
        for item in &waiting {
            self.say("waiting", item, || {
                let place = rows.iter().find(|row| row.conversation == item.conversation);
                let place = place.map(|row| self.title(row)).unwrap_or_default();
                let id = item.message.to_string();
                format!("[{place}] {}  {}", crate::tui::short(&id), self.delivery(&item.delivery))
            })?;
        }
        Ok(())
    }

    async fn unsent(&self, at: &str, message: &str) -> Result<(ConversationId, MessageId), Trip> {
        let row = self.conversation(at).await?;
        let message = self.message(&row, message).await?;
        match message.delivery {
            Some(Delivery::Failed { .. } | Delivery::Queued | Delivery::Sending) => {
                Ok((row.conversation, message.message.id))
            }
            _ => Err(beseda_engine::api::failure::Failure::NotFound.into()),
        }
    }

    pub(super) async fn retry(&self, at: &str, message: &str) -> Result<(), Trip> {
        let (conversation, message) = self.unsent(at, message).await?;
        self.change(Some(conversation), Command::Retry { conversation, message }).await?;
        if self.waits() {
            self.sent(conversation, message).await?;
        }
        self.done()
    }

    pub(super) async fn discard(&self, at: &str, message: &str) -> Result<(), Trip> {
        let (conversation, message) = self.unsent(at, message).await?;
        self.change(None, Command::Discard { conversation, message }).await?;
        self.done()
    }
}
