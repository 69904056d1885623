//! The web, as far as everybody can reach it: what people's own devices would ask sites for, the server asks in their
//! place.
//!
//! Whoever may name an address could make the server ask its own neighbours. So names are resolved here, once for each
//! hop; what they lead to is judged, and the connection is made to just that. Redirects are followed here, each judged
//! like the first address. Nothing is sent that tells of whom it is for, and nothing is taken that was not asked for.

mod names;
mod target;

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use beseda_app::port::{FetchError, Fetched, Fetcher, Fetching, Wanted};
use flate2::read::MultiGzDecoder;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

pub use ipnet::IpNet as Network;
pub use names::{Names, Resolved, SystemNames};
use target::Target;

use crate::roots::tls;

/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// What sites take the server for: they answer with what they say of themselves to programs that show links.
const USER_AGENT: &str = "Mozilla/5.0 (compatible; LinkPreview/1.0)";

/// Where the server may go, and for how long.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Ports that are asked.
    pub ports: Vec<u16>,
    /// Networks that are not public and may be reached all the same.
    pub allow: Vec<IpNet>,
    /// Time for all of it: names, redirects and the whole answer.
    pub time: Duration,
}

/// Reads over HTTP.
pub struct HttpFetcher {
    options: FetchOptions,
    names: Arc<dyn Names>,
    tls: rustls::ClientConfig,
}

impl std::fmt::Debug for HttpFetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpFetcher").finish_non_exhaustive()
    }
}

impl HttpFetcher {
    /// Goes where the options allow, to what `names` says.
    pub fn new(options: FetchOptions, names: Arc<dyn Names>) -> Self {
        Self { options, names, tls: tls() }
    }

    async fn follow(&self, wanted: &Wanted) -> Result<Fetched, FetchError> {
        let mut target = Target::parse(&wanted.url, &self.options.ports)?;
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&target, wanted).await?;
            let status = response.status();
            if !is_redirect(status) {
                return take(response, wanted, &target).await;
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).ok_or(FetchError::Redirect)?;
            target = target.redirected(to, &self.options.ports)?;
        }
        Err(FetchError::Redirect)
    }

    /// Asks one address. The client is made for it alone: it knows no other way than to the addresses that were judged,
    /// and keeps neither connections nor anything else.
    async fn ask(&self, target: &Target, wanted: &Wanted) -> Result<Response, FetchError> {
        let addresses = target.addresses(&*self.names, &self.options.allow).await?;
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Arc::new(Only(addresses)))
            .redirect(Policy::none())
            .http1_only()
            // A proxy would reach what this server can't, and resolve names by itself.
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|_| FetchError::Unreachable)?;
        let request = client.get(target.url()).header(ACCEPT, wanted.types.join(", ")).header(ACCEPT_ENCODING, "gzip");
        request.send().await.map_err(|_| FetchError::Unreachable)
    }
}

impl Fetcher for HttpFetcher {
    fn fetch<'a>(&'a self, wanted: &'a Wanted) -> Fetching<'a> {
        Box::pin(async move {
            let whole = tokio::time::timeout(self.options.time, self.follow(wanted)).await;
            whole.unwrap_or(Err(FetchError::TimedOut))
        })
    }
}

/// Resolves every name to the addresses that were judged: there is no second resolution that could say something else.
struct Only(Vec<SocketAddr>);

impl Resolve for Only {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The body of an answer, if it is what was wanted. It is given up at the first byte too many.
async fn take(mut response: Response, wanted: &Wanted, target: &Target) -> Result<Fetched, FetchError> {
    let status = response.status();
    if status != StatusCode::OK {
        return Err(FetchError::Status { status: status.as_u16() });
    }
    let (media_type, charset) = media_type(response.headers());
    if !wanted.types.contains(&media_type.as_str()) {
        return Err(FetchError::Type);
    }
    if response.content_length().is_some_and(|length| length > wanted.most) {
        return Err(FetchError::TooLarge);
    }
    let packed = match response.headers().get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase()) {
        None => false,
        Some(encoding) if encoding == b"identity" => false,
        Some(encoding) if encoding == b"gzip" || encoding == b"x-gzip" => true,
        Some(_) => return Err(FetchError::Type),
    };
    let most = usize::try_from(wanted.most).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| FetchError::Unreachable)? {
        if part.len() > most.saturating_sub(bytes.len()) {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
    if packed {
        bytes = unpack(&bytes, wanted.most)?;
    }
    Ok(Fetched { url: target.url().into(), media_type, charset, bytes })
}

fn unpack(packed: &[u8], most: u64) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut unpacking = MultiGzDecoder::new(packed).take(most.saturating_add(1));
    unpacking.read_to_end(&mut bytes).map_err(|_| FetchError::Unreachable)?;
    if bytes.len() as u64 > most { Err(FetchError::TooLarge) } else { Ok(bytes) }
}

/// The type and the character set, both in lower case; an answer without a type has an empty one.
fn media_type(headers: &HeaderMap) -> (String, Option<String>) {
    let value =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_owned();
    let charset = parts.find_map(|part| part.strip_prefix("charset=")).map(|label| label.trim_matches('"').to_owned());
    (media_type, charset)
}
