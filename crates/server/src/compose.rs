//! The composition root: the only place that names concrete adapters.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use beseda_app::port::{BlobStore, Bus as _, SmsSender, Store, StoreError};
use beseda_app::usecase::wake::own_key;
use beseda_infra::blob::fs::FsBlobs;
#[cfg(feature = "s3")]
use beseda_infra::blob::s3::{S3Blobs, S3Error, S3Options};
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};
use beseda_infra::fetch::{FetchOptions, HttpFetcher, SystemNames};
use beseda_infra::sms::http::{HttpSms, HttpSmsError, HttpSmsOptions};
use beseda_infra::sms::outbox::OutboxSms;
use beseda_infra::webpush::{Reach, SERVER_KEY_BYTES, Sender, ServerKey};
use beseda_model::{Clock, Rng};
use beseda_wire::http::PhoneOffer;
use tokio::net::TcpListener;
#[cfg(feature = "s3")]
use tokio::runtime::Handle;

use crate::blobs::Blobs;
use crate::config::{self, BlobPlace, Config, SmsCarrier, SmsHttp};
use crate::context::{Context, Push};
use crate::drives::Relay;
use crate::phone::{KeyError, PhoneKey, Phones, Sending, sending};
use crate::site::Site;
use crate::system::{OsRng, SystemClock, SystemMachine};
use crate::tls::{Machine, Tls, TlsError};
use crate::web::Web;
use crate::ws::fanout::{self, Fanout, Item};
use crate::{admin, http, jobs, wake, ws};

