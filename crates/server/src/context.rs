//! What every door needs: the configuration, the outside world, and the parts of the shell.

use std::sync::{Arc, Mutex, PoisonError};

use beseda_app::domain::Subscription;
use beseda_app::port::{Store, StoreError, UnitOfWork, View};
use beseda_infra::webpush::{BadEndpoint, Endpoint, Reach, ReceiverKeys, Sender};
use beseda_model::{Clock, Rng};
use beseda_wire::Problem;
use beseda_wire::http::Registration;
use bytes::Bytes;

use crate::blobs::Blobs;
use crate::challenges::Challenges;
use crate::config::Config;
use crate::drives::Relay;
use crate::gifs::Gifs;
use crate::map::Map;
use crate::passwords::Passwords;
use crate::phone::Phones;
use crate::previews::Previews;
use crate::rates::Rates;
use crate::refusal::{Refusal, refuse};
use crate::site::Site;
use crate::task::Tasks;
use crate::tls::{Machine, Tls};
use crate::wake::Waker;
use crate::web::Web;
use crate::ws::fanout::Fanout;
use crate::ws::hub::Hub;
use crate::ws::pending::Pending;
use crate::{http, problem};
use tokio::sync::{Semaphore, oneshot};

/// Changes of groups that may be judged at once: each takes a thread and milliseconds of its time.
const JUDGES: usize = 4;
/// Changes of groups that may wait for that.
const WAITING_FOR_JUDGES: usize = 256;

/// Bounds how many changes of groups are judged.
#[derive(Debug)]
pub(crate) struct Judges {
    /// Those that were taken.
    pub(crate) waiting: Arc<Semaphore>,
    /// Those that are being judged.
    pub(crate) judging: Arc<Semaphore>,
}

/// The way to push services.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    /// Sends to them.
    pub(crate) sender: Sender,
    /// How far.
    pub(crate) reach: Reach,
}

impl Push {
    /// Whether something can be sent to this subscription.
    pub(crate) fn check(&self, subscription: &Subscription) -> Result<(), BadSubscription> {
        Endpoint::parse(&subscription.endpoint, self.reach)?;
        let keys = ReceiverKeys { public: subscription.public_key, auth: subscription.auth };
        if keys.are_usable() { Ok(()) } else { Err(BadSubscription::Key) }
    }
}

/// Why nothing can be sent to a subscription.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadSubscription {
    /// Not a place to send to.
    #[error(transparent)]
    Endpoint(#[from] BadEndpoint),
    /// Not a point of the curve.
    #[error("the subscription's key is not one of P-256")]
    Key,
}

/// Shared by all tasks of one server.
pub(crate) struct Context {
    /// What the operator decided.
    pub(crate) config: Config,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    rng: Mutex<Box<dyn Rng>>,
    /// Everything durable.
    pub(crate) store: Arc<dyn Store>,
    /// Files.
    pub(crate) blobs: Blobs,
    /// Who is connected.
    pub(crate) hub: Hub,
    /// The way to the task that tells them things.
    pub(crate) fanout: Fanout,
    /// The way to the task that wakes devices.
    pub(crate) waker: Waker,
    /// How it does; none if the operator does not want it.
    pub(crate) push: Option<Push>,
    /// Sockets that have not said hello.
    pub(crate) pending: Arc<Pending>,
    /// Rate limits.
    pub(crate) rates: Rates,
    /// Who judges changes of groups.
    pub(crate) judges: Judges,
    /// Password hashes.
    pub(crate) passwords: Passwords,
    /// Codes to phone numbers, where they are taken.
    pub(crate) phones: Option<Phones>,
    /// The way to cloud drives, where the operator lets it be one.
    pub(crate) drives: Option<Relay>,
    /// Looks at pages, where the operator lets it.
    pub(crate) previews: Option<Previews>,
    /// Asks for moving pictures, where the operator names somebody.
    pub(crate) gifs: Option<Gifs>,
    /// The map, where the operator names one.
    pub(crate) map: Option<Map>,
    /// What a device answers that asks for its first session.
    pub(crate) challenges: Challenges,
    /// Connections and what feeds them: ended first.
    pub(crate) tasks: Tasks,
    /// What serves them: ended when they have gone.
    pub(crate) background: Tasks,
    /// The OpenAPI document, ready to be sent.
    pub(crate) openapi: Bytes,
    /// The web app.
    pub(crate) site: Site,
    /// The machine that this runs on.
    pub(crate) machine: Arc<dyn Machine>,
    /// TLS, if it is on.
    pub(crate) tls: Option<Arc<Tls>>,
}

