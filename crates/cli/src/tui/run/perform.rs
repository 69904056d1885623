//! Carrying out what the screen wants.

mod files;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentView, FileNumber};
use beseda_engine::api::view::AccountView;
use beseda_model::{AccountId, ConversationId};
use beseda_wire::content::MessageRef;
use ratatui::layout::Size;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::task::TaskTracker;

use super::super::input::{Action, Data, Input, Intent, Purpose, Query, Tag, Unresolved};
use super::terminal::Screen;
use crate::host::Host;
use crate::pictures::Printer;

/// Carries out actions; what comes of them goes back as inputs.
pub(super) struct Performer {
    host: Arc<Host>,
    inputs: mpsc::UnboundedSender<Input>,
    queries: mpsc::UnboundedSender<Query>,
    tasks: TaskTracker,
    /// Ends the tasks.
    end: watch::Sender<bool>,
    /// Files that other programs show, if there are any.
    copies: Option<files::Copies>,
    bell: bool,
    /// What draws pictures, one after the other.
    printer: Option<Printer>,
    easel: Arc<Semaphore>,
}

impl Performer {
    pub(super) fn new(host: Host, inputs: mpsc::UnboundedSender<Input>, bell: bool, printer: Option<Printer>) -> Self {
        let host = Arc::new(host);
        let (queries, wanted) = mpsc::unbounded_channel();
        let tasks = TaskTracker::new();
        let (end, _) = watch::channel(false);
        let reader = read_views(Arc::clone(&host), wanted, inputs.clone());
        tasks.spawn(until(end.subscribe(), reader));
        Self { host, inputs, queries, tasks, end, copies: None, bell, printer, easel: Arc::new(Semaphore::new(1)) }
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn perform(&mut self, actions: Vec<Action>, screen: &mut Screen) -> io::Result<()> {
        for action in actions {
            match action {
                Action::Do { tag, command } => self.command(tag, command),
                Action::ConfirmPhrase => self.command(Tag::Quiet, Command::ConfirmPhrase { words: Vec::new() }),
                // The reader ends after this program's last look at it.
                Action::Load(query) => drop(self.queries.send(query)),
                Action::Resolve { purpose, names } => self.resolve(purpose, names),
                Action::Seal { conversation, reply_to, path, as_it_is } => {
                    self.seal(conversation, reply_to, path, as_it_is);
                }
                Action::Take { attachment, intent } => self.take(attachment, intent),
                Action::Draw { file, size } => self.draw(file, size),
                Action::Nudge => self.host.nudge(),
                Action::Bell if self.bell => screen.bell()?,
                Action::Bell | Action::Quit => {}
                Action::Copy(text) => screen.copy(&text)?,
            }
        }
        Ok(())
    }

    fn command(&self, tag: Tag, command: Command) {
        let answer = self.host.command(command);
        let inputs = self.inputs.clone();
        let work = async move { drop(inputs.send(Input::Done(tag, answer.await))) };
        self.tasks.spawn(until(self.end.subscribe(), work));
    }

    fn resolve(&self, purpose: Purpose, names: Vec<String>) {
        let (host, inputs) = (Arc::clone(&self.host), self.inputs.clone());
        let work = async move {
            let mut accounts = Vec::with_capacity(names.len());
            for name in names {
                match person(&host, &name).await {
                    Ok(account) => accounts.push(account),
                    Err(why) => {
                        drop(inputs.send(Input::Resolved(purpose, Err(why))));
                        return;
                    }
                }
            }
            drop(inputs.send(Input::Resolved(purpose, Ok(accounts))));
        };
        self.tasks.spawn(until(self.end.subscribe(), work));
    }

    fn seal(&self, conversation: ConversationId, reply_to: Option<MessageRef>, path: PathBuf, as_it_is: bool) {
        let (host, inputs) = (Arc::clone(&self.host), self.inputs.clone());
        let work = async move {
            let result = files::seal(&host, &path, as_it_is, inputs.clone()).await;
            drop(inputs.send(Input::Sealed { conversation, reply_to, result }));
        };
        self.tasks.spawn(until(self.end.subscribe(), work));
    }

    fn take(&mut self, attachment: AttachmentView, intent: Intent) {
        let copies = match (&self.copies, intent) {
            (None, Intent::Open) => files::Copies::new().map(|made| Some(self.copies.insert(made).clone())),
            (kept, _) => Ok(kept.clone()),
        };
        let (host, inputs) = (Arc::clone(&self.host), self.inputs.clone());
        let work = async move {
            let result = files::take(&host, &attachment, intent, copies).await;
            drop(inputs.send(Input::Taken(result)));
        };
        self.tasks.spawn(until(self.end.subscribe(), work));
    }

    fn draw(&self, file: FileNumber, size: Size) {
        let Some(printer) = self.printer.clone() else { return };
        let (host, inputs, easel) = (Arc::clone(&self.host), self.inputs.clone(), Arc::clone(&self.easel));
        let work = async move {
            // A photo takes much memory while it is decoded. Nobody closes the semaphore.
            let Ok(_turn) = easel.acquire().await else { return };
            let picture = files::picture(&host, file, printer, size).await;
            drop(inputs.send(Input::Drawn { file, size, picture }));
        };
        self.tasks.spawn(until(self.end.subscribe(), work));
    }

    /// Ends what is still under way and gives the engine back.
    pub(super) async fn finish(self) -> Host {
        // The last commands (a draft, a mark) were given before this look, so the engine has taken them over after it.
        let _: Option<()> = self.host.look(|_| ()).await;
        self.end.send_replace(true);
        self.tasks.close();
        self.tasks.wait().await;
        Arc::into_inner(self.host).expect("all tasks that held the engine have ended")
    }
}

/// `work`, unless the program ends before it does.
async fn until(mut end: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = end.wait_for(|end| *end) => {}
    }
}

