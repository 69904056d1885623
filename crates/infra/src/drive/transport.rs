//! How requests go to drives: through the guard, following nobody elsewhere, and with an end to what is held in memory.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Request, Response};
use opendal::raw::Operation;
use opendal::{Buffer, Error, ErrorKind, HttpBody};
use reqwest::redirect::Policy;

use super::DriveError;
use super::guard::{Guard, Reach};
use crate::roots::tls;

const CONNECT_TIME: Duration = Duration::from_secs(10);
const IDLE_TIME: Duration = Duration::from_secs(30);

/// Most bytes of an answer that is read whole: the list of a folder of tens of thousands of files.
const ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// A client that goes where it may.
pub(super) fn client(reach: &Arc<Reach>) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .dns_resolver(Arc::new(Guard(reach.clone())))
        .redirect(Policy::none())
        // A proxy would reach what this server can't, and resolve names by itself.
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_TIME)
        .pool_idle_timeout(IDLE_TIME)
        .user_agent("beseda")
        .build()
}

/// What the last answer of a drive was: it tells more than the library's errors.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<(AtomicU16, Mutex<Option<DriveError>>)>);

impl Seen {
    fn status(&self, status: u16) {
        self.0.0.store(status, Ordering::Relaxed);
    }

    fn refused(&self, why: DriveError) -> DriveError {
        *self.0.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        why
    }

    /// Why it has failed, if it has.
    pub(super) fn failure(&self) -> Option<DriveError> {
        let refused = *self.0.1.lock().unwrap_or_else(PoisonError::into_inner);
        refused.or_else(|| judge(self.0.0.load(Ordering::Relaxed)))
    }
}

/// What a status means; none if it is no failure.
pub(super) const fn judge(status: u16) -> Option<DriveError> {
    match status {
        0 | 200..=299 => None,
        401 | 403 => Some(DriveError::Denied),
        404 | 409 | 410 => Some(DriveError::NotFound),
        412 => Some(DriveError::Exists),
        413 | 507 => Some(DriveError::Full),
        423 | 429 | 503 => Some(DriveError::Busy),
        _ => Some(DriveError::Unreachable),
    }
}

/// The way of one request to one drive.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    client: reqwest::Client,
    reach: Arc<Reach>,
    seen: Seen,
}

impl Transport {
    pub(super) const fn new(client: reqwest::Client, reach: Arc<Reach>, seen: Seen) -> Self {
        Self { client, reach, seen }
    }

    /// Sends something, if it may go there.
    pub(super) async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, DriveError> {
        self.reach.check(request.url()).await.map_err(|why| self.seen.refused(why))?;
        match self.client.execute(request).await {
            Ok(response) => {
                self.seen.status(response.status().as_u16());
                Ok(response)
            }
            Err(error) => Err(self.seen.refused(reason(&error))),
        }
    }
}

/// Why nothing came: the guard's own reason, if it was the guard.
fn reason(error: &reqwest::Error) -> DriveError {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(why) = inner.downcast_ref::<DriveError>() {
            return *why;
        }
        source = inner.source();
    }
    DriveError::Unreachable
}

impl opendal::HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let is_content = request.extensions().get::<Operation>() == Some(&Operation::Read);
        let request = request.map(|body| reqwest::Body::from(body.to_bytes()));
        let request = reqwest::Request::try_from(request).map_err(|_| failed(DriveError::Address))?;
        let response = self.send(request).await.map_err(failed)?;
        let is_whole = !is_content || !response.status().is_success();
        let length = response.content_length();
        let mut head = Response::builder().status(response.status()).version(response.version());
        if let Some(headers) = head.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut left = if is_whole { ANSWER_BYTES } else { u64::MAX };
        let stream = response.bytes_stream().map(move |part| {
            let part: Bytes = part.map_err(|_| failed(DriveError::Unreachable))?;
            left = left.checked_sub(part.len() as u64).ok_or_else(|| failed(DriveError::Unreachable))?;
            Ok(Buffer::from(part))
        });
        head.body(HttpBody::new(stream, length)).map_err(|_| failed(DriveError::Unreachable))
    }
}

/// The library's form of it, without what was sent.
fn failed(why: DriveError) -> Error {
    let kind = if why == DriveError::Address { ErrorKind::ConfigInvalid } else { ErrorKind::Unexpected };
    Error::new(kind, why.to_string())
}
