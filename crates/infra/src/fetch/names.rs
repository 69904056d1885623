use std::io;
use std::net::IpAddr;
use std::pin::Pin;

/// A name that is being resolved.
pub type Resolved<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Says which addresses a name has. Tests bring their own.
pub trait Names: Send + Sync {
    /// The addresses of a name, at this moment.
    fn addresses<'a>(&'a self, name: &'a str) -> Resolved<'a>;
}

/// What the system says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses<'a>(&'a self, name: &'a str) -> Resolved<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