/// Reads views one after the other. A view that is wanted twice is read once, the last time that it is wanted.
async fn read_views(host: Arc<Host>, mut wanted: mpsc::UnboundedReceiver<Query>, inputs: mpsc::UnboundedSender<Input>) {
    while let Some(first) = wanted.recv().await {
        let mut queries = vec![first];
        while let Ok(next) = wanted.try_recv() {
            queries.retain(|query| *query != next);
            queries.push(next);
        }
        for query in queries {
            if let Ok(data) = read_view(&host, query).await
                && inputs.send(Input::Data(data)).is_err()
            {
                return;
            }
        }
    }
}

async fn read_view(host: &Host, query: Query) -> Result<Data, Failure> {
    host.read(move |core, now| {
        Ok(match query {
            Query::Me => Data::Me(core.me(now)?.map(Box::new)),
            Query::Conversations => Data::Conversations(core.conversations(now)?),
            Query::Page { conversation, anchor, limit } => {
                Data::Page { conversation, anchor, page: core.timeline(conversation, anchor, limit, now)? }
            }
            Query::Members(conversation) => Data::Members(conversation, core.members(conversation, now)?),
            Query::People => Data::People(core.people(now)?),
            Query::Person(account) => Data::People(core.person(account, now)?.into_iter().collect()),
            Query::Warnings => Data::Warnings(core.warnings()?),
            Query::Devices => Data::Devices(core.devices()?),
            Query::Search(query) => {
                let words = query.text.clone();
                Data::Hits(words, core.search(query, now)?)
            }
            Query::Details(conversation, row) => Data::Details(Box::new(core.details(conversation, row, now)?)),
            Query::Safety(account) => Data::Safety(account, core.safety_number(account)?),
            Query::Phrase => Data::Phrase(core.phrase()?),
            Query::Files(numbers) => {
                let views: Result<Vec<_>, Failure> = numbers.into_iter().map(|file| core.file(file, now)).collect();
                Data::Files(views?.into_iter().flatten().collect())
            }
        })
    })
    .await
}

/// Somebody by username, by the name that is shown (with _ for spaces), or by the end of the id.
async fn person(host: &Host, name: &str) -> Result<AccountId, Unresolved> {
    let people = host.read(|core, now| core.people(now)).await.map_err(Unresolved::Failed)?;
    let wanted = name.to_lowercase();
    let by_username = |person: &&AccountView| person.username.as_deref() == Some(wanted.as_str());
    let by_name = |person: &&AccountView| person.name.to_lowercase().replace(' ', "_") == wanted;
    let by_id = |person: &&AccountView| wanted.len() >= 8 && person.account.to_string().ends_with(&wanted);
    let known =
        people.iter().find(by_username).or_else(|| people.iter().find(by_name)).or_else(|| people.iter().find(by_id));
    if let Some(person) = known {
        return Ok(person.account);
    }
    let found = host.command(Command::FindAccounts { username: wanted.clone() }).await.map_err(Unresolved::Failed)?;
    let Outcome::Accounts { accounts } = found else { return Err(Unresolved::Nobody(name.to_owned())) };
    let exact = accounts.into_iter().find(|card| card.username.as_ref().is_some_and(|n| n.as_str() == wanted));
    exact.map(|card| card.account).ok_or_else(|| Unresolved::Nobody(name.to_owned()))
}
