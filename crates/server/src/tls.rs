//! TLS: which certificate the server shows, where that comes from, and when it is another one.

mod authority;
mod files;
mod names;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use beseda_model::Timestamp;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, TlsMode};
use authority::Local;
use files::Files;

pub(crate) use names::Name;

/// What this machine is called and where it can be reached. Tests bring their own.
pub trait Machine: Send + Sync {
    /// The name that it was given, if it has one.
    fn name(&self) -> Option<String>;
    /// The addresses of its interfaces.
    fn addresses(&self) -> Vec<IpAddr>;
}

/// Why there is no certificate. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file is not there or can't be read.
    #[error("{path} can't be read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file of the authority can't be written.
    #[error("{path} can't be written: {source}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A PEM file without what it is for.
    #[error("there is no {what} in {path}; it must be a PEM file")]
    Empty {
        /// What was looked for.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// Certificate and key are not of one pair.
    #[error("the private key in {key} does not belong to the certificate in {cert}")]
    Mismatch {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The authority's key is lost.
    #[error(
        "{path} is missing: bring it back from a backup, or remove its folder to make a new authority, which every device \
         must then be told to trust"
    )]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The authority's time is over.
    #[error(
        "the certificate authority in {folder} has expired: remove the folder to make a new one, which every device must \
         then be told to trust"
    )]
    Expired {
        /// Where it is.
        folder: PathBuf,
    },
    /// The operator wants a name that the authority was not made for.
    #[error(
        "the certificate authority in {folder} may not vouch for {name}: remove the folder to make one that may, which every \
         device must then be told to trust"
    )]
    OutOfScope {
        /// The name in `tls_names`.
        name: String,
        /// Where the authority is.
        folder: PathBuf,
    },
    /// What is in the authority's folder was not made by this program.
    #[error("{path} is not a certificate authority of this program")]
    NotOurs {
        /// Its certificate.
        path: PathBuf,
    },
    /// The TLS library refuses.
    #[error("TLS can't be set up: {0}")]
    Setup(#[from] rustls::Error),
    /// No certificate can be made.
    #[error("a certificate can't be made: {0}")]
    Issue(#[from] rcgen::Error),
}

/// TLS as the operator chose it.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    source: Mutex<Source>,
    trust: Option<Trust>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The authority that devices have to be told to trust.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    /// What people meet in the settings of their devices.
    pub(crate) name: String,
    /// Its certificate.
    pub(crate) certificate: bytes::Bytes,
    /// What people compare: the SHA-256 of the certificate.
    pub(crate) fingerprint: String,
}

/// Where the certificate comes from. Each answers with a new one when it has one.
enum Source {
    /// Our own authority.
    Local(Box<Local>),
    /// Files of the operator's.
    Files(Files),
}

impl Source {
    fn renew(&mut self, now: Timestamp) -> Result<Option<CertifiedKey>, TlsError> {
        match self {
            Self::Local(local) => local.renew(now),
            Self::Files(files) => files.renew(now),
        }
    }
}

/// The certificate that is shown to whoever connects now.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Tls {
    /// Sets it up, if the operator wants it. Reads and writes files.
    ///
    /// # Errors
    /// When there is no certificate.
    pub(crate) fn open(config: &Config, machine: Arc<dyn Machine>, now: Timestamp) -> Result<Option<Self>, TlsError> {
        let (mut source, trust) = match config.tls {
            TlsMode::Off => return Ok(None),
            TlsMode::Local => {
                let local = Local::open(config, machine, now)?;
                let trust = local.trust();
                (Source::Local(Box::new(local)), Some(trust))
            }
            TlsMode::Files => (Source::Files(Files::new(config)), None),
        };
        let first = source.renew(now)?.expect("a source that was just opened has a certificate or says why not");
        let shown = Arc::new(Shown(RwLock::new(Arc::new(first))));
        let mut settings = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        settings.alpn_protocols = vec![b"http/1.1".to_vec()];
        // What a client needs to come back quickly is kept by the client.
        settings.session_storage = Arc::new(NoServerSessionStorage {});
        settings.ticketer = aws_lc_rs::Ticketer::new()?;
        settings.send_tls13_tickets = 1;
        let acceptor = TlsAcceptor::from(Arc::new(settings));
        Ok(Some(Self { acceptor, shown, source: Mutex::new(source), trust }))
    }

    /// Makes TLS of a connection.
    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// What devices have to be told to trust, if they don't already.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// Shows a new certificate from now on, if there is one. Reads files.
    pub(crate) fn tend(&self, now: Timestamp) {
        match self.source.lock().unwrap_or_else(PoisonError::into_inner).renew(now) {
            Ok(Some(renewed)) => {
                *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(renewed);
                tracing::info!("The server shows a new certificate from now on.");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(error = %error, "There is no new certificate; the old one is shown further on.")
            }
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
