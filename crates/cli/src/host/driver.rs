//! The thread that owns an engine: it feeds it events one after the other and carries out what it asks for.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use beseda_engine::api::command::Outcome;
use beseda_engine::api::event::{FileDeed, HttpResponse, TransferAnswer};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::FileNumber;
use beseda_engine::{Command, Effect, Event, Notice};
use beseda_model::{BlobId, Clock, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, mpsc as tokio_mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

use super::files::Files;
use super::socket::{self, Http, SocketEvent, Trouble};

/// Longest wait without looking at the clock: a laptop that slept, or a clock that was set, is noticed within it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long the end may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// Notices that a slow reader may have before it is told to read everything again.
const NOTICES: usize = 4096;

/// What can be driven: the engine, or a scripted one in tests.
pub trait Machine: Send + 'static {
    /// Takes an event and says what is to be done.
    fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect>;
}

/// What the host knows of the connection besides the engine's state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// Why the last attempt, request or connection failed; none while a connection is open.
    pub trouble: Option<Trouble>,
    /// The next moment at which the engine wants to do something: without a connection, the next attempt.
    pub wake_at: Option<Timestamp>,
}

/// Something that a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The engine's notice.
    Notice(Notice),
    /// Some were missed: everything may have changed.
    Missed,
}

enum Job<M> {
    Command(Command, oneshot::Sender<Result<Outcome, Failure>>),
    Socket { attempt: u64, event: SocketEvent },
    Http { id: u64, response: Result<HttpResponse, Trouble> },
    Transferred { id: u64, answer: Result<TransferAnswer, Trouble> },
    Checked { file: FileNumber, digest: Option<BlobId> },
    Look(Box<dyn FnOnce(&mut M) + Send>),
    Nudge,
    Stop,
}

/// An engine at work. Dropping it ends the thread; what waited stays in the engine's database.
pub struct Driver<M> {
    jobs: mpsc::Sender<Job<M>>,
    notices: broadcast::Sender<Notice>,
    link: watch::Receiver<Link>,
    clock: Arc<dyn Clock>,
    files: Files,
    tasks: TaskTracker,
    thread: Option<JoinHandle<()>>,
}

impl<M> std::fmt::Debug for Driver<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("link", &*self.link.borrow()).finish_non_exhaustive()
    }
}

/// A subscription to notices.
#[derive(Debug)]
pub struct Notices(broadcast::Receiver<Notice>);

impl Notices {
    /// The next one; none when the engine has stopped.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(notice) => Some(Heard::Notice(notice)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Heard::Missed),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl<M: Machine> Driver<M> {
    /// Starts the thread. `first` are the effects with which the engine was opened; sealed files lie in `files`. Network
    /// tasks run on `runtime`.
    ///
    /// # Errors
    /// When the system gives no thread, or HTTP can't be set up.
    pub fn start(
        machine: M,
        first: Vec<Effect>,
        clock: Arc<dyn Clock>,
        tls: Arc<rustls::ClientConfig>,
        files: Files,
        runtime: Handle,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = mpsc::channel();
        let (notices, _) = broadcast::channel(NOTICES);
        let (link_out, link) = watch::channel(Link::default());
        let http = Http::new(&tls).map_err(std::io::Error::other)?;
        let tasks = TaskTracker::new();
        let mut thread = Thread {
            machine,
            clock: Arc::clone(&clock),
            tls,
            http,
            files: files.clone(),
            transfers: HashMap::new(),
            runtime,
            tasks: tasks.clone(),
            jobs: jobs.clone(),
            notices: notices.clone(),
            link: link_out,
            socket: None,
            attempt: 0,
            commands: 0,
            waiting: HashMap::new(),
            wake_at: None,
        };
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            thread.carry_out(first);
            thread.run(&inbox);
        })?;
        Ok(Self { jobs, notices, link, clock, files, tasks, thread: Some(thread) })
    }

    /// Gives the engine a command and waits for its end.
    ///
    /// # Errors
    /// The engine's answer; [`Failure::Store`] if the engine has stopped.
    pub fn command(&self, command: Command) -> impl Future<Output = Result<Outcome, Failure>> + Send + use<M> {
        let (reply, answer) = oneshot::channel();
        // Given at once, so that commands are carried out in the order of the calls.
        let given = self.jobs.send(Job::Command(command, reply)).is_ok();
        async move { if given { answer.await.unwrap_or(Err(Failure::Store)) } else { Err(Failure::Store) } }
    }

    /// Runs `look` on the engine's thread, between two steps. None if the engine has stopped.
    pub fn look<T: Send + 'static, F: FnOnce(&mut M) -> T + Send + 'static>(
        &self,
        look: F,
    ) -> impl Future<Output = Option<T>> + Send + use<M, T, F> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Look(Box::new(move |machine| drop(reply.send(look(machine)))));
        let given = self.jobs.send(job).is_ok();
        async move { if given { answer.await.ok() } else { None } }
    }

    /// Hears every notice from now on.
    pub fn notices(&self) -> Notices {
        Notices(self.notices.subscribe())
    }

    /// The sealed files.
    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// The connection as the host sees it.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// The present moment, as the engine is told it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Ends the engine and gives the socket a moment to say goodbye. What waits stays in the engine's database.
    pub async fn stop(self) {
        drop(self.jobs.send(Job::Stop));
        // A server that does not answer the goodbye is left without it.
        drop(tokio::time::timeout(GOODBYE, self.tasks.wait()).await);
    }

    /// Tells the engine that now is a good moment to connect.
    pub fn nudge(&self) {
        drop(self.jobs.send(Job::Nudge));
    }
}