impl Context {
    /// Puts it together.
    pub(crate) fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        mut rng: Box<dyn Rng>,
        store: Arc<dyn Store>,
        blobs: Blobs,
        fanout: Fanout,
        waker: Waker,
        push: Option<Push>,
        site: Site,
        machine: Arc<dyn Machine>,
        tls: Option<Tls>,
        phones: Option<Phones>,
        drives: Option<Relay>,
        web: &Arc<Web>,
    ) -> Self {
        let mut chance = || {
            let mut bytes = [0; 32];
            rng.fill(&mut bytes);
            bytes
        };
        let passwords = Passwords::new(config.password_workers, chance());
        // An invitation is work enough.
        let bits = if config.registration == Registration::Open { config.pow_bits } else { 0 };
        let challenges = Challenges::new(clock.clone(), chance(), bits);
        let rates = Rates::new(clock.clone(), config.limits.clone());
        Self {
            store,
            blobs,
            hub: Hub::new(&config.limits),
            fanout,
            waker,
            push,
            pending: Arc::new(Pending::new(&config.limits)),
            rates,
            judges: Judges {
                waiting: Arc::new(Semaphore::new(WAITING_FOR_JUDGES)),
                judging: Arc::new(Semaphore::new(JUDGES)),
            },
            passwords,
            phones,
            drives,
            previews: config.previews.enabled.then(|| Previews::new(web.clone(), &config.limits)),
            gifs: Gifs::new(web.clone(), &config.gifs, &config.limits, chance()),
            map: Map::new(web.clone(), &config.map, &config.limits),
            challenges,
            tasks: Tasks::default(),
            background: Tasks::default(),
            openapi: Bytes::from(http::openapi::document()),
            site,
            machine,
            tls: tls.map(Arc::new),
            config,
            clock,
            rng: Mutex::new(rng),
        }
    }

    /// Random bytes.
    pub(crate) fn chance<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut bytes);
        bytes
    }

    /// Chance for what takes a generator.
    pub(crate) fn rng(&self) -> impl Rng + '_ {
        struct Shared<'a>(&'a Mutex<Box<dyn Rng>>);
        impl Rng for Shared<'_> {
            fn fill(&mut self, bytes: &mut [u8]) {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
            }
        }
        Shared(&self.rng)
    }

    /// Names a failed request in the log and in its answer.
    pub(crate) fn request_id(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.chance::<8>())
    }

    /// Reads from the store.
    pub(crate) async fn read<T, E>(&self, work: impl FnOnce(&dyn View) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.store.read(work, move |result| drop(sender.send(result)));
        receiver.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Writes to the store and waits until that is durable.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnMut(&mut dyn UnitOfWork) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.store.write(work, move |result| drop(sender.send(result)));
        receiver.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Whether the server can do its work.
    pub(crate) async fn check_ready(&self) -> Result<(), Problem> {
        if self.tasks.is_stopping() {
            return Err(problem::overloaded());
        }
        self.read(|view| view.change_no()).await.map(drop).map_err(|error: StoreError| self.refuse("readyz", &error))
    }

    /// Takes an error of the core to the wire.
    pub(crate) fn refuse(&self, op: &'static str, error: &dyn Refusal) -> Problem {
        refuse(self, op, error)
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}
