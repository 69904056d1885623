//! Plain HTTP where TLS is on: pages are sent on to HTTPS, everything else is told to come that way.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::error::Failure;
use crate::context::Context;
use crate::problem;

/// Where TLS is, seen from the address that a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecurePort {
    /// At the same port: the first byte tells them apart.
    This,
    /// At this one.
    Other(u16),
}

/// Sends on whoever asks for a page.
pub(super) async fn redirect(State(context): State<Arc<Context>>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let is_page =
        matches!(*request.method(), Method::GET | Method::HEAD) && context.site.find(request.uri().path()).is_some();
    let Some(origin) = secure_origin(&request).filter(|_| is_page) else {
        return Failure(problem::bad_request("this server speaks HTTPS")).into_response();
    };
    // Whoever has not been told to trust the server would see nothing but a warning there.
    let must_learn = path == "/" && context.tls.as_ref().is_some_and(|tls| tls.trust().is_some());
    let target = if must_learn { "/trust".to_owned() } else { format!("{origin}{path}") };
    match HeaderValue::try_from(target) {
        // Not for ever: TLS may be turned off again.
        Ok(target) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response(),
        Err(_) => Failure(problem::bad_request("this path can't be sent on")).into_response(),
    }
}

/// The origin of the app, as the client calls this server. None if it does not say how.
pub(super) fn secure_origin(request: &Request) -> Option<String> {
    let called = host(request.headers())?;
    match request.extensions().get() {
        None | Some(SecurePort::This) => Some(format!("https://{called}")),
        Some(SecurePort::Other(443)) => Some(format!("https://{}", called.host())),
        Some(SecurePort::Other(port)) => Some(format!("https://{}:{port}", called.host())),
    }
}

/// What the client calls this server, with the port if it is not the usual one.
pub(super) fn host(headers: &HeaderMap) -> Option<Authority> {
    let called: Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    // A name in an authority could come with a user before it, which leads people astray.
    (!called.as_str().contains('@') && !called.host().is_empty()).then_some(called)
}

/// An address as it stands in a URL; for one that means "everywhere", this machine itself.
pub(crate) fn host_of(addr: SocketAddr) -> String {
    if addr.ip().is_loopback() || addr.ip().is_unspecified() {
        format!("localhost:{}", addr.port())
    } else {
        addr.to_string()
    }
}

/// An address at which other devices nearby can reach the server, if it listens there.
pub(crate) fn lan_address(context: &Context) -> Option<IpAddr> {
    let reachable = |ip: &IpAddr| match ip {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        // Hard to type, and few have nothing else.
        IpAddr::V6(_) => false,
    };
    match context.config.listen.ip() {
        ip if ip.is_unspecified() => context.machine.addresses().into_iter().find(reachable),
        ip => Some(ip).filter(|ip| !ip.is_loopback()),
    }
}