/// Why a server does not start. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}: {source}")]
    Store {
        /// Which one.
        path: PathBuf,
        /// Why, and what to do about it.
        source: StoreError,
    },
    /// There is no certificate to show.
    #[error("cannot use TLS: {0}")]
    Tls(#[from] TlsError),
    /// The object store can't be used.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    S3(#[from] S3Error),
    /// It can't be used by this program.
    #[cfg(not(feature = "s3"))]
    #[error("this program was built without the feature `s3`: set `blobs` to `disk`, or take another")]
    WithoutS3,
    /// There is no way to push services.
    #[error("cannot set up TLS towards push services; set `push` to `off` to do without them")]
    Push,
    /// There is no way to cloud drives.
    #[cfg(feature = "drives")]
    #[error("cannot set up TLS towards cloud drives; set `drives.enabled` to `false` to do without them")]
    Drives,
    /// What is written of a client at a provider of cloud drives can't be used.
    #[cfg(feature = "drives")]
    #[error("the setting `drives.{0}` is wrong: {1}")]
    DriveClient(&'static str, beseda_infra::drive::ClientError),
    /// Numbers can't be hidden as they were.
    #[error(transparent)]
    PhoneKey(#[from] KeyError),
    /// The service that is to carry text messages can't be used.
    #[error("the setting `sms_http` is wrong: {0}")]
    Sms(#[from] HttpSmsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; is another server running there?")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// What a server takes from outside. Tests bring their own.
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Box<dyn Rng>,
    /// The web app.
    pub site: Site,
    /// What this machine is called.
    pub machine: Arc<dyn Machine>,
    /// Where the bytes of blobs are; in the data directory, if none.
    pub files: Option<Arc<dyn BlobStore>>,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            rng: Box::new(OsRng),
            site: Site::embedded(),
            machine: Arc::new(SystemMachine),
            files: None,
        }
    }
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    redirect_addr: Option<SocketAddr>,
    drain: Duration,
    context: Arc<Context>,
}

/// Starts a server with the real clock and real chance.
///
/// # Errors
/// When the data directory or the address cannot be used.
pub async fn start(config: Config) -> Result<Running, StartError> {
    start_with(config, Outside::default()).await
}

/// Starts a server with the given clock and chance.
///
/// # Errors
/// When the data directory or the address cannot be used.
pub async fn start_with(config: Config, outside: Outside) -> Result<Running, StartError> {
    let address = config.listen;
    let (listener, addr) = listen(address).await?;
    let aside = match config.redirect_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let drain = Duration::from_millis(config.drain_ms);
    let context = context(config, outside).await?;
    context.tasks.spawn("jobs", jobs::run(context.clone()));
    admin::listen(&context);
    let entrance = http::Entrance::main(&context);
    let mut redirect_addr = None;
    if let Some((listener, at)) = aside {
        redirect_addr = Some(at);
        let accepting = http::accept(context.clone(), listener, entrance.aside(addr.port()));
        context.tasks.spawn("redirect listener", accepting);
    }
    context.tasks.spawn("listener", http::accept(context.clone(), listener, entrance));
    Ok(Running { addr, redirect_addr, drain, context })
}

/// Everything but the doors to the outside.
pub(crate) async fn context(config: Config, outside: Outside) -> Result<Arc<Context>, StartError> {
    let Outside { clock, mut rng, site, machine, files } = outside;
    let tls = open_tls(&config, machine.clone(), clock.clone()).await?;
    let (fanout, inlet) = fanout::channel();
    let store = open_store(&config, rng.as_mut(), fanout.clone()).await?;
    let blobs = Blobs::new(open_files(&config, files).await?);
    let push = push(&config, rng.as_mut(), store.clone()).await?;
    let (waker, to_wake) = wake::channel();
    let (phones, carrying) = match phones(&config, rng.as_mut(), &store).await? {
        Some((phones, carrying)) => (Some(phones), Some(carrying)),
        None => (None, None),
    };
    let drives = Relay::open(&config)?;
    let web = web(&config);
    let context =
        Context::new(config, clock, rng, store, blobs, fanout, waker, push, site, machine, tls, phones, drives, &web);
    let context = Arc::new(context);
    if let Some((waiting, sender)) = carrying {
        context.tasks.spawn("sms-queue", sending::run(waiting, sender, context.tasks.clone()));
    }
    context.background.spawn("fanout", fanout::run(context.clone(), inlet));
    context.background.spawn("wake", wake::run(context.clone(), to_wake));
    Ok(context)
}

/// Waits until everything that was committed before has been handed to the sockets that it concerns.
pub(crate) async fn settle(context: &Context) {
    // What was queued at the store before this is done when this is; its events are handed on right after.
    for _ in 0..2 {
        drop(context.write(|_| Ok::<_, StoreError>(())).await);
    }
    let (reached, waiting) = tokio::sync::oneshot::channel();
    context.fanout.send(Item::Barrier(reached));
    drop(waiting.await);
    let (reached, waiting) = tokio::sync::oneshot::channel();
    context.waker.tell(wake::Item::Barrier(reached));
    // An error is an answer, too: it was dropped.
    drop(waiting.await);
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok((listener, addr))
}

async fn open_tls(
    config: &Config,
    machine: Arc<dyn Machine>,
    clock: Arc<dyn Clock>,
) -> Result<Option<Tls>, StartError> {
    let config = config.clone();
    let opened = tokio::task::spawn_blocking(move || Tls::open(&config, machine, clock.now()));
    Ok(opened.await.expect("opening does not panic, and is not cancelled")?)
}

/// What is needed to send codes to numbers; none where numbers are not taken.
async fn phones(
    config: &Config,
    rng: &mut dyn Rng,
    store: &Arc<dyn Store>,
) -> Result<Option<(Phones, (sending::Waiting, Arc<dyn SmsSender>))>, StartError> {
    if config.phone == PhoneOffer::Off {
        return Ok(None);
    }
    let mut outbox = None;
    let sender: Arc<dyn SmsSender> = match config.sms {
        SmsCarrier::Http => {
            let SmsHttp { url, method, headers, body, timeout_ms } = config.sms_http.clone();
            let options = HttpSmsOptions { url, method, headers, body, timeout: Duration::from_millis(timeout_ms) };
            Arc::new(HttpSms::new(&options, |name| std::env::var(name).ok())?)
        }
        SmsCarrier::Outbox | SmsCarrier::None => {
            tracing::warn!(
                "Codes are sent to nobody: whoever reaches /dev/sms reads them. This is for development only."
            );
            outbox.insert(Arc::new(OutboxSms::default())).clone()
        }
    };
    let mut fresh = [0; 32];
    rng.fill(&mut fresh);
    let (dir, store) = (config.data_dir.clone(), store.clone());
    let key = tokio::task::spawn_blocking(move || PhoneKey::open(&dir, &*store, fresh)).await;
    let key = key.unwrap_or(Err(KeyError::Store(StoreError::Closed)))?;
    let (sending, waiting) = Sending::new();
    Ok(Some((Phones { key, sending, outbox }, (waiting, sender))))
}

/// The way to the web.
fn web(config: &Config) -> Arc<Web> {
    let options = FetchOptions {
        ports: config.fetch.ports.clone(),
        allow: config.fetch.networks(),
        time: Duration::from_millis(config.limits.fetch_millis),
    };
    Arc::new(Web::new(Arc::new(HttpFetcher::new(options, Arc::new(SystemNames))), &config.limits))
}

async fn open_store(config: &Config, rng: &mut dyn Rng, fanout: Fanout) -> Result<Arc<dyn Store>, StartError> {
    let mut new_epoch = [0; 16];
    rng.fill(&mut new_epoch);
    let options = Options { limits: config.limits.clone(), ..Options::new(&config.data_dir, new_epoch) };
    let opened = tokio::task::spawn_blocking(move || {
        let bus = LocalBus::new();
        bus.subscribe(Box::new(fanout));
        SqliteStore::open(&options, Arc::new(bus))
    });
    let path = config.data_dir.clone();
    match opened.await {
        Ok(Ok(store)) => Ok(Arc::new(store)),
        Ok(Err(source)) => Err(StartError::Store { path, source }),
        Err(_) => Err(StartError::Store { path, source: StoreError::Closed }),
    }
}

/// The files of blobs. After the store: it makes sure that the data directory is ours.
async fn open_files(config: &Config, given: Option<Arc<dyn BlobStore>>) -> Result<Arc<dyn BlobStore>, StartError> {
    if let Some(given) = given {
        return Ok(given);
    }
    if config.blobs == BlobPlace::S3 {
        return open_bucket(config).await;
    }
    let path = config.data_dir.clone();
    let opened = tokio::task::spawn_blocking(move || FsBlobs::open(&path)).await;
    match opened.unwrap_or(Err(StoreError::Closed)) {
        Ok(files) => Ok(Arc::new(files)),
        Err(source) => Err(StartError::Store { path: config.data_dir.clone(), source }),
    }
}

#[cfg(feature = "s3")]
async fn open_bucket(config: &Config) -> Result<Arc<dyn BlobStore>, StartError> {
    let s3 = config.s3.clone();
    let options = S3Options {
        endpoint: s3.endpoint,
        bucket: s3.bucket,
        region: s3.region,
        prefix: s3.prefix,
        access_key_id: s3.access_key_id.reveal().to_owned(),
        secret_access_key: s3.secret_access_key.reveal().to_owned(),
        path_style: s3.path_style,
    };
    let (path, runtime) = (config.data_dir.clone(), Handle::current());
    let opened = tokio::task::spawn_blocking(move || {
        S3Blobs::open(&options, |name| std::env::var(name).ok(), &path, Box::new(OsRng), runtime)
    });
    match opened.await.unwrap_or(Err(S3Error::Disk(StoreError::Closed))) {
        Ok(files) => Ok(Arc::new(files)),
        Err(S3Error::Disk(source)) => Err(StartError::Store { path: config.data_dir.clone(), source }),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(feature = "s3"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn open_bucket(_: &Config) -> Result<Arc<dyn BlobStore>, StartError> {
    Err(StartError::WithoutS3)
}

/// The way to push services, with the key by which they know this server: made at the first start.
async fn push(config: &Config, rng: &mut dyn Rng, store: Arc<dyn Store>) -> Result<Option<Push>, StartError> {
    let reach = match config.push {
        config::Push::Off => return Ok(None),
        config::Push::Public => Reach::Public,
        config::Push::Loopback => Reach::Loopback,
    };
    let mut fresh = [0; SERVER_KEY_BYTES];
    while {
        rng.fill(&mut fresh);
        ServerKey::from_bytes(&fresh).is_err()
    } {}
    let written = tokio::task::spawn_blocking(move || store.write_blocking(move |uow| own_key(uow, fresh))).await;
    let failed = |source| StartError::Store { path: config.data_dir.clone(), source };
    let key = written.unwrap_or(Err(StoreError::Closed)).map_err(failed)?;
    let key = ServerKey::from_bytes(&key).map_err(|_| failed(StoreError::Damaged))?;
    let sender = Sender::new(key, &config.push_contact, reach).map_err(|_| StartError::Push)?;
    Ok(Some(Push { sender, reach }))
}

impl Running {
    /// Where it listens: with port 0 in the configuration, the port that it was given.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it sends those on who come without TLS, if the configuration names such an address.
    pub const fn redirect_addr(&self) -> Option<SocketAddr> {
        self.redirect_addr
    }

    /// What to open in a browser on this machine.
    pub fn url(&self) -> String {
        let scheme = if self.context.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/", http::host_of(self.addr))
    }

    /// Where a device learns to trust the server, and the fingerprint of what it is asked to trust; none where the
    /// certificate is one that devices trust already, or where there is no TLS.
    pub fn trust(&self) -> Option<(String, String)> {
        let trust = self.context.tls.as_ref()?.trust()?;
        let nearby = http::lan_address(&self.context).map_or(self.addr, |ip| SocketAddr::new(ip, self.addr.port()));
        Some((format!("http://{}/trust", http::host_of(nearby)), trust.fingerprint.clone()))
    }

    /// The store, for tests that prepare what would take cryptography otherwise.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.context.store
    }

    /// Does at once what is otherwise done about once a minute: drops what has expired, closes silent sockets.
    pub async fn tend(&self) {
        jobs::tend(&self.context).await;
    }

    /// Waits until everything that was committed before has been handed to the sockets that it concerns.
    pub async fn settle(&self) {
        settle(&self.context).await;
    }

    /// Stops accepting, tells everyone connected to come back later, and waits until all have gone and everything is
    /// written. Answers whether all went within the configured time.
    pub async fn shutdown(self) -> bool {
        let Self { context, drain, .. } = self;
        context.tasks.stop();
        ws::send_away(&context);
        let all_gone = context.tasks.shut_down(drain).await;
        // The writer works in order: when this is done, so is everything before.
        drop(context.write(|_| Ok::<_, StoreError>(())).await);
        let fed = context.background.shut_down(drain).await;
        admin::remove_socket(&context);
        // Closing the store waits for its threads.
        drop(tokio::task::spawn_blocking(move || drop(context)).await);
        all_gone && fed
    }
}
