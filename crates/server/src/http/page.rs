//! The web app's files, and what its pages may do.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::router::{nowhere, wrong_method};
use crate::context::Context;
use crate::site::is_known;

/// Everything from here and nothing from elsewhere; text becomes markup or a script's address only by the two policies that
/// are named (Svelte's own, and `web/src/app/own-scripts.ts`). It goes with every file, as a worker keeps to what came with its own
/// script. `'self'` covers the socket, too.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
    manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
    require-trusted-types-for 'script'; trusted-types default svelte-trusted-html";

/// The camera reads QR codes, and who sends where they are asks for the position; of what asks people for more, nothing is used.
const PERMISSIONS: &str = "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=(), serial=(), hid=(), \
    midi=(), display-capture=(), accelerometer=(), gyroscope=(), magnetometer=(), xr-spatial-tracking=()";

/// A file of the web app, the app itself at a place in it, or nothing.
pub(super) async fn page(State(context): State<Arc<Context>>, request: Request) -> Response {
    let Some(file) = context.site.find(request.uri().path()) else { return nowhere().await };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return wrong_method().await;
    }
    let form = file.form(request.headers());
    let etag = file.etag(&form);
    let mut response = if is_known(request.headers(), &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(Bytes::from_static(form.bytes)));
        response.headers_mut().insert(header::CONTENT_TYPE, file.media_type());
        if let Some(encoding) = form.encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, file.caching());
    for (name, value) in [
        (header::VARY, "accept-encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("origin-agent-cluster"), "?1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