impl<M> Drop for Driver<M> {
    fn drop(&mut self) {
        drop(self.jobs.send(Job::Stop));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Thread<M> {
    machine: M,
    clock: Arc<dyn Clock>,
    tls: Arc<rustls::ClientConfig>,
    http: Http,
    files: Files,
    /// Transfers that can be given up.
    transfers: HashMap<u64, AbortHandle>,
    runtime: Handle,
    tasks: TaskTracker,
    jobs: mpsc::Sender<Job<M>>,
    notices: broadcast::Sender<Notice>,
    link: watch::Sender<Link>,
    socket: Option<tokio_mpsc::UnboundedSender<Vec<u8>>>,
    /// Counts sockets: what an earlier one still tells is not listened to.
    attempt: u64,
    commands: u64,
    waiting: HashMap<u64, oneshot::Sender<Result<Outcome, Failure>>>,
    wake_at: Option<Timestamp>,
}

impl<M: Machine> Thread<M> {
    fn run(&mut self, inbox: &mpsc::Receiver<Job<M>>) {
        loop {
            let job = match self.wait() {
                Some(wait) if wait.is_zero() => {
                    self.wake_at = None;
                    self.step(Event::Tick);
                    continue;
                }
                Some(wait) => match inbox.recv_timeout(wait.min(LONGEST_WAIT)) {
                    Ok(job) => job,
                    // The engine looks whether the clock was set back, which puts off all that it waits for.
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        if wait > LONGEST_WAIT {
                            self.step(Event::Tick);
                        }
                        continue;
                    }
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                },
                None => match inbox.recv() {
                    Ok(job) => job,
                    Err(mpsc::RecvError) => return,
                },
            };
            match job {
                Job::Command(command, reply) => {
                    self.commands += 1;
                    self.waiting.insert(self.commands, reply);
                    self.step(Event::Command { id: self.commands, key: None, command });
                }
                Job::Socket { attempt, event } if attempt == self.attempt => self.socket_event(event),
                Job::Socket { .. } => {}
                Job::Http { id, response } => {
                    if let Err(trouble) = response {
                        self.link.send_modify(|link| link.trouble = Some(trouble));
                    }
                    self.step(Event::Http { id, response: response.ok() });
                }
                Job::Transferred { id, answer } => {
                    self.transfers.remove(&id);
                    if let Err(trouble) = answer {
                        self.link.send_modify(|link| link.trouble = Some(trouble));
                    }
                    self.step(Event::Transferred { id, answer: answer.ok() });
                }
                Job::Checked { file, digest } => self.step(Event::FileChecked { file, digest }),
                Job::Look(look) => look(&mut self.machine),
                Job::Nudge => self.step(Event::Nudge),
                Job::Stop => {
                    self.stop();
                    return;
                }
            }
        }
    }

    /// How long until the engine wants to be woken; none if it does not.
    fn wait(&self) -> Option<Duration> {
        self.wake_at.map(|at| Duration::from_millis(at.millis_since(self.clock.now())))
    }

    fn socket_event(&mut self, event: SocketEvent) {
        let event = match event {
            SocketEvent::Opened => {
                self.link.send_modify(|link| link.trouble = None);
                Event::Connected
            }
            SocketEvent::Frame(frame) => Event::Frame(frame),
            SocketEvent::Ended(trouble) => {
                self.socket = None;
                self.link.send_modify(|link| link.trouble = Some(trouble));
                Event::Disconnected
            }
        };
        self.step(event);
    }

    fn step(&mut self, event: Event) {
        let effects = self.machine.handle(self.clock.now(), event);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Connect { url } => self.connect(url),
                Effect::Disconnect => {
                    self.attempt += 1;
                    self.socket = None;
                }
                Effect::Send(frame) => {
                    if let Some(socket) = &self.socket {
                        // A socket that has just ended reports so itself.
                        drop(socket.send(frame));
                    }
                }
                Effect::Http { id, method, url, token, body } => {
                    let (http, jobs) = (self.http.clone(), self.jobs.clone());
                    let task = async move {
                        let response = http.request(method, &url, token, body).await;
                        drop(jobs.send(Job::Http { id, response }));
                    };
                    self.tasks.spawn_on(task, &self.runtime);
                }
                Effect::Transfer { id, transfer } => {
                    let (http, files, jobs) = (self.http.clone(), self.files.clone(), self.jobs.clone());
                    let task = async move {
                        let answer = http.transfer(transfer, files).await;
                        drop(jobs.send(Job::Transferred { id, answer }));
                    };
                    let task = self.tasks.spawn_on(task, &self.runtime);
                    self.transfers.insert(id, task.abort_handle());
                }
                Effect::StopTransfer { id } => {
                    if let Some(task) = self.transfers.remove(&id) {
                        task.abort();
                    }
                }
                Effect::File(deed) => self.file(deed),
                Effect::WakeAt(at) => {
                    self.wake_at = Some(at);
                    self.link.send_if_modified(|link| link.wake_at.replace(at) != Some(at));
                }
                Effect::Done { id, result } => {
                    if let Some(reply) = self.waiting.remove(&id) {
                        // Who asked may have lost interest.
                        drop(reply.send(result));
                    }
                }
                // Nobody listening is no failure: views are read when somebody looks.
                Effect::Notice(notice) => drop(self.notices.send(notice)),
            }
        }
    }

    fn file(&self, deed: FileDeed) {
        match deed {
            FileDeed::Check { file } => {
                let (files, jobs) = (self.files.clone(), self.jobs.clone());
                let check = move || drop(jobs.send(Job::Checked { file, digest: files.digest(file) }));
                self.tasks.spawn_blocking_on(check, &self.runtime);
            }
            FileDeed::Erase { file } => self.files.erase(file),
            FileDeed::KeepOnly { files } => self.files.keep_only(&files),
        }
    }

    fn connect(&mut self, url: String) {
        self.attempt += 1;
        let (sender, outgoing) = tokio_mpsc::unbounded_channel();
        self.socket = Some(sender);
        let (attempt, jobs) = (self.attempt, self.jobs.clone());
        let tell = move |event| jobs.send(Job::Socket { attempt, event }).is_ok();
        self.tasks.spawn_on(socket::serve(url, Arc::clone(&self.tls), outgoing, tell), &self.runtime);
    }

    /// Closes the socket and gives it a moment to say goodbye.
    fn stop(&mut self) {
        self.socket = None;
        // What a transfer has not moved yet, the next program does.
        self.transfers.drain().for_each(|(_, task)| task.abort());
        self.tasks.close();
    }
}

#[cfg(test)]
mod tests;
