//! A command's hold on the engine: its connection, its patience, its words.

mod moving;

use std::collections::BTreeMap;
use std::time::Duration;

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{AccountView, ConnectionState, ConversationView, Delivery, Me};
use beseda_engine::timeline::markup::Names;
use beseda_model::{AccountId, ConversationId, MessageId};
use serde::Serialize;

use super::outlet::Outlet;
use super::trip::Trip;
use crate::args::Global;
use crate::calendar::Zone;
use crate::host::{Host, Notices};
use crate::pictures::Means;
use crate::safe;
use crate::text::{Label, Lang, Sentence};

/// How often is looked for what changes without a notice.
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// What a command works with.
#[derive(Debug)]
pub struct Session {
    /// The engine.
    pub host: Host,
    /// Where it prints.
    pub out: Outlet,
    /// The language of its words.
    pub lang: Lang,
    /// The time zone of its dates.
    pub zone: Zone,
    /// How it shows pictures.
    pub pictures: Means,
    wait: bool,
    patience: Duration,
}

impl Session {
    /// A session as the arguments wish.
    pub fn new(host: Host, global: &Global, lang: Lang) -> Self {
        Self {
            host,
            out: Outlet::new(global.json),
            lang,
            zone: Zone::local(),
            pictures: global.pictures,
            wait: !global.no_wait,
            patience: Duration::from_secs(global.timeout),
        }
    }

    /// Waits as long as the arguments allow.
    ///
    /// # Errors
    /// [`Trip::Timeout`], or what `work` ends with.
    pub async fn patiently<T>(&self, queued: bool, work: impl Future<Output = Result<T, Trip>>) -> Result<T, Trip> {
        match tokio::time::timeout(self.patience, work).await {
            Ok(result) => result,
            Err(_) => Err(Trip::Timeout { queued }),
        }
    }

