//! A way to a server that speaks TLS: what comes in here in the clear goes on encrypted, so that the clients stay the same.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// Opens a tunnel that trusts the certificate in this file: where it starts, and what keeps it open.
pub(crate) async fn open(to: SocketAddr, authority: &Path) -> Result<(SocketAddr, JoinSet<()>)> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).context("cannot read the authority")?)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let entrance = listener.local_addr()?;
    let mut tunnel = JoinSet::new();
    tunnel.spawn(async move {
        let mut ways = JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            let connector = connector.clone();
            ways.spawn(async move {
                let name = ServerName::try_from("localhost")?;
                let mut far = connector.connect(name, TcpStream::connect(to).await?).await?;
                tokio::io::copy_bidirectional_with_sizes(&mut near, &mut far, 1_024, 1_024).await?;
                Ok::<_, anyhow::Error>(())
            });
        }
    });
    Ok((entrance, tunnel))
}
