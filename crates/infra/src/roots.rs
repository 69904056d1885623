//! TLS towards others.

use std::sync::Arc;

/// The roots are in the program: it needs nothing of the system that it runs on.
pub(crate) fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider speaks what is asked of it")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
