//! What stands before every route: the address's rate limit, the body's size, and a net for panics. Behind it, the event
//! that ends each request and the headers that every answer carries.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use super::error::{Failure, Refused};
use super::linger::lingering;
use super::tus;
use crate::config::TlsMode;
use crate::context::Context;
use crate::doors::HttpDoor;
use crate::problem;
use crate::rates::{AddressPrefix, RateClass, Subject};
use crate::task::panic_text;
use crate::telemetry::Wide;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Whether the connection is encrypted by us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secured(pub(super) bool);

/// Where the request comes from, as far as the operator lets us believe it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin(pub(crate) AddressPrefix);

/// The longest body of this request.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyLimit {
    /// The limit's published name.
    pub(super) name: &'static str,
    /// Its value.
    pub(super) bytes: u64,
}

/// What the request is counted as against the account that it is on behalf of.
#[derive(Debug, Clone, Copy)]
pub(super) struct AccountRate(pub(super) Option<RateClass>);

/// Lets a request through its door.
pub(super) async fn pass(context: Arc<Context>, door: &'static HttpDoor, request: Request, next: Next) -> Response {
    let wide = Wide::start(door.op);
    let is_secure = request.extensions().get::<Secured>().is_some_and(|secured| secured.0);
    let mut response = match admit(&context, door, lingering(&context, request)) {
        Ok(request) => match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => {
                let id = context.request_id();
                tracing::error!(op = door.op, request = id, panic = panic_text(panic.as_ref()), "A request failed.");
                Failure(problem::internal(id)).into_response()
            }
        },
        Err(failure) => failure.into_response(),
    };
    let code = response.extensions().get::<Refused>().map(|refused| refused.0);
    add_headers(response.headers_mut());
    if door.route.speaks_tus() {
        response.headers_mut().insert(tus::RESUMABLE, HeaderValue::from_static(tus::VERSION));
    }
    // Not for a local authority: it would hold for every port of a machine whose other services may have no TLS.
    if is_secure && context.config.tls == TlsMode::Files {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    wide.end(code);
    response
}

fn admit(context: &Context, door: &HttpDoor, mut request: Request) -> Result<Request, Failure> {
    let origin = Origin(origin(context, &request).into());
    context.rates.take(door.rate, Subject::Address(origin.0)).map_err(|refused| Failure(refused.into()))?;
    let bytes = (door.size.value)(&context.config.limits);
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > bytes) {
        return Err(problem::over_limit(door.size.name, bytes).into());
    }
    let extensions = request.extensions_mut();
    extensions.insert(BodyLimit { name: door.size.name, bytes });
    extensions.insert(origin);
    extensions.insert(AccountRate(door.account_rate));
    Ok(request)
}

/// The client's address: the connection's, or, where the operator named a proxy's header, the last one in it, which is
/// the one that the nearest proxy has seen.
fn origin(context: &Context, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
    let Some(name) = &context.config.trusted_proxy_header else { return peer };
    request
        .headers()
        .get_all(name)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}

/// What is no page says nothing of all this itself: no script runs, nothing is framed, stored or sniffed.
fn add_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}
