//! Blobs, whole or in ranges. They are ciphertext: nothing in them is ever shown or run by a browser that asks for one.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use beseda_app::domain::Blob;
use beseda_app::usecase::blob::{BlobError, blob_to_fetch};
use beseda_model::{BlobId, Code};
use beseda_wire::Problem;
use futures_util::{StreamExt as _, stream};

use super::caller::Caller;
use super::error::Failure;
use super::id::Id;
use super::range::{Wanted, wanted};
use crate::blobs::Work;
use crate::context::Context;
use crate::problem;
use crate::site::is_known;

/// Bytes that are read at a time: while they are sent the next ones are read.
const PART: usize = 262_144;

/// A blob or a part of it; for HEAD the headers alone.
pub(super) async fn fetch(
    State(context): State<Arc<Context>>,
    _: Caller,
    Id(id): Id<BlobId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let found = context.read(move |view| blob_to_fetch(view, id)).await;
    let blob = found.map_err(|error: BlobError| context.refuse("blob", &error))?;
    let etag = HeaderValue::from_str(&format!("\"{}\"", blob.id)).map_err(|_| nowhere())?;
    if is_known(&headers, &etag) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED.into_response(), &etag));
    }
    let (status, first, length) = match range(&headers, &etag, blob.size) {
        Wanted::All => (StatusCode::OK, 0, blob.size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, (last - first).saturating_add(1)),
        Wanted::Nothing => return Ok(not_satisfiable(blob.size)),
    };
    let body = if method == Method::HEAD { Body::empty() } else { body(&context, blob, first, length).await? };
    let mut response = with_headers((status, body).into_response(), &etag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if status == StatusCode::PARTIAL_CONTENT {
        let last = first.saturating_add(length).saturating_sub(1);
        let part = HeaderValue::from_str(&format!("bytes {first}-{last}/{}", blob.size));
        headers.extend(part.ok().map(|part| (header::CONTENT_RANGE, part)));
    }
    Ok(response)
}

/// The part that is asked for, if it is to be one of just this blob.
fn range(headers: &HeaderMap, etag: &HeaderValue, size: u64) -> Wanted {
    let is_of_this = headers.get(header::IF_RANGE).is_none_or(|condition| condition == etag);
    let mut ranges = headers.get_all(header::RANGE).iter();
    match (ranges.next().and_then(|range| range.to_str().ok()), ranges.next()) {
        (Some(range), None) if is_of_this => wanted(range, size),
        _ => Wanted::All,
    }
}

fn not_satisfiable(size: u64) -> Response {
    let why = problem::bad_request("the blob has no such bytes");
    let mut response = Failure(why).with_status(StatusCode::RANGE_NOT_SATISFIABLE);
    let size = HeaderValue::from_str(&format!("bytes */{size}"));
    response.headers_mut().extend(size.ok().map(|size| (header::CONTENT_RANGE, size)));
    response
}

fn with_headers(mut response: Response, etag: &HeaderValue) -> Response {
    const FIXED: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::CACHE_CONTROL, "private, immutable, max-age=31536000"),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::ETAG, etag.clone());
    response
}

/// `length` bytes from `first` on, read as the other side takes them.
async fn body(context: &Arc<Context>, blob: Blob, first: u64, length: u64) -> Result<Body, Failure> {
    if length == 0 {
        return Ok(Body::empty());
    }
    // The beginning is read before anything is promised: a file that is gone is told as such.
    let mut reading = Reading { context: context.clone(), blob: blob.id, at: first, left: length, next: None };
    let beginning = match reading.part().await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(error = %error, "The file of a blob is not what the database says.");
            return Err(nowhere());
        }
    };
    let rest = stream::try_unfold(reading, |mut reading| async move {
        if reading.left == 0 {
            return Ok::<_, io::Error>(None);
        }
        let bytes = reading.part().await?;
        Ok(Some((bytes, reading)))
    });
    Ok(Body::from_stream(stream::once(async { Ok(beginning) }).chain(rest)))
}

/// A blob, or a part of one, as it is read.
struct Reading {
    context: Arc<Context>,
    blob: BlobId,
    at: u64,
    left: u64,
    next: Option<Work<Option<Bytes>>>,
}

impl Reading {
    /// The next part; never an empty one. The one after it is read meanwhile.
    async fn part(&mut self) -> io::Result<Bytes> {
        let next = self.next.take().unwrap_or_else(|| self.begin());
        match next.done().await {
            Ok(Some(bytes)) if !bytes.is_empty() => {
                self.at = self.at.saturating_add(bytes.len() as u64);
                self.left = self.left.saturating_sub(bytes.len() as u64);
                self.next = (self.left > 0).then(|| self.begin());
                Ok(bytes)
            }
            Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn begin(&self) -> Work<Option<Bytes>> {
        let most = usize::try_from(self.left).unwrap_or(PART).min(PART);
        self.context.blobs.read(self.blob, self.at, most)
    }
}

fn nowhere() -> Failure {
    Problem::new(Code::NotFound, "there is no such upload or blob").into()
}
