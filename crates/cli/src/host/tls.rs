//! Whom to believe that they are the server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why certificates can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file is not there, or is not PEM.
    #[error("the certificate file {path} can't be read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// No certificate in it.
    #[error("there is no certificate in {path}")]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// The library refuses.
    #[error("TLS can't be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// The authorities that browsers trust too, and those in `extra`.
///
/// # Errors
/// See [`TlsError`].
pub fn client_config(extra: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra {
        let unreadable = |error: rustls::pki_types::pem::Error| TlsError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let mut found = false;
        for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
            roots.add(certificate.map_err(unreadable)?)?;
            found = true;
        }
        if !found {
            return Err(TlsError::Empty { path: path.to_owned() });
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        std::fs::write(&path, "not a certificate").unwrap();
        assert!(matches!(client_config(Some(&path)), Err(TlsError::Empty { path: named }) if named == path));
        assert!(matches!(client_config(Some(&dir.path().join("none"))), Err(TlsError::Unreadable { .. })));
        assert!(client_config(None).is_ok());
    }
}
