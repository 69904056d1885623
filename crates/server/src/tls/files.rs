//! A certificate and a key that the operator keeps in files, as certbot and its like write them.

use std::fs;
use std::path::{Path, PathBuf};

use beseda_model::Timestamp;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

use super::{TlsError, provider};
use crate::config::Config;

const DAY_MS: u64 = 86_400_000;
/// Whatever renews it should have done so by then.
const WARN_DAYS: u64 = 14;

/// Two files, and what was last read in them.
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
    read: Option<[u8; 32]>,
    until: Timestamp,
    has_warned: bool,
}

impl Files {
    /// The files that the configuration names.
    pub(super) fn new(config: &Config) -> Self {
        let (cert, key) = (config.tls_cert.clone().unwrap_or_default(), config.tls_key.clone().unwrap_or_default());
        Self { cert, key, read: None, until: Timestamp::from_millis(u64::MAX), has_warned: false }
    }

    /// What is in the files, if that is something else than before. What can't be used is told once.
    pub(super) fn renew(&mut self, now: Timestamp) -> Result<Option<CertifiedKey>, TlsError> {
        let (cert, key) = (read(&self.cert)?, Zeroizing::new(read(&self.key)?));
        let digest: [u8; 32] =
            Sha256::new().chain_update(&cert).chain_update([0]).chain_update(&*key).finalize().into();
        let certified = if self.read == Some(digest) {
            None
        } else {
            self.read = Some(digest);
            let (certified, until) = self.parse(&cert, &key)?;
            (self.until, self.has_warned) = (until, false);
            Some(certified)
        };
        if !self.has_warned && self.until <= now.plus_millis(WARN_DAYS * DAY_MS) {
            self.has_warned = true;
            let days = self.until.millis_since(now) / DAY_MS;
            tracing::warn!(days, "The certificate will end soon or has ended, and nothing has renewed its files.");
        }
        Ok(certified)
    }

    fn parse(&self, cert: &[u8], key: &[u8]) -> Result<(CertifiedKey, Timestamp), TlsError> {
        let empty = |what, path: &Path| TlsError::Empty { what, path: path.to_owned() };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(cert)
            .collect::<Result<_, _>>()
            .map_err(|_| empty("certificate", &self.cert))?;
        let first = chain.first().ok_or_else(|| empty("certificate", &self.cert))?;
        let parsed = x509_cert::Certificate::from_der(first).map_err(|_| empty("certificate", &self.cert))?;
        let until = parsed.tbs_certificate.validity.not_after.to_unix_duration();
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| empty("private key", &self.key))?;
        let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { cert: self.cert.clone(), key: self.key.clone() },
            error => error.into(),
        })?;
        Ok((certified, Timestamp::from_millis(u64::try_from(until.as_millis()).unwrap_or(u64::MAX))))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable { path: path.to_owned(), reason: error.to_string() })
}