    /// Waits until the engine has caught up.
    ///
    /// # Errors
    /// When it can't.
    pub async fn online(&self) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        self.patiently(false, async {
            loop {
                if self.is_online(false).await? {
                    return Ok(());
                }
                self.next_change(&mut notices).await?;
            }
        })
        .await
    }

    async fn is_online(&self, queued: bool) -> Result<bool, Trip> {
        let state = self.host.look(|core| core.connection()).await.ok_or(Failure::Store)?;
        match state {
            ConnectionState::Online => Ok(true),
            ConnectionState::SignedOut => Err(Failure::NotSignedIn.into()),
            ConnectionState::Offline => match self.host.link().borrow().trouble {
                // The engine tries again, but a script should hear of it now.
                Some(trouble) => Err(Trip::Unreachable { trouble: Some(trouble), queued }),
                None => Ok(false),
            },
            ConnectionState::Connecting | ConnectionState::Syncing => Ok(false),
        }
    }

    /// Waits until something may be different.
    async fn next_change(&self, notices: &mut Notices) -> Result<(), Trip> {
        let mut link = self.host.link();
        // Changes up to now were seen already.
        link.mark_unchanged();
        tokio::select! {
            heard = notices.next() => heard.map(|_| ()).ok_or_else(|| Failure::Store.into()),
            changed = link.changed() => changed.map_err(|_| Failure::Store.into()),
            // Marks and the like go out without a notice.
            () = tokio::time::sleep(LOOK_AGAIN) => Ok(()),
        }
    }

    /// Gives a command that needs the server.
    ///
    /// # Errors
    /// When there is no connection, or the command fails.
    pub async fn ask(&self, command: Command) -> Result<Outcome, Trip> {
        self.online().await?;
        self.patiently(false, async { Ok(self.host.command(command).await?) }).await
    }

    /// Gives a command about a conversation (or about oneself) and waits until nothing of it waits any more.
    ///
    /// # Errors
    /// When the command fails, or does not become durable in time.
    pub async fn change(&self, conversation: Option<ConversationId>, command: Command) -> Result<Outcome, Trip> {
        let outcome = if self.wait {
            self.patiently(true, async {
                tokio::select! {
                    biased;
                    outcome = self.host.command(command) => Ok(outcome?),
                    trip = self.cut_off() => Err(trip),
                }
            })
            .await?
        } else {
            // What is carried out later has been taken over by the engine when it has seen the command.
            tokio::select! {
                biased;
                outcome = self.host.command(command) => outcome?,
                () = self.taken() => Outcome::Done,
            }
        };
        match outcome {
            Outcome::Queued { message } => {
                if let Some(conversation) = conversation.filter(|_| self.wait) {
                    self.sent(conversation, message).await?;
                }
            }
            _ if self.wait => self.settled(conversation).await?,
            _ => {}
        }
        Ok(outcome)
    }

    /// Comes when the server turns out to be out of reach.
    async fn cut_off(&self) -> Trip {
        self.taken().await;
        let mut notices = self.host.notices();
        loop {
            match self.is_online(true).await {
                Err(trip @ Trip::Unreachable { .. }) => return trip,
                // Who is not signed in is told so by the command itself.
                Err(_) => std::future::pending().await,
                Ok(_) => {}
            }
            if let Err(trip) = self.next_change(&mut notices).await {
                return trip;
            }
        }
    }

    /// Comes after everything that was given to the engine before.
    async fn taken(&self) {
        // Two rounds: the first may still stand before the command in the queue.
        for _ in 0..2 {
            let _: Option<()> = self.host.look(|_| ()).await;
        }
    }

    /// Waits until a message is durable on the server.
    ///
    /// # Errors
    /// When it fails for good, or not in time.
    pub async fn sent(&self, conversation: ConversationId, message: MessageId) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        self.patiently(true, async {
            loop {
                let waiting = self.host.read(|core, now| core.waiting(now)).await?;
                let state = waiting.into_iter().find(|w| w.conversation == conversation && w.message == message);
                match state.map(|waiting| waiting.delivery) {
                    Some(Delivery::Failed { why }) => return Err(why.into()),
                    Some(Delivery::Queued | Delivery::Sending) => {}
                    Some(Delivery::Sent | Delivery::Delivered | Delivery::Read) | None => return Ok(()),
                }
                self.is_online(true).await?;
                self.next_change(&mut notices).await?;
            }
        })
        .await
    }

    /// Waits until nothing waits to be carried out.
    ///
    /// # Errors
    /// When it does not come to that in time.
    pub async fn settled(&self, conversation: Option<ConversationId>) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        self.patiently(true, async {
            loop {
                if self.host.read(move |core, _| core.pending(conversation)).await? == 0 {
                    return Ok(());
                }
                self.is_online(true).await?;
                self.next_change(&mut notices).await?;
            }
        })
        .await
    }

    /// Waits until a conversation looks as it should, or is gone.
    ///
    /// # Errors
    /// When it does not come to that in time.
    pub async fn seen(
        &self,
        conversation: ConversationId,
        looks_right: impl Fn(&ConversationView) -> bool,
    ) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        self.patiently(false, async {
            loop {
                let rows = self.host.read(|core, now| core.conversations(now)).await?;
                if rows.iter().find(|row| row.conversation == conversation).is_none_or(&looks_right) {
                    return Ok(());
                }
                self.is_online(false).await?;
                self.next_change(&mut notices).await?;
            }
        })
        .await
    }

    /// Waits until one's own settings are here as the server has them: the next command must find them.
    ///
    /// # Errors
    /// When it does not come to that in time.
    pub async fn seen_of_me(&self, looks_right: impl Fn(&Me) -> bool) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        self.patiently(false, async {
            while !looks_right(&self.me().await?) {
                self.is_online(false).await?;
                self.next_change(&mut notices).await?;
            }
            Ok(())
        })
        .await
    }

    /// Whether commands wait until they are durable.
    pub const fn waits(&self) -> bool {
        self.wait
    }

    /// Oneself.
    ///
    /// # Errors
    /// [`Failure::NotSignedIn`].
    pub async fn me(&self) -> Result<Me, Trip> {
        Ok(self.host.read(|core, now| core.me(now)).await?.ok_or(Failure::NotSignedIn)?)
    }

    /// Everyone who is known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn directory(&self) -> Result<Directory, Trip> {
        let me = self.host.read(|core, now| core.me(now)).await?;
        let people = self.host.read(|core, now| core.people(now)).await?;
        let people = people.into_iter().map(|person| (person.account, person)).collect();
        Ok(Directory { me, people, you: self.lang.label(Label::You) })
    }

    /// A fixed text.
    pub fn label(&self, label: Label) -> String {
        self.lang.label(label).to_owned()
    }

    /// A text with something in it.
    pub fn words(&self, sentence: &Sentence<'_>) -> String {
        self.lang.sentence(sentence)
    }

    /// Prints that it is done.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn done(&self) -> Result<(), Trip> {
        Ok(self.out.say("done", &serde_json::json!({}), || self.label(Label::Done))?)
    }

    /// Prints an object.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn say(&self, kind: &str, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Trip> {
        Ok(self.out.say(kind, value, text)?)
    }
}

/// Names of people.
#[derive(Debug, Clone)]
pub struct Directory {
    me: Option<Me>,
    people: BTreeMap<AccountId, AccountView>,
    you: &'static str,
}

impl Directory {
    /// A name on one safe line.
    pub fn name(&self, account: AccountId) -> String {
        if self.is_me(account) {
            return self.you.to_owned();
        }
        match self.people.get(&account) {
            Some(person) => safe::line(&person.name),
            None => account.to_string(),
        }
    }

    /// Whether it is oneself.
    pub fn is_me(&self, account: AccountId) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == account)
    }

    /// Oneself.
    pub const fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    /// Everyone.
    pub fn people(&self) -> impl Iterator<Item = &AccountView> {
        self.people.values()
    }
}

impl Names for Directory {
    fn account(&self, username: &str) -> Option<AccountId> {
        let is = |name: &Option<String>| name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(username));
        if let Some(me) = self.me.as_ref().filter(|me| is(&me.username)) {
            return Some(me.account);
        }
        self.people.values().find(|person| is(&person.username)).map(|person| person.account)
    }

    fn username(&self, account: AccountId) -> Option<String> {
        if let Some(me) = self.me.as_ref().filter(|me| me.account == account) {
            return me.username.clone();
        }
        self.people.get(&account)?.username.clone()
    }
}
